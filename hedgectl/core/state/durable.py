"""What must survive a restart: the fold of all events. Plain data; only `apply` moves it.

Keyed by text so that a snapshot is plain JSON: orders by client id, positions and covers by "SYMBOL|LEG".
Every collection is bounded; what is evicted is named where it is evicted.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum

from hedgectl.core.model.instrument import Instrument
from hedgectl.core.model.intent import Entry, Exit
from hedgectl.core.model.leverage import Bracket
from hedgectl.core.model.money import ZERO
from hedgectl.core.model.order import Leg, Mode, Prepared, Purpose
from hedgectl.core.risk.desk import EntryMark

LATE = "late"
"""The outcome of a finished order that the exchange accepted after all."""


class Stage(StrEnum):
    """How much is known of an order that we prepared. Terminal orders leave the book for `Durable.done`."""

    PREPARED = "prepared"  # durable, perhaps sent, no answer yet
    UNKNOWN = "unknown"  # sent, and nobody can say what became of it
    ACCEPTED = "accepted"  # the exchange has it


@dataclass(slots=True)
class LiveOrder:
    """An order that may still act. `executed` is what the exchange claims, `filled` what fills of ours add up to."""

    order: Prepared
    stage: Stage = Stage.PREPARED
    order_id: int = 0
    status: str = ""
    executed: Decimal = ZERO
    filled: Decimal = ZERO
    child_order_id: int = 0
    missed_server_ms: int = 0
    cancels: int = 0
    why: str = ""

    @property
    def open_quantity(self) -> Decimal:
        """What can still fill, or may already have: the whole of an order that nobody has answered for."""
        quantity = self.order.quantity or ZERO
        return quantity - self.filled


@dataclass(frozen=True, slots=True)
class DoneOrder:
    """Enough of a finished order to attribute a late fill to it."""

    order_id: int
    child_order_id: int
    intent_id: str
    correlation_id: str
    symbol: str
    leg: Leg
    purpose: Purpose
    outcome: str
    quantity: Decimal
    filled: Decimal


@dataclass(slots=True)
class OpenIntent:
    """An intent that is not finished: `vetted` is the most that may ever be sent for it, `sent` what has been."""

    intent: Entry | Exit
    correlation_id: str
    leg: Leg
    vetted: Decimal
    filled: Decimal = ZERO
    attempts: int = 0
    waiting: bool = False


@dataclass(slots=True)
class Position:
    """Our belief of one leg. `quantity` is signed. Its covers carry the name of `intent_id`, whoever opened it, and
    `sends` counts them, so that each has a client id of its own."""

    symbol: str
    leg: Leg
    quantity: Decimal = ZERO
    entry_price: Decimal = ZERO
    intent_id: str = ""
    correlation_id: str = ""
    sends: int = 0
    changed_ms: int = 0

    @property
    def direction(self) -> Leg:
        """LONG or SHORT: where the money is, in either mode. A hedge leg has only its own, whatever was told of it."""
        if self.leg is not Leg.BOTH:
            return self.leg
        return Leg.LONG if self.quantity > 0 else Leg.SHORT

    @property
    def impossible(self) -> bool:
        """A hedge leg the wrong way round: an earlier fill of it was not told yet."""
        return self.leg is not Leg.BOTH and self.quantity * (1 if self.leg is Leg.LONG else -1) < 0


@dataclass(slots=True)
class Cover:
    """A stop believed to rest on the exchange for one leg; `direction` is what it protects, LONG or SHORT."""

    direction: Leg
    client_id: str
    algo_id: int
    trigger_price: Decimal
    ours: bool


@dataclass(slots=True)
class Money:
    """Totals from own fills, in USDT; fees in other assets are counted apart, by asset."""

    fills: int = 0
    volume: Decimal = ZERO
    realised: Decimal = ZERO
    fees: Decimal = ZERO
    other_fees: dict[str, Decimal] = field(default_factory=dict)


@dataclass(slots=True)
class Disagreement:
    """One open mismatch, since when."""

    what: str
    symbol: str
    first_ms: int


@dataclass(slots=True)
class Belief:
    """How sure we are: open mismatches, looks in a row that showed one, the posture that is held, past scores.

    `seen`: per symbol, when a mismatch was first and last noted ("" for the account). `kill_ms`: when the kill switch
    was asked for in this RED, 0 if it was not.
    """

    open: dict[str, Disagreement] = field(default_factory=dict)
    streak: int = 0
    posture: str = "GREEN"
    since_ms: int = 0
    above_ms: int = 0
    below_ms: int = 0
    history: list[list[float]] = field(default_factory=list)
    confidence: float = 1.0
    repairs: int = 0
    skips: int = 0
    kill_ms: int = 0
    seen: dict[str, list[int]] = field(default_factory=dict)


@dataclass(slots=True)
class Kill:
    """The kill switch, while it is on: entries, cancel or flatten; why, by whom and when (exchange ms)."""

    mode: str
    why: str
    by: str
    at_ms: int


@dataclass(slots=True)
class RiskMarks:
    """What throttles and loss limits remember, in exchange time (R2): entries taken, entries that went wrong, until
    when that pauses them, the first NAV of the day and the highest ever."""

    entries: list[EntryMark] = field(default_factory=list)
    errors: list[int] = field(default_factory=list)
    paused_until_ms: int = 0
    day: int = 0
    day_nav_usdt: Decimal = ZERO
    peak_nav_usdt: Decimal = ZERO


@dataclass(slots=True)
class Durable:
    """Everything a restart must know.

    `left` is what stands in legs that are left alone (signed, by position key); `strangers` what was traded by orders
    that nobody here knew then, [quantity, notional] by "SYMBOL|order id"; `late` counts proofs that were wrong.
    `brackets` are rules, as instruments are, by symbol and rising notional; `held` are the waiting entries among
    `intents`, the oldest first, with the leverage that each needs (R9).
    """

    run_id: str = ""
    mode: Mode | None = None
    instruments: dict[str, Instrument] = field(default_factory=dict)
    brackets: dict[str, tuple[Bracket, ...]] = field(default_factory=dict)
    weight_limit_1m: int = 2400
    order_limit_10s: int = 300
    order_limit_1m: int = 1200
    intents: dict[str, OpenIntent] = field(default_factory=dict)
    intents_done: dict[str, str] = field(default_factory=dict)
    held: dict[str, int] = field(default_factory=dict)
    orders: dict[str, LiveOrder] = field(default_factory=dict)
    done: dict[str, DoneOrder] = field(default_factory=dict)
    positions: dict[str, Position] = field(default_factory=dict)
    covers: dict[str, Cover] = field(default_factory=dict)
    trades: dict[str, dict[int, None]] = field(default_factory=dict)
    fill_ms: dict[str, int] = field(default_factory=dict)
    stated_ms: dict[str, int] = field(default_factory=dict)
    money: Money = field(default_factory=Money)
    belief: Belief = field(default_factory=Belief)
    entry_ms: dict[str, int] = field(default_factory=dict)
    left: dict[str, Decimal] = field(default_factory=dict)
    strangers: dict[str, list[Decimal]] = field(default_factory=dict)
    late: int = 0
    risk: RiskMarks = field(default_factory=RiskMarks)
    kill: Kill | None = None
    stopping: str = ""


def key_of(symbol: str, leg: Leg) -> str:
    """The name of a position.

    >>> key_of("BTCUSDT", Leg.LONG)
    'BTCUSDT|LONG'
    """
    return f"{symbol}|{leg.value}"
