"""The words of the sandbox's pages: English, with Indonesian beside it."""

INDONESIAN = {
    "Sandbox: no money moves": "Mode uji: tidak ada uang yang berpindah",
    "This page stands in for Stripe's own. It takes test cards only.": (
        "Halaman ini menggantikan halaman Stripe. Hanya kartu uji yang diterima."
    ),
    "Pay": "Bayar",
    "Your payment": "Pembayaran Anda",
    "Total": "Total",
    "Back": "Kembali",
    "There is a problem": "Ada yang perlu diperbaiki",
    "E-mail": "Email",
    "Enter an e-mail address, for example ayu@example.id": "Isi alamat email, misalnya ayu@example.id",
    "Card number": "Nomor kartu",
    "Enter the whole number of a card": "Isi nomor kartu selengkapnya",
    "Valid until (MM/YY)": "Berlaku sampai (BB/TT)",
    "Enter a month that is not over, for example 12/34": "Isi bulan yang belum lewat, misalnya 12/34",
    "Security code": "Kode keamanan",
    "Enter the three digits on the back of the card": "Isi tiga angka di belakang kartu",
    "Pay in": "Bayar dalam",
    "Pay by bank transfer instead (arrives later)": "Bayar dengan transfer bank (tiba kemudian)",
    "Test cards": "Kartu uji",
    "succeeds": "berhasil",
    "succeeds; a refund takes its time": "berhasil; pengembalian perlu waktu",
    "asks for 3-D Secure": "meminta 3-D Secure",
    "is declined": "ditolak",
    "The payment did not go through": "Pembayaran tidak berhasil",
    "You have not been charged. Try another card.": "Anda belum dikenai biaya. Coba kartu lain.",
    "Your card was declined.": "Kartu Anda ditolak.",
    "Your card has insufficient funds.": "Saldo kartu Anda tidak cukup.",
    "Your card has expired.": "Kartu Anda sudah kedaluwarsa.",
    "Your card's security code is incorrect.": "Kode keamanan kartu Anda salah.",
    "Your card was declined. Your request was in test mode, but used a non test card.": (
        "Kartu Anda ditolak: ini mode uji, dan kartu itu bukan kartu uji."
    ),
    "We are unable to authenticate your payment method. Please choose a different payment method.": (
        "Bank tidak dapat memastikan bahwa ini Anda. Pilih kartu lain."
    ),
    "Your bank asks: is it you?": "Bank Anda bertanya: apakah ini Anda?",
    "3-D Secure, as a bank would ask for it.": "3-D Secure, seperti yang diminta bank.",
    "Yes, it is me": "Ya, ini saya",
    "No, refuse": "Bukan, tolak",
    "Leave without an answer": "Pergi tanpa menjawab",
    "This checkout is over": "Waktu pembayaran sudah habis",
    "Its time ran out or it was ended. Nothing was charged here.": (
        "Waktunya habis atau sudah diakhiri. Tidak ada biaya yang dikenakan di sini."
    ),
    "This checkout is complete": "Pembayaran ini sudah selesai",
    "It cannot be paid twice.": "Tidak dapat dibayar dua kali.",
    "No such checkout": "Pembayaran ini tidak ada",
    "Check the link.": "Periksa tautannya.",
}


def said(words: str, lang: str) -> str:
    return INDONESIAN[words] if lang == "id" else words
