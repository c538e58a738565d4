"""Takers: depth, time in force, bounds, price match, client ids, self-trade prevention."""

from __future__ import annotations

from decimal import Decimal as D

import pytest

from hedgectl.sim.model import NewOrder

ASKS = [("100.1", "1"), ("100.2", "2"), ("100.5", "3")]
BIDS = [("100.0", "1"), ("99.9", "2"), ("99.5", "3")]


@pytest.fixture
def deep(venue):
    def make(**more):
        v = venue(**more)
        v.touch("100.0", "100.1", "1", "1")
        v.levels(BIDS, ASKS)
        return v

    return make


def test_market_order_walks_the_depth(deep):
    v = deep()
    order = v.market("BUY", "4")
    assert [(t.price, t.qty) for t in v.exchange.trades("BTCUSDT")] == [
        (D("100.1"), 1),
        (D("100.2"), 2),
        (D("100.5"), 1),
    ]
    assert order.status == "FILLED"
    assert order.avg_price == (D("100.1") + D("200.4") + D("100.5")) / 4
    assert v.exchange.quote("BTCUSDT").ask == D("100.5")
    assert v.exchange.quote("BTCUSDT").ask_qty == 2


def test_market_sell_walks_the_bids(deep):
    v = deep()
    v.market("SELL", "2")
    assert [t.price for t in v.exchange.trades("BTCUSDT")] == [D("100.0"), D("99.9")]


def test_market_order_beyond_the_book_expires_with_9(deep):
    v = deep()
    order = v.market("BUY", "7")
    assert (order.status, order.executed, order.expire_reason) == ("EXPIRED", 6, 9)
    assert v.exchange.open_orders() == []


def test_market_order_stops_at_the_take_bound(deep):
    v = deep(spec={"take_bound": D("0.003")})
    order = v.market("BUY", "6")
    assert (order.status, order.executed) == ("EXPIRED", 3)


def test_depth_is_made_from_the_touch(venue):
    v = venue()
    bids, asks = v.exchange.depth("BTCUSDT", 5)
    assert len(bids) == len(asks) == 5
    assert bids[0] == (D("100.0"), 10)
    assert asks[1] == (D("100.2"), 10)
    assert v.market("BUY", "15").status == "FILLED"
    assert v.exchange.quote("BTCUSDT").ask == D("100.2")


def test_empty_book_refuses_market_orders(venue, refused):
    v = venue()
    v.touch("100.0", "0", "10", "0")
    with refused(-1112):
        v.market("BUY", "1")
    assert v.market("SELL", "1").status == "FILLED"


@pytest.mark.parametrize(("side", "touch"), [("BUY", ("105.0", "105.1")), ("SELL", ("94.9", "95.0"))])
def test_best_price_outside_the_band_refuses_market_orders(venue, refused, side, touch):
    v = venue()
    v.touch(*touch)
    v.mark("100.0")
    with refused(-4131):
        v.market(side, "1")


def test_gtc_takes_then_rests(deep):
    v = deep()
    order = v.limit("BUY", "5", "100.2")
    assert (order.status, order.executed) == ("PARTIALLY_FILLED", 3)
    assert v.exchange.open_orders() == [order]


def test_ioc_remainder_expires_with_2(deep):
    v = deep()
    order = v.limit("BUY", "5", "100.2", tif="IOC")
    assert (order.status, order.executed, order.expire_reason) == ("EXPIRED", 3, 2)


def test_ioc_that_finds_nothing_expires(venue):
    order = venue().limit("BUY", "1", "99.0", tif="IOC")
    assert (order.status, order.executed, order.expire_reason) == ("EXPIRED", 0, 2)


def test_fok_all_or_nothing(deep, refused):
    v = deep()
    with refused(-5021):
        v.limit("BUY", "4", "100.2", tif="FOK")
    assert v.exchange.all_orders("BTCUSDT") == []
    assert v.limit("BUY", "3", "100.2", tif="FOK").status == "FILLED"


@pytest.mark.parametrize(("side", "price"), [("BUY", "100.1"), ("SELL", "100.0")])
def test_post_only_that_would_take_leaves_no_record(venue, refused, side, price):
    v = venue()
    with refused(-5022):
        v.limit(side, "1", price, tif="GTX", client_id="mine")
    with refused(-2013):
        v.exchange.order("BTCUSDT", client_id="mine")
    assert v.limit(side, "1", "100.0" if side == "BUY" else "100.1", tif="GTX").status == "NEW"


def test_post_only_expires_by_switch(venue):
    v = venue(post_only_expires=True)
    order = v.limit("BUY", "1", "100.1", tif="GTX")
    assert (order.status, order.executed) == ("EXPIRED", 0)
    assert v.names()[-2:] == ["ORDER:NEW:NEW", "ORDER:EXPIRED:EXPIRED"]


