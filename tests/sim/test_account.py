"""Legs and money: entry price, realised profit, break-even, flips, hedge legs, wallet, versions."""

from __future__ import annotations

from decimal import Decimal as D

import pytest


def leg_of(v, side="BOTH"):
    return next(p for p in v.exchange.positions("BTCUSDT") if p.position_side == side)


def test_entry_is_weighted_by_size_and_stays_on_reduce(venue):
    v = venue()
    v.market("BUY", "1")
    v.touch("102.9", "103.1")
    v.market("BUY", "2")
    assert leg_of(v).entry_price == D("306.3") / 3
    v.market("SELL", "1")
    assert leg_of(v).entry_price == D("306.3") / 3
    assert leg_of(v).realised == (D("102.9") - D("306.3") / 3).quantize(D("1e-8"))


def test_one_way_flip_closes_then_opens(venue):
    v = venue()
    v.market("BUY", "1")
    v.touch("102.0", "102.1")
    v.market("SELL", "3")
    leg = leg_of(v)
    assert (leg.qty, leg.entry_price, leg.realised) == (-2, D("102.0"), D("1.9"))
    assert [t.realised for t in v.exchange.trades("BTCUSDT")] == [0, D("1.9")]


def test_short_profit_has_the_right_sign(venue):
    v = venue()
    v.market("SELL", "2")
    v.touch("97.9", "98.0")
    v.market("BUY", "2")
    assert leg_of(v).realised == D("4.0")
    assert leg_of(v).qty == leg_of(v).entry_price == 0


def test_hedge_legs_are_separate(venue):
    v = venue(hedge=True)
    v.market("BUY", "2", "LONG")
    v.market("SELL", "1", "SHORT")
    assert (leg_of(v, "LONG").qty, leg_of(v, "SHORT").qty) == (2, -1)
    v.market("BUY", "1", "SHORT")
    assert (leg_of(v, "LONG").qty, leg_of(v, "SHORT").qty) == (2, 0)


@pytest.mark.parametrize(("side", "back"), [("BUY", "SELL"), ("SELL", "BUY")])
def test_closing_at_break_even_covers_the_fees_paid(venue, side, back):
    v = venue()
    v.market(side, "1")
    fee = v.exchange.trades("BTCUSDT")[0].fee
    leg = leg_of(v)
    assert abs(leg.break_even - leg.entry_price) == fee
    assert (leg.break_even > leg.entry_price) is (side == "BUY")


def test_wallet_is_first_balance_plus_income(venue):
    v = venue()
    for side, qty, touch in [
        ("BUY", "1.234", ("100.0", "100.1")),
        ("SELL", "0.777", ("101.3", "101.5")),
        ("SELL", "2.5", ("99.1", "99.2")),
        ("BUY", "2.043", ("97.7", "97.9")),
    ]:
        v.touch(*touch)
        v.market(side, qty)
    assert v.qty() == 0
    lines = v.exchange.income()
    assert v.exchange.summary().wallet == 100_000 + sum(line.amount for line in lines)
    assert {line.type for line in lines} == {"REALIZED_PNL", "COMMISSION"}


def test_positions_show_zero_rows_of_the_mode(venue):
    assert [(p.symbol, p.position_side) for p in venue().exchange.positions()] == [
        ("BTCUSDT", "BOTH"),
        ("ETHUSDT", "BOTH"),
    ]
    assert [p.position_side for p in venue(hedge=True).exchange.positions("BTCUSDT")] == ["LONG", "SHORT"]


def test_older_versions_of_a_position_can_be_seen(venue):
    v = venue()
    t0 = v.exchange.now_ms
    v.wait(100)
    v.market("BUY", "1")
    v.wait(100)
    v.market("BUY", "1")
    seen = [v.exchange.positions("BTCUSDT", as_of_ms=t0 + ms)[0].qty for ms in (50, 100, 150, 200, 300)]
    assert seen == [0, 1, 1, 2, 2]


def test_isolated_leg_binds_its_margin(venue):
    v = venue()
    v.exchange.set_margin_type("BTCUSDT", isolated=True)
    v.market("BUY", "2")
    assert leg_of(v).isolated_wallet == D("10.01")
    v.market("SELL", "1", reduce_only=True)
    assert leg_of(v).isolated_wallet == D("5.005")
    v.market("SELL", "1", reduce_only=True)
    assert leg_of(v).isolated_wallet == 0
    assert v.exchange.summary().cross_wallet == v.exchange.summary().wallet


@pytest.mark.parametrize(
    ("side", "back", "touch"), [("BUY", "SELL", ("104.0", "104.1")), ("SELL", "BUY", ("95.9", "96.0"))]
)
def test_profit_taken_moves_the_break_even_of_the_rest(venue, side, back, touch):
    v = venue()
    v.market(side, "2")
    v.touch(*touch)
    v.market(back, "1")
    leg = leg_of(v)
    net = sum(line.amount for line in v.exchange.income())
    away = -1 if side == "BUY" else 1
    assert leg.break_even == leg.entry_price + away * net
