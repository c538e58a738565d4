"""PUT order."""

from __future__ import annotations

from decimal import Decimal as D

import pytest

SYMBOL = "BTCUSDT"


def put(v, order, qty, price, side=None, **ids):
    ids = ids or {"order_id": order.order_id}
    return v.exchange.amend(SYMBOL, side or order.side, qty=D(qty), price=D(price), **ids)


def test_price_and_quantity_change_and_the_place_is_lost(venue):
    v = venue()
    order = v.limit("BUY", "1", "100.0")
    v.print("100.0", "6", seller=True)
    assert order.queue_ahead == 4
    put(v, order, "2", "100.0")
    assert (order.qty, order.queue_ahead, order.modify_id) == (2, 10, 1)
    assert put(v, order, "2", "99.0", client_id=order.client_id).price == D("99.0")


@pytest.mark.parametrize(
    ("qty", "price", "code"),
    [
        ("1", "99.0", -5027),
        ("0.01", "99.0", -5029),
        ("1", "99.05", -4014),
        ("1", "106.0", -4016),
        ("1.0001", "99.0", -1111),
        ("100000", "99.0", -4005),
    ],
)
def test_refused_change_leaves_the_order(venue, refused, qty, price, code):
    v = venue()
    order = v.limit("BUY", "1", "99.0")
    with refused(code):
        put(v, order, qty, price)
    assert (order.qty, order.price, order.status, order.amendments) == (1, D("99.0"), "NEW", 0)


def test_only_open_orders_can_change(venue, refused):
    v = venue()
    done = v.market("BUY", "1")
    with refused(-2013):
        put(v, done, "2", "99.0")
    with refused(-2013):
        put(v, done, "2", "99.0", order_id=1)


def test_symbol_must_trade(venue, refused):
    v = venue()
    order = v.limit("BUY", "1", "99.0")
    v.exchange.hands.delist(SYMBOL, "PRE_DELIVERING")
    with refused(-5024):
        put(v, order, "1", "98.0")


def test_post_only_moved_into_the_market_is_cancelled(venue):
    v = venue()
    order = v.limit("BUY", "1", "99.0", tif="GTX")
    put(v, order, "1", "100.1")
    assert (order.status, order.executed) == ("CANCELED", 0)


def test_plain_order_moved_into_the_market_trades(venue):
    v = venue()
    order = v.limit("BUY", "1", "99.0")
    put(v, order, "1", "100.1")
    assert (order.status, order.avg_price) == ("FILLED", D("100.1"))


def test_quantity_not_above_the_fills_cancels(venue):
    v = venue()
    v.touch("99.0", "100.1")
    order = v.limit("BUY", "1", "99.5")
    v.print("99.5", "0.4", seller=True)
    put(v, order, "0.4", "99.5")
    assert (order.status, order.executed) == ("CANCELED", D("0.4"))


def test_closing_order_stays_within_the_position(venue, refused):
    v = venue(hedge=True)
    v.market("BUY", "1", "LONG")
    order = v.limit("SELL", "0.5", "101.0", "LONG")
    put(v, order, "1", "101.0")
    with refused(-2022):
        put(v, order, "1.1", "101.0")
    assert order.qty == 1


def test_margin_of_a_larger_order_is_checked(venue, refused):
    v = venue(balance="100")
    order = v.limit("BUY", "10", "99.0")
    with refused(-2019):
        put(v, order, "30", "99.0")


def test_side_must_match_and_edits_are_limited(venue, refused):
    v = venue()
    order = v.limit("BUY", "1", "99.0")
    with refused(-1130, "side"):
        put(v, order, "1", "98.0", side="SELL")
    order.amendments = 10_000
    with refused(-5026):
        put(v, order, "1", "98.0")
