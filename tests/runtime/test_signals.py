"""Signals: the first asks, the second leaves; service notifications are one datagram or nothing."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import subprocess
import sys

import pytest

from hedgectl.runtime.notify import READY, notify, watchdog_ms
from hedgectl.runtime.signals import asking_to_stop


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_the_first_asks_the_second_leaves_and_the_old_handler_comes_back(number):
    asked, left = [], []

    async def main():
        stopped = asyncio.Event()
        with asking_to_stop(lambda why: (asked.append(why), stopped.set()), left.append):
            os.kill(os.getpid(), number)
            await stopped.wait()
            assert left == []
            os.kill(os.getpid(), signal.SIGTERM)

    before = signal.getsignal(number)
    asyncio.run(main())
    assert asked == [signal.Signals(number).name]
    assert left == [130]
    assert signal.getsignal(number) == before


def test_the_second_signal_ends_a_process_whose_loop_is_stuck():
    code = """
import asyncio, os, signal
from hedgectl.runtime.signals import asking_to_stop
async def main():
    with asking_to_stop(print):
        os.kill(os.getpid(), signal.SIGINT)
        os.kill(os.getpid(), signal.SIGINT)
        while True:
            pass
asyncio.run(main())
"""
    assert subprocess.run([sys.executable, "-c", code], timeout=20).returncode == 130


@pytest.mark.parametrize("abstract", [False, True])
def test_a_notification_is_one_datagram(tmp_path, abstract):
    address = f"\0hedgectl-test-{os.getpid()}" if abstract else str(tmp_path / "notify")
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
        manager.bind(address)
        manager.settimeout(5)
        assert notify(READY, {"NOTIFY_SOCKET": address.replace("\0", "@")})
        assert manager.recv(100) == b"READY=1"


@pytest.mark.parametrize("environ", [{}, {"NOTIFY_SOCKET": ""}, {"NOTIFY_SOCKET": "/no/such/socket"}])
def test_without_a_manager_nothing_is_sent(environ):
    assert not notify(READY, environ)


@pytest.mark.parametrize(
    "environ, every_ms",
    [
        ({}, 0),
        ({"WATCHDOG_USEC": "30000000"}, 15_000),
        ({"WATCHDOG_USEC": "30000000", "WATCHDOG_PID": str(os.getpid())}, 15_000),
        ({"WATCHDOG_USEC": "30000000", "WATCHDOG_PID": "1"}, 0),
        ({"WATCHDOG_USEC": "soon"}, 0),
    ],
)
def test_the_watchdog_is_fed_at_half_its_patience(environ, every_ms):
    assert watchdog_ms(environ) == every_ms
