"""Each filter, on both sides of its border."""

from __future__ import annotations

from decimal import Decimal as D

import pytest


@pytest.mark.parametrize(
    ("side", "qty", "price", "code"),
    [
        ("BUY", "1", "99.9", None),
        ("BUY", "1", "99.95", -4014),
        ("BUY", "1", "99.951", -1111),
        ("BUY", "1", "-0.1", -4001),
        ("BUY", "1", "0", -4013),
        ("BUY", "1", "0.9", -4013),
        ("BUY", "1", "100000.1", -4002),
        ("BUY", "0", "99.9", -4003),
        ("BUY", "-1", "99.9", -4003),
        ("BUY", "0.0005", "99.9", -1111),
        ("BUY", "0.051", "99.9", None),
        ("BUY", "0.050", "99.9", -4164),
        ("SELL", "0.050", "100.1", None),
        ("BUY", "1000", "99.9", None),
        ("BUY", "1000.001", "99.9", -4005),
        ("BUY", "1", "105.0", None),
        ("BUY", "1", "105.1", -4016),
        ("SELL", "1", "95.0", None),
        ("SELL", "1", "94.9", -4024),
        ("SELL", "1", "120.0", None),
        ("BUY", "1", "80.0", None),
    ],
)
def test_limit_order_at_each_border(venue, refused, side, qty, price, code):
    v = venue(balance="10000000", spec={"brackets": ()})
    if code is None:
        assert v.limit(side, qty, price).order_id
    else:
        with refused(code):
            v.limit(side, qty, price)


def test_step_coarser_than_precision_has_its_own_code(venue, refused):
    v = venue(spec={"step": D("0.01"), "min_qty": D("0.01")})
    with refused(-4023):
        v.limit("BUY", "0.105", "99.9")
    with refused(-4004):
        v.limit("BUY", "0.005", "99.9")


@pytest.mark.parametrize(("qty", "code"), [("500", None), ("500.001", -4005), ("0.050", None), ("0.049", -4164)])
def test_market_lot_and_notional_at_mark(venue, refused, qty, code):
    v = venue(balance="10000000", spec={"brackets": ()})
    if code is None:
        assert v.market("BUY", qty).order_id
    else:
        with refused(code):
            v.market("BUY", qty)


def test_notional_of_market_order_uses_mark_not_touch(venue, refused):
    v = venue()
    v.mark("99.0")
    with refused(-4164, "5"):
        v.market("BUY", "0.050")


def test_notional_spares_closing_orders(venue):
    one_way, hedge = venue(), venue(hedge=True)
    one_way.market("BUY", "1")
    assert one_way.market("SELL", "0.001", reduce_only=True).status == "FILLED"
    hedge.market("BUY", "1", "LONG")
    assert hedge.market("SELL", "0.001", "LONG").status == "FILLED"


def test_one_way_close_without_flag_is_not_spared(venue, refused):
    v = venue()
    v.market("BUY", "1")
    with refused(-4164):
        v.market("SELL", "0.001")


def test_switch_makes_hedge_close_pay_the_notional(venue, refused):
    v = venue(hedge=True, hedge_close_below_min_notional=False)
    v.market("BUY", "1", "LONG")
    with refused(-4164):
        v.market("SELL", "0.001", "LONG")


def test_two_hundred_orders_per_symbol(venue, refused):
    v = venue(spec={"max_orders": 2})
    v.limit("BUY", "1", "99.0")
    v.limit("BUY", "1", "98.0")
    with refused(-2025):
        v.limit("BUY", "1", "97.0")
    assert v.market("BUY", "1").status == "FILLED"


def test_unknown_symbol(venue, refused):
    v = venue()
    with refused(-1121):
        v.exchange.quote("NOPEUSDT")


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"price": D("99")}, -1106),
        ({"tif": "GTC"}, -1106),
        ({"price_match": "QUEUE"}, -5038),
        ({"stp": "SOME"}, -5039),
    ],
)
def test_market_order_takes_no_limit_parameters(venue, refused, change, code):
    with refused(code):
        venue().market("BUY", "1", **change)


@pytest.mark.parametrize(
    ("tif", "more", "code"),
    [
        (None, {}, -1102),
        ("GTE", {}, -1115),
        ("GTC", {"price_match": "QUEUE"}, -5037),
        ("GTD", {"good_till_ms": 1}, -5040),
        ("GTC", {"good_till_ms": 1}, -1106),
    ],
)
def test_limit_order_parameters(venue, refused, tif, more, code):
    with refused(code):
        venue().limit("BUY", "1", "99.0", tif=tif, **more)
