"""Goal: a book file says exactly what it means, or is refused with the row, the key and what to write (T10, L6)."""

from __future__ import annotations

from decimal import Decimal as D

import orjson
import pytest

from hedgectl.core.model.order import Leg
from hedgectl.intake import codes
from hedgectl.intake.book import BYTES_MAX, ROWS_MAX, read_book
from hedgectl.intake.json_text import Malformed

NOW = 1_790_000_000_000
QUOTE = {"symbol": "BTCUSDT", "bid": "61800.2", "ask": "61800.3"}
LONG = {"symbol": "BTCUSDT", "leg": "LONG", "quantity": "0.5", "entry_price": "60000"}


def book(**whole):
    return read_book(orjson.dumps(whole), NOW)


def test_a_whole_book_is_read_exactly():
    full = QUOTE | {"bid_size": 3.1, "ask_size": "0.8", "mark": "61800.25", "at": "2026-09-21T14:13:00Z"}
    found = book(quotes=[full], positions=[LONG, LONG | {"leg": "SHORT", "quantity": 2}])
    (touch,) = found.touches
    assert (touch.quote.bid, touch.quote.ask, touch.quote.mark) == (D("61800.2"), D("61800.3"), D("61800.25"))
    assert (touch.bid_size, touch.ask_size, touch.stated) == (D("3.1"), D("0.8"), True)
    assert touch.quote.at_ms == NOW - 20_000
    assert [(each.leg, each.quantity) for each in found.positions] == [(Leg.LONG, D("0.5")), (Leg.SHORT, D(-2))]


def test_what_is_left_out_is_said_to_be():
    found = book(quotes=[QUOTE])
    (touch,) = found.touches
    assert (touch.quote.mark, touch.quote.at_ms, touch.stated) == (D("61800.25"), NOW, False)
    assert (touch.bid_size, found.positions) == (None, None)
    assert book(quotes=[QUOTE], positions=[]).positions == ()
    assert book(positions=[LONG | {"leg": "BOTH", "quantity": "-0.5"}]).positions[0].quantity == D("-0.5")


@pytest.mark.parametrize(
    "whole, code, field, hint",
    [
        ({"quote": [QUOTE]}, codes.UNKNOWN_KEY, "quote", "did you mean quotes?"),
        ({}, codes.MISSING_FIELD, "quotes", 'write {"quotes": [...]}'),
        ({"quotes": QUOTE}, codes.WRONG_TYPE, "quotes", "write a list of objects: [{...}]"),
        ({"quotes": [QUOTE, 7]}, codes.WRONG_TYPE, "quotes", "write a list of objects: [{...}]"),
        ({"quotes": [QUOTE | {"bidsize": 1}]}, codes.UNKNOWN_KEY, "quotes[1] bidsize", "did you mean bid_size?"),
        ({"quotes": [QUOTE | {"zzz": 1}]}, codes.UNKNOWN_KEY, "quotes[1] zzz", "keys: symbol, bid, ask"),
        ({"quotes": [{"symbol": "BTCUSDT", "bid": 1}]}, codes.MISSING_FIELD, "quotes[1] ask", "add ask"),
        ({"quotes": [QUOTE, QUOTE]}, codes.DUPLICATE_KEY, "quotes", "say it once"),
        ({"quotes": [QUOTE | {"bid": "61800.3"}]}, codes.CONTRADICTION, "quotes[1] bid", "stands below its ask"),
        ({"quotes": [QUOTE | {"bid": "0"}]}, codes.NOT_POSITIVE, "quotes[1] bid", "above 0"),
        ({"quotes": [QUOTE | {"ask": "NaN"}]}, codes.NOT_A_NUMBER, "quotes[1] ask", "digits"),
        ({"quotes": [QUOTE | {"symbol": "btcusdt"}]}, codes.BAD_SYMBOL, "quotes[1] symbol", "write BTCUSDT"),
        ({"quotes": [QUOTE | {"at": "noon"}]}, codes.BAD_TIME, "quotes[1] at", "since 1970"),
        ({"quotes": [QUOTE | {"at": NOW + 60_000}]}, codes.FROM_THE_FUTURE, "quotes[1] at", "clock"),
        ({"positions": [LONG | {"leg": "long"}]}, codes.WRONG_CASE, "positions[1] leg", "write LONG"),
        ({"positions": [LONG | {"quantity": "-1"}]}, codes.NOT_POSITIVE, "positions[1] quantity", "above 0"),
        ({"positions": [LONG | {"quantity": 0}]}, codes.NOT_POSITIVE, "positions[1] quantity", "above 0"),
        ({"positions": [LONG, LONG]}, codes.DUPLICATE_KEY, "positions", "say it once"),
        ({"positions": [LONG] * (ROWS_MAX + 1)}, codes.TOO_MANY, "positions", f"at most {ROWS_MAX}"),
    ],
)
def test_what_is_not_understood_is_refused_with_its_place_and_its_cure(whole, code, field, hint):
    with pytest.raises(Malformed) as wrong:
        book(**whole)
    assert (wrong.value.bad.code, wrong.value.bad.field) == (code, field)
    assert hint in wrong.value.bad.hint


@pytest.mark.parametrize(
    "raw, code",
    [
        (b"", codes.EMPTY),
        (b"{", codes.NOT_JSON),
        (b"[]", codes.EMPTY),
        (b"7", codes.NOT_AN_OBJECT),
        (b'[{"quotes": []}, {"quotes": []}]', codes.NOT_AN_OBJECT),
        (b'{"quotes": [], "quotes": []}', codes.DUPLICATE_KEY),
        (b"\xff", codes.NOT_UTF8),
        (b" " * (BYTES_MAX + 1), codes.TOO_BIG),
    ],
)
def test_what_is_no_book_at_all(raw, code):
    with pytest.raises(Malformed) as wrong:
        read_book(raw, NOW)
    assert wrong.value.bad.code == code
