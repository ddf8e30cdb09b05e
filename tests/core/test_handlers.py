"""Workers take messages one at a time: each in its correlation, each failing alone."""

import json
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

import pytest
from chalice.app import SQSEvent

from chalicelib.core.errors import AlreadyDone, Stale, Unavailable
from chalicelib.core.events import Entry
from chalicelib.core.handlers import facts_worker, messages_worker
from chalicelib.core.log import correlation
from chalicelib.core.toolbox import working_with
from tests.twins.clock import START
from tests.web.city import memory_city

QUEUE = "arn:aws:sqs:ap-southeast-3:000000000000:permits"


def entry(name: str = "PermitApproved", version: int = 1, correlation: str = "request-00001") -> Entry:
    return Entry(
        id=f"fact-{version}",
        name=name,
        source="permits",
        schema=1,
        key="permit#1",
        version=version,
        at=START,
        actor="public",
        correlation=correlation,
        data={"permit": "permit#1"},
    )


def message(fact: Entry) -> str:
    """What a rule of the bus puts into a queue."""
    envelope = {"version": "0", "id": "e1", "detail-type": fact.name, "source": f"city.{fact.source}"}
    return json.dumps({**envelope, "detail": fact.detail(START)})


def batch(*bodies: str) -> SQSEvent:
    records = [
        {"messageId": f"m{number}", "receiptHandle": "r", "body": body, "eventSource": "aws:sqs", "attributes": {}}
        for number, body in enumerate(bodies)
    ]
    return SQSEvent({"Records": records}, None)


@dataclass
class Told:
    """A queue that is told when a message comes back; `refuses` what it is told."""

    refuses: bool = False
    told: list[tuple[str, str, int]] = field(default_factory=list)

    def put_off(self, queue: str, handle: str, seconds: int) -> None:
        if self.refuses:
            raise Unavailable
        self.told.append((queue, handle, seconds))


def received(body: str, times: int) -> SQSEvent:
    """A message as Lambda brings it, for the so manyeth time."""
    record = batch(body).to_dict()["Records"][0]
    told = {"attributes": {"ApproximateReceiveCount": str(times)}, "eventSourceARN": QUEUE}
    return SQSEvent({"Records": [{**record, **told}]}, None)


def failing(queue: Told, times: int, *, soon: bool = True) -> Any:
    def handle(_: Entry) -> None:
        raise RuntimeError

    @facts_worker("permits", {"PermitApproved": handle}, soon=soon)
    def permits_worker(event: Any) -> None:
        """Reacts to permits."""

    with memory_city() as city, working_with(replace(city.tools, waiting=queue)):
        return permits_worker(received(message(entry()), times))


def failed(answer: Any) -> list[str]:
    return [failure["itemIdentifier"] for failure in answer["batchItemFailures"]]


def worker(handle: Callable[[Entry], None]) -> Callable[[Any], Any]:
    @facts_worker("permits", {"PermitApproved": handle})
    def permits_worker(event: Any) -> None:
        """Reacts to permits."""

    return permits_worker


def test_a_fact_reaches_the_handler_of_its_name_as_the_entry_that_was_committed() -> None:
    seen: list[Entry] = []

    answer = worker(seen.append)(batch(message(entry())))

    assert seen == [entry()]
    assert failed(answer) == []


def test_a_worker_keeps_the_name_that_its_handler_string_needs() -> None:
    assert worker(lambda _: None).__name__ == "permits_worker"


def test_handlers_work_under_the_correlation_of_the_fact() -> None:
    seen: list[str] = []

    worker(lambda _: seen.append(correlation()))(batch(message(entry(correlation="request-00007"))))

    assert seen == ["request-00007"]
    assert correlation() == ""


def test_a_failing_message_fails_alone() -> None:
    seen: list[int] = []

    def handle(fact: Entry) -> None:
        if fact.version == 2:
            raise RuntimeError
        seen.append(fact.version)

    answer = worker(handle)(batch(*(message(entry(version=version)) for version in (1, 2, 3))))

    assert failed(answer) == ["m1"]
    assert seen == [1, 3]


