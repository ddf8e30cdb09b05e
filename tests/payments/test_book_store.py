"""The books' lists are read to their end: finance never sees the first hundred as if they were all."""

from chalicelib.core.money import rupiah
from chalicelib.payments.model.books import BANK, CLEARING, Posting, moved
from chalicelib.payments.model.day import Noted
from chalicelib.payments.model.difference import Difference, Topic
from chalicelib.payments.service.books import BOOKS
from chalicelib.payments.store.books import DIFFERENCES, NOTED, BookStore, Entry
from chalicelib.payments.store.kinds import POSTINGS
from tests.twins.clock import START
from tests.web.city import memory_city

MANY = 130
DAY = START.date().isoformat()


def posting(number: int) -> Posting:
    legs = moved(rupiah(1), to=BANK, out_of=CLEARING)
    return Posting(id=f"p{number:03}", kind="payout", at=START, legs=legs, authority="", scheme="", order="PS-1")


def test_an_order_with_more_than_a_hundred_postings_shows_them_all() -> None:
    with memory_city() as city:
        store = BookStore(city.store)
        for number in range(MANY):
            made = posting(number)
            noted = Noted(posting=made.id, order=made.order, day=DAY)
            store.commit(Entry(records=[POSTINGS.record(made), NOTED.record(noted)]), by=BOOKS)

        assert [one.id for one in store.postings_of("PS-1")] == [f"p{number:03}" for number in range(MANY)]


def test_a_day_with_more_than_a_hundred_settled_differences_shows_them_all() -> None:
    with memory_city() as city:
        store = BookStore(city.store)
        for number in range(MANY):
            found = Difference(topic=Topic.MOVEMENT, subject=f"{number:03}", day=DAY, found_at=START).gone(START)
            store.commit(Entry(records=[DIFFERENCES.record(found)]), by=BOOKS)

        assert len(store.settled_differences(DAY)) == MANY
