"""What a definition says to answers: pages, exits, days, prices, who decides."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.core.calendar import city_calendar, plain_calendar
from chalicelib.core.money import rupiah
from chalicelib.permits.model import answering
from chalicelib.permits.model.answering import allowed_from, exit_of, kept, next_page, unanswered, visible
from chalicelib.permits.model.catalogue import offices
from chalicelib.permits.model.conditions import holds
from chalicelib.permits.model.service import Exit, Limit, Page, Service, Side
from tests.permits.answers import (
    CODES,
    TODAY,
    WORDS,
    Given,
    answer,
    answered,
    asking,
    choice,
    definitions,
    page,
    service,
)
from tests.permits.answers import leaving as exit_

pytestmark = pytest.mark.slow

PLAIN = plain_calendar()

any_service = st.one_of(st.sampled_from(CODES).map(service), definitions())
both = any_service.flatmap(lambda one: st.tuples(st.just(one), answered(one)))
finished = any_service.flatmap(lambda one: st.tuples(st.just(one), answered(one, all_=True)))


def walked(one: Service, answers: Given) -> tuple[list[str], Page | Exit | None]:
    """The pages that somebody sees who goes on and on, and where that ends."""
    seen: list[str] = []
    step = next_page(one, answers)
    while isinstance(step, Page):
        seen.append(step.code)
        step = next_page(one, answers, step.code)
    return seen, step


@given(both)
def test_going_on_shows_every_visible_page_once_and_in_order(case: tuple[Service, Given]) -> None:
    one, answers = case
    seen, end = walked(one, answers)

    assert seen == [page.code for page in visible(one, answers)]
    assert end == exit_of(replace(one, limits=()), answers, TODAY, PLAIN)


@given(both)
def test_what_is_shown_has_a_condition_that_holds_and_nothing_else_is_kept(case: tuple[Service, Given]) -> None:
    one, answers = case
    pages, left = visible(one, answers), kept(one, answers)
    shown = {question.code for page in pages for question in page.questions}

    assert left == {code: value for code, value in answers.items() if code in shown}
    assert all(holds(page.shown_if, left) for page in pages)
    assert all(holds(question.shown_if, left) for page in pages for question in page.questions)


@given(both, st.data())
def test_an_answer_that_is_not_shown_changes_nothing(case: tuple[Service, Given], data: st.DataObject) -> None:
    one, answers = case
    left = kept(one, answers)
    stale = {question.code: data.draw(answer(question)) for question in one.questions if question.code not in left}
    shown = {question.code for page in visible(one, answers) for question in page.questions}
    changed = left | {code: value for code, value in stale.items() if code not in shown}

    assert visible(one, changed) == visible(one, left) == visible(one, answers)
    assert answering.price(one, changed, TODAY) == answering.price(one, left, TODAY)
    assert answering.route(one, changed) == answering.route(one, left)
    assert answering.documents(one, changed) == answering.documents(one, left)
    assert answering.decider(one, changed) == answering.decider(one, left)


@given(finished)
def test_nothing_is_missing_where_everything_was_answered(case: tuple[Service, Given]) -> None:
    one, answers = case

    assert unanswered(one, answers) == ()
    if exit_of(replace(one, limits=()), answers, TODAY, PLAIN) is None:
        assert answering.price(one, answers, TODAY).waits_for == ()


@given(both)
def test_what_is_missing_is_shown_needed_and_not_answered(case: tuple[Service, Given]) -> None:
    one, answers = case
    shown = [question for page in visible(one, answers) for question in page.questions]

    assert list(unanswered(one, answers)) == [one for one in shown if one.required and one.code not in answers]


@given(finished)
def test_whoever_may_apply_has_somebody_who_decides_in_time(case: tuple[Service, Given]) -> None:
    one, answers = case
    if one.code in CODES and exit_of(replace(one, limits=()), answers, TODAY, PLAIN) is None:
        decider = answering.decider(one, answers)
        steps = answering.route(one, answers)
        assert decider is not None
        assert decider.office in offices()
        assert sum(step.deadline.working_days for step in steps) <= one.promise.working_days


@given(finished)
def test_no_page_comes_after_an_exit(case: tuple[Service, Given]) -> None:
    one, answers = case
    _, end = walked(one, answers)
    if isinstance(end, Exit):
        earlier = visible(one, answers)[:-1]
        before = {question.code for page in earlier for question in page.questions}
        assert exit_of(replace(one, limits=()), {code: answers[code] for code in before}, TODAY, PLAIN) is None


@given(st.integers(1, 200), st.integers(1, 4), st.integers(1, 365), st.sampled_from([("banner", 2000), ("led", 7500)]))
def test_advertising_costs_area_times_sides_times_days(area: int, sides: int, days: int, kind: tuple[str, int]) -> None:
    answers: Given = {"ground": "private", "kind": kind[0], "area": area, "sides": sides, "days": days}

    found = answering.price(service("advertising"), answers, TODAY)

    assert found.total == rupiah(kind[1] * area * sides * days)
    assert [line.standing for line in found.lines] == ["sample"]


@pytest.mark.parametrize(("drone", "total"), [("no", 3_000_000), ("yes", 4_500_000)])
def test_a_drone_costs_for_each_drone_and_day(drone: str, total: int) -> None:
    answers: Given = {"purpose": "commercial", "drone": drone, "place_kind": "beach", "days": 3, "drones": 2}

    assert answering.price(service("filming"), answers, TODAY).total == rupiah(total)


def test_a_price_waits_for_its_numbers() -> None:
    answers: Given = {"purpose": "commercial", "drone": "yes", "place_kind": "beach", "days": 3}

    found = answering.price(service("filming"), answers, TODAY)

    assert found.waits_for == ("drones",)
    assert found.total == rupiah(3_000_000)


def test_there_is_no_price_before_the_first_tariff() -> None:
    with pytest.raises(ValueError, match="no rate"):
        answering.price(service("filming"), {"purpose": "commercial", "days": 1}, date(2025, 12, 31))


@pytest.mark.parametrize(
    ("origin", "days", "office"),
    [
        ("one_district", 14, "polsek"),
        ("city", 14, "polresta"),
        ("province", 14, "polda"),
        ("national", 21, "mabes"),
        ("international", 30, "mabes"),
    ],
)
def test_where_participants_come_from_decides_the_days_ahead_and_the_police(
    origin: str, days: int, office: str
) -> None:
    event = service("event")
    too_soon: Given = {
        "event_kind": "festival",
        "home": "no",
        "origin": origin,
        "starts_on": TODAY + timedelta(days - 1),
    }
    in_time = too_soon | {"starts_on": TODAY + timedelta(days)}
    decider = answering.decider(event, in_time)

    assert decider is not None
    assert decider.office == office
    assert answering.refused(event, in_time, TODAY, PLAIN) == {}
    assert answering.refused(event, too_soon, TODAY, PLAIN)["starts_on"].en.startswith(
        "The first day is at the earliest"
    )


def test_an_event_in_fourteen_days_is_refused_with_the_first_day_that_fits() -> None:
    answers: Given = {"event_kind": "show", "home": "no", "origin": "city", "starts_on": date(2026, 11, 28)}

    said = answering.refused(service("event"), answers, TODAY, PLAIN)["starts_on"]

    assert "8 Desember 2026" in said.id
    assert "8 December 2026" in said.en


@pytest.mark.parametrize(("today", "late"), [(date(2026, 12, 14), False), (date(2026, 12, 15), True)])
def test_the_death_benefit_ends_after_thirty_working_days(today: date, late: bool) -> None:
    # domain.md 15: died on Monday 2 November 2026, the 30th working day is Monday 14 December (no holidays counted).
    answers: Given = {"denpasar_card": "yes", "certificate": "yes", "died_on": date(2026, 11, 2)}

    found = exit_of(service("death-benefit"), answers, today, PLAIN)

    assert (found.code if found else "") == ("too_late" if late else "")


def test_the_counters_holidays_prolong_the_thirty_days() -> None:
    answers: Given = {"denpasar_card": "yes", "certificate": "yes", "died_on": date(2026, 11, 2)}
    calendar = city_calendar()
    last = calendar.add_working_days(date(2026, 11, 2), 30)

    assert last >= date(2026, 12, 14)
    assert exit_of(service("death-benefit"), answers, last, calendar) is None
    assert exit_of(service("death-benefit"), answers, calendar.next_working_day(last), calendar) is not None


def test_nobody_dies_tomorrow() -> None:
    answers: Given = {"denpasar_card": "yes", "certificate": "yes", "died_on": TODAY + timedelta(1)}

    assert "24 November 2026" in answering.refused(service("death-benefit"), answers, TODAY, PLAIN)["died_on"].en
    assert exit_of(service("death-benefit"), answers, TODAY, PLAIN) is None


@pytest.mark.parametrize(
    ("code", "answers", "exit"),
    [
        ("death-benefit", {"denpasar_card": "no"}, "not_denpasar"),
        ("death-benefit", {"denpasar_card": "yes", "certificate": "no"}, "certificate_first"),
        ("event", {"event_kind": "gathering", "home": "yes"}, "at_home"),
        ("event", {"event_kind": "film", "home": "no"}, "film"),
        ("filming", {"purpose": "holiday", "drone": "no"}, "holiday"),
        ("filming", {"purpose": "commercial", "drone": "no", "place_kind": "museum"}, "museum"),
        ("square", {"square": "other"}, "village_field"),
        ("road-ceremony", {"road_kind": "lane", "closing": "half"}, "banjar_lane"),
        ("road-ceremony", {"road_kind": "province", "closing": "whole"}, "not_city_road"),
        ("advertising", {"ground": "tree"}, "forbidden_place"),
        ("research", {"citizen": "no", "area": "denpasar"}, "foreign"),
        ("cemetery", {"ground": "setra", "request": "new"}, "setra"),
    ],
)
def test_who_may_not_apply_is_sent_to_the_right_office(code: str, answers: Given, exit: str) -> None:
    end = walked(service(code), answers)[1]

    assert isinstance(end, Exit)
    assert end.code == exit
    assert end.office in offices()


def test_a_holiday_video_with_a_drone_needs_a_permit() -> None:
    assert exit_of(service("filming"), {"purpose": "holiday", "drone": "yes"}, TODAY, PLAIN) is None


def test_eligibility_is_not_visibility() -> None:
    """An exit ends the walk; a page that is not shown only steps aside."""
    first = page("first", choice("a", "x", "y"), choice("b", "x", "y"))
    one = asking(first, page("second", choice("c", "x", "y"), shown_if="b in {x}"), exits=(exit_("out", "a in {x}"),))

    assert walked(one, {"a": "x", "b": "x"})[0] == ["first"]
    assert walked(one, {"a": "y", "b": "y"}) == (["first"], None)
    assert walked(one, {"a": "y", "b": "x"}) == (["first", "second"], None)


def test_a_page_that_these_answers_do_not_open_has_no_next() -> None:
    with pytest.raises(KeyError):
        next_page(service("event"), {}, "tickets")


@given(st.dates(date(2026, 3, 1), date(2027, 11, 30)), st.integers(0, 60), st.booleans(), st.sampled_from(Side))
def test_the_nearest_allowed_day_is_allowed_and_the_one_beyond_is_not(
    today: date, days: int, working: bool, side: Side
) -> None:
    limit = Limit(question="died_on", side=side, days=days, words=WORDS, working=working, standing="sample")  # type: ignore[arg-type]
    one = service("death-benefit", limits=(limit,), exits=())
    nearest = allowed_from(limit, today, PLAIN)
    beyond = nearest + timedelta(1 if side is Side.PAST else -1)

    def breaks(day: date) -> bool:
        return bool(answering.refused(one, {"died_on": day}, today, PLAIN))

    assert not breaks(nearest)
    assert breaks(beyond)
