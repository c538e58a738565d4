"""Bars of one symbol: minutes and hours kept bounded, every other interval aggregated from them.

A market has a past: the first time bars are asked for, a seeded walk that ends at the first price fills the time
before the exchange began. Never reads a clock; prices come from `note`.
"""

from __future__ import annotations

import random
from collections import deque
from collections.abc import Iterable
from dataclasses import replace
from decimal import Decimal

from hedgectl.sim.figures import Day, Kline
from hedgectl.sim.model import Spec

MINUTE_MS = 60_000
HOUR_MS = 3_600_000
DAY_MS = 24 * HOUR_MS
MINUTES_MAX = 3_000
HOURS_MAX = 1_500
PAST_MINUTES = 1_500
PAST_HOURS = 750
PAST_STEP = {MINUTE_MS: 0.0004, HOUR_MS: 0.003}
PAST_VOLUME = Decimal(10)


def aggregated(bars: Iterable[Kline], interval_ms: int) -> list[Kline]:
    """Bars of a longer interval; the parts need not be complete."""
    out: list[Kline] = []
    for bar in bars:
        start = bar.open_ms - bar.open_ms % interval_ms
        if out and out[-1].open_ms == start:
            whole = out[-1]
            whole.high = max(whole.high, bar.high)
            whole.low = min(whole.low, bar.low)
            whole.close = bar.close
            whole.volume += bar.volume
            whole.quote_volume += bar.quote_volume
            whole.trades += bar.trades
            whole.taker_buy_volume += bar.taker_buy_volume
            whole.taker_buy_quote += bar.taker_buy_quote
        else:
            out.append(replace(bar, open_ms=start, close_ms=start + interval_ms - 1))
    return out


def past(spec: Spec, price: Decimal, before_ms: int, interval_ms: int, count: int, seed: str) -> list[Kline]:
    """`count` bars that end before `before_ms` (a bar's start) and close at `price`: a seeded walk backwards."""
    rng = random.Random(seed)
    tick = spec.tick or Decimal(1).scaleb(-spec.price_precision)
    ticks, step = int(price / tick), PAST_STEP[interval_ms]
    bars: list[Kline] = []
    close = ticks
    for index in range(1, count + 1):
        wide = max(1.0, close * step)
        first = max(1, close + round(rng.gauss(0, wide)))
        high = max(first, close) + round(rng.random() * wide / 2)
        low = max(1, min(first, close) - round(rng.random() * wide / 2))
        start = before_ms - index * interval_ms
        bars.append(
            Kline(
                start,
                start + interval_ms - 1,
                first * tick,
                high * tick,
                low * tick,
                close * tick,
                PAST_VOLUME,
                PAST_VOLUME * close * tick,
                10,
                PAST_VOLUME / 2,
                PAST_VOLUME / 2 * close * tick,
            )
        )
        close = first
    bars.reverse()
    return bars


