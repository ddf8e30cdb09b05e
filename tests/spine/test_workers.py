"""What Chalice hands to the relay, read into lines of the journal."""

from typing import Any

from chalice.app import DynamoDBEvent

from chalicelib.core.aws.items import entry_of
from chalicelib.core.aws.writes import transaction
from chalicelib.core.commit import planned
from chalicelib.core.events import Entry, Poisoned
from chalicelib.spine.workers import lines_in
from tests.contracts.permits import CLERK, PermitApproved, permit
from tests.twins.clock import START


def image(**changes: Any) -> dict[str, Any]:
    """A journal item as the stream shows it."""
    thing = permit("permit#1")
    plan = planned([thing], [PermitApproved(permit="permit#1")], by=CLERK, at=START)
    item: dict[str, Any] = transaction(plan, "t")[1]["Put"]["Item"]
    return {**item, **changes}


def stream(*images: dict[str, Any] | None) -> DynamoDBEvent:
    changes = ({"NewImage": shown} if shown else {} for shown in images)
    records = [{"eventName": "INSERT", "dynamodb": {"Keys": {}, **change}} for change in changes]
    return DynamoDBEvent({"Records": records}, None)


def test_an_unsent_fact_of_the_stream_is_the_entry_that_was_committed() -> None:
    (line,) = lines_in(stream(image()))

    assert isinstance(line, Entry)
    assert (line.name, line.key, line.version, line.at) == ("PermitApproved", "permit#1", 1, START)


def test_cleared_marks_and_deletions_are_nothing_to_send() -> None:
    cleared = image()
    del cleared["unsent"]

    assert lines_in(stream(cleared, None)) == []


def test_what_cannot_be_read_is_poisoned_and_named() -> None:
    wrong = [
        image(data={"S": "{"}),
        image(data={"S": "[]"}),
        image(version={"N": "2"}),
        image(at={"S": "yesterday"}),
        {name: value for name, value in image().items() if name != "id"},
    ]

    lines = lines_in(stream(*wrong))

    assert all(isinstance(line, Poisoned) for line in lines)
    assert {(line.key, line.sort_key) for line in lines} == {("permit#1", "fact#000000000001")}


def test_a_poisoned_line_keeps_its_time_so_that_its_age_is_known() -> None:
    line = entry_of(image(data={"S": "{"}))

    assert (isinstance(line, Poisoned), line.at) == (True, START)
