"""Where a run keeps its state: the account's folder, or a fresh one for each run in the box; and what it left there."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path

from hedgectl import __version__
from hedgectl.config.private import FOLDER_MODE, private_folder
from hedgectl.core.model.codec import decode
from hedgectl.core.model.event import Event, RunStarted
from hedgectl.core.settings import Settings
from hedgectl.core.state.apply import apply
from hedgectl.core.state.durable import Durable
from hedgectl.core.state.index import rebuild
from hedgectl.core.state.used import budget_of
from hedgectl.core.state.volatile import State, fresh_state, tiers_of
from hedgectl.store.lock import Holder, LockHeld, acquire, folder_lock, key_lock, runtime_folder
from hedgectl.store.reader import open_reader
from hedgectl.store.rows import JournalUnusable
from hedgectl.store.state_snapshot import restore

JOURNAL = "journal.db"
RUNS_KEPT_MAX = 50


def holder(wall_ms: int) -> Holder:
    """Who we are, for a lock file."""
    started = datetime.fromtimestamp(wall_ms / 1000, UTC).isoformat(timespec="seconds")
    return Holder(os.getpid(), os.uname().nodename, started, __version__)


@contextmanager
def locked(folder: Path, state_dir: Path, key: str | None, wall_ms: int) -> Iterator[None]:
    """While inside, nobody else writes the journal of `folder`, nor trades with this key. Raises LockHeld, OSError."""
    with ExitStack() as locks:
        locks.callback(acquire(folder_lock(folder), holder(wall_ms)).release)
        if key is not None:
            locks.callback(acquire(key_lock(runtime_folder(state_dir), key), holder(wall_ms)).release)
        yield


def fresh_folder(runs: Path, name: str, wall_ms: int) -> Path:
    """A folder of its own for a run in the box, numbered; the oldest finished ones beyond RUNS_KEPT_MAX go."""
    private_folder(runs)
    known = sorted(each for each in runs.iterdir() if each.name.partition("-")[0].isdigit())
    for each in known[: max(len(known) + 1 - RUNS_KEPT_MAX, 0)]:
        _remove_run(each, wall_ms)
    number = int(known[-1].name.partition("-")[0]) + 1 if known else 1
    while True:
        folder = runs / f"{number:06d}-{name}"
        try:
            folder.mkdir(FOLDER_MODE)
        except FileExistsError:
            number += 1
            continue
        return folder


def _remove_run(folder: Path, wall_ms: int) -> None:
    """Remove a finished run of the box; one that still holds its lock stays."""
    try:
        lock = acquire(folder_lock(folder), holder(wall_ms))
    except (LockHeld, OSError):
        return
    with suppress(OSError):
        for each in folder.iterdir():
            each.unlink()
        folder.rmdir()
    lock.release()


class OtherEnvironment(JournalUnusable):
    """The journal is of another exchange: its positions, its highest NAV and its throttles mean nothing here."""


def check_environment(folder: Path, environment: str) -> None:
    """A journal belongs to one account of one exchange. Raises OtherEnvironment, JournalUnusable."""
    path = folder / JOURNAL
    if not path.is_file():
        return
    with open_reader(path) as reader:
        begun = reader.by_kind(RunStarted.kind, 1)
    known = decode(RunStarted, begun[-1][-1]).environment if begun else environment
    if known != environment:
        raise OtherEnvironment(f"{path} is of {known}, and this is {environment}")


def restored(folder: Path, settings: Settings) -> tuple[State, int]:
    """The state that the journal in `folder` left, or a fresh one; and how many rows had to be read for it."""
    made: list[State] = []

    def state_of(durable: Durable) -> State:
        if not made:
            made.append(fresh_state(settings, budget_of(settings), durable))
        return made[0]

    def fold(durable: Durable, event: Event) -> None:
        apply(state_of(durable), event)

    found = restore(folder, folder / JOURNAL, Durable, Durable, fold)
    state = state_of(found.durable)
    # in the order that a replay will find, however it grew
    state.index = rebuild(state.durable, tiers_of(settings), settings.symbols)
    return state, found.replayed
