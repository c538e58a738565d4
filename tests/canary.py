"""Secrets that exist to be looked for: every spelling of one, and a search of files, archives and texts for it (L8)."""

from __future__ import annotations

import base64
import os
import re
import time
import zlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from urllib.parse import quote

SPELLING_BYTES_MIN = 8
GZIP = b"\x1f\x8b"
GZIP_WBITS = 31
FILE_BYTES_MAX = 16 * 1024 * 1024
SIGNED = re.compile(rb"(?i)signature\W{1,6}[0-9a-f]{64}")
SIGNS = (b"ignature", b"IGNATURE")
"""Looked for first: a plain search takes a twentieth of an expression's time."""


@cache
def spellings(secret: str) -> tuple[bytes, ...]:
    """A secret as it may stand in a file: plain, quoted, hex, and in base64 at each of its three alignments."""
    raw = secret.encode()
    inner = {base64.b64encode(b"\0" * lead + raw)[4 if lead else 0 : -4] for lead in range(3)}
    inner |= {each.replace(b"+", b"-").replace(b"/", b"_") for each in inner}
    found = {raw, quote(secret, safe="").encode(), raw.hex().encode(), raw.hex().upper().encode()}
    return tuple(sorted(found | {each for each in inner if len(each) >= SPELLING_BYTES_MIN}))


def found_in(raw: bytes, canaries: Mapping[str, str]) -> list[str]:
    """Which canaries, by name, stand in `raw` in any spelling; and whether a signature does."""
    named = [name for name, secret in canaries.items() if any(each in raw for each in spellings(secret))]
    return named + (["a signature"] if any(each in raw for each in SIGNS) and SIGNED.search(raw) else [])


@dataclass(frozen=True, slots=True)
class Search:
    """What a search of files found, as `canary in file`; `unread` were left out for its bounds."""

    leaks: tuple[str, ...]
    files: int
    unread: int


def search(paths: Iterable[Path], canaries: Mapping[str, str], *, bytes_max: int, s_max: float) -> Search:
    """Every file of `paths` (folders with all that is in them), its own name too, and what is packed in it by gzip."""
    leaks, files, unread, left, ends_s = [], 0, 0, bytes_max, time.monotonic() + s_max
    for path in _files(paths):
        if left <= 0 or time.monotonic() > ends_s:
            unread += 1
            continue
        raw = _contents(path, min(left, FILE_BYTES_MAX))
        if raw is None:
            continue
        files, left = files + 1, left - len(raw)
        leaks += [f"{name} in {path}" for name in found_in(raw + os.fsencode(path), canaries)]
    return Search(tuple(leaks), files, unread)


def _files(paths: Iterable[Path]) -> Iterator[Path]:
    for path in paths:
        yield from path.rglob("*") if path.is_dir() else (path,)


def _contents(path: Path, bytes_max: int) -> bytes | None:
    """A file's bytes, unpacked where it is packed; None for what is no file, or is gone."""
    if path.is_symlink() or not path.is_file():
        return None
    try:
        with path.open("rb") as file:
            raw = file.read(bytes_max)
    except OSError:
        return None
    return zlib.decompressobj(GZIP_WBITS).decompress(raw, bytes_max) if raw.startswith(GZIP) else raw
