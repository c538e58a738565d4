"""Rate limits: what is counted, what the headers say, when a caller is sent away and for how long."""

from __future__ import annotations

import pytest

from hedgectl.sim.http import Request

USED, TEN, MINUTE = "X-MBX-USED-WEIGHT-1M", "X-MBX-ORDER-COUNT-10S", "X-MBX-ORDER-COUNT-1M"
LEG = '{"symbol":"BTCUSDT","side":"BUY","type":"LIMIT","quantity":"0.01","price":"60000","timeInForce":"GTC"}'


def used(desk, method, path, **params):
    before = desk.box.limits.weight.used
    return int(desk.ask(method, path, **params).headers[USED]) - before


@pytest.mark.parametrize(
    ("method", "path", "with_symbol", "without"),
    [
        ("GET", "/fapi/v1/openOrders", 1, 40),
        ("GET", "/fapi/v1/openAlgoOrders", 1, 40),
        ("GET", "/fapi/v1/ticker/bookTicker", 2, 5),
        ("GET", "/fapi/v1/ticker/24hr", 1, 40),
        ("GET", "/fapi/v1/premiumIndex", 1, 10),
        ("GET", "/fapi/v1/forceOrders", 20, 50),
        ("GET", "/fapi/v3/positionRisk", 5, 5),
        ("GET", "/fapi/v1/positionSide/dual", 30, 30),
        ("GET", "/fapi/v1/commissionRate", 20, 20),
        ("GET", "/fapi/v1/income", 30, 30),
        ("POST", "/fapi/v1/order", 0, 0),
        ("DELETE", "/fapi/v1/order", 1, 1),
        ("POST", "/fapi/v1/batchOrders", 5, 5),
        ("GET", "/fapi/v1/nowhere", 1, 1),
    ],
)
def test_weights_follow_the_table(desk, method, path, with_symbol, without):
    assert (used(desk, method, path, symbol="BTCUSDT"), used(desk, method, path)) == (with_symbol, without)


@pytest.mark.parametrize(("limit", "weight"), [(5, 2), (50, 2), (100, 5), (500, 10), (1000, 20), (None, 10)])
def test_depth_weighs_by_its_limit(desk, limit, weight):
    assert used(desk, "GET", "/fapi/v1/depth", symbol="BTCUSDT", limit=limit) == weight


@pytest.mark.parametrize(("limit", "weight"), [(99, 1), (100, 2), (500, 5), (1000, 5), (1500, 10), (None, 5)])
def test_klines_weigh_by_their_number(desk, limit, weight):
    assert used(desk, "GET", "/fapi/v1/klines", symbol="BTCUSDT", interval="1m", limit=limit) == weight


def test_weight_is_on_every_answer_and_order_counts_on_orders_only(desk):
    assert TEN not in desk.get("/fapi/v1/time", signed=False).headers
    order = desk.order(price="60000")
    assert (order.headers[USED], order.headers[TEN], order.headers[MINUTE]) == ("1", "1", "1")
    assert USED in desk.order(price="1").headers
    batch = desk.post("/fapi/v1/batchOrders", batchOrders=f"[{LEG},{LEG}]")
    assert (batch.headers[TEN], batch.headers[MINUTE]) == ("7", "3")
    assert TEN not in desk.ask("DELETE", "/fapi/v1/allOpenOrders", symbol="BTCUSDT").headers


def test_counters_start_again_with_their_window(desk):
    desk.order(price="60000")
    desk.wait(10_000)
    order = desk.order(price="60000")
    assert (order.headers[TEN], order.headers[MINUTE]) == ("1", "2")
    desk.wait(50_000)
    order = desk.order(price="60000")
    assert (order.headers[USED], order.headers[MINUTE]) == ("0", "1")


def test_passing_the_weight_is_429_until_the_minute_ends(make_desk):
    desk = make_desk(weight_limit=10)
    desk.wait(48_000)
    assert desk.get("/fapi/v3/account").status == 200
    assert desk.get("/fapi/v3/account").status == 200
    late = desk.get("/fapi/v3/account")
    assert (late.status, late.code, late.headers["Retry-After"], late.headers[USED]) == (429, -1003, "12", "15")
    desk.wait(12_000)
    assert desk.get("/fapi/v3/account").status == 200


def test_an_order_refused_by_its_count_is_not_placed_and_not_counted(make_desk):
    desk = make_desk(order_limit_10s=1)
    assert desk.order(price="60000").status == 200
    late = desk.order(price="60000")
    assert (late.status, late.code, late.headers["Retry-After"], late.headers[TEN]) == (429, -1015, "10", "1")
    assert len(desk.exchange.open_orders()) == 1
    desk.wait(10_000)
    assert desk.order(price="60000").status == 200


def test_minute_limit_of_orders_has_its_own_text(make_desk):
    desk = make_desk(order_limit_1m=1)
    desk.order(price="60000")
    assert desk.order(price="60000").body["msg"] == "Too many new orders; current limit is 1 orders per 1 MINUTE."


def ignore_limit(desk):
    """Go on asking until banned; the time of the ban's end as the answer's text says."""
    for _ in range(desk.box.limits.weight.limit + desk.box.limits.tolerated + 1):
        answer = desk.get("/fapi/v1/time", signed=False)
    assert (answer.status, answer.code) == (418, -1003)
    return answer, desk.box.limits.banned_until_ms


def test_ignoring_429_is_a_ban_of_two_minutes_that_doubles(make_desk):
    desk = make_desk(weight_limit=3)
    answer, until_ms = ignore_limit(desk)
    assert (until_ms - desk.now_ms, answer.headers["Retry-After"]) == (120_000, "120")
    assert str(until_ms) in answer.body["msg"]
    desk.wait(119_999)
    assert desk.get("/fapi/v1/nowhere").status == 418
    desk.wait(1)
    assert desk.get("/fapi/v1/time", signed=False).status == 200
    desk.wait(60_000)
    _, until_ms = ignore_limit(desk)
    assert until_ms - desk.now_ms == 240_000
    desk.box.limits.lift()
    desk.wait(60_000)
    assert desk.get("/fapi/v1/time", signed=False).status == 200


def test_windows_follow_the_clock_of_the_front_door(make_desk):
    desk = make_desk(clock_offset_ms=30_000)
    desk.get("/fapi/v1/time", signed=False)
    desk.wait(30_000)
    assert desk.get("/fapi/v1/time", signed=False).headers[USED] == "1"


def test_the_limits_in_force_are_listed(make_desk):
    desk = make_desk(weight_limit=6000, order_limit_10s=7, order_limit_1m=8)
    rows = desk.get("/fapi/v1/exchangeInfo", signed=False).body["rateLimits"]
    assert [row["limit"] for row in rows] == [6000, 7, 8]
    assert desk.get("/fapi/v1/rateLimit/order").body == rows[1:]


def test_header_counts_belong_to_the_window_even_when_the_request_is_refused(desk):
    desk.order(price="60000")
    desk.wait(60_000)
    refused = desk.box.handle(Request("POST", "/fapi/v1/order"), desk.now_ms)
    assert (refused.headers[TEN], refused.headers[MINUTE]) == ("0", "0")
