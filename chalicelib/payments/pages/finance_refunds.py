"""Refunds as finance decides them: one officer asks, over a limit another one approves or rejects."""

from typing import Any, Final

from chalicelib.core.errors import BadValue, Conflict, Invalid, NotFound
from chalicelib.core.money import parse
from chalicelib.core.text import Text
from chalicelib.core.web.answers import Answer, Page, Redirect
from chalicelib.core.web.forms import Form
from chalicelib.core.web.pages import Pages
from chalicelib.core.web.visit import Visit
from chalicelib.payments.model.refund import ALONE, MOST_PLACES, AlreadySettled, NeedsAnother, Reason
from chalicelib.payments.pages import finance_words as words
from chalicelib.payments.pages.finance import ACTING, REASON, officers, readers, show_order
from chalicelib.payments.pages.onward import known
from chalicelib.payments.service.finance import finance
from chalicelib.payments.service.refunds import NothingBack, Wish, WithTheBank, refunds

pages = Pages(__name__)

LONGEST: Final = 400

HOW_MUCH = Text(id="Tulis jumlah yang dikembalikan", en="Write how much goes back")
WHY = Text(id="Tulis alasannya", en="Give the reason")
TOO_MUCH = Text(
    id="Lebih dari yang dibayar dan belum kembali (aturan R1)",
    en="More than was paid and has not gone back (rule R1)",
)
ANOTHER = Text(
    id="Anda yang meminta pengembalian ini: petugas lain yang memutuskan (aturan R2)",
    en="You asked for this refund: another officer decides (rule R2)",
)
DECIDED = Text(
    id="Pengembalian ini sudah diputuskan petugas lain (aturan R3)",
    en="Another officer has decided this refund already (rule R3)",
)
PLACES = Text(
    id="Tulis nomor tempat yang dipisah koma, misalnya 1, 3 (paling banyak 40)",
    en="Write the numbers of places with commas, for example 1, 3 (40 at most)",
)


@pages.get("/{lang}/staff/payments/refunds", guard=readers)
def show_refunds(visit: Visit) -> Answer:
    asked, more_asked = finance().asked_refunds(visit.query.get("asked"))
    going, more_going = finance().going_refunds(visit.query.get("going"))
    failed, more_failed = finance().failed_refunds(visit.query.get("failed"))
    context = {"asked": asked, "going": going, "failed": failed}
    more = {"more_asked": more_asked, "more_going": more_going, "more_failed": more_failed}
    return Page("payments/finance_refunds.html", {**context, **more, "me": visit.actor.id, **_words()})


@pages.get("/{lang}/staff/payments/refunds/{id}", guard=readers)
def show_refund(visit: Visit, id: str) -> Answer:
    return Page("payments/finance_refund.html", {"refund": finance().refund(id), "me": visit.actor.id, **_words()})


@pages.post("/{lang}/staff/payments/refunds/{id}/approve", guard=officers, again=show_refund)
def approve(visit: Visit, id: str) -> Answer:
    return _decided(visit, id, "approve")


@pages.post("/{lang}/staff/payments/refunds/{id}/reject", guard=officers, again=show_refund)
def reject(visit: Visit, id: str) -> Answer:
    return _decided(visit, id, "reject")


def _decided(visit: Visit, id: str, how: str) -> Answer:
    """Two officers at once: the first one decides, the other one is told so."""
    form = Form(visit)
    why = form.text("words", limit=REASON, lines=True, missing=WHY)
    form.check()
    decide = refunds().approve if how == "approve" else refunds().reject
    try:
        decide(id, visit.actor.id, why)
    except AlreadySettled as rule:
        raise Invalid(errors={"words": DECIDED}) from rule
    except NeedsAnother as rule:
        raise Invalid(errors={"words": ANOTHER}) from rule
    except WithTheBank as rule:
        raise Invalid(errors={"words": rule.title}) from rule
    return Redirect(f"/{visit.language}/staff/payments/refunds/{id}")


@pages.post("/{lang}/staff/payments/orders/{reference}/refund", guard=officers, again=show_order)
def ask(visit: Visit, reference: str) -> Answer:
    form = Form(visit)
    wish = _wish(form, known(reference))
    form.check()
    return Redirect(f"/{visit.language}/staff/payments/refunds/{_asked(wish, visit, form.id)}")


def _asked(wish: Wish, visit: Visit, form_id: str) -> str:
    try:
        return refunds().ask(wish, visit.actor, form_id)
    except NothingBack as rule:
        raise Invalid(errors={"amount": TOO_MUCH}) from rule
    except NotFound as nobody:
        raise Invalid(errors={"places": PLACES}) from nobody
    except Conflict as rule:
        raise Invalid(errors={"places": rule.title or PLACES}) from rule


def _wish(form: Form, reference: str) -> Wish:
    return Wish(
        reference=reference,
        places=form.optional("places", places_of) or (),
        reason=Reason.OFFICER,
        amount=form.value("amount", parse, missing=HOW_MUCH),
        words=form.text("words", limit=REASON, lines=True, missing=WHY),
    )


def places_of(typed: str) -> tuple[int, ...]:
    """Places as people count them, from 1 on: `1, 3`. Raises BadValue."""
    # A list that is too long is refused: cut, its last number may name another place.
    parts = [part.strip() for part in typed.split(",")] if len(typed) <= LONGEST else [""]
    if not all(part.isascii() and part.isdecimal() and 0 < len(part) < 5 and int(part) for part in parts):
        raise BadValue(PLACES)
    places = tuple(sorted({int(part) - 1 for part in parts}))
    if len(places) > MOST_PLACES:
        raise BadValue(PLACES)
    return places


def _words() -> dict[str, Any]:
    return {"words": words, "acting": ACTING, "alone": ALONE, "most": REASON}
