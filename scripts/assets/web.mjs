// Builds app/web/assets/dist/ from app/web/assets/src/ and the npm packages:
// styles by Sass, fonts, htmx and scripts, each under a name with the hash of
// its content with a gzip copy beside it, and manifest.json from plain names to
// those. "asset:NAME" in a
// style or script becomes the hashed name.
import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, extname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";

const here = dirname(fileURLToPath(import.meta.url));
const modules = join(here, "node_modules");
const src = join(here, "..", "..", "app", "web", "assets", "src");
const dist = join(here, "..", "..", "app", "web", "assets", "dist");
const sass = createRequire(import.meta.url)("sass");

const manifest = {};

function refer(text) {
  return text.replace(/asset:([\w.-]+)/g, (_, name) => {
    if (!manifest[name]) throw new Error(`asset:${name} is used before it is built`);
    return `./${manifest[name]}`;
  });
}

function emit(name, content) {
  const hash = createHash("sha256").update(content).digest("hex").slice(0, 12);
  const extension = extname(name);
  manifest[name] = `${name.slice(0, -extension.length)}.${hash}${extension}`;
  writeFileSync(join(dist, manifest[name]), content);
  if (extension !== ".woff2") writeFileSync(join(dist, `${manifest[name]}.gz`), gzipSync(content, { level: 9 }));
}

mkdirSync(dist, { recursive: true });
for (const old of readdirSync(dist)) if (old !== ".keep") rmSync(join(dist, old));

const font = join(modules, "@fontsource-variable", "atkinson-hyperlegible-next", "files", "atkinson-hyperlegible-next-");
for (const script of ["latin", "latin-ext"]) {
  emit(`${script}.woff2`, readFileSync(`${font}${script}-wght-normal.woff2`));
  emit(`${script}-italic.woff2`, readFileSync(`${font}${script}-wght-italic.woff2`));
}

// The map comments name files that are not served.
const withoutMap = (text) => text.replace(/\n?\/\/# sourceMappingURL=.*\n?$/, "\n");
const govuk = join(modules, "govuk-frontend", "dist", "govuk");
emit("govuk-frontend.js", withoutMap(readFileSync(join(govuk, "govuk-frontend.min.js"), "utf8")));
emit("htmx.js", readFileSync(join(modules, "htmx.org", "dist", "htmx.min.js")));

for (const file of readdirSync(src).sort()) {
  if (file.endsWith(".js")) emit(file, refer(readFileSync(join(src, file), "utf8")));
  if (file.endsWith(".svg")) emit(file, readFileSync(join(src, file)));
}

const { css } = sass.compile(join(src, "folkmoot.scss"), {
  loadPaths: [modules], style: "compressed", quietDeps: true,
});
if (/GDS Transport|crest/i.test(css)) throw new Error("the styles name a restricted font or the crest");
emit("folkmoot.css", refer(css));

// What their licences ask to go with them.
const licences = {
  "govuk-frontend": join(here, "licence-govuk-frontend.txt"), // the package holds none
  "htmx": join(modules, "htmx.org", "LICENSE"),
  "Atkinson Hyperlegible Next": join(modules, "@fontsource-variable", "atkinson-hyperlegible-next", "LICENSE"),
};
emit("licences.txt", Object.entries(licences)
  .map(([name, file]) => `${name}\n\n${readFileSync(file, "utf8")}`).join("\n\n"));

writeFileSync(join(dist, "manifest.json"), JSON.stringify(manifest, null, 1) + "\n");
console.log(`${Object.keys(manifest).length} assets, styles ${Math.round(css.length / 1024)} KiB`);
