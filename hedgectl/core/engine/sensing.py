"""The user stream: orders, fills, stops and legs as the exchange pushes them; each message a statement of its time."""

from __future__ import annotations

from hedgectl.core.engine.covering import tend_cover
from hedgectl.core.engine.fills import note_fill
from hedgectl.core.engine.progress import after_acceptance, after_end
from hedgectl.core.engine.settling import move_algo, noticed_late
from hedgectl.core.engine.work import Work
from hedgectl.core.model.event import OrderAccepted, OrderMoved
from hedgectl.core.model.input import AlgoUpdated, OrderUpdated, PositionsUpdated, StreamChanged
from hedgectl.core.model.money import ZERO
from hedgectl.core.state.apply import TERMINAL
from hedgectl.core.state.durable import LiveOrder, Stage

ALIVE = ("NEW", "PARTIALLY_FILLED", "FILLED")


def order_updated(work: Work, given: OrderUpdated) -> None:
    """ORDER_TRADE_UPDATE: the fill first, then the order's state, so that an order ends with all its fills."""
    row, trade = given.row, given.trade
    key = f"{row.symbol}|{row.leg.value}"
    filled = trade is not None and note_fill(work, trade, "stream")
    live = work.durable.orders.get(row.client_id)
    if live is not None and not live.order.kind.conditional:
        _order_state(work, live, given)
    elif live is None and row.status in ALIVE and noticed_late(work, row.client_id, row.order_id, "stream"):
        work.want_snapshot("an order that was called gone is there")
    if filled:
        tend_cover(work, key)


def _order_state(work: Work, live: LiveOrder, given: OrderUpdated) -> None:
    row, order = given.row, live.order
    if live.stage is not Stage.ACCEPTED:
        event = OrderAccepted(row.client_id, row.order_id, row.status, row.executed, "stream")
        work.note(event, order.correlation_id, row.symbol)
        after_acceptance(work, order)
    elif live.status in TERMINAL and row.status not in TERMINAL:
        return  # an old message: states only move on
    elif row.status != live.status or row.executed > live.executed:
        moved = OrderMoved(row.client_id, row.order_id, row.status, row.executed, 0, given.execution)
        work.note(moved, order.correlation_id, row.symbol)
    if row.status in TERMINAL:
        after_end(work, order)


def algo_updated(work: Work, given: AlgoUpdated) -> None:
    """ALGO_UPDATE: a stop's life; what a person placed is taken up when the account is next read."""
    row = given.row
    live = work.durable.orders.get(row.client_id)
    if live is None:
        if row.status == "NEW":
            noticed_late(work, row.client_id, row.algo_id, "stream")
        cover = work.durable.covers.get(f"{row.symbol}|{row.leg.value}")
        if row.status == "NEW" or (cover is not None and cover.client_id == row.client_id):
            work.want_snapshot("a conditional order that is not ours changed")
        return
    if live.stage is not Stage.ACCEPTED:
        order = live.order
        event = OrderAccepted(order.client_id, row.algo_id, "NEW", ZERO, "stream")
        work.note(event, order.correlation_id, order.symbol)
        if row.status == "NEW":
            after_acceptance(work, order)
    move_algo(work, live, row, "stream")


def positions_updated(work: Work, given: PositionsUpdated) -> None:
    """ACCOUNT_UPDATE: remembered, and compared once the fills that explain it have had their time."""
    for row in given.rows:
        work.volatile.sensed[f"{row.symbol}|{row.leg.value}"] = (row.quantity, work.now.mono_ms)


def stream_changed(work: Work, given: StreamChanged) -> None:
    """Down: events may be missing, so the account is read; up: read once more, for what was missed in between."""
    if work.volatile.stream_up and not given.up:
        work.volatile.stream_down_ms = work.now.exchange_ms
    work.volatile.stream_up = given.up
    if given.up:
        work.volatile.stream_since_ms = work.now.exchange_ms
        work.want_snapshot("the user stream came up")
    else:
        work.alert("stream.down", "", given.why, "the account is read by REST until it is back")


def check_sensed(work: Work) -> None:
    """A leg that the stream showed otherwise than we believe, for longer than fills take: read the account."""
    grace = work.settings.fill_grace_ms
    for key, (quantity, since) in list(work.volatile.sensed.items()):
        position = work.durable.positions.get(key)
        if (position.quantity if position is not None else ZERO) == quantity:
            del work.volatile.sensed[key]
        elif work.now.mono_ms - since >= grace:
            del work.volatile.sensed[key]
            work.want_snapshot("the stream shows another position")
