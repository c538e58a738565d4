"""Making an archive: files are moved into a folder of their own, packed there, listed, and the folder gets its name.

A move is a rename, so a file is in one place or the other, whatever happens. A run that writes to a moved file notices
by its next line and begins a new one; nothing is packed before that is certain. Snapshots are copied, since a run
reads them again.
"""

from __future__ import annotations

import errno
import fcntl
import os
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from hedgectl.store.archive.disk import Disk
from hedgectl.store.archive.manifest import MANIFEST, Entry, Manifest, text_of
from hedgectl.store.archive.pack import PACKED, TEMP, Tally, Told, inspect, pack, pieces
from hedgectl.store.archive.shelf import ARCHIVE, PART, RESTORED, Shelf, Shelved

TELEMETRY = ".jsonl"
SNAPSHOT = ".json"
STATE = "state"
NOT_SNAPSHOTS = frozenset({"sim.json"})
FILES_MAX = 10_000
WRITER_TRIES_MAX = 500
WRITER_EVERY_S = 0.01


@dataclass(frozen=True, slots=True)
class Source:
    """One file to archive, the name it gets there, and its size now."""

    path: Path
    name: str
    bytes: int
    moved: bool


@dataclass(frozen=True, slots=True)
class Plan:
    """What there is to archive. `unreadable` stays where it is; `left_over` counts what is beyond FILES_MAX."""

    sources: tuple[Source, ...]
    unreadable: tuple[Path, ...] = ()
    left_over: int = 0

    @property
    def bytes(self) -> int:
        return sum(each.bytes for each in self.sources)


def plan(logs: Path, folders: tuple[tuple[str, Path], ...], archived: Callable[[str], str]) -> Plan:
    """Telemetry under `logs`, and the snapshots of state folders (each with its name in the archive) that differ from
    the last archived one; `archived` gives the checksum of that by name. Raises OSError."""
    found = _telemetry(logs)
    for name, folder in folders:
        found += [each for each in _snapshots(folder, name) if archived(each.name) != _sha256(each.path)]
    readable = [each for each in found if os.access(each.path, os.R_OK)]
    unreadable = tuple(each.path for each in found if each not in readable)
    return Plan(tuple(readable[:FILES_MAX]), unreadable, max(len(readable) - FILES_MAX, 0))


def _telemetry(logs: Path) -> list[Source]:
    found: list[Source] = []
    for folder, below, names in os.walk(logs):
        if Path(folder) == logs:
            below[:] = [each for each in below if each not in (ARCHIVE, RESTORED)]
        below.sort()
        found += [_source(Path(folder) / name, logs, moved=True) for name in sorted(names) if name.endswith(TELEMETRY)]
    return [each for each in found if each.bytes]


def _snapshots(folder: Path, name: str) -> list[Source]:
    names = sorted(each.name for each in folder.glob("*" + SNAPSHOT) if each.name not in NOT_SNAPSHOTS)
    found = [_source(folder / each, folder, moved=False, under=name) for each in names if not each.startswith(".")]
    return [each for each in found if each.bytes]


def _source(path: Path, base: Path, *, moved: bool, under: str = "") -> Source:
    """Links are not followed: what they lead to is not ours to move. Whatever is no plain file has no bytes."""
    name = f"{under}/{path.relative_to(base).as_posix()}".lstrip("/")
    try:
        return Source(path, name, 0 if path.is_symlink() or not path.is_file() else path.stat().st_size, moved)
    except FileNotFoundError:
        return Source(path, name, 0, moved)


def _sha256(path: Path) -> str:
    tally = Tally()
    try:
        for piece in pieces(path):
            tally.take(piece)
    except OSError:
        return "unreadable"  # it is in the plan then, and told there
    return tally.sha256


def collect(shelf: Shelf, wanted: Plan, name: str, disk: Disk) -> Path:
    """Move and copy what is wanted into the folder of an archive to be. Raises OSError."""
    part = shelf.folder / (name + PART)
    disk.folder(part)
    disk.sync_folder(shelf.folder)
    left = {each.path.parent for each in wanted.sources if each.moved}
    for each in wanted.sources:
        target = part / each.name
        disk.folder(target.parent)
        try:
            if each.moved:
                disk.rename(each.path, target)
            else:
                _copy(each.path, target, disk)
        except FileNotFoundError:
            continue  # the run rotated it in this moment: it has another name, and is taken next time
    for folder in sorted({Path(each) for each, _, _ in os.walk(part)} | left):
        disk.sync_folder(folder)
    return part


def _copy(source: Path, target: Path, disk: Disk) -> None:
    fresh = target.with_name(target.name + TEMP)
    with disk.create(fresh) as file:
        for piece in pieces(source):
            disk.write(file, piece)
        disk.sync(file)
    disk.rename(fresh, target)


def finish(shelf: Shelf, part: Path, made_at: str, version: str, disk: Disk, told: Told) -> Shelved | None:
    """Pack what lies in the folder of an archive to be, list it, and give the folder its name; None if it is empty.
    Whatever an earlier life did of this is not done again. Raises OSError, ArchiveDamaged, and leaves what could not be
    packed as it is."""
    for raw in _files(part):
        if raw.name.endswith(TEMP) or (raw.parent == part and raw.name == MANIFEST):
            disk.remove(raw)
        elif not raw.name.endswith(PACKED):
            if raw.name.endswith(TELEMETRY):
                _await_writer(raw)
            pack(raw, disk, told)
    if not _files(part):
        disk.remove_folder(part)
        return None
    entries = tuple(_entry(part, packed) for packed in _files(part))
    manifest = Manifest(made_at, version, entries)
    fresh = part / (MANIFEST + TEMP)
    with disk.create(fresh) as file:
        disk.write(file, text_of(manifest))
        disk.sync(file)
    disk.rename(fresh, part / MANIFEST)
    disk.sync_folder(part)
    name = part.name.removesuffix(PART)
    disk.rename(part, shelf.folder / name)
    disk.sync_folder(shelf.folder)
    return Shelved(name, shelf.folder / name, manifest)


def _files(part: Path) -> list[Path]:
    return sorted(Path(folder) / name for folder, _, names in os.walk(part) for name in names)


def _entry(part: Path, packed: Path) -> Entry:
    name = packed.relative_to(part).as_posix()
    return inspect(packed, name.removesuffix(PACKED), name)


def _await_writer(raw: Path) -> None:
    """Return once no line can come any more: a writer holds the file's flock while it writes, and looks at the name
    before. Raises TimeoutError."""
    fd = os.open(raw, os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW)
    try:
        for _ in range(WRITER_TRIES_MAX):
            try:
                fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
                return
            except BlockingIOError:
                time.sleep(WRITER_EVERY_S)
    finally:
        os.close(fd)
    raise TimeoutError(errno.ETIMEDOUT, "a writer keeps it locked", str(raw))


__all__ = ["STATE", "Plan", "Source", "collect", "finish", "plan"]
