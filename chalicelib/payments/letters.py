"""What the city writes to somebody who paid, and to whom money goes back."""

from typing import Final

from chalicelib.core.messages import Letter, letter
from chalicelib.core.money import Money
from chalicelib.core.text import Text
from chalicelib.payments.model.order import Order
from chalicelib.payments.model.receipt import Receipt

PAID: Final = Text(id="Pembayaran {amount} kami terima", en="We have your payment of {amount}")
TICKETS: Final = Text(
    id="Tiket Anda ada di halaman pesanan {reference}. Halaman itu dapat dibuka tanpa jaringan setelah dibuka sekali.",
    en="Your tickets are on the page of order {reference}. Once opened, it works without a network.",
)
PROOF: Final = Text(
    id="Halaman pesanan {reference} adalah bukti pembayaran Anda.",
    en="The page of order {reference} is the proof of your payment.",
)
NUMBER: Final = Text(
    id="Nomor kuitansi: {number}. Kuitansinya dapat diunduh di halaman itu.",
    en="Your receipt has the number {number}. You find it on that page.",
)
TOO_LATE: Final = Text(
    id="Pembayaran ini tiba setelah tempatnya diberikan kepada orang lain. Uangnya dikembalikan dengan sendirinya.",
    en="This payment came after the places had gone to others. The money goes back by itself.",
)
TWICE: Final = Text(
    id="Pesanan ini sudah dibayar sebelumnya. Pembayaran kedua ini dikembalikan dengan sendirinya.",
    en="This order was paid before. This second payment goes back by itself.",
)
BACK: Final = Text(id="{amount} dikembalikan kepada Anda", en="{amount} goes back to you")
SENT_BACK: Final = Text(
    id="Kami sudah mengirimnya ke kartu yang dipakai membayar. Bank memerlukan sampai sepuluh hari kerja.",
    en="We have sent it to the card that paid. Banks take up to ten working days.",
)
BUTTON: Final = Text(id="Buka halaman pesanan", en="Open the page of your order")
WHY: Final = Text(
    id="Anda menerima pesan ini karena alamat ini diisikan saat membayar pesanan {reference}.",
    en="You get this message because this address was given when order {reference} was paid.",
)


def paid_letter(order: Order, receipt: Receipt, *, origin: str) -> Letter:
    where = _news(order, receipt).format(reference=order.reference)
    subject = PAID.format(amount=receipt.amount.shown(order.language))
    return _letter(order, subject, [where, NUMBER.format(number=receipt.number)], origin)


def _news(order: Order, receipt: Receipt) -> Text:
    if receipt.payment != order.payment:
        return TWICE
    if order.late:
        return TOO_LATE
    return TICKETS if order.places else PROOF


def refund_letter(order: Order, amount: Money, *, origin: str) -> Letter:
    return _letter(order, BACK.format(amount=amount.shown(order.language)), [SENT_BACK], origin)


def _letter(order: Order, subject: Text, paragraphs: list[Text], origin: str) -> Letter:
    return letter(
        "email",
        order.language,
        subject=subject,
        heading=subject,
        paragraphs=paragraphs,
        link={"url": f"{origin}/{order.language}/pay/orders/{order.reference}", "words": BUTTON},
        reason=WHY.format(reference=order.reference),
        origin=origin,
    )
