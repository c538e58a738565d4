"""Goal: a service manager hears what is true: ready once the account was seen, alive while the loop turns, ending.

A manager is a datagram socket here as everywhere; the run is a real process on the embedded exchange.
"""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from types import SimpleNamespace

import pytest

from hedgectl.runtime.notify import READY, STOPPING, WATCHDOG
from hedgectl.runtime.serving import EXTEND, STARTING, Serving
from hedgectl.screens.view import KillView, PositionView, RunView

ROOT = Path(__file__).parents[2]
VIEW = RunView(0, 0, "sim", "hedge", None, stream_up=True)


@pytest.fixture
def manager(tmp_path):
    """A manager's socket: what it was told so far."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listening:
        listening.bind(str(tmp_path / "notify"))
        listening.settimeout(20)

        def heard():
            listening.setblocking(False)
            found = []
            try:
                while True:
                    found.append(listening.recv(4096).decode())
            except BlockingIOError:
                return found

        yield SimpleNamespace(path=str(tmp_path / "notify"), heard=heard, socket=listening)


class Run:
    """As much of a run as is told about."""

    def __init__(self, manager, **environ):
        self.state = SimpleNamespace(durable=SimpleNamespace(stopping=False), volatile=SimpleNamespace(ready=False))
        self.now_ms = 0
        self.view = VIEW
        environ = {"NOTIFY_SOCKET": manager.path} | environ
        self.serving = Serving(environ, self.state, lambda: self.now_ms, lambda: self.view)
        self.manager = manager

    def tick(self, ms=1_000):
        self.now_ms += ms
        self.serving.tick()
        return self.manager.heard()


def test_before_the_account_was_seen_it_asks_for_time_and_is_not_ready(manager):
    run = Run(manager)
    assert run.tick() == [EXTEND, f"STATUS={STARTING}"]
    assert run.tick() == [EXTEND]
    run.state.volatile.ready = True
    assert run.tick() == [f"{READY}\nSTATUS=GREEN  entries open  0 positions"]
    assert run.tick() == [], "what has not changed is not said again"


def test_what_changes_is_told(manager):
    run = Run(manager)
    run.state.volatile.ready = True
    run.tick()
    bare = PositionView("ETHUSDT", "LONG", 1, 1)
    run.view = RunView(0, 0, "sim", "hedge", None, posture="RED", entries_allowed=False, positions=(bare,))
    assert run.tick() == ["STATUS=RED  entries closed  1 position  NO STOP: ETHUSDT LONG  user stream down"]
    run.view = RunView(0, 0, "sim", "hedge", None, kill=KillView("cancel", "x", "me", 0), stream_up=True)
    assert run.tick() == ["STATUS=GREEN  kill switch cancel  0 positions"]


@pytest.mark.parametrize("patience_s", [2, 10, 30])
def test_the_watchdog_hears_from_each_loop_well_within_its_patience(manager, patience_s):
    run = Run(manager, WATCHDOG_USEC=str(patience_s * 1_000_000))
    gap = longest = 0
    for _ in range(3 * patience_s):
        gap += 1
        if WATCHDOG in run.tick():
            longest, gap = max(longest, gap), 0
    assert 0 < longest <= max(patience_s / 2, 1)


def test_the_end_is_told_once(manager):
    run = Run(manager)
    run.state.volatile.ready = run.state.durable.stopping = True
    assert [each.partition("\n")[0] for each in run.tick()] == [STOPPING]
    run.serving.stopping()
    assert run.tick() == []


def test_without_a_manager_nobody_is_told(tmp_path):
    serving = Serving({}, SimpleNamespace(), int, lambda: VIEW)
    assert not serving.listened
    serving.stopping()


def heard_until(manager, wanted, seconds):
    """What the manager hears until something begins with `wanted`."""
    found, until = [], time.monotonic() + seconds
    while time.monotonic() < until:
        manager.socket.settimeout(max(until - time.monotonic(), 0.01))
        found.append(manager.socket.recv(4096).decode())
        if found[-1].startswith(wanted):
            return found
    raise AssertionError(f"no {wanted} in {found}")


def test_a_real_run_tells_a_real_socket(manager, tmp_path):
    command = [sys.executable, "-m", "hedgectl", "run", "--for", "30s", "-q", "--state-dir", str(tmp_path / "state")]
    environ = {**os.environ, "PYTHONPATH": str(ROOT), "NOTIFY_SOCKET": manager.path, "WATCHDOG_USEC": "2000000"}
    with subprocess.Popen(command, cwd=tmp_path, env=environ, stdout=subprocess.DEVNULL) as run:
        try:
            before = heard_until(manager, READY, 20)
            assert before[-1].startswith(f"{READY}\nSTATUS=GREEN  ")
            assert all(each in (EXTEND, f"STATUS={STARTING}", WATCHDOG) for each in before[:-1])
            heard_until(manager, WATCHDOG, 5)
            run.send_signal(signal.SIGTERM)
            heard_until(manager, STOPPING, 10)
            assert run.wait(15) == 0
        finally:
            run.kill()
