"""Asking a live `run`: where its control socket is, and one request over it. Synchronous, for the other commands.

A Unix socket's path may have 108 bytes. A state folder with a longer name keeps its socket in the user's runtime folder
and names it in `state/control.path`.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import socket
from pathlib import Path
from typing import Any

import orjson

LINE_BYTES_MAX = 64 * 1024
PATH_BYTES_MAX = 107  # sun_path is 108 with its final NUL

Request = dict[str, Any]
Reply = dict[str, Any]


def ask(state: Path, request: Request, timeout_s: float) -> Reply:
    """Send one request to the `run` of a state folder and wait for its answer.

    Raises ConnectionError when nobody listens or the answer is cut, TimeoutError when nobody answers in time, and
    ValueError when the answer is none.
    """
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as unix:
        unix.settimeout(timeout_s)
        path = find_socket(state)
        try:
            if len(os.fsencode(path)) > PATH_BYTES_MAX:  # no socket can be there, and no run has named another
                raise FileNotFoundError(path)
            unix.connect(str(path))
        except (FileNotFoundError, NotADirectoryError):
            raise ConnectionRefusedError(f"nothing runs on {state}") from None
        with contextlib.suppress(BrokenPipeError):  # refused before we spoke: its answer can still be read
            unix.sendall(orjson.dumps(request) + b"\n")
        with unix.makefile("rb") as file:
            line = file.readline(LINE_BYTES_MAX + 1)
    if not line.endswith(b"\n"):
        raise ConnectionResetError("the answer was cut")
    reply = orjson.loads(line)
    if not isinstance(reply, dict):
        raise ValueError("the answer is not an object")
    return reply


def find_socket(state: Path) -> Path:
    """Where the socket of a state folder is, whether somebody listens or not."""
    pointer = state / "control.path"
    try:
        return Path(pointer.read_text(encoding="utf-8").strip())
    except (FileNotFoundError, NotADirectoryError):
        return state / "control.sock"


def socket_path(state: Path, runtime: Path) -> Path:
    """Where it has to be. Raises OSError when even the runtime folder's name is too long."""
    path = state / "control.sock"
    if len(os.fsencode(path)) <= PATH_BYTES_MAX:
        return path
    name = hashlib.sha256(os.fsencode(state.resolve())).hexdigest()[:16]
    path = runtime / f"control-{name}.sock"
    if len(os.fsencode(path)) > PATH_BYTES_MAX:
        raise OSError(f"{path}: longer than a socket's name may be ({PATH_BYTES_MAX} bytes)")
    return path
