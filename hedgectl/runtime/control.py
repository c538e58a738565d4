"""The control socket: how other commands talk to a live `run` (DESIGN "Control"). One JSON object a line, both ways.

Only this user may connect (mode 0600 from the first moment). Requests are bounded in size, connections in number; a
malformed line gets an error and the connection goes on. What a request means is its handler's business.
"""

from __future__ import annotations

import asyncio
import os
import socket
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path

import orjson

from hedgectl.config.private import write_private
from hedgectl.runtime.ask import LINE_BYTES_MAX, Reply, Request, socket_path

CONNECTIONS_MAX = 16
IDLE_S_MAX = 60.0

Handler = Callable[[Request], Awaitable[Reply]]
"""Answers one request; its reply carries "seq", the journal seq that acknowledges it. ValueError: a bad request."""


class ControlBusy(RuntimeError):
    """Somebody listens on this state folder's socket already."""


class Control:
    """Serves `handlers`, named by a request's "do", from `open` to `close`. `runtime` is for too long a `state`."""

    def __init__(self, state: Path, runtime: Path, handlers: Mapping[str, Handler]) -> None:
        self._state = state
        self._runtime = runtime
        self._handlers = handlers
        self._server: asyncio.Server | None = None
        self._connections: set[asyncio.Task[None]] = set()
        self._path: Path | None = None

    async def open(self) -> Path:
        """Listen; returns where. Raises ControlBusy; OSError when no socket can be made."""
        path = socket_path(self._state, self._runtime)
        pointer = self._state / "control.path"
        if path.parent == self._state:
            pointer.unlink(missing_ok=True)
        else:
            write_private(pointer, f"{path}\n".encode())
        self._server = await asyncio.start_unix_server(self._serve, sock=_listening(path), limit=LINE_BYTES_MAX)
        self._path = path
        return path

    async def close(self) -> None:
        """Stop listening, end the connections, remove the socket."""
        if self._server is None or self._path is None:
            return
        self._server.close()
        self._server = None
        for task in self._connections:
            task.cancel()
        if self._connections:
            await asyncio.wait(self._connections)
        self._path.unlink(missing_ok=True)
        (self._state / "control.path").unlink(missing_ok=True)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._connections.add(task)
        try:
            if len(self._connections) > CONNECTIONS_MAX:
                await _write(writer, _refusal("control.busy", f"{CONNECTIONS_MAX} connections are open"))
                return
            await self._converse(reader, writer)
        except (OSError, TimeoutError, asyncio.CancelledError):
            return  # the other side went away or fell silent, or we close
        finally:
            self._connections.discard(task)
            writer.close()

    async def _converse(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while True:
            try:
                async with asyncio.timeout(IDLE_S_MAX):
                    line = await reader.readuntil(b"\n")
            except asyncio.IncompleteReadError:
                return
            except asyncio.LimitOverrunError:
                # Where the next request begins is unknown now, so the connection ends; the server does not.
                await _write(writer, _refusal("control.too_large", f"a request has at most {LINE_BYTES_MAX} bytes"))
                return
            await _write(writer, await self._answer(line))

    async def _answer(self, line: bytes) -> Reply:
        try:
            request = orjson.loads(line)
        except orjson.JSONDecodeError as wrong:
            return _refusal("control.not_json", str(wrong))
        name = request.get("do") if isinstance(request, dict) else None
        handler = self._handlers.get(name) if isinstance(name, str) else None
        if handler is None:
            return _refusal("control.unknown_request", f'"do" is one of {", ".join(sorted(self._handlers))}')
        try:
            return {"ok": True} | await handler(request)
        except ValueError as wrong:
            return _refusal("control.bad_request", str(wrong))


def _listening(path: Path) -> socket.socket:
    """A socket at `path` that only this user may use. A stale file, to which nobody listens, is replaced."""
    if path.exists() and _somebody_listens(path):
        raise ControlBusy(f"{path}: another run listens there")
    path.unlink(missing_ok=True)
    unix = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    before = os.umask(0o177)
    try:
        unix.bind(str(path))
    except OSError:
        unix.close()
        raise
    finally:
        os.umask(before)
    return unix


def _somebody_listens(path: Path) -> bool:
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as unix:
        unix.settimeout(1.0)
        try:
            unix.connect(str(path))
        except (ConnectionRefusedError, FileNotFoundError):
            return False
        except OSError:
            return True  # full or slow: not provably stale
    return True


def _refusal(code: str, why: str) -> Reply:
    return {"ok": False, "code": code, "why": why}


async def _write(writer: asyncio.StreamWriter, reply: Reply) -> None:
    writer.write(orjson.dumps(reply) + b"\n")
    async with asyncio.timeout(IDLE_S_MAX):
        await writer.drain()
