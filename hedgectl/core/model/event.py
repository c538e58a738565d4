"""What happened: the typed events of the one journal. Durable state is a fold of these, in `state.apply`.

`kind` is the name in the journal, in `trace` and in telemetry; it never changes its meaning. Prices, quantities and
money are Decimal, times are exchange milliseconds unless a name says otherwise.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import ClassVar

from hedgectl.core.model.event_belief import BeliefState as BeliefState
from hedgectl.core.model.event_belief import CancelGaveUp as CancelGaveUp
from hedgectl.core.model.event_belief import KillRequested as KillRequested
from hedgectl.core.model.event_belief import MismatchClosed as MismatchClosed
from hedgectl.core.model.event_belief import MismatchOpened as MismatchOpened
from hedgectl.core.model.event_belief import OrderForgotten as OrderForgotten
from hedgectl.core.model.event_belief import OrderLate as OrderLate
from hedgectl.core.model.event_belief import PositionLeft as PositionLeft
from hedgectl.core.model.event_belief import ReconcileSummary as ReconcileSummary
from hedgectl.core.model.event_order import CancelFailed as CancelFailed
from hedgectl.core.model.event_order import CancelSent as CancelSent
from hedgectl.core.model.event_order import OrderAbsent as OrderAbsent
from hedgectl.core.model.event_order import OrderAccepted as OrderAccepted
from hedgectl.core.model.event_order import OrderMissed as OrderMissed
from hedgectl.core.model.event_order import OrderMoved as OrderMoved
from hedgectl.core.model.event_order import OrderPrepared as OrderPrepared
from hedgectl.core.model.event_order import OrderRejected as OrderRejected
from hedgectl.core.model.event_order import OrderRetry as OrderRetry
from hedgectl.core.model.event_order import OrderUnknown as OrderUnknown
from hedgectl.core.model.event_order import OrderVoided as OrderVoided
from hedgectl.core.model.event_order import VenueRetry as VenueRetry
from hedgectl.core.model.event_risk import BracketsRead as BracketsRead
from hedgectl.core.model.event_risk import EntriesPaused as EntriesPaused
from hedgectl.core.model.event_risk import IntentHeld as IntentHeld
from hedgectl.core.model.event_risk import IntentReleased as IntentReleased
from hedgectl.core.model.event_risk import KillSwitched as KillSwitched
from hedgectl.core.model.event_risk import NavMarked as NavMarked
from hedgectl.core.model.event_risk import Rearmed as Rearmed
from hedgectl.core.model.evidence import TradeRow
from hedgectl.core.model.instrument import Instrument
from hedgectl.core.model.intent import Entry, Exit
from hedgectl.core.model.order import Leg, Mode, Purpose, Side


@dataclass(frozen=True, slots=True)
class RunStarted:
    """A process began. `despite`: checks that failed before it did, and that somebody overrode by name."""

    kind: ClassVar[str] = "run.started"
    run_id: str
    version: str
    environment: str
    settings_hash: str
    despite: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class RunStopping:
    kind: ClassVar[str] = "run.stopping"
    why: str


@dataclass(frozen=True, slots=True)
class ModeRead:
    """The account's position mode as the account said it (X2): raw payload and the source that answered."""

    kind: ClassVar[str] = "mode.read"
    mode: Mode
    raw: str
    source: str


@dataclass(frozen=True, slots=True)
class InstrumentsRead:
    """Only the instruments that are new or differ from what was known, and the exchange's limits."""

    kind: ClassVar[str] = "instruments.read"
    instruments: tuple[Instrument, ...]
    weight_limit_1m: int
    order_limit_10s: int
    order_limit_1m: int


@dataclass(frozen=True, slots=True)
class EntryAccepted:
    """An entry passed every gate: `quantity` is what was vetted, no more will ever be sent for it (L1)."""

    kind: ClassVar[str] = "intent.accepted"
    entry: Entry
    correlation_id: str
    leg: Leg
    quantity: Decimal
    notional_usdt: Decimal
    at_ms: int = 0


