"""The first SIGINT or SIGTERM asks for an orderly end; the second ends the process at once, with 130 (DESIGN 6).

Handlers of the interpreter, not of the loop: the second signal must work when the loop itself is stuck, and the first
one is kept while there is no loop yet, so that no moment of a run is without an answer to Ctrl-C.
"""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import Callable
from types import FrameType, TracebackType
from typing import Any

EXIT_AT_ONCE = 130
SIGNALS = (signal.SIGINT, signal.SIGTERM)


class Stops:
    """While inside: the first signal is told to whom `tell` named, or kept until it names somebody; the second calls
    `leave(130)`. Main thread only. The handlers that were there come back afterwards."""

    def __init__(self, leave: Callable[[int], object] = os._exit) -> None:
        self.asked = ""
        self._leave = leave
        self._told: Callable[[str], object] | None = None
        self._before: dict[signal.Signals, Any] = {}

    def __enter__(self) -> Stops:
        self._before = {number: signal.signal(number, self._handle) for number in SIGNALS}
        return self

    def __exit__(self, kind: type[BaseException] | None, wrong: BaseException | None, at: TracebackType | None) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)

    def tell(self, on_stop: Callable[[str], object]) -> None:
        """From now on the running loop calls `on_stop` with the name of the first signal: at once, if it came."""
        loop = asyncio.get_running_loop()
        self._told = lambda name: loop.call_soon_threadsafe(on_stop, name)
        if self.asked:
            self._told(self.asked)

    def _handle(self, number: int, _frame: FrameType | None) -> None:
        if self.asked:
            self._leave(EXIT_AT_ONCE)
            return
        self.asked = signal.Signals(number).name
        if self._told is not None:
            self._told(self.asked)
