"""Each fault of the stream fires and does what its sentence says; without them events come in order."""

from __future__ import annotations

import asyncio
from itertools import pairwise

import pytest

from hedgectl.sim.faults.line import STRAGGLERS_MAX, WAITING_MAX
from hedgectl.sim.faults.registry import STREAM


def told(stage, run, rates, events, *, gap_ms=10, wait_ms=400_000, heal_at=None, **options):
    """What a listener hears, as (ms since the start, number), of `events` numbered events."""
    it = stage(rates, **options)
    heard = []

    async def story():
        it.way.subscribe("key", lambda raw: heard.append((it.passed_ms, int(raw))))
        for number in range(events):
            if number == heal_at:
                it.profile.heal()
            it.box.pushes[0](str(number).encode())
            await it.time.pass_ms(gap_ms)
        await it.time.pass_ms(wait_ms)

    run(story())
    return it, heard


def test_without_latency_and_faults_an_event_is_there_at_once(stage, run):
    it, heard = told(stage, run, {}, 5, gap_ms=7)
    assert heard == [(7 * i, i) for i in range(5)]
    assert it.time.sleeps == 0


def test_latency_keeps_the_order(stage, run):
    it, heard = told(stage, run, {}, 200, gap_ms=1, latency_ms=(5, 80))
    assert [number for _, number in heard] == list(range(200))
    assert all(at - number >= 5 for at, number in heard)
    assert it.profile.fired == {}


def test_duplicated(stage, run):
    it, heard = told(stage, run, {"event_duplicated": 1.0}, 50)
    counts = {number: [n for _, n in heard].count(number) for number in range(50)}
    assert set(counts.values()) == {2, 3}
    assert it.profile.fired == {"event_duplicated": 50}


def test_missing(stage, run):
    it, heard = told(stage, run, {"event_missing": 0.3}, 300)
    lost = set(range(300)) - {number for _, number in heard}
    assert it.profile.fired == {"event_missing": len(lost)}
    assert 60 < len(lost) < 120


def test_reordered_events_are_overtaken_and_none_is_lost(stage, run):
    it, heard = told(stage, run, {"event_reordered": 0.2}, 200)
    numbers = [number for _, number in heard]
    assert sorted(numbers) == list(range(200))
    assert numbers != list(range(200))
    assert it.profile.fired["event_reordered"] > 20


def test_late_events_hold_up_the_ones_behind_them(stage, run):
    it, heard = told(stage, run, {"event_late": 0.05}, 200)
    assert [number for _, number in heard] == list(range(200))
    assert max(at - 10 * number for at, number in heard) > 200
    assert it.profile.fired["event_late"] > 3


def test_silence_swallows_what_happens_meanwhile_and_ends(stage, run):
    it, heard = told(stage, run, {"stream_silent": 0.05}, 400, gap_ms=1000)
    numbers = [number for _, number in heard]
    gaps = [b - a for a, b in pairwise(numbers)]
    assert max(gaps) > 5
    assert max(gaps) <= 2 + it.profile.sizes.silence_ms // 1000 * it.profile.fired["stream_silent"]
    assert it.profile.fired["stream_silent"] + it.profile.fired["event_in_silence"] == 400 - len(heard)


def test_healing_ends_a_silence_at_once(stage, run):
    _, heard = told(stage, run, {"stream_silent": 1.0}, 20, heal_at=10)
    assert [number for _, number in heard] == list(range(10, 20))


def test_every_fault_of_the_stream_is_tested_here():
    assert set(STREAM) == {"event_duplicated", "event_missing", "event_reordered", "event_late", "stream_silent"}


def test_a_stopped_stream_is_silent_and_leaves_nothing_behind(stage, run):
    it = stage({}, latency_ms=50)
    heard = []

    async def story():
        stop = it.way.subscribe("key", heard.append)
        push = it.box.pushes[0]
        push(b"1")
        await it.time.pass_ms(100)
        push(b"2")
        stop()
        stop()
        push(b"3")
        await it.time.pass_ms(1000)
        assert it.box.pushes == []
        assert len(asyncio.all_tasks()) == 1

    run(story())
    assert heard == [b"1"]


def test_a_dead_key_is_refused_and_no_line_is_left(stage):
    it = stage()
    with pytest.raises(KeyError):
        it.way.subscribe("dead", print)
    it.way.sever()


@pytest.mark.parametrize(
    ("rates", "latency_ms", "most"), [({}, 50, WAITING_MAX), ({"event_reordered": 1.0}, 0, STRAGGLERS_MAX)]
)
def test_what_waits_is_bounded_and_the_rest_is_counted(stage, run, rates, latency_ms, most):
    it = stage(rates, latency_ms=latency_ms)
    heard = []

    async def story():
        it.way.subscribe("key", heard.append)
        for _ in range(most + 10):
            it.box.pushes[0](b"1")
        await it.time.pass_ms(10_000)

    run(story())
    assert len(heard) == most
    assert it.profile.fired["stream_overflow"] == 10


def test_the_same_seed_tells_the_same_story(stage, run):
    rates = {"event_duplicated": 0.1, "event_reordered": 0.1, "event_missing": 0.1, "stream_silent": 0.01}

    def story(seed):
        return told(stage, run, rates, 200, latency_ms=(1, 30), seed=seed)[1]

    assert story(5) == story(5)
    assert story(5) != story(6)
