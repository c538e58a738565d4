"""Belief debt and posture, from what the decisions so far have left open; the knobs that restrain entries (B3-B6).

Reviewed after each look at the account, after a read that gave up, and with each tick while anything is open. Exits
never come here.
"""

from __future__ import annotations

from collections.abc import Iterator

from hedgectl.core.belief.debt import Debt, Mismatch, debt_of
from hedgectl.core.belief.knobs import GuardKnobs, knobs_of, strictest
from hedgectl.core.belief.posture import Held, Posture, hold
from hedgectl.core.belief.sensors import confidence_of
from hedgectl.core.engine.work import Work
from hedgectl.core.model.event import BeliefState, KillRequested, MismatchClosed, MismatchOpened

BARE_GRACE_MS = 2_000
SENSORS = ("snapshot", "stream", "replies", "quotes")


def review(work: Work, looked: bool = False) -> None:
    """Open and close mismatches, age the debt, hold or move the posture. `looked`: a look at the account ended. Not
    before the clock is measured: a wrong day would end what must stand, or have it stand for a day."""
    if not work.volatile.clock_measured:
        return
    belief, now = work.durable.belief, work.now.exchange_ms
    current = {key: (what, symbol) for key, what, symbol in _mismatches(work)}
    changed = False
    for key, known in list(belief.open.items()):
        if key not in current:
            work.note(MismatchClosed(key, known.symbol, max(now - known.first_ms, 0)), "", known.symbol)
            changed = True
    for key, (what, symbol) in current.items():
        if key not in belief.open:
            work.note(MismatchOpened(key, what, symbol, now), "", symbol)
            changed = True
    streak = belief.streak
    if looked:
        streak = streak + 1 if current else 0
    if not (changed or current or streak != belief.streak or belief.posture != Posture.GREEN or belief.above_ms):
        return
    debt = _debt(work, streak)
    was = Held(Posture(belief.posture), belief.since_ms, belief.above_ms, belief.below_ms)
    held = hold(was, debt, now, work.settings.belief)
    if changed or held != was or streak != belief.streak:
        _note(work, debt, held, belief.posture)
    if held.posture is Posture.RED and not belief.kill_ms:
        _ask_for_kill(work, debt, now - held.since_ms)


def _ask_for_kill(work: Work, debt: Debt, red_ms: int) -> None:
    """A debt that no recovery is in sight for: a person should look before anything new is risked (B5)."""
    limits = work.settings.belief
    if debt.score >= limits.kill_score:
        why = f"debt {debt.score:.2f} reached {limits.kill_score:g}"
    elif red_ms >= limits.kill_red_s * 1000:
        why = f"RED for {red_ms // 1000} s"
    else:
        return
    work.note(KillRequested(why, round(debt.score, 4), work.now.exchange_ms))
    work.alert("belief.kill_requested", "", why, "hedgectl status; nothing new is risked meanwhile, exits stay open")


def _note(work: Work, debt: Debt, held: Held, was: str) -> None:
    state = BeliefState(
        held.posture.value,
        was,
        held.since_ms,
        held.above_ms,
        held.below_ms,
        round(debt.debt_s, 3),
        debt.symbols,
        debt.streak,
        round(debt.score, 4),
        round(debt.growth_per_min, 4),
        work.now.exchange_ms,
        round(confidence_now(work), 4),
        work.durable.belief.repairs,
        work.durable.belief.skips,
    )
    work.note(state)


def _mismatches(work: Work) -> Iterator[tuple[str, str, str]]:
    """What is open now: (key, what, symbol)."""
    volatile, durable = work.volatile, work.durable
    for key in volatile.doubts:
        yield f"leg {key}", "drift", key.partition("|")[0]
    for name in work.index.unsettled:
        yield f"order {name}", "unknown", durable.orders[name].order.symbol
    for key in volatile.bare:
        position = durable.positions.get(key)
        if position is not None and work.now.exchange_ms - position.changed_ms > BARE_GRACE_MS:
            yield f"bare {key}", "naked", position.symbol
    for what in volatile.failures:
        yield f"read {what}", "blind", ""
    if volatile.stream_since_ms and not volatile.stream_up:
        yield "stream", "deaf", ""
    if volatile.checked and confidence_now(work) < work.settings.belief.confidence_min:
        yield "sensors", "unsure", ""


def _debt(work: Work, streak: int, symbol: str | None = None) -> Debt:
    belief, now = work.durable.belief, work.now.exchange_ms
    open_ = [
        Mismatch(each.what, each.symbol, each.first_ms, now)
        for each in belief.open.values()
        if symbol is None or each.symbol == symbol
    ]
    history = [(int(at_ms), score) for at_ms, score in belief.history] if symbol is None else []
    return debt_of(open_, streak, history, now, work.settings.belief)


def knobs_for(work: Work, symbol: str) -> GuardKnobs:
    """What entries of a symbol may do now: the account's knobs, and the symbol's own, which tighten first (B6)."""
    settings, belief = work.settings, work.durable.belief
    limits, most = settings.belief, settings.order_notional_usdt_max
    account = knobs_of(Posture(belief.posture), _debt(work, belief.streak), most, limits)
    if not any(each.symbol == symbol for each in belief.open.values()):
        return account
    return strictest(account, knobs_of(Posture.GREEN, _debt(work, 0, symbol), most, limits))


def confidence_now(work: Work) -> float:
    """How much of what there is to know the sensors vouch for now (B6)."""
    return confidence_of(_ages_ms(work), work.settings.belief)


def evidence_now(work: Work) -> tuple[str, ...]:
    """Each sensor and how long ago it last spoke as it should, in words."""
    ages = _ages_ms(work)
    return tuple(f"{name} {ages[name]} ms" if name in ages else f"{name} never" for name in SENSORS)


def _ages_ms(work: Work) -> dict[str, int]:
    volatile, now = work.volatile, work.now.exchange_ms
    ages = {}
    if volatile.snapshot_ms:
        ages["snapshot"] = max(now - volatile.snapshot_ms, 0)
    if volatile.stream_up:
        ages["stream"] = 0
    elif volatile.stream_down_ms:
        ages["stream"] = max(now - volatile.stream_down_ms, 0)
    asked = [work.durable.orders[name].order.timestamp_ms for name in work.index.unsettled]
    ages["replies"] = max(now - min(asked, default=now), 0)
    if volatile.quotes_ms:
        ages["quotes"] = max(now - volatile.quotes_ms, 0)
    return ages


def debt_now(work: Work) -> Debt:
    """The account's debt at this moment."""
    return _debt(work, work.durable.belief.streak)
