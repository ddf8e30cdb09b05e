// Sass with two functions of our own: `asset()` names a hashed file, `icon()` and `image()` turn a drawing into a
// data URI, so that icons cost no request and no markup.
import { readFileSync } from "node:fs";
import path from "node:path";
import * as sass from "sass";

const dataUri = (svg) => `url("data:image/svg+xml,${svg.replaceAll('"', "'").replace(/[%#<>]/g, encodeURIComponent)}")`;

/** Comments, line breaks and the class of an icon file go; what is drawn stays. */
function tidy(svg) {
  return svg.replace(/<!--.*?-->/gs, "").replace(/\sclass="[^"]*"/, "").replace(/\s+/g, " ").replace(/> </g, "><").trim();
}

function drawing(file) {
  return new sass.SassString(dataUri(tidy(readFileSync(file, "utf8"))), { quotes: false });
}

/** A whole style sheet as CSS text. `fontFile` is the hashed name of the display font, beside the sheet. */
export function styleSheet({ root, name, fontFile }) {
  const { css } = sass.compile(path.join(root, "assets/styles", `${name}.scss`), {
    style: "compressed",
    loadPaths: [path.join(root, "node_modules")],
    quietDeps: true,
    functions: {
      "display-font()": () => new sass.SassString(`url("${fontFile}")`, { quotes: false }),
      "icon($name)": ([name]) => drawing(path.join(root, "node_modules/lucide-static/icons", `${name.text}.svg`)),
      "image($name)": ([name]) => drawing(path.join(root, "assets/images", `${name.text}.svg`)),
    },
  });
  return css;
}
