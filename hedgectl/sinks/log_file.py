"""A file of lines that others may take away: appended whole, rotated by size, opened anew when its name leads on.

Each append holds the file's flock and looks whether the name still leads to it. So whoever renames the file and then
has its lock knows that no line comes any more: that is how `archive-logs` needs no signal. Nothing is fsynced: that
would make the journal's own fsync wait, and the journal has it all.
"""

from __future__ import annotations

import fcntl
import glob
import os
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from hedgectl.config.private import private_folder
from hedgectl.core.model.stamps import name_after, order

MOVES_MAX = 10
LOCK_TRIES_MAX = 20
LOCK_EVERY_S = 0.005
BLOCK_BYTES = 64 * 1024
OPEN = os.O_RDWR | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW


class LogFile:
    """`path` is the file that grows; a full one becomes `name.STAMP.jsonl` beside it. At most `files_max` of those
    stay: the oldest go first, and `removed` counts them. `stamp` gives the UTC time for a name."""

    def __init__(self, path: Path, *, bytes_max: int, files_max: int, stamp: Callable[[], str]) -> None:
        self.path = path
        self.removed = 0
        self._bytes_max, self._files_max, self._stamp = bytes_max, files_max, stamp
        self._fd = -1

    def append(self, text: bytes) -> None:
        """Write whole lines, or none of them. Raises OSError."""
        for _ in range(MOVES_MAX):
            fd = self._opened()
            _lock(fd)
            try:
                if not self._named(fd):
                    self.close()
                    continue
                size = _whole(fd)[0]
                if size and size + len(text) > self._bytes_max:
                    self._rotate()
                    continue
                _write(fd, text, size)
                return
            finally:
                if self._fd >= 0:
                    fcntl.flock(fd, fcntl.LOCK_UN)
        raise OSError(f"{self.path}: moved away {MOVES_MAX} times in a row")

    def last_line(self) -> bytes:
        """The last whole line, b"" when there is none. Raises OSError."""
        fd = self._opened()
        _lock(fd)
        try:
            return _whole(fd, lines=2)[1][:-1].rpartition(b"\n")[2]
        finally:
            fcntl.flock(fd, fcntl.LOCK_UN)

    def close(self) -> None:
        """Let go of the file; the next append opens whatever the name leads to then."""
        if self._fd >= 0:
            os.close(self._fd)
            self._fd = -1

    def _opened(self) -> int:
        if self._fd < 0:
            private_folder(self.path.parent)
            self._fd = os.open(self.path, OPEN, 0o600)
        return self._fd

    def _named(self, fd: int) -> bool:
        try:
            named = os.stat(self.path, follow_symlinks=False)
        except FileNotFoundError:
            return False
        held = os.fstat(fd)
        return (named.st_dev, named.st_ino) == (held.st_dev, held.st_ino)

    def _rotate(self) -> None:
        """Give the full file a name behind those of the others, and let the oldest beyond the bound go. What is
        archived in this very moment is gone already: all the better."""
        kept = self._full()
        name = name_after(self._stamp(), kept)
        with suppress(FileNotFoundError):
            os.rename(self.path, self._named_full(name))
            kept.append(name)
        self.close()
        for each in kept[: max(len(kept) - self._files_max, 0)]:
            with suppress(FileNotFoundError):
                self._named_full(each).unlink()
                self.removed += 1

    def _full(self) -> list[str]:
        """The times in the names of the full files, oldest first."""
        start, end = len(self.path.stem) + 1, -len(self.path.suffix)
        found = self.path.parent.glob(f"{glob.escape(self.path.stem)}.[0-9]*{self.path.suffix}")
        return sorted((each.name[start:end] for each in found), key=order)

    def _named_full(self, name: str) -> Path:
        return self.path.with_name(f"{self.path.stem}.{name}{self.path.suffix}")


def _whole(fd: int, lines: int = 1) -> tuple[int, bytes]:
    """The size of the file in whole lines, and the end of it with so many newlines, if it has them. What follows the
    last one was cut off by a crash or a full disk, and is removed."""
    size, tail = os.fstat(fd).st_size, b""
    while size > len(tail) and tail.count(b"\n") < lines:
        start = max(size - len(tail) - (BLOCK_BYTES if tail else lines), 0)
        tail = os.pread(fd, size - len(tail) - start, start) + tail
    torn = len(tail) - tail.rfind(b"\n") - 1
    if torn:
        os.ftruncate(fd, size - torn)
    return size - torn, tail[: len(tail) - torn]


def _write(fd: int, text: bytes, size: int) -> None:
    """All of it; on a failure the file is as long as before, so that nothing is there twice after the next try."""
    left = memoryview(text)
    try:
        while left:
            left = left[os.write(fd, left) :]
    except OSError:
        os.ftruncate(fd, size)
        raise


def _lock(fd: int) -> None:
    """Held for one append by any writer, and for a moment by whoever archives: so it is soon free, or something is
    wrong with who holds it."""
    for _ in range(LOCK_TRIES_MAX):
        try:
            fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return
        except BlockingIOError:
            time.sleep(LOCK_EVERY_S)
    raise TimeoutError(f"somebody keeps the file locked for more than {LOCK_TRIES_MAX * LOCK_EVERY_S:g} s")
