"""A market made from bars: each one becomes a path open -> extremes in a seeded order -> close, with its volume traded.

Header `timestamp,open,high,low,close,volume`; times in ISO (UTC when nothing is said) or epoch seconds or milliseconds.
Reads one bar ahead and no further. A row that makes no sense ends the run with its line and the cure: bars are few and
each of them matters, unlike the lines of a recording.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from itertools import pairwise
from pathlib import Path
from random import Random
from typing import Literal, NamedTuple

from hedgectl.sim.market.errors import FeedError
from hedgectl.sim.market.feed import Mark, Move, Print, Touch
from hedgectl.sim.market.lines import Lines
from hedgectl.sim.market.specs import spec_of
from hedgectl.sim.model import Spec

COLUMNS = ("timestamp", "open", "high", "low", "close", "volume")
POINTS_PER_LEG = 4
BAR_MS_DEFAULT = 60_000
FUNDING_RATE = Decimal("0.00010000")
_EPOCH_MS_MIN = 10**11  # an epoch below it is in seconds
_TOUCH_USDT = Decimal(60_000)


class Bar(NamedTuple):
    """One bar: opening time in ms, prices in ticks, volume in steps."""

    time_ms: int
    open: int
    high: int
    low: int
    close: int
    volume: int


class BarFeed:
    """The bars at `path` as the market of `symbol`, the first one opening at `start_ms`.

    A bar lasts as long as the distance between the first two; a longer gap is silence. `volume_in` says what the volume
    column counts: the base asset or the quote asset. FeedError, also while stepping, names file, line and cure.
    """

    def __init__(
        self, path: str | Path, *, symbol: str, start_ms: int, seed: int = 0, spec: Spec | None = None,
        volume_in: Literal["base", "quote"] = "base",
    ) -> None:  # fmt: skip
        self._spec = spec or spec_of(symbol)
        self._rng = Random(f"{seed}:{symbol}:bars")
        self._in_quote = volume_in == "quote"
        self._lines = Lines(Path(path))
        self._bars = self._read()
        first = next(self._bars, None)
        if first is None:
            raise self._error("no bar in the file", fix=f"give rows of {','.join(COLUMNS)} below the header")
        self._ahead = next(self._bars, None)
        self._bar_ms = self._ahead.time_ms - first.time_ms if self._ahead else BAR_MS_DEFAULT
        self._shift_ms = start_ms - first.time_ms
        if spec is None:
            self._spec = replace(self._spec, anchor_price=self._spec.tick * first.open)
        self.specs: dict[str, Spec] = {symbol: self._spec}
        self._touch_qty = self._spec.step * max(1, int(_TOUCH_USDT / self._spec.anchor_price / self._spec.step))
        self._points: Iterator[tuple[int, list[Move]]] = self._path(first)
        self._next: tuple[int, list[Move]] | None = next(self._points)

    def next_ms(self) -> int | None:
        return self._next[0] if self._next else None

    def step(self) -> list[Move]:
        if self._next is None:
            return []
        moves = self._next[1]
        self._next = next(self._points, None)
        if self._next is None and self._ahead is not None:
            self._points = self._path(self._ahead)
            self._ahead = next(self._bars, None)
            self._next = next(self._points)
        return moves

    def _path(self, bar: Bar) -> Iterator[tuple[int, list[Move]]]:
        """The moves of one bar, spread evenly over its time."""
        extremes = [bar.low, bar.high] if self._rng.random() < 0.5 else [bar.high, bar.low]
        corners = [bar.open, *extremes, bar.close]
        ticks = [bar.open]
        for start, end in pairwise(corners):
            legs = range(1, POINTS_PER_LEG + 1)
            ticks += [start + (end - start) * i // POINTS_PER_LEG if i < POINTS_PER_LEG else end for i in legs]
        share, rest = divmod(bar.volume, len(ticks))
        opens_ms = bar.time_ms + self._shift_ms
        lasts_ms = min(self._bar_ms, self._ahead.time_ms - bar.time_ms) if self._ahead else self._bar_ms
        before = ticks[0]
        for index, now in enumerate(ticks):
            steps = share + (rest if index == 0 else 0)
            yield opens_ms + index * lasts_ms // len(ticks), self._moves(now, now < before, steps)
            before = now

    def _moves(self, ticks: int, falls: bool, steps: int) -> list[Move]:
        spec = self._spec
        price = spec.tick * ticks
        bid, ask = (price, price + spec.tick) if falls else (price - spec.tick, price)
        moves: list[Move] = [Touch(spec.symbol, bid, self._touch_qty, ask, self._touch_qty)]
        if steps:
            moves.append(Print(spec.symbol, price, spec.step * steps, falls))
        moves.append(Mark(spec.symbol, price, price, FUNDING_RATE))
        return moves

    def _read(self) -> Iterator[Bar]:
        rows = iter(self._lines)
        header = next(rows, b"").decode("utf-8-sig", "replace").strip().lower().split(",")
        if tuple(name.strip() for name in header[:6]) != COLUMNS:
            raise self._error("header is not that of bars", fix=f"the first line must be {','.join(COLUMNS)}")
        latest_ms = -1
        for row in rows:
            if row.isspace():
                continue
            bar = self._bar(row.decode("utf-8", "replace"))
            if bar.time_ms <= latest_ms:
                raise self._error("time does not rise", fix="sort the rows by timestamp and remove doubles")
            latest_ms = bar.time_ms
            yield bar
        if self._lines.damage:
            raise self._error(self._lines.damage, fix="fetch or compress the file again")

    def _bar(self, row: str) -> Bar:
        try:
            stamp, *texts = row.strip().split(",")[:6]
            opening, high, low, close, volume = (Decimal(text) for text in texts)
            time_ms = _time_ms(stamp)
            prices = (opening, high, low, close)
            sound = 0 < low <= min(prices) and max(prices) <= high < 10**12 and 0 <= volume < 10**18
        except (ValueError, InvalidOperation, OverflowError) as error:
            raise self._error("row is not six readable values", fix="repair or delete this row") from error
        if not sound:
            raise self._error("prices contradict (0 < low <= open, close <= high)", fix="repair or delete this row")
        tick = self._spec.tick
        opens, highs, lows, closes = (max(2, round(price / tick)) for price in prices)
        base = volume / close if self._in_quote else volume
        return Bar(time_ms, opens, highs, lows, closes, int(base / self._spec.step))

    def _error(self, what: str, *, fix: str) -> FeedError:
        return FeedError(what, where=self._lines.where(), fix=fix)


def _time_ms(text: str) -> int:
    text = text.strip()
    try:
        number = Decimal(text)
    except InvalidOperation:
        at = datetime.fromisoformat(text)
        return round((at if at.tzinfo else at.replace(tzinfo=UTC)).timestamp() * 1000)
    return int(number if number >= _EPOCH_MS_MIN else number * 1000)
