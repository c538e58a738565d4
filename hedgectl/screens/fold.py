"""A journal, read in bounded amounts, as what `status` shows: the core's own fold for the book, and counts beside it.

A journal longer than the bound is not folded from its middle, since that would invent positions: then its last rows are
counted, and the view says that it is not complete; so does one with a row that is missing or cannot be read (O6).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import TYPE_CHECKING

from hedgectl.core.model import event as e
from hedgectl.core.model.codec import EVENTS, decode
from hedgectl.core.orders.lanes import Budget
from hedgectl.core.settings import Settings
from hedgectl.core.state.apply import apply
from hedgectl.core.state.volatile import State, fresh_state
from hedgectl.screens.status import LegView, StatusView

if TYPE_CHECKING:
    from hedgectl.store.reader import Reader
    from hedgectl.store.rows import Stored

ROWS_MAX = 100_000
CHUNK_ROWS = 10_000
ALERTS_SHOWN = 3
"""Events that say nothing about the book and nothing that is counted: not decoded, for speed."""
PASSED_OVER = frozenset(
    {"mode.read", "instruments.read", "order.missed", "order.inferred", "cancel.sent", "cancel.failed"}
)


def fold(reader: Reader, *, now_ms: int, live: bool) -> StatusView:
    """The last run as its journal tells it. `now_ms` is the wall clock. Raises JournalUnusable."""
    last_seq = reader.last_seq()
    complete = last_seq <= ROWS_MAX
    state = fresh_state(Settings(symbols=()), Budget())
    seen = _Seen()
    for row in _rows(reader, complete):
        _take(row, state, seen, complete)
    complete = complete and not seen.gap
    durable = state.durable
    legs = tuple(_leg(state, key) for key in sorted(durable.positions)) if complete else ()
    money = durable.money
    fees = (("USDT", money.fees), *money.other_fees.items()) if complete else ()
    started = seen.started
    return StatusView(
        journal=str(reader.path),
        run_id=started.run_id if started else "",
        environment=started.environment if started else "unknown",
        version=started.version if started else "",
        started_ms=seen.started_ms,
        last_ms=seen.last_ms,
        age_s=max(now_ms - seen.last_ms, 0) / 1000,
        live=live,
        ended=seen.ended,
        complete=complete,
        legs=legs,
        unknown_orders=len(state.index.unsettled),
        intents=seen.counts["intent.accepted"] + seen.counts["exit.accepted"] + seen.counts["intent.refused"],
        refused=seen.counts["intent.refused"],
        done=seen.counts["intent.done"],
        fills=seen.counts["order.filled"],
        fees=fees,
        realised_usdt=money.realised,
        refusals=tuple(seen.refusals.most_common(3)),
        alerts=tuple(seen.alerts[-ALERTS_SHOWN:]),
        gap=seen.gap,
    )


class _Seen:
    """What is counted beside the fold, of the last run only."""

    def __init__(self) -> None:
        self.counts: Counter[str] = Counter()
        self.refusals: Counter[str] = Counter()
        self.alerts: list[tuple[str, str, str]] = []
        self.started: e.RunStarted | None = None
        self.started_ms = 0
        self.last_ms = 0
        self.ended = ""
        self.last_seq = 0
        self.gap = ""

    def begin(self, started: e.RunStarted, at_ms: int) -> None:
        self.counts.clear()
        self.refusals.clear()
        self.alerts.clear()
        self.started, self.started_ms, self.ended = started, at_ms, ""


def _rows(reader: Reader, complete: bool) -> Iterable[Stored]:
    if not complete:
        yield from reader.tail(CHUNK_ROWS)
        return
    seq = 0
    while chunk := reader.since(seq, CHUNK_ROWS):
        yield from chunk
        seq = chunk[-1][0]


def _take(row: Stored, state: State, seen: _Seen, complete: bool) -> None:
    seq, at_ms, kind, _, _, body = row
    if seen.last_seq and seq != seen.last_seq + 1:
        seen.gap = seen.gap or f"rows are missing after seq {seen.last_seq}"
    seen.last_seq, seen.last_ms = seq, at_ms
    if kind not in EVENTS or kind in PASSED_OVER:
        return
    try:
        event = decode(EVENTS[kind], body)
    except ValueError:
        seen.gap = seen.gap or f"seq {seq} cannot be read by this version"
        return
    match event:
        case e.RunStarted():
            seen.begin(event, at_ms)
        case e.RunStopping():
            seen.ended = event.why
        case e.IntentRefused():
            seen.refusals[event.code] += 1
        case e.Alert():
            seen.alerts.append((event.code, f"{event.symbol} {event.what}".strip(), event.hint))
    seen.counts[kind] += 1
    if complete and not seen.gap:
        apply(state, event)


def _leg(state: State, key: str) -> LegView:
    position, cover = state.durable.positions[key], state.durable.covers.get(key)
    covered = cover is not None and cover.direction is position.direction
    stop = cover.trigger_price if cover is not None and covered else None
    return LegView(position.symbol, position.direction.value, abs(position.quantity), position.entry_price, stop)
