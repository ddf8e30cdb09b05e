"""Posters: asked for once, drawn by the worker, followed by whoever scans them, and revoked for ever."""

import io
import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pypdf import PdfReader

from chalicelib.core.errors import NotFound, Unavailable
from chalicelib.core.ids import ALPHABET
from chalicelib.payments.model.poster import LETTERS, SERIAL, PosterState, letters, parts
from chalicelib.payments.service.poster_sheet import drawn
from chalicelib.payments.service.posters import posters
from chalicelib.schemes.model import schemes
from tests.payments.money_city import MoneyCity, money_city
from tests.web.client import ORIGIN, Client, Reply

DESK = "/en/staff/posters"
# Other work on the same machine may delay any one of them.
PATIENT = settings(deadline=None)
HOST = ORIGIN.split("//")[1]


@pytest.fixture
def town() -> Iterator[MoneyCity]:
    with money_city() as made:
        yield made


@pytest.fixture
def kadek(town: MoneyCity) -> Client:
    return town.city.officer("Kadek", "admin_opd", office="bapenda")


def sent(client: Client, page: str, typed: dict[str, str]) -> Reply:
    """A form of a page, with its hidden fields."""
    shown = client.get(page)
    return client.post(page, {"csrf": shown.hidden("csrf"), "form_id": shown.hidden("form_id"), **typed})


def asked(client: Client, what: str = "mangrove/adult") -> str:
    """The number of a new poster; nobody has drawn it yet."""
    reply = sent(client, DESK, {"what": what})
    assert reply.status == 303, reply.text
    return reply.location.rsplit("/", 1)[1]


def made(town: MoneyCity, client: Client, what: str = "mangrove/adult") -> str:
    serial = asked(client, what)
    town.work()
    return serial


def revoked(client: Client, serial: str, **typed: str) -> Reply:
    return sent(client, f"{DESK}/{serial}/revoke", {"why": "forged", **typed})


def words_of(pdf: bytes) -> str:
    pages = PdfReader(io.BytesIO(pdf)).pages
    assert len(pages) == 1
    return re.sub(r"\s+", " ", pages[0].extract_text())


@pytest.mark.parametrize(("accepts", "language"), [("id-ID,id;q=0.9", "id"), ("en-GB", "en"), ("fr", "en"), ("", "id")])
@pytest.mark.parametrize("address", ["/p/", "/P/"])
def test_a_scan_leads_to_the_item_in_the_readers_language_and_commits_nothing(
    town: MoneyCity, kadek: Client, accepts: str, language: str, address: str
) -> None:
    token, before = posters().token(made(town, kadek)), town.city.names()
    reply = town.city.visitor().get(address + token, **({"Accept-Language": accepts} if accepts else {}))

    assert (reply.status, reply.location) == (303, f"/{language}/pay/mangrove?item=adult")
    assert town.city.names() == before
    assert 'name="quantity_adult" min="0" max="20" inputmode="numeric" value="1"' in (
        town.city.visitor().get(reply.location).text
    )


def test_a_poster_of_a_vehicle_chooses_it_and_one_of_everything_chooses_nothing(town: MoneyCity, kadek: Client) -> None:
    vehicle = schemes()["parking"].items[0].code
    one, all_ = made(town, kadek, f"parking/{vehicle}"), made(town, kadek, "parking")
    shop, whole = (town.city.visitor().get(f"/en/p/{posters().token(serial)}").location for serial in (one, all_))

    assert whole == "/en/pay/parking"
    assert f'value="{vehicle}" checked' in town.city.visitor().get(shop).text


@pytest.mark.slow
def test_a_link_with_any_letter_altered_is_refused(town: MoneyCity, kadek: Client) -> None:
    token = posters().token(asked(kadek))
    altered = [
        token[:place] + other + token[place + 1 :]
        for place in range(len(token))
        for other in ("", *ALPHABET, *ALPHABET.lower(), *"-_.%0/ é")
        if other.upper() != token[place]
    ]

    assert len(altered) > 600
    for wrong in altered:
        with pytest.raises(NotFound):
            posters().followed(wrong)


@PATIENT
@given(typed=st.text(max_size=60))
def test_whatever_is_typed_is_a_link_of_ours_or_not_found(typed: str) -> None:
    with money_city() as town:
        assert town.city.store.rows == {}
        with pytest.raises(NotFound):
            posters().followed(typed)


