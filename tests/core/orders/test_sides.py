"""The mode table, whole, and the inferences of X3."""

from __future__ import annotations

import pytest

from hedgectl.core.model.order import Action, Leg, Mode, Side
from hedgectl.core.orders.sides import RULES, Sides, closing_leg, closing_side, opening_leg, sides


@pytest.mark.parametrize(
    "mode, action, leg, expected",
    [
        (Mode.ONE_WAY, Action.OPEN, Leg.LONG, Sides("BOTH", None)),
        (Mode.ONE_WAY, Action.OPEN, Leg.SHORT, Sides("BOTH", None)),
        (Mode.ONE_WAY, Action.CLOSE, Leg.LONG, Sides("BOTH", True)),
        (Mode.ONE_WAY, Action.CLOSE, Leg.SHORT, Sides("BOTH", True)),
        (Mode.ONE_WAY, Action.CLOSE_ALL, Leg.LONG, Sides("BOTH", None)),
        (Mode.ONE_WAY, Action.CLOSE_ALL, Leg.SHORT, Sides("BOTH", None)),
        (Mode.HEDGE, Action.OPEN, Leg.LONG, Sides("LONG", None)),
        (Mode.HEDGE, Action.OPEN, Leg.SHORT, Sides("SHORT", None)),
        (Mode.HEDGE, Action.CLOSE, Leg.LONG, Sides("LONG", None)),
        (Mode.HEDGE, Action.CLOSE, Leg.SHORT, Sides("SHORT", None)),
        (Mode.HEDGE, Action.CLOSE_ALL, Leg.LONG, Sides("LONG", None)),
        (Mode.HEDGE, Action.CLOSE_ALL, Leg.SHORT, Sides("SHORT", None)),
    ],
)
def test_every_row(mode, action, leg, expected):
    assert sides(mode, action, leg) == expected


def test_the_table_is_complete():
    assert set(RULES) == {(mode, action) for mode in Mode for action in Action}


def test_inference_opens_with_the_side_and_closes_against_it():
    assert (opening_leg(Side.BUY), opening_leg(Side.SELL)) == (Leg.LONG, Leg.SHORT)
    assert (closing_leg(Side.BUY), closing_leg(Side.SELL)) == (Leg.SHORT, Leg.LONG)


@pytest.mark.parametrize("leg", [Leg.LONG, Leg.SHORT])
def test_the_closing_side_closes_the_leg(leg):
    assert closing_leg(closing_side(leg)) is leg
    assert opening_leg(closing_side(leg).opposite) is leg
