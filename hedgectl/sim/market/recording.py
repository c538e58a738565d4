"""A recorded market: lines `<receive ns> <combined stream JSON>`, replayed at their exchange times.

Reads as it goes, never all at once. Time never runs back: a late line takes the latest time seen. Lines that make no
sense are counted and the first few kept for a person; a file without one usable price is an error. Streams: bookTicker,
trade, aggTrade, depthUpdate, markPriceUpdate; without the last one the mark is made from the mid.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Generator, Mapping
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import orjson

from hedgectl.sim.market.errors import FeedError
from hedgectl.sim.market.feed import Mark, Move, Print, Touch
from hedgectl.sim.market.lines import Lines
from hedgectl.sim.market.specs import specs_of
from hedgectl.sim.market.streams import KINDS, event_ms, event_of, move_of
from hedgectl.sim.model import Spec

HEAD_EVENTS = 2000  # the symbols and first prices are learnt from these
REJECTS_KEPT = 5
REASONS_MAX = 32
MARK_EVERY_MS = 1000
FUNDING_RATE = Decimal("0.00010000")
_FIX = 'give lines \'<receive ns> {"stream":..,"data":{..}}\' of Binance USD-M streams'
_NONSENSE = (ValueError, KeyError, TypeError, AttributeError, ArithmeticError)


class RecordedFeed:
    """The market in the file at `path`, its first event shifted to `start_ms`.

    `specs` names the symbols wanted and their rules; None takes the symbols at the head of the file and the listed
    rules. Other symbols are skipped and counted. FeedError when the file is unusable or a symbol has no rules.
    """

    def __init__(self, path: str | Path, *, start_ms: int, specs: Mapping[str, Spec] | None = None) -> None:
        self.counts: Counter[str] = Counter()
        self.rejects: list[str] = []
        self._lines = Lines(Path(path))
        found = self._head()
        if specs is None:
            known = specs_of(found)
            specs = {symbol: replace(spec, anchor_price=found[symbol]) for symbol, spec in known.items()}
        elif missing := sorted(specs.keys() - found.keys()):
            holds = ", ".join(sorted(found))
            raise FeedError(f"no price of {', '.join(missing)}", where=str(path), fix=f"the recording holds {holds}")
        self.specs: dict[str, Spec] = dict(specs)
        self._traded_by: dict[str, str] = {}
        self._mark_ms: dict[str, int] = dict.fromkeys(self.specs, start_ms)
        self._events = self._read()
        self._ahead = next(self._events, None)
        self._shift_ms = start_ms - (self._ahead[0] if self._ahead else 0)
        self._now_ms = start_ms
        self._moves: list[Move] = []
        self._fill()

    def report(self) -> list[str]:
        """What was skipped and why, for a person: a line per reason, then the first few examples."""
        counts = [f"{count} lines: {reason}" for reason, count in sorted(self.counts.items())]
        return counts + self.rejects + ([self._lines.damage] if self._lines.damage else [])

    def next_ms(self) -> int | None:
        return self._now_ms if self._moves else None

    def step(self) -> list[Move]:
        moves = self._moves
        self._fill()
        return moves

    def _fill(self) -> None:
        """Collect the next millisecond that has anything to say."""
        moves: list[Move] = []
        ahead, shift, events = self._ahead, self._shift_ms, self._events
        while ahead is not None and not moves:
            now = self._now_ms = ahead[0] + shift
            # a line that comes late belongs to this moment too, so the next moment is always later
            while ahead is not None and ahead[0] + shift <= now:
                self._take(moves, ahead[1], now)
                ahead = next(events, None)
        self._ahead, self._moves = ahead, moves

    def _take(self, moves: list[Move], event: Mapping[str, Any], now_ms: int) -> None:
        symbol, kind = event["s"], event["e"]
        mark_ms = self._mark_ms.get(symbol)
        if mark_ms is None:
            self._skip("other symbol")
            return
        try:
            move = move_of(event)
        except _NONSENSE as error:
            self._reject(f"{kind} makes no sense: {error}")
            return
        if type(move) is Print and self._traded_by.setdefault(symbol, kind) != kind:
            self._skip("second trade stream")  # trade and aggTrade tell the same volume twice
            return
        moves.append(move)
        if type(move) is Touch and now_ms >= mark_ms:
            mid = (move.bid + move.ask) / 2
            moves.append(Mark(symbol, mid, mid, FUNDING_RATE))
            self._mark_ms[symbol] = now_ms + MARK_EVERY_MS
        elif type(move) is Mark:
            self._mark_ms[symbol] = 1 << 62  # the exchange's own mark from here on

    def _read(self) -> Generator[tuple[int, Mapping[str, Any]], None, None]:
        """The events in the file with their exchange times; lines that are none are counted."""
        loads = orjson.loads
        depth_of: set[str] = set()
        depth_symbol: str | None = None
        for line in self._lines:
            try:
                stamp, _, text = line.partition(b" ")
                event = event_of(loads(text), depth_symbol)
                kind = event["e"]
                if kind not in KINDS:
                    self._skip(f"stream {str(kind)[:24]} not used")
                    continue
                if not stamp.isdigit() or type(event["s"]) is not str:
                    raise ValueError("receive time or symbol missing")
                time_ms = event_ms(event)
                if kind == "depthUpdate" and event["s"] not in depth_of:
                    depth_of.add(event["s"])
                    depth_symbol = event["s"] if len(depth_of) == 1 else None
            except _NONSENSE as error:
                self._reject(f"not a stream line: {error}")
                continue
            yield time_ms, event

    def _head(self) -> dict[str, Decimal]:
        """Symbols at the head of the file with their first price. FeedError when no line in the file has a price."""
        found: dict[str, Decimal] = {}
        events = self._read()
        for usable, (_, event) in enumerate(events, start=1):
            try:
                move = move_of(event)
            except _NONSENSE as error:
                self._reject(f"{event['e']} makes no sense: {error}")
                continue
            if isinstance(move, Touch):
                found.setdefault(move.symbol, move.bid)
            if usable >= HEAD_EVENTS and found:
                break
        events.close()
        if not found:
            seen = self._lines.damage or (self.rejects[0] if self.rejects else "no bookTicker stream")
            where = str(self._lines.path)
            raise FeedError(f"no usable quote in {self._lines.number} lines ({seen})", where=where, fix=_FIX)
        self.counts.clear()
        self.rejects.clear()
        return found

    def _skip(self, reason: str) -> None:
        if reason in self.counts or len(self.counts) < REASONS_MAX:
            self.counts[reason] += 1

    def _reject(self, why: str) -> None:
        self._skip("unusable")
        if len(self.rejects) < REJECTS_KEPT:
            self.rejects.append(f"{self._lines.where()}: {why[:160]}")
