"""The lock: one holder, freed by death, never split by removal, no secret in its name."""

from __future__ import annotations

import os
import signal
import stat
import subprocess
import sys

import platformdirs
import pytest

from hedgectl.store.lock import (
    Holder,
    LockHeld,
    account_lock,
    acquire,
    folder_lock,
    holder_of,
    key_lock,
    runtime_folder,
)

ME = Holder(os.getpid(), "desk-1", "2026-01-01T00:00:00Z", "1.0")


def test_a_second_holder_is_refused_and_told_who_holds_it(tmp_path):
    path = key_lock(tmp_path, "the-key")
    lock = acquire(path, ME)
    with pytest.raises(LockHeld, match="on desk-1 since 2026-01-01") as held:
        acquire(path, ME)
    assert held.value.holder == ME == holder_of(path)
    lock.release()
    lock.release()
    assert path.exists()
    acquire(path, ME).release()


def test_a_killed_holder_frees_it(tmp_path):
    path = folder_lock(tmp_path)
    code = f"""
import time
from pathlib import Path
from hedgectl.store.lock import Holder, acquire
lock = acquire(Path({str(path)!r}), Holder(1, "h", "t", "v"))
print("held", flush=True)
time.sleep(60)
"""
    child = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True)
    with child:
        assert child.stdout.readline() == "held\n"
        with pytest.raises(LockHeld):
            acquire(path, ME)
        os.kill(child.pid, signal.SIGKILL)
    acquire(path, ME).release()


def test_a_child_started_by_exec_does_not_keep_it(tmp_path):
    path = folder_lock(tmp_path)
    lock = acquire(path, ME)
    child = subprocess.Popen(["sleep", "60"], close_fds=False)
    try:
        lock.release()
        acquire(path, ME).release()
    finally:
        child.kill()
        child.wait()


def test_a_file_removed_while_we_lock_does_not_split_the_lock(tmp_path, monkeypatch):
    path = folder_lock(tmp_path)
    opened = os.open
    removed = []

    def racing(name, *rest, **more):
        fd = opened(name, *rest, **more)
        if not removed and name == path:
            removed.append(os.unlink(path))
        return fd

    monkeypatch.setattr(os, "open", racing)
    lock = acquire(path, ME)
    monkeypatch.undo()
    assert removed
    with pytest.raises(LockHeld):
        acquire(path, ME)
    lock.release()


def test_names_tell_key_from_account_and_hold_no_secret(tmp_path):
    names = {key_lock(tmp_path, "k1").name, key_lock(tmp_path, "k2").name, account_lock(tmp_path, "k1").name}
    assert len(names) == 3
    assert not any("k1" in name for name in names)


def test_an_unreadable_holder_is_nobody(tmp_path):
    path = folder_lock(tmp_path)
    lock = acquire(path, ME)
    path.write_text('{"pid": 1}')
    with pytest.raises(LockHeld, match="another process"):
        acquire(path, ME)
    lock.release()


def test_the_runtime_folder_is_private_else_the_state_folder_serves(tmp_path, monkeypatch):
    folder = tmp_path / "run" / "hedgectl"
    monkeypatch.setattr(platformdirs, "user_runtime_path", lambda *_, **__: folder)
    assert runtime_folder(tmp_path) == folder
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    folder.chmod(0o777)
    assert runtime_folder(tmp_path) == tmp_path
    monkeypatch.setattr(platformdirs, "user_runtime_path", lambda *_, **__: tmp_path / "file" / "x")
    (tmp_path / "file").write_text("")
    assert runtime_folder(tmp_path) == tmp_path
