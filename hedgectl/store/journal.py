"""The journal: what happened, durable before anything is done about it (DESIGN "Journal").

`append` gives out sequence numbers at once; `durable` waits until they are on disk. Live, one writer thread commits; in
virtual time `commit_inline` does, when the loop has nothing else to do. The rows of one append are on disk together or
not at all. A failed write or fsync is final: it is never retried, since the kernel reports lost pages only once.
"""

from __future__ import annotations

import asyncio
import hashlib
import os
import sqlite3
from collections import deque
from collections.abc import Callable, Sequence
from itertools import count
from pathlib import Path

from hedgectl.config.private import private_folder
from hedgectl.store.reader import hash_of
from hedgectl.store.rows import (
    FORMAT,
    SCHEMA,
    STATEMENT_ROWS_MAX,
    WHAT,
    JournalUnusable,
    Row,
    Stored,
    canonical,
    check_format,
    insert,
)
from hedgectl.store.writer import Writer

PENDING_ROWS_MAX = 65_536
INLINE_ROWS_MAX = 1_024
REMEMBERED_ROWS_MAX = 10_000
_SYNCHRONOUS = {"OFF": 0, "NORMAL": 1, "FULL": 2, "EXTRA": 3}

Probe = Callable[[str], None]


class JournalDead(RuntimeError):
    """Nothing more will become durable; the text says why."""


class Journal:
    """Open for one writer, inside a running loop. `live` False: no thread, the loop's `before_jump` commits.

    `pages_max` bounds the file in pages (tests of a full disk). `probe` is called around each inline commit.
    Raises JournalUnusable when the file is foreign, or SQLite does not take the durability that was asked for.
    """

    def __init__(
        self,
        path: Path,
        *,
        live: bool,
        synchronous: str = "FULL",
        pages_max: int | None = None,
        probe: Probe | None = None,
    ) -> None:
        self.path = path
        self.dead: str | None = None
        self._probe = probe
        self._connection = _open(path, synchronous, pages_max)
        self.committed_seq = self._connection.execute("SELECT coalesce(max(seq), 0) FROM events").fetchone()[0]
        self.last_seq: int = self.committed_seq
        self._seqs = count(self.last_seq + 1)
        # A live run leaves the hash to whoever asks: its writer would take the GIL from the loop to hash.
        self._hasher = hashlib.sha256() if self.last_seq == 0 and not live else None
        self._pending: deque[list[Stored]] = deque()
        self._pending_rows = 0
        self.remembered: deque[Stored] = deque(maxlen=REMEMBERED_ROWS_MAX)
        """What could not be written since the journal died: the newest rows only."""
        self._waiters: list[tuple[int, asyncio.Future[None]]] = []
        self._loop = asyncio.get_running_loop()
        self._writer = Writer(self._commit, self._on_committed, self._loop) if live else None

    def append(self, rows: Sequence[Row]) -> int:
        """Take rows that belong together; returns the last seq given out. Never waits, never fails."""
        seqs = self._seqs
        group = [(next(seqs), *row) for row in rows]
        if not group:
            return self.last_seq
        self.last_seq = group[-1][0]
        if self.dead is not None:
            self.remembered.extend(group)
            return self.last_seq
        self._pending_rows += len(group)
        if self._writer is not None:
            self._writer.put(group)
        else:
            self._pending.append(group)
        if self._pending_rows > PENDING_ROWS_MAX:
            self._die(f"{self._pending_rows} rows wait for the disk")
        return self.last_seq

    async def durable(self, seq: int) -> None:
        """Return once `seq` is on disk. Raises JournalDead if that can no longer happen."""
        if self.committed_seq >= seq:
            return
        if self.dead is not None:
            raise JournalDead(self.dead)
        waiter = self._loop.create_future()
        self._waiters.append((seq, waiter))
        await waiter

    def commit_inline(self) -> None:
        """Commit all that is pending, on this thread: the virtual loop calls it before time moves."""
        while self._pending and self.dead is None:
            batch = self._pending.popleft()
            while self._pending and len(batch) + len(self._pending[0]) <= INLINE_ROWS_MAX:
                batch += self._pending.popleft()
            if self._probe is not None:
                self._probe("commit.before")
            self._on_committed(batch, self._commit(batch))
            if self._probe is not None:
                self._probe("commit.after")

    def hash(self) -> str:
        """journal_hash of what is committed; the same that `hash_of` reads from the file."""
        if self._writer is None:
            self.commit_inline()
        return self._hasher.hexdigest() if self._hasher is not None else hash_of(self.path)

    def close(self) -> None:
        """Write what is pending, then close. Afterwards the journal is dead."""
        if self._writer is None:
            self.commit_inline()
        self._end("closed")

    def sever(self) -> None:
        """Be gone as by kill -9: nothing pending is written, nobody is told. For crash drills."""
        self._waiters.clear()
        self._die("severed")
        self._end("severed")

    def _end(self, why: str) -> None:
        ended = self._writer is None or self._writer.stop()
        self._die(why)
        if ended:
            self._connection.close()

    def _commit(self, batch: list[Stored]) -> str | None:
        """Make one batch durable. The reason if that failed. Runs on the writer's thread when live."""
        connection = self._connection
        try:
            if len(batch) <= STATEMENT_ROWS_MAX:
                insert(connection, batch)  # one statement in autocommit is one transaction
            else:
                connection.execute("BEGIN IMMEDIATE")
                insert(connection, batch)
                connection.execute("COMMIT")
        except sqlite3.Error as wrong:
            return f"{type(wrong).__name__}: {wrong}"
        if self._hasher is not None:
            self._hasher.update(canonical(batch))
        return None

    def _on_committed(self, batch: list[Stored], failure: str | None) -> None:
        """On the loop's thread: a batch is on disk, or never will be."""
        self._pending_rows -= len(batch)
        if failure is not None:
            self.remembered.extend(batch)
            self._die(failure)
            return
        if not batch or self.dead is not None:
            return
        self.committed_seq = seq = batch[-1][0]
        if self._waiters:
            waiting, self._waiters = self._waiters, []
            for wanted, waiter in waiting:
                if waiter.done():
                    continue
                if wanted <= seq:
                    waiter.set_result(None)
                else:
                    self._waiters.append((wanted, waiter))

    def _die(self, why: str) -> None:
        if self.dead is not None:
            return
        self.dead = why
        left = self._pending if self._writer is None else self._writer.abandon(why)
        for group in left:
            self.remembered.extend(group)
        self._pending.clear()
        waiting, self._waiters = self._waiters, []
        for _, waiter in waiting:
            if not waiter.done():
                waiter.set_exception(JournalDead(why))


