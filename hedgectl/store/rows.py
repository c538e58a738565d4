"""Rows of the journal: their table, their canonical bytes, and the hash over them.

A row is (at_ms, kind, correlation, symbol, body); the journal gives it its seq. `journal_hash` is sha256 over the
canonical bytes of all rows in order of seq, so two lives that decided the same have the same hash, whatever the file.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence
from pathlib import Path

import orjson

from hedgectl.core.model.codec import INPUTS, decoder
from hedgectl.core.model.input import Input
from hedgectl.core.model.moment import Moment

Row = tuple[int, str, str, str, bytes]
"""at_ms (wall, UTC), kind, correlation, symbol, body (JSON)."""

Stored = tuple[int, int, str, str, str, bytes]
"""The same with its seq in front."""

WHAT = "hedgectl journal"
FORMAT = 1
STATEMENT_ROWS_MAX = 64

SCHEMA = """
CREATE TABLE IF NOT EXISTS meta(name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS events(
    seq INTEGER PRIMARY KEY, at INTEGER NOT NULL, kind TEXT NOT NULL,
    correlation TEXT NOT NULL, symbol TEXT NOT NULL, body TEXT NOT NULL);
CREATE INDEX IF NOT EXISTS events_by_correlation ON events(correlation);
"""

# Bytes in, TEXT on disk: `sqlite3 journal.db` reads it, and no string is made on the way in or out.
COLUMNS = "seq, at, kind, correlation, symbol, CAST(body AS BLOB)"
_VALUES = "(?,?,?,?,?,CAST(? AS TEXT))"
INSERT = {
    count: f"INSERT INTO events(seq, at, kind, correlation, symbol, body) VALUES {','.join([_VALUES] * count)}"
    for count in range(1, STATEMENT_ROWS_MAX + 1)
}
"""One statement per size: a batch is one call into SQLite, which gives the GIL away once, not once a row."""


class JournalUnusable(RuntimeError):
    """The file cannot serve as a journal: missing, foreign, of another format, damaged, or not as durable as asked."""


def insert(connection: sqlite3.Connection, rows: Sequence[Stored]) -> None:
    """Write rows in the order given; atomic on an autocommit connection only up to STATEMENT_ROWS_MAX."""
    for start in range(0, len(rows), STATEMENT_ROWS_MAX):
        part = rows[start : start + STATEMENT_ROWS_MAX]
        connection.execute(INSERT[len(part)], [column for row in part for column in row])


def canonical(rows: Iterable[Stored]) -> bytes:
    """The bytes that the hash covers: lengths first, so that no two different rows look alike."""
    parts: list[bytes] = []
    for seq, at_ms, kind, correlation, symbol, body in rows:
        text = f"{kind}\0{correlation}\0{symbol}\0"
        size = len(text) if text.isascii() else len(text.encode())
        parts += (f"{seq} {at_ms} {size} {len(body)}\n{text}".encode(), body)
    return b"".join(parts)


def check_format(connection: sqlite3.Connection, path: Path) -> None:
    """Raise JournalUnusable unless this is a journal of ours that this version can read."""
    try:
        meta = dict(connection.execute("SELECT name, value FROM meta"))
    except sqlite3.OperationalError as wrong:
        if "no such table" not in str(wrong):  # locked, or the disk: it may well be ours
            raise JournalUnusable(f"{path}: {wrong}") from wrong
        raise JournalUnusable(f"{path}: not a hedgectl journal ({wrong})") from wrong
    except sqlite3.DatabaseError as wrong:
        raise JournalUnusable(f"{path}: not a hedgectl journal ({wrong})") from wrong
    if meta.get("what") != WHAT:
        raise JournalUnusable(f"{path}: not a hedgectl journal")
    if meta.get("format") != str(FORMAT):
        raise JournalUnusable(f"{path}: format {meta.get('format')}, this version reads {FORMAT}")


def given_of(kind: str, body: bytes) -> tuple[Input, dict[str, object], Moment]:
    """What an `in.*` row holds: the input, the volatile values that its decision used, and when.

    Raises ValueError when the row is not an input that this version knows.
    """
    cls = INPUTS.get(kind)
    if cls is None:
        raise ValueError(f"{kind!r} is not an input of this version")
    try:
        row = orjson.loads(body)
        return decoder(cls)(row["given"]), row["used"], decoder(Moment)(row["now"])
    except (KeyError, TypeError, ArithmeticError) as wrong:
        raise ValueError(f"not a {kind} row: {wrong}") from wrong
