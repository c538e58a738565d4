"""Every general, key and account refusal (-1xxx, -2xxx) is reached by a state, or says why not."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from hedgectl.sim.market.feed import Touch
from hedgectl.sim.wire.refusals import ACCOUNT, GENERAL

ORDER, ALGO = "/fapi/v1/order", "/fapi/v1/algoOrder"
PLAIN = {"symbol": "BTCUSDT", "side": "BUY", "type": "LIMIT", "quantity": "0.01"}
LIMIT = PLAIN | {"price": "60000", "timeInForce": "GTC"}


def without(name):
    return {key: value for key, value in LIMIT.items() if key != name}


def busy(make, method="GET", path="/fapi/v1/time", times=3, wait_ms=0, **limits):
    desk = make(**limits)
    for _ in range(times - 1):
        desk.ask(method, path, signed=False)
    desk.wait(wait_ms)
    return desk.ask(method, path, signed=False)


def one_order_more(make):
    desk = make(order_limit_10s=1)
    desk.order(price="60000")
    return desk.order(price="60000")


def tampered(make):
    desk = make()
    request = desk.request("POST", ORDER, **LIMIT)
    return desk.send(replace(request, body=request.body.replace("quantity=0.01", "quantity=0.02")))


def stamped(make, ahead_ms, **more):
    desk = make()
    return desk.get("/fapi/v3/account", timestamp=desk.now_ms + ahead_ms, **more)


def said_twice(make):
    desk = make()
    return desk.send(replace(desk.request("POST", ORDER, **LIMIT), query="symbol=BTCUSDT&symbol=BTCUSDT"))


def with_key(make, **state):
    desk = make()
    for name, value in state.items():
        setattr(desk.box.key, name, value)
    return desk.order(price="60000")


def restricted(make, **state):
    desk = make()
    for name, value in state.items():
        setattr(desk.exchange.hands.restrictions, name, value)
    return desk.order(price="60000")


def empty_book(make):
    desk = make()
    desk.say(Touch("BTCUSDT", Decimal(0), Decimal(0), Decimal(0), Decimal(0)))
    return desk.order()


def unsigned(make, key):
    desk = make()
    desk.key = key
    return desk.get("/fapi/v3/account")


def full_book(make):
    desk = make()
    desk.change(max_orders=1)
    desk.order(price="60000")
    return desk.order(price="60001")


def oversized(make):
    desk = make(balance="10000000")
    desk.post("/fapi/v1/leverage", symbol="BTCUSDT", leverage=150)
    return desk.order(qty="10", price="60000")


def in_liquidation(make):
    desk = make(balance="100")
    desk.order()
    desk.price("40000")
    return desk.order()


def poor_leverage(make):
    desk = make(balance="1000")
    desk.order(qty="0.3")
    return desk.post("/fapi/v1/leverage", symbol="BTCUSDT", leverage=1)


DAY = 86_400_000
REACHED = {
    -1002: [(lambda m: with_key(m, trading=False), 401, "You are not authorized to execute this request.")],
    -1003: [
        (
            lambda m: busy(m, weight_limit=2),
            429,
            "Too many requests; current limit is 2 requests per minute. "
            "Please use the websocket for live updates to avoid polling the API.",
        ),
        (
            lambda m: busy(m, weight_limit=2, times=14),
            418,
            "Way too many requests; IP banned until 1763596920000. "
            "Please use the websocket for live updates to avoid bans.",
        ),
    ],
    -1015: [(one_order_more, 429, "Too many new orders; current limit is 1 orders per 10 SECOND.")],
    -1021: [
        (lambda m: stamped(m, -5001), 400, "Timestamp for this request is outside of the recvWindow."),
        (lambda m: stamped(m, 1000), 400, "Timestamp for this request was 1000ms ahead of the server's time."),
    ],
    -1022: [(tampered, 400, "Signature for this request is not valid.")],
    -1023: [
        (lambda m: m().get("/fapi/v1/income", startTime=2, endTime=1), 400, "Start time is greater than end time.")
    ],
    -1100: [
        (
            lambda m: m().order(price="60000", newClientOrderId="né"),
            400,
            "Illegal characters found in parameter 'newClientOrderId'; legal range is '^[\\.A-Z\\:/a-z0-9_-]{1,36}$'.",
        )
    ],
    -1101: [(said_twice, 400, "Duplicate values for a parameter detected.")],
    -1102: [
        (
            lambda m: m().post(ORDER, **without("timeInForce")),
            400,
            "Mandatory parameter 'timeInForce' was not sent, was empty/null, or malformed.",
        ),
        (
            lambda m: m().order(qty="1e-3"),
            400,
            "Mandatory parameter 'quantity' was not sent, was empty/null, or malformed.",
        ),
        (
            lambda m: m().get(ORDER, symbol="BTCUSDT"),
            400,
            "Param 'origClientOrderId' or 'orderId' must be sent, but both were empty/null!",
        ),
    ],
    -1105: [
        (
            lambda m: m().ask("PUT", ORDER, **LIMIT, orderId="", origClientOrderId="a"),
            400,
            "Parameter 'orderId' was empty.",
        )
    ],
    -1106: [
        (
            lambda m: m().post(ORDER, **(LIMIT | {"type": "MARKET", "timeInForce": None})),
            400,
            "Parameter 'price' sent when not required.",
        ),
        (
            lambda m: m(hedge=True).order(price="60000", positionSide="LONG", reduceOnly="true"),
            400,
            "Parameter 'reduceonly' sent when not required.",
        ),
    ],
    -1109: [(lambda m: restricted(m, invalid=True), 400, "Invalid account.")],
    -1111: [(lambda m: m().order(qty="0.0001"), 400, "Precision is over the maximum defined for this asset.")],
    -1112: [(empty_book, 400, "No orders on book for symbol.")],
    -1115: [(lambda m: m().order(price="60000", timeInForce="DAY"), 400, "Invalid timeInForce.")],
    -1116: [(lambda m: m().order(type="ICEBERG"), 400, "Invalid orderType.")],
    -1117: [(lambda m: m().order("LONG"), 400, "Invalid side.")],
    -1118: [(lambda m: m().order(newClientOrderId=""), 400, "New client order ID was empty.")],
    -1119: [
        (
            lambda m: m().get(ORDER, symbol="BTCUSDT", origClientOrderId=""),
            400,
            "Original client order ID was empty.",
        )
    ],
    -1120: [
        (
            lambda m: m().get("/fapi/v1/klines", signed=False, symbol="BTCUSDT", interval="7m"),
            400,
            "Invalid interval.",
        )
    ],
    -1121: [(lambda m: m().order(symbol="BTCUSD"), 400, "Invalid symbol.")],
    -1125: [
        (
            lambda m: m().ask("PUT", "/fapi/v1/listenKey", signed=False),
            400,
            "This listenKey does not exist. Please use `POST /fapi/v1/listenKey` to recreate `listenKey`",
        )
    ],
    -1127: [
        (
            lambda m: m().get("/fapi/v1/userTrades", symbol="BTCUSDT", startTime=1, endTime=8 * DAY),
            400,
            "Lookup interval is too big. More than 168 hours between startTime and endTime.",
        )
    ],
    -1128: [
        (
            lambda m: m().get("/fapi/v1/userTrades", symbol="BTCUSDT", fromId=1, startTime=1),
            400,
            "Combination of optional parameters invalid.",
        )
    ],
    -1130: [
        (lambda m: stamped(m, 0, recvWindow=60001), 400, "Data sent for parameter 'recvWindow' is not valid."),
        (
            lambda m: m().get("/fapi/v1/depth", signed=False, symbol="BTCUSDT", limit=7),
            400,
            "Data sent for parameter 'limit' is not valid.",
        ),
    ],
    -1136: [(lambda m: m().order(newOrderRespType="FULL"), 400, "Invalid newOrderRespType.")],
    -2011: [(lambda m: m().ask("DELETE", ORDER, symbol="BTCUSDT", orderId=5), 400, "Unknown order sent.")],
    -2013: [(lambda m: m().get(ORDER, symbol="BTCUSDT", orderId=5), 400, "Order does not exist.")],
    -2014: [(lambda m: unsigned(m, "s i m"), 401, "API-key format invalid.")],
    -2015: [
        (
            lambda m: unsigned(m, "another"),
            401,
            "Invalid API-key, IP, or permissions for action, request ip: 127.0.0.1",
        )
    ],
    -2017: [(lambda m: with_key(m, locked=True), 401, "API Keys are locked on this account.")],
    -2019: [(lambda m: m(balance="10").order(qty="1"), 400, "Margin is insufficient.")],
    -2021: [(lambda m: m().stop(trigger="70000"), 400, "Order would immediately trigger.")],
    -2022: [(lambda m: m().order(reduceOnly="true"), 400, "ReduceOnly Order is rejected.")],
    -2023: [(in_liquidation, 400, "User in liquidation mode now.")],
    -2025: [(full_book, 400, "Reach max open order limit.")],
    -2027: [(oversized, 400, "Exceeded the maximum allowable position at current leverage.")],
    -2028: [(poor_leverage, 400, "Leverage is smaller than permitted: insufficient margin balance.")],
}
UNREACHABLE = {code for code, row in (GENERAL | ACCOUNT).items() if not row.reachable}
CASES = [(code, *case) for code, cases in REACHED.items() for case in cases]


@pytest.mark.parametrize(("code", "scene", "status", "text"), CASES, ids=[f"{c[0]}-{i}" for i, c in enumerate(CASES)])
def test_code_is_reached_with_its_text_and_status(make_desk, code, scene, status, text):
    answer = scene(make_desk)
    assert (answer.body, answer.status) == ({"code": code, "msg": text}, status)


def test_every_code_is_reached_or_says_why_not():
    assert REACHED.keys() | UNREACHABLE == (GENERAL | ACCOUNT).keys()
    assert not REACHED.keys() & UNREACHABLE
    assert all(row.note for row in (GENERAL | ACCOUNT).values())
