"""Goal: the intake takes what it wholly understands, and refuses the rest with a stable code, the field and a hint."""

from __future__ import annotations

import json
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hedgectl.core.model.input import IntentInvalid, IntentReceived
from hedgectl.core.model.intent import Entry, Exit
from hedgectl.core.model.order import Kind, Leg, Side
from hedgectl.core.model.verdict import CODES
from hedgectl.intake.json_text import Bounds
from hedgectl.intake.parse import IntakeLimits, numbered_intents, parse_intents

NOW = 1_790_000_000_000
GOOD = '{"intent_id":"k7","symbol":"BTCUSDT","side":"BUY","notional_usdt":"100"'


def parse(raw: bytes | str, **limits: Any) -> list[IntentReceived | IntentInvalid]:
    raw = raw.encode() if isinstance(raw, str) else raw
    return parse_intents(raw, now_ms=NOW, limits=IntakeLimits(**limits))


def one(raw: bytes | str) -> Entry | Exit:
    (found,) = parse(raw)
    assert isinstance(found, IntentReceived), found
    return found.intent


MALFORMED: list[tuple[str, bytes | str, str, str]] = [
    ("nothing", "", "empty", ""),
    ("blanks", " \n\t", "empty", ""),
    ("empty array", "[]", "empty", ""),
    ("latin-1", b'{"symbol":"\xff"}', "not_utf8", ""),
    ("cut utf-8", b'{"symbol":"\xe2\x82', "not_utf8", ""),
    ("cut json", '{"symbol":', "not_json", ""),
    ("word", "BUY", "not_json", ""),
    ("python", "{'symbol': 'BTCUSDT'}", "not_json", ""),
    ("trailing comma", GOOD + ",}", "not_json", ""),
    ("comment", GOOD + "} // now", "not_json", ""),
    ("raw control character", '{"symbol":"BTC\x01USDT"}', "not_json", ""),
    ("number", "3", "not_an_object", ""),
    ("null", "null", "not_an_object", ""),
    ("text", '"BUY BTCUSDT"', "not_an_object", ""),
    ("array in array", "[[]]", "not_an_object", ""),
    ("deep", "[" * 5000 + "]" * 5000, "too_deep", ""),
    ("deep and cut", '{"a":' * 3000, "too_deep", ""),
    ("nested value", GOOD + ',"source":{"a":1}}', "wrong_type", "source"),
    ("big", GOOD + ',"source":"' + "x" * 20_000 + '"}', "too_big", ""),
    ("big in an array", "[" + GOOD + ',"source":"' + "x" * 20_000 + '"}]', "too_big", ""),
    ("duplicate key", GOOD + ',"symbol":"ETHUSDT"}', "duplicate_key", "symbol"),
    ("duplicate key, same value", GOOD + ',"symbol":"BTCUSDT"}', "duplicate_key", "symbol"),
    ("two names, two values", GOOD + ',"size_usdt":50}', "contradiction", "size_usdt"),
    ("unknown key", GOOD + ',"stop_loss":1}', "unknown_key", "stop_loss"),
    ("misspelt key", GOOD + ',"confidense":1}', "unknown_key", "confidense"),
    ("key in another case", GOOD + ',"Price":1}', "unknown_key", "Price"),
    ("no symbol", '{"side":"BUY","quantity":1}', "missing_field", "symbol"),
    ("null symbol", '{"symbol":null,"side":"BUY","quantity":1}', "missing_field", "symbol"),
    ("no side", '{"symbol":"BTCUSDT","quantity":1}', "missing_field", "side"),
    ("exit of nothing", '{"symbol":"BTCUSDT","action":"exit"}', "missing_field", "leg"),
    ("no size", '{"symbol":"BTCUSDT","side":"BUY"}', "no_size", "notional_usdt"),
    ("both sizes", GOOD + ',"quantity":1}', "both_sizes", "notional_usdt"),
    ("lower-case side", '{"symbol":"BTCUSDT","side":"buy","quantity":1}', "wrong_case", "side"),
    ("upper-case action", GOOD + ',"action":"EXIT"}', "wrong_case", "action"),
    ("lower-case leg", GOOD + ',"leg":"long"}', "wrong_case", "leg"),
    ("capital type", GOOD + ',"type":"Market"}', "wrong_case", "type"),
    ("hold", '{"symbol":"BTCUSDT","side":"HOLD","quantity":1}', "not_allowed", "side"),
    ("stop order", GOOD + ',"type":"stop"}', "not_allowed", "type"),
    ("side as number", '{"symbol":"BTCUSDT","side":1,"quantity":1}', "wrong_type", "side"),
    ("lower-case symbol", '{"symbol":"btcusdt","side":"BUY","quantity":1}', "bad_symbol", "symbol"),
    ("ccxt symbol", '{"symbol":"BTC/USDT:USDT","side":"BUY","quantity":1}', "bad_symbol", "symbol"),
    ("symbol with a blank", '{"symbol":"BTCUSDT ","side":"BUY","quantity":1}', "bad_symbol", "symbol"),
    ("symbol of a path", '{"symbol":"../../etc","side":"BUY","quantity":1}', "bad_symbol", "symbol"),
    ("symbol as number", '{"symbol":1,"side":"BUY","quantity":1}', "wrong_type", "symbol"),
    ("NaN", '{"symbol":"BTCUSDT","side":"BUY","quantity":NaN}', "not_a_number", ""),
    ("Infinity", '{"symbol":"BTCUSDT","side":"BUY","quantity":Infinity}', "not_a_number", ""),
    ("-Infinity", '{"symbol":"BTCUSDT","side":"BUY","quantity":-Infinity}', "not_a_number", ""),
    ("NaN as text", '{"symbol":"BTCUSDT","side":"BUY","quantity":"NaN"}', "not_a_number", "quantity"),
    ("comma", '{"symbol":"BTCUSDT","side":"BUY","quantity":"1,5"}', "not_a_number", "quantity"),
    ("underscore", '{"symbol":"BTCUSDT","side":"BUY","quantity":"1_000"}', "not_a_number", "quantity"),
    ("foreign digits", '{"symbol":"BTCUSDT","side":"BUY","quantity":"\u0661"}', "not_a_number", "quantity"),
    ("unit", '{"symbol":"BTCUSDT","side":"BUY","notional_usdt":"100 USDT"}', "not_a_number", "notional_usdt"),
    ("empty number", '{"symbol":"BTCUSDT","side":"BUY","quantity":""}', "not_a_number", "quantity"),
    ("1e400", '{"symbol":"BTCUSDT","side":"BUY","quantity":1e400}', "number_out_of_range", "quantity"),
    ("1e-400", '{"symbol":"BTCUSDT","side":"BUY","quantity":1e-400}', "number_out_of_range", "quantity"),
    ("1e99999999", '{"symbol":"BTCUSDT","side":"BUY","quantity":1e99999999}', "number_out_of_range", "quantity"),
    (
        "too many digits",
        '{"symbol":"BTCUSDT","side":"BUY","quantity":0.' + "1" * 40 + "}",
        "number_out_of_range",
        "quantity",
    ),
    ("zero", '{"symbol":"BTCUSDT","side":"BUY","quantity":0}', "not_positive", "quantity"),
    ("minus zero", '{"symbol":"BTCUSDT","side":"BUY","quantity":"-0.0"}', "not_positive", "quantity"),
    ("negative", '{"symbol":"BTCUSDT","side":"SELL","quantity":-1}', "not_positive", "quantity"),
    ("negative notional", '{"symbol":"BTCUSDT","side":"SELL","notional_usdt":-100}', "not_positive", "notional_usdt"),
    ("boolean number", '{"symbol":"BTCUSDT","side":"BUY","quantity":true}', "wrong_type", "quantity"),
    ("array number", '{"symbol":"BTCUSDT","side":"BUY","quantity":[1]}', "wrong_type", "quantity"),
    ("price zero", GOOD + ',"type":"limit","price":0}', "not_positive", "price"),
    ("market with a price", GOOD + ',"type":"market","price":60000}', "contradiction", "price"),
    ("leverage zero", GOOD + ',"leverage":0}', "number_out_of_range", "leverage"),
    ("half leverage", GOOD + ',"leverage":2.5}', "number_out_of_range", "leverage"),
    ("leverage 126", GOOD + ',"leverage":126}', "number_out_of_range", "leverage"),
    ("confidence in percent", GOOD + ',"confidence":70}', "number_out_of_range", "confidence"),
    ("paper as text", GOOD + ',"paper":"yes"}', "wrong_type", "paper"),
    ("reduceOnly as number", GOOD + ',"reduceOnly":1}', "wrong_type", "reduceOnly"),
    ("id with a blank", GOOD.replace("k7", "k 7") + "}", "bad_id", "intent_id"),
    ("id of a path", GOOD.replace("k7", "../k7") + "}", "bad_id", "intent_id"),
    ("empty id", GOOD.replace("k7", "") + "}", "bad_id", "intent_id"),
    ("long id", GOOD.replace("k7", "k" * 65) + "}", "bad_id", "intent_id"),
    ("id as number", GOOD.replace('"k7"', "7") + "}", "wrong_type", "intent_id"),
    ("escape in the source", GOOD + ',"source":"\\u001b[31m"}', "bad_text", "source"),
    ("long source", GOOD + ',"source":"' + "x" * 65 + '"}', "bad_text", "source"),
    ("lone surrogate", GOOD + ',"source":"\\ud800"}', "bad_text", "source"),
    ("time without zone", GOOD + ',"generated_at":"2026-11-20T14:02:11"}', "bad_time", "generated_at"),
    ("time as a word", GOOD + ',"generated_at":"now"}', "bad_time", "generated_at"),
    ("nanoseconds", GOOD + ',"generated_at":1790000000000000000}', "number_out_of_range", "generated_at"),
    ("microseconds", GOOD + ',"generated_at":1790000000000000}', "number_out_of_range", "generated_at"),
    ("time zero", GOOD + ',"generated_at":0}', "bad_time", "generated_at"),
    ("too old", GOOD + f',"generated_at":{NOW - 30_001}}}', "expired", "expires_at"),
    ("past its expiry", GOOD + f',"expires_at":{NOW - 1}}}', "expired", "expires_at"),
    ("from the future", GOOD + f',"generated_at":{NOW + 5_001}}}', "from_the_future", "generated_at"),
    ("BUY of a SHORT", GOOD + ',"leg":"SHORT"}', "contradiction", "leg"),
    ("LONG signal of a SHORT", '{"symbol":"BTCUSDT","signal":"LONG","qty":1,"leg":"SHORT"}', "contradiction", "leg"),
    ("exit signal that opens", '{"symbol":"BTCUSDT","signal":"EXIT_LONG","action":"entry"}', "contradiction", "action"),
    ("BUY closes LONG", '{"symbol":"BTCUSDT","action":"exit","side":"BUY","leg":"LONG"}', "contradiction", "side"),
    (
        "exit by notional",
        '{"symbol":"BTCUSDT","action":"exit","leg":"LONG","usdt":10}',
        "contradiction",
        "notional_usdt",
    ),
]


