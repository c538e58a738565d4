"""Observers: bounded, isolated, dropped when they keep failing or keep the loop."""

from __future__ import annotations

import asyncio

from hedgectl.core.model.moment import Moment
from hedgectl.runtime import observers
from hedgectl.runtime.loop import run_virtual
from hedgectl.runtime.observers import Observer

NOW = Moment(0, 0, 0)


class SlowClock:
    """A clock on which every look costs `ms`: what a slow callback looks like from outside."""

    def __init__(self, ms):
        self.now, self.ms = 0, ms

    def mono_ms(self):
        self.now += self.ms
        return self.now


def test_a_full_buffer_loses_the_oldest_and_counts(monkeypatch, script):
    monkeypatch.setattr(observers, "BUFFER_MAX", 3)

    async def main(clock):
        told = []
        observer = Observer("o", lambda notes, now: told.append(notes[0]), clock)
        for number in range(5):
            observer.tell([number], NOW)
        assert told == []
        await clock.sleep_ms(1)
        return told, observer.lost

    assert run_virtual(main) == ([2, 3, 4], 2)


def test_a_long_buffer_is_told_in_turns():
    async def main(clock):
        told = []
        observer = Observer("o", lambda notes, now: told.append(notes), clock)
        for number in range(200):
            observer.tell([number], NOW)
        await asyncio.sleep(0)
        first = len(told)
        await clock.sleep_ms(1)
        return first, len(told)

    assert run_virtual(main) == (observers.TURN_MAX, 200)


def test_a_slow_one_is_dropped_a_good_one_is_forgiven():
    async def main(clock):
        slow = Observer("slow", lambda notes, now: None, SlowClock(observers.SLOW_MS + 1))
        good = Observer("good", lambda notes, now: None, SlowClock(observers.SLOW_MS))
        for _ in range(10):
            slow.tell([1], NOW)
            good.tell([1], NOW)
            await clock.sleep_ms(1)
        return slow.dropped, good.dropped

    assert run_virtual(main) == (f"took {observers.SLOW_MS + 1} ms", "")


def test_two_failures_are_forgiven_when_a_success_follows():
    async def main(clock):
        clock.loop.set_exception_handler(lambda loop, context: None)
        turns = iter([1, 1, 0, 1, 1, 0, 1])
        told = []

        def sometimes(notes, now):
            told.append(1 / (1 - next(turns)))

        observer = Observer("o", sometimes, clock)
        for _ in range(7):
            observer.tell([1], NOW)
            await clock.sleep_ms(1)
        return observer.dropped, len(told)

    assert run_virtual(main) == ("", 2)
