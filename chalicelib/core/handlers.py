"""How a worker takes its messages: one at a time, each in its own correlation, each failing alone.

Under Chalice's decorator, because a blueprint's event functions run without `app.py` and its middleware:

    @workers.on_sqs_message(queue="incidents", name="incidents_worker")
    @facts_worker("incidents", {"AlertIssued": note_alert})
    def incidents_worker(event: Any) -> None:
        \"\"\"What this service does when others announce something.\"\"\"

The function below stays empty: its name and its docstring are what counts. A handler is a whole use case: it loads,
decides, and commits with `once=Once(scope=<service>, id=entry.id)`. A conflict runs it again, a repeated fact
(AlreadyDone) counts as done, and anything else sends this one message back to its queue, and in the end to the dead
letters, while its mates pass.

Facts arrive in any order, also those of one commit. A handler that keeps a picture of somebody else's record keeps
`entry.version` with it and ignores what is not newer; one that needs a predecessor which it has not seen raises
Unavailable, so that the message comes back later.
"""

import functools
import json
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from chalicelib.core.errors import AlreadyDone, CityError
from chalicelib.core.events import Entry, entry_from
from chalicelib.core.log import correlated, measure, note
from chalicelib.core.store import retried
from chalicelib.core.toolbox import toolbox

Handler = Callable[[Entry], None]
Message = dict[str, Any]
Decorator = Callable[[Callable[[Any], Any]], Callable[[Any], Any]]

FIRST_PAUSE: Final = 20
LONGEST_PAUSE: Final = 300


@dataclass(frozen=True, kw_only=True)
class Task:
    """What one message asks for; `act` None: nobody here listens to it. `ids` go into its line of the log."""

    correlation: str | None
    act: Callable[[], None] | None
    ids: dict[str, str | int] = field(default_factory=dict)


def facts_worker(service: str, handlers: Mapping[str, Handler], *, soon: bool = False) -> Decorator:
    """For a queue that a rule of the bus fills. Facts that no handler is named for are noted and dropped.

    `soon`: a message that fails comes back after seconds, later after minutes, and not after the queue's whole
    visibility time-out, which has to be long where a function may be slow.
    """

    def prepare(body: Message) -> Task:
        entry = entry_from(body["detail"])
        handler = handlers.get(entry.name)
        return Task(
            correlation=entry.correlation,
            act=functools.partial(retried(handler), entry) if handler else None,
            ids={"fact": entry.id, "fact_name": entry.name, "key": entry.key, "version": entry.version},
        )

    return _worker(service, prepare, soon=soon)


def messages_worker(service: str, handler: Callable[[Message], None]) -> Decorator:
    """For a queue of JSON objects of any other kind. The handler settles repeats itself (AlreadyDone is fine)."""

    def prepare(body: Message) -> Task:
        detail = body.get("detail")
        inside = detail if isinstance(detail, dict) else body
        return Task(correlation=inside.get("correlation"), act=functools.partial(retried(handler), body))

    return _worker(service, prepare)


def _worker(service: str, prepare: Callable[[Message], Task], *, soon: bool = False) -> Decorator:
    def handled(record: Any) -> str:
        with _put_off(record) if soon else nullcontext():
            return _handled(service, record, prepare)

    def decorate(function: Callable[[Any], Any]) -> Callable[[Any], Any]:
        @functools.wraps(function)
        def worked(event: Any) -> Any:
            outcomes: Counter[str] = Counter()
            answer = _each(event, lambda record: outcomes.update([handled(record)]))
            outcomes["failed"] += len(answer["batchItemFailures"])
            for outcome, times in (+outcomes).items():
                measure("MessagesHandled", times, service=service, outcome=outcome)
            return answer

        return worked

    return decorate


def _each(event: Any, handle: Callable[[Any], None]) -> Any:
    """The failures of a batch as SQS wants to hear them. Powertools is loaded by workers only, never by the pages."""
    from aws_lambda_powertools.utilities.batch import BatchProcessor, EventType, process_partial_response

    return process_partial_response(
        event=event.to_dict(),
        record_handler=handle,
        processor=BatchProcessor(event_type=EventType.SQS, raise_on_entire_batch_failure=False),
    )


def _handled(service: str, record: Any, prepare: Callable[[Message], Task]) -> str:
    """Does what the message asks for, writes its one line, and tells the outcome."""
    with _failures_noted(service, message=record.message_id):
        task = prepare(_read(record.body))
    with correlated(task.correlation), _failures_noted(service, message=record.message_id, **task.ids):
        outcome = _outcome(task.act)
        note("message_handled", service=service, outcome=outcome, message=record.message_id, **task.ids)
    return outcome


def _read(body: str) -> Message:
    message = json.loads(body)
    if not isinstance(message, dict):
        raise TypeError("a message is a JSON object")
    return message


def _outcome(act: Callable[[], None] | None) -> str:
    if act is None:
        return "ignored"
    try:
        act()
    except AlreadyDone:
        return "already"
    return "done"


@contextmanager
def _failures_noted(service: str, **ids: str | int) -> Iterator[None]:
    try:
        yield
    except Exception as problem:
        note("message_failed", service=service, reason=type(problem).__name__, where=_place(problem), **ids)
        raise


@contextmanager
def _put_off(record: Any) -> Iterator[None]:
    """What fails inside comes back soon. Where its queue cannot be told, it comes back when the queue brings it."""
    try:
        yield
    except Exception:
        waiting, queue = toolbox().waiting, record.get("eventSourceARN")
        received = int(record["attributes"].get("ApproximateReceiveCount", 1))
        if waiting and queue:
            with _failure_noted("message_not_put_off", message=record.message_id):
                waiting.put_off(queue, record.receipt_handle, pause(received))
        raise


@contextmanager
def _failure_noted(name: str, **ids: str) -> Iterator[None]:
    """What is nice to have stays in nobody's way."""
    try:
        yield
    except CityError as problem:
        note(name, reason=type(problem).__name__, **ids)


def pause(received: int) -> int:
    """Seconds until a message that failed for the so manyeth time comes back."""
    return int(min(FIRST_PAUSE * 2 ** min(received - 1, 10), LONGEST_PAUSE))


def _place(problem: BaseException) -> str:
    """File and line of the failure: what an exception says may hold people, where it happened does not."""
    trace = problem.__traceback__
    while trace and trace.tb_next:
        trace = trace.tb_next
    return f"{Path(trace.tb_frame.f_code.co_filename).name}:{trace.tb_lineno}" if trace else ""
