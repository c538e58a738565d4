"""The market and its rules: quotes, instruments, and the exchange's clock.

Quotes are asked each second for whole (virtual) days, so an endpoint is asked for single symbols or for all, whichever
weighs less; equal weight prefers fewer requests, and from `TOGETHER_MIN` symbols on one request is worth its weight.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Sequence
from typing import Any

from hedgectl.core.model.evidence import Quote
from hedgectl.core.model.input import ClockMeasured, InstrumentsTaken, QuotesTaken, ReadFailed
from hedgectl.core.model.reply import Reply
from hedgectl.venue.asking import Asking, Failed, server_ms_of
from hedgectl.venue.ccxt_client import Asked
from hedgectl.venue.endpoints import BOOK_TICKER, INFO, PREMIUM_INDEX, TIME, Endpoint
from hedgectl.venue.fields import MALFORMED, text
from hedgectl.venue.port import Clock, Symbols
from hedgectl.venue.retry import why
from hedgectl.venue.rows import Row, instruments_of, quote_of, rows_of

TOGETHER_MIN = 4


async def read_quotes(asking: Asking, symbols: Symbols) -> QuotesTaken | ReadFailed:
    """Best bid and ask, and mark, of every symbol; one that the exchange does not quote fails them all, by name."""
    asks = _asks(asking, BOOK_TICKER, symbols)
    count = len(asks)
    parts = await asyncio.gather(*asks, *_asks(asking, PREMIUM_INDEX, symbols))
    books, marks = _merged(parts[:count]), _merged(parts[count:])
    if isinstance(books, Failed):
        return ReadFailed("quotes", "", books.why)
    if isinstance(marks, Failed):
        return ReadFailed("quotes", "", marks.why)
    quotes: list[Quote] = []
    for symbol in symbols:
        try:
            quotes.append(quote_of(symbol, books[symbol], marks[symbol]))
        except MALFORMED as wrong:
            return ReadFailed("quotes", symbol, f"malformed, {type(wrong).__name__}: {wrong}")
    return QuotesTaken(tuple(quotes), max(asking.client.rates.weight_1m, 0))


async def read_instruments(asking: Asking, symbols: Symbols) -> InstrumentsTaken | ReadFailed:
    """The rules of `symbols` (of all when empty). A symbol that the exchange does not list is a failure, by name."""
    wanted = frozenset(symbols)
    found = await asking.get_public(INFO, "", lambda asked: instruments_of(asked.data, wanted))
    if isinstance(found, Failed):
        return ReadFailed("instruments", "", found.why)
    missing = wanted - {each.symbol for each in found.instruments}
    if missing:
        names = ", ".join(sorted(missing))
        return ReadFailed("instruments", min(missing), f"not listed: {names}")
    return found


async def read_clock(asking: Asking, clock: Clock) -> ClockMeasured | ReadFailed:
    """The exchange's clock against our wall clock, by the shortest round trip of a few (X9)."""
    limits, best, last = asking.limits, None, "no sample"
    for _ in range(limits.clock_samples):
        wall_ms, started_ms = clock.wall_ms(), clock.mono_ms()
        asked = await asking.client.ask_public(TIME, "", limits.read_timeout_ms)
        round_trip_ms = clock.mono_ms() - started_ms
        server_ms = server_ms_of(asked)
        if server_ms == 0:
            last = why(asked)
            if isinstance(asked.answer, Reply) and asked.answer.status in (418, 429):
                break  # it asked us to wait: asking on would lengthen that (X8)
            continue
        if best is None or round_trip_ms < best.round_trip_ms:
            best = ClockMeasured(server_ms - wall_ms - round_trip_ms // 2, round_trip_ms)
        if best.round_trip_ms <= limits.clock_good_round_trip_ms:
            break
    return best or ReadFailed("clock", "", f"{TIME.name}: {last}")


def _asks(asking: Asking, endpoint: Endpoint, symbols: Symbols) -> list[Awaitable[tuple[Row, ...] | Failed]]:
    """One question for all symbols, or one for each."""
    if len(symbols) >= TOGETHER_MIN or len(symbols) * endpoint.weight >= endpoint.weight_all:
        return [asking.get_public(endpoint, "", _all_rows, once=True)]
    return [asking.get_public(endpoint, symbol, _one_row, once=True) for symbol in symbols]


def _merged(parts: Sequence[tuple[Row, ...] | Failed]) -> dict[str, Row] | Failed:
    """Rows by symbol, or the first failure."""
    found: dict[str, Row] = {}
    for part in parts:
        if isinstance(part, Failed):
            return part
        for row in part:
            found[row["symbol"]] = row
    return found


def _all_rows(asked: Asked) -> tuple[Row, ...]:
    return rows_of(asked.data, _named)


def _one_row(asked: Asked) -> tuple[Row, ...]:
    return (_named(asked.data),)


def _named(row: Any) -> Row:
    """A row as it is, once it names its symbol."""
    text(row["symbol"])
    found: Row = row
    return found