class Bars:
    """The price history of one symbol."""

    __slots__ = ("_has_past", "_seed", "hours", "last_qty", "minutes", "spec", "start_ms")

    def __init__(self, spec: Spec, start_ms: int, seed: int) -> None:
        self.spec = spec
        self.start_ms = start_ms
        self.minutes: deque[Kline] = deque(maxlen=MINUTES_MAX)
        self.hours: deque[Kline] = deque(maxlen=HOURS_MAX)
        self.last_qty = Decimal(0)
        self._seed = f"{seed}:{spec.symbol}"
        self._has_past = False

    def note(self, price: Decimal, now_ms: int, qty: Decimal | None = None, buyer_took: bool = False) -> None:
        """The last price is `price` now; with `qty` it was a trade."""
        minutes = self.minutes
        if not minutes or now_ms > minutes[-1].close_ms:
            self._close_minute(price, now_ms)
        bar = minutes[-1]
        bar.close = price
        if price > bar.high:
            bar.high = price
        elif price < bar.low:
            bar.low = price
        if qty is not None:
            self.last_qty = qty
            amount = price * qty
            bar.volume += qty
            bar.quote_volume += amount
            bar.trades += 1
            if buyer_took:
                bar.taker_buy_volume += qty
                bar.taker_buy_quote += amount

    def _close_minute(self, price: Decimal, now_ms: int) -> None:
        minutes = self.minutes
        start = now_ms - now_ms % MINUTE_MS
        if minutes:
            closed = minutes[-1]
            self._into_hour(closed)
            # A quiet minute still has its bar; after a long silence only the last day's are worth having.
            gap = max(closed.open_ms + MINUTE_MS, start - DAY_MS)
            for quiet in range(gap, start, MINUTE_MS):
                minutes.append(Kline(quiet, quiet + MINUTE_MS - 1, *(closed.close,) * 4))
                self._into_hour(minutes[-1])
        minutes.append(Kline(start, start + MINUTE_MS - 1, *(price,) * 4))

    def _into_hour(self, bar: Kline) -> None:
        start = bar.open_ms - bar.open_ms % HOUR_MS
        if self.hours and self.hours[-1].open_ms == start:
            self.hours[-1] = aggregated((self.hours[-1], bar), HOUR_MS)[0]
        else:
            self.hours.append(replace(bar, open_ms=start, close_ms=start + HOUR_MS - 1))

    def _make_past(self) -> None:
        if self._has_past or not self.minutes:
            return
        self._has_past = True
        first = self.minutes[0]
        if len(self.minutes) < MINUTES_MAX:
            made = past(self.spec, first.open, first.open_ms, MINUTE_MS, PAST_MINUTES, self._seed)
            self.minutes.extendleft(reversed(made[len(self.minutes) - MINUTES_MAX :]))
        known = {bar.open_ms for bar in self.hours}
        made = [bar for bar in aggregated(self.minutes, HOUR_MS) if bar.open_ms < first.open_ms]
        made = [bar for bar in made if bar.open_ms not in known]
        oldest = (made or list(self.hours) or aggregated([first], HOUR_MS))[0]
        older = past(self.spec, oldest.open, oldest.open_ms, HOUR_MS, PAST_HOURS, self._seed)
        self.hours.extendleft(reversed([*older, *made][len(self.hours) - HOURS_MAX :]))

    def klines(
        self, interval_ms: int, start_ms: int | None, end_ms: int | None, limit: int, now_ms: int
    ) -> list[Kline]:
        """Bars of `interval_ms`, oldest first: the first `limit` from `start_ms`, else the latest; the open one too."""
        self._make_past()
        if interval_ms < HOUR_MS:
            rows = aggregated(self.minutes, interval_ms)
        else:
            rows = aggregated([*self.hours, *list(self.minutes)[-1:]], interval_ms)
        rows = [
            bar
            for bar in rows
            if (start_ms is None or bar.open_ms >= start_ms) and bar.open_ms <= (now_ms if end_ms is None else end_ms)
        ]
        return rows[:limit] if start_ms is not None else rows[-limit:]

    def day(self, last: Decimal, now_ms: int) -> Day:
        """Statistics of the last 24 hours."""
        self._make_past()
        rows = [bar for bar in self.minutes if bar.close_ms > now_ms - DAY_MS]
        symbol = self.spec.symbol
        if not rows:
            none = Decimal(0)
            return Day(symbol, last, last, last, last, none, none, none, 0, now_ms - DAY_MS, now_ms)
        return Day(
            symbol,
            rows[0].open,
            max(bar.high for bar in rows),
            min(bar.low for bar in rows),
            last,
            self.last_qty,
            sum((bar.volume for bar in rows), Decimal(0)),
            sum((bar.quote_volume for bar in rows), Decimal(0)),
            sum(bar.trades for bar in rows),
            now_ms - DAY_MS,
            now_ms,
        )
