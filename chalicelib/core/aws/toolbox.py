"""Everything of AWS in one bundle. Nothing is imported or connected before it is first used: cold starts pay for
what their function needs, and no more."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, cast

from chalicelib.core.aws.clients import client
from chalicelib.core.clock import utc_now
from chalicelib.core.settings import Settings, settings
from chalicelib.core.toolbox import Toolbox

if TYPE_CHECKING:
    from chalicelib.core.aws.archive import S3Archive
    from chalicelib.core.aws.bus import EventBus
    from chalicelib.core.aws.queue import SqsFifo, SqsQueue, SqsWaiting
    from chalicelib.core.aws.store import DynamoStore
    from chalicelib.core.files import Files
    from chalicelib.core.post import MailCarrier, OrderedQueue, PhoneCarrier, Queue, Waiting
    from chalicelib.core.signing import Signer
    from chalicelib.core.vault import Vault


class Later:
    """Stands for a thing until one of its methods is asked for."""

    def __init__(self, make: Callable[[], Any]) -> None:
        self._make = make
        self._thing: Any = None

    def __getattr__(self, name: str) -> Any:
        if self._thing is None:
            self._thing = self._make()
        return getattr(self._thing, name)


def aws_toolbox() -> Toolbox:
    found = settings()
    return Toolbox(
        store=aws_store(),
        vault=cast("Vault", Later(lambda: _vault(found))),
        signer=cast("Signer", Later(lambda: _signer(found))),
        files=cast("Files", Later(lambda: _files(found))),
        mail=cast("MailCarrier", Later(lambda: _mail(found))),
        phones=cast("PhoneCarrier", Later(lambda: _phones(found))),
        mail_queue=cast("Queue", Later(lambda: aws_queue(found.mail_queue_url))),
        phone_queue=cast("Queue", Later(lambda: aws_queue(found.phone_queue_url))),
        receipts_queue=cast("OrderedQueue", Later(lambda: _fifo(found.receipts_queue_url))),
        waiting=cast("Waiting", Later(_waiting)),
        origin=found.origin,
        stage=found.stage,
        collects=frozenset(found.collects_for.split(",")),
    )


def aws_store() -> DynamoStore:
    from chalicelib.core.aws.store import DynamoStore

    return DynamoStore(client("dynamodb"), settings().table, utc_now)


def aws_archive() -> S3Archive:
    from chalicelib.core.aws.archive import S3Archive

    return S3Archive(client("s3"), settings().archive_bucket)


def aws_bus() -> EventBus:
    from chalicelib.core.aws.bus import EventBus

    return EventBus(client("events"), settings().bus)


def aws_queue(url: str) -> SqsQueue:
    from chalicelib.core.aws.queue import SqsQueue

    return SqsQueue(client("sqs"), url)


def _fifo(url: str) -> SqsFifo:
    from chalicelib.core.aws.queue import SqsFifo

    return SqsFifo(client("sqs"), url)


def _waiting() -> SqsWaiting:
    from chalicelib.core.aws.queue import SqsWaiting

    return SqsWaiting(client("sqs"))


def _vault(found: Settings) -> Vault:
    from chalicelib.core.aws.vault import AwsVault

    return AwsVault(client("kms"), found.vault_key, found.mac_key)


def _signer(found: Settings) -> Signer:
    from chalicelib.core.aws.signing import KmsSigner

    return KmsSigner(client("kms"), found.voucher_keys.split(","))


def _files(found: Settings) -> Files:
    from chalicelib.core.aws.files import S3Files

    return S3Files(client("s3"), found.files_bucket)


def _mail(found: Settings) -> MailCarrier:
    from chalicelib.core.aws.mail import SesMail
    from chalicelib.core.aws.sends import SEND_SECONDS

    return SesMail(client("ses", read_seconds=SEND_SECONDS), found.mail_from, found.mail_configuration_set)


def _phones(found: Settings) -> PhoneCarrier:
    from chalicelib.core.aws.phones import SnsPhones
    from chalicelib.core.aws.sends import SEND_SECONDS

    return SnsPhones(client("sns", read_seconds=SEND_SECONDS), found.phone_topic_prefix)
