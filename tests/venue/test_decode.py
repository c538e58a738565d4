"""User-stream bytes to inputs: what documented events mean, and that nothing else crashes or is guessed."""

from __future__ import annotations

import copy
import json
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hedgectl.core.model.input import AlgoUpdated, OrderUpdated, PositionsUpdated, StreamChanged
from hedgectl.core.model.order import Leg, Side
from hedgectl.venue.decode import decode_event
from hedgectl.venue.fields import DecodeError

ORDER = {
    "e": "ORDER_TRADE_UPDATE", "E": 1568879465651, "T": 1568879465650,
    "o": {
        "s": "BTCUSDT", "c": "h1-e000001-lfb848c99b9a43ec7866a", "S": "SELL", "o": "LIMIT", "f": "GTC", "q": "0.010",
        "p": "7000.5", "ap": "7001", "sp": "0", "x": "TRADE", "X": "PARTIALLY_FILLED", "i": 8886774, "l": "0.004",
        "z": "0.006", "L": "7001.0", "N": "USDT", "n": "0.0112", "T": 1568879465650, "t": 77, "b": "0", "a": "9.91",
        "m": True, "R": False, "wt": "CONTRACT_PRICE", "ot": "LIMIT", "ps": "SHORT", "cp": False, "rp": "0.5",
        "pP": False, "si": 0, "ss": 0, "V": "EXPIRE_MAKER", "pm": "NONE", "gtd": 0, "er": "0",
    },
}  # fmt: skip
ALGO = {
    "e": "ALGO_UPDATE", "T": 1750515742297, "E": 1750515742303,
    "o": {
        "caid": "h1-c000001-lfb848c99b9a43ec7866a", "aid": 2148719, "at": "CONDITIONAL", "o": "STOP_MARKET",
        "s": "BNBUSDT", "S": "SELL", "ps": "BOTH", "f": "GTC", "q": "0.01", "X": "TRIGGERED", "ai": "9911", "ap": "0",
        "aq": "0", "act": "MARKET", "tp": "750", "p": "0", "V": "EXPIRE_MAKER", "wt": "CONTRACT_PRICE", "pm": "NONE",
        "cp": True, "pP": False, "R": False, "tt": 0, "gtd": 0, "rm": "Reduce Only reject",
    },
}  # fmt: skip
ACCOUNT = {
    "e": "ACCOUNT_UPDATE", "E": 1564745798939, "T": 1564745798938,
    "a": {
        "m": "ORDER", "B": [{"a": "USDT", "wb": "122624.12", "cw": "100.12", "bc": "50.1"}],
        "P": [{"s": "BTCUSDT", "pa": "-20", "ep": "6563.6", "bep": "0", "cr": "0", "up": "2850.2", "mt": "cross",
               "iw": "0", "ps": "SHORT"}],
    },
}  # fmt: skip


def event(base, **changes):
    """`base` with fields of its inner object changed; None removes one."""
    made = copy.deepcopy(base)
    inner = made["o"] if "o" in made else made["a"]
    for name, value in changes.items():
        if value is ...:
            del inner[name]
        else:
            inner[name] = value
    return json.dumps(made).encode()


def test_a_fill_is_the_orders_new_state_and_the_trade():
    update = decode_event(event(ORDER))
    assert isinstance(update, OrderUpdated)
    row, trade = update.row, update.trade
    assert (row.order_id, row.status, row.leg) == (8886774, "PARTIALLY_FILLED", Leg.SHORT)
    assert (row.executed, row.side) == (Decimal("0.006"), Side.SELL)
    assert (row.quantity, row.price, row.updated_ms) == (Decimal("0.010"), Decimal("7000.5"), 1568879465650)
    assert (trade.trade_id, trade.quantity, trade.price, trade.maker) == (77, Decimal("0.004"), Decimal("7001.0"), True)
    assert (trade.fee, trade.fee_asset, trade.realised) == (Decimal("0.0112"), "USDT", Decimal("0.5"))
    assert trade.client_id == row.client_id == "h1-e000001-lfb848c99b9a43ec7866a"


@pytest.mark.parametrize(
    "execution, status", [("NEW", "NEW"), ("CANCELED", "CANCELED"), ("EXPIRED", "EXPIRED_IN_MATCH")]
)
def test_no_fill_no_trade(execution, status):
    update = decode_event(event(ORDER, x=execution, X=status, t=0, l="0", N=None, n=None))
    assert (update.execution, update.row.status, update.trade) == (execution, status, None)


