"""What the answers say in detail: acknowledgements, results, visibility lags, batches, rules that change."""

from __future__ import annotations

from decimal import Decimal

import orjson
import pytest

from hedgectl.sim.model import Switches

ORDER, BATCH = "/fapi/v1/order", "/fapi/v1/batchOrders"


def test_ack_says_new_although_the_order_has_filled(desk):
    ack = desk.order(newClientOrderId="a").body
    assert (ack["status"], ack["executedQty"], ack["cumQty"]) == ("NEW", "0.000", "0.000")
    assert desk.get(ORDER, symbol="BTCUSDT", origClientOrderId="a").body["status"] == "FILLED"


@pytest.mark.parametrize(
    ("more", "status"),
    [
        ({}, "FILLED"),
        ({"price": "62000"}, "NEW"),
        ({"price": "62000", "timeInForce": "IOC"}, "FILLED"),
        ({"price": "60000", "timeInForce": "IOC"}, "EXPIRED"),
        ({"price": "60000", "timeInForce": "GTX"}, "NEW"),
    ],
)
def test_result_is_final_except_for_a_resting_limit(desk, more, status):
    body = desk.order(newOrderRespType="RESULT", **more).body
    assert (body["status"], body["executedQty"]) == (status, "0.010" if status == "FILLED" else "0.000")


def test_acks_have_no_fill_fields_unless_switched_on(desk, make_desk):
    assert not desk.order(newOrderRespType="RESULT").body.keys() & {"avgPrice", "cumQuote", "cumBase"}
    older = make_desk(switches=Switches(ack_has_fill_fields=True)).order(newOrderRespType="RESULT").body
    assert (older["avgPrice"], older["cumQuote"]) == ("61800.10000", "618.00100000")


def test_ids_and_times_are_numbers_money_is_text(desk):
    desk.order(price="60000", newClientOrderId="a")
    body = desk.get(ORDER, symbol="BTCUSDT", origClientOrderId="a").body
    assert {type(body[name]) for name in ("orderId", "time", "updateTime", "goodTillDate")} == {int}
    assert (body["price"], body["origQty"], body["avgPrice"]) == ("60000.00", "0.010", "0.00000")


def test_cancel_of_a_conditional_order_says_code_as_text(desk):
    desk.stop(clientAlgoId="s")
    one = desk.ask("DELETE", "/fapi/v1/algoOrder", symbol="BTCUSDT", clientAlgoId="s").body
    every = desk.ask("DELETE", "/fapi/v1/algoOpenOrders", symbol="BTCUSDT").body
    assert (one["code"], every["code"]) == ("200", 200)


def test_ordinary_lists_do_not_see_conditional_orders(desk):
    desk.stop()
    assert desk.get("/fapi/v1/openOrders").body == []
    desk.ask("DELETE", "/fapi/v1/allOpenOrders", symbol="BTCUSDT")
    assert len(desk.get("/fapi/v1/openAlgoOrders").body) == 1


def test_an_order_test_leaves_no_order(desk):
    asked = {"symbol": "BTCUSDT", "side": "BUY", "type": "LIMIT", "quantity": "0.01", "price": "60000"}
    assert desk.post("/fapi/v1/order/test", timeInForce="GTC", **asked).status == 200
    assert desk.post("/fapi/v1/order/test", timeInForce="GTX", **(asked | {"price": "62000"})).code == -5022
    assert desk.exchange.all_orders(None) == []


@pytest.mark.parametrize("names", [("orderIdList", "origClientOrderIdList"), ("orderidlist", "origclientorderidlist")])
def test_batch_cancel_takes_either_spelling_and_answers_leg_by_leg(desk, names):
    number = desk.order(price="60000", newClientOrderId="a").body["orderId"]
    desk.order(price="60000", newClientOrderId="b")
    by_id = desk.ask("DELETE", BATCH, symbol="BTCUSDT", **{names[0]: f"[{number},5]"}).body
    assert (by_id[0]["status"], by_id[1]) == ("CANCELED", {"code": -2011, "msg": "Unknown order sent."})
    by_name = desk.ask("DELETE", BATCH, symbol="BTCUSDT", **{names[1]: '["b"]'}).body
    assert [row["clientOrderId"] for row in by_name] == ["b"]


