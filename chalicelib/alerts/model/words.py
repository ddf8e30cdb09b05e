"""What people read: an alert's words for e-mail, phone and page, the same wherever they are rendered."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from chalicelib.alerts.model.alert import Alert
from chalicelib.alerts.model.ladder import RUNGS, Status
from chalicelib.alerts.model.refusals import Refusal
from chalicelib.core import places, sms
from chalicelib.core.text import LANGUAGES, Text, day, moment


class Announcement(StrEnum):
    """What an alert is telling people."""

    ISSUED = "issued"
    CANCELLED = "cancelled"


@dataclass(frozen=True, kw_only=True)
class Words:
    """One language of one announcement; `sms` fits three parts."""

    subject: str
    sms: str
    headline: str
    description: str
    instruction: str


MOST_PARTS: Final = 3
# One typographic sign would more than halve what fits: phones get the plain one.
PLAIN: Final = str.maketrans(
    {"’": "'", "‘": "'", "“": '"', "”": '"', "–": "-", "—": "-", "…": "...", "\u00a0": " ", "•": "-", "\t": " "}
)
# Nobody may take these for the real thing: the mark stands first in every subject and message.
MARKS = {
    Status.EXERCISE: Text(id="LATIHAN. ", en="EXERCISE. "),
    Status.TEST: Text(id="UJI COBA. ", en="TEST. "),
}
CANCELLED = Text(id="DIBATALKAN. ", en="CANCELLED. ")
REPEATED = Text(id="(diulang) ", en="(repeated) ")
ISSUED_SMS = Text(
    id="{mark}{level}: {headline} {instruction} Sampai {until}. {link}",
    en="{mark}{level}: {headline} {instruction} Until {until}. {link}",
)
CANCELLED_SMS = Text(
    id="{mark}{level}: {headline} {ending} {link}",
    en="{mark}{level}: {headline} {ending} {link}",
)
SUBJECT = "{mark}{level}: {headline}"
TOO_LONG = Text(
    id="SMS menjadi {parts} bagian, paling banyak {most}. Persingkat judul atau arahan.",
    en="The SMS would take {parts} parts, at most {most} fit. Shorten the headline or the instructions.",
)


def words(alert: Alert, announcement: Announcement, lang: str, origin: str, *, repeated: bool = False) -> Words:
    """`origin` is the city's own address; `repeated` marks a second send of one whose outcome is unknown."""
    values = _values(alert, announcement, lang, origin, repeated)
    pattern = ISSUED_SMS if announcement is Announcement.ISSUED else CANCELLED_SMS
    return Words(
        subject=SUBJECT.format(**{**values, "headline": alert.headline.in_(lang)}),
        sms=_plain(pattern.in_(lang).format(**values)),
        headline=alert.headline.in_(lang),
        description=(alert.ending or alert.description).in_(lang)
        if announcement is Announcement.CANCELLED
        else alert.description.in_(lang),
        instruction=alert.instruction.in_(lang),
    )


def in_every_language(alert: Alert, announcement: Announcement, origin: str) -> dict[str, Words]:
    return {lang: words(alert, announcement, lang, origin) for lang in LANGUAGES}


def check_length(alert: Alert, announcement: Announcement, origin: str) -> None:
    """Refuses words that no phone would get whole, beside the field of the language that is too long."""
    field = "instruction" if announcement is Announcement.ISSUED else "ending"
    for lang in LANGUAGES:
        parts = sms.size(words(alert, announcement, lang, origin, repeated=True).sms).parts
        if parts > MOST_PARTS:
            raise Refusal(TOO_LONG.format(parts=parts, most=MOST_PARTS), field=f"{field}_{lang}")


def path(alert_id: str, lang: str) -> str:
    """Where an alert's public page lies."""
    return f"/{lang}/alerts/{alert_id}"


def area_names(codes: tuple[str, ...]) -> Text:
    """Places as one line: the city by its name, a district as the whole of it."""
    named = [_area(code) for code in codes]
    return Text(id=", ".join(one.id for one in named), en=", ".join(one.en for one in named))


def _area(code: str) -> Text:
    place = places.place(code)
    whole = {
        "city": Text(id="seluruh Kota Denpasar", en="the whole city of Denpasar"),
        "district": Text(id="seluruh Kecamatan {name}", en="all of {name} district"),
    }
    return whole.get(place.kind, Text(id="{name}", en="{name}")).format(name=place.name)


def _values(alert: Alert, announcement: Announcement, lang: str, origin: str, repeated: bool) -> dict[str, str]:
    ended = announcement is Announcement.CANCELLED
    mark = (CANCELLED.in_(lang) if ended else "") + (REPEATED.in_(lang) if repeated else "")
    return {
        "mark": (MARKS[alert.status].in_(lang) if alert.status in MARKS else "") + mark,
        "level": RUNGS[alert.level].label.in_(lang),
        "headline": _sentence(alert.headline.in_(lang)),
        "instruction": _sentence(alert.instruction.in_(lang)),
        "ending": _sentence(alert.ending.in_(lang)) if alert.ending else "",
        "until": f"{moment(alert.expires_at, lang)} {day(alert.expires_at, lang)}",
        "link": f"{origin}{path(alert.id, lang)}",
    }


def _plain(said: str) -> str:
    """The words on one line, in signs that phones have."""
    return " ".join(said.translate(PLAIN).split())


def _sentence(said: str) -> str:
    return said if said.endswith((".", "!", "?", "…")) else f"{said}."
