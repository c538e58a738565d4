"""Orders that can only close: shrinking, refusal, knock-out, the shared budget."""

from __future__ import annotations

from decimal import Decimal as D

import pytest

OPEN = {"LONG": "BUY", "SHORT": "SELL"}
CLOSE = {"LONG": "SELL", "SHORT": "BUY"}


def test_one_way_reduce_only_shrinks_to_the_position(venue):
    v = venue()
    v.market("BUY", "1")
    order = v.market("SELL", "5", reduce_only=True)
    assert (order.qty, order.status, v.qty()) == (1, "FILLED", 0)
    new = next(e for e in reversed(v.events) if e["e"] == "ORDER_TRADE_UPDATE" and e["o"]["x"] == "NEW")
    assert new["o"]["q"] == "1.000"


@pytest.mark.parametrize("side", ["BUY", "SELL"])
def test_reduce_only_needs_an_opposite_position(venue, refused, side):
    v = venue()
    with refused(-2022):
        v.market(side, "1", reduce_only=True)
    v.market(side, "1")
    with refused(-2022):
        v.market(side, "1", reduce_only=True)


@pytest.mark.parametrize("leg", ["LONG", "SHORT"])
def test_hedge_close_beyond_the_leg_is_refused(venue, refused, leg):
    v = venue(hedge=True)
    v.market(OPEN[leg], "1", leg)
    with refused(-2022):
        v.market(CLOSE[leg], "1.001", leg)
    assert v.market(CLOSE[leg], "1", leg).status == "FILLED"


def test_hedge_close_shrinks_by_switch(venue):
    v = venue(hedge=True, hedge_oversized_close_shrinks=True)
    v.market("BUY", "1", "LONG")
    assert v.market("SELL", "2", "LONG").qty == 1


def test_resting_close_is_knocked_out_when_the_position_goes(venue):
    v = venue()
    v.market("BUY", "1")
    resting = v.limit("SELL", "1", "101.0", reduce_only=True)
    v.market("SELL", "1", reduce_only=True)
    assert (resting.status, resting.expire_reason) == ("EXPIRED", 4)
    assert v.names()[-1] == "ORDER:EXPIRED:EXPIRED"


def test_resting_close_shrinks_with_the_position(venue):
    v = venue()
    v.market("BUY", "2")
    resting = v.limit("SELL", "2", "101.0", reduce_only=True)
    v.market("SELL", "0.5")
    assert (resting.qty, resting.status) == (D("1.5"), "NEW")


def test_hedge_resting_close_is_knocked_out_too(venue):
    v = venue(hedge=True)
    v.market("BUY", "1", "LONG")
    resting = v.limit("SELL", "1", "101.0", "LONG")
    v.market("SELL", "1", "LONG")
    assert (resting.status, resting.expire_reason) == ("EXPIRED", 4)


@pytest.mark.parametrize(
    ("opening", "closing", "prices"), [("BUY", "SELL", ("103.0", "101.0")), ("SELL", "BUY", ("97.0", "99.0"))]
)
def test_better_price_displaces_the_worse(venue, opening, closing, prices):
    v = venue()
    v.market(opening, "1")
    far = v.limit(closing, "1", prices[0], reduce_only=True)
    near = v.limit(closing, "0.6", prices[1], reduce_only=True)
    assert (near.qty, far.qty, far.status) == (D("0.6"), D("0.4"), "NEW")


@pytest.mark.parametrize(
    ("opening", "closing", "prices"), [("BUY", "SELL", ("101.0", "102.0")), ("SELL", "BUY", ("99.0", "98.0"))]
)
def test_worse_price_finds_the_budget_used(venue, refused, opening, closing, prices):
    v = venue()
    v.market(opening, "1")
    v.limit(closing, "1", prices[0], reduce_only=True)
    with refused(-2022):
        v.limit(closing, "1", prices[1], reduce_only=True)


def test_strict_budget_refuses_even_market_closes(venue, refused):
    v = venue(closing_budget_strict=True)
    v.market("BUY", "1")
    take_profit = v.limit("SELL", "1", "101.0", reduce_only=True)
    with refused(-2022):
        v.market("SELL", "1", reduce_only=True)
    v.exchange.cancel("BTCUSDT", order_id=take_profit.order_id)
    assert v.market("SELL", "1", reduce_only=True).status == "FILLED"


def test_reduce_only_never_opens_when_two_orders_fill_in_one_touch(venue):
    v = venue()
    v.market("BUY", "1")
    closing = v.limit("SELL", "1", "101.0", reduce_only=True)
    v.limit("SELL", "1", "100.5")
    v.touch("102.0", "102.1")
    assert v.qty() == 0
    assert closing.status == "EXPIRED"
