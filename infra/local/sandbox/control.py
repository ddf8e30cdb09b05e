"""What Stripe's dashboard and the world do, on demand: `POST /_sandbox/...` with form fields, for people and tests.

    /_sandbox/break       mode=down|hang|lost|broken  times=1  path=/v1/  method=
    /_sandbox/astray      do=drop|double|hold|<seconds>  times=1  kind=        (the next events)
    /_sandbox/release     order=kept|reversed                                  (what is held)
    /_sandbox/again       event=<id>, or kind= for all that begin so
    /_sandbox/payments/<id>/dispute|refund|arrive|fail     amount= in minor units, for a refund
    /_sandbox/disputes/<id>/won|lost     /_sandbox/refunds/<id>/arrive|fail     /_sandbox/payout
    GET /_sandbox/<session|intent|charge|refund|dispute|transaction|payout|event|calls>

`times=-1` is for good; `/_sandbox/mend` ends all of it.
"""

import re
from collections.abc import Callable, Mapping

from infra.local.sandbox import paying, refunds
from infra.local.sandbox.account import KINDS, Tree, shown
from infra.local.sandbox.balance import pay_out
from infra.local.sandbox.refusals import Refusal, missing
from infra.local.sandbox.sandbox import Sandbox

Form = Mapping[str, str]
MODES = ("down", "hang", "lost", "broken")


class Control:
    def __init__(self, sandbox: Sandbox) -> None:
        self.sandbox = sandbox
        self.account = sandbox.account

    def see(self, kind: str) -> Tree:
        """Everything of a kind, oldest first. Refusal (404) for a kind that there is not."""
        if kind == "calls":
            return {"data": [{"method": method, "path": path} for method, path in self.sandbox.calls]}
        if kind not in KINDS:
            raise Refusal("no such kind", status=404)
        return {"data": shown(list(self.account.things[kind].values()))}

    def do(self, path: str, form: Form) -> Tree:
        """path: what follows `/_sandbox/`. Refusal as the API would, and 404 for what cannot be done."""
        with self.account.turn:
            for pattern, act in ACTS:
                if found := re.fullmatch(pattern, path):
                    answer = act(self, *found.groups(), form)
                    self.account.save()
                    return shown(answer) or {}
        raise Refusal("no such control", status=404)

    def break_(self, form: Form) -> None:
        if form.get("mode") not in MODES:
            raise missing("mode")
        self.sandbox.breaks(
            form["mode"], int(form.get("times", "1")), form.get("path", "/v1/"), form.get("method", "").upper()
        )

    def astray(self, form: Form) -> None:
        if not re.fullmatch(r"drop|double|hold|\d+(\.\d+)?", form.get("do", "")):
            raise missing("do")
        self.sandbox.mishap(form["do"], int(form.get("times", "1")), form.get("kind", ""))

    def mend(self, _: Form) -> None:
        self.account.faults, self.account.mishaps = [], []

    def release(self, form: Form) -> Tree:
        """All that is held leaves now, in its order or the other way round."""
        held = [one for one in self.account.parcels if one["held"]]
        rest = [one for one in self.account.parcels if not one["held"]]
        for parcel in held:
            parcel.update(held=False, at=self.account.now().timestamp())
        self.account.parcels = rest + (held[::-1] if form.get("order") == "reversed" else held)
        return {"released": len(held)}

    def again(self, form: Form) -> Tree:
        """Events are delivered once more, whatever became of them."""
        events = self.account.things["event"].values()
        wanted = [one for one in events if form.get("event") in (None, one["id"])]
        chosen = [one for one in wanted if one["type"].startswith(form.get("kind", ""))]
        at = self.account.now().timestamp()
        self.account.parcels += [{"event": one["id"], "at": at, "tries": 0, "held": False} for one in chosen]
        return {"again": len(chosen)}

    def with_payment(self, id: str, act: str, form: Form) -> Tree:
        intent = self.account.find("intent", id)
        if act == "dispute":
            return refunds.dispute(self.account, intent)
        if act == "refund":
            return self._refund(intent, form)
        if intent["status"] != "processing":
            raise Refusal(f"This payment is {intent['status']}; nothing is on its way.")
        paying.settle(self.account, intent, act == "arrive")
        return intent

    def _refund(self, intent: Tree, form: Form) -> Tree:
        """As somebody makes it on the dashboard: it carries none of our names."""
        asked = {"payment_intent": intent["id"], **({"amount": form["amount"]} if form.get("amount") else {})}
        return refunds.create(self.account, asked)

    def with_refund(self, id: str, act: str, _: Form) -> Tree:
        refund = self.account.find("refund", id)
        return (refunds.arrive if act == "arrive" else refunds.fail)(self.account, refund)

    def with_dispute(self, id: str, act: str, _: Form) -> Tree:
        return refunds.close_dispute(self.account, self.account.find("dispute", id), act == "won")

    def pay_out(self, _: Form) -> Tree:
        return pay_out(self.account)


ACTS: list[tuple[str, Callable[..., Tree | None]]] = [
    ("break", Control.break_),
    ("astray", Control.astray),
    ("mend", Control.mend),
    ("release", Control.release),
    ("again", Control.again),
    ("payments/([^/]+)/(dispute|refund|arrive|fail)", Control.with_payment),
    ("refunds/([^/]+)/(arrive|fail)", Control.with_refund),
    ("disputes/([^/]+)/(won|lost)", Control.with_dispute),
    ("payout", Control.pay_out),
]
