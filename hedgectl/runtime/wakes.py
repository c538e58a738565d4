"""When something is due: at a steady period, and at each time that was asked for (`Wake`). One timer of the loop.

One call serves every time that is due; times are kept once. Beyond the bound they are left to the next period.
"""

from __future__ import annotations

import asyncio
import heapq
from collections.abc import Callable

from hedgectl.runtime.clock import Clock

TICK_MS = 1_000
WAKES_MAX = 4_096


class Wakes:
    """Calls `tick` on the loop's thread from `start` to `stop`; `clock` must run with the loop's timers."""

    def __init__(self, clock: Clock, tick: Callable[[], None], every_ms: int = TICK_MS) -> None:
        self._clock = clock
        self._tick = tick
        self._every_ms = every_ms
        self._asked: list[int] = []
        self._known: set[int] = set()
        self._next_ms = 0
        self._armed_ms = 0
        self._timer: asyncio.TimerHandle | None = None
        self._loop: asyncio.AbstractEventLoop | None = None

    def start(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._next_ms = self._clock.mono_ms() + self._every_ms
        self._arm()

    def stop(self) -> None:
        self._loop = None
        if self._timer is not None:
            self._timer.cancel()

    def ask(self, mono_ms: int) -> None:
        """A tick no later than `mono_ms`."""
        if mono_ms in self._known or len(self._asked) >= WAKES_MAX:
            return
        self._known.add(mono_ms)
        heapq.heappush(self._asked, mono_ms)
        if mono_ms < self._armed_ms:
            self._arm()

    def _arm(self) -> None:
        if self._loop is None:
            return
        if self._timer is not None:
            self._timer.cancel()
        self._armed_ms = min(self._next_ms, self._asked[0]) if self._asked else self._next_ms
        wait_ms = max(0, self._armed_ms - self._clock.mono_ms())
        self._timer = self._loop.call_later(wait_ms / 1000, self._due)

    def _due(self) -> None:
        now_ms = self._clock.mono_ms()
        due = now_ms >= self._next_ms
        if due:
            self._next_ms += self._every_ms
            if self._next_ms <= now_ms:
                # After a pause of the machine one call is enough: what was slept through holds nothing new.
                self._next_ms = now_ms + self._every_ms
        while self._asked and self._asked[0] <= now_ms:
            self._known.discard(heapq.heappop(self._asked))
            due = True
        if due:
            self._tick()
        self._arm()
