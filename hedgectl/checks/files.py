"""The machine under the run: its state folder, its disk, its journal, its inbox and its telemetry."""

from __future__ import annotations

import os
import shlex
import shutil
import sqlite3
import stat
import tempfile
import time
from contextlib import closing
from pathlib import Path
from urllib.parse import quote

from hedgectl.checks.context import Context
from hedgectl.checks.finding import Finding, failed, passed, skipped, warned
from hedgectl.checks.redact import hidden
from hedgectl.checks.registry import check
from hedgectl.config.problem import ConfigRefused
from hedgectl.intake.inbox import INBOX
from hedgectl.screens.words import duration, plural

PROBE_BYTES = 4096
OTHERS = 0o077
PROGRESS_STEPS = 100_000


@check("state-folder", "local", may="warn fail", cheap=True)
def state_folder(ctx: Context) -> Finding:
    """Journal, snapshots and sockets can be written, and by this user alone."""
    folder, expected = ctx.state_dir, "a folder that this user, and nobody else, may write"
    shown, quoted = hidden("path", folder), shlex.quote(str(folder))
    if not folder.exists():
        parent = _existing(folder)
        if not os.access(parent, os.W_OK | os.X_OK):
            fix = f"sudo install -d -o $(id -un) {quoted}"
            return failed(f"{shown} is not there, and cannot be made", expected, fix)
        return passed(f"{shown}, made by the first run", expected)
    if not folder.is_dir():
        return failed(f"{shown} is no folder", expected, f"mv {quoted} {quoted}.old")
    try:
        _probe(folder)
    except OSError as wrong:
        return failed(f"{shown} cannot be written: {wrong.strerror}", expected, f"chmod u+rwx {quoted}")
    there = [each for each in (folder, folder / INBOX) if each.is_dir()]  # who writes there can trade
    for bit, judged, who in ((stat.S_IWOTH, failed, "others"), (stat.S_IWGRP, warned, "its group")):
        for each in (each for each in there if each.stat().st_mode & bit):
            fix = f"chmod go-w {shlex.quote(str(each))}"
            return judged(f"{hidden('path', each)} can be written by {who}", expected, fix)
    return passed(shown, expected)


@check("disk", "local", may="warn fail", cheap=True)
def disk(ctx: Context) -> Finding:
    """There is room, and what is written is on the disk within the time that a protective order waits for it."""
    limits, folder = ctx.limits, _existing(ctx.state_dir)
    low, least = limits.disk_free_bytes_low, limits.disk_free_bytes_min
    expected = f"{_size(low)} free, fsync below {limits.fsync_ms_max:.0f} ms"
    free = shutil.disk_usage(folder).free
    fix = f"du -xh --max-depth=2 {shlex.quote(str(folder))} | sort -h | tail    # then make room"
    if free < low:
        told = failed if free < least else warned
        return told(f"{_size(free)} free", expected, fix, about={"free_bytes": str(free)})
    try:
        took_ms = min(_probe(folder) for _ in range(limits.fsync_samples)) * 1000
    except OSError as wrong:
        return failed(f"{hidden('path', folder)}: {wrong.strerror}", expected, fix)
    value, about = f"{_size(free)} free, fsync {took_ms:.1f} ms", {"fsync_ms": f"{took_ms:.3f}"}
    if took_ms > limits.fsync_ms_max:
        fix = '[run] state_dir = "/var/lib/hedgectl"    # on a local disk, what is in the folder moved there first'
        return warned(value, expected, fix, about=about)
    return passed(value, expected, about=about)


