"""The first SIGINT or SIGTERM asks for an orderly end; the second ends the process at once, with 130 (DESIGN 6).

Handlers of the interpreter, not of the loop: the second signal must work when the loop itself is stuck.
"""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

EXIT_AT_ONCE = 130
SIGNALS = (signal.SIGINT, signal.SIGTERM)


@contextmanager
def asking_to_stop(on_stop: Callable[[str], object], leave: Callable[[int], object] = os._exit) -> Iterator[None]:
    """While inside: the first signal calls `on_stop(its name)` on the running loop, the second `leave(130)`.

    Main thread only, inside a running loop. The handlers that were there come back afterwards.
    """
    loop = asyncio.get_running_loop()
    asked = False

    def handle(number: int, _frame: FrameType | None) -> None:
        nonlocal asked
        if asked:
            leave(EXIT_AT_ONCE)
            return
        asked = True
        loop.call_soon_threadsafe(on_stop, signal.Signals(number).name)

    before = {number: signal.signal(number, handle) for number in SIGNALS}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
