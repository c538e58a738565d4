"""What was paid when: the rate and mark of each funding moment that this exchange has lived through.

The exchange keeps the next moment only; history is the wire's to remember, HISTORY_MAX moments per symbol.
"""

from __future__ import annotations

from collections import deque
from decimal import Decimal
from typing import NamedTuple

from hedgectl.sim.exchange import Exchange

HISTORY_MAX = 1000
HOUR_MS = 3_600_000


class Paid(NamedTuple):
    """One funding moment of a symbol."""

    symbol: str
    time_ms: int
    rate: Decimal
    mark: Decimal


class FundingLog:
    """Past funding moments, oldest first. `next_ms` is the earliest moment that is still to be noted."""

    def __init__(self, exchange: Exchange) -> None:
        self._due = {symbol: exchange.quote(symbol).next_funding_ms for symbol in exchange.specs}
        self._paid: dict[str, deque[Paid]] = {symbol: deque(maxlen=HISTORY_MAX) for symbol in self._due}
        self.next_ms = min(self._due.values())

    def note(self, exchange: Exchange) -> None:
        """Remember what is due; call it when the exchange has just reached `next_ms`."""
        for symbol, due_ms in self._due.items():
            if due_ms <= exchange.now_ms:
                quote = exchange.quote(symbol)
                self._paid[symbol].append(Paid(symbol, due_ms, quote.funding_rate, quote.mark))
                self._due[symbol] = max(quote.next_funding_ms, due_ms + HOUR_MS)
        self.next_ms = min(self._due.values())

    def history(self, symbol: str | None, start_ms: int | None, end_ms: int | None, limit: int) -> list[Paid]:
        """Moments in a time range: from its start on, or the latest ones when no start is given."""
        known = self._paid.values() if symbol is None else [self._paid[symbol]]
        rows = [
            paid
            for moments in known
            for paid in moments
            if (start_ms is None or paid.time_ms >= start_ms) and (end_ms is None or paid.time_ms <= end_ms)
        ]
        rows.sort(key=lambda paid: paid.time_ms)
        return rows[-limit:] if start_ms is None else rows[:limit]
