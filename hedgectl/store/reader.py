"""Reading a journal, while its writer lives or after it was killed: read-only, in bounded amounts (requirement O6).

Never writes, never repairs: a file that is missing, foreign or damaged is a JournalUnusable that says which.
"""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Iterator, Sequence
from itertools import pairwise
from pathlib import Path
from urllib.parse import quote

from hedgectl.store.rows import COLUMNS, JournalUnusable, Stored, canonical, check_format

SEQ_MAX = 2**63 - 1
ROWS_MAX = 10_000
PATIENCE_MS = 2_000
"""How long a lock of somebody else is waited for."""
_CHUNK_ROWS = 1_024
_LAST_CHARACTER = "\U0010ffff"


class Reader:
    """Queries in order of seq, at most ROWS_MAX rows each: what `status`, `trace` and `logs` need."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._connection = _connect(path)

    def tail(self, rows: int) -> list[Stored]:
        """The last `rows` rows."""
        return self._rows("TRUE ORDER BY seq DESC LIMIT ?", _bounded(rows))[::-1]

    def since(self, seq: int, rows: int = ROWS_MAX) -> list[Stored]:
        """The first `rows` rows after `seq`."""
        return self._rows("seq > ? ORDER BY seq LIMIT ?", seq, _bounded(rows))

    def by_correlation(self, prefix: str, rows: int = ROWS_MAX) -> list[Stored]:
        """The first rows whose correlation begins with `prefix` (not empty)."""
        where = "correlation >= ? AND correlation < ? ORDER BY seq LIMIT ?"
        return self._rows(where, prefix, prefix + _LAST_CHARACTER, _bounded(rows))

    def by_kind(self, kind: str, rows: int = ROWS_MAX, until_seq: int = SEQ_MAX) -> list[Stored]:
        """The last rows of one kind, of those up to a seq."""
        return self._rows("kind = ? AND seq <= ? ORDER BY seq DESC LIMIT ?", kind, until_seq, _bounded(rows))[::-1]

    def between(self, first_seq: int, last_seq: int, kinds: Sequence[str], rows: int = ROWS_MAX) -> list[Stored]:
        """The first rows of some kinds in a stretch of the journal, both ends included."""
        where = f"seq BETWEEN ? AND ? AND kind IN ({','.join('?' * len(kinds))}) ORDER BY seq LIMIT ?"
        return self._rows(where, first_seq, last_seq, *kinds, _bounded(rows))

    def input_of(self, seq: int) -> list[Stored]:
        """The input whose decision journaled this row, if it is there."""
        return self._rows("seq <= ? AND kind LIKE 'in.%' ORDER BY seq DESC LIMIT 1", seq)

    def last_seq(self) -> int:
        try:
            found: int = self._connection.execute("SELECT coalesce(max(seq), 0) FROM events").fetchone()[0]
        except sqlite3.DatabaseError as wrong:
            raise JournalUnusable(f"{self.path}: {wrong}") from wrong
        return found

    def close(self) -> None:
        self._connection.close()

    def __enter__(self) -> Reader:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _rows(self, where: str, *values: object) -> list[Stored]:
        try:
            return self._connection.execute(f"SELECT {COLUMNS} FROM events WHERE {where}", values).fetchall()
        except sqlite3.DatabaseError as wrong:
            raise JournalUnusable(f"{self.path}: {wrong}") from wrong


def open_reader(path: Path) -> Reader:
    """A reader of the journal at `path`; close it, or use it in a `with`. Raises JournalUnusable."""
    return Reader(path)


def replay(path: Path, since_seq: int = 0) -> Iterator[Stored]:
    """Every row after `since_seq`, in order. Raises JournalUnusable at a gap: rows that were there are gone."""
    connection = _connect(path)
    try:
        rows = connection.execute(f"SELECT {COLUMNS} FROM events WHERE seq > ? ORDER BY seq", (since_seq,))
        expected = since_seq
        while chunk := rows.fetchmany(_CHUNK_ROWS):
            if chunk[-1][0] != expected + len(chunk):
                seqs = [expected, *(row[0] for row in chunk)]
                last = next(one for one, other in pairwise(seqs) if other != one + 1)
                raise JournalUnusable(f"{path}: damaged, rows are missing after seq {last}")
            expected += len(chunk)
            yield from chunk
    except sqlite3.DatabaseError as wrong:
        raise JournalUnusable(f"{path}: damaged ({wrong})") from wrong
    finally:
        connection.close()


def hash_of(path: Path) -> str:
    """journal_hash, recomputed from the file."""
    hasher = hashlib.sha256()
    for row in replay(path):
        hasher.update(canonical((row,)))
    return hasher.hexdigest()


def _bounded(rows: int) -> int:
    return max(0, min(rows, ROWS_MAX))


def _connect(path: Path) -> sqlite3.Connection:
    if not path.is_file():
        raise JournalUnusable(f"{path}: there is no journal")
    try:
        connection = sqlite3.connect(f"file:{quote(str(path))}?mode=ro", uri=True, isolation_level=None)
    except sqlite3.DatabaseError as wrong:
        raise JournalUnusable(f"{path}: {wrong}") from wrong
    try:
        connection.execute(f"PRAGMA busy_timeout = {PATIENCE_MS}")
        check_format(connection, path)
    except JournalUnusable:
        connection.close()
        raise
    return connection
