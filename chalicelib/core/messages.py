"""The words of an e-mail: `templates/messages/<name>.html` and its plain twin `.txt`, in one person's language.

The same Jinja rules as the web: HTML escapes what it is given, plain text does not. How long an SMS is: `core/sms.py`.
"""

import re
from dataclasses import dataclass
from typing import Any, Final

from chalicelib.core.text import Text
from chalicelib.core.web.templates import environment

# What `templates/messages/email.html` asks for and most messages leave out.
USUAL: Final = {"level": None, "paragraphs": (), "link": None, "unsubscribe": None, "manage": None}


@dataclass(frozen=True)
class Letter:
    """One message as a person reads it; the subject is one line."""

    subject: str
    text: str
    html: str


def letter(name: str, language: str, *, subject: Text | str, origin: str, **context: Any) -> Letter:
    """Renders both twins of a message; what else they need is said at the top of the template.

    Raises jinja2.UndefinedError for a word that the template shows and nobody gave, KeyError for a language that the
    city does not speak.
    """
    title = subject.in_(language) if isinstance(subject, Text) else subject
    given = {**USUAL, **context, "lang": language, "subject": title, "origin": origin}
    html, text = (
        environment(language).get_template(f"messages/{name}.{kind}").render(given) for kind in ("html", "txt")
    )
    return Letter(subject=title, text=_tidy(text), html=html)


def _tidy(text: str) -> str:
    """Blocks that stay empty leave no holes: never more than one blank line, none at either end."""
    return re.sub(r"\n{3,}", "\n\n", "\n".join(line.rstrip() for line in text.splitlines())).strip("\n") + "\n"
