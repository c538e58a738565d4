"""What several checks look at is made once, whoever asks first: on threads by `made`, on the loop by `read`.

A reading goes on for the others when a check that waited for it has run out of time. `end` lets go of all of them.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

T = TypeVar("T")


class Once:
    """One for each examination. What raises is made again for who asks next on a thread; a reading keeps its error."""

    def __init__(self) -> None:
        self._kept: dict[str, Any] = {}
        self._locks: dict[str, threading.Lock] = {}
        self._readings: dict[str, asyncio.Task[Any]] = {}

    def made(self, name: str, make: Callable[[], T]) -> T:
        """What `make` makes. Blocks while another thread makes it."""
        with self._locks.setdefault(name, threading.Lock()):
            if name not in self._kept:
                self._kept[name] = make()
            made: T = self._kept[name]
            return made

    async def read(self, name: str, read: Callable[[], Awaitable[T]]) -> T:
        """What `read` brings."""
        if name not in self._readings:
            self._readings[name] = asyncio.ensure_future(_as_coroutine(read))
        brought: T = await asyncio.shield(self._readings[name])
        return brought

    async def end(self) -> dict[str, Any]:
        """End the readings that are under way; those that came to something, by name."""
        for reading in self._readings.values():
            reading.cancel()
        await asyncio.gather(*self._readings.values(), return_exceptions=True)
        ended = {name: each for name, each in self._readings.items() if not each.cancelled()}
        self._readings.clear()
        return {name: each.result() for name, each in ended.items() if each.exception() is None}


async def _as_coroutine(read: Callable[[], Awaitable[T]]) -> T:
    return await read()
