"""What stands on a poster, in both languages: what it is for, what it costs, whose money it is, and the one address."""

from collections.abc import Sequence
from datetime import date
from typing import Any, Final
from urllib.parse import urlsplit

from chalicelib.core.documents import pdf
from chalicelib.core.qr import qr_svg
from chalicelib.core.text import Text, day, local
from chalicelib.payments.model.poster import Poster
from chalicelib.schemes import reads
from chalicelib.schemes.reads import Item, Scheme

# Fewer and larger squares than a ticket's: it is read from a distance, and through a scratched cover.
LARGEST_QR: Final = 5

CITY = Text(id="Pemerintah Kota Denpasar", en="City of Denpasar")
SCAN = Text(id="Pindai, lalu bayar dengan kartu", en="Scan it, then pay by card")
PRICED = Text(
    id="Harga pada {day}. Halaman pembayaran menunjukkan harga hari ini.",
    en="Prices of {day}. The payment page shows the price of today.",
)
SAMPLED = Text(
    id="Contoh harga: aturannya belum dikutip. Ini bukan penawaran.",
    en="Sample prices: the rule that sets them is not cited yet. They are no offer.",
)
ON_THE_LETTER = Text(
    id="Jumlahnya tertulis pada surat Anda. Siapkan nomornya.",
    en="The amount stands on your letter. Have its number ready.",
)
PAYEE = Text(id="Uang ini untuk {name}.", en="The money goes to: {name}.")
ADDRESS = Text(id="Periksa alamatnya sebelum membayar", en="Check the address before you pay")
CHECKS = (
    Text(
        id="Setelah memindai, alamat di peramban harus persis seperti di atas. Alamat lain: palsu, tutup halamannya.",
        en="After you scan, your browser must show exactly the address above. Any other one is forged: close it.",
    ),
    Text(
        id="Periksa kode ini dengan jari: stiker yang ditempel di atasnya adalah palsu.",
        en="Feel the code with your finger: a sticker on top of it is a forgery.",
    ),
    Text(
        id="Kami tidak pernah meminta uang tunai, PIN, atau kode dari bank Anda.",
        en="We never ask for cash, for a PIN, or for a code of your bank.",
    ),
    Text(
        id="Ragu? Ketik sendiri {host}/id/pay/posters",
        en="In doubt? Type {host}/en/pay/posters yourself",
    ),
)
NUMBER = Text(id="Nomor poster", en="Poster number")
TYPED = Text(id="Atau ketik", en="Or type")
QR = Text(id="Kode QR menuju {link}", en="QR code that leads to {link}")


def drawn(poster: Poster, scheme: Scheme, origin: str, token: str) -> bytes:
    """The sheet as PDF; the same bytes for the same poster while the prices of its day stay what they are."""
    made, link = local(poster.made_at).date(), f"{urlsplit(origin).netloc}/p/{token}"
    return pdf(
        "poster.typ",
        {
            **_about(poster, scheme, made),
            **_address(urlsplit(origin).netloc),
            "qr": str(qr_svg(f"{origin}/p/{token}".upper(), link, most_version=LARGEST_QR)),
            "qr_words": QR.format(link=link).id,
            "serial": poster.serial,
            "link": link,
        },
    )


def items_of(poster: Poster, scheme: Scheme) -> Sequence[Item]:
    """What a poster shows: one item, or all; none of a bill, or where the item was taken off the list."""
    return [item for item in scheme.items if poster.item in ("", item.code)]


def prices(items: Sequence[Item], on: date) -> list[str]:
    """In the order of the items; on paper amounts are written the Indonesian way."""
    return [item.price(on).amount.shown("id") for item in items]


def _about(poster: Poster, scheme: Scheme, made: date) -> dict[str, Any]:
    items = items_of(poster, scheme)
    told = zip(items, prices(items, made), strict=True)
    return {
        "city": _both(CITY),
        "author": CITY.id,
        "title": _both(scheme.name),
        "scan": _both(SCAN),
        "prices": [{"name": _both(item.name), "price": price} for item, price in told],
        "price_notes": [_both(note) for note in _price_notes(scheme, made)],
        "payee": _both(PAYEE.format(name=reads.authority(scheme.authority).name)),
        "made": [made.year, made.month, made.day],
        "day": _both(_day(made)),
    }


def _price_notes(scheme: Scheme, made: date) -> list[Text]:
    if scheme.billed:
        return [ON_THE_LETTER]
    return [PRICED.format(day=_day(made)), *([SAMPLED] if scheme.sampled else [])]


def _address(host: str) -> dict[str, Any]:
    return {
        "address": _both(ADDRESS),
        "host": host,
        "checks": [_both(check.format(host=host)) for check in CHECKS],
        "serial_words": _both(NUMBER),
        "typed": _both(TYPED),
    }


def _day(value: date) -> Text:
    return Text(id=day(value, "id"), en=day(value, "en"))


def _both(words: Text) -> dict[str, str]:
    return {"id": words.id, "en": words.en}
