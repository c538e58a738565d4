"""The box on loopback: REST under /fapi, user streams under /ws/<listenKey> and /private/ws?listenKey=.

Loopback only, because the box checks a toy secret. Time is asked of `now_ms`; a task sleeps until the box's next moment
so that the market moves while nobody asks. The only room of the exchange that imports aiohttp.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable

from aiohttp import WSMsgType, web
from aiohttp.http_exceptions import HttpProcessingError

from hedgectl.sim.box import Box
from hedgectl.sim.faults.flight import TransportFault
from hedgectl.sim.http import Request, Response
from hedgectl.sim.streams import TooManyStreams

LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})
REQUEST_BYTES_MAX = 256 * 1024
STREAM_EVENTS_MAX = 4096
DRIVE_MS_MAX = 1000
DRIVE_MS_MIN = 5
SHUTDOWN_S_MAX = 2.0
HEARTBEAT_S = 180.0
POLICY = 1008
GOING_AWAY = 1001

NOISE = (HttpProcessingError, web.RequestPayloadError, ConnectionError)
"""What strangers and broken connections raise in the server. Its log would repeat their bytes, even a key."""

Transport = Callable[[Request], Awaitable[Response]]
Sockets = set[web.WebSocketResponse]


class NotLoopback(ValueError):
    """The exchange in the box serves this machine only."""


def _is_ours(record: logging.LogRecord) -> bool:
    """Whether a line of the server's log tells of a defect of ours: those stay loud."""
    return not (record.exc_info and isinstance(record.exc_info[1], NOISE))


class ServedBox:
    """A box behind a port. `url` has no trailing slash; `close` ends driver, streams and port."""

    def __init__(self, runner: web.AppRunner, sockets: Sockets, host: str, driver: asyncio.Task[None]) -> None:
        self.host = host
        self.port: int = runner.addresses[0][1]
        self._runner = runner
        self._sockets = sockets
        self._driver = driver

    @property
    def url(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"http://{host}:{self.port}"

    async def watch(self) -> None:
        """Return when the box has been closed; raises what broke its driver, so that a dead market is not silent."""
        await asyncio.wait([self._driver])
        if not self._driver.cancelled():
            self._driver.result()

    async def close(self) -> None:
        """Stop driving, close every stream and the port; safe to call twice."""
        self._driver.cancel()
        await asyncio.wait([self._driver])
        for socket in list(self._sockets):
            await socket.close(code=GOING_AWAY, message=b"Exchange closes")
        await self._runner.cleanup()


async def serve(
    box: Box, *, host: str = "127.0.0.1", port: int, now_ms: Callable[[], int], transport: Transport | None = None
) -> ServedBox:
    """Serve `box` on `host`:`port` (0: any free port). `transport` may stand between HTTP and the box; its
    TransportFault drops the connection.

    Raises NotLoopback for a host that other machines can reach, OSError when the port is taken.
    """
    if host not in LOOPBACK:
        raise NotLoopback(f"the embedded exchange serves loopback only, not {host!r}")
    wake = asyncio.Event()
    sockets: Sockets = set()
    stream = _stream_of(box, sockets)
    app = web.Application(client_max_size=REQUEST_BYTES_MAX)
    app.add_routes(
        [
            web.get("/ws/{key}", stream),
            web.get("/private/ws", stream),
            web.route("*", "/{path:.*}", _rest_of(box, now_ms, transport, wake)),
        ]
    )
    log = logging.getLogger(__name__)
    log.addFilter(_is_ours)
    runner = web.AppRunner(app, access_log=None, logger=log, shutdown_timeout=SHUTDOWN_S_MAX)
    await runner.setup()
    try:
        site = web.TCPSite(runner, host, port)
        await site.start()
    except OSError:
        await runner.cleanup()
        raise
    driver = asyncio.create_task(_drive(box, now_ms, wake), name="box driver")
    return ServedBox(runner, sockets, host, driver)


async def _drive(box: Box, now_ms: Callable[[], int], wake: asyncio.Event) -> None:
    """Advance the box in real time; a request wakes it, because it may have set an earlier moment."""
    while True:
        due_ms = box.next_ms()
        wait_ms = DRIVE_MS_MAX if due_ms is None else min(max(due_ms - now_ms(), DRIVE_MS_MIN), DRIVE_MS_MAX)
        with contextlib.suppress(TimeoutError):
            # Not wait_for: on Python 3.11 it swallows a cancellation that meets its own end, and `close` would hang.
            async with asyncio.timeout(wait_ms / 1000):
                await wake.wait()
        wake.clear()
        box.advance(now_ms())


def _rest_of(
    box: Box, now_ms: Callable[[], int], transport: Transport | None, wake: asyncio.Event
) -> Callable[[web.Request], Awaitable[web.Response]]:
    async def rest(http: web.Request) -> web.Response:
        path, _, query = http.raw_path.partition("?")
        body = (await http.read()).decode(errors="replace")
        request = Request(http.method, path, query, http.headers, body)
        try:
            response = box.handle(request, now_ms()) if transport is None else await transport(request)
        except TransportFault:
            if http.transport is not None:
                http.transport.abort()
            raise web.HTTPServiceUnavailable from None
        wake.set()
        return web.Response(status=response.status, headers=response.headers, body=response.body)

    return rest


def _stream_of(box: Box, sockets: Sockets) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
    async def stream(http: web.Request) -> web.StreamResponse:
        key = http.match_info.get("key") or http.query.get("listenKey", "")
        socket = web.WebSocketResponse(heartbeat=HEARTBEAT_S, max_msg_size=REQUEST_BYTES_MAX)
        await socket.prepare(http)
        queue: asyncio.Queue[bytes] = asyncio.Queue(STREAM_EVENTS_MAX)
        slow = asyncio.Event()

        def push(raw: bytes) -> None:
            if queue.full():
                slow.set()
            else:
                queue.put_nowait(raw)

        try:
            stop = box.subscribe(key, push)
        except (KeyError, TooManyStreams):
            await socket.close(code=POLICY, message=b"Invalid listenKey")
            return socket
        sockets.add(socket)
        sender = asyncio.create_task(_send(socket, queue, slow), name="user stream")
        try:
            async for message in socket:
                if message.type is WSMsgType.ERROR:
                    break
        finally:
            stop()
            sockets.discard(socket)
            sender.cancel()
            with contextlib.suppress(asyncio.CancelledError, ConnectionError):
                await sender
        return socket

    return stream


async def _send(socket: web.WebSocketResponse, queue: asyncio.Queue[bytes], slow: asyncio.Event) -> None:
    """Send events as text in order; a listener too slow for its queue is cut off, as the venue does."""
    while not slow.is_set():
        await socket.send_str((await queue.get()).decode())
    await socket.close(code=POLICY, message=b"Too slow")
