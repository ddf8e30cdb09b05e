"""How far a refund is, as steps that a payer follows like those of a permit."""

from datetime import datetime, timedelta
from typing import Any, Final

from chalicelib.core.text import Text
from chalicelib.core.text import day as day_words
from chalicelib.payments.model.refund import Progress, Reason, Refund

# Ten working days, with the longest row of holidays in between.
BANK: Final = timedelta(days=21)

ASKED = Text(id="Diminta, {amount}", en="Asked for, {amount}")
BY_ITSELF = {
    Reason.LATE: Text(id="Kembali dengan sendirinya, {amount}", en="Goes back by itself, {amount}"),
    Reason.SURPLUS: Text(id="Pembayaran kedua kembali, {amount}", en="The second payment goes back, {amount}"),
}
APPROVED = Text(id="Disetujui", en="Approved")
BY_RULE = Text(id="Disetujui menurut aturan", en="Approved by the rule")
REJECTED = Text(id="Tidak disetujui; tiketnya tetap berlaku", en="Not approved; the tickets stay good")
SENT = Text(id="Dikirim ke kartu Anda", en="Sent to your card")
ARRIVED = Text(id="Sampai di rekening Anda", en="On your account")
FAILED = Text(id="Uangnya tidak sampai", en="It did not arrive")
SECOND = Text(id="Menunggu petugas kedua.", en="Waits for a second officer.")
SOON = Text(id="Biasanya dalam beberapa menit.", en="Usually within minutes.")
LATEST = Text(
    id="Paling lambat {day}. Bank Anda yang menentukan kapan tampak.",
    en="By {day} at the latest. Your bank decides when it shows.",
)
LATER = Text(
    id="Bank menampilkannya 5 sampai 10 hari kerja setelah dikirim.",
    en="Banks show it 5 to 10 working days after it was sent.",
)
OTHER_WAY = Text(
    id="Kantor yang memungutnya akan mencari cara lain. Anda tidak perlu meminta lagi.",
    en="The office that charges it looks for another way. You need not ask again.",
)

Step = dict[str, Any]


def steps(refund: Refund) -> list[Step]:
    """For the layout's timeline, oldest first."""
    asked = BY_ITSELF.get(refund.reason, ASKED).format(amount=refund.amount.shown("id"))
    first = {"title": asked, "at": refund.asked_at, "state": "done"}
    if refund.progress is Progress.REJECTED:
        return [first, {"title": REJECTED, "state": "now"}]
    return [first, _approved(refund), *_sent(refund)]


def _approved(refund: Refund) -> Step:
    title = BY_RULE if refund.reason is Reason.CHANGED_MIND else APPROVED
    waits = refund.progress is Progress.ASKED
    return {"title": title, "state": "now" if waits else "done", "note": SECOND if waits else ""}


def _sent(refund: Refund) -> list[Step]:
    if refund.progress is Progress.FAILED:
        return [{"title": FAILED, "at": refund.settled_at, "state": "now", "note": OTHER_WAY}]
    if refund.progress in (Progress.ASKED, Progress.APPROVED):
        state, note = ("next", "") if refund.progress is Progress.ASKED else ("now", SOON)
        return [{"title": SENT, "state": state, "note": note}, {"title": ARRIVED, "state": "next", "note": LATER}]
    told = {"title": ARRIVED, "state": "now", "note": _latest(refund.settled_at or refund.asked_at)}
    return [{"title": SENT, "at": refund.settled_at, "state": "done"}, told]


def _latest(sent_at: datetime) -> Text:
    by = sent_at + BANK
    return LATEST.format(day=Text(id=day_words(by, "id"), en=day_words(by, "en")))
