"""One row of the journal as one line of JSON: the vocabulary of telemetry is the journal's own (O4).

    {"ts_ms", "at", "seq", "kind", "correlation_id", "symbol", "journal", "body": {...}}

`ts_ms` is UTC, `at` the same as RFC 3339, `body` the event as journaled: Decimals are texts. `journal` and `seq`
together name a line for ever: each run in the box begins a journal of its own.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime

import orjson

Row = tuple[int, int, str, str, str, bytes]
"""seq, at_ms, kind, correlation, symbol, body: as the journal stores it."""

INPUT = "in."
"""Inputs are journaled for replay; what came of them is told by the events that follow."""


def lines_of(rows: Iterable[Row], journal: str) -> bytes:
    """The events among the rows, each as a line that ends in a newline."""
    return b"".join(_line(row, journal) for row in rows if not row[2].startswith(INPUT))


def _line(row: Row, journal: str) -> bytes:
    seq, at_ms, kind, correlation_id, symbol, body = row
    told = {
        "ts_ms": at_ms,
        "at": rfc3339(at_ms),
        "seq": seq,
        "kind": kind,
        "correlation_id": correlation_id,
        "symbol": symbol,
        "journal": journal,
        "body": orjson.Fragment(body),
    }
    return orjson.dumps(told, option=orjson.OPT_APPEND_NEWLINE)


def rfc3339(at_ms: int) -> str:
    """
    >>> rfc3339(1_767_225_600_007)
    '2026-01-01T00:00:00.007Z'
    """
    second = datetime.fromtimestamp(at_ms // 1000, UTC)
    return f"{second:%Y-%m-%dT%H:%M:%S}.{at_ms % 1000:03d}Z"


def seq_in(line: bytes, journal: str) -> int:
    """The seq of a line of this journal; 0 for any other, and for what is no line of ours."""
    try:
        told = orjson.loads(line)
    except orjson.JSONDecodeError:
        return 0
    if not isinstance(told, dict) or told.get("journal") != journal:
        return 0
    seq = told.get("seq")
    return seq if type(seq) is int else 0
