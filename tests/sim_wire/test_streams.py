"""Listen keys: how long they live, who is told, and that an event is encoded once."""

from __future__ import annotations

import json

import pytest

from hedgectl.sim.streams import KEY_LIFE_MS, STREAMS_MAX, TooManyStreams

PATH = "/fapi/v1/listenKey"


def open_key(desk):
    return desk.ask("POST", PATH, signed=False).body["listenKey"]


def listen(desk, key=None):
    events = []
    stop = desk.box.subscribe(key or open_key(desk), lambda raw: events.append(json.loads(raw)))
    return events, stop


def test_one_key_per_account_is_returned_and_extended(desk):
    key = open_key(desk)
    desk.wait(KEY_LIFE_MS - 1)
    assert open_key(desk) == key
    desk.wait(KEY_LIFE_MS - 1)
    assert desk.ask("PUT", PATH, signed=False, listenKey="whatever").body == {"listenKey": key}
    assert desk.box.streams.next_ms() == desk.now_ms + KEY_LIFE_MS


def test_a_key_dies_after_an_hour_and_says_so(desk):
    key = open_key(desk)
    events, _ = listen(desk, key)
    died_ms = desk.now_ms + KEY_LIFE_MS
    assert desk.box.next_ms() <= died_ms
    desk.wait(KEY_LIFE_MS + 5)
    assert events == [{"e": "listenKeyExpired", "E": died_ms, "listenKey": key}]
    assert desk.ask("PUT", PATH, signed=False).code == -1125
    desk.order()
    assert len(events) == 1
    assert open_key(desk) != key
    with pytest.raises(KeyError):
        desk.box.subscribe(key, events.append)


def test_what_happens_before_the_key_dies_is_still_told(desk):
    events, _ = listen(desk)
    desk.post("/fapi/v1/countdownCancelAll", symbol="BTCUSDT", countdownTime=KEY_LIFE_MS - 1)
    desk.order(price="60000")
    desk.wait(KEY_LIFE_MS * 2)
    assert [event["e"] for event in events][-2:] == ["ORDER_TRADE_UPDATE", "listenKeyExpired"]
    assert events[-2]["o"]["X"] == "CANCELED"


def test_deleting_the_key_ends_its_streams(desk):
    events, _ = listen(desk)
    assert desk.ask("DELETE", PATH, signed=False).body == {}
    desk.order()
    assert [event["e"] for event in events] == ["listenKeyExpired"]
    assert desk.exchange.on_user_event is None


def test_streams_of_a_dead_key_stay_silent_under_the_next_one(desk):
    old, _ = listen(desk)
    desk.ask("DELETE", PATH, signed=False)
    new, _ = listen(desk)
    desk.order()
    assert (len(old), len(new) > 0) == (1, True)


def test_a_listen_key_needs_the_key_header_only(desk):
    desk.key = "another"
    assert desk.ask("POST", PATH, signed=False).code == -2015


def test_events_come_in_order_and_stop_when_asked(desk):
    key = open_key(desk)
    first, stop = listen(desk, key)
    second, _ = listen(desk, key)
    desk.order(newClientOrderId="a")
    kinds = [event["e"] for event in first]
    assert kinds[-1] == "ORDER_TRADE_UPDATE"
    assert "ACCOUNT_UPDATE" in kinds
    stop()
    stop()
    desk.order(newClientOrderId="b")
    assert len(second) == 2 * len(first)


def test_events_are_made_only_while_somebody_listens(desk):
    key = open_key(desk)
    assert desk.exchange.on_user_event is None
    _, stop = listen(desk, key)
    assert desk.exchange.on_user_event is not None
    stop()
    assert desk.exchange.on_user_event is None


def test_an_event_is_encoded_once_for_all_streams(desk):
    key, raws = open_key(desk), []
    for _ in range(3):
        desk.box.subscribe(key, raws.append)
    desk.order(price="60000")
    assert len({id(raw) for raw in raws}) * 3 == len(raws)


def test_streams_per_key_are_bounded(desk):
    key = open_key(desk)
    for _ in range(STREAMS_MAX):
        listen(desk, key)
    with pytest.raises(TooManyStreams):
        listen(desk, key)
