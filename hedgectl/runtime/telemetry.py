"""Telemetry of a run: one thread that brings what is durable in the journal to a file of lines, and nothing else.

The loop neither writes nor waits for it: it is asked how it is, and told when it goes down or comes up again. In
virtual time there is no thread: the journal is written out at the end, if it is asked for at all.
"""

from __future__ import annotations

import asyncio
import sqlite3
import threading
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

from hedgectl.config.locate import logs_of
from hedgectl.config.schema import Config
from hedgectl.core.model.input import SinkChanged
from hedgectl.runtime.clock import Clock, VirtualClock
from hedgectl.screens.view import SinkView
from hedgectl.sinks.breaker import Patience
from hedgectl.sinks.follower import Follower, Health, Source
from hedgectl.sinks.line import Row
from hedgectl.sinks.log_file import LogFile
from hedgectl.store.journal import Journal
from hedgectl.store.reader import open_reader
from hedgectl.store.rows import JournalUnusable

NAME = "jsonl"
EVENTS = Path("execution") / "events.jsonl"
CURSOR = "events.cursor"

Told = Callable[[SinkChanged], object]


class Telemetry:
    """Follows one journal from `start` to `close`. `told` hears, on the loop's thread, when it goes down or up."""

    def __init__(
        self,
        follower: Follower,
        path: Path,
        clock: Clock,
        *,
        virtual: bool,
        every_ms: int,
        end_s_max: int,
        told: Told,
    ) -> None:
        self.path = path
        self._follower, self._clock, self._told = follower, clock, told
        self._every_s, self._end_s_max = every_ms / 1000, end_s_max
        self._up, self._virtual, self._ended = True, virtual, ""
        self._ending = threading.Event()
        self._loop = asyncio.get_running_loop()
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Follow from now on, on a thread of its own; not in virtual time, where all is written at the end."""
        if self._virtual:
            return
        self._thread = threading.Thread(target=self._follow, name="telemetry", daemon=True)
        self._thread.start()

    def close(self, close_journal: Callable[[], None]) -> None:
        """Let go of the journal, have it closed, and write what is left of it: in bounded time, for a disk may hang."""
        self._ending.set()
        if self._thread is not None:
            self._thread.join(self._end_s_max)
        close_journal()
        if self._thread is None:
            self._write_out()
        elif not self._thread.is_alive():
            last = threading.Thread(target=self._write_out, name="telemetry", daemon=True)
            last.start()
            last.join(self._end_s_max)

    def health(self) -> Health:
        """How it is now."""
        return self._follower.health()

    def views(self) -> tuple[SinkView, ...]:
        """The same for screens."""
        if self._ended:
            return (SinkView(NAME, False, self._ended),)
        return (view_of(self.health(), self._follower.up),)

    def _follow(self) -> None:
        try:
            while not self._ending.wait(self._every_s):
                while self._follower.step(self._clock.mono_ms()) and not self._ending.is_set():
                    pass
                if self._follower.up is not self._up:
                    self._up = not self._up
                    self._tell("" if self._up else f"{self.path}: {self.health().why}")
        except BaseException as wrong:  # a defect; whoever watches must know that nobody follows any more (L10)
            self._ended = f"ended by {type(wrong).__name__}"
            self._tell(f"{self.path}: {self._ended}; what is missing comes when the run ends")
            raise

    def _tell(self, why: str) -> None:
        with suppress(RuntimeError):  # the loop has ended
            self._loop.call_soon_threadsafe(self._told, SinkChanged(NAME, why))

    def _write_out(self) -> None:
        while self._follower.step(self._clock.mono_ms()):
            pass
        self._follower.close()


class NoTelemetry:
    """None was asked for."""

    def start(self) -> None:
        """Nothing follows."""

    def close(self, close_journal: Callable[[], None]) -> None:
        """Nothing has to let go of the journal."""
        close_journal()

    def views(self) -> tuple[SinkView, ...]:
        """Nothing to show."""
        return ()


def view_of(health: Health, up: bool) -> SinkView:
    """A sink in a word: what went wrong, what is missing, how far it is behind."""
    parts = [health.why] if health.why else []
    if health.missed:
        parts.append(f"{health.missed} rows passed over")
    if health.behind and not up:
        parts.append(f"{health.behind} rows behind")
    return SinkView(NAME, up and not health.missed, ", ".join(parts))


def telemetry_of(
    config: Config, state_dir: Path, journal: Journal, clock: Clock, told: Told
) -> Telemetry | NoTelemetry:
    """The telemetry that the configuration wants of a run."""
    wanted, virtual = config.telemetry, isinstance(clock, VirtualClock)
    if wanted.events == "off" or (virtual and wanted.events == "on"):
        return NoTelemetry()
    path, folder = logs_of(state_dir, wanted.logs_dir) / EVENTS, journal.path.parent
    name = journal.path.relative_to(state_dir) if folder.is_relative_to(state_dir) else journal.path
    log = LogFile(path, bytes_max=wanted.file_bytes_max, files_max=wanted.files_max, stamp=lambda: stamp(clock))
    source = Source(str(name), lambda: journal.committed_seq, lambda seq, rows: _read(journal.path, seq, rows))
    patience = Patience(wanted.failures_max, wanted.pause_s_min * 1000, wanted.pause_s_max * 1000)
    follower = Follower(log, folder / CURSOR, source, behind_rows_max=wanted.behind_rows_max, patience=patience)
    return Telemetry(
        follower,
        path,
        clock,
        virtual=virtual,
        every_ms=wanted.every_ms,
        end_s_max=wanted.end_s_max,
        told=told,
    )


def stamp(clock: Clock) -> str:
    """Now, as a part of a file's name: 20260101T000000.007Z."""
    at_ms = clock.wall_ms()
    return f"{datetime.fromtimestamp(at_ms // 1000, UTC):%Y%m%dT%H%M%S}.{at_ms % 1000:03d}Z"


def _read(path: Path, seq: int, rows: int) -> list[Row]:
    """Rows of the journal, by a connection that lives for this one question: an open one would keep the journal's last
    connection from tidying up."""
    try:
        with open_reader(path) as reader:
            return reader.since(seq, rows)
    except (JournalUnusable, sqlite3.Error) as wrong:
        raise OSError(f"the journal cannot be read: {wrong}") from wrong
