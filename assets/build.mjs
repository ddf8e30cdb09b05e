// Builds every file that browsers fetch: build/static/<name>.<hash>.<ext> and build/assets.json, which maps
// plain names to hashed ones; build/weights.json says what each weighs as brotli. The same sources make the same bytes. Run by `npm run build`.
import { createHash } from "node:crypto";
import { mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { brotliCompressSync } from "node:zlib";
import * as esbuild from "esbuild";
import { displayFont } from "./fonts/display.mjs";
import { styleSheet } from "./styles/compile.mjs";

const ASSETS = path.dirname(fileURLToPath(import.meta.url));
const ROOT = path.dirname(ASSETS);
const STATIC = path.join(ROOT, "build", "static");
// The first is on every page; `offline.js` is the service worker, brought by the address of the same name.
const SCRIPTS = ["site.js", "pay.js", "keep.js", "gate.js", "offline.js"];
const BROWSERS = ["chrome109", "edge109", "firefox115", "safari15.6"];

/** `site.css` and its bytes become `site.1a2b3c4d5e.css`. */
function hashedName(name, bytes) {
  const hash = createHash("sha256").update(bytes).digest("hex").slice(0, 10);
  const { name: stem, ext } = path.parse(name);
  return `${stem}.${hash}${ext}`;
}

/** Writes one file and enters it into the manifest; answers the hashed name. */
async function emit(made, name, bytes) {
  made.names[name] = hashedName(name, bytes);
  made.weights[name] = brotliCompressSync(bytes).length;
  await writeFile(path.join(STATIC, made.names[name]), bytes);
  return made.names[name];
}

async function list(file, entries) {
  const sorted = Object.fromEntries(Object.entries(entries).sort());
  await writeFile(path.join(ROOT, "build", file), `${JSON.stringify(sorted, null, 2)}\n`);
}

/** `module`: one that another script imports when it needs it; everything else runs by itself. */
async function script(name, { module = false } = {}) {
  const built = await esbuild.build({
    entryPoints: [path.join(ASSETS, "scripts", name)],
    bundle: true, minify: true, format: module ? "esm" : "iife", target: BROWSERS, write: false, legalComments: "none",
    nodePaths: [path.join(ROOT, "node_modules")],
  });
  return built.outputFiles[0].contents;
}

async function styles(name, fontFile) {
  const plain = styleSheet({ root: ROOT, name, fontFile });
  const { code } = await esbuild.transform(plain, { loader: "css", minify: true, target: BROWSERS });
  return code;
}

async function images(made) {
  for (const name of ["favicon.svg"]) {
    await emit(made, name, await readFile(path.join(ASSETS, "images", name)));
  }
}

/** Files of earlier builds go, so that what lies in build/static is what the manifest names. */
async function sweep(names) {
  const wanted = new Set(Object.values(names));
  for (const name of await readdir(STATIC)) {
    if (!wanted.has(name)) await rm(path.join(STATIC, name), { recursive: true });
  }
}

async function build() {
  await mkdir(STATIC, { recursive: true });
  const made = { names: {}, weights: {} };
  const font = await emit(made, "display.woff2", await displayFont(ROOT));
  for (const name of ["site", "pay", "gate"]) await emit(made, `${name}.css`, await styles(name, font));
  for (const name of SCRIPTS) await emit(made, name, await script(name));
  await emit(made, "decoder.js", await script("gate/decoder.js", { module: true }));
  await images(made);
  await sweep(made.names);
  await list("weights.json", made.weights);
  await list("assets.json", made.names);
}

await build();
