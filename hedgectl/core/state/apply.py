"""The fold: one event moves durable state. No decision is taken here, and nothing volatile is read.

Replaying a journal through `apply` gives the state that wrote it (L5).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from typing import Any

from hedgectl.core.model import event as ev
from hedgectl.core.model.money import ZERO
from hedgectl.core.model.order import Purpose
from hedgectl.core.orders.clientid import sends_before
from hedgectl.core.state.apply_belief import FOLD as BELIEF
from hedgectl.core.state.apply_fills import attribute, count, move_position, position_corrected, remember_stranger
from hedgectl.core.state.apply_risk import FOLD as RISK
from hedgectl.core.state.apply_risk import count_entry, count_error
from hedgectl.core.state.durable import LATE, Cover, DoneOrder, LiveOrder, OpenIntent, Stage, key_of
from hedgectl.core.state.index import position_key
from hedgectl.core.state.volatile import State

TERMINAL = frozenset({"FILLED", "CANCELED", "EXPIRED", "EXPIRED_IN_MATCH", "REJECTED", "FINISHED", "PAPER"})


def apply(state: State, event: ev.Event) -> None:
    """Move `state.durable` (and its index) by one event."""
    FOLD[type(event)](state, event)


def _nothing(state: State, event: ev.Event) -> None:
    """Told for the reader of the journal; changes nothing durable."""


def _run_started(state: State, event: ev.RunStarted) -> None:
    durable = state.durable
    durable.run_id, durable.stopping = event.run_id, ""
    for live in durable.orders.values():
        if live.stage is Stage.PREPARED:  # perhaps sent before the end: only the exchange can say
            live.stage, live.why = Stage.UNKNOWN, "the process ended before an answer"
            state.index.staged(live)


def _run_stopping(state: State, event: ev.RunStopping) -> None:
    state.durable.stopping = event.why


def _mode_read(state: State, event: ev.ModeRead) -> None:
    state.durable.mode = event.mode


def _instruments_read(state: State, event: ev.InstrumentsRead) -> None:
    durable = state.durable
    durable.instruments.update((each.symbol, each) for each in event.instruments)
    durable.weight_limit_1m = event.weight_limit_1m
    durable.order_limit_10s = event.order_limit_10s
    durable.order_limit_1m = event.order_limit_1m


def _entry_accepted(state: State, event: ev.EntryAccepted) -> None:
    opened = OpenIntent(event.entry, event.correlation_id, event.leg, event.quantity)
    state.durable.intents[event.entry.intent_id] = opened
    count_entry(state, event)


def _exit_accepted(state: State, event: ev.ExitAccepted) -> None:
    opened = OpenIntent(event.exit, event.correlation_id, event.leg, ZERO)
    state.durable.intents[event.exit.intent_id] = opened


def _exit_waiting(state: State, event: ev.ExitWaiting) -> None:
    state.durable.intents[event.intent_id].waiting = True


def _intent_done(state: State, event: ev.IntentDone) -> None:
    durable = state.durable
    durable.intents.pop(event.intent_id, None)
    durable.intents_done[event.intent_id] = event.outcome
    if len(durable.intents_done) > state.settings.intents_kept_max:
        del durable.intents_done[next(iter(durable.intents_done))]


def _order_prepared(state: State, event: ev.OrderPrepared) -> None:
    order = event.order
    live = state.durable.orders[order.client_id] = LiveOrder(order)
    state.index.enter(live)
    if order.purpose is Purpose.ENTRY:
        state.durable.entry_ms[order.symbol] = order.timestamp_ms
    intent = state.durable.intents.get(order.intent_id)
    if intent is not None and order.purpose in (Purpose.ENTRY, Purpose.EXIT):
        intent.waiting = False
        if order.purpose is Purpose.EXIT:  # a new attempt replaces what the last one still wanted
            wanted = intent.filled if order.attempt > intent.attempts else intent.vetted
            intent.leg, intent.vetted = order.leg, wanted + (order.quantity or ZERO)
        intent.attempts = max(intent.attempts, order.attempt)
    if order.purpose in (Purpose.COVER, Purpose.EMERGENCY):
        position = state.durable.positions.get(position_key(order))
        if position is not None:
            position.sends = max(position.sends, sends_before(order.revision, order.attempt) + 1)


def _order_voided(state: State, event: ev.OrderVoided) -> None:
    _retire(state, event.client_id, "voided")


def _order_accepted(state: State, event: ev.OrderAccepted) -> None:
    live = state.durable.orders.get(event.client_id)
    if live is None:
        return
    live.stage, live.why = Stage.ACCEPTED, ""
    live.order_id = event.order_id
    live.status = event.status
    live.executed = max(live.executed, event.executed)
    live.missed_server_ms = 0
    state.index.staged(live)
    attribute(state, live)
    _retire_if_over(state, live)


def _order_rejected(state: State, event: ev.OrderRejected) -> None:
    live = state.durable.orders.get(event.client_id)
    if live is not None:
        count_error(state, live.order, event.at_ms)
    _retire(state, event.client_id, f"rejected {event.code}")


def _order_unknown(state: State, event: ev.OrderUnknown) -> None:
    live = state.durable.orders[event.client_id]
    live.stage, live.why = Stage.UNKNOWN, event.why
    state.index.staged(live)
    count_error(state, live.order, event.at_ms)


def _order_missed(state: State, event: ev.OrderMissed) -> None:
    state.durable.orders[event.client_id].missed_server_ms = event.server_ms


def _order_absent(state: State, event: ev.OrderAbsent) -> None:
    _retire(state, event.client_id, "absent")


def _order_forgotten(state: State, event: ev.OrderForgotten) -> None:
    _retire(state, event.client_id, "forgotten")


def _order_moved(state: State, event: ev.OrderMoved) -> None:
    live = state.durable.orders.get(event.client_id)
    if live is None:
        return
    live.stage, live.why = Stage.ACCEPTED, ""
    live.order_id = event.order_id or live.order_id
    live.child_order_id = event.child_order_id or live.child_order_id
    live.status = event.status
    live.executed = max(live.executed, event.executed)
    state.index.staged(live)
    attribute(state, live)
    _retire_if_over(state, live)


def _order_late(state: State, event: ev.OrderLate) -> None:
    state.durable.late += 1
    done = state.durable.done.get(event.client_id)
    if done is None:
        return
    if done.purpose is Purpose.COVER:  # algo ids are another id space: nothing was traded under this one
        state.durable.done[event.client_id] = replace(done, outcome=LATE)
        return
    traded, _ = state.durable.strangers.pop(f"{done.symbol}|{event.order_id}", (ZERO, ZERO))
    late = replace(done, outcome=LATE, order_id=event.order_id, filled=done.filled + traded)
    state.durable.done[event.client_id] = late
    state.index.by_exchange_id[done.symbol, event.order_id] = event.client_id


def _cancel_sent(state: State, event: ev.CancelSent) -> None:
    live = state.durable.orders.get(event.client_id)
    if live is not None:
        live.cancels += 1


def _cancel_gave_up(state: State, event: ev.CancelGaveUp) -> None:
    live = state.durable.orders.get(event.client_id)
    if live is not None:
        live.cancels = 0  # the next attempts are counted anew, after a pause


def _filled(state: State, event: ev.Filled) -> None:
    durable, trade = state.durable, event.trade
    known = durable.trades.setdefault(trade.symbol, {})
    known[trade.trade_id] = None
    if len(known) > state.settings.trades_kept_max:
        del known[next(iter(known))]
    durable.fill_ms[trade.symbol] = max(durable.fill_ms.get(trade.symbol, 0), trade.at_ms)
    count(state, trade)
    if not event.client_id:
        remember_stranger(durable.strangers, trade)
    if event.left:
        key = key_of(trade.symbol, event.leg)
        durable.left[key] = durable.left.get(key, ZERO) + trade.quantity * trade.side.sign
        if not durable.left[key]:
            del durable.left[key]
        return
    move_position(state, event)
    intent = durable.intents.get(event.intent_id)
    if intent is not None and event.purpose in (Purpose.ENTRY, Purpose.EXIT):
        intent.filled += trade.quantity
    live = durable.orders.get(event.client_id)
    if live is not None:
        live.filled += trade.quantity
        state.index.totals.order_moved(live)
        _retire_if_over(state, live)
        return
    done = durable.done.get(event.client_id)
    if done is not None:
        durable.done[event.client_id] = replace(done, filled=done.filled + trade.quantity)


def _cover_seen(state: State, event: ev.CoverSeen) -> None:
    key = key_of(event.symbol, event.leg)
    state.durable.covers[key] = Cover(event.direction, event.client_id, event.algo_id, event.trigger_price, event.ours)


def _cover_lost(state: State, event: ev.CoverLost) -> None:
    key = key_of(event.symbol, event.leg)
    cover = state.durable.covers.get(key)
    if cover is not None and cover.client_id == event.client_id:
        del state.durable.covers[key]


def _retire_if_over(state: State, live: LiveOrder) -> None:
    """A finished order leaves the book once its fills are all here; a triggered stop's fills belong to its child."""
    if live.status in TERMINAL and (live.order.kind.conditional or live.filled >= live.executed):
        _retire(state, live.order.client_id, live.status)


