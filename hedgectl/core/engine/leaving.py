"""How a position is left: exits of the desk, and the emergency close. Nothing here refuses an exit (L2).

What cannot be sent yet (mode unknown, nothing known to close) waits for the next look at the account, which is asked
for at once.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from hedgectl.core.engine.entries import correlation_of, refuse
from hedgectl.core.engine.intents import finish
from hedgectl.core.engine.sending import send
from hedgectl.core.engine.work import Work
from hedgectl.core.model.event import ExitAccepted, ExitWaiting, Inferred, OrderRetry
from hedgectl.core.model.evidence import PositionRow
from hedgectl.core.model.intent import Exit
from hedgectl.core.model.money import ZERO, floor_step
from hedgectl.core.model.order import Action, Kind, Leg, Mode, Purpose, Tif
from hedgectl.core.model.verdict import refused
from hedgectl.core.orders.clientid import numbered
from hedgectl.core.orders.sides import closing_leg, closing_side, mode_of
from hedgectl.core.risk.gates_intent import DUPLICATE
from hedgectl.core.risk.sizing import quantity_max, split
from hedgectl.core.state.durable import OpenIntent, Position, key_of

PACE_MS, PACED_MAX = 1_000, 5


def perform_exit(work: Work, wish: Exit) -> None:
    """Take an exit on and send it. The only thing that turns one away is having taken the same one before (L1)."""
    durable = work.durable
    if wish.intent_id in durable.intents or wish.intent_id in durable.intents_done:
        seen = durable.intents_done.get(wish.intent_id, "in progress")
        refuse(work, wish.intent_id, wish.symbol, refused(DUPLICATE, seen, "once", "a new exit needs a new intent_id"))
        return
    correlation_id = correlation_of(wish.intent_id)
    direction = direction_of(work, wish)
    inferred = wish.leg is None
    if inferred and wish.side is not None:
        work.note(Inferred(wish.symbol, wish.side, direction, correlation_id), correlation_id, wish.symbol)
    quantity = quantity_to_close(work, wish, direction)
    accepted = ExitAccepted(wish, correlation_id, direction, quantity, direction.value if inferred else "")
    work.note(accepted, correlation_id, wish.symbol)
    leave(work, durable.intents[wish.intent_id], direction, quantity)


def direction_of(work: Work, wish: Exit) -> Leg:
    """LONG or SHORT: as named, else inferred (BUY closes SHORT, SELL closes LONG), else the leg that is open."""
    if wish.leg in (Leg.LONG, Leg.SHORT):
        return wish.leg
    if wish.side is not None:
        return closing_leg(wish.side)
    for leg in Leg:
        position = work.durable.positions.get(key_of(wish.symbol, leg))
        if position is not None:
            return position.direction
    return Leg.LONG


def position_in(work: Work, symbol: str, direction: Leg) -> Position | None:
    """Our belief of a direction, in either mode; None when it is flat or the other way round."""
    leg = Leg.BOTH if work.durable.mode is Mode.ONE_WAY else direction
    position = work.durable.positions.get(key_of(symbol, leg))
    return position if position is not None and position.direction is direction else None


def _left_in(work: Work, symbol: str, direction: Leg) -> Decimal:
    """What stands in a direction that is left alone: a stranger's, and closed all the same when the desk asks."""
    leg = Leg.BOTH if work.durable.mode is Mode.ONE_WAY else direction
    left = work.durable.left.get(key_of(symbol, leg), ZERO)
    return abs(left) if (left > 0) is (direction is Leg.LONG) else ZERO


def quantity_to_close(work: Work, wish: Exit, direction: Leg) -> Decimal:
    """What to send: the whole position exactly as the exchange counts it, or the part asked for; 0 when unknown.

    A whole close is never rounded by our own copy of the rules, which may be out of date (E3): what the exchange
    filled it can also take back. A part is rounded down to the step, unless that would leave nothing to send.
    """
    position = position_in(work, wish.symbol, direction)
    if wish.quantity is None:
        return abs(position.quantity) if position is not None else _left_in(work, wish.symbol, direction)
    if position is not None and wish.quantity >= abs(position.quantity):
        return abs(position.quantity)
    rules = work.durable.instruments.get(wish.symbol)
    return (floor_step(wish.quantity, rules.step) if rules is not None else ZERO) or wish.quantity


def leave(work: Work, intent: OpenIntent, direction: Leg, quantity: Decimal, why: str = "") -> None:
    """Send the orders of an exit, or have it wait for the account to be read. `why` it is sent again, if it is."""
    wish = intent.intent
    assert isinstance(wish, Exit)
    mode = work.durable.mode
    if mode is None or not quantity:
        wait(work, intent, "the mode is not known" if mode is None else "no position is known")
        return
    limit = wish.kind is Kind.LIMIT and wish.price is not None and intent.attempts == 0
    rules = work.durable.instruments.get(wish.symbol)
    parts = [quantity]
    if rules is not None:
        parts = split(quantity, quantity_max(rules, not limit), rules.step if limit else rules.market_step)
    attempt = intent.attempts + 1
    if attempt > 1:
        work.note(OrderRetry(wish.intent_id, attempt, why), intent.correlation_id, wish.symbol)
    for part, each in enumerate(parts):
        send(
            work,
            intent_id=wish.intent_id,
            correlation_id=intent.correlation_id,
            symbol=wish.symbol,
            direction=direction,
            side=closing_side(direction),
            action=Action.CLOSE,
            purpose=Purpose.EXIT,
            kind=Kind.LIMIT if limit else Kind.MARKET,
            mode=mode,
            quantity=each,
            price=wish.price if limit else None,
            tif=Tif.GTC if limit else None,
            part=part,
            attempt=attempt,
            paper=wish.paper,
        )


