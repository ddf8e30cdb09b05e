// The one font that is downloaded: Plus Jakarta Sans (OFL-1.1), headings only, cut down to what headings say.
import { readFile } from "node:fs/promises";
import path from "node:path";
import subsetFont from "subset-font";

const SOURCE = "node_modules/@fontsource-variable/plus-jakarta-sans/files/plus-jakarta-sans-latin-wght-normal.woff2";
const PRINTABLE_ASCII = Array.from({ length: 95 }, (_, i) => String.fromCharCode(32 + i)).join("");
const TYPOGRAPHY = "\u00a0·–—‘’“”…°×©éèêëáà";

/** WOFF2 bytes with the weights 500 to 800 of the glyphs above; under the 17 KB that the budget allows. */
export async function displayFont(root) {
  const whole = await readFile(path.join(root, SOURCE));
  return subsetFont(whole, PRINTABLE_ASCII + TYPOGRAPHY, {
    targetFormat: "woff2",
    variationAxes: { wght: { min: 500, max: 800 } },
  });
}
