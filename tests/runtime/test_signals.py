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
from hedgectl.runtime.signals import Stops


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_the_first_asks_the_second_leaves_and_the_old_handler_comes_back(number):
    asked, left = [], []

    async def main(stops):
        stopped = asyncio.Event()
        stops.tell(lambda why: (asked.append(why), stopped.set()))
        os.kill(os.getpid(), number)
        await stopped.wait()
        assert left == []
        os.kill(os.getpid(), signal.SIGTERM)

    before = signal.getsignal(number)
    with Stops(left.append) as stops:
        asyncio.run(main(stops))
    assert asked == [signal.Signals(number).name]
    assert left == [130]
    assert signal.getsignal(number) == before


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_that_comes_before_the_loop_is_kept_for_it(number):
    asked = []

    async def main(stops):
        stops.tell(asked.append)
        await asyncio.sleep(0)

    with Stops() as stops:
        os.kill(os.getpid(), number)
        asyncio.run(main(stops))
    assert asked == [signal.Signals(number).name]


def test_the_second_signal_ends_a_process_whose_loop_is_stuck():
    code = """
import asyncio, os, signal
from hedgectl.runtime.signals import Stops
async def main(stops):
    stops.tell(print)
    os.kill(os.getpid(), signal.SIGINT)
    os.kill(os.getpid(), signal.SIGINT)
    while True:
        pass
with Stops() as stops:
    asyncio.run(main(stops))
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
