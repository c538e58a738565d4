"""Wakes: bounded, deduplicated, and one call after a pause of the machine."""

from __future__ import annotations

from hedgectl.runtime import wakes as wakes_room
from hedgectl.runtime.loop import run_virtual
from hedgectl.runtime.wakes import Wakes


def calls_of(asked, ms=2_500):
    async def main(clock):
        seen = []
        wakes = Wakes(clock, lambda: seen.append(clock.mono_ms()))
        wakes.start()
        for at_ms in asked:
            wakes.ask(at_ms)
        await clock.sleep_ms(ms)
        wakes.stop()
        await clock.sleep_ms(5_000)
        return seen

    return run_virtual(main)


def test_each_asked_time_is_met_once_and_a_past_one_at_once():
    assert calls_of([1_500, 700, 700, -5, 1_000]) == [0, 700, 1_000, 1_500, 2_000]


def test_beyond_the_bound_the_period_serves(monkeypatch):
    monkeypatch.setattr(wakes_room, "WAKES_MAX", 2)
    assert calls_of([300, 400, 500]) == [300, 400, 1_000, 2_000]


def test_after_a_pause_there_is_one_call_not_one_per_missed_second():
    async def main(clock):
        seen = []

        class Paused:
            def mono_ms(self):
                return clock.mono_ms() + (60_000 if clock.mono_ms() >= 1_500 else 0)

        wakes = Wakes(Paused(), lambda: seen.append(clock.mono_ms()))
        wakes.start()
        await clock.sleep_ms(4_500)
        wakes.stop()
        return seen

    assert run_virtual(main) == [1_000, 2_000, 3_000, 4_000]