@PATIENT
@given(signature=st.text(min_size=1, max_size=90), serial=st.text(ALPHABET, min_size=SERIAL, max_size=SERIAL))
def test_a_link_can_be_typed_in_any_case(signature: str, serial: str) -> None:
    signed = letters(signature)

    assert len(signed) == LETTERS
    assert parts(f"{serial}-{signed}".lower()) == (serial, signed)


def test_a_number_that_nobody_made_is_refused_though_it_is_signed(town: MoneyCity) -> None:
    assert town.city.visitor().get(f"/en/p/{posters().token('22222')}").status == 404


@pytest.mark.parametrize("language", ["id", "en"])
def test_an_altered_link_says_that_it_is_no_code_of_the_city_and_how_to_tell(
    town: MoneyCity, kadek: Client, language: str
) -> None:
    token = posters().token(made(town, kadek))
    wrong = token[:-1] + ("2" if token[-1] != "2" else "3")
    away = town.city.visitor().get(f"/p/{wrong}", **{"Accept-Language": language})
    page = town.city.visitor().get(away.location)

    assert away.location == f"/{language}/p/{wrong}"
    assert page.status == 404
    assert {"id": "Ini bukan kode dari kota", "en": "This is not a code of the city"}[language] in page.text
    assert f'href="/{language}/pay"' in page.text
    assert HOST in page.text


def test_strange_letters_in_a_link_lead_nowhere_else(town: MoneyCity) -> None:
    away = town.city.visitor().get("/p/%2F%2Fevil.example%0D%0Ax")

    assert away.status in (303, 404)
    assert away.headers.get("Location", "/id/p/").startswith("/id/p/")


def test_a_revoked_link_says_so_and_leads_to_the_list(town: MoneyCity, kadek: Client) -> None:
    serial = made(town, kadek)
    assert revoked(kadek, serial, reason="Stiker di loket 2").status == 303
    away = town.city.visitor().get(f"/p/{posters().token(serial)}", **{"Accept-Language": "en"})
    page = town.city.visitor().get(away.location)

    assert page.status == 410
    assert "This poster is no longer valid" in page.text
    assert 'href="/en/pay"' in page.text
    assert "loket" not in page.text


def test_revoking_asks_again_wants_a_reason_and_is_told_once(town: MoneyCity, kadek: Client) -> None:
    serial = made(town, kadek)
    asks = kadek.get(f"{DESK}/{serial}/revoke")
    without = revoked(kadek, serial, why="")
    form = {"csrf": asks.hidden("csrf"), "form_id": asks.hidden("form_id"), "why": "price", "reason": "Naik"}
    replies = [kadek.post(f"{DESK}/{serial}/revoke", form) for _ in range(2)]
    (fact,) = [entry for entry in town.store.journal(f"poster#{serial}") if entry.name == "PosterRevoked"]

    assert "This cannot be undone" in asks.text
    assert (without.status, [reply.status for reply in replies]) == (422, [303, 303])
    assert fact.data == {"serial": serial, "scheme": "mangrove", "item": "adult", "why": "price"}
    assert posters().poster(serial).reason == "Naik"


def test_a_doubled_press_makes_one_poster(town: MoneyCity, kadek: Client) -> None:
    shown = kadek.get(DESK)
    form = {"csrf": shown.hidden("csrf"), "form_id": shown.hidden("form_id"), "what": "museum"}
    replies = [kadek.post(DESK, form) for _ in range(3)]

    assert len({reply.location for reply in replies}) == 1
    assert town.city.names() == ["PosterAsked"]


def test_a_poster_is_for_something_that_is_sold_here(town: MoneyCity, kadek: Client) -> None:
    for what in ("", "levy", "mangrove/giant", "treasure"):
        assert sent(kadek, DESK, {"what": what}).status == 422
    assert town.city.names() == []


def test_the_sheet_says_the_address_the_price_and_whose_money_it_is_in_both_languages(
    town: MoneyCity, kadek: Client
) -> None:
    serial = made(town, kadek)
    reply = kadek.get(f"{DESK}/{serial}/print.pdf")
    said = words_of(reply.body)

    assert (reply.status, reply.headers["Content-Type"]) == (200, "application/pdf")
    assert reply.headers["Content-Disposition"] == f'attachment; filename="poster-{serial}.pdf"'
    for words in (HOST, "Rp 50.000", serial, "Pemerintah Kota Denpasar", "City of Denpasar", "Sample prices"):
        assert words in said, words
    assert "Rp 25.000" not in said
    assert f"{HOST}/p/{posters().token(serial)}" in said


