"""What the QR of a ticket says: enough to let one person in without asking anybody, signed by the city. Pure.

    HTTPS://HOST/V/<base32>        upper case, so that a QR of version 8 at level M holds it (alphanumeric mode)

    bytes    what                  how
    1        format                1
    5        key                   the short id of the key that signed (core/signing.py), base32 without its letters
    7        ticket                the eleven drawn letters of its code, a number to the base 23
    4        valid from            minutes since 1970, UTC, the first at which it is good
    4        valid until           minutes since 1970, UTC, the first at which it is good no longer
    3 to 24  scheme.item           their codes, a number to the base 40
    64       signature             r and s of ECDSA on P-256 with SHA-256 over everything before it

Nothing in it names a person: whoever photographs a ticket learns what was bought and for which day. A token has one
spelling: `read` writes what it has read again and compares. `assets/scripts/gate/token.js` reads the same bytes, and
`tests/payments/tokens.json` holds both to it.
"""

import base64
import binascii
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from chalicelib.core.errors import Invalid
from chalicelib.core.ids import ALPHABET, DRAWN, parse_reference
from chalicelib.core.signing import KEY_ID_LETTERS, SIGNATURE_BYTES, Jwk
from chalicelib.core.text import Text
from chalicelib.payments.model.voucher import PREFIX

FORMAT: Final = 1
PATH: Final = "/V/"
# The alphanumeric letters that a QR of version 8 holds at level M (ISO/IEC 18004:2015, table 7).
LONGEST_ADDRESS: Final = 221
LONGEST_TOKEN: Final = 200

LETTERS: Final = "abcdefghijklmnopqrstuvwxyz0123456789-_."
MOST_WORDS: Final = 36
TICKET_BYTES, MINUTE_BYTES = 7, 4
HEAD: Final = 1 + KEY_ID_LETTERS * 5 // 8 + TICKET_BYTES + 2 * MINUTE_BYTES

START: Final = datetime(1970, 1, 1, tzinfo=UTC)
MINUTE: Final = timedelta(minutes=1)


@dataclass(frozen=True, kw_only=True)
class Claims:
    """What a token says. `voucher` is the ticket's code; times are UTC, in whole minutes, the end excluded."""

    voucher: str
    scheme: str
    item: str
    valid_from: datetime
    valid_until: datetime


class BadToken(Invalid):
    """It cannot be a ticket of ours: broken, of a format that we do not know, or spelled in another way."""

    title = Text(id="Ini bukan kode tiket kota", en="This is not a ticket code of the city")


class UnknownKey(BadToken):
    """Signed by a key that was retired, is newer than the list of keys, or never was ours."""

    title = Text(
        id="Kode tiket ini ditandatangani kunci yang tidak dikenal", en="An unknown key signed this ticket code"
    )


class WrongSignature(BadToken):
    title = Text(id="Tanda tangan kode tiket ini salah", en="The signature of this ticket code is wrong")


def content(claims: Claims, key_id: str) -> bytes:
    """What is signed. Raises ValueError for what does not fit: codes too long, seconds, a time before 1970."""
    words = f"{claims.scheme}.{claims.item}"
    if len(words) > MOST_WORDS or words.count(".") > 1 or "" in (claims.scheme, claims.item):
        raise ValueError("the codes of scheme and item do not fit into a ticket")
    return b"".join(
        (
            bytes([FORMAT]),
            base64.b32decode(key_id),
            _number(_drawn(claims.voucher), ALPHABET, 0).to_bytes(TICKET_BYTES),
            _minutes(claims.valid_from).to_bytes(MINUTE_BYTES),
            _minutes(claims.valid_until).to_bytes(MINUTE_BYTES),
            _shortest(_number(words, LETTERS, 1)),
        )
    )


def token_of(content: bytes, signature: bytes) -> str:
    """Upper case, without padding."""
    return base64.b32encode(content + signature).decode().rstrip("=")


def address_of(origin: str, token: str) -> str:
    """What the QR holds; `origin` is the city's, `https://...`. Raises ValueError where it would need a larger one."""
    address = f"{origin.upper()}{PATH}{token}"
    if len(address) > LONGEST_ADDRESS:
        raise ValueError("the city's name is too long for the QR of a ticket")
    return address


def token_in(scanned: str) -> str:
    """The token in what a camera, a reader or a person put in: a whole address or the token alone."""
    return scanned.strip().rpartition("/")[2]