def _retire(state: State, client_id: str, outcome: str) -> None:
    durable = state.durable
    live = durable.orders.pop(client_id, None)
    if live is None:
        return
    state.index.leave(live)
    order = live.order
    durable.done[client_id] = DoneOrder(
        0 if order.kind.conditional else live.order_id,
        live.child_order_id,
        order.intent_id,
        order.correlation_id,
        order.symbol,
        order.leg,
        order.purpose,
        outcome,
        order.quantity or Decimal(0),
        live.filled,
    )
    if len(durable.done) > state.settings.orders_kept_max:
        oldest = next(iter(durable.done))
        forgotten = durable.done.pop(oldest)
        for ordinary in (forgotten.order_id, forgotten.child_order_id):
            state.index.by_exchange_id.pop((forgotten.symbol, ordinary), None)


FOLD: dict[type, Callable[[State, Any], None]] = {
    ev.RunStarted: _run_started,
    ev.RunStopping: _run_stopping,
    ev.ModeRead: _mode_read,
    ev.InstrumentsRead: _instruments_read,
    ev.EntryAccepted: _entry_accepted,
    ev.ExitAccepted: _exit_accepted,
    ev.ExitWaiting: _exit_waiting,
    ev.IntentRefused: _nothing,
    ev.IntentDone: _intent_done,
    ev.OrderPrepared: _order_prepared,
    ev.OrderVoided: _order_voided,
    ev.OrderAccepted: _order_accepted,
    ev.OrderRejected: _order_rejected,
    ev.OrderUnknown: _order_unknown,
    ev.OrderMissed: _order_missed,
    ev.OrderAbsent: _order_absent,
    ev.OrderMoved: _order_moved,
    ev.OrderRetry: _nothing,
    ev.VenueRetry: _nothing,
    ev.CancelSent: _cancel_sent,
    ev.CancelFailed: _nothing,
    ev.Filled: _filled,
    ev.PositionCorrected: position_corrected,
    ev.CoverSeen: _cover_seen,
    ev.CoverLost: _cover_lost,
    ev.OrderLate: _order_late,
    ev.OrderForgotten: _order_forgotten,
    ev.CancelGaveUp: _cancel_gave_up,
    ev.Inferred: _nothing,
    ev.Alert: _nothing,
    **BELIEF,
    **RISK,
}
