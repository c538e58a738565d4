"""The one thread that commits the live journal. It decides only where a batch ends: at 64 rows, or when nothing waits.

The loop is told once a batch. The thread holds the GIL for a batch's parameters and hash only; SQLite runs without it.
After a failure, or once abandoned, it commits nothing more, so what is on disk is always a prefix.
"""

from __future__ import annotations

import asyncio
import contextlib
import queue
import threading
from collections import deque
from collections.abc import Callable

from hedgectl.store.rows import STATEMENT_ROWS_MAX, Stored

JOIN_S_MAX = 10.0

Group = list[Stored]
Commit = Callable[[Group], str | None]
Told = Callable[[Group, str | None], None]


class Writer:
    """Commits groups in the order they were put; tells `told(batch, failure)` on the loop's thread."""

    def __init__(self, commit: Commit, told: Told, loop: asyncio.AbstractEventLoop) -> None:
        self._commit = commit
        self._told = told
        self._loop = loop
        self._groups: queue.SimpleQueue[Group | None] = queue.SimpleQueue()
        self._done: deque[tuple[Group, str | None]] = deque()
        self._failure: str | None = None
        self._thread = threading.Thread(target=self._run, name="journal", daemon=True)
        self._thread.start()

    def put(self, group: Group) -> None:
        self._groups.put(group)

    def abandon(self, why: str) -> list[Group]:
        """Commit nothing that was not begun; returns what was taken back."""
        self._failure = self._failure or why
        left: list[Group] = []
        while True:
            try:
                group = self._groups.get_nowait()
            except queue.Empty:
                return left
            if group is not None:
                left.append(group)

    def stop(self) -> bool:
        """Commit what waits (unless abandoned) and end. False if the disk hangs and the thread could not be ended."""
        self._groups.put(None)
        self._thread.join(JOIN_S_MAX)
        self._deliver()
        return not self._thread.is_alive()

    def _run(self) -> None:
        group = self._groups.get()
        while group is not None:
            batch, group = self._gather(group)
            failure = self._failure or self._commit(batch)
            if failure is not None:
                self._failure = failure
            self._done.append((batch, failure))
            with contextlib.suppress(RuntimeError):  # a closed loop: `stop` delivers
                self._loop.call_soon_threadsafe(self._deliver)
            if group is None:
                group = self._groups.get()
            elif not group:
                return

    def _gather(self, batch: Group) -> tuple[Group, Group | None]:
        """A batch of whole groups, and what follows: the group that did not fit, [] for the end, None for a wait."""
        while True:
            try:
                group = self._groups.get_nowait()
            except queue.Empty:
                return batch, None
            if group is None:
                return batch, []
            if len(batch) + len(group) > STATEMENT_ROWS_MAX:
                return batch, group
            batch = batch + group

    def _deliver(self) -> None:
        while self._done:
            self._told(*self._done.popleft())
