"""Receipts: asked for after every payment, numbered by one worker in turn, drawn and mailed afterwards.

A ticket never waits for its number. One FIFO queue with a group for each authority and year has one message of a group
at work at a time, so that numbers follow each other without gaps and without anybody fighting for the next one.
"""

from dataclasses import replace
from typing import Any

from chalicelib.core.documents import PDF_TYPE, pdf
from chalicelib.core.errors import NotFound
from chalicelib.core.events import Entry, ascii_json
from chalicelib.core.files import File
from chalicelib.core.store import Once, retried
from chalicelib.core.text import LANGUAGES, Text, day_and_moment, local
from chalicelib.core.toolbox import Toolbox, toolbox
from chalicelib.payments.events import ReceiptNumbered
from chalicelib.payments.model.day import Row
from chalicelib.payments.model.order import Attempt, Bought, Order
from chalicelib.payments.model.receipt import Receipt, written, year_of
from chalicelib.payments.service.books import books
from chalicelib.payments.store.orders import OrderStore
from chalicelib.payments.store.receipts import ReceiptStore
from chalicelib.schemes import reads

TITLE = Text(id="Kuitansi {number}", en="Receipt {number}")
FOR = Text(id="Untuk", en="For")
PAID_AT = Text(id="Dibayar", en="Paid")
CARD = Text(id="Kartu", en="Card")
SEEN_AS = Text(id="Ditagih kepada Anda sebagai", en="Charged to you as")
BASIS = Text(id="Dasar hukum", en="Legal basis")
REFERENCE = Text(id="Nomor pesanan", en="Order")
TOTAL = Text(id="Jumlah", en="Total")
HEADS = (
    *(Text(id="Uraian", en="Item"), Text(id="Banyak", en="Quantity")),
    *(Text(id="Harga", en="Price"), Text(id="Jumlah", en="Amount")),
)
SAMPLE = Text(
    id="Harga contoh: aturan yang menetapkannya belum dikutip.",
    en="A sample price: the rule that sets it is not cited yet.",
)


class Receipts:
    def __init__(self, tools: Toolbox) -> None:
        self._tools = tools
        self._orders = OrderStore(tools.store)
        self._store = ReceiptStore(tools.store)

    def ask(self, entry: Entry) -> None:
        """After a payment: its receipt waits for its turn. Asking twice is one receipt. Raises Unavailable."""
        payment = str(entry.data["payment"])
        order = self._orders.order(str(entry.data["reference"]))
        told = {"order": order.reference, "payment": payment, "correlation": entry.correlation}
        group = f"{order.authority}#{year_of(self._orders.link(payment).paid_at)}"
        self._tools.receipts_queue.send(ascii_json(told), group=group, key=entry.id)

    @retried
    def number(self, reference: str, payment: str) -> Receipt:
        """The receipt of a payment, with the next number of its series if it has none. Raises NotFound."""
        if found := self._store.find(payment):
            return found
        order = self._orders.order(reference)
        receipt = self._drafted(order, _captured(order, payment))
        series = self._store.series(receipt.authority, receipt.year).next()
        prefix = reads.authority(order.authority).receipts_prefix
        numbered = replace(receipt, serial=series.last, number=written(prefix, series.year, series.last))
        self._store.keep(series, numbered, _fact(numbered))
        return numbered

    def note(self, entry: Entry) -> None:
        """Writes a numbered receipt into the prepared figures of its day. Raises AlreadyDone."""
        fact = entry.data
        row = Row(day=fact["day"], authority=fact["authority"], scheme=fact["scheme"])
        books().note_receipt(row, int(fact["amount"]), Once(scope="payments-books", id=entry.id))

    def draw(self, payment: str) -> None:
        """Keeps the receipt as a document in each language; drawing it again gives the same bytes. Raises NotFound."""
        receipt = self._store.receipt(payment)
        order = self._orders.order(receipt.order)
        for language in LANGUAGES:
            document = pdf("receipt.typ", shown(receipt, order, language))
            self._tools.files.put(_key(payment, language), document, PDF_TYPE)
        self._store.drawn(payment)

    def of(self, reference: str) -> tuple[Order, Receipt]:
        """An order and the receipt of the payment that it lives on. Raises NotFound, also while it has no number."""
        order = self._orders.order(reference)
        if not order.payment:
            raise NotFound
        return order, self._store.receipt(order.payment)

    def document(self, reference: str, language: str) -> File:
        """Raises NotFound, also while it is being drawn."""
        _, receipt = self.of(reference)
        return self._tools.files.get(_key(receipt.payment, language))

    def _drafted(self, order: Order, attempt: Attempt) -> Receipt:
        # An order may have been paid twice: each payment has a moment of its own.
        paid_at = self._orders.link(attempt.payment).paid_at
        return Receipt(
            number="",
            serial=0,
            authority=order.authority,
            year=year_of(paid_at),
            scheme=order.scheme,
            order=order.reference,
            payment=attempt.payment,
            amount=attempt.captured or order.total,
            paid_at=paid_at,
            made_at=self._tools.now(),
            charged=order.charged if attempt.payment == order.payment else None,
        )


def _captured(order: Order, payment: str) -> Attempt:
    """Raises NotFound: the message came before what it speaks of, and comes again."""
    found = next((one for one in order.attempts if one.payment == payment and one.captured), None)
    if found is None:
        raise NotFound
    return found


def _fact(receipt: Receipt) -> ReceiptNumbered:
    return ReceiptNumbered(
        payment=receipt.payment,
        number=receipt.number,
        order=receipt.order,
        authority=receipt.authority,
        scheme=receipt.scheme,
        amount=receipt.amount.minor_units,
        day=local(receipt.paid_at).date().isoformat(),
    )


def shown(receipt: Receipt, order: Order, language: str) -> dict[str, Any]:
    """What a receipt says, as text: rupiah first, then the payer's own currency."""
    made = local(receipt.paid_at)
    return {
        "language": language,
        "title": TITLE.format(number=receipt.number).in_(language),
        "date": [made.year, made.month, made.day],
        "authority": reads.authority(order.authority).name.in_(language),
        "rows": [[name.in_(language), value] for name, value in _rows(receipt, order, language) if value],
        "heads": [head.in_(language) for head in HEADS],
        "lines": [_line(line, language) for line in order.lines],
        "total": [TOTAL.in_(language), receipt.amount.shown(language)],
        "note": SAMPLE.in_(language) if reads.scheme(order.scheme).sampled else "",
    }


def _rows(receipt: Receipt, order: Order, language: str) -> tuple[tuple[Text, str], ...]:
    scheme = reads.scheme(order.scheme)
    return (
        (FOR, scheme.name.in_(language)),
        (PAID_AT, day_and_moment(receipt.paid_at, language)),
        (CARD, f"•••• {order.card}" if order.card else ""),
        (SEEN_AS, receipt.charged.shown(language) if receipt.charged else ""),
        (BASIS, scheme.legal_basis.in_(language)),
        (REFERENCE, order.reference),
    )


def _line(line: Bought, language: str) -> list[str]:
    return [line.name.in_(language), str(line.quantity), line.unit.shown(language), line.total.shown(language)]


def _key(payment: str, language: str) -> str:
    return f"receipts/{payment}-{language}.pdf"


def receipts() -> Receipts:
    return Receipts(toolbox())
