"""Everything that services borrow from the world, in one bundle, assembled in one place."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from chalicelib.core.clock import utc_now

if TYPE_CHECKING:
    from chalicelib.core.files import Files
    from chalicelib.core.post import MailCarrier, OrderedQueue, PhoneCarrier, Queue, Waiting
    from chalicelib.core.signing import Signer
    from chalicelib.core.store import Store
    from chalicelib.core.vault import Vault


@dataclass(frozen=True, kw_only=True)
class Toolbox:
    store: Store
    vault: Vault
    signer: Signer
    files: Files
    mail: MailCarrier
    phones: PhoneCarrier
    mail_queue: Queue
    phone_queue: Queue
    receipts_queue: OrderedQueue
    origin: str
    stage: str
    # Codes of schemes that this stage sells for somebody else.
    collects: frozenset[str] = frozenset()
    # None where messages come from no queue that could be told.
    waiting: Waiting | None = None
    now: Callable[[], datetime] = utc_now


_toolbox: Toolbox | None = None


def toolbox() -> Toolbox:
    """The bundle of this process, made at first use: no client exists at import time."""
    global _toolbox
    if _toolbox is None:
        from chalicelib.core.aws.toolbox import aws_toolbox

        _toolbox = aws_toolbox()
    return _toolbox


@contextmanager
def working_with(bundle: Toolbox) -> Iterator[Toolbox]:
    """Inside, `toolbox()` is this bundle: how tests put memory twins where the cloud would be."""
    global _toolbox
    before, _toolbox = _toolbox, bundle
    try:
        yield bundle
    finally:
        _toolbox = before
