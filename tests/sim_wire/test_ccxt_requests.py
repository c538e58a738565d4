"""What ccxt 4.5.90 puts on the wire is understood: each captured request is answered, or refused for what it says."""

from __future__ import annotations

import json
import re
from pathlib import Path
from urllib.parse import parse_qsl, quote

import pytest

from hedgectl.sim.http import Request

CAPTURE = json.loads((Path(__file__).parent / "data" / "ccxt_requests.json").read_text())["requests"]

#   case -> (code, why the exchange is right to refuse)
REFUSED = {
    "fetch_order id": (-2013, "there is no order 123"),
    "fetch_order cid": (-2013, "there is no order abc"),
    "fetch_order origcid": (-2013, "there is no order abc"),
    "fetch_order algo cid": (-2013, "there is no conditional order abc"),
    "fetch_order algo id": (-2013, "there is no conditional order 77"),
    "cancel id": (-2011, "there is no order 12"),
    "cancel cid": (-2011, "there is no order abc"),
    "cancel algo cid": (-2011, "there is no conditional order abc"),
    "cancel algo id": (-2011, "there is no conditional order 5"),
    "edit": (-2013, "there is no order 12"),
    "market positionSide LONG": (-4061, "the account is in one-way mode"),
    "market positionSide LONG reduceOnly": (-4061, "the account is in one-way mode"),
    "market hedged open": (-4061, "the account is in one-way mode"),
    "market hedged close": (-4061, "the account is in one-way mode"),
    "market hedged + positionSide": (-4061, "the account is in one-way mode"),
    "stopLossPrice market": (-4061, "the account is in one-way mode"),
    "market reduceOnly": (-2022, "there is no position to reduce"),
    "market reduceOnly str": (-2022, "there is no position to reduce"),
    "limit": (-4164, "50 USDT is below the symbol's minimum of 100"),
    "triggerPrice STOP_MARKET": (-4164, "80 USDT at the trigger is below the symbol's minimum of 100"),
    "both SL and TP price": (-4164, "80 USDT at the trigger is below the symbol's minimum of 100"),
    "set_margin_mode": (-4046, "cross margin is what the account has"),
    "test order": (-1102, "malformed: the capture sends nothing but the symbol"),
    "edit cid": (-1105, "malformed: ccxt sends orderId= with nothing behind it"),
    "edit_order_with_client_order_id": (-1105, "malformed: ccxt sends orderId= with nothing behind it"),
}
UNSIGNED = re.compile(r"/(ping|time|exchangeInfo|depth|klines|premiumIndex|ticker/\w+|listenKey)$")


def desk_for(make_desk, case):
    """BTC between the captured prices: 50000 may be bid, 60000 may be asked, stops at 40000 rest."""
    desk = make_desk()
    desk.price("52500")
    if "keepalive" in case:
        desk.ask("POST", "/fapi/v1/listenKey", signed=False)
    return desk


@pytest.mark.parametrize("captured", CAPTURE, ids=[f"{number}-{row['case']}" for number, row in enumerate(CAPTURE)])
def test_a_captured_request_is_understood(make_desk, captured):
    desk = desk_for(make_desk, captured["case"])
    text = "&".join(f"{name}={quote(value, safe='')}" for name, value in parse_qsl(captured["params"], True))
    if not UNSIGNED.search(captured["path"]):
        text = (text + "&" if text else "") + f"timestamp={desk.now_ms}"
        text += f"&signature={desk.sign(text)}"
    body, query = (text, "") if captured["in_body"] else ("", text)
    answer = desk.send(Request(captured["method"], captured["path"], query, {"X-MBX-APIKEY": "sim"}, body))
    code, _ = REFUSED.get(captured["case"], (None, ""))
    if code is None:
        assert answer.status == 200, answer.body
    else:
        assert (answer.status, answer.code) == (400, code), answer.body


def test_batch_legs_of_the_capture_are_answered_one_by_one(make_desk):
    row = next(row for row in CAPTURE if row["case"] == "create_orders")
    desk = desk_for(make_desk, "")
    answer = desk.post(row["path"], **dict(parse_qsl(row["params"])))
    assert [leg.get("status") or leg["code"] for leg in answer.body] == ["NEW", -2022]


def test_no_refusal_stands_for_a_case_that_is_not_captured():
    assert REFUSED.keys() <= {row["case"] for row in CAPTURE}
