"""Every answer has the keys and types of the official SDK's examples; what differs stands here with its reason."""

from __future__ import annotations

import pytest

from hedgectl.sim.wire.routes import ROUTES

#   endpoint -> {path in the answer: the fact behind the difference}
SDK_NONE = "the SDK's generator writes null as the text None; the wire has null"
TRAILING = "the example is a trailing stop, which no ordinary order is any more"
LEG_ERROR = "the example merges an order and an error object; a leg is one or the other"
LATER = "added since the example (wire facts section 1.2)"
ORDER_LISTED = {"activatePrice": TRAILING, "priceRate": TRAILING}
BATCH_LEG = {"code": LEG_ERROR, "msg": LEG_ERROR}
FILTERS = "the example merges the filters into one object; each type has its own keys"
DIFFERENCES: dict[str, dict[str, str]] = {
    "GET /fapi/v1/allOrders": ORDER_LISTED,
    "GET /fapi/v1/openOrders": ORDER_LISTED,
    "GET /fapi/v1/openOrder": ORDER_LISTED,
    "GET /fapi/v1/order": ORDER_LISTED,
    "POST /fapi/v1/order/test": ORDER_LISTED,
    "DELETE /fapi/v1/order": ORDER_LISTED,
    "DELETE /fapi/v1/batchOrders": ORDER_LISTED | BATCH_LEG,
    "POST /fapi/v1/batchOrders": BATCH_LEG,
    "PUT /fapi/v1/batchOrders": BATCH_LEG,
    "GET /fapi/v1/openAlgoOrders": {"icebergQuantity": SDK_NONE},
    "GET /fapi/v1/allAlgoOrders": {"icebergQuantity": SDK_NONE},
    "GET /fapi/v1/algoOrder": {"icebergQuantity": SDK_NONE},
    "POST /fapi/v1/algoOrder": {"icebergQuantity": SDK_NONE},
    "GET /fapi/v1/ticker/bookTicker": {"lastUpdateId": LATER},
    "GET /fapi/v1/exchangeInfo": {
        "futuresType": LATER,
        "exchangeFilters.0": "the example has an empty text where the wire has an empty list",
        **{
            f"symbols.0.filters.0.{name}": FILTERS
            for name in (
                *("maxQty", "minQty", "stepSize", "limit", "notional"),
                *("multiplierUp", "multiplierDown", "multiplierDecimal"),
            )
        },
    },
    "GET /fapi/v1/leverageBracket": {"0.brackets.0": "the example's list is empty"},
    "GET /fapi/v1/apiTradingStatus": {
        f"indicators.{name}": "no indicator is violated here" for name in ("BTCUSDT", "ETHUSDT", "ACCOUNT")
    },
    "GET /fapi/v1/adlQuantile": {
        f"0.adlQuantile.{leg}": "the example's object is empty" for leg in ("LONG", "SHORT", "BOTH")
    },
    "GET /fapi/v1/ping": {"": "the SDK's example is null; the wire has an empty object"},
    "DELETE /fapi/v1/listenKey": {"": "the SDK's example is null; the wire has an empty object"},
    "POST /fapi/v1/listenKey": {},
}
SYMBOL = {"symbol": "BTCUSDT"}
LIMIT = SYMBOL | {"side": "BUY", "type": "LIMIT", "quantity": "0.01", "price": "60000", "timeInForce": "GTC"}
LEG = '[{"symbol":"BTCUSDT","side":"BUY","type":"LIMIT","quantity":"0.01","price":"60000","timeInForce":"GTC"}]'
MOVED = '[{"symbol":"BTCUSDT","side":"BUY","origClientOrderId":"mine","quantity":"0.01","price":"59000"}]'
TAKE = SYMBOL | {"algoType": "CONDITIONAL", "side": "SELL", "type": "TAKE_PROFIT", "triggerPrice": "70000"}
#   endpoint -> parameters, where more than the signature is needed
ASKED = {
    "GET /fapi/v1/order": SYMBOL | {"origClientOrderId": "mine"},
    "GET /fapi/v1/openOrder": SYMBOL | {"origClientOrderId": "mine"},
    "DELETE /fapi/v1/order": SYMBOL | {"origClientOrderId": "mine"},
    "PUT /fapi/v1/order": LIMIT | {"origClientOrderId": "mine", "price": "59000"},
    "POST /fapi/v1/order": LIMIT,
    "POST /fapi/v1/order/test": LIMIT,
    "POST /fapi/v1/batchOrders": {"batchOrders": LEG},
    "PUT /fapi/v1/batchOrders": {"batchOrders": MOVED},
    "DELETE /fapi/v1/batchOrders": SYMBOL | {"origClientOrderIdList": '["mine"]'},
    "POST /fapi/v1/algoOrder": TAKE | {"quantity": "0.01", "price": "70000"},
    "GET /fapi/v1/algoOrder": {"clientAlgoId": "cover"},
    "DELETE /fapi/v1/algoOrder": {"clientAlgoId": "cover"},
    "POST /fapi/v1/countdownCancelAll": SYMBOL | {"countdownTime": 1000},
    "POST /fapi/v1/positionSide/dual": {"dualSidePosition": "true"},
    "POST /fapi/v1/leverage": SYMBOL | {"leverage": 21},
    "POST /fapi/v1/marginType": {"symbol": "ETHUSDT", "marginType": "ISOLATED"},
    "GET /fapi/v1/klines": SYMBOL | {"interval": "1m", "limit": 2},
    "GET /fapi/v1/userTrades": SYMBOL,
    "GET /fapi/v1/allAlgoOrders": SYMBOL,
}
FLAT = {"POST /fapi/v1/positionSide/dual"}


