"""What moves facts: the relay behind the table's stream, and the sweeper for what the stream has missed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from chalice.app import Blueprint, Rate

from chalicelib.core.log import measure, note
from chalicelib.core.settings import settings
from chalicelib.core.toolbox import toolbox

if TYPE_CHECKING:
    from chalicelib.core.store import Lines
    from chalicelib.spine.service import Relay

workers = Blueprint(__name__)


# The real stream is named in infra/functions.yaml.
@workers.on_dynamodb_record(
    stream_arn="arn:aws:dynamodb:ap-southeast-3:000000000000:table/sewaka/stream/0", name="relay"
)
def relay(event: Any) -> None:
    """Sends the facts of a stream batch. Raises when some are left, so that the stream brings the batch again.

    It reports no partial failures: the embedded cloud takes those for successes.
    """
    lines = lines_in(event)
    the_relay().send(lines)
    note("facts_relayed", facts=len(lines))


@workers.schedule(Rate(1, unit=Rate.MINUTES), name="sweeper")
def sweeper(_: Any) -> None:
    """Sends what is still unsent after a minute, and says how long the oldest has waited."""
    from chalicelib.spine.service import missed, oldest_seconds, sweep

    tools = toolbox()
    age = oldest_seconds(missed(tools.store, tools.now()), tools.now())
    measure("OldestUnsentSeconds", age, "Seconds", service="spine", stage=tools.stage)
    sweep(the_relay(), tools.store, tools.now)


def lines_in(event: Any) -> Lines:
    """The unsent lines of a stream batch, oldest first."""
    from chalicelib.core.aws.items import entry_of

    images = (record["dynamodb"].get("NewImage") for record in event.to_dict()["Records"])
    return [entry_of(image) for image in images if image and "unsent" in image]


def the_relay() -> Relay:
    from chalicelib.core.aws.toolbox import aws_archive, aws_bus, aws_queue
    from chalicelib.spine.service import Relay

    tools = toolbox()
    return Relay(tools.store, aws_archive(), aws_bus(), aws_queue(settings().park_queue_url), tools.now)