def read(token: str) -> Claims:
    """What it says, whoever signed it. Raises BadToken."""
    return _read(token)[0]


def key_of(token: str) -> str:
    """The short id of the key that signed it. Raises BadToken."""
    return _read(token)[1]


def verified(token: str, keys: Mapping[str, Jwk]) -> Claims:
    """What it says, if one of these keys signed it. Raises UnknownKey, WrongSignature, BadToken."""
    claims, key_id, signed, signature = _read(token)
    if key_id not in keys:
        raise UnknownKey
    if not _holds(signed, signature, keys[key_id]):
        raise WrongSignature
    return claims


def _read(token: str) -> tuple[Claims, str, bytes, bytes]:
    whole = _bytes(token)
    signed, signature = whole[:-SIGNATURE_BYTES], whole[-SIGNATURE_BYTES:]
    if len(signed) <= HEAD or signed[0] != FORMAT:
        raise BadToken
    key_id = base64.b32encode(signed[1:6]).decode()
    try:
        claims = _claims(signed)
        spelled = token_of(content(claims, key_id), signature)
    except (ValueError, OverflowError) as broken:
        raise BadToken from broken
    if spelled != token:
        raise BadToken
    return claims, key_id, signed, signature


def _bytes(token: str) -> bytes:
    if len(token) > LONGEST_TOKEN:
        raise BadToken
    try:
        return base64.b32decode(token + "=" * (-len(token) % 8))
    except (binascii.Error, ValueError) as broken:
        raise BadToken from broken


def _claims(signed: bytes) -> Claims:
    words = _word(int.from_bytes(signed[HEAD:]), LETTERS, 1).split(".")
    ticket, starts, ends = signed[6:13], signed[13:17], signed[17:21]
    if len(words) != 2 or int.from_bytes(ticket) >= len(ALPHABET) ** DRAWN:
        raise BadToken
    return Claims(
        voucher=_code(_word(int.from_bytes(ticket), ALPHABET, 0).rjust(DRAWN, ALPHABET[0])),
        scheme=words[0],
        item=words[1],
        valid_from=START + int.from_bytes(starts) * MINUTE,
        valid_until=START + int.from_bytes(ends) * MINUTE,
    )


def _holds(signed: bytes, signature: bytes, key: Jwk) -> bool:
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric.ec import ECDSA, SECP256R1, EllipticCurvePublicNumbers
    from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
    from cryptography.hazmat.primitives.hashes import SHA256

    x, y = (int.from_bytes(base64.urlsafe_b64decode(key[name] + "=")) for name in ("x", "y"))
    r, s = (int.from_bytes(half) for half in (signature[: SIGNATURE_BYTES // 2], signature[SIGNATURE_BYTES // 2 :]))
    try:
        public = EllipticCurvePublicNumbers(x, y, SECP256R1()).public_key()
        public.verify(encode_dss_signature(r, s), signed, ECDSA(SHA256()))
    except InvalidSignature:
        return False
    return True


def _drawn(code: str) -> str:
    """`TK-K7MH-K52N-FTR8` without its prefix, its dashes and its check letter, which is made again when it is read."""
    return "".join(parse_reference(code, PREFIX).split("-")[1:])[:DRAWN]


def _code(drawn: str) -> str:
    from stdnum.iso7064 import mod_37_2

    return parse_reference(drawn + mod_37_2.calc_check_digit(drawn, ALPHABET), PREFIX)


def _minutes(at: datetime) -> int:
    minutes, rest = divmod(at - START, MINUTE)
    if rest or minutes < 0:
        raise ValueError("a ticket is good from a whole minute to a whole minute")
    return minutes


def _number(word: str, letters: str, first: int) -> int:
    """`first` is the digit of the first letter: 1 where words of any length are told apart by their number."""
    number = 0
    for letter in word:
        number = number * (len(letters) + first) + letters.index(letter) + first
    return number


def _word(number: int, letters: str, first: int) -> str:
    """The word of a number; a digit 0 that no letter has ends up as another spelling, which `read` refuses."""
    found = ""
    while number:
        number, digit = divmod(number, len(letters) + first)
        found = letters[digit - first] + found
    return found


def _shortest(number: int) -> bytes:
    return number.to_bytes((number.bit_length() + 7) // 8)
