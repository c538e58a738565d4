"""The inbox: a folder into which anybody on this machine drops intents, and from which a run takes them in order.

A file appears whole (written aside, fsynced, renamed) or not at all. A run reads it, journals what came of it, and only
then puts it into `done` or `refused`; a crash in between leads to a second reading, in which every intent has the id it
had before (its own, or one made of the file's name), so the duplicate gate knows it. O1, L1.
"""

from __future__ import annotations

import contextlib
import errno
import hashlib
import os
import stat
from collections.abc import Sequence
from pathlib import Path

import orjson

from hedgectl.config.private import private_folder, write_private
from hedgectl.core.model.input import IntentInvalid, IntentReceived
from hedgectl.intake import codes
from hedgectl.intake.parse import IntakeLimits, parse_intents

INBOX = "inbox"
LISTED_MAX = 10_000
SUFFIXES = (".json", ".jsonl")


def drop(state: Path, raw: bytes, now_ms: int) -> Path:
    """Put a message into the inbox; returns its file. The name sorts by time, and equal content has an equal name, so
    that dropping the same thing twice in one millisecond is dropping it once. Raises OSError."""
    inbox = state / INBOX
    private_folder(inbox)
    name = f"{now_ms:013d}-{hashlib.sha256(raw).hexdigest()[:12]}.json"
    aside = inbox / f".{name}.{os.getpid()}"
    write_private(aside, raw, sync=True)
    aside.replace(inbox / name)
    _fsync_folder(inbox)
    return inbox / name


class Inbox:
    """The inbox of one state folder: `files_max` files a pass; `kept_max` stay in each of `done` and `refused`."""

    def __init__(self, state: Path, *, files_max: int = 64, kept_max: int = 1_000) -> None:
        self._inbox = state / INBOX
        self._files_max = files_max
        self._kept_max = kept_max
        self._taken: dict[str, list[IntentInvalid]] = {}
        self._all_bad: set[str] = set()

    def take(self, now_ms: int, limits: IntakeLimits) -> list[IntentReceived | IntentInvalid]:
        """The intents of the oldest files by name, except those that were taken and are not settled yet. Hidden and
        foreign files stay where they are. Raises OSError when the folder cannot be read."""
        found: list[IntentReceived | IntentInvalid] = []
        for name in [each for each in _names(self._inbox) if each not in self._taken][: self._files_max]:
            given = _read(self._inbox / name, now_ms, limits)
            if given is None:
                continue
            self._taken[name] = bad = [each for each in given if isinstance(each, IntentInvalid)]
            if len(bad) == len(given):
                self._all_bad.add(name)
            found += given
        return found

    @property
    def unsettled(self) -> bool:
        """Whether something was taken that was not put away yet."""
        return bool(self._taken)

    def settle(self) -> None:
        """Move what was taken to `done`, or to `refused` when nothing in it was valid, its reasons beside it. Call it
        once all that was taken is durable in the journal, never before. The oldest beyond `kept_max` are removed."""
        for name, bad in self._taken.items():
            folder = self._inbox / ("refused" if name in self._all_bad else "done")
            private_folder(folder)
            with contextlib.suppress(FileNotFoundError):  # somebody took it back in the meantime
                (self._inbox / name).replace(folder / name)
            if bad:
                write_private(folder / f"{name}.why", _reasons(bad))
            _forget(folder, self._kept_max)
        self._taken.clear()
        self._all_bad.clear()


def _names(inbox: Path) -> list[str]:
    try:
        with os.scandir(inbox) as entries:
            found = [
                entry.name
                for entry, _ in zip(entries, range(LISTED_MAX), strict=False)
                if entry.name.endswith(SUFFIXES) and not entry.name.startswith(".")
            ]
    except FileNotFoundError:
        return []
    return sorted(found)


def _read(path: Path, now_ms: int, limits: IntakeLimits) -> list[IntentReceived | IntentInvalid] | None:
    """What a file holds; None when it has gone."""
    most = limits.bounds.intent_bytes_max * limits.bounds.intents_max
    try:
        raw, stamp = _bytes(path, most + 1)
    except FileNotFoundError:
        return None
    except OSError as wrong:
        hint = "make it a plain file that this user may read"
        return [IntentInvalid("", codes.UNREADABLE, "", wrong.strerror or "", hint, INBOX)]
    return parse_intents(raw, now_ms=now_ms, limits=limits, origin=INBOX, salt=f"{path.name}@{stamp}")


def _bytes(path: Path, most: int) -> tuple[bytes, int]:
    """The bytes and the modification time of a plain file. A link could point anywhere, a pipe could block: refused."""
    descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    with open(descriptor, "rb") as file:
        found = os.fstat(descriptor)
        if not stat.S_ISREG(found.st_mode):
            raise OSError(errno.EINVAL, "not a plain file")
        return file.read(most), found.st_mtime_ns


def _reasons(bad: Sequence[IntentInvalid]) -> bytes:
    return b"\n".join(
        orjson.dumps(
            {
                "intent_id": each.intent_id,
                "code": each.code,
                "field": each.field,
                "found": each.found,
                "hint": each.hint,
            }
        )
        for each in bad
    )


def _forget(folder: Path, kept_max: int) -> None:
    names = sorted(os.listdir(folder))
    surplus = sum(not name.endswith(".why") for name in names) - kept_max
    for name in [name for name in names if not name.endswith(".why")][: max(surplus, 0)]:
        (folder / name).unlink(missing_ok=True)
        (folder / (name + ".why")).unlink(missing_ok=True)


def _fsync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
