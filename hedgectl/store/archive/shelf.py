"""Where archives stand: the folder, its lock, what is in it, what is half-made, and what may go."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from hedgectl.core.model.stamps import name_after, order
from hedgectl.store.archive.disk import Disk
from hedgectl.store.archive.manifest import ArchiveDamaged, Manifest, read_manifest

ARCHIVE = "archive"
RESTORED = "restored"
LOCK = "archive.lock"
PART = ".part"
GONE = ".gone"
NAME = re.compile(r"[0-9]{8}T[0-9]{6}Z(-[0-9]{3,9})?")
"""What else is in the folder is somebody's own: never shown, never dropped."""

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
        return [each.name for each in self._folders("")]

    def half_made(self) -> list[Path]:
        """What a call that did not come to its end left, oldest first."""
        return self._folders(PART)

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

    def unsound(self, each: Shelved) -> str:
        """Why an archive could not be brought back, as far as can be told without unpacking it; "" when it could."""
        if each.manifest is None:
            return each.why
        for file in each.manifest.files:
            packed = each.path / file.packed
            try:
                size = packed.stat(follow_symlinks=False).st_size
            except OSError as wrong:
                return f"{file.packed}: {wrong.strerror}"
            if size != file.packed_bytes:
                return f"{file.packed}: packed bytes {size}, the manifest says {file.packed_bytes}"
        return ""

    def free_name(self, stamp: str) -> str:
        """A name for a new archive: the time, behind those that are there."""
        taken = [each.name.partition(".")[0] for suffix in ("", PART, GONE) for each in self._folders(suffix)]
        return name_after(stamp, taken)

    def sweep(self, disk: Disk) -> None:
        """Remove what was given up and not wholly removed."""
        for each in self._folders(GONE):
            disk.remove_folder(each)

    def give_up(self, name: str, disk: Disk) -> None:
        """Remove an archive; it loses its name first, so that no half of it is ever taken for whole."""
        gone = self.folder / (name + GONE)
        disk.rename(self.folder / name, gone)
        disk.sync_folder(self.folder)
        disk.remove_folder(gone)

    def _folders(self, suffix: str) -> list[Path]:
        """The folders whose names are times, with this after them; oldest first."""
        try:
            found = [each for each in self.folder.iterdir() if NAME.fullmatch(each.name.removesuffix(suffix))]
        except FileNotFoundError:
            return []
        ours = [each for each in found if each.name.endswith(suffix) and each.is_dir() and not each.is_symlink()]
        return sorted(ours, key=lambda each: order(each.name.removesuffix(suffix)))


def stamp(at_ms: int) -> str:
    """A time as the name of an archive: their order is that of their names.

    >>> stamp(1_767_225_600_007)
    '20260101T000000Z'
    """
    return f"{datetime.fromtimestamp(at_ms // 1000, UTC):%Y%m%dT%H%M%SZ}"


def surplus(made: Sequence[tuple[str, int]], keep: int | None, before_ms: int) -> list[str]:
    """Which archives may go, of (name, when it was made) from the oldest: those beyond the newest `keep`, and made
    before `before_ms` (0: at any time). None of both: none.

    >>> surplus([("a", 1_000), ("b", 2_000), ("c", 3_000)], 1, 2_000)
    ['a']
    """
    if keep is None and not before_ms:
        return []
    old = made[: max(len(made) - keep, 0)] if keep is not None else made
    return [name for name, made_ms in old if not before_ms or made_ms < before_ms]
