"""Figures that the exchange derives from its records: bars, 24 h statistics, margins. Money in USDT, times in ms."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

ZERO = Decimal(0)


@dataclass(slots=True)
class Kline:
    """One bar [open_ms, close_ms]; volumes in base and quote, `taker_buy_*` the part that hit the ask."""

    open_ms: int
    close_ms: int
    open: Decimal
    high: Decimal
    low: Decimal
    close: Decimal
    volume: Decimal = ZERO
    quote_volume: Decimal = ZERO
    trades: int = 0
    taker_buy_volume: Decimal = ZERO
    taker_buy_quote: Decimal = ZERO


@dataclass(slots=True)
class Day:
    """24 h statistics of a symbol (GET /fapi/v1/ticker/24hr)."""

    symbol: str
    open: Decimal
    high: Decimal
    low: Decimal
    last: Decimal
    last_qty: Decimal
    volume: Decimal
    quote_volume: Decimal
    trades: int
    open_ms: int
    close_ms: int

    @property
    def change(self) -> Decimal:
        return self.last - self.open

    @property
    def change_percent(self) -> Decimal:
        return self.change / self.open * 100 if self.open else ZERO

    @property
    def weighted_avg(self) -> Decimal:
        return self.quote_volume / self.volume if self.volume else self.last


@dataclass(slots=True)
class AccountSummary:
    """The account in USDT now. `available` is what new orders may still bind; margins include isolated legs."""

    wallet: Decimal
    unrealised: Decimal
    margin_balance: Decimal
    initial_margin: Decimal
    maint_margin: Decimal
    position_initial_margin: Decimal
    open_order_initial_margin: Decimal
    cross_wallet: Decimal
    cross_unrealised: Decimal
    available: Decimal
    max_withdraw: Decimal
    update_ms: int


@dataclass(slots=True)
class PositionMargin:
    """Margin figures of one leg at the mark price; `notional` is signed, order notionals are of opening orders."""

    mark: Decimal
    notional: Decimal
    unrealised: Decimal
    initial_margin: Decimal
    maint_margin: Decimal
    position_initial_margin: Decimal
    open_order_initial_margin: Decimal
    isolated_margin: Decimal
    bid_notional: Decimal
    ask_notional: Decimal
