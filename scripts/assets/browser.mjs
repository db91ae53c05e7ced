// Looks at pages in a real browser and prints what is wrong with them, as
// JSON. Reads {"chromium": PATH, "pictures": FOLDER or "", "pages": [{"name",
// "url", "cookie", "press"}]} from standard input; a button named by press is
// pressed first. Each page is opened on a phone,
// light and dark, and on a desk: axe's WCAG 2.2 AA rules, the browser's own
// complaints (content policy, failed files), sideways scrolling, targets under
// 44 px, and whether the first Tab shows where it is.
import { createRequire } from "node:module";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { chromium } from "playwright-core";

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const job = JSON.parse(readFileSync(0, "utf8"));
const shapes = [
  { name: "phone", viewport: { width: 360, height: 740 }, hasTouch: true },
  { name: "desk", viewport: { width: 1280, height: 900 } },
];
const faults = [];

const browser = await chromium.launch({
  executablePath: job.chromium, args: ["--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu"],
});
try {
  for (const { name: shape, ...options } of shapes) {
    for (const colorScheme of shape === "phone" ? ["light", "dark"] : ["light"]) {
      const context = await browser.newContext({ ...options, colorScheme, reducedMotion: "reduce" });
      for (const page of job.pages) await look(context, page, `${shape} ${colorScheme}`);
      await context.close();
    }
  }
} finally {
  await browser.close();
}
console.log(JSON.stringify(faults));

async function look(context, { name, url, cookie, press }, how) {
  const fault = (text) => faults.push({ page: name, how, text });
  if (cookie) {
    const [key, value] = cookie.split("=");
    await context.addCookies([{ name: key, value, url }]);
  }
  const page = await context.newPage();
  page.on("console", (m) => {
    const itself = m.location().url === url && /status of 4\d\d/.test(m.text()); // a form shown again
    if (m.type() === "error" && !itself) fault(`the browser complains: ${m.text()}`);
  });
  page.on("pageerror", (e) => fault(`a script fails: ${e.message}`));
  page.on("requestfailed", (r) => fault(`a file does not load: ${r.url()}`));
  await page.goto(url, { waitUntil: "load" });
  if (press) {
    await Promise.all([page.waitForEvent("load"), page.getByRole("button", { name: press }).click()]);
  }
  await page.evaluate(() => document.fonts.ready);
  if (job.pictures) {
    await page.screenshot({ path: join(job.pictures, `${name}-${how.replace(" ", "-")}.png`), fullPage: true });
  }
  await axeRules(page, fault);
  await measures(page, fault);
  await firstTab(page, fault);
  await page.close();
  if (cookie) await context.clearCookies();
}

async function axeRules(page, fault) {
  await page.evaluate(axe); // not a script tag: the content policy forbids those
  const result = await page.evaluate(() => axe.run(document, {
    runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
  }));
  for (const v of result.violations) {
    for (const node of v.nodes) fault(`${v.id}: ${v.help}: ${node.html.slice(0, 160)} ${(node.any[0] || node.all[0] || node.none[0] || {}).message || ""}`);
  }
}

async function measures(page, fault) {
  const found = await page.evaluate(() => {
    const out = [];
    if (document.documentElement.scrollWidth > window.innerWidth) {
      out.push(`scrolls sideways: ${document.documentElement.scrollWidth} px on ${window.innerWidth}`);
    }
    for (const el of document.querySelectorAll("button, input:not([type=hidden]), select, .govuk-back-link, .fm-header a, .fm-footer a")) {
      const box = el.getBoundingClientRect();
      if (box.height > 0 && box.height < 43.5) out.push(`target of ${box.height.toFixed(0)} px: ${el.outerHTML.slice(0, 120)}`);
    }
    const ours = "Atkinson Hyperlegible Next";
    if (!getComputedStyle(document.body).fontFamily.includes(ours) || !document.fonts.check(`19px "${ours}"`)) {
      out.push("the typeface is not ours");
    }
    return out;
  });
  found.forEach(fault);
}

async function firstTab(page, fault) {
  await page.keyboard.press("Tab");
  const seen = await page.evaluate(() => {
    const el = document.activeElement;
    if (!el || el === document.body) return "nothing";
    const box = el.getBoundingClientRect();
    return box.width > 20 && box.height > 20 && box.top >= 0 ? "" : el.outerHTML.slice(0, 120);
  });
  if (seen) fault(`the first Tab does not show where it is: ${seen}`);
}
