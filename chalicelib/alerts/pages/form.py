"""The composer's form: what officers type becomes content, and content becomes what the form shows."""

import re
from datetime import datetime, timedelta
from typing import Any, Final

from chalicelib.alerts.model.alert import Alert, Content
from chalicelib.alerts.model.ladder import LEVELS, RUNGS, STATUS_NAMES, Level, Status
from chalicelib.core import places
from chalicelib.core.clock import WITA
from chalicelib.core.contacts import plain_digits
from chalicelib.core.errors import BadValue
from chalicelib.core.hazards import hazards
from chalicelib.core.text import Text, local
from chalicelib.core.web.forms import Form
from chalicelib.core.web.visit import Visit
from chalicelib.incidents.reads import IncidentSummary

HEADLINE, INSTRUCTION, DESCRIPTION, ENDING, REASON = 100, 260, 1500, 200, 500

CLOCK: Final = re.compile(r"([01]?\d|2[0-3])[.:]([0-5]\d)(?: *wita)?", re.IGNORECASE)
WHICH_STATUS = Text(id="Pilih: nyata, latihan, atau uji coba", en="Choose: actual, exercise or test")
WHICH_HAZARD = Text(id="Pilih bahayanya", en="Choose the hazard")
WHICH_LEVEL = Text(id="Pilih tingkatnya", en="Choose the level")
WHERE = Text(id="Pilih sedikitnya satu wilayah", en="Choose at least one area")
UNTIL_DAY = Text(id="Pilih harinya", en="Choose the day")
UNTIL_TIME = Text(id="Tulis jam WITA, misalnya 18.00", en="Give the time in WITA, for example 18.00")
HEADLINE_MISSING = Text(id="Tulis judulnya dalam {language}", en="Write the headline in {language}")
INSTRUCTION_MISSING = Text(
    id="Tulis apa yang harus dilakukan dalam {language}", en="Write in {language} what people should do"
)
DESCRIPTION_MISSING = Text(id="Tulis apa yang terjadi dalam {language}", en="Write in {language} what is happening")
LANGUAGE_WORDS = {
    "id": Text(id="bahasa Indonesia", en="Indonesian"),
    "en": Text(id="bahasa Inggris", en="English"),
}


def content(form: Form, now: datetime) -> Content:
    """What was typed. Raises Invalid with a message for every field that is wrong."""
    status = form.choice("status", list(Status), missing=WHICH_STATUS)
    hazard = form.choice("hazard", hazards().keys(), missing=WHICH_HAZARD)
    level = form.choice("level", LEVELS, missing=WHICH_LEVEL)
    areas = form.choices("areas", [place.code for place in places.places()], missing=WHERE)
    headline = both(form, "headline", HEADLINE, HEADLINE_MISSING)
    instruction = both(form, "instruction", INSTRUCTION, INSTRUCTION_MISSING)
    description = both(form, "description", DESCRIPTION, DESCRIPTION_MISSING, lines=True)
    expires_at = _until(form, now)
    form.check()
    return Content(
        status=Status(status),
        hazard=hazard,
        level=Level(level),
        areas=areas,
        headline=headline,
        instruction=instruction,
        description=description,
        expires_at=expires_at,
    )


def both(form: Form, name: str, limit: int, missing: Text, *, lines: bool = False) -> Text:
    """One text in every language, from the fields `<name>_id` and `<name>_en`; `missing` names `{language}`."""

    def typed(lang: str) -> str:
        asked = missing.format(language=LANGUAGE_WORDS[lang])
        return form.text(f"{name}_{lang}", limit=limit, lines=lines, missing=asked)

    return Text(id=typed("id"), en=typed("en"))


def whole_number(typed: str) -> int:
    """BadValue for anything else."""
    if not (typed.isascii() and typed.isdigit() and len(typed) < 10):
        raise BadValue(Text(id="Muat ulang halaman ini", en="Load this page again"))
    return int(typed)


def choices(now: datetime) -> dict[str, Any]:
    """What the composer offers."""
    today = local(now).date()
    return {
        "statuses": list(STATUS_NAMES.items()),
        "hazards": [(one.code, one.name) for one in hazards().values()],
        "levels": [{"value": level, "text": RUNGS[level].name, "hint": RUNGS[level].meaning} for level in LEVELS],
        "places": places.places(),
        "days": [today, today + timedelta(days=1)],
        "limits": {"headline": HEADLINE, "instruction": INSTRUCTION, "description": DESCRIPTION},
    }


def shown(alert: Alert) -> dict[str, Any]:
    """What is saved, as the form's fields hold it."""
    until = local(alert.expires_at)
    texts = {"headline": alert.headline, "instruction": alert.instruction, "description": alert.description}
    return {
        "status": alert.status,
        "hazard": alert.hazard,
        "level": alert.level,
        "areas": list(alert.areas),
        "until_day": until.date().isoformat(),
        "until_time": f"{until:%H.%M}",
        **{f"{name}_{lang}": text.in_(lang) for name, text in texts.items() for lang in ("id", "en")},
    }


def suggested(incident: IncidentSummary | None) -> dict[str, Any]:
    """What an incident says before anybody has typed."""
    if incident is None:
        return {}
    return {"incident": incident.id, "hazard": incident.hazard, "areas": [incident.village]}


def typed_or(visit: Visit, values: dict[str, Any]) -> dict[str, Any]:
    """What was typed goes before what is saved."""
    return {**values, **visit.typed()} if visit.method == "POST" else values


def _until(form: Form, now: datetime) -> datetime:
    """Today or tomorrow at a time of the city's clock; `now` where either was not given (the form refuses it)."""
    days = {one.isoformat(): one for one in choices(now)["days"]}
    day = days.get(form.choice("until_day", days, missing=UNTIL_DAY))
    clock = form.value("until_time", _clock, missing=UNTIL_TIME)
    if day is None or clock is None:
        return now
    return datetime(day.year, day.month, day.day, *clock, tzinfo=WITA).astimezone(now.tzinfo)


def _clock(typed: str) -> tuple[int, int]:
    found = CLOCK.fullmatch(plain_digits(typed))
    if found is None:
        raise BadValue(UNTIL_TIME)
    return int(found[1]), int(found[2])
