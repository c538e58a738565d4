"""Bringing an archive back: all of it is held against its manifest before anything is written, and nothing is written
over.
"""

from __future__ import annotations

from pathlib import Path

from hedgectl.store.archive.disk import Disk
from hedgectl.store.archive.manifest import ArchiveDamaged, Entry, Manifest, read_manifest
from hedgectl.store.archive.pack import TEMP, Progress, Tally, inspect, unpacked


class InTheWay(FileExistsError):
    """A file is where one would be restored to."""

    def __init__(self, path: Path) -> None:
        super().__init__(f"{path} is there already")
        self.path = path


def verify(folder: Path, told: Progress) -> Manifest:
    """The manifest of an archive, once every file was read and is what it says. Raises ArchiveDamaged, OSError."""
    manifest, done = read_manifest(folder), 0
    for each in manifest.files:
        packed = folder / each.packed
        try:
            found = inspect(packed, each.name, each.packed, each.bytes)
        except FileNotFoundError as wrong:
            raise ArchiveDamaged(f"{packed}: is not there") from wrong
        if found != each:
            raise ArchiveDamaged(f"{packed}: {_difference(found, each)}")
        done += each.bytes
        told(done, manifest.bytes)
    return manifest


def restore(folder: Path, into: Path, disk: Disk, told: Progress) -> Manifest:
    """Verify, then write every file below `into`. Raises ArchiveDamaged and InTheWay before anything is written;
    OSError."""
    manifest, done = verify(folder, told), 0
    for each in manifest.files:
        if (into / each.name).exists() or (into / each.name).is_symlink():
            raise InTheWay(into / each.name)
    for each in manifest.files:
        _write(folder, each, into / each.name, disk)
        done += each.bytes
        told(done, manifest.bytes)
    return manifest


def _write(folder: Path, each: Entry, target: Path, disk: Disk) -> None:
    """Aside first, then by its name, so that no half of a file is ever there."""
    disk.folder(target.parent)
    fresh = target.with_name(f".{target.name}{TEMP}")
    try:
        with disk.create(fresh) as file:
            for piece in unpacked(folder / each.packed, Tally(), each.bytes):
                disk.write(file, piece)
            disk.sync(file)
        try:
            disk.link(fresh, target)
        except FileExistsError as wrong:
            raise InTheWay(target) from wrong
    finally:
        fresh.unlink(missing_ok=True)
    disk.sync_folder(target.parent)


def _difference(found: Entry, stated: Entry) -> str:
    for word, ours, theirs in (
        ("packed bytes", found.packed_bytes, stated.packed_bytes),
        ("packed sha256", found.packed_sha256, stated.packed_sha256),
        ("bytes", found.bytes, stated.bytes),
        ("lines", found.lines, stated.lines),
    ):
        if ours != theirs:
            return f"{word} {ours}, the manifest says {theirs}"
    return f"sha256 {found.sha256}, the manifest says {stated.sha256}"
