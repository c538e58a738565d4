"""The kill switch on disk: `KILL` while it is on, `kill.jsonl` for what was done while no run answered (R7).

KILL bars entries by being there; what stands in it says how far to go. A row of kill.jsonl is on disk before its act,
and a run takes the rows in. Everything is fsynced, with its folder, and readable by this user only. Decides nothing.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import orjson

from hedgectl.config.private import private_folder

MODES = ("entries", "cancel", "flatten")
"""The core's own words, mild to strict (a test compares): a reader such as `status` need not load the engine."""

KILL = "KILL"
LOG, TAKING, TAKEN = "kill.jsonl", "kill.jsonl.taking", "kill.jsonl.done"
KILL_BYTES_MAX = 16 * 1024
LOG_BYTES_MAX = 4 * 1024 * 1024
WORD_CHARS_MAX = 500

Row = dict[str, Any]
Mark = tuple[int, int, int]
"""Inode, time of change (ns) and size: a file of another mark has another content."""


@dataclass(frozen=True, slots=True)
class Pulled:
    """The switch as a person pulled it: how far (entries, cancel, flatten), why, who, and when (wall clock, ms)."""

    mode: str
    why: str
    by: str
    at_ms: int

    @property
    def rank(self) -> int:
        """How strict: a higher one replaces a lower one."""
        return MODES.index(self.mode)


def pulled_of(told: Mapping[str, Any], at_ms: int) -> Pulled:
    """A switch in somebody's words. Raises ValueError for a mode that there is not, or a missing reason."""
    mode, why, by = (told.get(name) for name in ("mode", "why", "by"))
    if mode not in MODES:
        raise ValueError(f'"mode" is one of {", ".join(MODES)}')
    return Pulled(mode, *reason_of(why, by), at_ms)


def reason_of(why: object, by: object) -> tuple[str, str]:
    """(why, by), each a text of bounded length. Raises ValueError."""
    for name, word in (("why", why), ("by", by)):
        if not isinstance(word, str) or not word.strip() or len(word) > WORD_CHARS_MAX:
            raise ValueError(f'"{name}" is a text of at most {WORD_CHARS_MAX} characters')
    return str(why).strip(), str(by).strip()


def pull(folder: Path, wanted: Pulled) -> Pulled:
    """Put the switch on, and say what holds: one as strict that is there already stays. Raises OSError."""
    # a folder that this user may not enter may hold anything: what cannot be looked at is not on because of us
    held = read(folder) if mark(folder / KILL) is not None else None
    if held is not None and held.rank >= wanted.rank:
        return held
    private_folder(folder)
    fresh = folder / f".{KILL}.{os.getpid()}"
    fd = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with open(fd, "wb") as file:
        file.write(orjson.dumps(asdict(wanted)) + b"\n")
        file.flush()
        os.fsync(fd)
    os.replace(fresh, folder / KILL)
    _sync(folder)
    return wanted


def read(folder: Path) -> Pulled | None:
    """The switch, None when it is off. A file that says nothing readable still bars entries: it is there."""
    path = folder / KILL
    at_ms = 0
    try:
        with path.open("rb") as file:
            at_ms = int(os.fstat(file.fileno()).st_mtime * 1000)
            told = orjson.loads(file.read(KILL_BYTES_MAX))
        if not isinstance(told, dict) or not isinstance(told.get("at_ms"), int):
            raise ValueError("it does not say since when")
        return pulled_of(told, told["at_ms"])
    except (FileNotFoundError, NotADirectoryError):
        return None
    except (OSError, ValueError) as wrong:
        return Pulled(MODES[0], f"{path.name} is there and cannot be read: {wrong}"[:WORD_CHARS_MAX], "unknown", at_ms)


def release(folder: Path) -> Pulled | None:
    """Take the switch off, and say what held. Raises OSError, and then it is still on."""
    held = read(folder)
    if held is not None:
        (folder / KILL).unlink(missing_ok=True)
        _sync(folder)
    return held


def mark(path: Path) -> Mark | None:
    """What tells one content from another; None: there is no such file."""
    try:
        found = os.stat(path)
    except (FileNotFoundError, NotADirectoryError):
        return None
    return found.st_ino, found.st_mtime_ns, found.st_size


def note(folder: Path, row: Row) -> None:
    """Add a row to kill.jsonl, durably. Raises OSError."""
    private_folder(folder)
    fd = os.open(folder / LOG, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    with open(fd, "wb") as file:
        file.write(b"\n" + orjson.dumps(row) + b"\n")  # a row that a crash cut spoils only itself
        file.flush()
        os.fsync(fd)
    _sync(folder)


def claim(folder: Path) -> list[Row] | None:
    """The rows that no run has taken in yet, for this one to take in; `put_aside` ends it. None: there are none. Rows
    that come later stand in a new file; what is not a row is passed over."""
    taking = folder / TAKING
    if not taking.exists():
        try:
            os.rename(folder / LOG, taking)
        except FileNotFoundError:
            return None
    with taking.open("rb") as file:
        lines = file.read(LOG_BYTES_MAX).splitlines()
    rows = (_row(line) for line in lines if line)
    return [row for row in rows if row is not None]


def put_aside(folder: Path) -> None:
    """What was claimed is in the journal now; its rows join those that were taken before, of which the newest
    LOG_BYTES_MAX bytes are kept. A crash in between leaves a row there twice, and none out."""
    kept = _last(folder / TAKEN) + _last(folder / TAKING)
    fresh = folder / f".{TAKEN}.{os.getpid()}"
    fd = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with open(fd, "wb") as file:
        file.write(_from_a_row(kept, LOG_BYTES_MAX))
        file.flush()
        os.fsync(fd)
    os.replace(fresh, folder / TAKEN)
    os.unlink(folder / TAKING)
    _sync(folder)


def _last(path: Path) -> bytes:
    """The newest rows of a file, nothing of one that is not there."""
    try:
        with path.open("rb") as file:
            file.seek(max(os.fstat(file.fileno()).st_size - LOG_BYTES_MAX, 0))
            return file.read(LOG_BYTES_MAX)
    except FileNotFoundError:
        return b""


def _from_a_row(kept: bytes, bytes_max: int) -> bytes:
    """At most so many of the last bytes, beginning with a whole row."""
    return kept if len(kept) <= bytes_max else kept[-bytes_max:].partition(b"\n")[2]


def _row(line: bytes) -> Row | None:
    try:
        found = orjson.loads(line)
    except orjson.JSONDecodeError:
        return None
    return found if isinstance(found, dict) else None


def _sync(folder: Path) -> None:
    fd = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(fd)
    finally:
        os.close(fd)
