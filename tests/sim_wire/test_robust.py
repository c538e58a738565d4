"""Whatever is asked, the answer is one of the wire: JSON, a known status, weight in the headers; never a crash."""

from __future__ import annotations

import json
import re
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hedgectl.sim import exchange
from hedgectl.sim.errors import TABLE
from hedgectl.sim.wire.routes import ROUTES

NUMBERS = [
    "0",
    "-1",
    "0.001",
    "0.01",
    "1",
    "20",
    "60000",
    "61800",
    "62000.1",
    "70000",
    "9" * 20,
    "9" * 5000,
    "1e3",
    ".",
    "",
]
DATES = [*NUMBERS, "1763610000000"]
NAMES = ["a", "", "é", "x" * 37, "None", "null", "[]", "{}", '["a"]', "[1]", '[{"symbol":"BTCUSDT","side":null}]']
CHOICES = {
    "symbol": ["BTCUSDT", "BTCUSDT", "ETHUSDT", "X"],
    "side": ["BUY", "SELL", "X"],
    "type": ["LIMIT", "MARKET", "STOP", "STOP_MARKET", "TAKE_PROFIT", "TAKE_PROFIT_MARKET", "TRAILING_STOP_MARKET"],
    "algoType": ["CONDITIONAL"],
    "timeInForce": ["GTC", "IOC", "FOK", "GTX", "GTD", "GTE_GTC", "RPI"],
    "positionSide": ["BOTH", "LONG", "SHORT", "X"],
    "reduceOnly": ["true", "false", "x"],
    "closePosition": ["true", "false"],
    "priceProtect": ["TRUE", "x"],
    "workingType": ["MARK_PRICE", "CONTRACT_PRICE"],
    "priceMatch": ["QUEUE", "QUEUE_20", "OPPONENT_5", "NONE"],
    "selfTradePreventionMode": ["NONE", "EXPIRE_TAKER", "EXPIRE_BOTH"],
    "newOrderRespType": ["ACK", "RESULT"],
    "marginType": ["ISOLATED", "CROSSED"],
    "dualSidePosition": ["true", "false"],
    "incomeType": ["COMMISSION", "X"],
    "interval": ["1m", "3d", "1M", "X"],
    "autoCloseType": ["ADL", "LIQUIDATION"],
    **dict.fromkeys(("quantity", "price", "triggerPrice", "activatePrice", "callbackRate", "leverage"), NUMBERS),
    **dict.fromkeys(("orderId", "algoId", "fromId", "limit", "startTime", "endTime", "countdownTime"), NUMBERS),
    **dict.fromkeys(("goodTillDate", "recvWindow", "modifyId"), DATES),
    **dict.fromkeys(("newClientOrderId", "clientAlgoId", "origClientOrderId"), NAMES),
    **dict.fromkeys(("batchOrders", "orderIdList", "origClientOrderIdList", "listenKey"), NAMES),
}
SOUND = {
    "/fapi/v1/order": {"symbol": "BTCUSDT", "side": "BUY", "type": "MARKET", "quantity": "0.01"},
    "/fapi/v1/algoOrder": {
        **{"algoType": "CONDITIONAL", "symbol": "BTCUSDT", "side": "SELL", "type": "STOP_MARKET"},
        **{"triggerPrice": "60000", "quantity": "0.01"},
    },
}
PATHS = [*sorted(ROUTES), *[(method, path) for path in SOUND for method in ("POST", "DELETE")] * 5]
asked = st.tuples(
    st.sampled_from(PATHS),
    st.fixed_dictionaries({}, optional={name: st.sampled_from(values) for name, values in CHOICES.items()}),
    st.integers(0, 600_000),
)
STATUSES = {200} | {status for row in TABLE.values() for _, status in row.texts}


@settings(max_examples=60, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
@given(requests=st.lists(asked, min_size=5, max_size=25), hedge=st.booleans())
def test_any_request_has_an_answer_of_the_wire(make_desk, requests, hedge):
    desk = make_desk(hedge=hedge, weight_limit=10**6)
    for (method, path), params, wait_ms in requests:
        desk.wait(wait_ms)
        desk.price(["61800", "60500", "63000"][wait_ms % 3])
        response = desk.box.handle(desk.request(method, path, **(SOUND.get(path, {}) | params)), desk.now_ms)
        body = json.loads(response.body)
        assert response.status in STATUSES
        assert "X-MBX-USED-WEIGHT-1M" in response.headers
        if response.status != 200:
            assert body.keys() == {"code", "msg"}
            assert "%s" not in body["msg"]


@given(st.text(), st.text(), st.binary())
@settings(max_examples=50, deadline=None, derandomize=True)
def test_noise_is_refused_not_fatal(make_desk, query, body, key):
    desk = make_desk()
    request = desk.request("POST", "/fapi/v1/order")
    noisy = type(request)("POST", "/fapi/v1/order", query, {"X-MBX-APIKEY": key.decode("latin-1")}, body)
    assert desk.box.handle(noisy, desk.now_ms).status in (400, 401)


def test_every_refusal_of_the_exchange_has_its_row_in_the_table():
    source = "".join(path.read_text() for path in Path(exchange.__file__).parent.glob("*.py"))
    codes = {int(code) for code in re.findall(r"Refusal\((-\d{4})", source)}
    assert len(codes) > 30
    assert codes <= TABLE.keys()