def test_batch_legs_take_json_numbers_and_booleans(desk):
    leg = {"symbol": "BTCUSDT", "side": "SELL", "type": "MARKET", "quantity": 0.01, "reduceOnly": True}
    answer = desk.post(BATCH, batchOrders=orjson.dumps([leg | {"side": "BUY", "reduceOnly": False}, leg]).decode())
    assert [row["status"] for row in answer.body] == ["NEW", "NEW"]


@pytest.mark.parametrize("legs", ["[1]", "{}", "no json"])
def test_a_malformed_batch_is_refused_whole(desk, legs):
    assert desk.post(BATCH, batchOrders=legs).code == -1102


@pytest.mark.parametrize(
    ("lag", "path", "params"),
    [
        ("order", ORDER, {"origClientOrderId": "a"}),
        ("open_orders", "/fapi/v1/openOrder", {"origClientOrderId": "a"}),
        ("algo", "/fapi/v1/algoOrder", {"clientAlgoId": "s"}),
    ],
)
def test_a_young_order_is_not_visible_yet(desk, lag, path, params):
    setattr(desk.box.visibility, lag, 3000)
    desk.order(price="60000", newClientOrderId="a")
    desk.stop(clientAlgoId="s")
    desk.wait(2999)
    assert desk.get(path, symbol="BTCUSDT", **params).code == -2013
    desk.wait(1)
    assert desk.get(path, symbol="BTCUSDT", **params).status == 200


@pytest.mark.parametrize(
    ("lag", "path"),
    [
        ("open_orders", "/fapi/v1/openOrders"),
        ("algo", "/fapi/v1/openAlgoOrders"),
        ("positions", "/fapi/v3/positionRisk"),
        ("trades", "/fapi/v1/userTrades"),
    ],
)
def test_young_rows_are_missing_from_lists(desk, lag, path):
    setattr(desk.box.visibility, lag, 3000)
    desk.order()
    if lag != "positions":
        desk.order(price="60000")
    desk.stop()
    desk.wait(2999)
    assert desk.get(path, symbol="BTCUSDT").body == []
    desk.wait(1)
    assert len(desk.get(path, symbol="BTCUSDT").body) == 1


def test_positions_follow_the_mode(desk, hedged):
    desk.order("SELL")
    assert [row["positionAmt"] for row in desk.get("/fapi/v3/positionRisk").body] == ["-0.010"]
    hedged.order("SELL", positionSide="SHORT")
    hedged.order(price="60000", positionSide="LONG")
    rows = hedged.get("/fapi/v3/positionRisk").body
    assert {row["positionSide"]: row["positionAmt"] for row in rows} == {"LONG": "0.000", "SHORT": "-0.010"}
    assert len(hedged.get("/fapi/v2/positionRisk").body) == 2 * len(hedged.exchange.specs)


def test_exchange_info_shows_changed_rules_at_once(desk):
    def tick():
        return desk.get("/fapi/v1/exchangeInfo", signed=False).body["symbols"][0]["filters"][0]["tickSize"]

    assert tick() == "0.10"
    desk.change(tick=Decimal("0.50"))
    assert tick() == "0.50"


def test_exchange_info_is_encoded_once_while_rules_stand(desk, monkeypatch):
    from hedgectl.sim.wire import info

    desk.get("/fapi/v1/exchangeInfo", signed=False)
    monkeypatch.setattr(info, "show_rules", None)
    assert desk.get("/fapi/v1/exchangeInfo", signed=False).status == 200


def test_funding_history_remembers_each_moment(desk):
    desk.wait(17 * 3_600_000)
    rows = desk.get("/fapi/v1/fundingRate", signed=False, symbol="BTCUSDT").body
    assert [row["fundingTime"] % (8 * 3_600_000) for row in rows] == [0, 0, 0]
    assert {row["fundingRate"] for row in rows} == {"0.00010000"}
    assert len(desk.get("/fapi/v1/fundingRate", signed=False, limit=3).body) == 3


def test_an_amendment_carries_its_modify_id(desk):
    desk.order(price="60000", newClientOrderId="a")
    same = {"symbol": "BTCUSDT", "side": "BUY", "origClientOrderId": "a", "quantity": "0.02", "price": "59000"}
    body = desk.ask("PUT", ORDER, modifyId=77, **same).body
    assert (body["modifyId"], body["price"], body["origQty"]) == (77, "59000.00", "0.020")


def test_unknown_parameters_are_ignored(desk):
    assert desk.order(price="60000", stopLoss="{'triggerPrice': 40000}", foo="bar").status == 200
