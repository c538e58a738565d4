"""Words for orders: sides, legs, kinds, purposes, and `Prepared`: an order as it will leave, whole.

`Prepared` is journaled before it is sent (DESIGN 1.3), so that a crash leaves a question the exchange can answer.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum


class Side(StrEnum):
    BUY = "BUY"
    SELL = "SELL"

    @property
    def opposite(self) -> Side:
        return Side.SELL if self is Side.BUY else Side.BUY

    @property
    def sign(self) -> int:
        return 1 if self is Side.BUY else -1


class Leg(StrEnum):
    """Which position. LONG and SHORT are separate positions in hedge mode; one-way mode has BOTH, signed."""

    LONG = "LONG"
    SHORT = "SHORT"
    BOTH = "BOTH"


class Mode(StrEnum):
    """Position mode of the account, as the account says it (X2)."""

    ONE_WAY = "one-way"
    HEDGE = "hedge"


class Action(StrEnum):
    """What an order does to its leg. CLOSE_ALL is a closePosition order: sized by the exchange when it triggers."""

    OPEN = "open"
    CLOSE = "close"
    CLOSE_ALL = "close_all"


class Kind(StrEnum):
    """The exchange's order types; all but LIMIT and MARKET live in the algo order service (X4)."""

    LIMIT = "LIMIT"
    MARKET = "MARKET"
    STOP = "STOP"
    STOP_MARKET = "STOP_MARKET"
    TAKE_PROFIT = "TAKE_PROFIT"
    TAKE_PROFIT_MARKET = "TAKE_PROFIT_MARKET"
    TRAILING_STOP_MARKET = "TRAILING_STOP_MARKET"

    def __init__(self, value: str) -> None:
        self.conditional = value not in ("LIMIT", "MARKET")


class Tif(StrEnum):
    GTC = "GTC"
    IOC = "IOC"
    FOK = "FOK"
    GTX = "GTX"
    GTD = "GTD"
    GTE_GTC = "GTE_GTC"


class Purpose(StrEnum):
    """Why we send it; the value is the letter that the client id carries (X5)."""

    ENTRY = "e"
    EXIT = "x"
    COVER = "c"
    BRIDGE = "b"
    EMERGENCY = "m"


class Lane(StrEnum):
    """Who may spend the rate budget first (X8)."""

    PROTECT = "protect"
    RECONCILE = "reconcile"
    ENTRY = "entry"


@dataclass(frozen=True, slots=True)
class Prepared:
    """An order ready to leave: everything the wire needs, and what settles it if the answer is lost.

    `quantity` is None for CLOSE_ALL. `position_side` and `reduce_only` come from the mode table only (X3); None means
    "not sent". `timestamp_ms` (exchange time) and `recv_window_ms` bound when the exchange can still accept it.
    """

    client_id: str
    intent_id: str
    correlation_id: str
    symbol: str
    leg: Leg
    side: Side
    action: Action
    purpose: Purpose
    kind: Kind
    lane: Lane
    position_side: str
    reduce_only: bool | None
    timestamp_ms: int
    recv_window_ms: int
    quantity: Decimal | None = None
    price: Decimal | None = None
    trigger_price: Decimal | None = None
    callback_rate: Decimal | None = None
    activate_price: Decimal | None = None
    tif: Tif | None = None
    part: int = 0
    revision: int = 0
    attempt: int = 1
    paper: bool = False
