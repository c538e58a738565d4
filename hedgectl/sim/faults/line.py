"""The user stream's way to its listener: latency in order, then the faults that streams have.

Events keep their order unless a fault says otherwise. Everything waiting is bounded; what does not fit is lost and
counted as `stream_overflow`. Without latency and faults an event is pushed at once, with no task and no timer.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Coroutine
from random import Random

from hedgectl.sim.faults.delivery import Delivery
from hedgectl.sim.faults.profile import FaultProfile

WAITING_MAX = 10_000
STRAGGLERS_MAX = 64
Push = Callable[[bytes], None]


class StreamLine:
    """Carries raw events to `push`. `latency_ms` is asked once per event."""

    def __init__(
        self, push: Push, *, clock: Callable[[], int], sleep: Callable[[int], Awaitable[None]], profile: FaultProfile,
        latency_ms: Callable[[], int], seed: str,
    ) -> None:  # fmt: skip
        self._push, self._clock, self._sleep = push, clock, sleep
        self._profile, self._latency_ms = profile, latency_ms
        self._choice, self._detail = Random(f"{seed}:choice"), Random(f"{seed}:detail")
        self._waiting: deque[tuple[int, bytes]] = deque()
        self._silent_until_ms = 0
        self._pump: asyncio.Task[None] | None = None
        self._stragglers: set[asyncio.Task[None]] = set()
        self._open = True

    def take(self, raw: bytes) -> None:
        """An event leaves the exchange."""
        if not self._open:
            return
        profile, now = self._profile, self._clock()
        due = now + self._latency_ms()
        copies = 1
        if profile.on_streams:
            if now < self._silent_until_ms:
                profile.fired["event_in_silence"] += 1
                return
            delivery = Delivery(profile.sizes)
            profile.strike_event(delivery, self._choice, self._detail)
            self._silent_until_ms = max(self._silent_until_ms, now + delivery.silence_ms)
            if delivery.straggles_ms:
                self._straggle(raw, due - now + delivery.straggles_ms)
                return
            due += delivery.holds_ms
            copies = delivery.copies
        for _ in range(copies):
            self._enqueue(due, raw)

    def close(self) -> None:
        """Nothing is pushed any more; what was under way is gone."""
        self._open = False
        self._waiting.clear()
        for task in (self._pump, *self._stragglers):
            if task is not None:
                task.cancel()

    def _enqueue(self, due_ms: int, raw: bytes) -> None:
        if not self._waiting and due_ms <= self._clock():
            self._push(raw)
        elif len(self._waiting) >= WAITING_MAX:
            self._profile.fired["stream_overflow"] += 1
        else:  # first in, first out: an event that is due early waits for the ones before it
            self._waiting.append((due_ms, raw))
            if self._pump is None or self._pump.done():
                self._pump = _start(self._run_pump())

    async def _run_pump(self) -> None:
        while self._waiting:
            due_ms, raw = self._waiting[0]
            rest_ms = due_ms - self._clock()
            if rest_ms > 0:
                await self._sleep(rest_ms)
                continue
            self._waiting.popleft()
            self._push(raw)

    def _straggle(self, raw: bytes, delay_ms: int) -> None:
        if len(self._stragglers) >= STRAGGLERS_MAX:
            self._profile.fired["stream_overflow"] += 1
            return
        task = _start(self._push_later(raw, delay_ms))
        self._stragglers.add(task)
        task.add_done_callback(self._stragglers.discard)

    async def _push_later(self, raw: bytes, delay_ms: int) -> None:
        await self._sleep(delay_ms)
        if self._open:
            self._push(raw)


def _start(work: Coroutine[None, None, None]) -> asyncio.Task[None]:
    return asyncio.get_running_loop().create_task(work)
