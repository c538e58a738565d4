"""Atomic JSON snapshots: written aside, fsynced, renamed, folder fsynced; each names the journal seq it holds.

Two generations are kept (`name.json`, `name.prev.json`). A reader never fails: it gets the newest good one, or why
none is good (requirement O6). A snapshot is a view; the journal is the truth.
"""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson

from hedgectl.config.private import private_folder

FORMAT = 1
BYTES_MAX = 64 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Snapshot:
    """`body` as parsed JSON, true at journal `seq`, written at `at_ms` (UTC milliseconds)."""

    name: str
    seq: int
    at_ms: int
    body: Any


@dataclass(frozen=True, slots=True)
class Unreadable:
    """No good generation; `why` names what is wrong with each."""

    name: str
    why: str


def write_snapshot(folder: Path, name: str, body: bytes, seq: int, at_ms: int, *, sync: bool = True) -> Path:
    """Put `body` (JSON bytes) in place of the current snapshot, which becomes the previous one.

    Raises OSError when the disk refuses; then the old generations are untouched. `sync` False: drills on tmpfs.
    """
    private_folder(folder)
    current, previous = folder / f"{name}.json", folder / f"{name}.prev.json"
    fresh, aside = folder / f".{name}.json.new", folder / f".{name}.prev.json.new"
    head = {"format": FORMAT, "name": name, "seq": seq, "at_ms": at_ms, "sha256": hashlib.sha256(body).hexdigest()}
    text = orjson.dumps(head | {"body": orjson.Fragment(body)})
    fd = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with open(fd, "wb") as file:
        file.write(text)
        file.flush()
        if sync:
            os.fsync(fd)
    if current.exists():
        aside.unlink(missing_ok=True)
        os.link(current, aside)  # a link, not a rename: at no moment is there no current snapshot
        os.replace(aside, previous)
    os.replace(fresh, current)
    if sync:
        _sync_folder(folder)
    return current


def read_snapshot(folder: Path, name: str) -> Snapshot | Unreadable:
    """The newest good generation."""
    reasons: list[str] = []
    for path in (folder / f"{name}.json", folder / f"{name}.prev.json"):
        found = _read(path, name)
        if isinstance(found, Snapshot):
            return found
        reasons.append(f"{path.name}: {found}")
    return Unreadable(name, "; ".join(reasons))


def _read(path: Path, name: str) -> Snapshot | str:
    try:
        if path.stat().st_size > BYTES_MAX:
            return f"larger than {BYTES_MAX} bytes"
        parsed = orjson.loads(path.read_bytes())
    except FileNotFoundError:
        return "missing"
    except OSError as wrong:
        return wrong.strerror or "unreadable"
    except orjson.JSONDecodeError:
        return "not JSON"
    match parsed:
        case {"format": int(version)} if version != FORMAT:
            return f"format {version}, this version reads {FORMAT}"
        case {"name": str(stated)} if stated != name:
            return f"holds {stated!r}"
        case {"format": int(), "seq": int(seq), "at_ms": int(at_ms), "sha256": check, "body": body}:
            if hashlib.sha256(orjson.dumps(body)).hexdigest() != check:
                return "checksum differs"
            return Snapshot(name, seq, at_ms, body)
        case _:
            return "not a snapshot"


def _sync_folder(folder: Path) -> None:
    fd = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(fd)
    finally:
        os.close(fd)
