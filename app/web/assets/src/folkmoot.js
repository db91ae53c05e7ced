// Switches on govuk-frontend's components; every page works without it.
import { initAll } from "asset:govuk-frontend.js";

document.body.classList.add("js-enabled");
if ("noModule" in HTMLScriptElement.prototype) {
  document.body.classList.add("govuk-frontend-supported");
}
initAll();

// Parts that htmx brings in later need the same.
document.body.addEventListener("htmx:load", (event) => {
  if (event.target !== document.body) initAll(event.target);
});

// A part that could not be fetched says so where it stands, in words.
document.body.addEventListener("htmx:responseError", () => {
  const notice = document.getElementById("fm-part-failed");
  if (notice) notice.hidden = false;
});
