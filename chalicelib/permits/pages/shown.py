"""What the pages of services show."""

from datetime import date

from chalicelib.core.errors import NotFound
from chalicelib.core.text import Text
from chalicelib.permits import reads
from chalicelib.permits.model.search import LONGEST_QUERY
from chalicelib.permits.model.service import Act, Service, Signpost

# The language decides who is probably reading: a visitor looks for filming first, a resident for what life brings.
FIRST = {"en": "visitors"}

ACTS = {
    Act.CHECK: Text(id="memeriksa", en="check"),
    Act.RETURN: Text(id="mengembalikan untuk diperbaiki", en="return for correction"),
    Act.VISIT: Text(id="melihat lokasi", en="visit the place"),
    Act.ASSESS: Text(id="menetapkan biaya", en="set the fee"),
    Act.RECOMMEND: Text(id="memberi pertimbangan", en="give its view"),
    Act.APPROVE: Text(id="menyetujui", en="approve"),
    Act.REFUSE: Text(id="menolak", en="refuse"),
    Act.PAY: Text(id="membayar", en="pay"),
    Act.ISSUE: Text(id="menerbitkan", en="issue"),
}
# Components 8 to 14 of a service standard, in the words of the rule.
COMPONENTS = {
    "facilities": Text(id="Sarana, prasarana, dan fasilitas", en="Premises and equipment"),
    "competence": Text(id="Kompetensi pelaksana", en="What the staff must know"),
    "supervision": Text(id="Pengawasan internal", en="Internal supervision"),
    "staff": Text(id="Jumlah pelaksana", en="Number of staff"),
    "guarantee": Text(id="Jaminan pelayanan", en="What is guaranteed"),
    "safety": Text(id="Jaminan keamanan dan keselamatan", en="Security and safety"),
    "evaluation": Text(id="Evaluasi kinerja pelaksana", en="How the service is evaluated"),
}


def listed(typed: str, language: str) -> dict[str, object]:
    """What the list of services shows to somebody who searches for `typed`, or for nothing."""
    typed = typed.strip()[:LONGEST_QUERY]
    found = [_one(code) for code in reads.search(typed)] if typed else []
    return {"typed": typed, "found": found, "groups": _groups(language)}


def told(code: str, today: date) -> tuple[str, dict[str, object]]:
    """The template of a service or a sign-post, and what it shows at the tariffs of a day. Raises NotFound."""
    one = _one(code)
    context: dict[str, object] = {"one": one, "office": reads.office, "sources": reads.sources(one), "link": _links()}
    if isinstance(one, Signpost):
        return "permits/signpost.html", context
    return "permits/service.html", {**context, **_standard(one), "acts": ACTS, "today": today}


def _one(code: str) -> Service | Signpost:
    """Raises NotFound."""
    try:
        return reads.service(code)
    except NotFound:
        return reads.signpost(code)


def _groups(language: str) -> list[tuple[Text, list[Service | Signpost]]]:
    """What there is for each event of life, services of the city before sign-posts."""
    events = sorted(reads.life_events(), key=lambda event: event.code != FIRST.get(language))
    return [(event.name, [one for one in reads.everything() if one.life_event == event.code]) for event in events]


def _standard(one: Service) -> dict[str, object]:
    standard = reads.standard(one)
    rest = [(words, getattr(standard, name)) for name, words in COMPONENTS.items()]
    return {"complaints": standard.complaints, "components": rest}


def _links() -> dict[str, Text]:
    """The names of services and sign-posts, for links to them."""
    return {one.code: one.name for one in reads.everything()}
