"""Where archives stand: the folder, its lock, what is in it, what is half-made, and what may go."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from hedgectl.store.archive.disk import Disk
from hedgectl.store.archive.manifest import ArchiveDamaged, Manifest, read_manifest

ARCHIVE = "archive"
RESTORED = "restored"
LOCK = "archive.lock"
PART = ".part"
GONE = ".gone"
SHOWN_MAX = 10_000


@dataclass(frozen=True, slots=True)
class Shelved:
    """One archive: `manifest` None and `why` where it cannot be read."""

    name: str
    path: Path
    manifest: Manifest | None
    why: str = ""


@dataclass(frozen=True, slots=True)
class Shelf:
    """The archives of one logs folder."""

    logs: Path

    @property
    def folder(self) -> Path:
        return self.logs / ARCHIVE

    @property
    def lock(self) -> Path:
        return self.folder / LOCK

    def names(self) -> list[str]:
        """All whole archives, oldest first."""
        return [each.name for each in self._folders() if each.suffix not in (PART, GONE)]

    def half_made(self) -> list[Path]:
        """What a call that did not come to its end left, oldest first."""
        return [each for each in self._folders() if each.suffix == PART]

    def shelved(self) -> list[Shelved]:
        """The whole archives with their manifests, oldest first; a bad one is told, never passed over."""
        return [self.open(name) for name in self.names()[-SHOWN_MAX:]]

    def open(self, name: str) -> Shelved:
        path = self.folder / name
        try:
            return Shelved(name, path, read_manifest(path))
        except FileNotFoundError:
            return Shelved(name, path, None, "there is no manifest")
        except OSError as wrong:
            return Shelved(name, path, None, wrong.strerror or str(wrong))
        except ArchiveDamaged as wrong:
            return Shelved(name, path, None, str(wrong))

    def free_name(self, stamp: str) -> str:
        """A name for a new archive: the time, and a number where that second has one already."""
        taken = {each.name.partition(".")[0] for each in self._folders()}
        name, number = stamp, 0
        while name in taken:
            number += 1
            name = f"{stamp}-{number:03d}"
        return name

    def sweep(self, disk: Disk) -> None:
        """Remove what was given up and not wholly removed."""
        for each in self._folders():
            if each.suffix == GONE:
                disk.remove_folder(each)

    def give_up(self, name: str, disk: Disk) -> None:
        """Remove an archive; it loses its name first, so that no half of it is ever taken for whole."""
        gone = self.folder / (name + GONE)
        disk.rename(self.folder / name, gone)
        disk.sync_folder(self.folder)
        disk.remove_folder(gone)

    def _folders(self) -> list[Path]:
        try:
            return sorted(each for each in self.folder.iterdir() if each.is_dir() and not each.is_symlink())
        except FileNotFoundError:
            return []


def stamp(at_ms: int) -> str:
    """A time as the name of an archive: their order is that of their names.

    >>> stamp(1_767_225_600_007)
    '20260101T000000Z'
    """
    return f"{datetime.fromtimestamp(at_ms // 1000, UTC):%Y%m%dT%H%M%SZ}"


def surplus(names: list[str], keep: int | None, before: str) -> list[str]:
    """Which archives may go, of `names` from the oldest: those beyond the newest `keep`, and made before the stamp
    `before` ("" for any time). None of both: none.

    >>> surplus(["20260101T000000Z", "20260102T000000Z", "20260103T000000Z"], 1, "20260102T000000Z")
    ['20260101T000000Z']
    """
    if keep is None and not before:
        return []
    old = names[: max(len(names) - keep, 0)] if keep is not None else names
    return [name for name in old if not before or name < before]
