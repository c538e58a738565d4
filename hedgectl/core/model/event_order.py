"""Events of orders: prepared, answered, moved, looked for, withdrawn. Part of the one vocabulary in `event`."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import ClassVar

from hedgectl.core.model.order import Prepared


@dataclass(frozen=True, slots=True)
class OrderPrepared:
    kind: ClassVar[str] = "order.prepared"
    order: Prepared


@dataclass(frozen=True, slots=True)
class OrderVoided:
    """It never left, and never will."""

    kind: ClassVar[str] = "order.voided"
    client_id: str
    why: str


@dataclass(frozen=True, slots=True)
class OrderAccepted:
    """The exchange has it. `order_id` is the algo id for a conditional order. `executed` is what it said was filled."""

    kind: ClassVar[str] = "order.accepted"
    client_id: str
    order_id: int
    status: str
    executed: Decimal
    via: str


@dataclass(frozen=True, slots=True)
class OrderRejected:
    """A definite no: `code` of the exchange, and the remedy that the classification names."""

    kind: ClassVar[str] = "order.rejected"
    client_id: str
    code: int
    text: str
    remedy: str
    at_ms: int = 0


@dataclass(frozen=True, slots=True)
class OrderUnknown:
    """Nobody knows yet. It counts as filled, its symbol takes no entries, and it is settled, never re-sent (L9)."""

    kind: ClassVar[str] = "order.unknown"
    client_id: str
    why: str
    at_ms: int = 0


@dataclass(frozen=True, slots=True)
class OrderMissed:
    """One complete look past the deadline found nothing: the first half of a proof of absence."""

    kind: ClassVar[str] = "order.missed"
    client_id: str
    server_ms: int


@dataclass(frozen=True, slots=True)
class OrderAbsent:
    """Proven: the exchange never took it and can no longer take it."""

    kind: ClassVar[str] = "order.absent"
    client_id: str
    proof: str


@dataclass(frozen=True, slots=True)
class OrderMoved:
    """A new state of an order that the exchange has: PARTIALLY_FILLED, FILLED, CANCELED, EXPIRED, TRIGGERED, ..."""

    kind: ClassVar[str] = "order.moved"
    client_id: str
    order_id: int
    status: str
    executed: Decimal
    child_order_id: int
    reason: str


@dataclass(frozen=True, slots=True)
class OrderRetry:
    """An exit or a stop is sent again under a new name, and why that is allowed (X7)."""

    kind: ClassVar[str] = "order.retry"
    intent_id: str
    attempt: int
    why: str


@dataclass(frozen=True, slots=True)
class VenueRetry:
    """A read is asked again (X7). `attempt` is the one that failed."""

    kind: ClassVar[str] = "venue.retry"
    what: str
    attempt: int
    wait_ms: int
    why: str


@dataclass(frozen=True, slots=True)
class CancelSent:
    kind: ClassVar[str] = "cancel.sent"
    client_id: str
    why: str


@dataclass(frozen=True, slots=True)
class CancelFailed:
    """The cancel was not confirmed; the order stays as it was believed (B7)."""

    kind: ClassVar[str] = "cancel.failed"
    client_id: str
    why: str
