"""What an archive holds: every file with its size, lines and checksums, raw and packed; written last, read first."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath

import orjson

MANIFEST = "manifest.json"
FORMAT = 1
BYTES_MAX = 16 * 1024 * 1024


class ArchiveDamaged(RuntimeError):
    """An archive is not what its manifest says, or the manifest is none."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One file. `name` is relative to the folder that it came from; `packed` relative to the archive."""

    name: str
    bytes: int
    lines: int
    sha256: str
    packed: str
    packed_bytes: int
    packed_sha256: str


@dataclass(frozen=True, slots=True)
class Manifest:
    """`made_at` is RFC 3339 UTC; `hedgectl` the version that made it."""

    made_at: str
    hedgectl: str
    files: tuple[Entry, ...]

    @property
    def made_ms(self) -> int:
        """The same in ms since 1970."""
        return _ms(self.made_at)

    @property
    def bytes(self) -> int:
        return sum(each.bytes for each in self.files)

    @property
    def packed_bytes(self) -> int:
        return sum(each.packed_bytes for each in self.files)


def _ms(at: str) -> int:
    """Raises TypeError, ValueError for what is no time."""
    when = datetime.fromisoformat(at)
    return round(when.replace(tzinfo=when.tzinfo or UTC).timestamp() * 1000)


def text_of(manifest: Manifest) -> bytes:
    """As it is written."""
    told = {"format": FORMAT, "made_at": manifest.made_at, "hedgectl": manifest.hedgectl}
    files = [asdict(each) for each in manifest.files]
    return orjson.dumps(told | {"files": files}, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)


def read_manifest(folder: Path) -> Manifest:
    """The manifest of an archive. Raises ArchiveDamaged, OSError."""
    path = folder / MANIFEST
    with path.open("rb") as file:
        raw = file.read(BYTES_MAX + 1)
    if len(raw) > BYTES_MAX:
        raise ArchiveDamaged(f"{path}: larger than {BYTES_MAX} bytes")
    try:
        told = orjson.loads(raw)
        if told["format"] != FORMAT:
            raise ArchiveDamaged(f"{path}: format {told['format']}, this version reads {FORMAT}")
        files = tuple(Entry(**each) for each in told["files"])
        found = Manifest(told["made_at"], str(told["hedgectl"]), files)
        _ms(found.made_at)
    except (KeyError, TypeError, ValueError) as wrong:
        raise ArchiveDamaged(f"{path}: not a manifest ({wrong})") from wrong
    for each in files:
        _check(path, each)
    if len({each.name for each in files}) < len(files):
        raise ArchiveDamaged(f"{path}: names a file twice")
    return found


def _check(path: Path, each: Entry) -> None:
    """A manifest is a file like any other: a name in it must not lead out of its folder."""
    for name in (each.name, each.packed):
        if not isinstance(name, str) or not name or not name.isprintable():
            raise ArchiveDamaged(f"{path}: {name!r} is no file name")
        pure = PurePosixPath(name)
        if pure.is_absolute() or ".." in pure.parts:
            raise ArchiveDamaged(f"{path}: {name!r} leads out of the archive")
    if not all(type(number) is int and number >= 0 for number in (each.bytes, each.lines, each.packed_bytes)):
        raise ArchiveDamaged(f"{path}: {each.name} has a size that is none")