@pytest.mark.parametrize("raw, code, field", [row[1:] for row in MALFORMED], ids=[row[0] for row in MALFORMED])
def test_malformed_intents_are_refused_with_code_field_and_hint(raw, code, field):
    (found,) = parse(raw)
    assert isinstance(found, IntentInvalid), found
    assert (found.code, found.field) == (f"intent.{code}", field)
    assert found.hint
    assert found.code in CODES
    assert len(found.found) <= 80
    assert found.found.isprintable()


def test_there_are_at_least_sixty_ways_to_be_malformed():
    assert len(MALFORMED) >= 60


@pytest.mark.parametrize(
    "raw, hint",
    [
        (GOOD + ',"confidense":1}', "did you mean confidence?"),
        ('{"symbol":"btc/usdt","side":"BUY","quantity":1}', "write BTCUSDT"),
        ('{"symbol":"BTCUSDT","side":"Sell","quantity":1}', "write SELL"),
        (GOOD + ',"generated_at":"2026-11-20T14:02:11"}', "name the zone: 2026-11-20T14:02:11Z"),
    ],
)
def test_hints_name_what_to_write(raw, hint):
    (found,) = parse(raw)
    assert found.hint == hint


def test_numbers_stay_exact_as_text_and_as_json_numbers():
    as_text = one('{"symbol":"BTCUSDT","side":"BUY","quantity":"0.1000000000000000055"}')
    as_number = one('{"symbol":"BTCUSDT","side":"BUY","quantity":0.1000000000000000055}')
    assert as_text.quantity == as_number.quantity == Decimal("0.1000000000000000055")


