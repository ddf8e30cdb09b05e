"""QR codes as pictures that stay sharp at any size: inline SVG, without the styles that our content policy refuses."""

from typing import Final

from markupsafe import Markup, escape

# Light modules around the code (ISO/IEC 18004:2015, 6.3.8): readers need them, also on dark pages.
QUIET: Final = 4


def qr_svg(text: str, label: str, *, most_version: int = 40) -> Markup:
    """Black on white, level M or better. `label` is what is read aloud instead; `text` of upper-case letters, digits
    and ` $%*+-./:` makes the smallest code. Raises ValueError where it needs a larger code than `most_version`."""
    import segno

    code = segno.make_qr(text, error="m")
    if int(code.version) > most_version:
        raise ValueError(f"a QR of version {code.version} is too fine for small cameras")
    size = code.symbol_size(border=QUIET)[0]
    return Markup(
        '<svg xmlns="http://www.w3.org/2000/svg" class="dps-qr" viewBox="0 0 {0} {0}" role="img" aria-label="{1}" '
        'shape-rendering="crispEdges"><path fill="#fff" d="M0 0h{0}v{0}H0z"/><path fill="#000" d="{2}"/></svg>'
    ).format(size, escape(label), _dark(code.matrix))


def _dark(matrix: tuple[bytearray, ...]) -> str:
    """One rectangle for each run of dark modules: areas, not strokes, so that print has no hairlines between rows."""
    return "".join(
        f"M{start + QUIET} {line + QUIET}h{end - start}v1h-{end - start}z"
        for line, row in enumerate(matrix)
        for start, end in _runs(row)
    )


def _runs(row: bytearray) -> list[tuple[int, int]]:
    edges = [at for at in range(len(row) + 1) if (row[at] if at < len(row) else 0) != (row[at - 1] if at else 0)]
    return list(zip(edges[::2], edges[1::2], strict=True))
