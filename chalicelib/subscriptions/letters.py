"""What the city writes to somebody who asked: a link to confirm, what they have already, or six digits."""

from typing import Final

from chalicelib.core.messages import Letter, letter
from chalicelib.core.text import Text
from chalicelib.subscriptions.model.subscription import Subscription
from chalicelib.subscriptions.model.wishes import hazard_words, place_words

CONFIRM_SUBJECT: Final = Text(id="Konfirmasi peringatan Kota Denpasar", en="Confirm your alerts from Denpasar")
CONFIRM_WORDS: Final = (
    Text(
        id="Alamat ini didaftarkan untuk menerima peringatan dari Kota Denpasar. Tekan tombol di bawah untuk mulai "
        "menerimanya. Tautan berlaku 24 jam.",
        en="Somebody asked for alerts from the city of Denpasar for this address. Use the button below to start them. "
        "The link is good for 24 hours.",
    ),
    Text(id="Tempat: {places}. Bahaya: {hazards}.", en="Places: {places}. Dangers: {hazards}."),
    Text(
        id="Bukan Anda yang meminta? Abaikan email ini: tidak ada lagi yang akan dikirim.",
        en="You did not ask for this? Then leave this e-mail alone: nothing else will come.",
    ),
)
CONFIRM_BUTTON: Final = Text(id="Lihat dan konfirmasi", en="Look and confirm")

KNOWN_SUBJECT: Final = Text(id="Peringatan Anda dari Kota Denpasar", en="Your alerts from Denpasar")
KNOWN_WORDS: Final = (
    Text(
        id="Alamat ini baru saja didaftarkan lagi, padahal sudah menerima peringatan dari Kota Denpasar. "
        "Tidak ada yang berubah.",
        en="Somebody asked again for alerts for this address, which gets alerts from the city of Denpasar already. "
        "Nothing has changed.",
    ),
    Text(id="Tempat: {places}. Bahaya: {hazards}.", en="Places: {places}. Dangers: {hazards}."),
    Text(
        id="Tekan tombol di bawah untuk mengubah pilihan Anda atau berhenti.",
        en="Use the button below to change your choices or to stop.",
    ),
)
KNOWN_BUTTON: Final = Text(id="Lihat dan ubah pilihan saya", en="See and change my choices")

WHY: Final = Text(
    id="Anda menerima email ini karena alamat Anda dimasukkan di halaman peringatan Kota Denpasar.",
    en="You get this e-mail because your address was typed on the alerts page of the city of Denpasar.",
)
CODE: Final = Text(
    id="Kode peringatan Kota Denpasar: {code}. Berlaku 10 menit. Jangan berikan kepada siapa pun.",
    en="Your code for Denpasar alerts: {code}. Good for 10 minutes. Never give it to anybody.",
)


def confirm_letter(one: Subscription, *, origin: str, link: str, stop: str) -> Letter:
    return _letter(one, CONFIRM_SUBJECT, CONFIRM_WORDS, CONFIRM_BUTTON, origin=origin, link=link, stop=stop)


def known_letter(one: Subscription, *, origin: str, link: str, stop: str) -> Letter:
    """For an address that gets alerts already; `one` is what it has."""
    return _letter(one, KNOWN_SUBJECT, KNOWN_WORDS, KNOWN_BUTTON, origin=origin, link=link, stop=stop)


def code_words(code: str, language: str) -> str:
    return CODE.format(code=code).in_(language)


def _letter(
    one: Subscription, subject: Text, sentences: tuple[Text, ...], button: Text, *, origin: str, link: str, stop: str
) -> Letter:
    filled = {"places": place_words(one.wishes.places), "hazards": hazard_words(one.wishes.hazards)}
    return letter(
        "email",
        one.wishes.language,
        subject=subject,
        heading=subject,
        paragraphs=[sentence.format(**filled) for sentence in sentences],
        link={"url": link, "words": button},
        reason=WHY,
        unsubscribe=stop,
        origin=origin,
    )