def differences(answer, example, path=""):
    """Paths at which keys or types differ; of a list the first element is looked at."""
    if isinstance(answer, dict) and isinstance(example, dict):
        for name in answer.keys() ^ example.keys():
            yield f"{path}{name}"
        for name in answer.keys() & example.keys():
            yield from differences(answer[name], example[name], f"{path}{name}.")
    elif isinstance(answer, list) and isinstance(example, list):
        if answer and example:
            yield from differences(answer[0], example[0], f"{path}0.")
        elif answer or example:
            yield f"{path}0"
    elif type(answer) is not type(example):
        yield path[:-1]


def busy_desk(make_desk, endpoint, example):
    """An account with one of everything, in the state that the endpoint needs."""
    desk = make_desk(balance="200")
    if endpoint in FLAT:
        return desk
    desk.order()
    desk.order(price="60000", newClientOrderId="mine")
    desk.stop(clientAlgoId="cover")
    if endpoint == "GET /fapi/v1/forceOrders":
        desk.price("40000")
        desk.wait(1000)
    if endpoint in ("GET /fapi/v1/fundingRate", "GET /fapi/v1/fundingInfo"):
        desk.change(funding_interval_h=4)
        desk.wait(9 * 3_600_000)
    if endpoint == "PUT /fapi/v1/listenKey":
        desk.ask("POST", "/fapi/v1/listenKey", signed=False)
    return desk


@pytest.mark.parametrize("endpoint", [f"{method} {path}" for method, path in ROUTES if path.startswith("/fapi")])
def test_answer_has_the_keys_and_types_of_the_example(make_desk, rest_examples, endpoint):
    example = rest_examples[endpoint]
    desk = busy_desk(make_desk, endpoint, example)
    method, path = endpoint.split()
    params = ASKED.get(endpoint, SYMBOL if isinstance(example, dict) or "Rate" in path or "risk" in path else {})
    answer = desk.ask(method, path, **params)
    assert answer.status == 200, answer.body
    allowed = DIFFERENCES.get(endpoint, {})
    allowed_in_lists = allowed.keys() | {f"0.{name}" for name in allowed}
    found = set(differences(answer.body, example))
    assert found <= allowed_in_lists
    unused = {name for name in allowed if name not in found and f"0.{name}" not in found}
    assert not unused, "a difference that is not there any more"


def test_a_bar_is_an_array_of_twelve(desk):
    bar = desk.get("/fapi/v1/klines", signed=False, symbol="BTCUSDT", interval="1m", limit=2).body[0]
    assert [type(value) for value in bar] == [int, *[str] * 5, int, str, int, *[str] * 3]