def _open(path: Path, synchronous: str, pages_max: int | None) -> sqlite3.Connection:
    """A connection whose settings were read back: SQLite ignores a pragma it does not like without a word."""
    private_folder(path.parent)
    os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
    connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False, cached_statements=128)
    try:
        _set_up(connection, path, synchronous, pages_max)
    except sqlite3.DatabaseError as wrong:
        connection.close()
        raise JournalUnusable(f"{path}: {wrong}") from wrong
    except JournalUnusable:
        connection.close()
        raise
    return connection


def _set_up(connection: sqlite3.Connection, path: Path, synchronous: str, pages_max: int | None) -> None:
    connection.execute("PRAGMA busy_timeout = 2000")
    tables = {name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    if tables:
        check_format(connection, path)
    mode = connection.execute("PRAGMA journal_mode = WAL").fetchone()[0]
    connection.execute(f"PRAGMA synchronous = {synchronous}")
    level = connection.execute("PRAGMA synchronous").fetchone()[0]
    if mode != "wal" or level != _SYNCHRONOUS[synchronous]:
        raise JournalUnusable(f"{path}: SQLite gives {mode} and synchronous {level}, asked for wal and {synchronous}")
    if not tables:
        connection.execute("BEGIN IMMEDIATE")
        for statement in SCHEMA.split(";"):
            connection.execute(statement)
        connection.execute("INSERT INTO meta VALUES ('what', ?), ('format', ?)", (WHAT, str(FORMAT)))
        connection.execute("COMMIT")
    if pages_max is not None:
        connection.execute(f"PRAGMA max_page_count = {pages_max}")