def test_a_full_entry_keeps_every_field():
    intent = one(
        json.dumps(
            {
                "intent_id": "k7f2",
                "symbol": "ETHUSDT",
                "side": "SELL",
                "action": "entry",
                "leg": "SHORT",
                "quantity": "0.5",
                "type": "limit",
                "price": "2995.2",
                "leverage": 3,
                "confidence": 0.7,
                "source": "breakout v3",
                "paper": True,
                "generated_at": NOW - 5,
                "expires_at": NOW + 60_000,
            }
        )
    )
    assert intent == Entry(
        intent_id="k7f2",
        symbol="ETHUSDT",
        side=Side.SELL,
        generated_ms=NOW - 5,
        quantity=Decimal("0.5"),
        kind=Kind.LIMIT,
        price=Decimal("2995.2"),
        leg=Leg.SHORT,
        leverage=3,
        confidence=Decimal("0.7"),
        expires_ms=NOW + 60_000,
        source="breakout v3",
        paper=True,
    )


@pytest.mark.parametrize(
    "older, plain",
    [
        ('"signal":"LONG","size_usdt":50', '"side":"BUY","leg":"LONG","notional_usdt":50'),
        ('"signal":"SHORT","qty":2', '"side":"SELL","leg":"SHORT","quantity":2'),
        ('"signal":"BUY","usdt":50', '"side":"BUY","notional_usdt":50'),
        ('"signal":"EXIT_LONG"', '"action":"exit","leg":"LONG","side":"SELL"'),
        ('"side":"SELL","positionSide":"LONG","reduceOnly":true', '"side":"SELL","leg":"LONG","action":"exit"'),
        ('"side":"BUY","qty":1,"orderType":"MARKET"', '"side":"BUY","quantity":1,"type":"market"'),
        ('"side":"BUY","qty":1,"limit_price":9', '"side":"BUY","quantity":1,"type":"limit","price":9'),
        (f'"side":"BUY","qty":1,"signal_ts":{NOW // 1000}', f'"side":"BUY","quantity":1,"generated_at":{NOW}'),
        (
            '"side":"BUY","qty":1,"timestamp":"2026-09-21T14:13:20+00:00"',
            f'"side":"BUY","quantity":1,"generated_at":{NOW}',
        ),
    ],
)
def test_older_names_mean_the_same_as_ours(older, plain):
    assert one('{"intent_id":"a","symbol":"BTCUSDT",' + older + "}") == one(
        '{"intent_id":"a","symbol":"BTCUSDT",' + plain + "}"
    )


