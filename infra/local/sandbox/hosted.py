"""The hosted page without a socket: what a payer reads and sends, complete without scripts, in both languages."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from jinja2 import Environment, FileSystemLoader

from chalicelib.core.money import EXPONENTS, Money
from infra.local.sandbox import paying
from infra.local.sandbox.account import Tree
from infra.local.sandbox.cards import CARDS, Card
from infra.local.sandbox.checkouts import end_what_is_over
from infra.local.sandbox.sandbox import Sandbox
from infra.local.sandbox.words import said

PAGES = Environment(loader=FileSystemLoader(Path(__file__).parent / "pages"), autoescape=True)
CURRENCIES = ("aud", "jpy", "kwd")


@dataclass(frozen=True)
class Shown:
    """A page, or with `to` a redirect. `leads_to` are the origins that its forms may lead to."""

    status: int = 200
    html: str = ""
    to: str = ""
    leads_to: tuple[str, ...] = ()


@dataclass(frozen=True)
class Typed:
    """What the payer filled in, and the fields that are wrong."""

    fields: Mapping[str, str] = field(default_factory=dict)
    wrong: tuple[str, ...] = ()


@dataclass(frozen=True)
class Hosted:
    sandbox: Sandbox

    def show(self, id: str, _: Mapping[str, str] | None = None) -> Shown:
        """The page of a session: to pay, or why that is not possible any more."""
        return self._shown(id, Typed())

    def _shown(self, id: str, typed: Typed) -> Shown:
        session = self._session(id)
        if session is None:
            return Shown(404, _page("over.html", "en", reason="unknown", session={}))
        if session["status"] != "open":
            return self._over(session)
        held = {"intent": self._intent(session), "typed": typed, "choices": _choices(session), "cards": CARDS}
        status = 422 if typed.wrong else 200
        return Shown(status, _page("checkout.html", _lang(session), session=session, **held), leads_to=_ends(session))

    def _over(self, session: Tree) -> Shown:
        reason = "expired" if session["status"] == "expired" else "done"
        return Shown(410, _page("over.html", _lang(session), reason=reason, session=session, paid=_return(session)))

    def _session(self, id: str) -> Tree | None:
        end_what_is_over(self.sandbox.account)
        return self.sandbox.account.things["session"].get(id)

    def _intent(self, session: Tree) -> Tree:
        return self.sandbox.account.things["intent"].get(session["payment_intent"] or "", {})

    def pay(self, id: str, form: Mapping[str, str]) -> Shown:
        """The payer presses the button: once is enough, and a second press changes nothing."""
        session = self._session(id)
        if session is None or session["status"] != "open":
            return Shown(303, to=_return(session)) if session and session["status"] == "complete" else self.show(id)
        by_card = form.get("way") != "transfer"
        if wrong := self._wrong(form, by_card):
            return self._shown(id, Typed(form, tuple(wrong)))
        currency = form.get("currency", "")
        intent = paying.begin(self.sandbox.account, session, form["email"], currency if currency in CURRENCIES else "")
        if by_card:
            return self._next(session, paying.pay_by_card(self.sandbox.account, intent, _card(form)))
        paying.pay_by_transfer(self.sandbox.account, intent)
        return self._next(session, "paid")

    def _wrong(self, form: Mapping[str, str], by_card: bool) -> list[str]:
        faults = _card(form).faults(self.sandbox.account.now()) if by_card else []
        return ([] if _is_email(form.get("email", "")) else ["email"]) + faults

    def _next(self, session: Tree, outcome: str) -> Shown:
        self.sandbox.account.save()
        here = f"/c/pay/{session['id']}"
        return Shown(303, to={"paid": _return(session), "challenge": f"{here}/challenge", "declined": here}[outcome])

    def challenge(self, id: str, _: Mapping[str, str] | None = None) -> Shown:
        """The bank's own page."""
        session = self._session(id)
        if session is None or self._intent(session).get("status") != "requires_action":
            return self.show(id)
        return Shown(html=_page("challenge.html", _lang(session), session=session), leads_to=_ends(session))

    def answer(self, id: str, form: Mapping[str, str]) -> Shown:
        session = self._session(id)
        if session is None or session["status"] == "expired" or not self._intent(session):
            return self.show(id)
        proven = form.get("answer") == "complete"
        return self._next(session, paying.prove(self.sandbox.account, self._intent(session), proven))


def _card(form: Mapping[str, str]) -> Card:
    number = form.get("number", "").replace(" ", "")
    return Card(number=number, expiry=form.get("expiry", ""), cvc=form.get("cvc", ""))


def _page(name: str, lang: str, **held: Any) -> str:
    def money(amount: int, currency: str) -> str:
        return _money(amount, currency, lang)

    return PAGES.get_template(name).render(lang=lang, say=lambda words: said(words, lang), money=money, **held)


def _lang(session: Tree) -> str:
    return "id" if session["locale"] == "id" else "en"


def _money(amount: int, currency: str, lang: str) -> str:
    known = currency.upper()
    return Money(amount, known).shown(lang) if known in EXPONENTS else f"{known} {amount}"


def _choices(session: Tree) -> list[tuple[str, int]]:
    """The payer's own currencies with what would be asked in each."""
    if session["currency"] != "idr" or not session["adaptive_pricing"]["enabled"]:
        return []
    return [(one, paying.presented(session["amount_total"], one)) for one in CURRENCIES]


def _return(session: Tree) -> str:
    return str(session["success_url"]).replace("{CHECKOUT_SESSION_ID}", session["id"])


def _ends(session: Tree) -> tuple[str, ...]:
    """The origins of the pages that payers come back to."""
    parts = [urlsplit(session[name]) for name in ("success_url", "cancel_url") if session[name]]
    return tuple(sorted({f"{part.scheme}://{part.netloc}" for part in parts}))


def _is_email(text: str) -> bool:
    local, _, domain = text.strip().rpartition("@")
    return bool(local) and "." in domain and not any(sign.isspace() for sign in text.strip())
