"""A sink that follows the journal: what is durable there is written here, in order, once (O4).

The journal is the queue. It is bounded by `behind_rows_max`: a sink that was away for longer goes on from there, and
counts what it passed over. So nobody ever waits for a sink, a dead disk costs nothing but a line in `status`, and after
a restart, a kill or an outage the file is filled up by itself. How far it got is kept in a cursor beside the journal.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from hedgectl.sinks.breaker import CLOSED, OPEN, Breaker, Patience, failed, worked
from hedgectl.sinks.line import Row, lines_of, seq_in
from hedgectl.sinks.log_file import LogFile

CURSOR_BYTES = 20
ROWS_A_STEP = 128
"""Small, since a thread that formats keeps the interpreter from the one that trades."""


@dataclass(frozen=True, slots=True)
class Source:
    """The journal as a sink sees it: its name, the last seq that is durable, and up to `rows` rows after a seq (`read`
    raises OSError)."""

    name: str
    committed: Callable[[], int]
    read: Callable[[int, int], list[Row]]


@dataclass(frozen=True, slots=True)
class Health:
    """`why` is what went wrong last, "" while all is well. Rows: `behind` are durable and not here yet, `missed` were
    passed over for ever; `removed` counts full files that gave way to newer ones."""

    why: str
    behind: int
    missed: int
    removed: int


class Follower:
    """Call `step` from one thread, again and again. It never raises for what a disk does."""

    def __init__(self, log: LogFile, cursor: Path, source: Source, *, behind_rows_max: int, patience: Patience) -> None:
        self._log, self._cursor, self._source = log, cursor, source
        self._behind_rows_max, self._patience = behind_rows_max, patience
        self._breaker = Breaker()
        self._seq: int | None = None
        self._near = source.committed()
        self._missed = 0
        self._why = ""

    def health(self) -> Health:
        """How it is now; any thread may ask."""
        seq = self._near if self._seq is None else self._seq
        return Health(self._why, max(self._source.committed() - seq, 0), self._missed, self._log.removed)

    @property
    def up(self) -> bool:
        """Whether nothing but the odd failure is in its way."""
        return self._breaker.state(0) == CLOSED

    def step(self, now_ms: int) -> bool:
        """Write what is due, a bounded part of it. True when there is more that can be written at once."""
        if self._breaker.state(now_ms) == OPEN:
            return False
        try:
            more = self._bring_over()
        except OSError as wrong:
            self._breaker = failed(self._breaker, self._patience, now_ms)
            self._why = wrong.strerror or str(wrong)
            self._log.close()
            return False
        self._breaker, self._why = worked(), ""
        return more

    def close(self) -> None:
        """Let go of the file."""
        self._log.close()

    def _bring_over(self) -> bool:
        end = self._source.committed()
        if self._seq is None:
            self._seq = self._begin(end)
        if self._seq >= end:
            return False
        if end - self._seq > self._behind_rows_max:
            self._missed += end - self._behind_rows_max - self._seq
            self._seq = end - self._behind_rows_max
        rows = self._source.read(self._seq, ROWS_A_STEP)
        if not rows:
            return False
        if lines := lines_of(rows, self._source.name):
            self._log.append(lines)
        self._seq = rows[-1][0]
        self._keep(self._seq)
        return self._seq < end

    def _begin(self, end: int) -> int:
        """Where an earlier life got to: its cursor, or its last line where it was killed between the two. Without
        either it begins with as much as it may be behind, and misses nothing by that."""
        kept = self._kept()
        self._near = max(end - self._behind_rows_max, 0) if kept is None else min(kept, end)
        told = seq_in(self._log.last_line(), self._source.name)
        if kept is None and not told:
            return self._near
        return min(max(kept or 0, told), end)

    def _kept(self) -> int | None:
        try:
            text = self._cursor.read_text(encoding="ascii")
        except (FileNotFoundError, UnicodeDecodeError):
            return None
        return int(text) if text.strip().isdecimal() else None

    def _keep(self, seq: int) -> None:
        """One small write in place: there is never a moment without a cursor, and none costs an fsync."""
        fd = os.open(self._cursor, os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
        try:
            os.pwrite(fd, b"%0*d\n" % (CURSOR_BYTES - 1, seq), 0)
        finally:
            os.close(fd)
