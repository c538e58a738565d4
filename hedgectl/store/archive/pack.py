"""One file packed and unpacked by gzip, in pieces, with its checksums. Nothing is removed before it was read back."""

from __future__ import annotations

import errno
import hashlib
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from hedgectl.store.archive.disk import Disk
from hedgectl.store.archive.manifest import ArchiveDamaged, Entry

PACKED = ".gz"
TEMP = ".new"
PIECE_BYTES = 1 << 20
GZIP = 31
LEVEL = 6

Told = Callable[[int], None]
"""Hears how many more bytes were worked through."""

Progress = Callable[[int, int], None]
"""Hears how many bytes are done, of how many."""


@dataclass(slots=True)
class Tally:
    """Size, lines and checksum of what passes by."""

    size: int = 0
    lines: int = 0
    hasher: Any = field(default_factory=hashlib.sha256)

    def take(self, piece: bytes) -> bytes:
        """Count a piece, and hand it on."""
        self.size += len(piece)
        self.lines += piece.count(b"\n")
        self.hasher.update(piece)
        return piece

    @property
    def sha256(self) -> str:
        found: str = self.hasher.hexdigest()
        return found


def pack(raw: Path, disk: Disk, told: Told) -> Path:
    """`raw` becomes `raw.gz` beside it: written aside, fsynced, read back, renamed; only then `raw` goes.

    Raises OSError, and leaves `raw` as it is.
    """
    packed, fresh = raw.with_name(raw.name + PACKED), raw.with_name(raw.name + PACKED + TEMP)
    tally, packer = Tally(), zlib.compressobj(LEVEL, zlib.DEFLATED, GZIP)
    try:
        with disk.create(fresh) as file:
            for piece in pieces(raw):
                disk.write(file, packer.compress(tally.take(piece)))
                told(len(piece))
            disk.write(file, packer.flush())
            disk.sync(file)
        if inspect(fresh, raw.name, raw.name).sha256 != tally.sha256:
            raise OSError(f"{fresh}: reads back as something else: the disk is not well")
        if raw.stat().st_size != tally.size:  # by somebody who asks nobody; a run holds the file's flock, and no more
            raise OSError(errno.EBUSY, "somebody writes to it still", str(raw))
    except OSError:
        fresh.unlink(missing_ok=True)
        raise
    disk.rename(fresh, packed)
    disk.sync_folder(packed.parent)
    disk.remove(raw)
    return packed


def inspect(packed: Path, name: str, packed_name: str, bytes_max: int | None = None) -> Entry:
    """What a packed file holds. Raises OSError, ArchiveDamaged."""
    outer, inner = Tally(), Tally()
    for piece in unpacked(packed, outer, bytes_max):
        inner.take(piece)
    return Entry(name, inner.size, inner.lines, inner.sha256, packed_name, outer.size, outer.sha256)


def unpacked(packed: Path, outer: Tally, bytes_max: int | None = None) -> Iterator[bytes]:
    """The raw bytes of a packed file in pieces, at most `bytes_max` of them; `outer` counts the packed ones."""
    unpacker, given = zlib.decompressobj(GZIP), 0
    try:
        for piece in pieces(packed):
            left = outer.take(piece)
            while left and not unpacker.eof:
                raw = unpacker.decompress(left, PIECE_BYTES)
                left = unpacker.unconsumed_tail
                given += len(raw)
                if bytes_max is not None and given > bytes_max:
                    raise ArchiveDamaged(f"{packed}: holds more than the {bytes_max} bytes that it should")
                yield raw
    except zlib.error as wrong:
        raise ArchiveDamaged(f"{packed}: cannot be unpacked ({wrong})") from wrong
    if not unpacker.eof or unpacker.unused_data:
        raise ArchiveDamaged(f"{packed}: {'has something behind its end' if unpacker.eof else 'ends too early'}")


def pieces(path: Path) -> Iterator[bytes]:
    """A file in pieces."""
    with path.open("rb") as file:
        while piece := file.read(PIECE_BYTES):
            yield piece


__all__ = ["PACKED", "TEMP", "Progress", "Tally", "Told", "inspect", "pack", "pieces", "unpacked"]
