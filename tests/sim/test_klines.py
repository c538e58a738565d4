"""Bars: made from what was traded, aggregated, bounded, with a past."""

from __future__ import annotations

from decimal import Decimal as D
from itertools import pairwise

import pytest

SYMBOL = "BTCUSDT"
MINUTE = 60_000


def at_minute(v):
    v.wait(MINUTE - v.exchange.now_ms % MINUTE)


def test_a_minute_bar_holds_its_prints(venue):
    v = venue()
    at_minute(v)
    for price, qty, seller in [("100.2", "1", False), ("100.5", "2", False), ("99.9", "3", True), ("100.0", "1", True)]:
        v.print(price, qty, seller)
    (bar,) = v.exchange.klines(SYMBOL, MINUTE, v.exchange.now_ms, None, 10)
    assert (bar.open, bar.high, bar.low, bar.close) == (D("100.2"), D("100.5"), D("99.9"), D("100.0"))
    assert (bar.volume, bar.trades, bar.taker_buy_volume) == (7, 4, 3)


def test_quiet_minutes_have_bars_and_longer_ones_add_up(venue):
    v = venue()
    at_minute(v)
    v.wait(5 * MINUTE - v.exchange.now_ms % (5 * MINUTE))
    start = v.exchange.now_ms
    v.print("101.0", "1", seller=False)
    v.wait(3 * MINUTE)
    v.print("102.0", "2", seller=False)
    minutes = v.exchange.klines(SYMBOL, MINUTE, start, None, 10)
    (whole,) = v.exchange.klines(SYMBOL, 5 * MINUTE, start, None, 10)
    assert [bar.close for bar in minutes] == [D("101.0")] * 3 + [D("102.0")]
    assert (whole.open, whole.close, whole.volume) == (D("101.0"), D("102.0"), 3)


@pytest.mark.parametrize("interval", [MINUTE, 15 * MINUTE, 60 * MINUTE, 240 * MINUTE, 1440 * MINUTE])
def test_the_market_has_a_past(venue, interval):
    v = venue()
    bars = v.exchange.klines(SYMBOL, interval, None, None, 30)
    assert len(bars) == 30
    assert [b.open_ms - a.open_ms for a, b in pairwise(bars)] == [interval] * 29
    assert all(b.low <= min(b.open, b.close) <= max(b.open, b.close) <= b.high for b in bars)
    assert all(b.open % D("0.1") == 0 for b in bars)
    again = venue().exchange.klines(SYMBOL, interval, None, None, 30)
    assert again == bars


def test_memory_is_bounded(venue):
    v = venue()
    for step in range(60):
        v.wait(120 * MINUTE)
        v.print(str(D(100) + step % 3), "1", seller=True)
    bars = v.exchange.world.bars[SYMBOL]
    v.exchange.klines(SYMBOL, 60 * MINUTE, None, None, 1500)
    assert len(bars.minutes) <= 3_000
    assert len(bars.hours) <= 1_500


def test_day_statistics(venue):
    v = venue()
    v.print("103.0", "2", seller=False)
    v.print("101.0", "1", seller=True)
    day = v.exchange.day(SYMBOL)
    assert (day.last, day.high, day.last_qty) == (D("101.0"), max(day.high, D("103.0")), 1)
    assert day.change == day.last - day.open
