// Builds every file that browsers fetch: build/static/<name>.<hash>.<ext> and build/assets.json, which maps
// plain names to hashed ones. The same sources make the same bytes. Run by `npm run build`.
import { createHash } from "node:crypto";
import { mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { fileURLToPath } from "node:url";
import * as esbuild from "esbuild";
import { displayFont } from "./fonts/display.mjs";
import { styleSheet } from "./styles/compile.mjs";

const ASSETS = path.dirname(fileURLToPath(import.meta.url));
const ROOT = path.dirname(ASSETS);
const STATIC = path.join(ROOT, "build", "static");
const BROWSERS = ["chrome109", "edge109", "firefox115", "safari15.6"];

/** `site.css` and its bytes become `site.1a2b3c4d5e.css`. */
function hashedName(name, bytes) {
  const hash = createHash("sha256").update(bytes).digest("hex").slice(0, 10);
  const { name: stem, ext } = path.parse(name);
  return `${stem}.${hash}${ext}`;
}

/** Writes one file and enters it into the manifest; answers the hashed name. */
async function emit(manifest, name, bytes) {
  manifest[name] = hashedName(name, bytes);
  await writeFile(path.join(STATIC, manifest[name]), bytes);
  return manifest[name];
}

async function script() {
  const built = await esbuild.build({
    entryPoints: [path.join(ASSETS, "scripts", "site.js")],
    bundle: true, minify: true, format: "iife", target: BROWSERS, write: false, legalComments: "none",
    nodePaths: [path.join(ROOT, "node_modules")],
  });
  return built.outputFiles[0].contents;
}

async function styles(fontFile) {
  const plain = styleSheet({ root: ROOT, fontFile });
  const { code } = await esbuild.transform(plain, { loader: "css", minify: true, target: BROWSERS });
  return code;
}

async function images(manifest) {
  for (const name of ["favicon.svg"]) {
    await emit(manifest, name, await readFile(path.join(ASSETS, "images", name)));
  }
}

/** Files of earlier builds go, so that what lies in build/static is what the manifest names. */
async function sweep(manifest) {
  const wanted = new Set(Object.values(manifest));
  for (const name of await readdir(STATIC)) {
    if (!wanted.has(name)) await rm(path.join(STATIC, name), { recursive: true });
  }
}

async function build() {
  await mkdir(STATIC, { recursive: true });
  const manifest = {};
  const font = await emit(manifest, "display.woff2", await displayFont(ROOT));
  await emit(manifest, "site.css", await styles(font));
  await emit(manifest, "site.js", await script());
  await images(manifest);
  await sweep(manifest);
  const sorted = Object.fromEntries(Object.entries(manifest).sort());
  await writeFile(path.join(ROOT, "build", "assets.json"), JSON.stringify(sorted, null, 2) + "\n");
}

await build();
