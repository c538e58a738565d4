"""Unknown orders: looked for until they are found or proven absent, never sent again before (L9, DESIGN "Settle").

Evidence comes from three sources (order look-up, own trades, positions), each with the exchange time up to which it
showed nothing. A failed question is no evidence.
"""

from __future__ import annotations

from hedgectl.core.engine.covering import lose_cover, see_cover
from hedgectl.core.engine.fills import CLOCK_SLACK_MS, deadline_of
from hedgectl.core.engine.intents import finish_if_over
from hedgectl.core.engine.leaving import leave, quantity_to_close
from hedgectl.core.engine.progress import after_acceptance, after_end
from hedgectl.core.engine.work import LOOK_WEIGHT, Work
from hedgectl.core.model.command import Look
from hedgectl.core.model.event import (
    OrderAbsent,
    OrderAccepted,
    OrderForgotten,
    OrderLate,
    OrderMissed,
    OrderMoved,
    OrderUnknown,
)
from hedgectl.core.model.evidence import AlgoRow, OrderRow
from hedgectl.core.model.input import LookedUp
from hedgectl.core.model.intent import Exit
from hedgectl.core.model.money import ZERO
from hedgectl.core.model.order import Prepared, Purpose
from hedgectl.core.orders.settle import Proof, judge
from hedgectl.core.state.apply import TERMINAL
from hedgectl.core.state.durable import LiveOrder, Stage
from hedgectl.core.state.index import position_key
from hedgectl.core.state.volatile import Settling

DAY_MS = 86_400_000
TOLD_MS_MAX = 3 * DAY_MS
"""An order that ended without a fill can be asked for that long (wire facts: GET order)."""

KEPT_MS_MAX = 90 * DAY_MS
"""And one that was filled, that long; own trades are kept no shorter."""


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
    if given.status:
        work.told_to_wait(given.status, given.until_ms)
    question = work.volatile.settling.get(given.client_id)
    if question is not None:
        question.looking = False
        question.look_every_ms = min(question.look_every_ms * 2, work.settings.look_every_ms_max)
        question.next_look_mono_ms = work.now.mono_ms + question.look_every_ms
        work.wake(question.next_look_mono_ms)
    live = work.durable.orders.get(given.client_id)
    if live is None:
        if isinstance(given.row, OrderRow):
            noticed_late(work, given.client_id, given.row.order_id, "look")
        return
    if given.row is not None:
        found(work, live, given.row)
        _read_trades_again(work, given)
    elif given.not_found:
        _not_found(work, live, given.server_ms)


def _read_trades_again(work: Work, given: LookedUp) -> None:
    """A stop still rests, so what was traded until now is not its child's: own trades can be attributed now."""
    if isinstance(given.row, AlgoRow) and given.row.status == "NEW" and given.server_ms:
        work.volatile.stop_seen_ms[given.client_id] = given.server_ms
        work.volatile.stop_asked_mono_ms.pop(given.client_id, None)
        since_ms = work.volatile.trades_wanted.pop(given.row.symbol, None)
        if since_ms is not None:
            work.want_trades(given.row.symbol, since_ms)


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
    if row.executed > live.filled:  # neither a reply nor the stream has told of it in all this time: no more grace
        work.want_trades(order.symbol, order.timestamp_ms - CLOCK_SLACK_MS)
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
    if server_ms - order.timestamp_ms > KEPT_MS_MAX:
        what = f"{order.client_id} is older than what the exchange keeps: what became of it can't be proven any more"
        work.alert("settle.too_old", order.symbol, what, "compare the account's own history", order.correlation_id)
        forgotten = OrderForgotten(order.client_id, f"sent {(server_ms - order.timestamp_ms) // DAY_MS} days ago")
        work.note(forgotten, order.correlation_id, order.symbol)
        work.volatile.settling.pop(order.client_id, None)
        finish_if_over(work, order.intent_id, "forgotten")
        return
    question.look_ms = max(question.look_ms, server_ms)
    weigh(work, live)


def _vanished(work: Work, live: LiveOrder, server_ms: int) -> None:
    """It was acknowledged, and now the exchange does not know it: for a stop that means naked, so act at once."""
    order = live.order
    if not order.kind.conditional:
        if server_ms - order.timestamp_ms > TOLD_MS_MAX:
            work.note(OrderUnknown(order.client_id, "too old to be told of"), order.correlation_id, order.symbol)
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
        return
    if order.purpose is Purpose.EXIT and intent is not None and order.intent_id not in work.index.by_intent:
        what = f"exit of {order.symbol} never arrived, in {intent.attempts} attempts"
        hint = "close it by hand, then hedgectl reconcile"
        work.alert("exit.gave_up", order.symbol, what, hint, order.correlation_id)
    finish_if_over(work, order.intent_id, "absent")


GONE_OUTCOMES = ("absent", "voided", "rejected")


def noticed_late(work: Work, client_id: str, order_id: int, via: str) -> bool:
    """The exchange shows an order that we called absent, voided or refused: a defect of the model, counted and told.
    What it does from here on is attributed and covered like anything of ours."""
    done = work.durable.done.get(client_id)
    if done is None or not done.outcome.startswith(GONE_OUTCOMES):
        return False
    work.note(OrderLate(client_id, order_id, done.outcome, via), done.correlation_id, done.symbol)
    what = f"the exchange has {client_id}, which was called {done.outcome}"
    hint = f"hedgectl trace {client_id}; report it: a bound of [settle] is too small"
    work.alert("settle.late_acceptance", done.symbol, what, hint, done.correlation_id)
    return True


def unsettled_on(work: Work, symbol: str) -> list[LiveOrder]:
    """The unknown orders of a symbol."""
    orders = work.durable.orders
    return [orders[name] for name in work.index.by_symbol.get(symbol, ()) if name in work.index.unsettled]
