"""Products without restraint: entries that no gate holds, exits that one does, limits that nobody keeps."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from hedgectl.core import engine
from hedgectl.core.belief.debt import NO_DEBT, Debt
from hedgectl.core.belief.posture import POSTURES, Posture
from hedgectl.core.engine import believing, entries, leaving
from hedgectl.core.engine.entries import WALK
from hedgectl.core.engine.work import Work
from hedgectl.core.model.command import ReadSnapshot
from hedgectl.core.model.input import ReadFailed
from hedgectl.core.model.intent import Exit
from hedgectl.core.model.order import Lane
from hedgectl.core.model.verdict import Refused, refused
from hedgectl.core.orders.sides import RULES, Sides
from hedgectl.core.risk.gates_belief import POSTURE
from hedgectl.core.risk.nav import Nav
from hedgectl.core.state.durable import OpenIntent
from hedgectl.core.state.totals import Totals

from .registry import ENGINE, broken

KNOBS = believing.knobs_of


def without(patch: pytest.MonkeyPatch, *names: str) -> None:
    """No entry meets these gates any more."""
    left = tuple((gate, need) for gate, need in WALK if gate.__name__ not in names)
    patch.setattr(f"{ENGINE}.entries.WALK", left)


@broken("entries_obey_the_posture", "L4, B5, I8", 1, 2, 3)
def entries_in_red(patch: pytest.MonkeyPatch) -> None:
    """Postures are colours: entries go on in RED as in GREEN."""
    patch.setattr(f"{ENGINE}.believing.knobs_of", lambda held, debt, *rest: KNOBS(Posture.GREEN, NO_DEBT, *rest))


@broken("entries_obey_the_posture", "L4, B5, I8", 14, 19, 21)
def more_debt_allows_more(patch: pytest.MonkeyPatch) -> None:
    """The knobs turn the wrong way: the worse the posture, the looser the limits."""

    def inverted(held: Posture, debt: Debt, *rest: Any) -> Any:
        return KNOBS(POSTURES[2 - min(held.rank, 2)], NO_DEBT, *rest)

    patch.setattr(f"{ENGINE}.believing.knobs_of", inverted)


@broken("entries_obey_the_posture", "L9, I8", 12, 23, 24)
def entries_beside_the_unknown(patch: pytest.MonkeyPatch) -> None:
    """A symbol takes entries while an order of it is unknown."""
    without(patch, "settled")


@broken("entries_see_the_account", "I9, O1", 12, 17, 36, 38)
def entries_before_the_first_look(patch: pytest.MonkeyPatch) -> None:
    """After a restart the account is taken to be what it was: entries do not wait for the first look."""
    nav_now = entries.nav_now

    def remembered(work: Work) -> Nav | None:
        peak = work.durable.risk.peak_nav_usdt
        return nav_now(work) or (Nav(peak, 0, ()) if peak else None)

    without(patch, "account_checked", "looked_lately", "clock_measured")
    patch.setattr(f"{ENGINE}.entries.nav_now", remembered)


@broken("entries_see_the_account", "I9, R1", ("legs-unreadable", "hedge"))
def entries_on_old_truth(patch: pytest.MonkeyPatch) -> None:
    """Looks that failed are shrugged off, and entries go on however long ago the account was seen."""

    failed = engine.read_failed

    def shrug(work: Work, given: ReadFailed) -> None:
        failed(work, given)
        work.volatile.failures.clear()

    without(patch, "looked_lately", "nav_known", "posture_allows")
    patch.setattr(f"{ENGINE}.read_failed", shrug)
    patch.setattr(f"{ENGINE}.believing.knobs_of", lambda held, debt, *rest: KNOBS(Posture.GREEN, NO_DEBT, *rest))


@broken("names_are_used_once", "L1, X5", 11, 20, 23)
def intents_are_taken_twice(patch: pytest.MonkeyPatch) -> None:
    """An intent that is handed in again is executed again."""
    without(patch, "not_duplicate", "not_doubled")


@broken("exposure_is_capped", "R1, I10", 12, 38)
def caps_are_advice(patch: pytest.MonkeyPatch) -> None:
    """What is open does not count against a symbol's cap."""
    patch.setattr("hedgectl.core.state.volatile.Volatile.exposure", lambda *_: (Decimal(0), Decimal(0), Decimal(0)))


@broken("exposure_is_capped", "R1, I10", 12, 38)
def the_unanswered_is_nothing(patch: pytest.MonkeyPatch) -> None:
    """What works or is unknown is not counted as filled."""

    patch.setattr(Totals, "order_moved", lambda *_: None)


@broken("exits_are_taken", "L2, I6", 21, 24, 34)
def exits_obey_the_posture(patch: pytest.MonkeyPatch) -> None:
    """In RED nothing moves, exits neither."""
    perform = engine.perform_exit

    def gated(work: Work, wish: Exit) -> None:
        if work.durable.belief.posture in ("RED", "ORANGE"):
            entries.refuse(work, wish.intent_id, wish.symbol, refused(POSTURE, work.durable.belief.posture, "", ""))
        else:
            perform(work, wish)

    patch.setattr(f"{ENGINE}.perform_exit", gated)


@broken("exits_leave_at_once", "L2, X8", 75, 199, 222)
def one_bucket_for_exits(patch: pytest.MonkeyPatch) -> None:
    """Exits ask the entries' rate budget, and wait when that is spent."""
    leave = leaving.leave

    def asking(work: Work, intent: OpenIntent, *rest: Any) -> None:
        if isinstance(work.volatile.budget.grant(Lane.ENTRY, 0, 1, work.now.exchange_ms), Refused):
            leaving.wait(work, intent, "no room in the rate budget")
        else:
            leave(work, intent, *rest)

    patch.setattr(f"{ENGINE}.leaving.leave", asking)


@broken("rates_never_cost_protection", "L2, X8", 1, 2, 3)
def limits_are_advice(patch: pytest.MonkeyPatch) -> None:
    """The account is read with every tick, whatever the rate budget says, until the exchange bans us."""
    ticked = engine.ticked

    def eager(work: Work) -> None:
        ticked(work)
        work.command(ReadSnapshot("tick"))

    patch.setattr(f"{ENGINE}.ticked", eager)
    patch.setattr("hedgectl.venue.binance.Binance._hushed", lambda self: False)


@broken("closing_only_closes", "I7, X3", 3, 6, 8)
def closes_can_open(patch: pytest.MonkeyPatch) -> None:
    """In one-way mode closes leave without reduceOnly: what is too much turns the position round."""
    plain = {rule: Sides(each.position_side, None) for rule, each in RULES.items()}
    patch.setattr("hedgectl.core.orders.sides.RULES", plain)
