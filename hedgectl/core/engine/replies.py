"""What came back for a write: classified once, then noted; unknown is settled, refusals get the remedy they allow."""

from __future__ import annotations

from hedgectl.core.engine.covering import cover_refused, tend_cover, twin_exists
from hedgectl.core.engine.intents import finish_if_over
from hedgectl.core.engine.leaving import PACE_MS, PACED_MAX, leave, quantity_to_close, wait, whole_close
from hedgectl.core.engine.money import pause_entries_if_failing
from hedgectl.core.engine.progress import after_acceptance, after_end
from hedgectl.core.engine.settling import begin_settling
from hedgectl.core.engine.work import Work
from hedgectl.core.model.command import MeasureClock, ReadInstruments
from hedgectl.core.model.event import CancelFailed, OrderAccepted, OrderMoved, OrderRejected, OrderUnknown, OrderVoided
from hedgectl.core.model.input import CancelAnswered, CreateAnswered, CreateVoided
from hedgectl.core.model.intent import Exit
from hedgectl.core.model.money import ZERO
from hedgectl.core.model.order import Prepared, Purpose
from hedgectl.core.model.reply import Answer, Reply
from hedgectl.core.orders.outcome import (
    Accepted,
    AlreadyGone,
    Cancelled,
    CancelRefused,
    Rejected,
    Unknown,
    classify_cancel,
    classify_create,
    error_of,
)
from hedgectl.core.orders.refusals import Remedy, known
from hedgectl.core.state.apply import TERMINAL
from hedgectl.core.state.durable import LiveOrder, Stage
from hedgectl.core.state.index import position_key

TWIN_CODE = -4130  # a closePosition stop of this direction rests already: this one was not taken
STRANGE_MAX = 64
CLOCK_CODES = (-1021, -5028)
POSITION_CODES = (-2022, -4118, -4061, -4060, -1106)
RULE_CODES = frozenset(
    (-1111, -1121, -1122, -4001, -4002, -4003, -4004, -4005, -4013, -4014, -4023, -4140, -4141, -4164)
)  # our copy of the symbol's rules is out of date, or was never right


def create_answered(work: Work, given: CreateAnswered) -> None:
    """Classify the answer to a create, note what it proves, and act on it."""
    if isinstance(given.answer, Reply):
        work.volatile.write_ms = work.now.exchange_ms - given.handed_ms
        work.volatile.budget.seen(given.answer, work.now.exchange_ms)
        work.volatile.hushed_until_ms = max(work.volatile.hushed_until_ms, work.volatile.budget.reads_after_ms)
    live = work.durable.orders.get(given.client_id)
    if live is None:  # the stream, or a look, was faster, and the order is already over
        return
    order = live.order
    _tell_strange(work, order, given.answer)
    if order.paper:
        accepted = OrderAccepted(order.client_id, 0, "PAPER", ZERO, "paper")
        work.note(accepted, order.correlation_id, order.symbol)
        finish_if_over(work, order.intent_id, "paper")
        return
    outcome = classify_create(given.answer, order)
    if isinstance(outcome, Accepted):
        _accepted(work, live, outcome)
    elif live.stage is Stage.ACCEPTED:  # a sensor has already shown it: a bad reply proves nothing against that
        return
    elif isinstance(outcome, Rejected):
        rejected(work, order, outcome)
    else:
        _unknown(work, order, outcome, given)


def _accepted(work: Work, live: LiveOrder, outcome: Accepted) -> None:
    """Nothing is noted twice: where the stream was faster, only what the reply adds to it is."""
    order = live.order
    if live.stage is not Stage.ACCEPTED:
        event = OrderAccepted(order.client_id, outcome.order_id, outcome.status, outcome.executed, "reply")
        work.note(event, order.correlation_id, order.symbol)
        after_acceptance(work, order)
    elif outcome.executed > live.executed or (outcome.status in TERMINAL and live.status not in TERMINAL):
        moved = OrderMoved(order.client_id, outcome.order_id, outcome.status, outcome.executed, 0, "reply")
        work.note(moved, order.correlation_id, order.symbol)
        if outcome.status in TERMINAL:
            after_end(work, order)


def _tell_strange(work: Work, order: Prepared, answer: Answer) -> None:
    """A code that no table knows is told, once (X11): until somebody reads up on it, it proves nothing."""
    if not isinstance(answer, Reply) or answer.status < 400:  # nearly every answer: not worth a second reading
        return
    error, strange = error_of(answer), work.volatile.strange_codes
    if error is None or known(error[0]) or len(strange) >= STRANGE_MAX:
        return
    code, text = error
    if str(code) not in strange:
        hint = "look it up in the exchange's error codes; hedgectl trace shows what was sent"
        work.alert("venue.strange_code", order.symbol, f"{code} {text}", hint, order.correlation_id)
    strange[str(code)] = strange.get(str(code), 0) + 1


