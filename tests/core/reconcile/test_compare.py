"""Differences: leg by leg, each with its kind, none where both agree."""

from __future__ import annotations

from decimal import Decimal as D

from hedgectl.core.model.evidence import PositionRow
from hedgectl.core.model.order import Leg
from hedgectl.core.reconcile.compare import differences


def row(quantity: str, leg: Leg = Leg.LONG, symbol: str = "BTCUSDT") -> PositionRow:
    return PositionRow(symbol, leg, D(quantity), D(50), D(50), 0)


def test_hedge_long_2_short_1_agreed_on_both_sides_is_no_difference():
    assert differences({"BTCUSDT|LONG": D(2), "BTCUSDT|SHORT": D(-1)}, [row("2"), row("-1", Leg.SHORT)]) == []


def test_a_drift_is_found_on_its_leg():
    (found,) = differences({"BTCUSDT|LONG": D(2), "BTCUSDT|SHORT": D(-1)}, [row("5"), row("-1", Leg.SHORT)])
    assert (found.key, found.kind, found.ours, found.theirs) == ("BTCUSDT|LONG", "drift", D(2), D(5))


def test_theirs_only_is_an_orphan_and_ours_only_a_phantom():
    found = differences({"ETHUSDT|SHORT": D(-1)}, [row("5")])
    assert [(each.key, each.kind) for each in found] == [("BTCUSDT|LONG", "orphan"), ("ETHUSDT|SHORT", "phantom")]


def test_zero_rows_say_nothing():
    assert differences({"BTCUSDT|LONG": D(0)}, [row("0"), row("0", Leg.SHORT)]) == []