@pytest.mark.parametrize(
    "extra",
    [
        f'"generated_at":{NOW - 10**9}',
        f'"generated_at":{NOW + 10**6}',
        '"expires_at":1',
        '"confidence":0.1,"leverage":5',
    ],
)
def test_an_exit_is_never_refused_for_what_concerns_entries_only(extra):
    intent = one('{"symbol":"BTCUSDT","action":"exit","leg":"LONG",' + extra + "}")
    assert isinstance(intent, Exit)
    assert intent.quantity is None
    assert intent.generated_ms <= NOW


def test_one_bad_line_does_not_spoil_the_others():
    found = parse(GOOD + "}\n{oops\n" + GOOD.replace("k7", "k8") + "}\n")
    assert [type(each) for each in found] == [IntentReceived, IntentInvalid, IntentReceived]


def test_a_pretty_printed_object_and_an_array_are_understood():
    pretty = json.dumps(json.loads(GOOD + "}"), indent=2)
    assert one(pretty) == one(GOOD + "}")
    assert len(parse(f"[{GOOD}}}, {GOOD.replace('k7', 'k8')}}}]")) == 2


def test_a_message_with_too_many_intents_says_so_after_the_allowed_ones():
    found = parse("[" + ",".join([GOOD + "}"] * 5) + "]", bounds=Bounds(intents_max=3))
    assert [isinstance(each, IntentReceived) for each in found] == [True] * 3 + [False]
    assert found[-1].code == "intent.too_many"