@pytest.mark.parametrize("body", ["", "{", "[]", "{}", '{"detail": {}}', '{"detail": 7}', '{"detail": {"id": 1}}'])
def test_a_malformed_message_fails_alone(body: str) -> None:
    seen: list[Entry] = []

    answer = worker(seen.append)(batch(body, message(entry())))

    assert failed(answer) == ["m0"]
    assert len(seen) == 1


def test_a_whole_batch_of_failures_is_told_message_by_message() -> None:
    def handle(_: Entry) -> None:
        raise RuntimeError

    assert failed(worker(handle)(batch(message(entry()), message(entry())))) == ["m0", "m1"]


@pytest.mark.parametrize(("times", "seconds"), [(1, 20), (2, 40), (4, 160), (5, 300), (400, 300)])
def test_a_message_that_fails_comes_back_after_seconds_and_later_after_minutes(times: int, seconds: int) -> None:
    queue = Told()

    assert failed(failing(queue, times)) == ["m0"]
    assert queue.told == [(QUEUE, "r", seconds)]


def test_a_queue_that_keeps_its_own_time_is_told_nothing() -> None:
    queue = Told()

    assert failed(failing(queue, 1, soon=False)) == ["m0"]
    assert queue.told == []


def test_a_queue_that_cannot_be_told_changes_nothing_of_the_failure(capsys: pytest.CaptureFixture[str]) -> None:
    assert failed(failing(Told(refuses=True), 1)) == ["m0"]
    assert [line["reason"] for line in lines(capsys) if line.get("event") == "message_not_put_off"] == ["Unavailable"]


def test_what_was_done_before_counts_as_done() -> None:
    def handle(_: Entry) -> None:
        raise AlreadyDone

    assert failed(worker(handle)(batch(message(entry())))) == []


def test_a_conflict_runs_the_whole_handler_again() -> None:
    tries: list[int] = []

    def handle(_: Entry) -> None:
        tries.append(1)
        if len(tries) < 3:
            raise Stale

    assert failed(worker(handle)(batch(message(entry())))) == []
    assert len(tries) == 3


def test_a_fact_without_a_handler_is_noted_and_dropped(capsys: pytest.CaptureFixture[str]) -> None:
    answer = worker(lambda _: None)(batch(message(entry(name="PermitFramed"))))

    assert failed(answer) == []
    assert lines(capsys)[0].items() >= {"event": "message_handled", "outcome": "ignored"}.items()


def test_each_message_writes_one_line_and_each_outcome_one_metric(capsys: pytest.CaptureFixture[str]) -> None:
    def handle(fact: Entry) -> None:
        if fact.version == 3:
            raise RuntimeError("Ni Luh Ayu, 0812 3456 7890")

    worker(handle)(batch(*(message(entry(version=version)) for version in (1, 2, 3))))

    written = lines(capsys)
    assert [line["event"] for line in written if "event" in line] == ["message_handled"] * 2 + ["message_failed"]
    assert written[0].items() >= {"service": "permits", "fact": "fact-1", "version": 1, "outcome": "done"}.items()
    assert written[2].items() >= {"message": "m2", "reason": "RuntimeError"}.items()
    assert {line["outcome"]: line["MessagesHandled"] for line in written if "MessagesHandled" in line} == {
        "done": 2,
        "failed": 1,
    }
    assert "Ayu" not in json.dumps(written)


def test_a_raw_queue_hands_over_the_object_as_it_is() -> None:
    seen: list[Any] = []

    @messages_worker("alerts", lambda body: seen.append((body, correlation())))
    def alerts_mail(event: Any) -> None:
        """Sends mail."""

    answer = alerts_mail(batch('{"chunk": 7, "correlation": "request-00009"}', "[1]", message(entry())))

    assert failed(answer) == ["m1"]
    assert seen[0] == ({"chunk": 7, "correlation": "request-00009"}, "request-00009")
    assert (seen[1][0]["detail"]["name"], seen[1][1]) == ("PermitApproved", "request-00001")


def lines(capsys: pytest.CaptureFixture[str]) -> list[dict[str, Any]]:
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]