def rejected(work: Work, order: Prepared, outcome: Rejected) -> None:
    """A definite no: entries end here; exits and covers take the remedy."""
    event = OrderRejected(order.client_id, outcome.code, outcome.text, outcome.remedy.value, work.now.exchange_ms)
    work.note(event, order.correlation_id, order.symbol)
    work.volatile.settling.pop(order.client_id, None)
    if outcome.code in CLOCK_CODES:
        work.command(MeasureClock(f"{outcome.code}"))
    elif outcome.code in RULE_CODES:
        work.command(ReadInstruments(f"{outcome.code} {outcome.text}"))
    if order.purpose is Purpose.EXIT:
        _exit_refused(work, order, outcome)
    elif order.purpose in (Purpose.COVER, Purpose.EMERGENCY):
        cover_refused(work, order, outcome)
    else:
        if outcome.code in POSITION_CODES:
            work.want_snapshot(f"{outcome.code}")
        pause_entries_if_failing(work)
        finish_if_over(work, order.intent_id, f"rejected {outcome.code}")


def _exit_refused(work: Work, order: Prepared, outcome: Rejected) -> None:
    """An exit goes on: again at once, once, if it never reached the exchange; else after the account was read, so that
    an exchange out of reach does not use its attempts up."""
    intent = work.durable.intents.get(order.intent_id)
    if intent is None or order.intent_id in work.index.by_intent:
        return  # another part of it is still under way and will bring the rest along
    wish = intent.intent
    assert isinstance(wish, Exit)
    if outcome.remedy is Remedy.AGAIN and intent.attempts <= 1 < work.settings.exit_attempts_max:
        why = f"never taken: {outcome.code} {outcome.text}"
        leave(work, intent, order.leg, quantity_to_close(work, wish, order.leg), why)
    elif intent.attempts < work.settings.exit_attempts_max:
        if outcome.code in POSITION_CODES and intent.attempts > 1:  # a view that lags says the same again at once
            pause_ms = PACE_MS << min(intent.attempts - 2, PACED_MAX)
            work.volatile.exit_due_mono_ms[order.intent_id] = work.now.mono_ms + pause_ms
            work.wake(work.now.mono_ms + pause_ms)
        wait(work, intent, f"{outcome.code} {outcome.text}")
    else:
        work.alert("exit.refused", order.symbol, f"{outcome.code} {outcome.text}", "hedgectl status")
        finish_if_over(work, order.intent_id, f"rejected {outcome.code}")


def _unknown(work: Work, order: Prepared, outcome: Unknown, given: CreateAnswered) -> None:
    error = error_of(given.answer)
    if error is not None and order.purpose is Purpose.COVER and error[0] == TWIN_CODE:
        twin_exists(work, order, error[1])
        return
    live = work.durable.orders[order.client_id]
    if live.stage is not Stage.UNKNOWN:
        unknown = OrderUnknown(order.client_id, outcome.why, work.now.exchange_ms)
        work.note(unknown, order.correlation_id, order.symbol)
        pause_entries_if_failing(work)
    begin_settling(work, order.client_id, outcome.look_now)
    if not outcome.look_now:  # -4116, -4117 say that it is there
        overlap(work, order)


def overlap(work: Work, order: Prepared) -> None:
    """Stops and whole closes can only close: a new one at once, the surplus goes later (L9)."""
    if order.purpose is Purpose.COVER:
        tend_cover(work, position_key(order))
        return
    intent = work.durable.intents.get(order.intent_id)
    if order.purpose is not Purpose.EXIT or intent is None or not whole_close(work, intent):
        return
    if intent.attempts < work.settings.exit_attempts_max:
        wish = intent.intent
        assert isinstance(wish, Exit)
        quantity = quantity_to_close(work, wish, order.leg)
        if quantity:
            leave(work, intent, order.leg, quantity, "unknown, and a whole close may overlap")


def create_voided(work: Work, given: CreateVoided) -> None:
    """It never left: an entry ends; an exit or a cover is prepared anew."""
    live = work.durable.orders.get(given.client_id)
    if live is None:
        return
    order = live.order
    work.note(OrderVoided(given.client_id, given.why), order.correlation_id, order.symbol)
    if order.purpose is Purpose.EXIT:
        _exit_refused(work, order, Rejected(0, given.why, Remedy.AGAIN))
    elif order.purpose is Purpose.COVER:
        tend_cover(work, position_key(order))
    else:
        finish_if_over(work, order.intent_id, "voided")


def cancel_answered(work: Work, given: CancelAnswered) -> None:
    """B7: withdrawn is noted; gone is looked at before it is believed; unconfirmed stays as it was."""
    live = work.durable.orders.get(given.client_id)
    if live is None:
        return
    order = live.order
    _tell_strange(work, order, given.answer)
    outcome = classify_cancel(given.answer, given.client_id)
    if isinstance(outcome, Cancelled):
        status = outcome.status if outcome.status == "CANCELED" else "CANCELED"
        moved = OrderMoved(order.client_id, 0, status, outcome.executed, 0, "cancelled by us")
        work.note(moved, order.correlation_id, order.symbol)
        after_end(work, order)
        return
    if not isinstance(outcome, AlreadyGone):
        why = outcome.text if isinstance(outcome, CancelRefused) else outcome.why
        work.note(CancelFailed(order.client_id, why), order.correlation_id, order.symbol)
    begin_settling(work, order.client_id, look_now=True)
