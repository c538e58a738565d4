"""`hedgectl archive-logs`: telemetry and snapshots put away, packed and listed; safe while a run writes (O3).

Never touches the journal. Offline: neither the exchange nor the configuration's schema is loaded.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from hedgectl.commands.common import Common, command
from hedgectl.commands.result import ExitCode, Problem, Result

if TYPE_CHECKING:
    from hedgectl.screens.archive import ArchiveView, FileView, ShelfView
    from hedgectl.store.archive.manifest import Manifest
    from hedgectl.store.archive.round import Outcome, Wish
    from hedgectl.store.archive.shelf import Shelf, Shelved

NAME = "archive-logs"
KEEP_MAX = 100_000
PIPE_WIDTH = 120
EXAMPLES = (
    "hedgectl archive-logs --keep 30 # pack what is there, keep 30 archives",
    "hedgectl archive-logs --list # what there is",
    "hedgectl archive-logs --restore 20261121 # one by its beginning",
)


def register(app: typer.Typer) -> None:
    command(app, NAME, "Setup", examples=EXAMPLES)(archive_logs)


def archive_logs(
    common: Common,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Tell what would be done.")] = False,
    keep: Annotated[
        int | None,
        typer.Option("--keep", metavar="N", min=1, max=KEEP_MAX, help="Then drop all but the newest N archives."),
    ] = None,
    older_than: Annotated[
        str,
        typer.Option(
            "--older-than", metavar="7d", help="Then drop archives older than this; with --keep, those that both name."
        ),
    ] = "",
    list_: Annotated[bool, typer.Option("--list", help="Show the archives there are.")] = False,
    restore: Annotated[
        str, typer.Option("--restore", metavar="ARCHIVE", help="Verify one and bring it back; nothing is overwritten.")
    ] = "",
    into: Annotated[
        Path | None, typer.Option("--into", metavar="DIR", help="Where to; else logs/restored/ARCHIVE.")
    ] = None,
) -> Result:
    """Put telemetry and snapshots into logs/archive, packed by gzip, with checksums. Safe while a run writes."""
    from hedgectl.config.locate import logs_dir
    from hedgectl.store.archive import codes
    from hedgectl.store.archive.shelf import Shelf

    _check(list_, restore, into, dry_run, keep is not None or bool(older_than))
    shelf = Shelf(logs_dir(common.config, common.state_dir))
    try:
        if list_:
            return _list(shelf)
        if restore:
            return _restore(common, shelf, restore, into)
        return _archive(common, _wish(common, shelf.logs, keep, older_than), dry_run)
    except KeyboardInterrupt:
        what = "ended by Ctrl-C; every file is there, moved or not"
        return _cannot(ExitCode.INTERRUPTED, codes.INTERRUPTED, what, "hedgectl archive-logs: it goes on")
    except OSError as wrong:
        what = f"{wrong.filename or shelf.logs}: {wrong.strerror or wrong}"
        return _cannot(ExitCode.PROBLEMS, codes.UNUSABLE, what, "make it readable and writable for this user")


def _check(list_: bool, restore: str, into: Path | None, dry_run: bool, drops: bool) -> None:
    """Flags that contradict each other are usage errors, before anything is opened."""
    if list_ and (restore or dry_run or drops):
        raise typer.BadParameter("only shows: give it alone", param_hint="--list")
    if restore and (dry_run or drops):
        raise typer.BadParameter("only brings back: give it alone, or with --into", param_hint="--restore")
    if into is not None and not restore:
        raise typer.BadParameter("says where --restore ARCHIVE goes", param_hint="--into")


def _wish(common: Common, logs: Path, keep: int | None, older_than: str) -> Wish:
    from hedgectl import __version__
    from hedgectl.config.locate import journal_path, state_dir
    from hedgectl.config.options import duration_s
    from hedgectl.runtime.clock import RealClock
    from hedgectl.sinks.line import rfc3339
    from hedgectl.store.archive.making import STATE
    from hedgectl.store.archive.round import Wish

    now_ms = RealClock().wall_ms()
    try:
        age_ms = round(duration_s(older_than) * 1000) if older_than else 0
    except ValueError as wrong:
        raise typer.BadParameter(str(wrong), param_hint="--older-than") from wrong
    state = state_dir(common.config, common.state_dir)
    folders = [(STATE, state)]
    box = journal_path(common.config, common.state_dir).parent
    if box != state:  # the last run was one in the box: it has a folder of its own
        folders.append((f"{STATE}/{box.relative_to(state).as_posix()}", box))
    since_ms = now_ms - age_ms if age_ms else 0
    return Wish(logs, tuple(folders), now_ms, rfc3339(now_ms), __version__, keep, since_ms)


def _archive(common: Common, wish: Wish, dry_run: bool) -> Result:
    from dataclasses import asdict

    from hedgectl.commands.progress import bytes_progress
    from hedgectl.runtime.folders import holder
    from hedgectl.screens.archive import archive_lines
    from hedgectl.store.archive import codes
    from hedgectl.store.archive.disk import Disk
    from hedgectl.store.archive.round import archive, look
    from hedgectl.store.lock import LockHeld

    if any(wish.logs.resolve() == folder.resolve() for _, folder in wish.folders):
        what = f"{wish.logs} is the state folder: what lies there is not for an archive"
        return _cannot(ExitCode.PROBLEMS, codes.UNUSABLE, what, "have telemetry.logs_dir name a folder of its own")
    try:
        if dry_run:
            outcome = look(wish)
        else:
            with bytes_progress(common) as told:
                outcome = archive(wish, holder(wish.now_ms), Disk(), told)
    except LockHeld as wrong:
        return _cannot(ExitCode.LOCKED, codes.LOCKED, str(wrong), "wait until it has ended")
    view = _view(wish, outcome)
    problems = tuple(Problem(each.code, each.what, each.hint) for each in outcome.troubles)
    code = ExitCode.PROBLEMS if problems else ExitCode.OK
    return Result(NAME, code, asdict(view), problems, tuple(archive_lines(view, _width())))


def _list(shelf: Shelf) -> Result:
    from dataclasses import asdict

    from hedgectl.screens.archive import ListView, list_lines
    from hedgectl.store.archive import codes
    from hedgectl.store.lock import held_by

    parts = tuple(each.name for each in shelf.half_made())
    half_made, being_made = ((), parts) if held_by(shelf.lock) else (parts, ())
    view = ListView(str(shelf.folder), tuple(_shown(each) for each in shelf.shelved()), half_made, being_made)
    problems = [
        Problem(codes.DAMAGED, f"{each.name}: {each.why}", f"look into {shelf.folder / each.name}")
        for each in view.archives
        if each.why
    ]
    problems += [Problem(codes.HALF_MADE, f"{name} is half-made", "hedgectl archive-logs") for name in half_made]
    code = ExitCode.PROBLEMS if problems else ExitCode.OK
    return Result(NAME, code, asdict(view), tuple(problems), tuple(list_lines(view, _width())))


def _restore(common: Common, shelf: Shelf, name: str, into: Path | None) -> Result:
    from dataclasses import asdict

    from hedgectl.commands.progress import bytes_progress
    from hedgectl.screens.archive import RestoredView, restored_lines
    from hedgectl.store.archive import codes
    from hedgectl.store.archive.disk import Disk
    from hedgectl.store.archive.manifest import ArchiveDamaged
    from hedgectl.store.archive.restoring import InTheWay, restore
    from hedgectl.store.archive.shelf import RESTORED

    found = [each for each in shelf.names() if each == name] or [
        each for each in shelf.names() if each.startswith(name)
    ]
    if len(found) != 1:
        what = f"{len(found) or 'no'} archives of {shelf.folder} begin with {name!r}"
        return _cannot(ExitCode.PROBLEMS, codes.NOT_FOUND, what, "hedgectl archive-logs --list")
    (name,) = found
    target = into or shelf.logs / RESTORED / name
    try:
        with bytes_progress(common) as told:
            manifest = restore(shelf.folder / name, target, Disk(), told)
    except ArchiveDamaged as wrong:
        return _cannot(ExitCode.PROBLEMS, codes.DAMAGED, str(wrong), "nothing was written: take it from a backup")
    except InTheWay as wrong:
        return _cannot(ExitCode.PROBLEMS, codes.IN_THE_WAY, str(wrong), "name an empty folder: --into DIR")
    view = RestoredView(name, str(target), _files(manifest))
    return Result(NAME, data=asdict(view), lines=tuple(restored_lines(view, _width())))


def _cannot(exit_code: ExitCode, code: str, what: str, hint: str) -> Result:
    return Result(NAME, exit_code, problems=(Problem(code, what, hint),))


def _view(wish: Wish, outcome: Outcome) -> ArchiveView:
    from hedgectl.screens.archive import ArchiveView, FileView, TroubleView
    from hedgectl.store.archive.shelf import Shelf

    made = outcome.made
    files = _files(made.manifest) if made is not None and made.manifest is not None else ()
    if outcome.dry:
        files = tuple(FileView(each.name, each.bytes) for each in outcome.plan.sources)
    return ArchiveView(
        folder=str(Shelf(wish.logs).folder),
        name=made.name if made is not None else "",
        files=files,
        finished=tuple(each.name for each in outcome.finished),
        half_made=outcome.half_made,
        removed=outcome.removed,
        last=outcome.last,
        troubles=tuple(TroubleView(each.code, each.what, each.hint) for each in outcome.troubles),
        dry=outcome.dry,
    )


def _files(manifest: Manifest) -> tuple[FileView, ...]:
    from hedgectl.screens.archive import FileView

    return tuple(
        FileView(each.name, each.bytes, each.lines if each.name.endswith(".jsonl") else None, each.packed_bytes)
        for each in manifest.files
    )


def _shown(each: Shelved) -> ShelfView:
    from hedgectl.runtime.clock import RealClock
    from hedgectl.screens.archive import ShelfView

    if each.manifest is None:
        return ShelfView(each.name, 0, 0, 0, 0, 0.0, "", each.why)
    manifest = each.manifest
    age_s = max(RealClock().wall_ms() - manifest.made_ms, 0) / 1000
    lines = sum(file.lines for file in manifest.files if file.name.endswith(".jsonl"))
    return ShelfView(
        each.name, len(manifest.files), lines, manifest.bytes, manifest.packed_bytes, age_s, manifest.hedgectl
    )


def _width() -> int:
    import shutil

    return shutil.get_terminal_size((PIPE_WIDTH, 24)).columns
