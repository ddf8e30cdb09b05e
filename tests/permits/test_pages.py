"""The list of services and the page of each, before any question is asked."""

import gzip
import re
import subprocess
import sys
from collections.abc import Iterator

import pytest
from markupsafe import escape

from chalicelib.core import ROOT
from chalicelib.core.text import Text
from chalicelib.core.web.answers import PUBLIC
from chalicelib.permits import reads
from chalicelib.permits.reads import Service, Signpost
from tests.web.city import City, memory_city

languages = pytest.mark.parametrize("language", ["id", "en"])
every_service = pytest.mark.parametrize("one", reads.services(), ids=lambda one: str(one.code))
every_signpost = pytest.mark.parametrize("one", reads.signposts(), ids=lambda one: str(one.code))
KB = 1024
# ux.md 3.3: a public page's first visit, and its own HTML.
LOADED = ("site.css", "site.js", "display.woff2", "favicon.svg")
FIRST_VISIT, HTML = 60 * KB, 15 * KB
NOT_ONLINE = {"id": "Permohonan lewat portal ini belum ada.", "en": "You cannot apply on this portal yet."}
MARKS = {
    "id": {"unconfirmed": "Belum dipastikan", "sample": "Contoh"},
    "en": {"unconfirmed": "To be confirmed", "sample": "Sample"},
}


def said(words: Text, language: str) -> str:
    """As it stands in a page."""
    return str(escape(words.in_(language)))


@pytest.fixture
def city() -> Iterator[City]:
    with memory_city() as city:
        yield city


@languages
def test_everything_is_listed_under_what_happened_in_life(city: City, language: str) -> None:
    text = city.visitor().get(f"/{language}/services").text

    for one in reads.everything():
        assert text.count(f'<a href="/{language}/services/{one.code}">{said(one.name, language)}</a>') == 1
    assert all(said(event.name, language) in text for event in reads.life_events())


def test_whoever_reads_english_sees_filming_first(city: City) -> None:
    english, indonesian = (city.visitor().get(f"/{language}/services").text for language in ("en", "id"))

    assert english.index("/services/filming") < english.index("/services/death-benefit")
    assert indonesian.index("/services/death-benefit") < indonesian.index("/services/filming")


@languages
@pytest.mark.parametrize("typed", ["pesta", "upacara", "tutup+jalan"])
def test_a_search_shows_what_was_found_and_nothing_else(city: City, language: str, typed: str) -> None:
    text = city.visitor().get(f"/{language}/services?q={typed}").text

    assert f"/{language}/services/event" in text
    assert "/services/research" not in text
    assert f'value="{typed.replace("+", " ")}"' in text


@languages
def test_a_search_without_a_hit_says_so_and_shows_the_list(city: City, language: str) -> None:
    page = city.visitor().get(f"/{language}/services?q=xyzzy")

    assert page.status == 200
    assert {"id": "Tidak ditemukan layanan", "en": "Nothing was found"}[language] in page.text
    assert "/services/research" in page.text


@pytest.mark.parametrize(
    "typed", ["%3Cscript%3Ealert(1)%3C/script%3E", "%22onload%3D", "a" * 5000, "%00%FF", "%7B%7B7*7%7D%7D"]
)
def test_whatever_is_searched_is_only_shown(city: City, typed: str) -> None:
    page = city.visitor().get(f"/id/services?q={typed}")

    assert page.status in (200, 400)
    assert "<script>alert" not in page.text
    assert "49" not in page.text or "7*7" in page.text


@languages
@every_service
def test_a_service_says_what_decides_before_the_first_question(city: City, one: Service, language: str) -> None:
    text = city.visitor().get(f"/{language}/services/{one.code}").text
    shown = [one.name, one.summary, one.outcome.name.words, one.apply.how.words, reads.office(one.apply.office).name]
    shown += [fact.words for part in (one.who, one.legal_basis, one.notes) for fact in part]
    shown += [document.name for document in one.documents]
    shown += [reads.office(step.office).name for step in one.route] + [step.title for step in one.route]
    shown += [decider.words.words for decider in one.deciders]
    shown += [fact.words for fact in reads.standard(one).complaints]
    shown += [leaving.words for leaving in one.exits] + [tariff.name for tariff in one.tariffs]

    assert [words for words in shown if said(words, language) not in text] == []
    assert NOT_ONLINE[language] in text


