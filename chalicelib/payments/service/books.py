"""The prepared books: sums that grow with every posting, so that no page adds anything up; and what differs in them.

A posting is counted once, whoever comes first: the worker that hears of it, or the reconciliation that misses it.
"""

from collections.abc import Iterable

from chalicelib.core.errors import AlreadyDone
from chalicelib.core.events import Fact, system
from chalicelib.core.log import measure, note
from chalicelib.core.money import Money
from chalicelib.core.store import Once, retried
from chalicelib.core.toolbox import Toolbox, toolbox
from chalicelib.payments.events import DifferenceFound, DifferenceSettled, MoneyPosted
from chalicelib.payments.model.books import Posting
from chalicelib.payments.model.day import Noted, Row, Side, effects, summed
from chalicelib.payments.model.difference import Difference, Topic
from chalicelib.payments.service.settling import posted
from chalicelib.payments.store.books import DIFFERENCES, NOTED, BookStore, Entry, OpenDispute
from chalicelib.payments.store.orders import OrderStore

BOOKS = system("payments")


class Books:
    def __init__(self, tools: Toolbox) -> None:
        self._tools = tools
        self._now = tools.now
        self._store = BookStore(tools.store)
        self._orders = OrderStore(tools.store)

    @retried
    def note(self, fact: MoneyPosted) -> None:
        """Adds a posting to the sums of its day. Raises AlreadyDone."""
        if self._store.is_noted(fact.order, fact.posting):
            raise AlreadyDone
        row = Row(day=fact.day, authority=fact.authority, scheme=fact.scheme)
        moves = summed(fact.legs)
        entry = Entry(records=[NOTED.record(Noted(posting=fact.posting, order=fact.order, day=fact.day))])
        entry.records += self._store.new_places(row, list(moves))
        for account, amount in moves.items():
            entry.moves(fact.day, account, amount)
        entry.says(row, Side.LEDGER, effects(fact.legs))
        if self._store.closed(fact.day):
            self.add(entry, self._late(fact))
        self._store.commit(entry, by=BOOKS)

    @retried
    def note_receipt(self, row: Row, amount: int, once: Once) -> None:
        """Adds a receipt (minor units of IDR) to its row. Raises AlreadyDone."""
        entry = Entry(records=self._store.new_places(row))
        entry.receipts(row, amount)
        self._store.commit(entry, by=BOOKS, once=once)

    def note_dispute(self, reference: str, dispute: str) -> None:
        """Keeps a dispute that a notice told of, so that its decision is asked for. An inquiry moves no money."""
        if self._store.dispute(dispute) is None:
            payment = self._orders.order(reference).payment
            kept = OpenDispute(id=dispute, payment=payment, order=reference, at=self._now())
            self._store.keep_dispute(kept, by=BOOKS)

    def note_missing(self, some: Iterable[Posting]) -> int:
        """Adds what no worker has added; how many that were."""
        missing = self._store.not_noted(list(some))
        for posting in missing:
            try:
                self.note(posted(posting))
            except AlreadyDone:
                continue
            note("posting_noted_late", posting=posting.id)
        return len(missing)

    @retried
    def report(self, found: Difference) -> None:
        """Keeps a difference and announces it; one that is open and says the same is no news."""
        entry = Entry()
        self.add(entry, found)
        if entry.records:
            self._store.commit(entry, by=BOOKS)

    @retried
    def agrees(self, id: str) -> None:
        """What differed does not any more: an open difference goes by itself, an explained one stays as it is."""
        known = self._store.difference(id)
        if known and known.is_open:
            entry = Entry()
            settle(entry, known.gone(self._now()))
            self._store.commit(entry, by=BOOKS)

    def add(self, entry: Entry, found: Difference) -> None:
        """Puts a difference into a commit, unless it is known as it is: an officer's explanation is not undone."""
        known = self._store.difference(found.id)
        if known and known.says_as(found) and (known.is_open or known.why):
            return
        entry.records.append(DIFFERENCES.record(known.again(found) if known else found))
        entry.facts.append(_found(found))
        note("difference_found", topic=found.topic, subject=found.subject)
        measure("DifferencesFound", 1, service="payments", stage=self._tools.stage)

    def _late(self, fact: MoneyPosted) -> Difference:
        amount = sum(amount for amount in effects(fact.legs).values())
        return Difference(
            topic=Topic.LATE,
            subject=fact.posting,
            day=fact.day,
            found_at=self._now(),
            found=Money(amount, "IDR"),
            order=fact.order,
            authority=fact.authority,
            scheme=fact.scheme,
        )


def settle(entry: Entry, difference: Difference) -> None:
    """Puts a difference that is over into a commit, with its fact."""
    fact = DifferenceSettled(
        difference=difference.id, topic=difference.topic, day=difference.day, standing=difference.standing
    )
    entry.records.append(DIFFERENCES.record(difference))
    entry.facts.append(fact)


def _found(found: Difference) -> Fact:
    amounts = [amount for amount in (found.found, found.expected) if amount]
    return DifferenceFound(
        difference=found.id,
        topic=found.topic,
        day=found.day,
        order=found.order,
        expected=found.expected.minor_units if found.expected is not None else None,
        found=found.found.minor_units if found.found is not None else None,
        currency=amounts[0].currency if amounts else "IDR",
    )


def books() -> Books:
    return Books(toolbox())
