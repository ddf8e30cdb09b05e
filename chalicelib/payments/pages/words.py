"""What an order's page says in each situation: one heading, what it means, what to do."""

from dataclasses import dataclass

from chalicelib.core.text import Text
from chalicelib.payments.model.truth import Situation
from chalicelib.payments.model.voucher import Standing


@dataclass(frozen=True, kw_only=True)
class Words:
    """`button` leads to the payment page; `kind` is the look of the box: "" ok warn error."""

    title: Text
    lead: Text
    kind: str = ""
    button: Text | None = None


GO_ON = Text(id="Lanjut ke pembayaran", en="Continue to payment")
TRY_AGAIN = Text(id="Coba lagi", en="Try again")

SITUATIONS = {
    Situation.NOT_CHARGED: Words(
        title=Text(id="Anda belum dikenai biaya", en="You have not been charged"),
        lead=Text(
            id="Pesanan Anda sudah dicatat. Pembayarannya belum dibuka.",
            en="We have your order. Its payment has not been opened yet.",
        ),
        kind="warn",
        button=TRY_AGAIN,
    ),
    Situation.WAITING: Words(
        title=Text(id="Menunggu pembayaran", en="Waiting for your payment"),
        lead=Text(
            id="Belum ada pembayaran yang sampai pada kami. Tombol ini membuka halaman pembayaran yang sama: "
            "Anda tidak akan membayar dua kali.",
            en="No payment has reached us. The button opens the same payment page: you cannot pay twice.",
        ),
        button=GO_ON,
    ),
    Situation.LEFT: Words(
        title=Text(id="Anda belum dikenai biaya", en="You have not been charged"),
        lead=Text(
            id="Anda keluar dari halaman pembayaran. Halaman yang sama masih terbuka untuk Anda.",
            en="You left the payment page. The same page is still open for you.",
        ),
        kind="warn",
        button=GO_ON,
    ),
    Situation.DECLINED: Words(
        title=Text(id="Pembayaran ditolak", en="Your payment was declined"),
        lead=Text(
            id="Anda belum dikenai biaya. Coba lagi di halaman pembayaran yang sama.",
            en="You have not been charged. Try again on the same payment page.",
        ),
        kind="error",
        button=TRY_AGAIN,
    ),
    Situation.RETURNED: Words(
        title=Text(id="Pembayaran Anda sedang diperiksa", en="We are checking your payment"),
        lead=Text(
            id="Jangan bayar lagi. Biasanya ini selesai dalam satu menit, dan halaman ini menunjukkannya sendiri.",
            en="Do not pay again. This usually takes less than a minute, and this page shows it by itself.",
        ),
    ),
    Situation.CHECKING: Words(
        title=Text(id="Bank Anda sedang memproses pembayaran", en="Your bank is working on the payment"),
        lead=Text(
            id="Jangan bayar lagi. Tempat Anda tetap disimpan sampai bank menjawab.",
            en="Do not pay again. Your places are kept until the bank has answered.",
        ),
    ),
    Situation.ENDING: Words(
        title=Text(id="Waktu membayar sudah habis", en="The time to pay is over"),
        lead=Text(
            id="Kami memastikan dahulu bahwa tidak ada yang terbayar. Jangan bayar lagi sebelum itu.",
            en="We are making sure that nothing was paid. Do not pay again before that.",
        ),
        kind="warn",
    ),
    Situation.EXPIRED: Words(
        title=Text(id="Waktu membayar sudah habis", en="The time to pay is over"),
        lead=Text(
            id="Anda tidak dikenai biaya. Tempat Anda sudah dilepas. Anda boleh mencoba lagi dengan pesanan yang sama.",
            en="You have not been charged. Your places are free again. You may try again with the same order.",
        ),
        kind="warn",
        button=TRY_AGAIN,
    ),
    Situation.OVER: Words(
        title=Text(id="Pesanan ini sudah berakhir", en="This order is over"),
        lead=Text(
            id="Anda tidak dikenai biaya. Pesanan ini tidak dapat dibayar lagi; Anda boleh membuat yang baru.",
            en="You have not been charged. This order cannot be paid any more; you may make a new one.",
        ),
        kind="warn",
    ),
    Situation.MAKING: Words(
        title=Text(id="Sudah dibayar", en="Paid"),
        lead=Text(
            id="Tiket Anda sedang dibuat. Halaman ini menunjukkannya sendiri dalam beberapa detik.",
            en="Your tickets are being made. This page shows them by itself in a few seconds.",
        ),
        kind="ok",
    ),
    Situation.READY: Words(
        title=Text(id="Sudah dibayar", en="Paid"),
        lead=Text(id="Pembayaran Anda sudah kami terima.", en="We have your payment."),
        kind="ok",
    ),
    Situation.PARTLY_BACK: Words(
        title=Text(id="Sudah dibayar, sebagian dikembalikan", en="Paid, and a part goes back to you"),
        lead=Text(
            id="Tiket yang dikembalikan tidak berlaku lagi; yang lain tetap berlaku.",
            en="Tickets that went back are void; the others stay good.",
        ),
        kind="ok",
    ),
    Situation.GOING_BACK: Words(
        title=Text(id="Uang Anda sedang dikembalikan", en="Your money is on its way back"),
        lead=Text(
            id="Seluruhnya kembali ke kartu yang dipakai membayar.",
            en="All of it goes back to the card that paid.",
        ),
    ),
    Situation.LATE: Words(
        title=Text(id="Pembayaran datang terlambat", en="Your payment came too late"),
        lead=Text(
            id="Tempatnya sudah menjadi milik orang lain. Seluruh uang Anda kembali dengan sendirinya ke kartu yang "
            "dipakai membayar; Anda tidak perlu berbuat apa pun.",
            en="The places had gone to others. All of your money goes back by itself to the card that paid; you need "
            "not do anything.",
        ),
        kind="warn",
    ),
    Situation.REFUNDED: Words(
        title=Text(id="Uang Anda sudah dikembalikan", en="Your money was paid back"),
        lead=Text(
            id="Semuanya sudah kami kirim ke kartu yang dipakai membayar. Pesanan ini selesai.",
            en="We have sent all of it to the card that paid. This order is closed.",
        ),
        kind="ok",
    ),
    Situation.DISPUTED: Words(
        title=Text(id="Bank mempersoalkan pembayaran ini", en="The bank disputes this payment"),
        lead=Text(
            id="Bank pemilik kartu meminta uangnya kembali. Sampai diputuskan, tiketnya dibekukan.",
            en="The bank of the card wants the money back. Until that is decided the tickets are frozen.",
        ),
        kind="error",
    ),
    Situation.LOST: Words(
        title=Text(id="Bank mengambil kembali pembayaran ini", en="The bank took this payment back"),
        lead=Text(
            id="Uangnya sudah ada pada bank pemilik kartu. Tiketnya tidak berlaku.",
            en="The money is with the bank of the card. The tickets are void.",
        ),
        kind="error",
    ),
}

