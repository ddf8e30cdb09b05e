"""A service as reviewed in `data/services`: the 14 components of its standard, its questions, its route. Pure.

The components are those of Law 25/2009, Government Regulation 96/2012 and Permenpan RB 15/2014; the first six are
public by law. Amounts in the files are whole rupiah, days of a promise are working days of Bali's calendar.
"""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from chalicelib.core.money import Money, rupiah
from chalicelib.core.text import Text


class Standing(StrEnum):
    """How sure a statement is. Only what is `sourced` is shown as a fact; a `sample` is invented and says so."""

    SOURCED = "sourced"
    UNCONFIRMED = "unconfirmed"
    SAMPLE = "sample"


@dataclass(frozen=True, kw_only=True)
class Source:
    """Where something was read; `url` is "" where it has no address."""

    code: str
    name: str
    url: str = ""


@dataclass(frozen=True, kw_only=True)
class Fact:
    """A sentence for people. `source` is the code of a Source, needed by what is said as a fact."""

    words: Text
    source: str = ""
    standing: Standing = Standing.SOURCED


@dataclass(frozen=True, kw_only=True)
class Days:
    """Working days that something may take, counted from the day on which the file is complete."""

    working_days: int
    source: str = ""
    standing: Standing = Standing.SOURCED
    note: Text | None = None


class OfficeKind(StrEnum):
    CITY = "city"
    DISTRICT = "district"
    VILLAGE = "village"
    PROVINCE = "province"
    NATION = "nation"
    POLICE = "police"


@dataclass(frozen=True, kw_only=True)
class Office:
    """`address` is "" where no source names it; `source` backs the address."""

    code: str
    kind: OfficeKind
    name: Text
    address: str = ""
    source: str = ""
    site: str = ""


@dataclass(frozen=True, kw_only=True)
class LifeEvent:
    """What brings people here: "somebody has died", "I hold an event"."""

    code: str
    name: Text


class Kind(StrEnum):
    """What a question takes."""

    TEXT = "text"
    LONG_TEXT = "long_text"
    NUMBER = "number"
    MONEY = "money"
    DATE = "date"
    CHOICE = "choice"
    MANY = "many"
    NIK = "nik"
    PASSPORT = "passport"
    PHONE = "phone"
    EMAIL = "email"
    PLACE = "place"
    PEOPLE = "people"
    FILE = "file"


CHOSEN = (Kind.CHOICE, Kind.MANY)


@dataclass(frozen=True, kw_only=True)
class Choice:
    value: str
    label: Text


@dataclass(frozen=True, kw_only=True)
class Question:
    """`why` says what the answer is needed for. `least` and `most` bound a number, money (rupiah) or a list of people;
    `longest` bounds text. A file is one of the service's documents. `shown_if` looks at earlier pages only."""

    code: str
    kind: Kind
    label: Text
    hint: Text | None = None
    why: Text | None = None
    choices: tuple[Choice, ...] = ()
    document: str = ""
    shown_if: str = ""
    required: bool = True
    least: int = 0
    most: int = 0
    longest: int = 200


@dataclass(frozen=True, kw_only=True)
class Page:
    """One screen of questions; its conditions look at earlier pages only."""

    code: str
    title: Text
    questions: tuple[Question, ...]
    shown_if: str = ""
    note: Text | None = None


@dataclass(frozen=True, kw_only=True)
class Exit:
    """Where somebody is sent who may not apply here; `when` is "" where only a Limit leads to it.

    `office` decides there; `service` is another service of this catalogue that fits, `site` an address elsewhere.
    """

    code: str
    title: Text
    words: Text
    office: str
    when: str = ""
    service: str = ""
    site: str = ""
    source: str = ""
    standing: Standing = Standing.SOURCED


class Side(StrEnum):
    """A day must lie at least so far ahead, at most so far back, or not after today (`days` is 0 then)."""

    AHEAD = "ahead"
    BACK = "back"
    PAST = "past"


@dataclass(frozen=True, kw_only=True)
class Limit:
    """How far the day of an answer may lie from today. `working` counts working days, else days of the calendar.

    With an `exit` a day beyond the limit ends there; without one the answer is refused with `words`, where `{day}` is
    the nearest day that is allowed.
    """

    question: str
    side: Side
    days: int
    words: Text
    when: str = ""
    working: bool = False
    exit: str = ""
    source: str = ""
    standing: Standing = Standing.SOURCED


@dataclass(frozen=True, kw_only=True)
class Document:
    """`issued_here`: the city made it itself, so an application online never asks for a copy."""

    code: str
    name: Text
    source: str = ""
    standing: Standing = Standing.SOURCED
    issued_here: bool = False
    shown_if: str = ""


