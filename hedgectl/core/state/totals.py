"""Running totals of what is open and what may still open, by symbol and in all, so that vetting never scans (R1).

Working and unknown orders count as filled until proven otherwise. Everything is valued at the symbol's last quote;
before there is one, at the price that was paid or asked.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from hedgectl.core.model.money import ZERO
from hedgectl.core.model.order import Purpose
from hedgectl.core.state.durable import LiveOrder


@dataclass(slots=True)
class SymbolTotals:
    """One symbol. `held`: quantity in all its legs, unsigned; `market`: quantity of open entries without a price;
    `priced_usdt`: open entries with one; `entries`: how many work or are unknown; `value_usdt`: all of it, now."""

    held: Decimal = ZERO
    market: Decimal = ZERO
    priced_usdt: Decimal = ZERO
    entries: int = 0
    price: Decimal = ZERO
    value_usdt: Decimal = ZERO


@dataclass(slots=True)
class Totals:
    """`gross_usdt` is the sum over all symbols, `tier_usdt` that of each tier; `tiers` says which a symbol is in.
    `_legs` and `_orders` hold what of each is counted."""

    symbols: dict[str, SymbolTotals] = field(default_factory=dict)
    tiers: Mapping[str, str] = field(default_factory=dict)
    gross_usdt: Decimal = ZERO
    tier_usdt: dict[str, Decimal] = field(default_factory=dict)
    _prices: dict[str, Decimal] = field(default_factory=dict)
    _legs: dict[str, Decimal] = field(default_factory=dict)
    _orders: dict[str, tuple[Decimal, Decimal]] = field(default_factory=dict)

    def of(self, symbol: str) -> SymbolTotals:
        """The totals of a symbol; empty ones are not kept."""
        return self.symbols.get(symbol) or SymbolTotals()

    def leg_moved(self, symbol: str, key: str, quantity: Decimal, price: Decimal) -> None:
        """A leg holds `quantity` (signed) now; `price` counts until the symbol is quoted."""
        mine = self._mine(symbol, price)
        mine.held += abs(quantity) - self._legs.pop(key, ZERO)
        if quantity:
            self._legs[key] = abs(quantity)
        self._valued(symbol, mine)

    def order_moved(self, live: LiveOrder) -> None:
        """An entry was prepared, or filled in part."""
        order = live.order
        if order.purpose is not Purpose.ENTRY:
            return
        mine = self._mine(order.symbol, order.price or ZERO)
        market, priced = self._orders.get(order.client_id, (ZERO, ZERO))
        mine.entries += order.client_id not in self._orders
        left = max(live.open_quantity, ZERO)
        now = (ZERO, left * order.price) if order.price else (left, ZERO)
        self._orders[order.client_id] = now
        mine.market += now[0] - market
        mine.priced_usdt += now[1] - priced
        self._valued(order.symbol, mine)

    def order_gone(self, live: LiveOrder) -> None:
        """An entry is over: nothing of it can fill any more."""
        order = live.order
        counted = self._orders.pop(order.client_id, None)
        if counted is None:
            return
        mine = self.symbols[order.symbol]
        mine.entries -= 1
        mine.market -= counted[0]
        mine.priced_usdt -= counted[1]
        self._valued(order.symbol, mine)

    def quoted(self, symbol: str, price: Decimal) -> None:
        """The symbol's price now."""
        self._prices[symbol] = price
        mine = self.symbols.get(symbol)
        if mine is not None and mine.price != price:
            mine.price = price
            self._valued(symbol, mine)

    def _mine(self, symbol: str, price: Decimal) -> SymbolTotals:
        mine = self.symbols.get(symbol)
        if mine is None:
            mine = self.symbols[symbol] = SymbolTotals(price=self._prices.get(symbol, price))
        elif not mine.price:
            mine.price = price
        return mine

    def _valued(self, symbol: str, mine: SymbolTotals) -> None:
        value = (mine.held + mine.market) * mine.price + mine.priced_usdt
        change = value - mine.value_usdt
        self.gross_usdt += change
        mine.value_usdt = value
        tier = self.tiers.get(symbol)
        if tier is not None:
            self.tier_usdt[tier] = self.tier_usdt.get(tier, ZERO) + change
        if not (mine.held or mine.entries):
            del self.symbols[symbol]
