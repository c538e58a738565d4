"""Who watches: screens and telemetry are told what was noted, after the decision and never in its way.

Each observer has its own bounded buffer and is called from its own turn of the loop. One that raises or is slow is
counted, and dropped when it keeps doing so; its exception goes to the loop's exception handler, not into the executor.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Sequence

from hedgectl.core.decision import Noted
from hedgectl.core.model.moment import Moment
from hedgectl.runtime.clock import Clock

BUFFER_MAX = 4_096
TURN_MAX = 64
SLOW_MS = 100
STRIKES_MAX = 3

OnNotes = Callable[[Sequence[Noted], Moment], None]


class Observer:
    """One callback behind its buffer. `lost` counts decisions not told; `dropped` says why it is told no more."""

    def __init__(self, name: str, on_notes: OnNotes, clock: Clock) -> None:
        self.name = name
        self.lost = 0
        self.dropped = ""
        self._on_notes = on_notes
        self._clock = clock
        self._buffer: deque[tuple[Sequence[Noted], Moment]] = deque()
        self._called = False
        self._strikes = 0
        self._loop = asyncio.get_running_loop()

    def tell(self, notes: Sequence[Noted], now: Moment) -> None:
        """Remember, and be called soon. Never waits, never raises; the oldest is lost when the buffer is full."""
        if self.dropped:
            return
        if len(self._buffer) >= BUFFER_MAX:
            self._buffer.popleft()
            self.lost += 1
        self._buffer.append((notes, now))
        if not self._called:
            self._called = True
            self._loop.call_soon(self._turn)

    def flush(self) -> None:
        """Tell what is buffered, now: for the end of a run."""
        while self._buffer and not self.dropped:
            self._on_notes(*self._buffer.popleft())

    def _turn(self) -> None:
        begun_ms = self._clock.mono_ms()
        fine = False
        try:
            for _ in range(min(len(self._buffer), TURN_MAX)):
                self._on_notes(*self._buffer.popleft())
            fine = True
        finally:
            took_ms = self._clock.mono_ms() - begun_ms
            self._strikes = 0 if fine and took_ms <= SLOW_MS else self._strikes + 1
            if self._strikes >= STRIKES_MAX:
                self.dropped = f"took {took_ms} ms" if fine else "raised"
                self._buffer.clear()
            self._called = bool(self._buffer)
            if self._called:
                self._loop.call_soon(self._turn)