class Act(StrEnum):
    """What a step of the route may do."""

    CHECK = "check"
    RETURN = "return"
    VISIT = "visit"
    ASSESS = "assess"
    RECOMMEND = "recommend"
    APPROVE = "approve"
    REFUSE = "refuse"
    PAY = "pay"
    ISSUE = "issue"


ENDS = (Act.PAY, Act.ISSUE)


@dataclass(frozen=True, kw_only=True)
class Step:
    """`source` backs that this office does this; the deadline has a source of its own."""

    code: str
    office: str
    role: str
    title: Text
    may: tuple[Act, ...]
    deadline: Days
    source: str = ""
    standing: Standing = Standing.SOURCED
    shown_if: str = ""


@dataclass(frozen=True, kw_only=True)
class Decider:
    """Who decides, where `shown_if` holds."""

    office: str
    words: Fact
    shown_if: str = ""


@dataclass(frozen=True, kw_only=True)
class Rate:
    """Whole rupiah from a day on."""

    valid_from: date
    rupiah: int

    @property
    def amount(self) -> Money:
        return rupiah(self.rupiah)


@dataclass(frozen=True, kw_only=True)
class Tariff:
    """A price for one `unit`; rates stand in the order of their days, the last that has begun is in force."""

    code: str
    name: Text
    unit: Text
    rates: tuple[Rate, ...]
    source: str = ""
    standing: Standing = Standing.SOURCED

    def rate(self, day: date) -> Rate | None:
        """The rate in force on a day; None before the first."""
        begun = [rate for rate in self.rates if rate.valid_from <= day]
        return max(begun, key=lambda rate: rate.valid_from, default=None)


@dataclass(frozen=True, kw_only=True)
class Fee:
    """A tariff times the numbers that were answered to `per`, where `shown_if` holds."""

    tariff: str
    per: tuple[str, ...] = ()
    shown_if: str = ""


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """The document (or the payment) at the end. `lines` fill `{question}` and the words of `ALWAYS`."""

    name: Fact
    validity: Fact | None = None
    lines: tuple[Text, ...] = ()


# What every outcome document knows without a question.
ALWAYS = ("number", "issued_on", "service")


@dataclass(frozen=True, kw_only=True)
class Retention:
    """How long the file is kept after its end."""

    months: int
    source: str = ""
    standing: Standing = Standing.SOURCED


@dataclass(frozen=True, kw_only=True)
class Standard:
    """Components 6 and 8 to 14; None or () where nobody has published it: "ask the office"."""

    complaints: tuple[Fact, ...] = ()
    facilities: Fact | None = None
    competence: Fact | None = None
    supervision: Fact | None = None
    staff: Fact | None = None
    guarantee: Fact | None = None
    safety: Fact | None = None
    evaluation: Fact | None = None


@dataclass(frozen=True, kw_only=True)
class Counter:
    """Where people apply today; `online` is true only where this portal takes the application itself."""

    office: str
    how: Fact
    site: str = ""
    online: bool = False


@dataclass(frozen=True, kw_only=True)
class Service:
    """`words` are what people type to find it. `free` stands where nothing is paid. `source` backs that the service
    exists and who runs it. `version` grows with every change of questions, route or tariffs."""

    code: str
    name: Text
    summary: Text
    life_event: str
    office: str
    words: tuple[str, ...]
    apply: Counter
    who: tuple[Fact, ...]
    documents: tuple[Document, ...]
    route: tuple[Step, ...]
    deciders: tuple[Decider, ...]
    promise: Days
    outcome: Outcome
    retention: Retention
    legal_basis: tuple[Fact, ...]
    pages: tuple[Page, ...]
    version: int
    source: str = ""
    standing: Standing = Standing.SOURCED
    free: Fact | None = None
    tariffs: tuple[Tariff, ...] = ()
    fees: tuple[Fee, ...] = ()
    notes: tuple[Fact, ...] = ()
    exits: tuple[Exit, ...] = ()
    limits: tuple[Limit, ...] = ()
    standard: Standard = Standard()

    @property
    def questions(self) -> tuple[Question, ...]:
        return tuple(question for page in self.pages for question in page.questions)

    def tariff(self, code: str) -> Tariff:
        """KeyError for a tariff that the service does not have."""
        return {tariff.code: tariff for tariff in self.tariffs}[code]


@dataclass(frozen=True, kw_only=True)
class Signpost:
    """A service of somebody else: who decides, and where to go."""

    code: str
    name: Text
    summary: Text
    life_event: str
    office: str
    site: str
    words: tuple[str, ...]
    source: str = ""
    standing: Standing = Standing.SOURCED
