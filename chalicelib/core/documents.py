"""Documents on paper: PDF that people print and screen readers can read, made by Typst.

A document is a Typst source under `templates/documents/`. It lies among the other templates, so that it is shipped
with them, and holds no words of theirs: what it shows comes as `data`.
"""

import json
from collections.abc import Mapping
from typing import Any, Final

from chalicelib.core.web.templates import environment

PDF_TYPE: Final = "application/pdf"
# Tagged for screen readers (PDF/UA-1), whole in itself for archives (PDF/A-2a).
STANDARDS: Final = ("a-2a", "ua-1")


def pdf(template: str, data: Mapping[str, Any]) -> bytes:
    """`poster.typ` and JSON-able data make a PDF: the same data the same bytes, of Typst's own fonts alone.

    The source reads it with `json(bytes(sys.inputs.data))` and sets the document's title and date: without a date
    Typst would take the clock's. RuntimeError for a source or data that make no accessible document.
    """
    import typst

    source = environment("en").get_template(f"documents/{template}").render()
    made = typst.compile(
        source.encode(),
        format="pdf",
        ignore_system_fonts=True,
        sys_inputs={"data": json.dumps(data, ensure_ascii=False)},
        pdf_standards=list(STANDARDS),
    )
    assert isinstance(made, bytes)  # noqa: S101 (a PDF is one file, however many pages)
    return made
