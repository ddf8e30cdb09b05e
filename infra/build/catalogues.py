"""gettext catalogues: the services' locale/<language>/*.po become one locale/<language>/messages.mo.

The .mo lies beside its sources (git-ignored), so that a checkout and the zip read it from one path.
"""

from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

from infra.steps import ROOT, Trouble

# Babel does not know Indonesian, which has one form for every number, and would take it for English.
PLURALS = {"id": "nplurals=1; plural=0;"}


def merged(language: str, files: list[Path]) -> Catalog:
    """One catalogue of all files. Trouble where two files translate one sentence differently."""
    whole = Catalog(locale=language)
    whole.mime_headers = [("Plural-Forms", PLURALS[language])]
    for file in files:
        with file.open("rb") as opened:
            part = read_po(opened, locale=language)
        for message in part:
            if message.id:
                _add(whole, file, message)
    return whole


def _add(whole: Catalog, file: Path, message: Message) -> None:
    said = message.id if isinstance(message.id, str) else message.id[0]
    known = whole.get(said, message.context)
    if known is not None and known.string != message.string:
        raise Trouble(f"{file.relative_to(ROOT)}: {said!r} is translated differently in another catalogue")
    whole.add(message.id, message.string, context=message.context)


def compile_all(root: Path = ROOT) -> list[Path]:
    """Writes every language's catalogue; answers the files written, sorted by language."""
    written = []
    for folder in sorted(path for path in (root / "locale").iterdir() if path.is_dir()):
        target = folder / "messages.mo"
        fresh = target.with_suffix(".new")
        with fresh.open("wb") as opened:
            write_mo(opened, merged(folder.name, sorted(folder.glob("*.po"))))
        fresh.replace(target)
        written.append(target)
    return written
