"""Unknown orders: looked for until they are found or proven absent, never sent again before (L9, DESIGN "Settle").

Evidence comes from three sources (order look-up, own trades, positions), each with the exchange time up to which it
showed nothing. A failed question is no evidence.
"""

from __future__ import annotations

from hedgectl.core.engine.covering import lose_cover, see_cover
from hedgectl.core.engine.fills import CLOCK_SLACK_MS
from hedgectl.core.engine.intents import finish_if_over
from hedgectl.core.engine.leaving import leave, quantity_to_close
from hedgectl.core.engine.progress import after_acceptance, after_end
from hedgectl.core.engine.work import LOOK_WEIGHT, Work
from hedgectl.core.model.command import Look
from hedgectl.core.model.event import OrderAbsent, OrderAccepted, OrderMissed, OrderMoved, OrderUnknown
from hedgectl.core.model.evidence import AlgoRow, OrderRow
from hedgectl.core.model.input import LookedUp
from hedgectl.core.model.intent import Exit
from hedgectl.core.model.money import ZERO
from hedgectl.core.model.order import Prepared, Purpose
from hedgectl.core.orders.settle import Proof, deadline_ms, judge
from hedgectl.core.state.apply import TERMINAL
from hedgectl.core.state.durable import LiveOrder, Stage
from hedgectl.core.state.index import position_key
from hedgectl.core.state.volatile import Settling


def begin_settling(work: Work, client_id: str, look_now: bool = False) -> None:
    """Start (or hasten) the search for an order."""
    settings, now = work.settings, work.now.mono_ms
    every = settings.look_every_ms_min
    due = now if look_now else now + every
    question = work.volatile.settling.get(client_id)
    if question is None:
        work.volatile.settling[client_id] = Settling(due, every)
    else:
        question.next_look_mono_ms = min(question.next_look_mono_ms, due)
    work.wake(due)


def deadline_of(work: Work, order: Prepared) -> int:
    """The exchange time after which it can't accept this order any more."""
    return deadline_ms(order.timestamp_ms, order.recv_window_ms, work.settings.settle_margin_ms)


def look_for_unsettled(work: Work) -> None:
    """Ask again for every order whose question is due; spaced, and doubling up to a bound."""
    now = work.now.mono_ms
    for name, question in list(work.volatile.settling.items()):
        live = work.durable.orders.get(name)
        if live is None:
            del work.volatile.settling[name]
        elif not question.looking and now >= question.next_look_mono_ms and work.may_read(LOOK_WEIGHT):
            question.looking = True
            work.command(Look(name, live.order.symbol, live.order.kind.conditional))


def looked_up(work: Work, given: LookedUp) -> None:
    """A look came back: found, not found (a statement, not yet a proof), or the question itself failed."""
    question = work.volatile.settling.get(given.client_id)
    if question is not None:
        question.looking = False
        question.look_every_ms = min(question.look_every_ms * 2, work.settings.look_every_ms_max)
        question.next_look_mono_ms = work.now.mono_ms + question.look_every_ms
        work.wake(question.next_look_mono_ms)
    live = work.durable.orders.get(given.client_id)
    if live is None:
        return
    if given.row is not None:
        found(work, live, given.row)
    elif given.not_found:
        _not_found(work, live, given.server_ms)


def found(work: Work, live: LiveOrder, row: OrderRow | AlgoRow, via: str = "look") -> None:
    """The exchange shows the order: adopt its state."""
    order = live.order
    work.volatile.settling.pop(order.client_id, None)
    if isinstance(row, AlgoRow):
        _found_algo(work, live, row, via)
        return
    if live.stage is not Stage.ACCEPTED:
        event = OrderAccepted(order.client_id, row.order_id, row.status, row.executed, via)
        work.note(event, order.correlation_id, order.symbol)
        after_acceptance(work, order)
    elif row.status != live.status or row.executed > live.executed:
        moved = OrderMoved(order.client_id, row.order_id, row.status, row.executed, 0, via)
        work.note(moved, order.correlation_id, order.symbol)
    if row.status in TERMINAL:
        after_end(work, order)


def _found_algo(work: Work, live: LiveOrder, row: AlgoRow, via: str) -> None:
    order = live.order
    if live.stage is not Stage.ACCEPTED:
        work.note(OrderAccepted(order.client_id, row.algo_id, "NEW", ZERO, via), order.correlation_id, order.symbol)
        if row.status == "NEW":
            after_acceptance(work, order)
    move_algo(work, live, row, via)


