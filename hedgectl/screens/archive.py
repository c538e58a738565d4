"""What `archive-logs` says: what was put away and how small it became, what went, what is in the way (O3)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from hedgectl.screens.ink import Line, Part, Tone, fitted, line
from hedgectl.screens.words import duration, grouped, plural, size

FILES_SHOWN = 12
NAME_MIN = 24
NUMBERS = 11
NO_LINES = "-"


@dataclass(frozen=True, slots=True)
class FileView:
    """One file. `packed_bytes` None: not packed yet. A snapshot has no lines (None)."""

    name: str
    bytes: int
    lines: int | None = None
    packed_bytes: int | None = None


@dataclass(frozen=True, slots=True)
class ShelfView:
    """One archive. `why` says what is wrong with it; `age_s` is since it was made."""

    name: str
    files: int
    lines: int
    bytes: int
    packed_bytes: int
    age_s: float
    version: str
    why: str = ""


@dataclass(frozen=True, slots=True)
class TroubleView:
    """Something that was not done, and what helps."""

    code: str
    what: str
    hint: str


@dataclass(frozen=True, slots=True)
class ArchiveView:
    """One call. `name` is the archive that was made, "" for none; `files` are its files, or with `dry` those to be."""

    folder: str
    name: str = ""
    files: tuple[FileView, ...] = ()
    finished: tuple[str, ...] = ()
    half_made: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    last: str = ""
    troubles: tuple[TroubleView, ...] = ()
    dry: bool = False


@dataclass(frozen=True, slots=True)
class ListView:
    """All archives of a folder, oldest first; those left half-made; those being made."""

    folder: str
    archives: tuple[ShelfView, ...]
    half_made: tuple[str, ...] = ()
    being_made: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class RestoredView:
    """An archive that was verified and written below `into`."""

    name: str
    into: str
    files: tuple[FileView, ...]


def archive_lines(view: ArchiveView, width: int) -> list[Line]:
    """The answer in at most `width` columns; what is to be pasted is never cut."""
    rows: list[Line] = []
    if view.half_made:
        rows.append(_row("half-made", (f"{', '.join(view.half_made)}: to be finished first", Tone.WARN)))
    rows += [
        _row("finished", f"{view.folder}/{name}", ("  an earlier call had left it", Tone.DIM)) for name in view.finished
    ]
    if view.files and (view.name or view.dry):
        if view.dry:
            rows.append(_row("would move", f"{_sum(view.files)}  into {view.folder}"))
        else:
            rows.append(_row("archived", f"{view.folder}/{view.name}  {_sum(view.files)}"))
        rows += _table(view.files, width)
    elif not view.finished and not view.troubles:
        since = f" since {view.last}" if view.last else ""
        rows.append(_row("nothing", f"to archive: no telemetry{since}, no new snapshot"))
    if view.removed:
        word = "would drop" if view.dry else "dropped"
        rows.append(_row(word, plural(len(view.removed), "archive"), (f"  {_span(view.removed)}", Tone.DIM)))
    rows = fitted(rows, width)
    for each in view.troubles:
        rows.append(line(("✗ ", Tone.BAD), (f"{each.code}  ", Tone.BOLD), each.what))
        rows.append(line(("  fix  ", Tone.DIM), (each.hint, Tone.HINT)))
    if view.name:
        rows.append(_row("restore", (f"hedgectl archive-logs --restore {view.name}", Tone.HINT)))
    return rows


def list_lines(view: ListView, width: int) -> list[Line]:
    """A row an archive, the newest last."""
    if not (view.archives or view.half_made or view.being_made):
        return [_row("archives", f"none in {view.folder}")]
    rows = [_row("archives", view.folder)]
    if view.archives:
        head = f"  {'name':<22}{'files':>6}{'lines':>13}{'size':>10}{'packed':>10}{'age':>9}  by"
        rows += [line((head, Tone.DIM)), *(_archive(each) for each in view.archives)]
    rows += [
        line(("! ", Tone.WARN), f"{each:<22}", ("half-made: ", Tone.WARN), ("hedgectl archive-logs", Tone.HINT))
        for each in view.half_made
    ]
    rows += [line(f"  {each:<22}", ("being made by another call", Tone.DIM)) for each in view.being_made]
    return fitted(rows, width)


def restored_lines(view: RestoredView, width: int) -> list[Line]:
    """What was brought back, and where to."""
    rows = [_row("restored", f"{view.name}  {_sum(view.files)}", ("  verified", Tone.GOOD))]
    return fitted([*rows, *_table(view.files, width), _row("into", view.into)], width)


def _row(name: str, *parts: str | Part) -> Line:
    return line((f"{name:<10}", Tone.DIM), " ", *parts)


def _sum(files: Sequence[FileView]) -> str:
    said = f"{plural(len(files), 'file')}, {size(sum(each.bytes for each in files))}"
    packed = [each.packed_bytes for each in files if each.packed_bytes is not None]
    return f"{said} → {size(sum(packed))}" if packed else said


def _table(files: Sequence[FileView], width: int) -> list[Line]:
    """A row a file; a name too long for its column loses its beginning, which says least."""
    packed = any(each.packed_bytes is not None for each in files)
    lines = any(each.lines is not None for each in files)
    room = max(width - 2 - NUMBERS * (1 + packed + lines), NAME_MIN)
    room = min(room, max(len(each.name) for each in files) + 2)
    head = f"  {'file':<{room}}" + "".join(f"{word:>{NUMBERS}}" for word, shown in
            (("lines", lines), ("size", True), ("packed", packed)) if shown)  # fmt: skip
    rows = [line((head, Tone.DIM))]
    rows += [_file(each, room, packed=packed, lines=lines) for each in files[:FILES_SHOWN]]
    if len(files) > FILES_SHOWN:
        rows.append(line((f"  and {len(files) - FILES_SHOWN} more", Tone.DIM)))
    return rows


def _file(each: FileView, room: int, *, packed: bool, lines: bool) -> Line:
    name = each.name if len(each.name) < room else "…" + each.name[-(room - 2) :]
    count = f"{grouped(str(each.lines)) if each.lines is not None else NO_LINES:>{NUMBERS}}" if lines else ""
    small = f"{size(each.packed_bytes):>{NUMBERS}}" if packed and each.packed_bytes is not None else ""
    return line(f"  {name:<{room}}", count, f"{size(each.bytes):>{NUMBERS}}", (small, Tone.GOOD))


def _archive(each: ShelfView) -> Line:
    if each.why:
        return line(("✗ ", Tone.BAD), f"{each.name:<22}", (each.why, Tone.BAD))
    age = duration(int(each.age_s))
    numbers = (
        f"{each.files:>6}{grouped(str(each.lines)):>13}{size(each.bytes):>10}{size(each.packed_bytes):>10}{age:>9}"
    )
    return line(f"  {each.name:<22}", numbers, (f"  {each.version}", Tone.DIM))


def _span(names: Sequence[str]) -> str:
    return names[0] if len(names) == 1 else f"{names[0]} to {names[-1]}"