def wait(work: Work, intent: OpenIntent, why: str) -> None:
    """Hold an exit until the account was read again, and have it read now."""
    wish = intent.intent
    work.note(ExitWaiting(wish.intent_id, why), intent.correlation_id, wish.symbol)
    work.want_snapshot("an exit waits: " + why)


def resume_exits(work: Work, shown: Sequence[PositionRow]) -> None:
    """The account was just read: exits that waited for it go now, by what it shows, or have nothing to close.

    They do not wait until belief agrees: a close can only close.
    """
    theirs = {(row.symbol, row.direction): abs(row.quantity) for row in shown if row.quantity}
    for intent_id, intent in list(work.durable.intents.items()):
        wish = intent.intent
        if not intent.waiting or not isinstance(wish, Exit):
            continue
        if work.volatile.exit_due_mono_ms.get(intent_id, 0) > work.now.mono_ms:
            continue  # refused for a position that its page may show too late: it has its pause
        direction = direction_of(work, wish)
        there = theirs.get((wish.symbol, direction), ZERO) or _believed(work, wish.symbol, direction)
        quantity = there if wish.quantity is None else min(there, wish.quantity - intent.filled)
        if not quantity:
            finish(work, intent_id, "filled" if intent.filled else "nothing_to_close")
        elif intent.attempts >= work.settings.exit_attempts_max:
            what = f"exit of {wish.symbol} gave up after {intent.attempts} attempts"
            work.alert("exit.gave_up", wish.symbol, what, "close it by hand, then hedgectl reconcile --apply")
            finish(work, intent_id, "gave_up")
        else:
            leave(work, intent, direction, quantity, "the account was read")


def resume_blind(work: Work) -> None:
    """The exchange wants no reading for a while: exits that wait for a look go by what we believe, paced (L2)."""
    due_ms, now = work.volatile.exit_due_mono_ms, work.now.mono_ms
    for intent_id, intent in list(work.durable.intents.items()):
        wish = intent.intent
        if not intent.waiting or not isinstance(wish, Exit) or intent.attempts >= work.settings.exit_attempts_max:
            continue
        if now < due_ms.setdefault(intent_id, now + PACE_MS):
            continue
        due_ms[intent_id] = now + (PACE_MS << min(intent.attempts, PACED_MAX))
        direction = direction_of(work, wish)
        quantity = quantity_to_close(work, wish, direction)
        if quantity:
            leave(work, intent, direction, quantity, "nothing may be read for a while")


def _believed(work: Work, symbol: str, direction: Leg) -> Decimal:
    """What we believe of a leg that one page does not show: a page may lag or lack, and a close can only close. Belief
    follows by itself if the page is right."""
    position = position_in(work, symbol, direction)
    return abs(position.quantity) if position is not None else ZERO


def whole_close(work: Work, intent: OpenIntent) -> bool:
    """Whether an exit closes the whole leg: such may overlap, since they can only close (L9)."""
    wish = intent.intent
    return isinstance(wish, Exit) and wish.quantity is None


def emergency_close(work: Work, position: Position, why: str) -> None:
    """Close a position that cannot be covered (L3). Market, whole, at once."""
    direction = position.direction
    rules = work.durable.instruments.get(position.symbol)
    quantity = _quantity_in_need(work, position)
    parts = [quantity] if rules is None else split(quantity, quantity_max(rules, True), rules.market_step)
    revision, attempt = numbered(position.sends)
    hint = f"hedgectl trace {position.correlation_id}" if position.correlation_id else "hedgectl status"
    work.alert("cover.emergency_close", position.symbol, f"closing {direction} {quantity}: {why}", hint)
    for part, each in enumerate(parts):
        send(
            work,
            intent_id=position.intent_id,
            correlation_id=position.correlation_id,
            symbol=position.symbol,
            direction=direction,
            side=closing_side(direction),
            action=Action.CLOSE,
            purpose=Purpose.EMERGENCY,
            kind=Kind.MARKET,
            mode=mode_of(position.leg),
            quantity=each,
            part=part,
            revision=revision,
            attempt=attempt,
        )


def _quantity_in_need(work: Work, position: Position) -> Decimal:
    """How much an emergency close takes: what we believe; after a try that did not work out, the least of that and what
    the exchange showed. A hedge leg refuses a close above it whole (-2022); what is left over is tended again."""
    key = key_of(position.symbol, position.leg)
    bare, doubt = work.volatile.bare.get(key), work.volatile.doubts.get(key)
    believed = abs(position.quantity)
    if bare is None or bare.tries < 2 or doubt is None or doubt.theirs * position.quantity <= 0:
        return believed
    return min(believed, abs(doubt.theirs))
