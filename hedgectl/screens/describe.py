"""One event of the journal in a line: a word, and what it says. The vocabulary of `trace`, of pipes and of the log.

Each kind of event has one function; a kind without one shows its name and nothing else, so that a new event can never
break a reader.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from hedgectl.core.model import event as e
from hedgectl.core.model.intent import Entry, Exit
from hedgectl.core.model.order import Action, Leg, Prepared, Purpose, Side
from hedgectl.core.orders.sides import opening_leg
from hedgectl.screens.ink import Tone
from hedgectl.screens.words import money, price, quantity

Said = tuple[str, str, Tone]
PURPOSES = {
    Purpose.ENTRY: "entry",
    Purpose.EXIT: "exit",
    Purpose.COVER: "cover",
    Purpose.BRIDGE: "bridge",
    Purpose.EMERGENCY: "emergency close",
}
ENDS = {"filled": Tone.GOOD, "partly": Tone.WARN}


def describe(event: object) -> Said:
    """The word, the text and the tone of an event."""
    teller = TELLERS.get(type(event))
    if teller is not None:
        return teller(event)
    return getattr(event, "kind", type(event).__name__), "", Tone.DIM


def wish(intent: Entry | Exit) -> str:
    """What an intent asks for, in short.

    >>> from decimal import Decimal; from hedgectl.core.model.order import Side
    >>> wish(Entry("k7", "ETHUSDT", Side.BUY, 0, notional_usdt=Decimal(100)))
    '100.00 USDT'
    """
    if isinstance(intent, Exit):
        return "all" if intent.quantity is None else quantity(intent.quantity)
    return quantity(intent.quantity) if intent.quantity is not None else f"{money(intent.notional_usdt)} USDT"


def leg_reason(side: Side, leg: Leg) -> str:
    """Why a side that names no leg means this one (X3).

    >>> leg_reason(Side.BUY, Leg.SHORT), leg_reason(Side.BUY, Leg.LONG)
    ('BUY closes SHORT', 'BUY opens LONG')
    """
    return f"{side} {'opens' if opening_leg(side) is leg else 'closes'} {leg}"


def sides_said(order: Prepared) -> str:
    """How a close of a quantity says on the wire that it closes; "" for any other order."""
    if order.action is not Action.CLOSE:
        return ""
    flag = "with reduceOnly" if order.reduce_only else "without reduceOnly: the leg says it"
    return f"as {order.position_side} {flag}"


def _started(each: e.RunStarted) -> Said:
    despite = f"  despite {', '.join(each.despite)}" if each.despite else ""
    said = f"{each.run_id}  hedgectl {each.version}  {each.environment}  settings {each.settings_hash}{despite}"
    return "run", said, Tone.BOLD


def _entry(each: e.EntryAccepted) -> Said:
    entry = each.entry
    sized = f"-> {quantity(each.quantity)} = {money(each.notional_usdt)} USDT"
    source = f"  from {entry.source}" if entry.source else ""
    return "intent", f"{entry.side} {entry.symbol} {each.leg} {wish(entry)} {entry.kind} {sized}{source}", Tone.PLAIN


def _exit(each: e.ExitAccepted) -> Said:
    inferred = f"  leg inferred from {each.exit.side}" if each.inferred_side else ""
    return "exit", f"{each.exit.symbol} {each.leg} {wish(each.exit)} -> {quantity(each.quantity)}{inferred}", Tone.PLAIN


def _refused(each: e.IntentRefused) -> Said:
    limit = f"  {each.number} against {each.limit}" if each.limit else f"  {each.number}" if each.number else ""
    hint = f"  ({each.hint})" if each.hint else ""
    return "refused", f"{each.code}{limit}{hint}", Tone.BAD


def _done(each: e.IntentDone) -> Said:
    return "done", f"{each.outcome}  {quantity(each.filled)} filled", ENDS.get(each.outcome, Tone.PLAIN)


def _prepared(each: e.OrderPrepared) -> Said:
    order = each.order
    size = "whole leg" if order.quantity is None else quantity(order.quantity)
    at = f" @ {price(order.price)}" if order.price is not None else ""
    trigger = f" trigger {price(order.trigger_price)}" if order.trigger_price is not None else ""
    paper = "  paper" if order.paper else ""
    tries = f"  attempt {order.attempt}" if order.attempt > 1 else ""
    side = f"{order.side} {order.leg} {size}{at}{trigger}"
    sides = f"  {said}" if (said := sides_said(order)) else ""
    return "send", f"{PURPOSES[order.purpose]}  {order.kind} {side}  {order.client_id}{tries}{paper}{sides}", Tone.PLAIN


def _accepted(each: e.OrderAccepted) -> Said:
    filled = f"  {quantity(each.executed)} filled" if each.executed else ""
    return "accepted", f"{each.order_id}  {each.status}{filled}  by {each.via}", Tone.PLAIN


def _rejected(each: e.OrderRejected) -> Said:
    return "rejected", f"{each.code} {each.text}  remedy {each.remedy}", Tone.BAD


def _unknown(each: e.OrderUnknown) -> Said:
    return "unknown", f"{each.why} -> look, never send again", Tone.WARN


def _moved(each: e.OrderMoved) -> Said:
    child = f"  child {each.child_order_id}" if each.child_order_id else ""
    reason = f"  {each.reason}" if each.reason else ""
    name = f"{each.order_id}  " if each.order_id else ""
    return "order", f"{name}{each.status}  {quantity(each.executed)} filled{child}{reason}", Tone.PLAIN


def _filled(each: e.Filled) -> Said:
    trade = each.trade
    how = "maker" if trade.maker else "taker"
    why = PURPOSES[each.purpose] if each.purpose is not None else "not ours"
    result = f"  realised {money(trade.realised, sign=True)}" if trade.realised else ""
    fee = f"fee {quantity(trade.fee)} {trade.fee_asset}"
    text = f"{why}  {trade.side} {trade.symbol} {quantity(trade.quantity)} @ {price(trade.price)}  {how}  {fee}{result}"
    return "fill", text, Tone.GOOD


def _corrected(each: e.PositionCorrected) -> Said:
    change = f"{quantity(each.was)} -> {quantity(each.quantity)}"
    return "corrected", f"{_leg(each.symbol, each.leg)} {change}  {each.why}", Tone.WARN


def _cover_seen(each: e.CoverSeen) -> Said:
    whose = "" if each.ours else "  placed by a person"
    return "cover", f"{_leg(each.symbol, each.leg)} stop at {price(each.trigger_price)} rests{whose}", Tone.GOOD


def _cover_lost(each: e.CoverLost) -> Said:
    if each.why == e.COVER_CLOSED:
        return "cover", f"{_leg(each.symbol, each.leg)} stop goes with its position", Tone.DIM
    return "uncovered", f"{_leg(each.symbol, each.leg)} {each.why}", Tone.BAD


def _belief(each: e.BeliefState) -> Said:
    moved = f"{each.was} -> {each.posture}" if each.was != each.posture else each.posture
    text = f"{moved}  debt {each.score:.2f}  oldest {each.debt_s:.1f} s  symbols {each.symbols}  streak {each.streak}"
    tones = {"GREEN": Tone.GREEN, "YELLOW": Tone.YELLOW, "ORANGE": Tone.ORANGE, "RED": Tone.RED}
    return "posture", text, tones.get(each.posture, Tone.BOLD) if each.was != each.posture else Tone.DIM


def _summary(each: e.ReconcileSummary) -> Said:
    parts = [("repaired", each.repaired), ("left", each.skipped), ("found", () if each.skipped else each.found)]
    text = "  ".join(f"{word} {', '.join(what)}" for word, what in parts if what) or "agrees again"
    return "reconcile", f"{text}  confidence {each.confidence:.2f}", Tone.WARN if each.skipped else Tone.DIM


def _held(each: e.IntentHeld) -> Said:
    change = f"{each.was or 'unread'} -> {each.leverage}"
    return "held", f"{each.entry.side} {each.entry.symbol} {wish(each.entry)} until leverage {change} is set", Tone.DIM


def _inferred(each: e.Inferred) -> Said:
    why = leg_reason(each.side, each.inferred_side)
    return "inferred", f"{each.side} {each.symbol} -> {each.inferred_side}: {why}", Tone.DIM


def _alert(each: e.Alert) -> Said:
    hint = f"  ({each.hint})" if each.hint else ""
    return "alert", f"{each.code}  {each.symbol} {each.what}{hint}".replace("   ", "  "), Tone.BAD


def _leg(symbol: str, leg: Leg) -> str:
    return f"{symbol} {leg}"


TELLERS: dict[type, Callable[[Any], Said]] = {
    e.RunStarted: _started,
    e.RunStopping: lambda each: ("stopping", each.why, Tone.BOLD),
    e.ModeRead: lambda each: ("mode", f"{each.mode}  by {each.source}", Tone.DIM),
    e.InstrumentsRead: lambda each: ("rules", f"{len(each.instruments)} symbols", Tone.DIM),
    e.EntryAccepted: _entry,
    e.ExitAccepted: _exit,
    e.ExitWaiting: lambda each: ("waiting", each.why, Tone.WARN),
    e.IntentRefused: _refused,
    e.IntentDone: _done,
    e.OrderPrepared: _prepared,
    e.OrderVoided: lambda each: ("voided", f"{each.why}: it never left", Tone.WARN),
    e.OrderAccepted: _accepted,
    e.OrderRejected: _rejected,
    e.OrderUnknown: _unknown,
    e.OrderMissed: lambda each: ("look", "nothing found, first half of the proof", Tone.DIM),
    e.OrderAbsent: lambda each: ("absent", each.proof, Tone.WARN),
    e.OrderMoved: _moved,
    e.OrderRetry: lambda each: ("again", f"attempt {each.attempt}: {each.why}", Tone.WARN),
    e.VenueRetry: lambda each: ("retry", f"{each.what} in {each.wait_ms} ms: {each.why}", Tone.DIM),
    e.CancelSent: lambda each: ("cancel", f"{each.client_id}  {each.why}", Tone.DIM),
    e.CancelFailed: lambda each: ("cancel", f"{each.client_id} not confirmed: {each.why}", Tone.WARN),
    e.Filled: _filled,
    e.PositionCorrected: _corrected,
    e.CoverSeen: _cover_seen,
    e.CoverLost: _cover_lost,
    e.MismatchOpened: lambda each: ("mismatch", f"{each.what}  {each.key}", Tone.WARN),
    e.MismatchClosed: lambda each: ("cleared", f"{each.key} after {each.lasted_ms} ms", Tone.DIM),
    e.BeliefState: _belief,
    e.ReconcileSummary: _summary,
    e.KillRequested: lambda each: ("kill", f"asked for: {each.why}", Tone.BAD),
    e.PositionLeft: lambda each: ("left", f"{_leg(each.symbol, each.leg)} {quantity(each.quantity)} alone", Tone.WARN),
    e.OrderLate: lambda each: ("late", f"{each.client_id} was called {each.called}, and is there", Tone.BAD),
    e.OrderForgotten: lambda each: ("forgotten", f"{each.client_id} {each.why}: nothing is kept so long", Tone.BAD),
    e.CancelGaveUp: lambda each: ("gave up", f"{each.client_id} after {each.attempts} cancels", Tone.BAD),
    e.NavMarked: lambda each: ("nav", f"{money(each.nav_usdt)}  day began at {money(each.day_nav_usdt)}", Tone.DIM),
    e.EntriesPaused: lambda each: ("pause", f"entries, after {each.errors} that went wrong", Tone.WARN),
    e.KillSwitched: lambda each: ("kill", f"{each.mode} by {each.by}: {each.why}", Tone.BAD),
    e.IntentHeld: _held,
    e.IntentReleased: lambda each: ("released", each.why, Tone.DIM),
    e.BracketsRead: lambda each: ("brackets", f"{len({row.symbol for row in each.brackets})} symbols", Tone.DIM),
    e.Rearmed: lambda each: ("rearmed", f"by {each.by}: {each.why}", Tone.BOLD),
    e.Inferred: _inferred,
    e.Alert: _alert,
}
