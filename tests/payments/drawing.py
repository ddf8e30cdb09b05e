"""The states of an order as a picture in docs/how-money-flows.md. `python -m tests.payments.drawing` draws it anew."""

from itertools import groupby
from pathlib import Path

from chalicelib.payments.model.graph import GRAPH, State

PAGE = Path(__file__).resolve().parents[2] / "docs" / "how-money-flows.md"
BEGIN, END = "<!-- drawn from chalicelib/payments/model/graph.py -->\n", "<!-- end of the drawing -->\n"


def drawing() -> str:
    """A Mermaid state diagram with one arrow between two states, and what may lead along it."""
    lines = ["```mermaid", "stateDiagram-v2", f"    [*] --> {State.HELD}"]
    ways = sorted((before, after, str(move)) for (before, move), after in GRAPH.items())
    for (before, after), group in groupby(ways, key=lambda way: way[:2]):
        lines.append(f"    {before} --> {after}: {', '.join(move for *_, move in group)}")
    return "\n".join([*lines, "```"]) + "\n"


def drawn(page: str) -> str:
    """The page with the drawing of today. ValueError for a page without a place for it."""
    before, _, rest = page.partition(BEGIN)
    _, found, after = rest.partition(END)
    if not found:
        raise ValueError("there is no place for the drawing")
    return before + BEGIN + drawing() + END + after


if __name__ == "__main__":
    PAGE.write_text(drawn(PAGE.read_text("utf-8")), "utf-8")