WITH_TICKETS = Words(
    title=Text(id="Sudah dibayar, tiket siap", en="Paid, and your tickets are ready"),
    lead=Text(
        id="Tunjukkan kodenya di pintu masuk, satu untuk setiap orang. Terangkan layar Anda.",
        en="Show the code at the gate, one for each person. Turn the screen up bright.",
    ),
    kind="ok",
)

# Why a bank said no, as far as somebody can do something about it.
DECLINED = {
    "insufficient_funds": Text(
        id="Saldo kartu tidak cukup. Pakai kartu lain, atau isi saldonya dahulu.",
        en="There is not enough money on the card. Use another card, or top it up first.",
    ),
    "authentication_failed": Text(
        id="Bank tidak dapat memastikan bahwa ini Anda. Coba lagi, lalu setujui di aplikasi bank Anda.",
        en="The bank could not make sure that it is you. Try again and approve it in your bank's app.",
    ),
    "expired_card": Text(
        id="Kartu ini sudah kedaluwarsa. Pakai kartu lain.",
        en="This card has expired. Use another one.",
    ),
    "wrong_details": Text(
        id="Nomor, tanggal, atau kode kartu tidak cocok. Periksa dan coba lagi.",
        en="The card's number, date or code does not match. Check them and try again.",
    ),
    "card_declined": Text(
        id="Bank menolak tanpa menyebut alasan. Pakai kartu lain, atau tanyakan kepada bank Anda.",
        en="The bank said no without a reason. Use another card, or ask your bank.",
    ),
}


def words_of(situation: Situation, tickets: int) -> Words:
    return WITH_TICKETS if situation is Situation.READY and tickets else SITUATIONS[situation]


STANDINGS = {
    Standing.VALID: Text(id="Berlaku", en="Good"),
    Standing.USED: Text(id="Sudah dipakai", en="Used"),
    Standing.FROZEN: Text(id="Dibekukan", en="Frozen"),
    Standing.VOID: Text(id="Tidak berlaku: uangnya dikembalikan", en="Void: its money went back"),
}
LOOKS = {Standing.VALID: "ok", Standing.USED: "info", Standing.FROZEN: "warn", Standing.VOID: "error"}
