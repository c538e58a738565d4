"""Funding: who pays, when, and what is told."""

from __future__ import annotations

from decimal import Decimal as D

import pytest

HOUR_MS = 3_600_000


@pytest.mark.parametrize(
    ("side", "rate", "amount"),
    [("BUY", "0.0001", "-0.02"), ("SELL", "0.0001", "0.02"), ("BUY", "-0.0001", "0.02"), ("SELL", "-0.0002", "-0.04")],
)
def test_longs_pay_a_positive_rate(venue, side, rate, amount):
    v = venue()
    v.market(side, "2")
    v.mark("100.0", rate)
    wallet, due = v.exchange.summary().wallet, v.exchange.quote("BTCUSDT").next_funding_ms
    v.exchange.advance(due - 1)
    assert v.exchange.income(kind="FUNDING_FEE") == []
    v.exchange.advance(due)
    assert v.exchange.summary().wallet - wallet == D(amount)
    (line,) = v.exchange.income(kind="FUNDING_FEE")
    assert (line.amount, line.time_ms, line.symbol) == (D(amount), due, "BTCUSDT")


def test_cross_funding_tells_the_balance_only(venue):
    v = venue()
    v.market("BUY", "2")
    v.mark("100.0", "0.0001")
    v.events.clear()
    v.exchange.advance(v.exchange.quote("BTCUSDT").next_funding_ms)
    (event,) = v.events
    assert event["a"]["m"] == "FUNDING_FEE"
    assert event["a"]["P"] == []
    assert event["a"]["S"] == "BTCUSDT"
    assert event["a"]["B"][0]["bc"] == "-0.02000000"


def test_isolated_funding_moves_the_legs_margin(venue):
    v = venue()
    v.exchange.set_margin_type("BTCUSDT", isolated=True)
    v.market("BUY", "2")
    v.mark("100.0", "0.0001")
    v.exchange.advance(v.exchange.quote("BTCUSDT").next_funding_ms)
    assert v.events[-1]["a"]["P"][0]["iw"] == "9.99000000"


@pytest.mark.parametrize(("hours", "times"), [(8, 3), (4, 6), (1, 24)])
def test_intervals_of_a_day(venue, hours, times):
    v = venue(spec={"funding_interval_h": hours})
    v.market("BUY", "1")
    v.mark("100.0", "0.0001")
    v.wait(24 * HOUR_MS)
    assert len(v.exchange.income(kind="FUNDING_FEE", limit=100)) == times
    assert v.exchange.quote("BTCUSDT").next_funding_ms % (hours * HOUR_MS) == 0


def test_both_hedge_legs_are_paid(venue):
    v = venue(hedge=True)
    v.market("BUY", "2", "LONG")
    v.market("SELL", "1", "SHORT")
    v.mark("100.0", "0.0001")
    v.exchange.advance(v.exchange.quote("BTCUSDT").next_funding_ms)
    assert sorted(line.amount for line in v.exchange.income(kind="FUNDING_FEE")) == [D("-0.02"), D("0.01")]