def test_an_intent_without_id_is_the_same_intent_when_the_same_message_is_read_again():
    raw = b'{"symbol":"BTCUSDT","side":"BUY","quantity":1}'
    limits = IntakeLimits()
    first, again = (parse_intents(raw, now_ms=now, limits=limits, salt="a.json")[0] for now in (NOW, NOW + 999))
    other = parse_intents(raw, now_ms=NOW, limits=limits, salt="b.json")[0]
    assert first.intent.intent_id == again.intent.intent_id != other.intent.intent_id


def test_two_equal_intents_without_id_in_one_file_are_two_intents():
    raw = b'{"symbol":"BTCUSDT","side":"BUY","quantity":1}\n' * 2
    one_, two = parse_intents(raw, now_ms=NOW, limits=IntakeLimits(), salt="a.json")
    assert one_.intent.intent_id != two.intent.intent_id
    assert replace(one_.intent, intent_id="") == replace(two.intent, intent_id="")


def test_a_refused_intent_keeps_its_name_when_it_has_a_good_one():
    (found,) = parse('{"intent_id":"k9","symbol":"BTCUSDT","side":"BUY"}')
    assert found.intent_id == "k9"


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=12), inner, max_size=4),
    max_leaves=12,
)
known_keys = st.sampled_from(
    ["symbol", "side", "signal", "quantity", "price", "leg", "generated_at", "reduceOnly", "id"]
)


@given(
    st.binary(max_size=200) | st.dictionaries(known_keys, json_values, max_size=6).map(lambda d: json.dumps(d).encode())
)
def test_nothing_that_comes_in_can_raise(raw):
    for each in parse_intents(raw, now_ms=NOW, limits=IntakeLimits()):
        assert isinstance(each, IntentReceived) or (each.code in CODES and each.hint)


def test_every_intent_has_its_line_or_its_place():
    good = b'{"symbol":"BTCUSDT","side":"BUY","notional_usdt":5}'
    lines = b"\n".join([good, b"", b"nonsense", b'{"symbol":1}', good])
    limits = IntakeLimits(bounds=Bounds(intents_max=10))
    found = numbered_intents(lines, now_ms=NOW, limits=limits, origin="test")
    assert [(number, type(each).__name__) for number, each in found] == [
        (1, "IntentReceived"), (3, "IntentInvalid"), (4, "IntentInvalid"), (5, "IntentReceived"),
    ]  # fmt: skip
    assert found[1][1].found == "line 3, column 1"
    array = numbered_intents(b"[" + good + b",7]", now_ms=NOW, limits=limits, origin="test")
    assert [number for number, _ in array] == [1, 2]
    few = IntakeLimits(bounds=Bounds(intents_max=1))
    assert [number for number, _ in numbered_intents(lines, now_ms=NOW, limits=few, origin="test")] == [1, 0]
    assert [number for number, _ in numbered_intents(b" ", now_ms=NOW, limits=few, origin="test")] == [0]
