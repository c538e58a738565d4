"""What a sensor states about the exchange: rows of REST snapshots and user-stream events, decoded and typed.

A reply is evidence, not truth (DESIGN 1.4): each statement carries when the exchange made it. Decoding is the venue's
work; nothing here knows JSON.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from hedgectl.core.model.order import Leg, Side


@dataclass(frozen=True, slots=True)
class Quote:
    """Best bid and ask of a symbol, and its mark price, at exchange time `at_ms`."""

    symbol: str
    bid: Decimal
    ask: Decimal
    mark: Decimal
    at_ms: int

    @property
    def mid(self) -> Decimal:
        return (self.bid + self.ask) / 2


@dataclass(frozen=True, slots=True)
class PositionRow:
    """One leg as the exchange shows it. `quantity` is signed (SHORT negative)."""

    symbol: str
    leg: Leg
    quantity: Decimal
    entry_price: Decimal
    mark_price: Decimal
    updated_ms: int

    @property
    def direction(self) -> Leg:
        """LONG or SHORT: where the money is, in either mode."""
        return Leg.LONG if self.quantity > 0 else Leg.SHORT


@dataclass(frozen=True, slots=True)
class OrderRow:
    """An ordinary order as the exchange shows it."""

    symbol: str
    order_id: int
    client_id: str
    side: Side
    leg: Leg
    kind: str
    status: str
    quantity: Decimal
    executed: Decimal
    price: Decimal
    reduce_only: bool
    updated_ms: int


@dataclass(frozen=True, slots=True)
class AlgoRow:
    """A conditional order as the exchange shows it. `order_id` is the triggered child, 0 before."""

    symbol: str
    algo_id: int
    client_id: str
    side: Side
    leg: Leg
    kind: str
    status: str
    quantity: Decimal
    trigger_price: Decimal
    close_position: bool
    order_id: int
    updated_ms: int
    reduce_only: bool = False
    reason: str = ""


@dataclass(frozen=True, slots=True)
class TradeRow:
    """One own fill. `client_id` is "" when the source does not know it (GET userTrades)."""

    symbol: str
    trade_id: int
    order_id: int
    client_id: str
    side: Side
    leg: Leg
    quantity: Decimal
    price: Decimal
    fee: Decimal
    fee_asset: str
    realised: Decimal
    maker: bool
    at_ms: int


@dataclass(frozen=True, slots=True)
class Holding:
    """An asset beside USDT in the futures wallet."""

    asset: str
    amount: Decimal


@dataclass(frozen=True, slots=True)
class Wallet:
    """The account's money in USDT as the exchange states it (account v3). `others`: what else is in the wallet;
    `multi`: it counts as margin, and is in the totals already."""

    wallet: Decimal
    unrealised: Decimal
    margin_balance: Decimal
    available: Decimal
    at_ms: int
    others: tuple[Holding, ...] = ()
    multi: bool = False