def move_algo(work: Work, live: LiveOrder, row: AlgoRow, via: str) -> None:
    """A conditional order's new state; the end of a cover is the beginning of the next one, if a position is left."""
    order, key = live.order, position_key(live.order)
    if row.status != live.status or row.order_id != live.child_order_id:
        reason = row.reason or via
        moved = OrderMoved(order.client_id, row.algo_id, row.status, ZERO, row.order_id, reason)
        work.note(moved, order.correlation_id, order.symbol)
    if row.status == "NEW":
        see_cover(work, row)
        return
    triggered = row.status in ("TRIGGERING", "TRIGGERED", "FINISHED")
    if triggered and via != "stream":
        work.want_trades(order.symbol, order.timestamp_ms - CLOCK_SLACK_MS)
    grace = work.settings.fill_grace_ms if triggered else 0
    lose_cover(work, key, order.client_id, row.status.lower(), grace)


def _not_found(work: Work, live: LiveOrder, server_ms: int) -> None:
    order = live.order
    if live.stage is Stage.ACCEPTED:
        _vanished(work, live, server_ms)
        return
    question = work.volatile.settling.setdefault(
        order.client_id, Settling(work.now.mono_ms, work.settings.look_every_ms_min)
    )
    question.look_ms = max(question.look_ms, server_ms)
    weigh(work, live)


def _vanished(work: Work, live: LiveOrder, server_ms: int) -> None:
    """It was acknowledged, and now the exchange does not know it: for a stop that means naked, so act at once."""
    order = live.order
    if not order.kind.conditional:
        begin_settling(work, order.client_id)  # an ordinary order is queryable for days: a lagging view
        return
    # A lagging view says the same as a loss: it covers no more from now on, but is gone only once that is proven.
    work.note(OrderUnknown(order.client_id, "acknowledged, then gone"), order.correlation_id, order.symbol)
    begin_settling(work, order.client_id)
    hint = f"hedgectl trace {order.client_id}"
    work.alert("cover.vanished", order.symbol, "a stop was acknowledged and is gone", hint, order.correlation_id)
    lose_cover(work, position_key(order), order.client_id, "acknowledged, then gone")


def weigh(work: Work, live: LiveOrder) -> None:
    """Put the evidence about an unknown order together; ask the sources that have not spoken late enough."""
    order = live.order
    question = work.volatile.settling.get(order.client_id)
    if question is None or live.stage is Stage.ACCEPTED:
        return
    deadline, visibility = deadline_of(work, order), work.settings.visibility_ms_max
    looked, trades, positions = question.look_ms, question.trades_ms, question.positions_ms
    proof = judge(looked, trades, positions, live.missed_server_ms, deadline, visibility)
    if proof is Proof.MISSED:
        work.note(OrderMissed(order.client_id, looked), order.correlation_id, order.symbol)
    elif proof is Proof.ABSENT:
        _absent(work, order, f"order, trades and positions at {looked}, {trades}, {positions}; deadline {deadline}")
        return
    needed = deadline + visibility if live.missed_server_ms else deadline
    if looked < needed:
        return
    if trades < needed:
        work.want_trades(order.symbol, order.timestamp_ms - CLOCK_SLACK_MS)
    if positions < needed:
        work.want_snapshot("an unknown order is being settled")


def _absent(work: Work, order: Prepared, proof: str) -> None:
    work.note(OrderAbsent(order.client_id, proof), order.correlation_id, order.symbol)
    work.volatile.settling.pop(order.client_id, None)
    intent = work.durable.intents.get(order.intent_id)
    again = (
        intent is not None
        and order.purpose is Purpose.EXIT
        and order.intent_id not in work.index.by_intent
        and intent.attempts < work.settings.exit_attempts_max
    )
    if again and intent is not None and isinstance(intent.intent, Exit):
        leave(work, intent, order.leg, quantity_to_close(work, intent.intent, order.leg), "proven absent")
    else:
        finish_if_over(work, order.intent_id, "absent")


def unsettled_on(work: Work, symbol: str) -> list[LiveOrder]:
    """The unknown orders of a symbol."""
    orders = work.durable.orders
    return [orders[name] for name in work.index.by_symbol.get(symbol, ()) if name in work.index.unsettled]
