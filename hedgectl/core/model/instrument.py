"""The rules of one symbol as the exchange states them (exchangeInfo), as far as an executor needs them."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class Instrument:
    """Filters of a symbol. Quantities in base asset, prices and notional in quote asset (USDT)."""

    symbol: str
    status: str
    tick: Decimal
    step: Decimal
    min_qty: Decimal
    max_qty: Decimal
    market_step: Decimal
    market_min_qty: Decimal
    market_max_qty: Decimal
    min_price: Decimal
    max_price: Decimal
    min_notional: Decimal
    multiplier_up: Decimal
    multiplier_down: Decimal

    @property
    def tradable(self) -> bool:
        return self.status == "TRADING"
