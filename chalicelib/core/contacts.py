"""What people type about themselves: names, texts, e-mail addresses, phone numbers; cleaned, in one spelling,
masked.

Whatever is refused is a `BadValue` with words for the person. Nothing here asks the network.
"""

import re
import unicodedata
from typing import TYPE_CHECKING, Final

from chalicelib.core.errors import BadValue
from chalicelib.core.text import Text, number

if TYPE_CHECKING:
    from phonenumbers import PhoneNumber

# A masked value is never valid input, so that it cannot be written back over the real one.
MASK: Final = "•"
ZERO_WIDTH_JOINER: Final = "\u200d"
INVISIBLE: Final = ("Cc", "Cf", "Cs", "Co", "Zl", "Zp")
BLANKS: Final = re.compile(r"[^\S\t-\r\x1c-\x1f\x85\u2028\u2029]+")
PHONE: Final = re.compile(r"\+?[0-9(][0-9 ()./-]{3,38}")
# Indonesia's satellite telephones; satellite networks of their own have the region "001".
SATELLITE: Final = "+62868"


class BadText(BadValue):
    """The text is too long or holds characters that nobody can see."""


class BadEmail(BadValue):
    """Not one e-mail address that SES can send to."""


class BadPhone(BadValue):
    """Not one phone number of the kind that is needed."""


def clean(text: str, longest: int = 200, *, lines: bool = False) -> str:
    """What was typed in NFC, trimmed, blanks collapsed; "" stays "". BadText.

    A single line refuses whatever is invisible: controls, direction marks, zero-width characters, lone
    surrogates. With `lines`, line breaks stay, and marks that come along when text is pasted are dropped.
    """
    text = unicodedata.normalize("NFC", _paragraphs(text) if lines else BLANKS.sub(" ", text).strip(" "))
    if any(_is_hidden(text, at) for at, sign in enumerate(text) if not (lines and sign == "\n")):
        raise BadText(Text(id="Hapus karakter yang tidak terlihat", en="Remove invisible characters"))
    if len(text) > longest:
        too_long = Text(id="Paling banyak {most} karakter", en="No more than {most} characters")
        raise BadText(too_long.format(most=Text(id=number(longest, "id"), en=number(longest, "en"))))
    return text


def plain_digits(text: str) -> str:
    """Full-width and other Unicode digits as 0-9; everything else as it is."""
    return "".join(str(unicodedata.digit(sign)) if sign.isdecimal() else sign for sign in text)


def email(text: str) -> str:
    """The address in its one spelling: ASCII (IDN as punycode), lower case, `+tag` kept. BadEmail."""
    from email_validator import EmailNotValidError, validate_email

    try:
        found = validate_email(text.strip(" "), check_deliverability=False, allow_smtputf8=False, strict=True)
    except EmailNotValidError:
        raise BadEmail(
            Text(
                id="Masukkan satu alamat email, misalnya nama@contoh.id",
                en="Enter one email address, for example name@example.com",
            )
        ) from None
    return str(found.ascii_email).lower()


def phone(text: str) -> str:
    """A mobile number that can get SMS, as E.164; numbers without a country are Indonesian. BadPhone."""
    from phonenumbers import PhoneNumberType as Kind

    return _phone(
        text,
        (Kind.MOBILE, Kind.FIXED_LINE_OR_MOBILE),
        Text(
            id="Masukkan nomor ponsel, misalnya 0812 3456 7890",
            en="Enter a mobile number, for example 0812 3456 7890 or +44 7911 123456",
        ),
    )


def phone_to_call(text: str) -> str:
    """A number that an officer can ring, landlines such as (0361) 223333 too, as E.164. BadPhone."""
    from phonenumbers import PhoneNumberType as Kind

    return _phone(
        text,
        (Kind.MOBILE, Kind.FIXED_LINE_OR_MOBILE, Kind.FIXED_LINE),
        Text(
            id="Masukkan nomor telepon, misalnya 0812 3456 7890",
            en="Enter a phone number, for example 0812 3456 7890",
        ),
    )


def mask_email(address: str) -> str:
    """`b•••@example.com`."""
    local, _, domain = address.rpartition("@")
    return f"{local[:1]}{MASK * 3}@{domain}"


def mask_phone(e164: str) -> str:
    """`+62••••••••890`: the country's digits and the last three."""
    return f"{e164[:3]}{MASK * max(3, len(e164) - 6)}{e164[-3:]}"


def _paragraphs(text: str) -> str:
    """Line breaks of every kind as one, no blanks at line ends, no pasted marks (but joined emoji)."""
    text = re.sub(r"\r\n?|[\u2028\u2029\u0085]", "\n", text).replace("\t", " ")
    text = "".join(sign for at, sign in enumerate(text) if unicodedata.category(sign) != "Cf" or _joins(text, at))
    return re.sub(r"\n{3,}", "\n\n", re.sub(r" +\n", "\n", text)).strip()


def _is_hidden(text: str, at: int) -> bool:
    point = ord(text[at])
    noncharacter = point & 0xFFFE == 0xFFFE or 0xFDD0 <= point <= 0xFDEF
    return noncharacter or (unicodedata.category(text[at]) in INVISIBLE and not _joins(text, at))


def _joins(text: str, at: int) -> bool:
    """A zero-width joiner between two pictures makes one emoji of them."""
    around = text[at - 1 : at] + text[at + 1 : at + 2]
    pictures = all(unicodedata.category(sign) in ("So", "Sk", "Mn") for sign in around)
    return text[at] == ZERO_WIDTH_JOINER and len(around) == 2 and pictures


def _phone(text: str, kinds: tuple[int, ...], refusal: Text) -> str:
    from phonenumbers import PhoneNumberFormat, format_number, number_type

    found = _parsed(_dialled(text))
    if found is None or found.extension or number_type(found) not in kinds or _is_satellite(found):
        raise BadPhone(refusal)
    return str(format_number(found, PhoneNumberFormat.E164))


def _dialled(text: str) -> str:
    """The digits and signs of a number; pasted numbers come with direction marks around them."""
    kinds = ((sign, unicodedata.category(sign)) for sign in unicodedata.normalize("NFKC", text))
    return plain_digits("".join("-" if kind == "Pd" else sign for sign, kind in kinds if kind != "Cf")).strip(" ")


def _parsed(dialled: str) -> "PhoneNumber | None":
    from phonenumbers import NumberParseException, is_valid_number, parse

    if not PHONE.fullmatch(dialled):
        return None
    try:
        found = parse(dialled, "ID")
    except NumberParseException:
        return None
    return found if is_valid_number(found) else None


def _is_satellite(found: "PhoneNumber") -> bool:
    from phonenumbers import PhoneNumberFormat, format_number, region_code_for_number

    return region_code_for_number(found) == "001" or format_number(found, PhoneNumberFormat.E164).startswith(SATELLITE)
