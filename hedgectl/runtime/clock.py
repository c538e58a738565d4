"""What time it is: one clock for the whole process, real or virtual (DESIGN "Time").

Monotonic for timers and ages, wall for stamps. The exchange's time is neither; it is derived from these and a measured
offset (`ExchangeTime`), and a step of the wall clock does not move it. The only file that reads the machine's clocks.
"""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING, Protocol

from hedgectl.core.model.moment import Moment

if TYPE_CHECKING:
    from hedgectl.runtime.loop import VirtualLoop

VIRTUAL_EPOCH_MS = 1_767_225_600_000
"""2026-01-01T00:00:00Z: when every virtual life begins, unless it says otherwise."""


class Clock(Protocol):
    """All times are milliseconds."""

    def mono_ms(self) -> int:
        """Never jumps. Its zero means nothing."""
        ...

    def wall_ms(self) -> int:
        """UTC since 1970. May jump."""
        ...

    async def sleep_ms(self, ms: int) -> None:
        """Return `ms` later on the monotonic clock."""
        ...


class RealClock:
    """The machine's clocks."""

    def mono_ms(self) -> int:
        return time.monotonic_ns() // 1_000_000

    def wall_ms(self) -> int:
        return time.time_ns() // 1_000_000

    async def sleep_ms(self, ms: int) -> None:
        await asyncio.sleep(ms / 1000)


class VirtualClock:
    """The clock of a loop that jumps: monotonic from 0, wall from `epoch_ms`; `jump_wall` steps the wall as NTP may."""

    def __init__(self, loop: VirtualLoop, epoch_ms: int = VIRTUAL_EPOCH_MS) -> None:
        self.loop = loop
        self._wall_at_zero_ms = epoch_ms

    def mono_ms(self) -> int:
        return self.loop.now_ms

    def wall_ms(self) -> int:
        return self._wall_at_zero_ms + self.loop.now_ms

    def jump_wall(self, ms: int) -> None:
        self._wall_at_zero_ms += ms

    async def sleep_ms(self, ms: int) -> None:
        if ms <= 0:
            await asyncio.sleep(0)
            return
        loop = self.loop
        try:
            await loop.sleep_until_ms(loop.now_ms + ms)
        except asyncio.CancelledError:
            loop.sleeper_cancelled()
            raise


class ExchangeTime:
    """The exchange's clock: anchored to the monotonic clock by each measurement, so it does not jump with the wall.

    One per process, shared by the venue (which signs with it) and the executor."""

    STEP_MS_MAX = 500

    def __init__(self, clock: Clock) -> None:
        self.clock = clock
        self._drift_at_anchor_ms = clock.wall_ms() - clock.mono_ms()
        self._anchor_ms = self._drift_at_anchor_ms

    def measured(self, offset_ms: int) -> None:
        """Take a measured offset of the exchange's clock to our wall clock."""
        self._drift_at_anchor_ms = self.clock.wall_ms() - self.clock.mono_ms()
        self._anchor_ms = self._drift_at_anchor_ms + offset_ms

    def now_ms(self) -> int:
        return self.clock.mono_ms() + self._anchor_ms

    def mono_ms(self) -> int:
        return self.clock.mono_ms()

    def moment(self) -> Moment:
        """All three times, read once."""
        mono_ms = self.clock.mono_ms()
        return Moment(mono_ms, self.clock.wall_ms(), mono_ms + self._anchor_ms)

    def stepped_ms(self) -> int:
        """How far the wall clock has moved against the monotonic one since the last measurement, if that is more than
        slewing explains: a step, or a suspended machine. 0 otherwise. Both call for a new measurement."""
        step_ms = self.clock.wall_ms() - self.clock.mono_ms() - self._drift_at_anchor_ms
        return step_ms if abs(step_ms) > self.STEP_MS_MAX else 0

    def accept_step(self) -> None:
        """A new measurement has been asked for: ask once for each step."""
        self._drift_at_anchor_ms = self.clock.wall_ms() - self.clock.mono_ms()
