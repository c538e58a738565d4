"""One executor per account: a flock that dies with its process and whose file is never removed (DESIGN "Lock").

Removing a lock file splits it in two, so the file stays, and after locking we check that its name still leads to the
inode we hold. The API key and the account alias appear only as hashes. Children do not inherit it: they are exec'ed.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import stat
import warnings
from dataclasses import asdict, dataclass
from pathlib import Path

import orjson
import platformdirs

from hedgectl.config.private import private_folder

RACES_MAX = 10
_CONTENT_BYTES_MAX = 4096
LOCK_TABLE = Path("/proc/locks")


@dataclass(frozen=True, slots=True)
class Holder:
    """Who holds a lock: what `status` and an error can say about it. `started` is UTC, ISO 8601."""

    pid: int
    host: str
    started: str
    version: str


class LockHeld(RuntimeError):
    """Somebody else holds it; `holder` is None when the file does not say who."""

    def __init__(self, path: Path, holder: Holder | None) -> None:
        who = f"pid {holder.pid} on {holder.host} since {holder.started}" if holder else "another process"
        super().__init__(f"held by {who} ({path})")
        self.path = path
        self.holder = holder


class Lock:
    """A lock that is held until `release`, or until the process ends, however it ends."""

    def __init__(self, path: Path, fd: int) -> None:
        self.path = path
        self._fd = fd

    def release(self) -> None:
        """Let go; the file stays. A second call does nothing."""
        if self._fd >= 0:
            os.close(self._fd)
            self._fd = -1


def key_lock(folder: Path, api_key: str) -> Path:
    """Where the lock of an API key is."""
    return folder / f"key-{_hashed(api_key)}.lock"


def account_lock(folder: Path, alias: str) -> Path:
    """Where the lock of an account is: two keys of one account must not trade at once."""
    return folder / f"account-{_hashed(alias)}.lock"


def folder_lock(state: Path) -> Path:
    """Where the lock of a state folder is: of the embedded exchange, and of its journal's one writer."""
    return state / "run.lock"


def runtime_folder(state: Path) -> Path:
    """The user's runtime folder if it is private and ours, made if need be; else the state folder."""
    try:
        with warnings.catch_warnings():  # without XDG_RUNTIME_DIR it warns, and names a folder that we check ourselves
            warnings.simplefilter("ignore")
            folder = platformdirs.user_runtime_path("hedgectl", appauthor=False)
        private_folder(folder)
        found = folder.stat()
    except OSError:
        return state
    # Another user may have made a shared /tmp folder first; then its locks are not ours to trust.
    private = found.st_uid == os.getuid() and not stat.S_IMODE(found.st_mode) & 0o022
    return folder if private and os.access(folder, os.W_OK) else state


def acquire(path: Path, holder: Holder) -> Lock:
    """Take the lock without waiting. Raises LockHeld; OSError when the folder can't be written."""
    private_folder(path.parent)
    for _ in range(RACES_MAX):
        fd = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
        try:
            fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(fd)
            raise LockHeld(path, holder_of(path)) from None
        except OSError:
            os.close(fd)
            raise
        if _still_named(path, fd):
            _write(fd, holder)
            return Lock(path, fd)
        os.close(fd)
    raise LockHeld(path, holder_of(path))


def held_by(path: Path) -> int | None:
    """The process that holds the lock now, 0 when nobody does, None where this machine has no table of locks.

    Read from /proc/locks: to try the lock would keep a run that starts at that moment from getting it.
    """
    try:
        found = path.stat()
        lines = LOCK_TABLE.read_text(encoding="ascii").splitlines()
    except FileNotFoundError:
        return 0 if LOCK_TABLE.exists() else None
    wrote = holder_of(path)
    for words in (text.split() for text in lines):
        if len(words) < 6 or words[1] != "FLOCK" or not words[4].isdecimal():
            continue
        device, pid = words[5].split(":"), int(words[4])
        here = (int(device[0], 16), int(device[1], 16)) == (os.major(found.st_dev), os.minor(found.st_dev))
        # Layered file systems show another device there than here; then who wrote the file decides.
        if int(device[2]) == found.st_ino and (here or (wrote is not None and wrote.pid == pid)):
            return pid
    return 0


def holder_of(path: Path) -> Holder | None:
    """Who wrote the lock file last (it may be long gone: only `acquire` tells)."""
    try:
        with path.open("rb") as file:
            return Holder(**orjson.loads(file.read(_CONTENT_BYTES_MAX)))
    except (OSError, orjson.JSONDecodeError, TypeError):
        return None


def _still_named(path: Path, fd: int) -> bool:
    try:
        named = os.stat(path)
    except FileNotFoundError:
        return False
    held = os.fstat(fd)
    return (named.st_dev, named.st_ino) == (held.st_dev, held.st_ino)


def _write(fd: int, holder: Holder) -> None:
    os.ftruncate(fd, 0)
    os.pwrite(fd, orjson.dumps(asdict(holder)) + b"\n", 0)


def _hashed(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()[:32]