@languages
@every_service
def test_what_has_no_source_is_marked(city: City, one: Service, language: str) -> None:
    text = city.visitor().get(f"/{language}/services/{one.code}").text
    standings = {fact.standing for part in (one.who, one.legal_basis, one.notes) for fact in part}
    standings |= {tariff.standing for tariff in one.tariffs} | {step.standing for step in one.route}

    # One mark stands in the explanation of the marks.
    for standing, mark in MARKS[language].items():
        assert standing not in standings or text.count(mark) > 1


def test_a_fee_is_shown_with_its_unit_and_as_a_sample(city: City) -> None:
    text = city.visitor().get("/en/services/filming").text
    cost = text.split("Cost", 1)[1].split("Promised time")[0]

    assert "Rp\xa01.000.000</b> per day" in cost
    assert "Rp\xa0250.000</b> per drone and day" in cost
    assert cost.count("Sample") == 2


def test_the_death_benefit_names_its_sum_its_offices_and_its_deadline(city: City) -> None:
    text = city.visitor().get("/id/services/death-benefit").text

    assert "Rp 2.500.000" in text
    assert "30 hari kerja" in text
    assert "Badan Pengelolaan Keuangan dan Aset Daerah (BPKAD)" in text
    assert "3 hari kerja" in text


@languages
@every_service
def test_what_nobody_published_is_not_made_up(city: City, one: Service, language: str) -> None:
    text = city.visitor().get(f"/{language}/services/{one.code}").text

    assert {"id": "Belum diumumkan. Tanyakan ke kantornya.", "en": "Not published. Ask the office."}[language] in text


@languages
@every_service
def test_every_source_of_a_page_is_named_on_it(city: City, one: Service, language: str) -> None:
    text = city.visitor().get(f"/{language}/services/{one.code}").text

    assert reads.sources(one)
    assert all(str(escape(source.name)) in text for source in reads.sources(one))


@languages
@every_signpost
def test_a_signpost_says_who_decides_and_leads_there(city: City, one: Signpost, language: str) -> None:
    text = city.visitor().get(f"/{language}/services/{one.code}").text

    assert said(reads.office(one.office).name, language) in text
    assert f'href="{one.site}"' in text


@pytest.mark.parametrize("code", ["zoo", "offices", "order", "..%2Forder", "event.json", "%00"])
def test_what_is_no_service_is_not_found(city: City, code: str) -> None:
    assert city.visitor().get(f"/en/services/{code}").status in (400, 404)


@languages
@pytest.mark.parametrize("path", ["", "?q=pesta", "/event", "/levy"])
def test_the_pages_are_for_every_cache_and_set_no_cookie(city: City, language: str, path: str) -> None:
    page = city.visitor().get(f"/{language}/services{path}")

    assert page.headers["Cache-Control"] == PUBLIC
    assert "Set-Cookie" not in page.headers


@languages
def test_every_link_between_services_leads_to_a_page(city: City, language: str) -> None:
    visitor = city.visitor()
    texts = [
        visitor.get(f"/{language}/services{at}").text for at in ("", *(f"/{one.code}" for one in reads.services()))
    ]
    links = {link for text in texts for link in re.findall(rf'href="(/{language}/services[^"#]*)"', text)}

    assert {link: visitor.get(link).status for link in links} == dict.fromkeys(links, 200)


@languages
def test_the_home_page_and_the_navigation_lead_to_services(city: City, language: str) -> None:
    assert city.visitor().get(f"/{language}/").text.count(f'href="/{language}/services"') == 2


@languages
@pytest.mark.parametrize("path", ["", *(f"/{one.code}" for one in reads.everything())])
def test_a_page_keeps_to_its_budget(city: City, language: str, path: str, weights: dict[str, int]) -> None:
    html = len(gzip.compress(city.visitor().get(f"/{language}/services{path}").text.encode(), 9))

    assert html <= HTML
    assert html + sum(weights[name] for name in LOADED) <= FIRST_VISIT


def test_a_cold_start_does_not_load_the_definitions() -> None:
    listed = "import app, sys; print([name for name in sys.modules if name.startswith('chalicelib.permits.model')])"
    done = subprocess.run([sys.executable, "-c", listed], cwd=ROOT, capture_output=True, text=True, check=True)

    assert done.stdout.strip() == "[]"
