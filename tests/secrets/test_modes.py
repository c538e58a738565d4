"""Goal: what holds an account's data is for its user alone, whatever the umask is, and nothing is served to others."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from hedgectl.commands.app import call
from hedgectl.runtime.ask import ask

from .house import lines
from .test_every_command import until

ROOT = Path(__file__).parents[2]
LIVED = """
run --for 20s --virtual -q
submit --symbol BTCUSDT --side BUY --notional 50
submit {"symbol":1}
kill --mode entries --why test
rearm --why seen
doctor -q
run --once --no-demo -q
archive-logs
submit --symbol BTCUSDT --side BUY --notional 50
"""
STATE = "deep/er/state"
LOOPBACK, LISTENS = "0100007F", "0A"


@pytest.fixture(params=[0o000, 0o077], ids=lambda mask: f"umask {mask:03o}")
def mask(request):
    before = os.umask(request.param)
    yield request.param
    os.umask(before)


def open_to_others(folder):
    """Every file, folder and socket below `folder` that somebody else may read, write or enter."""
    return [
        f"{path.relative_to(folder)} {stat.S_IMODE(path.lstat().st_mode):04o}"
        for path in sorted(folder.rglob("*"))
        if stat.S_IMODE(path.lstat().st_mode) & 0o077
    ]


def test_all_that_is_written_is_for_this_user_alone(mask, folder, monkeypatch):
    monkeypatch.setenv("XDG_RUNTIME_DIR", "/nowhere")
    monkeypatch.setenv("TMPDIR", str(folder / "tmp"))
    (folder / "tmp").mkdir(0o700)
    command = [sys.executable, "-m", "hedgectl", "run", "--no-demo", "-q", "--state-dir", STATE]
    run = subprocess.Popen(command, env=os.environ | {"PYTHONPATH": str(ROOT)})
    try:
        until(lambda: (folder / STATE / "sim.json").exists() and answers(folder / STATE))
        for line in lines(LIVED.replace("run --for", "status\nrun --for", 1)):
            call([*line.split(), "--state-dir", STATE])
        written = {path.name for path in (folder / STATE).rglob("*")}
        assert written >= {"journal.db", "journal.db-wal", "control.sock", "sim.json", "run.lock", "doctor.json"}
        assert "\n".join(open_to_others(folder)) == ""
        assert {host for host, _ in listening(run.pid)} == {LOOPBACK}
    finally:
        run.terminate()
        run.wait(20)
    for line in lines(LIVED):
        call([*line.split(), "--state-dir", STATE])
    os.close(os.open(folder / STATE / "inbox" / "bad.json", os.O_CREAT, 0o600))
    call(["run", "--once", "--no-demo", "-q", "--state-dir", STATE])
    packed = next((folder / "deep" / "er" / "logs" / "archive").glob("2*"))
    assert call(["archive-logs", "--restore", packed.name, "--state-dir", STATE]) == 0
    assert {path.name for path in (folder / STATE / "inbox").rglob("*")} >= {"done", "refused", "bad.json.why"}
    assert "\n".join(open_to_others(folder)) == ""


def listening(pid):
    """(host, port) in the kernel's spelling of every TCP socket on which a process listens."""
    links = {os.readlink(path) for path in Path(f"/proc/{pid}/fd").iterdir() if path.is_symlink()}
    rows = [row.split() for name in ("tcp", "tcp6") for row in Path(f"/proc/net/{name}").read_text().splitlines()[1:]]
    return {tuple(row[1].split(":")) for row in rows if row[3] == LISTENS and f"socket:[{row[9]}]" in links}


def answers(state):
    try:
        return ask(state, {"do": "status"}, 1.0)
    except OSError:
        return None
