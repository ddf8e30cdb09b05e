"""What a ticket's QR says: one spelling, one signer, and nothing that was changed is believed."""

import base64
import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import segno
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from chalicelib.core.ids import ALPHABET, new_reference
from chalicelib.core.signing import key_id_of
from chalicelib.payments.model.token import (
    LETTERS,
    LONGEST_ADDRESS,
    MOST_WORDS,
    BadToken,
    Claims,
    UnknownKey,
    WrongSignature,
    address_of,
    content,
    key_of,
    read,
    token_in,
    token_of,
    verified,
)
from tests.twins.signing import MemorySigner

PROD, STAGING = "https://sewaka.denpasarkota.go.id", "https://sewaka-staging.denpasarkota.go.id"
BASE32 = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"
SIGNER = MemorySigner()
KEYS = SIGNER.public_keys()
SEVERAL = settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])

minutes = st.integers(0, 4_000_000_000).map(lambda n: datetime(1970, 1, 1, tzinfo=UTC) + timedelta(minutes=n))
codes = st.text(LETTERS.removesuffix("."), min_size=1, max_size=(MOST_WORDS - 1) // 2)
claims_of_any_kind = st.builds(
    Claims,
    voucher=st.builds(lambda _: new_reference("TK"), st.integers()),
    scheme=codes,
    item=codes,
    valid_from=minutes,
    valid_until=minutes,
)


def claims(**changes: object) -> Claims:
    usual: dict[str, object] = {
        "voucher": "TK-K7MH-K52N-FTR8",
        "scheme": "mangrove",
        "item": "local_adult",
        "valid_from": datetime(2026, 11, 25, 23, 0, tzinfo=UTC),
        "valid_until": datetime(2026, 11, 26, 10, 0, tzinfo=UTC),
    }
    return Claims(**{**usual, **changes})  # type: ignore[arg-type]


def token(said: Claims, signer: MemorySigner = SIGNER) -> str:
    signed = content(said, signer.key_id)
    return token_of(signed, signer.sign(signed))


def spelled_out(whole: bytes) -> str:
    return token_of(whole, b"")


TOKEN = token(claims(voucher=new_reference("TK")))


# --- what is written is read


@SEVERAL
@given(claims_of_any_kind)
def test_whatever_is_claimed_comes_back_and_only_the_key_is_added(said: Claims) -> None:
    made = token(said)

    assert read(made) == said
    assert key_of(made) == SIGNER.key_id
    assert verified(made, KEYS) == said


@pytest.mark.parametrize("drawn", [ALPHABET[0] * 11, ALPHABET[-1] * 11])
def test_the_first_and_the_last_code_there_can_be_come_back(drawn: str) -> None:
    from stdnum.iso7064 import mod_37_2

    from chalicelib.core.ids import parse_reference

    code = parse_reference("TK" + drawn + mod_37_2.calc_check_digit(drawn, ALPHABET))
    assert read(token(claims(voucher=code))).voucher == code


@pytest.mark.parametrize(
    "wrong",
    [
        {"scheme": "a" * 20, "item": "b" * 16},
        {"scheme": "a.b"},
        {"item": ""},
        {"scheme": "Mangrove"},
        {"valid_from": datetime(2026, 11, 25, 23, 0, 1, tzinfo=UTC)},
        {"valid_until": datetime(1969, 12, 31, tzinfo=UTC)},
        {"voucher": "TK-AAAA-AAAA-AAAA"},
        {"voucher": "PS-K7MH-K52N-FTR8"},
    ],
    ids=str,
)
def test_what_does_not_fit_is_refused_before_it_is_signed(wrong: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=r".+"):
        content(claims(**{"voucher": new_reference("TK"), **wrong}), "AAAAAAAA")


# --- nothing that was changed is believed


@pytest.mark.parametrize("place", range(len(base64.b32decode(TOKEN + "=" * (-len(TOKEN) % 8)))))
def test_every_flipped_byte_is_refused(place: int) -> None:
    whole = base64.b32decode(TOKEN + "=" * (-len(TOKEN) % 8))
    for bit in range(8):
        changed = bytearray(whole)
        changed[place] ^= 1 << bit
        with pytest.raises(BadToken):
            verified(spelled_out(bytes(changed)), KEYS)


@pytest.mark.parametrize("place", range(len(TOKEN)))
def test_every_other_letter_at_every_place_is_refused(place: int) -> None:
    for letter in BASE32 + "0189abé=-":
        if letter != TOKEN[place]:
            with pytest.raises(BadToken):
                verified(TOKEN[:place] + letter + TOKEN[place + 1 :], KEYS)


@SEVERAL
@given(st.data())
def test_what_is_cut_off_added_or_moved_is_refused(data: st.DataObject) -> None:
    start, end = sorted(data.draw(st.tuples(*[st.integers(0, len(TOKEN))] * 2)))
    changed = data.draw(
        st.sampled_from([TOKEN[:start] + TOKEN[end:], TOKEN + "A" * (end - start), TOKEN[start:] + TOKEN[:start]])
    )
    if changed != TOKEN:
        with pytest.raises(BadToken):
            verified(changed, KEYS)


@SEVERAL
@given(st.one_of(st.text(max_size=250), st.text(BASE32, max_size=250), st.binary(max_size=140).map(spelled_out)))
def test_rubbish_is_refused_and_nothing_else_happens(rubbish: str) -> None:
    with pytest.raises(BadToken):
        verified(rubbish, KEYS)


def with_spare_bits(token: str) -> str:
    """Base32 letters carry five bits: those left over in the last one are zero."""
    assert len(token) * 5 % 8
    return token[:-1] + BASE32[BASE32.index(token[-1]) + 1]


SPELLINGS = {
    "lower case": str.lower,
    "mixed case": str.title,
    "a blank before": lambda token: f" {token}",
    "a line end": lambda token: f"{token}\n",
    "padded": lambda token: token + "=" * (-len(token) % 8),
    "spare bits": with_spare_bits,
    "a letter more": lambda token: f"{token}A",
    "dashes": lambda token: f"{token[:8]}-{token[8:]}",
}


@pytest.mark.parametrize("spelled", SPELLINGS.values(), ids=SPELLINGS)
def test_a_token_has_one_spelling(spelled: Callable[[str], str]) -> None:
    with pytest.raises(BadToken):
        read(spelled(TOKEN))


def test_a_ticket_code_has_one_number() -> None:
    whole = bytearray(base64.b32decode(TOKEN + "=" * (-len(TOKEN) % 8)))
    whole[6:13] = (len(ALPHABET) ** 11).to_bytes(7)

    with pytest.raises(BadToken):
        read(spelled_out(bytes(whole)))


def test_another_format_is_refused_even_if_the_city_signed_it() -> None:
    signed = bytes([2]) + content(claims(voucher=new_reference("TK")), SIGNER.key_id)[1:]

    with pytest.raises(BadToken):
        verified(token_of(signed, SIGNER.sign(signed)), KEYS)


# --- who signed it


def test_a_key_that_is_not_ours_is_named() -> None:
    stranger = MemorySigner()

    with pytest.raises(UnknownKey):
        verified(token(claims(voucher=new_reference("TK")), stranger), KEYS)


def test_a_stranger_who_claims_our_key_has_the_wrong_signature() -> None:
    signed = content(claims(voucher=new_reference("TK")), SIGNER.key_id)

    with pytest.raises(WrongSignature):
        verified(token_of(signed, MemorySigner().sign(signed)), KEYS)


def test_an_older_key_is_believed_until_it_is_retired() -> None:
    signer = MemorySigner()
    before = token(claims(voucher=new_reference("TK")), signer)
    signer.rotate()
    after = token(claims(voucher=new_reference("TK")), signer)

    assert verified(before, signer.public_keys())
    assert verified(after, signer.public_keys())
    signer.retire()
    with pytest.raises(UnknownKey):
        verified(before, signer.public_keys())


# --- what a camera sees


@pytest.mark.parametrize("origin", [PROD, STAGING])
def test_the_longest_ticket_fits_into_a_qr_of_version_8_at_level_m(origin: str) -> None:
    longest = token(claims(voucher=new_reference("TK"), scheme="s" * 18, item="i" * 17))
    address = address_of(origin, longest)
    code = segno.make_qr(address, error="m")

    assert len(address) <= LONGEST_ADDRESS
    assert int(code.version) <= 8
    assert code.mode == "alphanumeric"
    assert code.error in ("M", "Q", "H")


def test_a_city_whose_name_is_too_long_is_told_before_anything_is_printed() -> None:
    with pytest.raises(ValueError, match="too long"):
        address_of("https://" + "a" * 60 + ".example", token(claims(voucher=new_reference("TK"))))


@pytest.mark.parametrize(
    "around", ["{}", " {}\r\n", f"{PROD.upper()}/V/{{}}", f"{PROD}/v/{{}}", "http://127.0.0.1:8000/V/{}"]
)
def test_the_token_is_found_in_whatever_was_scanned(around: str) -> None:
    assert token_in(around.format(TOKEN)) == TOKEN


# --- the gate's script reads the same bytes

TABLE = Path(__file__).with_name("tokens.json")


def test_the_tokens_that_the_browser_is_held_to_read_the_same_here() -> None:
    table = json.loads(TABLE.read_text("utf-8"))
    keys = {key_id_of(key): key for key in table["keys"]}

    for one in table["good"]:
        found = verified(one["token"], keys)
        assert (found.voucher, found.scheme, found.item) == (one["voucher"], one["scheme"], one["item"])
        assert [int(at.timestamp()) // 60 for at in (found.valid_from, found.valid_until)] == [
            one["from"],
            one["until"],
        ]
    for one in table["bad"]:
        with pytest.raises(BadToken) as refusal:
            verified(one["token"], keys)
        assert type(refusal.value).__name__ == one["why"]
