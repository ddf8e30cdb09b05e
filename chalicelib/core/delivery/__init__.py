"""One row for every message that leaves: claimed, sent in one attempt, recorded (DESIGN 4).

Neither SES nor SNS knows idempotency keys. So a row is claimed before the send and its outcome recorded after it; a
claimed row without an outcome, for whatever reason, is UNKNOWN and never taken again by a lease.

    READY    -> CLAIMED                                       nobody has tried, or the carrier refused
    CLAIMED  -> SENT | SKIPPED | FAILED | READY | UNKNOWN
    UNKNOWN  -> SENT | FAILED (an event told us)              | CLAIMED (`repeat`, once, said so in `repeated`)
    SENT     -> FAILED                                        it bounced, or the person complained

Rows hold ids only, never addresses.
"""

from chalicelib.core.delivery.row import COUNTED, Channel, Delivery, State, row_id, row_of
from chalicelib.core.delivery.sending import Deliveries

__all__ = ["COUNTED", "Channel", "Deliveries", "Delivery", "State", "row_id", "row_of"]
