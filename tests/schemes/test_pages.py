"""The visitors' hub and the staff's price list."""

import gzip
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest
from markupsafe import escape

from chalicelib.core.text import Text
from chalicelib.core.toolbox import working_with
from chalicelib.core.web.answers import PUBLIC
from chalicelib.core.web.templates import environment
from chalicelib.schemes import reads
from chalicelib.schemes.model import schemes
from chalicelib.schemes.pages import CHARGERS
from chalicelib.schemes.reads import Sale, Scheme
from tests.web.city import City, memory_city
from tests.web.client import ORIGIN

languages = pytest.mark.parametrize("language", ["id", "en"])
KB = 1024
LOADED = ("site.css", "site.js", "display.woff2", "favicon.svg")
ABOUT = '{% from "schemes/explained.html" import about %}{{ about(scheme, authority) }}'


def said(words: Text, language: str) -> str:
    """As it stands in a page."""
    return str(escape(words.in_(language)))


@pytest.fixture
def city() -> Iterator[City]:
    with memory_city() as city:
        yield city


@languages
@pytest.mark.parametrize("scheme", schemes().values(), ids=lambda scheme: str(scheme.code))
def test_every_scheme_is_one_tap_away_from_the_hub(city: City, scheme: Scheme, language: str) -> None:
    page = city.visitor().get(f"/{language}/pay")

    assert f'<a href="/{language}/pay/{scheme.code}">{said(scheme.name, language)}</a>' in page.text


@languages
def test_the_hub_names_who_charges_and_never_offers_the_levy_as_ours(city: City, language: str) -> None:
    text = city.visitor().get(f"/{language}/pay").text
    levy = reads.scheme("levy")

    assert all(said(charger, language) in text for charger in CHARGERS.values())
    assert said(reads.authority("pasar").name, language) in text
    assert f'href="{levy.official_site}"' in text
    assert {"id": "Kami tidak menjualnya.", "en": "We do not sell it."}[language] in text
    assert ORIGIN.removeprefix("http://") in text


@languages
def test_a_stage_that_may_collect_for_the_province_sells_the_levy(city: City, language: str) -> None:
    with working_with(replace(city.tools, collects=frozenset({"levy"}))):
        text = city.visitor().get(f"/{language}/pay").text

        assert reads.scheme("levy").sale is Sale.OPEN
    assert reads.scheme("levy").sale is Sale.SHOWN
    assert {"id": "Kami tidak menjualnya.", "en": "We do not sell it."}[language] not in text


@languages
def test_the_hub_is_for_every_cache_and_sets_no_cookie(city: City, language: str) -> None:
    page = city.visitor().get(f"/{language}/pay")

    assert page.headers["Cache-Control"] == PUBLIC
    assert "Set-Cookie" not in page.headers
    assert "<form" not in page.text


def test_a_price_without_a_source_says_that_it_is_a_sample(city: City) -> None:
    text = city.visitor().get("/en/pay").text
    mangrove, parking = (text.split(f'/en/pay/{code}">', 1)[1].split("</li>")[0] for code in ("mangrove", "parking"))

    assert "Rp\xa05.000 to Rp\xa050.000" in mangrove
    assert "Sample price" in mangrove
    assert "Rp\xa02.000 to Rp\xa030.000" in parking
    assert "Sample price" not in parking


def test_the_hub_shows_the_price_of_the_day_in_denpasar(city: City) -> None:
    # 1 January 2027, 00.30 WITA.
    city.clock.pass_(timedelta(days=37, hours=14))

    assert "Rp\xa05.000 to Rp\xa060.000" in city.visitor().get("/en/pay").text


@languages
def test_the_hub_weighs_at_most_45_kb(city: City, language: str, weights: dict[str, int]) -> None:
    html = len(gzip.compress(city.visitor().get(f"/{language}/pay").text.encode(), 9))

    assert html + sum(weights[name] for name in LOADED) <= 45 * KB


@languages
@pytest.mark.parametrize("role", ["auditor", "admin_opd"])
def test_staff_see_the_legal_basis_the_price_and_its_next_change(city: City, role: str, language: str) -> None:
    text = city.officer("Sri", role).get(f"/{language}/staff/prices").text

    assert all(said(one.legal_basis, language) in text for one in schemes().values())
    assert {"id": "Rp 60.000 mulai 1 Januari 2027", "en": "Rp 60.000 from 1 January 2027"}[language] in text
    assert "bali.antaranews.com/berita/344226" in text


@pytest.mark.parametrize("role", ["operator_ddcm", "field_unit"])
def test_other_staff_do_not(city: City, role: str) -> None:
    assert city.officer("Ayu", role).get("/en/staff/prices").status == 403
    assert city.visitor().get("/en/staff/prices").location == "/en/login"


@languages
@pytest.mark.parametrize("scheme", schemes().values(), ids=lambda scheme: str(scheme.code))
def test_what_is_explained_beside_the_order_names_the_authority_the_rule_and_the_refund(
    scheme: Scheme, language: str
) -> None:
    authority = reads.authority(scheme.authority)
    html = environment(language).from_string(ABOUT).render(scheme=scheme, authority=authority)

    assert said(authority.name, language) in html
    assert said(scheme.legal_basis, language) in html
    nothing = {"id": "Tidak ada pengembalian", "en": "no refund"}[language]
    assert (nothing in html) == (scheme.sale is Sale.OPEN and scheme.refund is None)
    assert scheme.refund is None or f"{scheme.refund.until_hours_before}" in html
    assert ("dps-notice--warn" in html) == scheme.sampled
    assert all(said(note.title, language) in html for note in scheme.notes)


@languages
def test_every_link_of_the_hub_leads_to_a_page(city: City, language: str) -> None:
    links = set(re.findall(rf'href="(/{language}/pay[^"#]*)"', city.visitor().get(f"/{language}/pay").text))

    assert {link: city.visitor().get(link).status for link in links} == dict.fromkeys(links, 200)