@check("journal", "local", may="warn fail")
def journal(ctx: Context) -> Finding:
    """The file is whole, no row is missing, its snapshot is not ahead of it, and nobody else can read it (O6)."""
    from hedgectl.store.reader import ROWS_MAX, open_reader
    from hedgectl.store.rows import JournalUnusable
    from hedgectl.store.snapshots import Snapshot, read_snapshot
    from hedgectl.store.state_snapshot import NAME

    path, expected = ctx.journal, "whole, without a gap, mode 0600"
    if not path.is_file():
        return passed("none yet: the first run makes it", expected)
    shown = hidden("path", path)
    try:
        with open_reader(path) as reader:
            last = reader.last_seq()
            rows = reader.tail(min(ctx.limits.journal_rows_max, ROWS_MAX))
        checked = _quick_check(path, ctx.limits.journal_check_s_max)
    except (JournalUnusable, sqlite3.DatabaseError) as wrong:
        return failed(f"{str(wrong).removeprefix(f'{path}: ')} ({shown})", expected, _put_aside(ctx, path))
    if rows and rows[-1][0] - rows[0][0] + 1 != len(rows):
        return failed(f"rows are missing among the last {len(rows)} ({shown})", expected, _put_aside(ctx, path))
    kept = read_snapshot(path.parent, NAME)
    if isinstance(kept, Snapshot) and kept.seq > last:
        what = f"ends at seq {last}, before its snapshot of seq {kept.seq}"
        return failed(what, expected, _put_aside(ctx, path))
    if stat.S_IMODE(path.stat().st_mode) & OTHERS:
        fix = f"chmod 600 {shlex.quote(str(path))}"
        return warned(f"{shown} can be read by others", expected, fix)
    beside = path.with_name(f"{path.name}-wal")  # rows that were not moved into the file yet
    size = sum(each.stat().st_size for each in (path, beside) if each.is_file())
    return passed(f"{plural(last, 'row')}, {_size(size)}, {checked}", expected, about={"seq": str(last)})


def _quick_check(path: Path, s_max: float) -> str:
    """SQLite's own check, for so long; what came of it in words. Raises sqlite3.DatabaseError."""
    ends_s = time.monotonic() + s_max
    with closing(sqlite3.connect(f"file:{quote(str(path))}?mode=ro", uri=True, isolation_level=None)) as connection:
        connection.set_progress_handler(lambda: time.monotonic() > ends_s, PROGRESS_STEPS)
        try:
            found = [text for (text,) in connection.execute("PRAGMA quick_check(1)")]
        except sqlite3.OperationalError as stopped:
            if "interrupt" not in str(stopped):
                raise
            return f"no fault in {s_max:.0f} s of checking, not finished"
    if found != ["ok"]:
        raise sqlite3.DatabaseError(f"damaged, {found[0]}")
    return "whole"


def _put_aside(ctx: Context, path: Path) -> str:
    """The journal and what was made of it put aside, once nobody writes it: the next run begins from the account as the
    exchange shows it, on the strict side (L5)."""
    folder, aside = shlex.quote(str(path.parent)), shlex.quote(str(path.parent / "damaged"))
    named = r"\( -name 'journal.db*' -o -name 'durable*.json' \)"
    move = f"mkdir -p {aside} && find {folder} -maxdepth 1 {named} -exec mv {{}} {aside}/ \\;"
    pid = int((ctx.run or {}).get("pid", 0))
    return f"kill -TERM {pid}    # and wait for its end\n{move}" if pid else move


@check("inbox", "local", may="warn")
def inbox(ctx: Context) -> Finding:
    """No intent was refused as malformed, and none waits for a run that is not there (O1)."""
    from hedgectl.intake.inbox import SUFFIXES

    folder, expected = ctx.state_dir / INBOX, "nothing refused, nothing left waiting"
    refused, most = folder / "refused", ctx.limits.inbox_listed_max
    bad = [each for each in _names(refused, most) if each.endswith(SUFFIXES)]
    if bad:
        newest = max(bad)
        why = _text(refused / f"{newest}.why")
        fix = f"rm -r {shlex.quote(str(refused))}    # once they were read"
        value = f"{_counted(len(bad), most)} refused, newest {newest}"
        return warned(value, expected, fix, details=[hidden("text", why)] if why else ())
    waiting = [each for each in _names(folder, most) if each.endswith(SUFFIXES) and not each.startswith(".")]
    if waiting and ctx.run is None:
        age_s = time.time() - min(_changed_s(folder / each) for each in waiting)
        value = f"{_counted(len(waiting), most)} waiting without a run, the oldest for {duration(max(age_s, 0))}"
        return warned(value, expected, ctx.asked.command("run", "--once", exchange=True))
    return passed(f"{_counted(len(waiting), most)} waiting" if waiting else "empty", expected)


