"""Telling a service manager where we are: systemd's notify protocol, one datagram each (sd_notify(3)). No dependency.

Outside a service nothing happens. `environ` is passed in, as everything from outside is.
"""

from __future__ import annotations

import os
import socket
from collections.abc import Mapping

READY = "READY=1"
STOPPING = "STOPPING=1"
WATCHDOG = "WATCHDOG=1"


def notify(state: str, environ: Mapping[str, str]) -> bool:
    """Send one state (`READY`, `STATUS=...`). False when no manager listens."""
    address = environ.get("NOTIFY_SOCKET", "")
    if not address.startswith(("/", "@")):
        return False
    try:
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC | socket.SOCK_NONBLOCK) as unix:
            unix.sendto(state.encode(), "\0" + address[1:] if address[0] == "@" else address)
    except OSError:  # the manager is away or its queue is full: trading does not wait for it
        return False
    return True


def watchdog_ms(environ: Mapping[str, str]) -> int:
    """How often to send `WATCHDOG`: half of what the manager waits, 0 when it does not watch this process."""
    micros, pid = environ.get("WATCHDOG_USEC", ""), environ.get("WATCHDOG_PID", "")
    if not micros.isdecimal() or (pid and pid != str(os.getpid())):
        return 0
    return int(micros) // 2000
