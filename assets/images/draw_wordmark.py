"""Draw the Balinese wordmark: HarfBuzz shapes the word, fontTools turns the glyphs into one SVG path."""

import sys
from pathlib import Path

import uharfbuzz as hb  # type: ignore[import-not-found]
from fontTools.misc.transform import Transform  # type: ignore[import-not-found]
from fontTools.pens.boundsPen import BoundsPen  # type: ignore[import-not-found]
from fontTools.pens.svgPathPen import SVGPathPen  # type: ignore[import-not-found]
from fontTools.pens.transformPen import TransformPen  # type: ignore[import-not-found]
from fontTools.ttLib import TTFont  # type: ignore[import-not-found]

WORD = "ᬤᬾᬦ᭄ᬧᬲᬃ"


def shape(font_file: Path) -> hb.Buffer:
    """The glyphs of the word in visual order, with their offsets."""
    buffer = hb.Buffer()
    buffer.add_str(WORD)
    buffer.guess_segment_properties()
    hb.shape(hb.Font(hb.Face(font_file.read_bytes())), buffer)
    return buffer


def draw(font_file: Path, pen: object) -> None:
    """Every glyph of the word onto one pen; y grows downwards, as in SVG."""
    font, x = TTFont(font_file), 0
    glyphs, buffer = font.getGlyphSet(), shape(font_file)
    for info, at in zip(buffer.glyph_infos, buffer.glyph_positions, strict=True):
        place = Transform(1, 0, 0, -1, x + at.x_offset, -at.y_offset)
        glyphs[font.getGlyphName(info.codepoint)].draw(TransformPen(pen, place))
        x += at.x_advance


def svg(font_file: Path) -> str:
    """The whole file, cropped to the ink."""
    bounds, path = BoundsPen(None), SVGPathPen(None, ntos=lambda n: str(round(n)))
    draw(font_file, bounds)
    draw(font_file, path)
    left, top, right, bottom = (round(edge) for edge in bounds.bounds)
    box = f"{left} {top} {right - left} {bottom - top}"
    ink = f'<path fill="currentColor" d="{path.getCommands()}"/>'
    return f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="{box}">{ink}</svg>\n'


if __name__ == "__main__":
    sys.stdout.write(svg(Path(sys.argv[1])))