def _counted(count: int, most: int) -> str:
    """A number of files of which `most` were looked at."""
    return ("at least " if count >= most else "") + plural(count, "file")


@check("telemetry", "local", may="warn fail", cheap=True)
def telemetry(ctx: Context) -> Finding:
    """Where telemetry goes can be written, and no sink of the run is down: it would be silent (L10, O4)."""
    folder, expected = ctx.logs_dir, "a folder that can be written, no sink down"
    if _telemetry_is_off(ctx):
        return skipped("telemetry is off: telemetry.events")
    shown, quoted = hidden("path", folder), shlex.quote(str(folder))
    if folder.exists() and not folder.is_dir():
        return failed(f"{shown} is no folder", expected, f"mv {quoted} {quoted}.old")
    there = _existing(folder)
    try:
        _probe(there)
    except OSError as wrong:
        fix = f"chmod -R u+rwX {shlex.quote(str(there))}"
        return failed(f"{hidden('path', there)} cannot be written: {wrong.strerror}", expected, fix)
    sinks = (ctx.run or {}).get("sinks", ())
    down = [each for each in sinks if not each.get("ok")]
    if down:
        details = [f"{each.get('name')}: {hidden('text', each.get('detail'))}" for each in down]
        fix = f"{ctx.asked.command('status')}    # it is tried again by itself, and filled up"
        return warned(f"{len(down)} of {plural(len(sinks), 'sink')} down", expected, fix, details=details)
    beside = f", {plural(len(sinks), 'sink')} of the run well" if sinks else ""
    return passed(f"{shown} can be {'written' if folder.exists() else 'made'}{beside}", expected)


def _telemetry_is_off(ctx: Context) -> bool:
    try:
        return ctx.configuration.config.telemetry.events == "off"
    except ConfigRefused:
        return False  # a check of its own tells


def _probe(folder: Path) -> float:
    """Seconds that a small file takes to be on the disk. It has no name that could be left behind. Raises OSError."""
    begun_s = time.monotonic()
    with tempfile.TemporaryFile(dir=folder) as file:
        file.write(b"\0" * PROBE_BYTES)
        file.flush()
        os.fsync(file.fileno())
        return time.monotonic() - begun_s


def _existing(folder: Path) -> Path:
    """The folder, or the nearest one above it that is there."""
    folder = folder.absolute()
    return next(each for each in (folder, *folder.parents) if each.is_dir())


def _names(folder: Path, most: int) -> list[str]:
    try:
        with os.scandir(folder) as entries:
            return sorted(entry.name for entry, _ in zip(entries, range(most), strict=False))
    except (FileNotFoundError, NotADirectoryError):
        return []


def _text(path: Path) -> str:
    try:
        with path.open(encoding="utf-8", errors="replace") as file:
            return file.readline(300).strip()
    except OSError:
        return ""


def _changed_s(path: Path) -> float:
    try:
        return path.stat().st_mtime
    except OSError:
        return time.time()


def _size(count: float) -> str:
    """Bytes as people read them.

    >>> _size(512), _size(3 * 1024 * 1024), _size(84_000_000_000)
    ('512 B', '3.0 MiB', '78.2 GiB')
    """
    for unit in ("B", "KiB", "MiB"):
        if count < 1024:
            return f"{count:.0f} B" if unit == "B" else f"{count:.1f} {unit}"
        count /= 1024
    return f"{count:.1f} GiB"
