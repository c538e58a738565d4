"""Reads are asked again within attempts and a deadline on the injected clock; definite answers are not."""

from __future__ import annotations

import pytest

from hedgectl.core.model.input import ReadFailed
from hedgectl.core.model.reply import Fault, FaultKind
from hedgectl.venue.limits import VenueLimits

GOOD = '[{"symbol":"BTCUSDT","leverage":5}]'


def read(desk):
    return desk.run(desk.venue.leverage("BTCUSDT"))


@pytest.mark.parametrize(
    "status, body",
    [
        (500, "<html>"),
        (502, ""),
        (503, "Service Unavailable."),
        (408, '{"code":-1007,"msg":"Timeout"}'),
        (503, '{"code":-1008,"msg":"throttled"}'),
        (400, '{"code":-1001,"msg":"Internal error"}'),
        (429, '{"code":-1003,"msg":"Too many requests"}'),
        (200, ""),
        (200, '[{"symbol":"BTC'),
    ],
)
def test_a_transient_answer_is_asked_again(make_desk, reply, status, body):
    desk = make_desk().scripted(reply(status, body), reply(200, GOOD))
    assert read(desk) == 5
    assert [(event[0], event[1]) for event in desk.retries] == [("GET symbolConfig", 1)]


@pytest.mark.parametrize("kind", list(FaultKind))
def test_every_transport_fault_of_a_read_is_asked_again(make_desk, reply, kind):
    desk = make_desk().scripted(Fault(kind), reply(200, GOOD))
    assert read(desk) == 5
    assert desk.retries[0][3] == kind.value


@pytest.mark.parametrize(
    "status, body",
    [(401, '{"code":-2015,"msg":"Invalid API-key"}'), (400, '{"code":-1121,"msg":"Invalid symbol."}'), (403, "<html>")],
)
def test_a_definite_answer_is_asked_once(make_desk, reply, status, body):
    desk = make_desk().scripted(reply(status, body))
    assert isinstance(read(desk), ReadFailed)
    assert len(desk.script.asked) == 1


def test_attempts_end_and_the_waits_grow_to_their_cap(make_desk):
    limits = VenueLimits(read_attempts_max=6, read_elapsed_ms_max=60_000, backoff_ms_max=800, jitter_ms=0)
    desk = make_desk(limits=limits).scripted(Fault(FaultKind.RESET))
    assert read(desk) == ReadFailed("leverage", "BTCUSDT", "GET symbolConfig: reset")
    assert len(desk.script.asked) == 6
    assert [event[2] for event in desk.retries] == [200, 400, 800, 800, 800]
    assert desk.clock.mono_ms() == 3000


def test_the_deadline_is_kept_on_the_injected_clock(make_desk):
    limits = VenueLimits(read_attempts_max=100, read_elapsed_ms_max=1000, jitter_ms=0)
    desk = make_desk(limits=limits).scripted(Fault(FaultKind.RESET))
    assert isinstance(read(desk), ReadFailed)
    assert desk.clock.mono_ms() == 600
    assert len(desk.script.asked) == 3


def test_retry_after_is_honoured(make_desk, reply):
    limited = reply(429, '{"code":-1003,"msg":"Too many requests"}', Retry_After="3")
    desk = make_desk().scripted(limited, reply(200, GOOD))
    assert read(desk) == 5
    assert desk.clock.mono_ms() == 3000


def test_a_retry_after_beyond_the_deadline_ends_the_asking(make_desk, reply):
    desk = make_desk().scripted(reply(418, "{}", Retry_After="120"))
    assert isinstance(read(desk), ReadFailed)
    assert len(desk.script.asked) == 1
    assert desk.clock.mono_ms() == 0
    assert desk.venue.rates.banned


def test_jitter_comes_from_the_injected_random(make_desk):
    waits = []
    for _ in range(2):
        desk = make_desk().scripted(Fault(FaultKind.RESET))
        read(desk)
        waits.append([event[2] for event in desk.retries])
    assert waits[0] == waits[1]
    assert all(base <= wait <= base + 100 for base, wait in zip((200, 400, 800), waits[0], strict=True))
