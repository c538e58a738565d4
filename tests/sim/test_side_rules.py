"""The mode table: which positionSide and reduceOnly each position mode takes."""

from __future__ import annotations

import pytest

LONG_HELD, SHORT_HELD = "LONG", "SHORT"


@pytest.mark.parametrize(
    ("hedge", "side", "leg", "reduce_only", "code"),
    [
        (False, "BUY", None, None, None),
        (False, "BUY", "BOTH", None, None),
        (False, "BUY", "BOTH", False, None),
        (False, "BUY", "LONG", None, -4061),
        (False, "SELL", "SHORT", None, -4061),
        (False, "SELL", "BOTH", True, -2022),
        (False, "BUY", "UP", None, -4060),
        (True, "BUY", None, None, -4061),
        (True, "BUY", "BOTH", None, -4061),
        (True, "BUY", "BOTH", True, -4061),
        (True, "BUY", "LONG", None, None),
        (True, "SELL", "SHORT", None, None),
        (True, "BUY", "LONG", True, -1106),
        (True, "BUY", "LONG", False, -1106),
        (True, "SELL", "LONG", None, -2022),
        (True, "BUY", "SHORT", None, -2022),
        (True, "BUY", "UP", None, -4060),
    ],
)
def test_each_mode_takes_its_own_sides(venue, refused, hedge, side, leg, reduce_only, code):
    v = venue(hedge=hedge)
    if code is None:
        order = v.market(side, "0.1", leg, reduce_only=reduce_only)
        assert order.position_side == (leg or "BOTH")
    else:
        with refused(code):
            v.market(side, "0.1", leg, reduce_only=reduce_only)
        assert v.exchange.all_orders(None) == []


def test_reduce_only_in_hedge_mode_names_the_parameter(venue, refused):
    with refused(-1106, "reduceonly"):
        venue(hedge=True).market("BUY", "0.1", "LONG", reduce_only=True)


def test_switch_lets_reduce_only_false_pass_in_hedge_mode(venue):
    v = venue(hedge=True, hedge_reduce_only_false_refused=False)
    assert v.market("BUY", "0.1", "LONG", reduce_only=False).status == "FILLED"


@pytest.mark.parametrize(("leg", "opening", "closing"), [("LONG", "BUY", "SELL"), ("SHORT", "SELL", "BUY")])
def test_hedge_close_needs_no_flag(venue, leg, opening, closing):
    v = venue(hedge=True)
    v.market(opening, "0.3", leg)
    v.market(closing, "0.3", leg)
    assert v.qty(leg) == 0
