"""Folders and files for this user alone, whatever the umask is: they tell what somebody owns and does."""

from __future__ import annotations

import os
from pathlib import Path

FOLDER_MODE = 0o700
FILE_MODE = 0o600


def private_folder(folder: Path) -> None:
    """Make a folder, and those above it that are missing. One that is there keeps its mode. Raises OSError."""
    if folder.is_dir():
        return
    private_folder(folder.parent)
    folder.mkdir(FOLDER_MODE, exist_ok=True)


def write_private(path: Path, data: bytes, *, sync: bool = False) -> None:
    """Write a file from its beginning; `sync`: it is on the disk afterwards. Raises OSError."""
    with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, FILE_MODE), "wb") as file:
        file.write(data)
        file.flush()
        if sync:
            os.fsync(file.fileno())
