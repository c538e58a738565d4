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
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from hedgectl.store.archive.disk import Disk
from hedgectl.store.archive.manifest import MANIFEST, ArchiveDamaged, Entry, Manifest, text_of
from hedgectl.store.archive.pack import PACKED, TEMP, Tally, Told, inspect, pack, pieces
from hedgectl.store.archive.shelf import ARCHIVE, PART, RESTORED, Shelf, Shelved

TELEMETRY = ".jsonl"
SNAPSHOT = ".json"
STATE = "state"
NOT_SNAPSHOTS = frozenset({"sim.json"})
FILES_MAX = 10_000
NAME_BYTES_MAX = 255 - len(PACKED + TEMP)
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
    """What there is to archive. `unreadable` files and folders stay where they are, and so do those of an `odd` name,
    told here in a form that can be shown; `left_over` counts what is beyond FILES_MAX."""

    sources: tuple[Source, ...]
    unreadable: tuple[Path, ...] = ()
    odd: tuple[str, ...] = ()
    left_over: int = 0

    @property
    def bytes(self) -> int:
        return sum(each.bytes for each in self.sources)


def plan(logs: Path, folders: tuple[tuple[str, Path], ...], archived: Callable[[str], str]) -> Plan:
    """Telemetry under `logs`, and the snapshots of state folders (each with its name in the archive) that differ from
    the last archived one; `archived` gives the checksum of that by name. Raises OSError."""
    unreadable: list[Path] = []
    found = _telemetry(logs, [folder for _, folder in folders], unreadable)
    for name, folder in folders:
        found += [each for each in _snapshots(folder, name) if archived(each.name) != _sha256(each.path)]
    odd = tuple(f"{str(each.path)!r}" for each in found if _odd(each.name))
    ready: list[Source] = []
    for each in found:
        if _odd(each.name):
            continue
        if os.access(each.path, os.R_OK):
            ready.append(each)
        elif each.path.exists():  # else the run rotated it in this moment: it has another name, and is taken next time
            unreadable.append(each.path)
    return Plan(tuple(ready[:FILES_MAX]), tuple(unreadable), odd, max(len(ready) - FILES_MAX, 0))


def _telemetry(logs: Path, states: Sequence[Path], unreadable: list[Path]) -> list[Source]:
    """The files of lines below `logs`, but for those that are a run's own: a state folder may lie in it."""
    found: list[Source] = []
    own = {each.resolve() for each in states}
    for folder, below, names in os.walk(logs, onerror=lambda wrong: _denied(wrong, unreadable)):
        here = Path(folder)
        passed_over = (ARCHIVE, RESTORED) if here == logs else ()
        below[:] = sorted(each for each in below if each not in passed_over and (here / each).resolve() not in own)
        found += [_source(here / name, logs, moved=True) for name in sorted(names) if name.endswith(TELEMETRY)]
    return [each for each in found if each.bytes]


def _denied(wrong: OSError, unreadable: list[Path]) -> None:
    """A folder that is not there has no telemetry; one that is not shown may have some."""
    if not isinstance(wrong, FileNotFoundError):
        unreadable.append(Path(wrong.filename))


def _odd(name: str) -> bool:
    """Whether a name cannot stand in a manifest, or not grow by the endings it gets."""
    longest = max(len(os.fsencode(each)) for each in name.split("/"))
    return not name.isprintable() or longest > NAME_BYTES_MAX


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
    if not name.isprintable():
        raise ArchiveDamaged(f"{part}: {name!r} is no name of ours")
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
