"""Own trades and income as the exchange tells them: by id, by order, in a time window, or the latest.

Trades reach back three months, at most seven days at a time (reference section 1.1). Reads only.
"""

from __future__ import annotations

from hedgectl.sim.model import Income, Trade
from hedgectl.sim.shelf import DAY_MS, RETENTION_MS
from hedgectl.sim.world import World

WINDOW_MS = 7 * DAY_MS


def window(start_ms: int | None, end_ms: int | None, now_ms: int) -> tuple[int, int]:
    """The time window asked for, at most seven days long: from its start, else up to its end."""
    oldest = now_ms - RETENTION_MS
    if start_ms is not None:
        return max(start_ms, oldest), min(start_ms + WINDOW_MS, now_ms if end_ms is None else end_ms)
    last = now_ms if end_ms is None else end_ms
    return max(last - WINDOW_MS, oldest), last


def trades(
    world: World,
    symbol: str,
    start_ms: int | None,
    end_ms: int | None,
    from_id: int | None,
    order_id: int | None,
    limit: int,
) -> list[Trade]:
    """Own trades of a symbol, oldest first: the first `limit` from an id or a start, else the latest."""
    shelf = world.trades[world.spec(symbol).symbol]
    if from_id is not None:
        first = shelf.since(lambda trade: trade.trade_id, from_id)
        oldest = shelf.since(lambda trade: trade.time_ms, world.now_ms - RETENTION_MS)
        first = max(first, oldest)
        return shelf[first : first + limit]
    if order_id is not None and start_ms is None and end_ms is None:
        start_ms_found, last_ms = world.now_ms - RETENTION_MS, world.now_ms
    else:
        start_ms_found, last_ms = window(start_ms, end_ms, world.now_ms)
    rows = shelf[shelf.since(lambda trade: trade.time_ms, start_ms_found) :]
    rows = [trade for trade in rows if trade.time_ms <= last_ms and order_id in (None, trade.order_id)]
    return rows[:limit] if start_ms is not None else rows[-limit:]


def income(
    world: World, symbol: str | None, kind: str | None, start_ms: int | None, end_ms: int | None, limit: int
) -> list[Income]:
    """Lines of the income history, oldest first; seven days back unless a start is given."""
    shelf = world.account.incomes
    last_ms = world.now_ms if end_ms is None else end_ms
    first_ms = max(last_ms - WINDOW_MS if start_ms is None else start_ms, world.now_ms - RETENTION_MS)
    rows = [
        line
        for line in shelf[shelf.since(lambda line: line.time_ms, first_ms) :]
        if line.time_ms <= last_ms and symbol in (None, line.symbol) and kind in (None, line.type)
    ]
    return rows[:limit] if start_ms is not None else rows[-limit:]
