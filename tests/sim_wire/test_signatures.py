"""Who may ask, and how fresh a request must be."""

from __future__ import annotations

from dataclasses import replace

import pytest

from hedgectl.sim.http import Request

PATH = "/fapi/v3/account"


def signed(desk, query="", body="", path=PATH, method="GET", upper=False):
    signature = desk.sign(query, body)
    place = "&signature=" + (signature.upper() if upper else signature)
    if body:
        return Request(method, path, query, {"X-MBX-APIKEY": "sim"}, body + place)
    return Request(method, path, query + place, {"X-MBX-APIKEY": "sim"})


@pytest.mark.parametrize("upper", [False, True])
def test_signature_may_be_written_in_either_case(desk, upper):
    assert desk.send(signed(desk, f"timestamp={desk.now_ms}", upper=upper)).status == 200


def test_signature_covers_query_and_body_together(desk):
    request = signed(desk, "symbol=BTCUSDT", f"leverage=7&timestamp={desk.now_ms}", "/fapi/v1/leverage", "POST")
    assert desk.send(request).body["leverage"] == 7
    assert desk.send(replace(request, query="symbol=ETHUSDT")).code == -1022


def test_signature_need_not_stand_last(desk):
    query = f"timestamp={desk.now_ms}&recvWindow=5000"
    text = f"timestamp={desk.now_ms}&signature={desk.sign(query)}&recvWindow=5000"
    assert desk.send(Request("GET", PATH, text, {"X-MBX-APIKEY": "sim"})).status == 200


def test_query_wins_over_body_on_duplicates(desk):
    request = signed(
        desk,
        "symbol=BTCUSDT&leverage=3",
        f"leverage=7&timestamp={desk.now_ms}",
        "/fapi/v1/leverage",
        "POST",
    )
    assert desk.send(request).body["leverage"] == 3


def test_key_header_is_found_in_any_case(desk):
    request = replace(signed(desk, f"timestamp={desk.now_ms}"), headers={"x-mbx-apikey": "sim"})
    assert desk.send(request).status == 200


@pytest.mark.parametrize("missing", ["timestamp", "signature"])
def test_timestamp_and_signature_are_mandatory(desk, missing):
    stamp, window = f"timestamp={desk.now_ms}", "recvWindow=5"
    text = stamp if missing == "signature" else f"{window}&signature={desk.sign(window)}"
    answer = desk.send(Request("GET", PATH, text, {"X-MBX-APIKEY": "sim"}))
    assert (answer.code, f"'{missing}'" in answer.body["msg"]) == (-1102, True)


@pytest.mark.parametrize(
    ("age_ms", "window", "fresh"),
    [
        *((5000, None, True), (5001, None, False), (1500, 1500, True), (1501, 1500, False)),
        *((-999, None, True), (-1000, None, False), (60000, 60000, True)),
    ],
)
def test_a_request_is_fresh_within_its_window(desk, age_ms, window, fresh):
    answer = desk.get(PATH, timestamp=desk.now_ms - age_ms, recvWindow=window)
    assert answer.status == 200 if fresh else answer.code == -1021


@pytest.mark.parametrize("window", ["0", "60001", "abc", "-1", ""])
def test_recv_window_has_a_range(desk, window):
    assert desk.get(PATH, recvWindow=window).code in (-1130, -1105)


def test_the_clock_of_the_front_door_judges_timestamps(desk):
    desk.box.clock_offset_ms = 7000
    assert desk.get("/fapi/v1/time", signed=False).body == {"serverTime": desk.now_ms + 7000}
    assert desk.get(PATH).code == -1021
    assert desk.get(PATH, timestamp=desk.now_ms + 7000).status == 200


def test_a_revoked_key_reads_nothing_and_a_reading_key_trades_nothing(desk):
    desk.box.key.trading = False
    assert desk.get(PATH).status == 200
    assert desk.order().code == -1002
    desk.box.key.revoked = True
    assert desk.get(PATH).code == -2015


def test_public_endpoints_need_no_key(desk):
    assert desk.send(Request("GET", "/fapi/v1/ping")).body == {}
