"""Gates as JSON: scans are judged, keys and the list of tickets that are not good are public (docs/vouchers.md)."""

from datetime import datetime
from typing import Annotated, Final, NotRequired, TypedDict

from chalicelib.core.clock import as_stamp
from chalicelib.core.errors import BadValue, Invalid, Malformed, Unavailable
from chalicelib.core.text import Text
from chalicelib.core.toolbox import toolbox
from chalicelib.core.web.answers import Answer
from chalicelib.core.web.bodies import body
from chalicelib.core.web.guards import anyone, staff
from chalicelib.core.web.pages import Api, json_body
from chalicelib.core.web.says import Given, Says, Stamp, meaning
from chalicelib.core.web.visit import Visit
from chalicelib.payments.model.gate import Gate, Outcome, Scan, Verdict, digest
from chalicelib.payments.model.voucher import Standing
from chalicelib.payments.service.gate import gate_service, known_gate

api = Api(__name__)

MOST_SCANS: Final = 50
# Shared for half a minute, never longer: a list that caches keep while the city is away would look fresh at a gate.
SHARED: Final = "public, max-age=0, s-maxage=30"


class SentScan(TypedDict):
    nonce: Annotated[str, meaning("One for each scan: sent again it is the same entry", min_length=8, max_length=64)]
    token: Annotated[str, meaning("What was scanned or typed: an address, a token or a code", max_length=300)]
    at: Annotated[datetime, meaning("When it was scanned", tz=True)]
    offline: NotRequired[Annotated[bool, meaning("Somebody was let in before the city was asked")]]


class SentScans(TypedDict):
    """Scans of one gate, at most 50."""

    gate: Annotated[str, meaning("A place and its entrance, such as mangrove-1", max_length=40)]
    scans: Annotated[
        list[SentScan], meaning("Those of one moment, or of hours without network", min_length=1, max_length=MOST_SCANS)
    ]


class Answered(TypedDict):
    """`used_at` and `used_gate` name the entry that counts."""

    nonce: str
    outcome: Annotated[str, meaning("ok lets one person in", among=list(Outcome))]
    voucher: str | None
    used_at: Stamp | None
    used_gate: str | None


class AnsweredScans(TypedDict):
    answers: Annotated[list[Answered], meaning("In the order of the scans")]
    entered: Annotated[int, meaning("How many went in at this place today")]
    places: Annotated[int | None, meaning("How many may, where somebody counts them")]


class PublicKey(TypedDict):
    """RFC 7517; `kid` is the start of the key's thumbprint (RFC 7638) in base32."""

    kid: str
    kty: str
    crv: str
    x: str
    y: str


class PublicKeys(TypedDict):
    keys: Annotated[list[PublicKey], meaning("The one that signs now comes first")]


class Revoked(TypedDict):
    digest: Annotated[str, meaning("The first 16 hexadecimal digits of the SHA-256 of the ticket's code")]
    standing: Annotated[str, meaning("frozen may become good again", among=[Standing.FROZEN, Standing.VOID])]


class RevokedPage(TypedDict):
    revoked: list[Revoked]
    next: Annotated[str | None, meaning("The address of the next page")]


@api.post(
    "/api/gate/scans",
    guard=staff("field_unit", office="dispar"),
    says=Says(
        what=Text(id="Pindaian tiket di satu gerbang", en="Scans of tickets at one gate"),
        takes=SentScans,
        sent={
            "gate": "mangrove-1",
            "scans": [{"nonce": "0f6e3c1c-7c0e", "token": "TK-K7MH-K52N-FTR8", "at": "2026-11-24T02:30:00Z"}],
        },
        answer=AnsweredScans,
        example={
            "answers": [
                {
                    "nonce": "0f6e3c1c-7c0e",
                    "outcome": "ok",
                    "voucher": "TK-K7MH-K52N-FTR8",
                    "used_at": "2026-11-24T02:30:00Z",
                    "used_gate": "mangrove-1",
                }
            ],
            "entered": 128,
            "places": 400,
        },
        refuses=(Unavailable,),
        more="A scan that is not good has its outcome and is no refusal of the request.",
    ),
)
def send_scans(visit: Visit) -> Answer:
    sent = body(visit, SentScans)
    gate = _gate(sent["gate"])
    service = gate_service()
    answers = [_answered(one["nonce"], service.redeem(_scan(one, gate), visit.actor)) for one in sent["scans"]]
    inside = service.inside(gate.scheme)
    shown: AnsweredScans = {"answers": answers, "entered": inside.entered, "places": inside.places}
    return json_body(shown)


@api.get(
    "/api/vouchers/keys",
    guard=anyone,
    cache=SHARED,
    says=Says(
        what=Text(id="Kunci publik yang menandatangani tiket", en="The public keys that sign tickets"),
        answer=PublicKeys,
        example={
            "keys": [
                {
                    "kid": "OJ7IR7KW",
                    "kty": "EC",
                    "crv": "P-256",
                    "x": "MKBCTNIcKUSDii11ySs3526iDZ8AiTo7Tu6KPAqv7D4",
                    "y": "4Etl6SRW2YiLUrN5vfvVHuhp7x8PxltmWWlbbM4IFyM",
                }
            ]
        },
        refuses=(Unavailable,),
        more="A ticket's QR is checked with these alone; its bytes are described in docs/vouchers.md.",
    ),
)
def list_keys(visit: Visit) -> Answer:
    keys = [{"kid": kid, **key} for kid, key in gate_service().keys().items()]
    return json_body({"keys": keys})


@api.get(
    "/api/vouchers/revoked",
    guard=anyone,
    cache=SHARED,
    says=Says(
        what=Text(
            id="Tiket yang dibatalkan atau ditahan dan belum lewat masanya",
            en="Tickets that are cancelled or on hold and not over",
        ),
        given={"from": Given("Where the page starts: an earlier answer's `next` carries it", "", where="query")},
        answer=RevokedPage,
        example={"revoked": [{"digest": "9b2c0a6d1f4e8b37", "standing": "void"}], "next": None},
        refuses=(Malformed, Unavailable),
    ),
)
def list_revoked(visit: Visit) -> Answer:
    vouchers, more = gate_service().revoked(visit.query.get("from"))
    listed: list[Revoked] = [{"digest": digest(one.code), "standing": one.standing} for one in vouchers]
    shown: RevokedPage = {"revoked": listed, "next": f"/api/vouchers/revoked?from={more}" if more else None}
    return json_body(shown)


def _gate(code: str) -> Gate:
    """Raises Invalid."""
    try:
        return known_gate(code)
    except BadValue as wrong:
        raise Invalid(errors={"gate": wrong.message}) from wrong


def _scan(sent: SentScan, gate: Gate) -> Scan:
    """Online the city's own clock counts; a scan of the past never lies in the future."""
    now, offline = toolbox().now(), sent.get("offline", False)
    at = min(sent["at"], now) if offline else now
    return Scan(nonce=sent["nonce"], ticket=sent["token"], gate=gate, at=at, offline=offline)


def _answered(nonce: str, verdict: Verdict) -> Answered:
    voucher = verdict.voucher
    return {
        "nonce": nonce,
        "outcome": verdict.outcome,
        "voucher": voucher.code if voucher else None,
        "used_at": as_stamp(voucher.used_at) if voucher and voucher.used_at else None,
        "used_gate": voucher.used_gate or None if voucher else None,
    }