@dataclass(frozen=True, slots=True)
class ExitAccepted:
    """An exit will be performed on `leg`; `inferred_side` says that the leg was inferred from the side (X3)."""

    kind: ClassVar[str] = "exit.accepted"
    exit: Exit
    correlation_id: str
    leg: Leg
    quantity: Decimal
    inferred_side: str


@dataclass(frozen=True, slots=True)
class ExitWaiting:
    """An exit that can't be sent yet: it goes, or ends, with the next look at the account."""

    kind: ClassVar[str] = "exit.waiting"
    intent_id: str
    why: str


@dataclass(frozen=True, slots=True)
class IntentRefused:
    """No, with its reason (L6). `symbol` may be empty when the intent did not name one."""

    kind: ClassVar[str] = "intent.refused"
    intent_id: str
    correlation_id: str
    symbol: str
    code: str
    number: str
    limit: str
    hint: str


@dataclass(frozen=True, slots=True)
class IntentDone:
    """Nothing more will happen for this intent: filled, partly, rejected, absent, given up."""

    kind: ClassVar[str] = "intent.done"
    intent_id: str
    correlation_id: str
    symbol: str
    outcome: str
    filled: Decimal


@dataclass(frozen=True, slots=True)
class Filled:
    """One fill, once. `client_id` is "" for a trade that no order of ours explains (`purpose` None then)."""

    kind: ClassVar[str] = "order.filled"
    trade: TradeRow
    leg: Leg
    client_id: str
    intent_id: str
    correlation_id: str
    purpose: Purpose | None
    via: str
    left: bool = False


@dataclass(frozen=True, slots=True)
class PositionCorrected:
    """Belief set to what the exchange states, because no fill explains the difference. Never an invented fill: one
    from before `stated_ms` that is told later is counted, and moves the position no more."""

    kind: ClassVar[str] = "position.corrected"
    symbol: str
    leg: Leg
    quantity: Decimal
    entry_price: Decimal
    was: Decimal
    why: str
    at_ms: int
    stated_ms: int = 0


@dataclass(frozen=True, slots=True)
class CoverSeen:
    """A stop that closes the leg rests on the exchange. `ours` False: a person placed it, and it counts."""

    kind: ClassVar[str] = "cover.seen"
    symbol: str
    leg: Leg
    direction: Leg
    client_id: str
    algo_id: int
    trigger_price: Decimal
    ours: bool


COVER_CLOSED = "its position closed"


@dataclass(frozen=True, slots=True)
class CoverLost:
    """A stop that was counted is not resting any more; COVER_CLOSED: it goes with the position, as it should."""

    kind: ClassVar[str] = "cover.lost"
    symbol: str
    leg: Leg
    client_id: str
    why: str


@dataclass(frozen=True, slots=True)
class Inferred:
    """A leg was inferred from a side (X3): enough to trace a later -4061 to it."""

    kind: ClassVar[str] = "order.inferred"
    symbol: str
    side: Side
    inferred_side: Leg
    correlation_id: str


@dataclass(frozen=True, slots=True)
class Alert:
    """Something a person should know. `code` is stable, `hint` is what to do."""

    kind: ClassVar[str] = "alert"
    code: str
    symbol: str
    what: str
    hint: str


Event = (
    RunStarted
    | RunStopping
    | ModeRead
    | InstrumentsRead
    | EntryAccepted
    | ExitAccepted
    | ExitWaiting
    | IntentRefused
    | IntentDone
    | OrderPrepared
    | OrderVoided
    | OrderAccepted
    | OrderRejected
    | OrderUnknown
    | OrderMissed
    | OrderAbsent
    | OrderMoved
    | OrderLate
    | OrderForgotten
    | OrderRetry
    | VenueRetry
    | CancelSent
    | CancelFailed
    | CancelGaveUp
    | Filled
    | PositionCorrected
    | PositionLeft
    | CoverSeen
    | CoverLost
    | MismatchOpened
    | MismatchClosed
    | BeliefState
    | ReconcileSummary
    | KillRequested
    | NavMarked
    | EntriesPaused
    | KillSwitched
    | Rearmed
    | IntentHeld
    | IntentReleased
    | BracketsRead
    | Inferred
    | Alert
)
