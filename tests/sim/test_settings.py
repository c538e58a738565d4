"""Leverage, margin type, position mode, countdown."""

from __future__ import annotations

from decimal import Decimal as D

import pytest

SYMBOL = "BTCUSDT"


def test_leverage_and_what_it_allows(venue, refused):
    v = venue()
    assert v.exchange.set_leverage(SYMBOL, 100) == (100, D(50_000))
    assert v.exchange.set_leverage(SYMBOL, 20) == (20, D(500_000))
    for wrong in (0, 101):
        with refused(-4028, wrong):
            v.exchange.set_leverage(SYMBOL, wrong)


def test_position_too_large_for_the_leverage(venue, refused):
    v = venue()
    v.touch("100.0", "100.1", "1000", "1000")
    v.market("BUY", "500")
    v.market("BUY", "100")
    with refused(-2027):
        v.exchange.set_leverage(SYMBOL, 50)


def test_order_too_large_for_the_leverage(venue, refused):
    v = venue()
    v.exchange.set_leverage(SYMBOL, 50)
    with refused(-2027):
        v.market("BUY", "500")
    assert v.market("BUY", "400").order_id
    with refused(-2027):
        v.limit("BUY", "150", "99.0")


def test_lower_leverage_needs_margin(venue, refused):
    v = venue(balance="100")
    v.market("BUY", "15")
    with refused(-2028):
        v.exchange.set_leverage(SYMBOL, 5)
    assert v.exchange.configs[SYMBOL].leverage == 20


def test_isolated_leverage_is_not_lowered_on_a_position(venue, refused):
    v = venue()
    v.exchange.set_margin_type(SYMBOL, isolated=True)
    v.market("BUY", "1")
    with refused(-4161):
        v.exchange.set_leverage(SYMBOL, 5)


def test_margin_type(venue, refused):
    v = venue()
    with refused(-4046):
        v.exchange.set_margin_type(SYMBOL, isolated=False)
    v.limit("BUY", "1", "99.0")
    with refused(-4047):
        v.exchange.set_margin_type(SYMBOL, isolated=True)
    v.exchange.cancel_all(SYMBOL)
    v.algo("SELL", "STOP_MARKET", trigger_price="98", close_position=True)
    with refused(-4047):
        v.exchange.set_margin_type(SYMBOL, isolated=True)
    v.exchange.cancel_all_algo(SYMBOL)
    v.market("BUY", "1")
    with refused(-4048):
        v.exchange.set_margin_type(SYMBOL, isolated=True)
    v.market("SELL", "1")
    v.exchange.multi_assets = True
    with refused(-4168):
        v.exchange.set_margin_type(SYMBOL, isolated=True)


@pytest.mark.parametrize("hedge", [False, True])
def test_position_mode(venue, refused, hedge):
    v = venue(hedge=hedge)
    leg = "LONG" if hedge else None
    with refused(-4059):
        v.exchange.set_hedge(hedge)
    algo = v.algo("SELL", "STOP_MARKET", leg, trigger_price="98", close_position=True)
    with refused(-4067):
        v.exchange.set_hedge(not hedge)
    v.exchange.cancel_algo(algo.algo_id)
    v.market("BUY", "1", leg)
    with refused(-4068):
        v.exchange.set_hedge(not hedge)
    v.market("SELL", "1", leg)
    v.exchange.set_hedge(not hedge)
    assert v.exchange.hedge is not hedge


def test_countdown_cancels_orders_but_not_covers(venue):
    v = venue()
    order = v.limit("BUY", "1", "99.0")
    algo = v.algo("SELL", "STOP_MARKET", trigger_price="98", close_position=True)
    v.exchange.countdown(SYMBOL, 10_000)
    v.wait(9_000)
    v.exchange.countdown(SYMBOL, 10_000)
    v.wait(9_999)
    assert order.open
    v.wait(1)
    assert order.status == "CANCELED"
    assert algo.open


def test_countdown_of_zero_stops_it(venue):
    v = venue()
    order = v.limit("BUY", "1", "99.0")
    v.exchange.countdown(SYMBOL, 10_000)
    v.exchange.countdown(SYMBOL, 0)
    v.wait(20_000)
    assert order.open
