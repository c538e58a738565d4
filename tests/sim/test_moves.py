"""Time: order of what happens, and what `next_ms` promises."""

from __future__ import annotations

from decimal import Decimal as D

from hedgectl.sim.market.feed import Mark, Touch

SYMBOL = "BTCUSDT"


def touch(bid, ask):
    return Touch(SYMBOL, D(bid), D(10), D(ask), D(10))


def test_next_is_the_feed_or_a_timer(venue):
    v = venue()
    start = v.exchange.now_ms
    funding = v.exchange.quote(SYMBOL).next_funding_ms
    assert v.exchange.next_ms() == funding
    v.script.say(start + 50, touch("101.0", "101.1"))
    assert v.exchange.next_ms() == start + 50
    v.exchange.advance(start + 50)
    assert v.exchange.quote(SYMBOL).bid == D("101.0")
    assert v.exchange.next_ms() == funding


def test_everything_happens_at_its_own_time(venue):
    v = venue()
    start = v.exchange.now_ms
    v.market("BUY", "1")
    algo = v.algo("SELL", "STOP_MARKET", trigger_price="98", close_position=True)
    v.script.say(start + 100, touch("97.9", "98.0"))
    v.script.say(start + 105, touch("96.0", "96.1"))
    v.script.say(start + 300, touch("99.0", "99.1"))
    v.exchange.advance(start + 1000)
    assert (algo.trigger_ms, algo.actual_price) == (start + 100, D("96.0"))
    assert v.exchange.trades(SYMBOL)[-1].time_ms == start + 111
    assert v.exchange.now_ms == start + 1000


def test_funding_uses_the_mark_of_that_moment(venue):
    v = venue()
    v.market("BUY", "1")
    due = v.exchange.quote(SYMBOL).next_funding_ms
    v.script.say(due, Mark(SYMBOL, D(200), D(200), D("0.001")))
    v.script.say(due + 1, Mark(SYMBOL, D(300), D(300), D("0.001")))
    v.exchange.advance(due + 10)
    assert v.exchange.income(kind="FUNDING_FEE")[0].amount == D("-0.2")


def test_time_never_goes_back(venue):
    v = venue()
    now = v.exchange.now_ms
    v.exchange.advance(now - 1000)
    assert v.exchange.now_ms == now


def test_mark_follows_the_touch_until_the_feed_has_one(venue):
    v = venue()
    book = v.exchange.world.books["ETHUSDT"]
    book.marked = False
    v.touch("102.0", "102.2", symbol="ETHUSDT")
    assert v.exchange.quote("ETHUSDT").mark == D("102.1")
    v.mark("50.0", symbol="ETHUSDT")
    v.touch("103.0", "103.2", symbol="ETHUSDT")
    assert v.exchange.quote("ETHUSDT").mark == D("50.0")


def test_same_seed_same_world(venue):
    def run():
        v = venue()
        order = v.market("BUY", "1")
        algo = v.algo("SELL", "STOP_MARKET", trigger_price="98", close_position=True)
        return order.order_id, order.client_id, algo.algo_id, v.events

    assert run() == run()
