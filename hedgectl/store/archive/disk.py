"""The few things that archiving does to a disk, each behind one door: a test closes it at every step."""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import BinaryIO

from hedgectl.config.private import private_folder


class Disk:
    """The machine's. All raise OSError."""

    def folder(self, path: Path) -> None:
        """Make a folder and those above it, where they are not there."""
        private_folder(path)

    def rename(self, old: Path, new: Path) -> None:
        """Give a file or folder of the same disk another name, at once."""
        os.rename(old, new)

    def link(self, old: Path, new: Path) -> None:
        """A second name for a file. FileExistsError when the name is taken: nothing is ever written over."""
        os.link(old, new, follow_symlinks=False)

    def create(self, path: Path) -> BinaryIO:
        """A file of this name, empty, to write to; a half-written one of an earlier life gives way."""
        flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC | os.O_NOFOLLOW
        return open(os.open(path, flags, 0o600), "wb", buffering=0)

    def write(self, file: BinaryIO, data: bytes) -> None:
        """All of `data`."""
        left = memoryview(data)
        while left:
            left = left[file.write(left) or 0 :]

    def sync(self, file: BinaryIO) -> None:
        """What was written is on the disk."""
        os.fsync(file.fileno())

    def sync_folder(self, path: Path) -> None:
        """So are the names in this folder."""
        fd = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            os.fsync(fd)
        finally:
            os.close(fd)

    def remove(self, path: Path) -> None:
        """A file away, if it is there."""
        path.unlink(missing_ok=True)

    def remove_folder(self, path: Path) -> None:
        """A folder away, with all in it."""
        shutil.rmtree(path)
