"""Retention: what the exchange still tells about, and what it forgets."""

from __future__ import annotations

from hedgectl.sim.shelf import Shelf

DAY_MS = 86_400_000


def test_unfilled_closed_orders_vanish_after_three_days(venue, refused):
    v = venue()
    cancelled, filled, resting = v.limit("BUY", "1", "99.0"), v.market("BUY", "1"), v.limit("BUY", "1", "97.0")
    v.exchange.cancel("BTCUSDT", order_id=cancelled.order_id)
    v.wait(3 * DAY_MS)
    assert v.exchange.order("BTCUSDT", cancelled.order_id) is cancelled
    v.wait(1)
    with refused(-2013):
        v.exchange.order("BTCUSDT", cancelled.order_id)
    assert v.exchange.all_orders("BTCUSDT") == [filled, resting]


def test_everything_closed_vanishes_after_ninety_days(venue, refused):
    v = venue()
    filled, resting = v.market("BUY", "1"), v.limit("BUY", "1", "97.0")
    v.wait(90 * DAY_MS)
    assert v.exchange.order("BTCUSDT", filled.order_id)
    v.wait(1)
    with refused(-2013):
        v.exchange.order("BTCUSDT", filled.order_id)
    assert v.exchange.order("BTCUSDT", resting.order_id).open
    assert v.exchange.trades("BTCUSDT", order_id=filled.order_id) == []


def test_algos_are_kept_the_same_way(venue, refused):
    v = venue()
    algo = v.algo("SELL", "STOP_MARKET", qty="1", trigger_price="98")
    v.wait(5 * DAY_MS)
    assert v.exchange.algo(algo.algo_id).open
    v.exchange.cancel_algo(algo.algo_id)
    with refused(-2013):
        v.exchange.algo(algo.algo_id)


def test_old_algo_still_finishes(venue):
    v = venue()
    v.market("BUY", "1")
    algo = v.algo("SELL", "STOP_MARKET", trigger_price="98", close_position=True)
    v.wait(10 * DAY_MS)
    v.touch("97.9", "98.0")
    v.wait(11)
    assert v.exchange.algo(algo.algo_id).status == "FINISHED"


def test_open_order_is_closed_once(venue, refused):
    v = venue()
    order = v.limit("BUY", "1", "99.0", client_id="mine")
    assert v.exchange.open_order("BTCUSDT", client_id="mine") is order
    v.exchange.cancel_all("BTCUSDT")
    with refused(-2013):
        v.exchange.open_order("BTCUSDT", client_id="mine")
    with refused(-2013):
        v.exchange.order("ETHUSDT", order.order_id)


def test_history_by_id_by_window_and_latest(venue):
    v = venue()
    orders = []
    for _ in range(5):
        orders.append(v.market("BUY", "1"))
        v.wait(1000)
    first_ms = orders[0].time_ms
    history = v.exchange.all_orders
    assert history("BTCUSDT", order_id=orders[3].order_id) == orders[3:]
    assert history("BTCUSDT", start_ms=first_ms + 1000, limit=2) == orders[1:3]
    assert history("BTCUSDT", end_ms=first_ms + 3000, limit=2) == orders[2:4]
    assert history("BTCUSDT", limit=2) == orders[3:]
    assert history(None) == orders
    assert history("ETHUSDT") == []


def test_shelf_forgets_in_slices_and_says_what():
    gone: list[int] = []
    shelf: Shelf[int] = Shelf(8, gone.append)
    for number in range(25):
        shelf.append(number)
    assert len(shelf) <= 10
    assert gone == list(range(25 - len(shelf)))
    assert list(shelf)[-1] == 24


def test_an_open_order_outlives_the_history_limit(venue):
    v = venue()
    v.exchange.world.orders._limit = 8
    resting = v.limit("BUY", "1", "97.0", client_id="old")
    for number in range(30):
        v.market("BUY" if number % 2 else "SELL", "1")
    assert v.exchange.order("BTCUSDT", client_id="old") is resting
    assert v.exchange.cancel("BTCUSDT", order_id=resting.order_id).status == "CANCELED"
    assert len(v.exchange.world.orders._by_id) <= 11
