"""Durable state across restarts: the latest good snapshot, then every event that the journal has after it.

The journal alone is enough (a snapshot only shortens the fold), so a bad snapshot costs time, never truth. Inputs in
the journal are skipped here: they are for replaying decisions, and their events follow them.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Generic, TypeVar

from hedgectl.core.model.codec import EVENTS, decode, decoder, encode
from hedgectl.core.model.event import Event
from hedgectl.store.reader import replay
from hedgectl.store.rows import JournalUnusable
from hedgectl.store.snapshots import Snapshot, Unreadable, read_snapshot, write_snapshot

NAME = "durable"

D = TypeVar("D")


@dataclass(frozen=True, slots=True)
class Loaded(Generic[D]):
    """State true at journal `seq`."""

    durable: D
    seq: int


@dataclass(frozen=True, slots=True)
class Restored(Generic[D]):
    """State after the last row of the journal; `why` says what was wrong with the snapshot ("" if it served)."""

    durable: D
    seq: int
    replayed: int
    why: str


def save(folder: Path, durable: object, seq: int, at_ms: int, *, sync: bool = True) -> Path:
    """Write the state that is true at `seq`, once `seq` is committed: a snapshot must not be ahead of its journal."""
    return write_snapshot(folder, NAME, encode(durable), seq, at_ms, sync=sync)


def load(folder: Path, cls: type[D]) -> Loaded[D] | Unreadable:
    """The newest good snapshot of the state, or why there is none.

    Raises TypeError when `cls` has a field that the codec cannot read back: a defect must not look like a bad file.
    """
    decode_body = decoder(cls)
    match read_snapshot(folder, NAME):
        case Snapshot(seq=seq, body=body):
            try:
                return Loaded(decode_body(body), seq)
            except (KeyError, TypeError, ValueError, ArithmeticError) as wrong:
                return Unreadable(NAME, f"written by another version: {wrong}")
        case Unreadable() as unreadable:
            return unreadable


def restore(
    folder: Path, journal: Path, cls: type[D], empty: Callable[[], D], apply: Callable[[D, Event], Any]
) -> Restored[D]:
    """The state at the end of the journal. `apply` changes the state in place.

    Raises JournalUnusable when the journal has a gap, ends before its snapshot, or holds an unknown event.
    """
    found = load(folder, cls)
    if isinstance(found, Loaded):
        durable, seq, why = found.durable, found.seq, ""
    else:
        durable, seq, why = empty(), 0, found.why
    begun, held = seq, seq
    for seq, _at_ms, kind, _correlation, _symbol, body in replay(journal, max(0, begun - 1)):
        if seq <= begun:
            held = 0
            continue
        if kind.startswith("in."):
            continue
        apply(durable, _event(seq, kind, body))
    if begun and held:
        raise JournalUnusable(f"{journal}: ends before seq {begun}, which its snapshot holds")
    return Restored(durable, seq, seq - begun, why)


def _event(seq: int, kind: str, body: bytes) -> Event:
    cls = EVENTS.get(kind)
    if cls is None:
        raise JournalUnusable(f"seq {seq}: unknown event {kind!r}, written by another version of hedgectl")
    try:
        event: Event = decode(cls, body)
    except ValueError as wrong:
        raise JournalUnusable(f"seq {seq}: {wrong}") from wrong
    return event
