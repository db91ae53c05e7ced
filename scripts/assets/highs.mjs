// Copies the HiGHS solver (npm package `highs`) to app/highs/wasm/ and writes
// beside it the table of its minified export and import names, read out of the
// package's own loader. Fails when the loader no longer looks as expected.
import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const here = dirname(fileURLToPath(import.meta.url));
const pkg = join(here, "node_modules", "highs");
const out = join(here, "..", "..", "app", "highs", "wasm");

const { version } = JSON.parse(readFileSync(join(pkg, "package.json"), "utf8"));
const loader = readFileSync(join(pkg, "build", "highs.mjs"), "utf8");

function section(startMark, endMark) {
  const start = loader.indexOf(startMark);
  const end = loader.indexOf(endMark, start);
  if (start < 0 || end < 0) throw new Error(`the loader of highs ${version} has no ${startMark}`);
  return loader.slice(start + startMark.length, end);
}

const exports = {};
for (const [, name, minified] of section("function assignWasmExports(wasmExports){", "}var ")
  .matchAll(/(\w+)=(?:Module\["\w+"\]=|\w+=)?wasmExports\["([^"]+)"\]/g)) {
  exports[name] = minified;
}
const ctors = loader.match(/TTY\.init\(\);wasmExports\["([^"]+)"\]\(\)/);
if (!ctors) throw new Error(`the loader of highs ${version} does not name its constructors`);
exports.__wasm_call_ctors = ctors[1];

const imports = {};
for (const pair of section("var wasmImports={", "}").split(",")) {
  const [minified, name] = pair.split(":");
  imports[minified] = name;
}

// What the module really exports and imports is the judge of the table.
const wasm = await WebAssembly.compile(readFileSync(join(pkg, "build", "highs.wasm")));
const exported = new Set(WebAssembly.Module.exports(wasm).map((e) => e.name));
for (const [name, minified] of Object.entries(exports)) {
  if (!exported.has(minified)) throw new Error(`export ${name} (${minified}) is not in the module`);
}
for (const { module, name } of WebAssembly.Module.imports(wasm)) {
  if (module !== "a" || !imports[name]) throw new Error(`import ${module}.${name} has no name in the loader`);
}
if (exported.size !== Object.keys(exports).length) {
  throw new Error(`the module exports ${exported.size} names, the loader gives ${Object.keys(exports).length}`);
}

mkdirSync(out, { recursive: true });
copyFileSync(join(pkg, "build", "highs.wasm"), join(out, "highs.wasm"));
writeFileSync(join(out, "names.json"), JSON.stringify({ version, exports, imports }, null, 1) + "\n");
console.log(`highs ${version}: ${exported.size} exports, ${Object.keys(imports).length} imports`);
