"""Fills: each counted once, whoever tells of it first; a fill that is owed and does not come is fetched."""

from __future__ import annotations

from hedgectl.core.engine.covering import forget_cover_if_flat
from hedgectl.core.engine.intents import finish_if_over
from hedgectl.core.engine.work import Work
from hedgectl.core.model.event import Filled
from hedgectl.core.model.evidence import TradeRow
from hedgectl.core.model.order import Prepared, Purpose
from hedgectl.core.orders.settle import deadline_ms
from hedgectl.core.state.durable import DoneOrder, LiveOrder, Stage

CLOCK_SLACK_MS = 1_000


def owner_of(work: Work, trade: TradeRow) -> str:
    """The client id of the order of ours that a trade belongs to; "" for somebody else's."""
    if trade.client_id and (trade.client_id in work.durable.orders or trade.client_id in work.durable.done):
        return trade.client_id
    return work.index.by_exchange_id.get((trade.symbol, trade.order_id), "")


def note_fill(work: Work, trade: TradeRow, via: str) -> bool:
    """Apply a fill unless it was applied before; True when it was new."""
    if trade.trade_id in work.durable.trades.get(trade.symbol, ()):
        return False
    name = owner_of(work, trade)
    live = work.durable.orders.get(name)
    known: Prepared | DoneOrder | None = live.order if live is not None else work.durable.done.get(name)
    if known is None:
        event = Filled(trade, trade.leg, "", "", "", None, via, _left_alone(work, trade))
    else:
        event = Filled(trade, trade.leg, name, known.intent_id, known.correlation_id, known.purpose, via)
    work.note(event, event.correlation_id, trade.symbol)
    key = f"{trade.symbol}|{trade.leg.value}"
    work.volatile.sensed.pop(key, None)
    forget_cover_if_flat(work, key)
    position = work.durable.positions.get(key)
    if position is not None and position.impossible:
        work.want_trades(trade.symbol, trade.at_ms - work.settings.trades_back_ms)
    if known is not None and known.purpose in (Purpose.ENTRY, Purpose.EXIT):
        finish_if_over(work, known.intent_id, "filled")
    return True


def _left_alone(work: Work, trade: TradeRow) -> bool:
    """A stranger trades where we hold nothing, and such is left alone by policy (B1)."""
    return not work.settings.repair.adopt and f"{trade.symbol}|{trade.leg.value}" not in work.durable.positions


def deadline_of(work: Work, order: Prepared) -> int:
    """The exchange time after which it can't accept this order any more."""
    return deadline_ms(order.timestamp_ms, order.recv_window_ms, work.settings.settle_margin_ms)


def expect_fills(work: Work, live: LiveOrder) -> None:
    """The exchange says that more was filled than we have fills for: give the stream a moment, then fetch them."""
    name = live.order.client_id
    if live.executed <= live.filled:
        work.volatile.lagging.pop(name, None)
        return
    due = work.now.mono_ms + work.settings.fill_grace_ms
    if name not in work.volatile.lagging:
        work.volatile.lagging[name] = due
        work.wake(due)


def chase_fills(work: Work) -> None:
    """Fetch own trades for orders whose fills are overdue."""
    now = work.now.mono_ms
    for name, due in list(work.volatile.lagging.items()):
        live = work.durable.orders.get(name)
        if live is None or live.executed <= live.filled:
            del work.volatile.lagging[name]
        elif now >= due:
            work.volatile.lagging[name] = now + work.settings.fill_grace_ms
            work.wake(now + work.settings.fill_grace_ms)
            work.want_trades(live.order.symbol, live.order.timestamp_ms - CLOCK_SLACK_MS)


def awaited(work: Work, symbol: str, at_ms: int) -> bool:
    """Whether an order of the symbol, sent before `at_ms` and not answered yet, may still explain what was seen then.
    After twice the visibility bound a stranger is a stranger, or nothing could be settled beside a manual trade."""
    patience, now = 2 * work.settings.visibility_ms_max, work.now.exchange_ms
    waiting = [work.durable.orders[name] for name in work.index.by_symbol.get(symbol, ())]
    return any(
        live.order.timestamp_ms <= at_ms + CLOCK_SLACK_MS and now <= deadline_of(work, live.order) + patience
        for live in waiting
        if live.stage is not Stage.ACCEPTED
    )
