"""What finance reads: differences and what to do about them, columns, accounts, the timeline of an order's money."""

from chalicelib.core.errors import NotFound
from chalicelib.core.text import Text
from chalicelib.payments.model.day import Column
from chalicelib.payments.model.difference import Standing, Topic
from chalicelib.payments.model.refund import Progress, Reason
from chalicelib.schemes.reads import authority, scheme

TOPICS = {
    Topic.PAYMENT: Text(id="Uang masuk tanpa pesanan yang cocok", en="Money came in that no order can take"),
    Topic.REFUND: Text(id="Pengembalian tanpa catatan di sini", en="A refund that nobody here asked for"),
    Topic.DISPUTE: Text(id="Sengketa yang tidak cocok dengan pesanan", en="A dispute that fits no order"),
    Topic.MOVEMENT: Text(id="Gerakan rekening yang tidak dikenal", en="A movement of the account that nobody knows"),
    Topic.CURRENCY: Text(id="Gerakan dalam mata uang lain", en="A movement in another currency"),
    Topic.BALANCE: Text(id="Saldo penyedia berbeda dari buku", en="The provider's balance differs from the books"),
    Topic.BOOKS: Text(id="Jumlah hari berbeda dari catatannya", en="The sums of a day differ from its postings"),
    Topic.LATE: Text(id="Tercatat setelah hari ditutup", en="Posted after the day was closed"),
}
ADVICE = {
    Topic.PAYMENT: Text(
        id="Buka pembayaran itu di halaman penyedia. Uang yang bukan untuk kota dikembalikan di sana; "
        "uang untuk kota dipindahkan ke rekening pemiliknya di bawah ini.",
        en="Open the payment on the provider's pages. Pay back there what is not the city's; move what is the city's "
        "to the account of its owner below.",
    ),
    Topic.REFUND: Text(
        id="Tanyakan siapa yang mengembalikan uang di halaman penyedia, lalu pindahkan ke rekening yang menanggungnya.",
        en="Find out who paid it back on the provider's pages, then move it to the account that bears it.",
    ),
    Topic.DISPUTE: Text(
        id="Jawab sengketa di halaman penyedia sebelum tenggatnya. Periksa tiket pesanan itu.",
        en="Answer the dispute on the provider's pages before its deadline. Look at the order's tickets.",
    ),
    Topic.MOVEMENT: Text(
        id="Cari nomor gerakan di laporan penyedia, lalu pindahkan ke rekening yang benar.",
        en="Find the number of the movement in the provider's report, then move it to the right account.",
    ),
    Topic.CURRENCY: Text(
        id="Pembukuan kota hanya dalam rupiah. Tukarkan di halaman penyedia; hasilnya muncul sebagai gerakan rupiah.",
        en="The city's books are in rupiah alone. Convert it on the provider's pages: it comes back as rupiah.",
    ),
    Topic.BALANCE: Text(
        id="Tunggu pencocokan berikutnya: selisih yang hanya soal waktu hilang sendiri. Setelah satu jam, "
        "bandingkan laporan penyedia dengan catatan hari ini.",
        en="Wait for the next reconciliation: what is only a matter of time goes by itself. After an hour, compare "
        "the provider's report with the postings of the day.",
    ),
    Topic.BOOKS: Text(
        id="Beri tahu Diskominfos: jumlah yang disiapkan mesin tidak sama dengan catatannya. Catatannya yang benar.",
        en="Tell Diskominfos: the sums that the machine prepared are not those of the postings, which are right.",
    ),
    Topic.LATE: Text(
        id="Hari yang ditutup tidak dibuka lagi. Laporkan catatan ini pada hari berikutnya, dan tulis alasannya.",
        en="A closed day is not opened again. Report this posting with the next day, and write why.",
    ),
}
STANDINGS = {
    Standing.OPEN: Text(id="Terbuka", en="Open"),
    Standing.EXPLAINED: Text(id="Dijelaskan petugas", en="Explained by an officer"),
    Standing.GONE: Text(id="Hilang sendiri: sudah cocok", en="Gone by itself: it agrees now"),
}
COLUMNS = {
    Column.PAYMENTS: Text(id="Pembayaran", en="Payments"),
    Column.REFUNDS: Text(id="Pengembalian", en="Refunds"),
    Column.DISPUTES: Text(id="Sengketa", en="Disputes"),
    Column.FEES: Text(id="Biaya penyedia", en="Provider's fees"),
    Column.PAYOUTS: Text(id="Disetor ke bank", en="Paid out to the bank"),
    Column.UNMATCHED: Text(id="Belum cocok", en="Unmatched"),
}
ACCOUNTS = {
    "clearing": Text(id="Piutang pada penyedia", en="Owed by the provider"),
    "bank": Text(id="Bank", en="Bank"),
    "unmatched": Text(id="Belum cocok", en="Unmatched"),
    "due": Text(id="Hak {owner}", en="Due to {owner}"),
    "refunds": Text(id="Pengembalian {owner}", en="Refunds of {owner}"),
    "fees": Text(id="Biaya penyedia, {owner}", en="Provider's fees, {owner}"),
    "disputes": Text(id="Sengketa, {owner}", en="Disputes, {owner}"),
}
NOBODY = Text(id="bersama", en="shared")
KINDS = {
    "capture": Text(id="Uang masuk", en="Money came in"),
    "refund": Text(id="Uang kembali", en="Money went back"),
    "refund_failed": Text(id="Pengembalian gagal, uang kembali ke kota", en="A refund failed and came back"),
    "dispute": Text(id="Diambil bank pembayar", en="Taken by the payer's bank"),
    "dispute_won": Text(id="Dikembalikan bank pembayar", en="Returned by the payer's bank"),
    "fee": Text(id="Biaya penyedia", en="Provider's fee"),
    "payout": Text(id="Disetor ke bank", en="Paid out to the bank"),
    "unmatched": Text(id="Belum cocok", en="Unmatched"),
    "matched": Text(id="Belum cocok, lalu cocok", en="Was unmatched, then matched"),
    "explained": Text(id="Dipindahkan petugas", en="Moved by an officer"),
}
PROGRESS = {
    Progress.ASKED: Text(id="Menunggu petugas kedua", en="Waits for a second officer"),
    Progress.APPROVED: Text(id="Disetujui, sedang dikirim", en="Approved, being sent"),
    Progress.SENT: Text(id="Di penyedia", en="With the provider"),
    Progress.DONE: Text(id="Sudah kembali", en="Paid back"),
    Progress.FAILED: Text(id="Gagal", en="Failed"),
    Progress.REJECTED: Text(id="Ditolak petugas", en="Rejected by an officer"),
}
REASONS = {
    Reason.CHANGED_MIND: Text(id="Diminta pembayar", en="The payer asked"),
    Reason.LATE: Text(id="Dibayar setelah tempat habis", en="Paid after the places were gone"),
    Reason.SURPLUS: Text(id="Dibayar dua kali", en="Paid twice"),
    Reason.OFFICER: Text(id="Oleh petugas", en="By an officer"),
    Reason.DASHBOARD: Text(id="Di halaman penyedia", en="On the provider's pages"),
}
TIMELINE = {
    "OrderPlaced": Text(id="Pesanan dibuat", en="Order placed"),
    "CheckoutOpened": Text(id="Halaman pembayaran dibuka", en="Payment page opened"),
    "CheckoutFinished": Text(id="Pembayar selesai, uang belum ada", en="Payer is through, the money is not there yet"),
    "PaymentDeclined": Text(id="Bank menolak", en="The bank said no"),
    "OrderPaid": Text(id="Lunas", en="Paid"),
    "OrderPaidLate": Text(id="Dibayar setelah tempat habis", en="Paid after the places were gone"),
    "OrderPaidTwice": Text(id="Dibayar dua kali", en="Paid twice"),
    "OrderExpired": Text(id="Waktu habis", en="Ended unpaid"),
    "OrderHeldAgain": Text(id="Dicoba lagi", en="Tried again"),
    "OrderRefunded": Text(id="Uang kembali", en="Money went back"),
    "OrderDisputed": Text(id="Sengketa dibuka bank pembayar", en="Disputed by the payer's bank"),
    "DisputeDecided": Text(id="Sengketa diputus", en="Dispute decided"),
    "NoticeUnexpected": Text(id="Kabar penyedia yang tidak cocok", en="A notice of the provider that fits nowhere"),
    "TicketsMissed": Text(id="Tiket terlambat, diminta lagi", en="Tickets were late and asked for again"),
}
OTHER = Text(id="Perubahan lain", en="Another change")
WON = Text(id="dimenangkan kota", en="won by the city")
LOST = Text(id="dimenangkan pembayar", en="won by the payer")


def account_name(account: str) -> Text:
    """`due:denpasar:4.1.02.02` as people read it; the code stays beside it."""
    kind, _, rest = account.partition(":")
    return ACCOUNTS[kind].format(owner=authority_name(rest.split(":", 1)[0]))


def authority_name(code: str) -> Text:
    try:
        return authority(code).name
    except NotFound:
        return NOBODY


def scheme_name(code: str) -> Text:
    """Of a scheme that is not sold any more the code."""
    try:
        return scheme(code).name
    except NotFound:
        return Text(id=code or "-", en=code or "-")
