"""Money: whole minor units, one currency, what people type and read."""

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.core.money import EXPONENTS, BadAmount, Money, parse, rupiah

AMOUNTS = st.integers(-(10**15), 10**15)


@pytest.mark.parametrize(
    "typed",
    [
        "150000",
        "150.000",
        "150,000",
        "Rp 150.000,00",
        "Rp150.000",
        "rp. 150.000",
        "IDR 150,000.00",
        "Rp150.000,-",
        "150000.00",
        "  150.000 ",
        "１５０.０００",
        "Rp\u00a0150.000",
    ],
)
def test_rupiah_is_read_as_people_write_it(typed: str) -> None:
    assert parse(typed) == Money(15_000_000, "IDR")


@pytest.mark.parametrize(
    "typed",
    [
        *(
            "1.5",
            "1,50",
            "-1",
            "+1",
            "0",
            "000",
            "0150",
            "",
            "Rp",
            " ",
            "1e5",
            "0x10",
            "150.000.00",
            "1.5000",
        ),
        *("1.000,000", "1.00.000", "$150", "150 000", "١٥٠", "NaN", "1_000", "9" * 59, "9" * 5000),
        *(str(2**63), str(2**63 // 100 + 1), "150.000\n1"),
    ],
)
def test_anything_else_is_refused_with_words_for_the_person(typed: str) -> None:
    with pytest.raises(BadAmount) as refused:
        parse(typed)

    assert refused.value.message.in_("id") != refused.value.message.in_("en")


def test_the_largest_amount_that_fits_is_taken() -> None:
    assert parse(str((2**63 - 1) // 100)).minor_units == (2**63 - 1) // 100 * 100


@given(st.integers(1, 10**14))
def test_what_is_shown_can_be_typed_back(amount: int) -> None:
    assert parse(rupiah(amount).shown("id")) == rupiah(amount)


@given(AMOUNTS, AMOUNTS)
def test_adding_and_taking_away_again_changes_nothing(a: int, b: int) -> None:
    assert rupiah(a) + rupiah(b) - rupiah(b) == rupiah(a)


@given(AMOUNTS, st.integers(0, 50))
def test_times_is_repeated_adding(amount: int, times: int) -> None:
    total = Money(0, "IDR")
    for _ in range(times):
        total += rupiah(amount)

    assert rupiah(amount) * times == times * rupiah(amount) == total


@given(AMOUNTS, AMOUNTS)
def test_money_is_ordered_as_its_amounts_are(a: int, b: int) -> None:
    assert (rupiah(a) < rupiah(b), rupiah(a) >= rupiah(b)) == (a < b, a >= b)


@given(AMOUNTS)
def test_the_negative_cancels_out(amount: int) -> None:
    assert not rupiah(amount) + -rupiah(amount)


@pytest.mark.parametrize("mix", [lambda a, b: a + b, lambda a, b: a - b, lambda a, b: a < b, lambda a, b: a >= b])
def test_currencies_never_mix(mix: Callable[[Money, Money], object]) -> None:
    with pytest.raises(ValueError, match="do not mix"):
        mix(rupiah(1), Money(1, "USD"))


def test_the_same_number_in_another_currency_is_not_equal() -> None:
    assert Money(100, "IDR") != Money(100, "USD")


@pytest.mark.parametrize("minor_units", [1.0, 1.5, "1", True, None])
def test_only_whole_numbers_are_money(minor_units: object) -> None:
    with pytest.raises(TypeError):
        Money(minor_units, "IDR")  # type: ignore[arg-type]


def test_a_fraction_of_money_is_refused() -> None:
    with pytest.raises(TypeError):
        rupiah(100) * 0.5  # type: ignore[operator]


@pytest.mark.parametrize("currency", ["", "idr", "XXX", "BTC"])
def test_a_currency_without_a_known_exponent_is_refused(currency: str) -> None:
    with pytest.raises(ValueError, match="unknown currency"):
        Money(1, currency)


def test_more_than_63_bits_is_refused() -> None:
    with pytest.raises(ValueError, match="more money"):
        Money(2**63, "IDR")


def test_rupiah_has_hundredths_as_stripe_counts_them() -> None:
    assert (rupiah(150_000).minor_units, EXPONENTS["JPY"], EXPONENTS["KWD"]) == (15_000_000, 0, 3)


@pytest.mark.parametrize(
    ("money", "lang", "words"),
    [
        (rupiah(1_234_567), "id", "Rp 1.234.567"),
        (rupiah(1_234_567), "en", "Rp 1.234.567"),
        (rupiah(-5_000), "id", "-Rp 5.000"),
        (Money(150, "IDR"), "id", "Rp 1,50"),
        (Money(123_450, "USD"), "en", "USD 1,234.50"),
        (Money(123_450, "USD"), "id", "USD 1.234,50"),
        (Money(5000, "JPY"), "en", "JPY 5,000"),
        (Money(1, "KWD"), "en", "KWD 0.001"),
    ],
)
def test_money_is_shown_as_the_reader_writes_it(money: Money, lang: str, words: str) -> None:
    assert money.shown(lang) == words
