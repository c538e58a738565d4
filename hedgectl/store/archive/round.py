"""One call of `archive-logs`: finish what an earlier one left, archive what is there, let go of what is too old."""

from __future__ import annotations

import errno
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from hedgectl.store.archive import codes
from hedgectl.store.archive.disk import Disk
from hedgectl.store.archive.making import Plan, collect, finish, plan
from hedgectl.store.archive.manifest import ArchiveDamaged
from hedgectl.store.archive.pack import Progress
from hedgectl.store.archive.shelf import Shelf, Shelved, stamp, surplus
from hedgectl.store.lock import Holder, acquire

LOOK_BACK_MAX = 100
TOLD_MAX = 20
AGAIN = "hedgectl archive-logs"

Names = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Wish:
    """What to archive, and what to keep: the newest `keep` archives (None: all), and those made since `keep_since_ms`
    (0: all). With both, only what neither keeps goes. `folders` are state folders with their names in an archive."""

    logs: Path
    folders: tuple[tuple[str, Path], ...]
    now_ms: int
    made_at: str
    version: str
    keep: int | None = None
    keep_since_ms: int = 0


@dataclass(frozen=True, slots=True)
class Trouble:
    """Something that was not done: a code, what it is about, and what helps."""

    code: str
    what: str
    hint: str


@dataclass(frozen=True, slots=True)
class Outcome:
    """What was done, or with `dry` what would be. `last` is the newest archive that there was before."""

    plan: Plan
    made: Shelved | None = None
    finished: tuple[Shelved, ...] = ()
    removed: tuple[str, ...] = ()
    half_made: tuple[str, ...] = ()
    last: str = ""
    troubles: tuple[Trouble, ...] = ()
    dry: bool = False


def look(wish: Wish) -> Outcome:
    """What a call would do; nothing is touched. Raises OSError."""
    shelf = Shelf(wish.logs)
    wanted, names = _wanted(wish, shelf), shelf.names()
    half_made = tuple(each.name for each in shelf.half_made())
    coming = len(half_made) + bool(wanted.sources)
    removed, troubles = _surplus(wish, shelf, [("", wish.now_ms)] * coming)
    return Outcome(wanted, None, (), removed, half_made, (names or [""])[-1], (*_left(wanted), *troubles), dry=True)


def archive(wish: Wish, holder: Holder, disk: Disk, progress: Progress) -> Outcome:
    """Do it. Raises LockHeld; OSError when a folder can't be used at all. What goes wrong with a file is a trouble."""
    shelf = Shelf(wish.logs)
    if not shelf.folder.exists() and not (wanted := _wanted(wish, shelf)).sources:
        return Outcome(wanted, troubles=_left(wanted))
    disk.folder(shelf.folder)
    lock = acquire(shelf.lock, holder)
    try:
        return _locked(wish, shelf, disk, progress)
    finally:
        lock.release()


def _locked(wish: Wish, shelf: Shelf, disk: Disk, progress: Progress) -> Outcome:
    shelf.sweep(disk)
    halves = shelf.half_made()
    done, total = 0, sum(_bytes(each) for each in halves) + _wanted(wish, shelf).bytes

    def told(more: int) -> None:
        nonlocal done
        done += more
        progress(done, max(total, done))

    def finished(part: Path) -> Shelved | None:
        return finish(shelf, part, wish.made_at, wish.version, disk, told)

    outcome = Outcome(Plan(()), last=(shelf.names() or [""])[-1])
    for part in halves:
        try:
            if found := finished(part):
                outcome = replace(outcome, finished=(*outcome.finished, found))
        except ArchiveDamaged as wrong:  # no call will ever finish it: a person must look, and the others go on
            outcome = replace(outcome, troubles=(*outcome.troubles, _damaged(wrong, part)))
        except OSError as wrong:
            return replace(outcome, troubles=(*outcome.troubles, _trouble(wrong, part)))
    wanted = _wanted(wish, shelf)
    outcome = replace(outcome, plan=wanted, troubles=(*outcome.troubles, *_left(wanted)))
    if wanted.sources:
        name = shelf.free_name(stamp(wish.now_ms))
        try:
            outcome = replace(outcome, made=finished(collect(shelf, wanted, name, disk)))
        except (OSError, ArchiveDamaged) as wrong:
            return replace(outcome, troubles=(*outcome.troubles, _trouble(wrong, shelf.folder / name)))
    removed, troubles = _surplus(wish, shelf)
    for name in removed:
        shelf.give_up(name, disk)
    return replace(outcome, removed=removed, troubles=(*outcome.troubles, *troubles))


def _surplus(wish: Wish, shelf: Shelf, coming: Sequence[tuple[str, int]] = ()) -> tuple[Names, tuple[Trouble, ...]]:
    """Which archives go, once those that are `coming` are there. One that could not be brought back neither counts as
    kept nor goes: a person must look at it first."""
    if wish.keep is None and not wish.keep_since_ms:
        return (), ()
    made: list[tuple[str, int]] = []
    troubles = []
    for each in map(shelf.open, shelf.names()):
        why = shelf.unsound(each)
        if each.manifest is None or why:
            troubles.append(Trouble(codes.DAMAGED, f"{each.name} stays: {why}", f"look into {each.path}"))
        else:
            made.append((each.name, each.manifest.made_ms))
    names = surplus([*made, *coming], wish.keep, wish.keep_since_ms)
    return tuple(name for name in names if name), tuple(troubles)


def _wanted(wish: Wish, shelf: Shelf) -> Plan:
    known: dict[str, str] = {}
    for name in shelf.names()[-LOOK_BACK_MAX:]:
        manifest = shelf.open(name).manifest
        known |= {each.name: each.sha256 for each in manifest.files} if manifest is not None else {}
    return plan(wish.logs, wish.folders, lambda name: known.get(name, ""))


def _bytes(part: Path) -> int:
    return sum(each.stat().st_size for each in part.rglob("*") if each.is_file())


def _left(wanted: Plan) -> tuple[Trouble, ...]:
    """What stays where it is, the first TOLD_MAX of each kind."""
    found = []
    for code, named, word, hint in (
        (codes.UNREADABLE, [str(path) for path in wanted.unreadable], "cannot be read", "chmod u+rX {}"),
        (codes.ODD_NAME, wanted.odd, "stays", "rename it: printable, and at most 248 bytes"),
    ):
        found += [Trouble(code, f"{each} {word}", hint.format(each)) for each in named[:TOLD_MAX]]
        if len(named) > TOLD_MAX:
            found.append(Trouble(code, f"{len(named) - TOLD_MAX} more like these", "mend those first"))
    if wanted.left_over:
        found.append(Trouble(codes.TOO_MANY, f"{wanted.left_over} files are left for the next call", AGAIN))
    return tuple(found)


def _damaged(wrong: ArchiveDamaged, part: Path) -> Trouble:
    return Trouble(codes.DAMAGED, str(wrong), f"look into {part}, and move it away")


def _trouble(wrong: OSError | ArchiveDamaged, part: Path) -> Trouble:
    if isinstance(wrong, ArchiveDamaged):
        return _damaged(wrong, part)
    what = f"{wrong.filename or part}: {wrong.strerror or wrong}"
    if wrong.errno in (errno.ENOSPC, errno.EDQUOT):
        return Trouble(codes.DISK_FULL, what, f"free some space, then {AGAIN}: it goes on")
    if wrong.errno == errno.EXDEV:
        return Trouble(codes.OTHER_DISK, what, "have telemetry.logs_dir name a folder that is on one disk as a whole")
    return Trouble(codes.HALF_MADE, what, f"mend it, then {AGAIN}: it goes on")