@pytest.mark.parametrize("scheme", ["fine", "parking", "museum", "mangrove", "market", "cemetery"])
def test_every_scheme_that_is_sold_fits_one_tagged_sheet(town: MoneyCity, kadek: Client, scheme: str) -> None:
    pdf = kadek.get(f"{DESK}/{made(town, kadek, scheme)}/print.pdf").body
    catalog: Any = PdfReader(io.BytesIO(pdf)).root_object

    assert schemes()[scheme].name.id in words_of(pdf)
    assert catalog["/MarkInfo"]["/Marked"]
    assert catalog["/Lang"] == "id-ID"
    assert b"<pdfuaid:part>1</pdfuaid:part>" in pdf
    assert b"<pdfaid:conformance>A</pdfaid:conformance>" in pdf


def test_a_sheet_that_is_drawn_again_is_the_same_to_the_byte(town: MoneyCity, kadek: Client) -> None:
    poster = posters().poster(made(town, kadek))
    kept = town.city.files.kept[poster.file].content
    town.city.clock.pass_(timedelta(days=3))

    assert drawn(poster, schemes()["mangrove"], ORIGIN, posters().token(poster.serial)) == kept


def test_what_waits_for_its_sheet_or_is_revoked_is_not_printed(town: MoneyCity, kadek: Client) -> None:
    serial = asked(kadek)
    early = kadek.get(f"{DESK}/{serial}/print.pdf")
    revoked(kadek, serial)
    town.work()

    assert early.status == kadek.get(f"{DESK}/{serial}/print.pdf").status == 409
    assert posters().poster(serial).state is PosterState.REVOKED
    assert town.city.files.kept == {}


def test_a_bucket_that_is_down_delays_a_sheet_and_loses_none(town: MoneyCity, kadek: Client) -> None:
    serial = asked(kadek)
    town.city.files.down = True
    with pytest.raises(Unavailable):
        town.work()
    town.city.files.down = False
    town.work(twice=True)

    assert posters().poster(serial).state is PosterState.READY
    assert kadek.get(f"{DESK}/{serial}/print.pdf").status == 200


def test_a_poster_whose_price_has_changed_is_marked(town: MoneyCity, kadek: Client) -> None:
    serial = made(town, kadek)
    before = kadek.get(DESK).text
    town.city.clock.pass_(timedelta(days=60))
    later = town.city.officer("Kadek", "admin_opd", office="bapenda")

    assert "Price has changed" not in before
    assert "Price has changed" in later.get(DESK).text
    assert "Another price is in force today" in later.get(f"{DESK}/{serial}").text


def test_the_list_of_posters_has_pages(town: MoneyCity, kadek: Client) -> None:
    for _ in range(26):
        asked(kadek, "museum")
        town.city.clock.pass_(timedelta(minutes=1))
    first = kadek.get(DESK).text
    (onward,) = re.findall(r'href="(\?from=[^"]+)"', first)

    assert len(set(re.findall(rf'href="{DESK}/(\w{{5}})"', first))) == 25
    assert len(set(re.findall(rf'href="{DESK}/(\w{{5}})"', kadek.get(DESK + onward).text))) == 1


def test_finance_acts_the_auditor_looks_and_nobody_else_comes_in(town: MoneyCity, kadek: Client) -> None:
    serial = made(town, kadek)
    sri = town.city.officer("Sri", "auditor", office="inspektorat")
    other = town.city.officer("Ayu", "admin_opd", office="dispar")
    pages = (DESK, f"{DESK}/{serial}", f"{DESK}/{serial}/print.pdf")

    assert [sri.get(page).status for page in pages] == [200, 200, 200]
    assert "Make a poster" not in sri.get(DESK).text
    assert "Revoke its link" not in sri.get(f"{DESK}/{serial}").text
    assert sri.get(f"{DESK}/{serial}/revoke").status == sri.post(DESK, {"what": "museum"}).status == 403
    assert [other.get(page).status for page in pages] == [403, 403, 403]
    assert town.city.visitor().get(DESK).location == "/en/login"


@pytest.mark.parametrize("language", ["id", "en"])
def test_how_to_tell_a_forged_sticker_is_linked_from_where_people_pay(town: MoneyCity, language: str) -> None:
    visitor = town.city.visitor()
    page = visitor.get(f"/{language}/pay/posters")

    assert page.status == 200
    assert f"<b>{HOST}</b>" in page.text
    assert "PIN" in page.text
    for paying in ("pay", "pay/mangrove"):
        assert f'href="/{language}/pay/posters"' in visitor.get(f"/{language}/{paying}").text
