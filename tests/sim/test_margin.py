"""Margins: what positions and orders bind, and when an order is too much."""

from __future__ import annotations

from decimal import Decimal as D

import pytest


def test_summary_adds_up(venue):
    v = venue()
    v.market("BUY", "10")
    v.mark("101.0")
    v.limit("BUY", "2", "99.0")
    now = v.exchange.summary()
    assert now.unrealised == D("9.0")
    assert now.position_initial_margin == D(1010) / 20
    assert now.open_order_initial_margin == D(198) / 20
    assert now.maint_margin == D("4.04")
    assert now.margin_balance == now.wallet + 9
    assert now.available == now.margin_balance - now.initial_margin


def test_second_bracket_counts_with_its_amount(venue):
    v = venue(balance="10000000")
    v.touch("100.0", "100.1", "2000", "2000")
    v.market("BUY", "500")
    v.market("BUY", "500")
    assert v.exchange.summary().maint_margin == D(100_000) * D("0.01") - 300


def test_one_way_orders_against_the_position_bind_nothing(venue):
    v = venue()
    v.market("BUY", "10")
    v.limit("SELL", "10", "101.0")
    assert v.exchange.summary().open_order_initial_margin == 0
    v.limit("SELL", "15", "101.0")
    assert v.exchange.summary().open_order_initial_margin == (D(25) * 101 - 2 * 1000) / 20


def test_closing_orders_bind_nothing(venue):
    v = venue(hedge=True)
    v.market("BUY", "10", "LONG")
    v.limit("SELL", "10", "101.0", "LONG")
    v.limit("SELL", "10", "101.0", "SHORT")
    long, short = (v.exchange.position_margin(p) for p in v.exchange.positions("BTCUSDT"))
    assert (long.open_order_initial_margin, short.open_order_initial_margin) == (0, D("50.5"))
    assert (long.bid_notional, short.ask_notional) == (0, 1010)


@pytest.mark.parametrize(("qty", "code"), [("19", None), ("21", -2019)])
def test_too_little_margin(venue, refused, qty, code):
    v = venue(balance="100")
    if code is None:
        assert v.market("BUY", qty).executed > 0
    else:
        with refused(code):
            v.market("BUY", qty)


def test_loss_of_a_bad_price_is_counted(venue, refused):
    v = venue(balance="100")
    v.touch("100.0", "105.0")
    with refused(-2019):
        v.limit("BUY", "10", "105.0")
    assert v.limit("BUY", "10", "100.0").open


def test_closing_needs_no_margin(venue):
    v = venue(balance="100")
    v.market("BUY", "19")
    v.mark("96.0")
    assert v.exchange.summary().available == 0
    assert v.market("SELL", "19", reduce_only=True).executed > 0
    v2 = venue(balance="100")
    v2.market("BUY", "19")
    v2.mark("96.0")
    assert v2.market("SELL", "10").executed == 10


def test_liquidation_price_of_nothing_is_zero(venue):
    v = venue()
    assert v.exchange.liquidation_price(v.exchange.positions("BTCUSDT")[0]) == 0
    v.market("BUY", "1")
    assert v.exchange.liquidation_price(v.exchange.positions("BTCUSDT")[0]) == 0


def test_hedge_legs_share_one_liquidation_price(venue):
    v = venue(hedge=True, balance="100")
    v.market("BUY", "10", "LONG")
    v.market("SELL", "2", "SHORT")
    long, short = v.exchange.positions("BTCUSDT")
    assert v.exchange.liquidation_price(long) == v.exchange.liquidation_price(short) > 0


def test_positions_without_flat_ones_are_those_with_a_quantity(venue):
    v = venue(hedge=True, balance="100")
    v.market("BUY", "1", "LONG")
    assert [leg.position_side for leg in v.exchange.positions(flat=False)] == ["LONG"]
    v.market("SELL", "1", "LONG")
    assert v.exchange.positions(flat=False) == []
    assert {leg.qty for leg in v.exchange.positions()} == {0}
