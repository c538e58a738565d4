"""A difference is repaired when nothing else can explain it, and what is held up says why (B1)."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from hedgectl.core.model.order import Leg
from hedgectl.core.reconcile.compare import Difference
from hedgectl.core.reconcile.repair import Standing, why_not
from hedgectl.core.settings import RepairLimits

D = Decimal
ASKED = 100_000
PROVEN = Standing(
    asked_ms=ASKED, since_ms=ASKED - 20_000, looks=3, changed_ms=0, trades_read_ms=ASKED - 5_000, owed=False,
    awaited=False, repaired_ms=0, repaired=0,
)  # fmt: skip
LIMITS = RepairLimits(misses_min=2, repairs_max=3, cooldown_ms=10_000)


def difference(ours, theirs):
    return Difference("BTCUSDT|LONG", "BTCUSDT", Leg.LONG, D(ours), D(theirs), D(60_000))


def reason(ours, theirs, **changed):
    return why_not(difference(ours, theirs), replace(PROVEN, **changed), 10_000, 2_000, LIMITS)


@pytest.mark.parametrize("ours, theirs", [(0, 1), (1, 0), (2, 5), (5, 2), (1, -1)])
def test_what_is_proven_is_repaired(ours, theirs):
    assert reason(ours, theirs) == ""


@pytest.mark.parametrize(
    "changed, why",
    [
        ({"trades_read_ms": 0}, "own trades"),
        ({"trades_read_ms": ASKED + 1}, "own trades"),
        ({"changed_ms": ASKED - 9_000}, "lagging"),
        ({"since_ms": ASKED - 9_000}, "lagging"),
        ({"awaited": True}, "without an answer"),
    ],
)
def test_whatever_may_still_explain_a_phantom_holds_it_up(changed, why):
    assert why in reason(1, 0, **changed)


def test_a_position_of_theirs_only_is_taken_on_as_soon_as_its_trades_were_read():
    assert reason(0, 1, since_ms=ASKED - 1, looks=1) == ""
    assert "fill" in reason(0, 1, since_ms=ASKED - 1, owed=True)


@pytest.mark.parametrize("theirs", [1, -1])
def test_what_may_be_bare_does_not_wait_for_trades_that_cannot_be_read(theirs):
    unread = {"trades_read_ms": 0, "owed": True, "awaited": True, "looks": 1}
    assert reason(0, theirs, since_ms=ASKED - 1_999, **unread)
    assert reason(0, theirs, since_ms=ASKED - 2_000, **unread) == ""
    assert reason(0, theirs, since_ms=ASKED - 2_000, changed_ms=ASKED - 9_000, **unread), "we closed it just now"


@pytest.mark.parametrize(
    "changed, why",
    [({"looks": 1}, "1 of 2 looks"), ({"repaired_ms": ASKED - 9_999}, "repaired"), ({"repaired": 3}, "3 repairs")],
)
def test_taking_back_is_bounded_and_cooled_down_and_what_needs_a_stop_is_not(changed, why):
    assert why in reason(5, 2, **changed)
    assert why in reason(1, 0, **changed)
    assert reason(2, 5, **changed) == ""
    assert reason(1, -1, **changed) == ""


@pytest.mark.parametrize(
    "ours, theirs, kind", [(0, 1, "orphan"), (1, 0, "phantom"), (1, -1, "side"), (2, 5, "drift"), (2, 2, "entry")]
)
def test_each_difference_has_its_name(ours, theirs, kind):
    assert difference(ours, theirs).kind == kind


def test_a_stop_that_rests_speaks_for_its_position_for_a_while():
    assert "shows still" in reason(1, 0, spoken_for=True, since_ms=ASKED - 29_999)
    assert reason(1, 0, spoken_for=True, since_ms=ASKED - 30_000) == ""
    assert reason(5, 2, spoken_for=True) == "", "a smaller position keeps its stop"