def test_gtd_expires_at_its_time(venue):
    v = venue()
    order = v.limit("BUY", "1", "99.0", tif="GTD", good_till_ms=v.exchange.now_ms + 700_000)
    v.wait(699_999)
    assert order.open
    v.wait(1)
    assert order.status == "EXPIRED"


@pytest.mark.parametrize(
    ("side", "match", "price"),
    [
        ("BUY", "OPPONENT", "100.1"),
        ("BUY", "QUEUE", "100.0"),
        ("BUY", "QUEUE_5", "99.6"),
        ("SELL", "QUEUE", "100.1"),
        ("SELL", "OPPONENT_5", "99.6"),
    ],
)
def test_price_match_takes_the_price_of_the_book(venue, side, match, price):
    v = venue()
    order = v.exchange.place(new_matched(v, side, match))
    assert order.price == D(price)


def new_matched(v, side, match):
    return NewOrder("BTCUSDT", side, "LIMIT", None, "GTC", D(1), price_match=match)


def test_price_match_without_that_level(deep, refused):
    v = deep()
    with refused(-5041):
        v.exchange.place(new_matched(v, "BUY", "QUEUE_10"))


def test_client_id_is_unique_among_open_orders_only(venue, refused):
    v = venue()
    first = v.limit("BUY", "1", "99.0", client_id="same")
    with refused(-4116):
        v.market("BUY", "1", client_id="same")
    v.exchange.cancel("BTCUSDT", client_id="same")
    second = v.market("BUY", "1", client_id="same")
    assert v.market("BUY", "1", client_id="same").status == "FILLED"
    assert second.order_id > first.order_id
    assert v.exchange.order("BTCUSDT", client_id="same").order_id > second.order_id


def test_switch_remembers_client_ids_after_the_close(venue, refused):
    v = venue(duplicate_id_after_close=True)
    v.market("BUY", "1", client_id="same")
    with refused(-4116):
        v.market("BUY", "1", client_id="same")


@pytest.mark.parametrize(
    ("mode", "tif", "taker", "maker"),
    [
        ("EXPIRE_MAKER", "GTC", ("NEW", 0), ("EXPIRED_IN_MATCH", 1)),
        ("EXPIRE_TAKER", "GTC", ("EXPIRED_IN_MATCH", 1), ("NEW", 0)),
        ("EXPIRE_TAKER", "IOC", ("EXPIRED_IN_MATCH", 3), ("NEW", 0)),
        ("EXPIRE_BOTH", "GTC", ("EXPIRED_IN_MATCH", 1), ("EXPIRED_IN_MATCH", 1)),
        ("NONE", "GTC", ("FILLED", 0), ("FILLED", 0)),
    ],
)
def test_self_trade_prevention(venue, mode, tif, taker, maker):
    v = venue()
    v.touch("100.0", "101.0")
    own = v.limit("SELL", "1", "100.5")
    order = v.limit("BUY", "1", "100.5", tif=tif, stp=mode)
    assert (order.status, order.expire_reason) == taker
    assert (own.status, own.expire_reason) == maker


def test_own_order_is_met_after_better_prices(deep):
    v = deep()
    own = v.limit("SELL", "1", "100.2")
    order = v.market("BUY", "6")
    assert own.status == "EXPIRED_IN_MATCH"
    assert order.status == "FILLED"


def test_post_only_may_not_cross_an_own_order(venue, refused):
    v = venue()
    v.touch("100.0", "101.0")
    v.limit("SELL", "1", "100.5")
    with refused(-5022):
        v.limit("BUY", "1", "100.5", tif="GTX")


def test_order_test_checks_everything_and_does_nothing(venue, refused):
    v = venue()
    before = len(v.exchange.ledger)
    order = v.exchange.place(NewOrder("BTCUSDT", "BUY", "MARKET", qty=D(1)), dry=True)
    assert order.status == "NEW"
    assert order.order_id == 0
    with refused(-4164):
        v.exchange.place(NewOrder("BTCUSDT", "BUY", "MARKET", qty=D("0.001")), dry=True)
    assert len(v.exchange.ledger) == before
    assert v.events[-1:] == []
    assert v.qty() == 0


def test_cancel_of_what_is_not_open(venue, refused):
    v = venue()
    order = v.market("BUY", "1")
    with refused(-2011):
        v.exchange.cancel("BTCUSDT", order_id=order.order_id)
    with refused(-2011):
        v.exchange.cancel("BTCUSDT", client_id="never")


def test_cancel_keeps_what_was_filled(deep):
    v = deep()
    order = v.limit("BUY", "5", "100.2")
    v.exchange.cancel("BTCUSDT", order_id=order.order_id)
    assert (order.status, order.executed) == ("CANCELED", 3)