def test_an_amendment_that_repeats_the_last_trade_id_is_no_fill():
    assert decode_event(event(ORDER, x="AMENDMENT")).trade is None


def test_a_liquidation_fill_is_a_fill():
    assert decode_event(event(ORDER, x="CALCULATED", c="autoclose-1")).trade.client_id == "autoclose-1"


def test_a_fill_without_fee_costs_nothing():
    trade = decode_event(event(ORDER, n=..., N=...)).trade
    assert (trade.fee, trade.fee_asset) == (Decimal(0), "")


def test_a_conditional_order_and_its_child():
    update = decode_event(event(ALGO))
    assert isinstance(update, AlgoUpdated)
    row = update.row
    assert (row.algo_id, row.status, row.order_id, row.close_position) == (2148719, "TRIGGERED", 9911, True)
    assert (row.trigger_price, row.reason, row.leg) == (Decimal(750), "Reduce Only reject", Leg.BOTH)
    before = decode_event(event(ALGO, ai="", rm=..., q="", X="NEW")).row
    assert (before.order_id, before.reason, before.quantity) == (0, "", Decimal(0))


def test_positions_with_their_reason():
    update = decode_event(event(ACCOUNT))
    assert isinstance(update, PositionsUpdated)
    assert (update.reason, update.at_ms) == ("ORDER", 1564745798938)
    assert [(row.symbol, row.leg, row.quantity) for row in update.rows] == [("BTCUSDT", Leg.SHORT, Decimal(-20))]
    assert decode_event(event(ACCOUNT, m="FUNDING_FEE", P=...)).rows == ()


def test_an_expired_key_is_a_gap():
    assert decode_event(b'{"e":"listenKeyExpired","E":1,"listenKey":"x"}') == StreamChanged(False, "listen key expired")


def test_a_combined_stream_is_unwrapped():
    assert isinstance(decode_event(b'{"stream":"x","data":' + event(ORDER) + b"}"), OrderUpdated)


@pytest.mark.parametrize("name", ["TRADE_LITE", "MARGIN_CALL", "ACCOUNT_CONFIG_UPDATE", "SOMETHING_OF_NEXT_YEAR"])
def test_other_events_mean_nothing(name):
    assert decode_event(json.dumps({"e": name}).encode()) is None


MALFORMED = [
    b"", b"{", b"[]", b"null", b"1", b'"e"', b"{}", b'{"e":null,"o":{}}', b'{"e":["x"]}', b"\xff\xfe",
    b'{"e":"ORDER_TRADE_UPDATE"}', b'{"e":"ORDER_TRADE_UPDATE","T":1,"o":[]}', b'{"e":"ACCOUNT_UPDATE","T":1,"a":null}',
    event(ORDER, i="8886774"), event(ORDER, i=True), event(ORDER, q=0.01), event(ORDER, q="NaN"), event(ORDER, q="1e"),
    event(ORDER, S="HOLD"), event(ORDER, ps="NET"), event(ORDER, R="false"), event(ORDER, t="77"), event(ORDER, z=...),
    event(ORDER, L=None), event(ORDER, c=7), event(ORDER, n=[1]), event(ORDER, rp={"a": 1}), event(ORDER, l="Infinity"),
    event(ALGO, aid="1"), event(ALGO, cp=1), event(ALGO, ai="x1"), event(ALGO, ai=5), event(ALGO, tp=[]),
    event(ACCOUNT, P=[1]), event(ACCOUNT, P=7), event(ACCOUNT, m=None), event(ACCOUNT, P=[{"s": "X"}]),
]  # fmt: skip


@pytest.mark.parametrize("raw", MALFORMED, ids=range(len(MALFORMED)))
def test_a_malformed_event_is_a_decode_error(raw):
    with pytest.raises(DecodeError):
        decode_event(raw)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from("oaTPesSX"), inner, max_size=4),
    max_leaves=8,
)


@settings(max_examples=150, deadline=None, derandomize=True)
@given(st.sampled_from([ORDER, ALGO, ACCOUNT]), st.data())
def test_no_payload_crashes_the_decoder(base, data):
    made = copy.deepcopy(base)
    place = data.draw(st.sampled_from([made, made.get("o") or made["a"]]))
    place[data.draw(st.sampled_from(sorted(place)))] = data.draw(JSON)
    try:
        decode_event(json.dumps(made).encode())
    except DecodeError:
        return
