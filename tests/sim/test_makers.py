"""Resting orders: the queue, prints, touches, partial fills, priority."""

from __future__ import annotations

from decimal import Decimal as D

import pytest


@pytest.mark.parametrize(("side", "price", "seller"), [("BUY", "100.0", True), ("SELL", "100.1", False)])
def test_prints_eat_the_queue_then_the_order(venue, side, price, seller):
    v = venue()
    order = v.limit(side, "3", price)
    assert order.queue_ahead == 10
    v.print(price, "10", seller)
    assert (order.executed, order.queue_ahead) == (0, 0)
    v.print(price, "1", seller)
    assert (order.status, order.executed) == ("PARTIALLY_FILLED", 1)
    v.print(price, "5", seller)
    assert order.status == "FILLED"
    assert all(trade.maker and trade.price == D(price) for trade in v.exchange.trades("BTCUSDT"))


def test_prints_of_the_other_side_do_nothing(venue):
    v = venue()
    order = v.limit("BUY", "3", "100.0")
    v.print("100.0", "50", seller=False)
    assert (order.queue_ahead, order.executed) == (10, 0)


def test_order_inside_the_spread_is_first(venue):
    v = venue()
    v.touch("100.0", "100.5")
    order = v.limit("BUY", "1", "100.2")
    assert order.queue_ahead == 0
    v.print("100.2", "1", seller=True)
    assert order.status == "FILLED"


def test_print_through_the_price_fills(venue):
    v = venue()
    order = v.limit("BUY", "3", "99.9")
    v.print("99.8", "0.5", seller=True)
    assert (order.status, order.avg_price) == ("FILLED", D("99.9"))


@pytest.mark.parametrize(
    ("side", "price", "touch"), [("BUY", "99.0", ("98.8", "99.0")), ("SELL", "101.0", ("101.0", "101.2"))]
)
def test_touch_moving_through_fills_at_the_orders_price(venue, side, price, touch):
    v = venue()
    order = v.limit(side, "1", price)
    v.touch(*touch)
    assert (order.status, order.avg_price) == ("FILLED", D(price))


def test_touch_that_only_comes_near_does_not_fill(venue):
    v = venue()
    order = v.limit("BUY", "1", "99.0")
    v.touch("98.9", "99.1")
    assert (order.executed, order.queue_ahead) == (0, 0)


def test_queue_shrinks_with_what_is_quoted(venue):
    v = venue()
    order = v.limit("BUY", "1", "100.0")
    v.touch("100.0", "100.1", "4", "10")
    assert order.queue_ahead == 4
    v.touch("100.0", "100.1", "20", "10")
    assert order.queue_ahead == 4


def test_better_price_trades_first_and_age_decides(venue):
    v = venue()
    v.touch("99.0", "100.1")
    low, high, late = (v.limit("BUY", "1", price) for price in ("99.5", "99.6", "99.5"))
    v.print("99.5", "1", seller=True)
    assert (high.status, low.status, late.status) == ("FILLED", "FILLED", "NEW")


def test_maker_pays_the_maker_fee(venue):
    v = venue()
    v.limit("BUY", "1", "99.0")
    v.touch("98.0", "99.0")
    assert v.exchange.trades("BTCUSDT")[0].fee == D("99.0") * D("0.0002")


def test_partial_fills_add_up(venue):
    v = venue()
    v.touch("99.0", "100.1")
    order = v.limit("BUY", "1", "99.5")
    for _ in range(4):
        v.print("99.5", "0.25", seller=True)
    assert order.status == "FILLED"
    assert [t.qty for t in v.exchange.trades("BTCUSDT")] == [D("0.25")] * 4
    assert v.qty() == 1


def test_orders_of_other_symbols_stay(venue):
    v = venue()
    order = v.limit("BUY", "1", "99.0")
    v.touch("90.0", "90.1", symbol="ETHUSDT")
    assert order.executed == 0
