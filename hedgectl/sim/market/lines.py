"""Text lines of a market file, plain or gzip, one at a time, with their numbers; damage ends the file, never the run.

A recording is often cut where its writer died, so a broken tail is told apart from a file that was never readable.
"""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, cast

from hedgectl.sim.market.errors import FeedError

LINE_BYTES_MAX = 4_000_000
_GZIP_MAGIC = b"\x1f\x8b"


class Lines:
    """The lines of `path`. After the last one `number` is their count and `damage` says why it ended early, or None.

    FeedError when the file is missing, unreadable, or not a file.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.number = 0
        self.damage: str | None = None
        try:
            with path.open("rb") as head:
                self._zipped = head.read(2) == _GZIP_MAGIC
        except OSError as error:
            reason = (error.strerror or "unreadable").lower()
            raise FeedError(f"market file not readable: {reason}", where=str(path), fix="check the path") from error

    def __iter__(self) -> Iterator[bytes]:
        self.number, self.damage = 0, None
        with self._open() as file:
            try:
                # readline with a limit: one endless line must not become one endless buffer
                while line := file.readline(LINE_BYTES_MAX):
                    self.number += 1
                    yield line
            except (EOFError, zlib.error, gzip.BadGzipFile) as error:
                self.damage = f"compressed data damaged after line {self.number} ({error})"

    def _open(self) -> BinaryIO:
        return cast(BinaryIO, gzip.GzipFile(self.path, "rb")) if self._zipped else self.path.open("rb")

    def where(self) -> str:
        """File and line of the latest line, for messages."""
        return f"{self.path}:{self.number}"
