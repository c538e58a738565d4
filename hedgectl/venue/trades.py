"""Own trades of a symbol since a time: windows of seven days, pages of a thousand, and whether it is all of them.

Source: wire facts 1.1 (userTrades). A page continues by `fromId`; without a time the exchange answers for the last 7
days only, so a full page of an older window cannot be continued with certainty and makes the answer incomplete.
"""

from __future__ import annotations

from hedgectl.core.model.evidence import TradeRow
from hedgectl.core.model.input import ReadFailed, TradesTaken
from hedgectl.venue.asking import Asking, Failed
from hedgectl.venue.ccxt_client import Asked
from hedgectl.venue.endpoints import OWN_TRADES
from hedgectl.venue.rows import rows_of, trade_row

PAGE_ROWS = 1000
DAY_MS = 24 * 60 * 60 * 1000
WINDOW_MS = 7 * DAY_MS


async def read_trades(asking: Asking, symbol: str, since_ms: int) -> TradesTaken | ReadFailed:
    """All own fills from `since_ms` on, oldest first. `server_ms` was asked before the first page, 0 if that failed."""
    limits = asking.limits
    server_ms = await asking.server_ms()
    now_ms = server_ms or asking.client.exchange_ms()
    from_ms = max(since_ms, now_ms - limits.trade_days_max * DAY_MS)
    complete = from_ms == since_ms
    rows: dict[int, TradeRow] = {}
    pages = 0
    question = _window(symbol, from_ms)
    while pages < limits.trade_pages_max:
        page = await asking.get(OWN_TRADES, question, _shape)
        if isinstance(page, Failed):
            return ReadFailed("trades", symbol, page.why)
        pages += 1
        rows |= {row.trade_id: row for row in page if row.at_ms >= since_ms}
        recent = from_ms > now_ms - WINDOW_MS
        if len(page) < PAGE_ROWS or not recent:
            complete = complete and len(page) < PAGE_ROWS
            from_ms += WINDOW_MS
            if from_ms > now_ms:
                return _taken(symbol, rows, since_ms, complete, server_ms)
            question = _window(symbol, from_ms)
        else:
            newest_id = max(row.trade_id for row in page)
            question = {"symbol": symbol, "fromId": str(newest_id + 1), "limit": str(PAGE_ROWS)}
    return _taken(symbol, rows, since_ms, False, server_ms)


def _window(symbol: str, from_ms: int) -> dict[str, str]:
    end_ms = from_ms + WINDOW_MS - 1
    return {"symbol": symbol, "startTime": str(from_ms), "endTime": str(end_ms), "limit": str(PAGE_ROWS)}


def _shape(asked: Asked) -> tuple[TradeRow, ...]:
    return rows_of(asked.data, trade_row)


def _taken(symbol: str, rows: dict[int, TradeRow], since_ms: int, complete: bool, server_ms: int) -> TradesTaken:
    ordered = tuple(rows[trade_id] for trade_id in sorted(rows))
    return TradesTaken(symbol, ordered, since_ms, complete, server_ms)
