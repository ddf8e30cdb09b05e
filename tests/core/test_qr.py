"""QR codes: the same picture for the same words, readable by others, nothing that the content policy refuses."""

import re
from xml.etree import ElementTree

import pytest
import segno

from chalicelib.core.qr import QUIET, qr_svg

WORDS = "HTTPS://SEWAKA.DENPASARKOTA.GO.ID/V/" + "A7" * 80


def modules(svg: str) -> list[str]:
    """The picture as rows of # and blanks, drawn again from its path."""
    root = ElementTree.fromstring(svg)
    size = int(root.attrib["viewBox"].split()[-1])
    rows = [[" "] * size for _ in range(size)]
    path = root[1].attrib["d"]
    for x, y, wide in re.findall(r"M(\d+) (\d+)h(\d+)v1h-\d+z", path):
        rows[int(y)][int(x) : int(x) + int(wide)] = "#" * int(wide)
    return ["".join(row) for row in rows]


def test_the_picture_is_the_code_with_a_quiet_border() -> None:
    code = segno.make_qr(WORDS, error="m")
    dark = [line.replace("1", "#").replace("0", " ") for line in ("".join(map(str, row)) for row in code.matrix)]
    border = [" " * (len(dark) + 2 * QUIET)] * QUIET

    assert modules(qr_svg(WORDS, "a")) == [*border, *(f"{' ' * QUIET}{line}{' ' * QUIET}" for line in dark), *border]


def test_it_is_black_on_white_also_on_a_dark_page_and_has_no_style() -> None:
    svg = qr_svg(WORDS, "a")

    assert "style" not in svg
    assert re.findall(r'fill="([^"]+)"', svg) == ["#fff", "#000"]
    assert len(svg) < 14_000


def test_its_label_cannot_break_out_of_it() -> None:
    root = ElementTree.fromstring(qr_svg(WORDS, '"><script>& Ticket'))

    assert root.attrib["aria-label"] == '"><script>& Ticket'
    assert [child.tag.rpartition("}")[2] for child in root] == ["path", "path"]


def test_a_code_that_is_too_fine_is_refused() -> None:
    assert qr_svg(WORDS, "a", most_version=8)
    with pytest.raises(ValueError, match="too fine"):
        qr_svg(WORDS.lower(), "a", most_version=8)
