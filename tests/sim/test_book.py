"""The book itself: levels, touch, made depth."""

from __future__ import annotations

from decimal import Decimal as D

from hedgectl.sim.market.feed import Levels

SYMBOL = "ETHUSDT"


def rows(*pairs):
    return tuple((D(price), D(qty)) for price, qty in pairs)


def test_levels_alone_make_the_touch(venue):
    v = venue()
    book = v.exchange.world.books[SYMBOL]
    book.touched = False
    move = v.exchange.hands.move_market
    move(Levels(SYMBOL, rows(("99.5", "3"), ("99.4", "4")), rows(("99.7", "5")), snapshot=True))
    assert (v.exchange.quote(SYMBOL).bid, v.exchange.quote(SYMBOL).ask_qty) == (D("99.5"), 5)
    move(Levels(SYMBOL, rows(("99.5", "0")), rows(("99.6", "1"))))
    bids, asks = v.exchange.depth(SYMBOL, 10)
    assert bids == [(D("99.4"), 4)]
    assert asks == [(D("99.6"), 1), (D("99.7"), 5)]


def test_touch_wins_over_levels(venue):
    v = venue()
    bids, asks = rows(("100.0", "1"), ("99.0", "7")), rows(("100.5", "2"))
    v.exchange.hands.move_market(Levels(SYMBOL, bids, asks, snapshot=True))
    assert v.exchange.quote(SYMBOL).ask == D("100.1")
    v.touch("99.2", "100.4", "3", "3", symbol=SYMBOL)
    bids, asks = v.exchange.depth(SYMBOL, 10)
    assert bids == [(D("99.2"), 3), (D("99.0"), 7)]
    assert asks == [(D("100.4"), 3), (D("100.5"), 2)]


def test_what_is_taken_is_gone_until_the_feed_speaks(venue):
    v = venue()
    v.market("BUY", "4")
    assert v.exchange.quote("BTCUSDT").ask_qty == 6
    assert v.exchange.depth("BTCUSDT", 1)[1] == [(D("100.1"), 6)]
    v.touch("100.0", "100.1")
    assert v.exchange.quote("BTCUSDT").ask_qty == 10


def test_last_follows_the_touch(venue):
    v = venue()
    v.touch("98.0", "98.1")
    assert v.exchange.quote("BTCUSDT").last == D("98.1")
    v.touch("99.0", "99.1")
    assert v.exchange.quote("BTCUSDT").last == D("99.0")
    v.touch("98.9", "99.1")
    assert v.exchange.quote("BTCUSDT").last == D("99.0")


def test_queue_behind_the_touch_is_what_rests_there(venue):
    v = venue()
    v.touch("100.0", "100.1", "1", "1")
    v.levels([("100.0", "1"), ("99.5", "8")], [("100.1", "1")])
    assert v.limit("BUY", "1", "99.5").queue_ahead == 8
    assert v.limit("BUY", "1", "99.4").queue_ahead == 0
