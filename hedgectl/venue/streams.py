"""Where raw user events come from: the box in this process, or a WebSocket (live, demo, or a loopback exchange).

Both push bytes: the in-process one encodes JSON too, so one decoder serves all.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from typing import Protocol

import aiohttp
from aiohttp import WSMsgType

from hedgectl.sim.streams import TooManyStreams
from hedgectl.sim.transport import TransportFault
from hedgectl.venue.credentials import scrub
from hedgectl.venue.environment import PLACES, Environment, loopback_base
from hedgectl.venue.limits import StreamLimits
from hedgectl.venue.port import Alive, Feed, OnGone, Push


class BoxWire(Protocol):
    """What is needed of `hedgectl.sim.transport.BoxTransport`."""

    def subscribe(self, listen_key: str, push: Push) -> Callable[[], None]: ...


class BoxStream:
    """Subscribes in process. Use an instance as a Session's `connect`."""

    def __init__(self, wire: BoxWire) -> None:
        self._wire = wire

    async def __call__(self, listen_key: str, push: Push, alive: Alive, gone: OnGone) -> Feed | str:
        try:
            return _BoxFeed(self._wire.subscribe(listen_key, push))
        except KeyError:
            return "the listen key is not alive"
        except (TransportFault, TooManyStreams) as fault:
            return scrub(f"no stream: {type(fault).__name__}")


class _BoxFeed:
    def __init__(self, stop: Callable[[], None]) -> None:
        self._stop = stop

    async def close(self) -> None:
        self._stop()


class WebSocketStream:
    """Subscribes by WebSocket. Answered heartbeats are signs of life, so that a quiet account is not "silent".

    A socket is pinged when it was quiet for half of `heartbeat_ms`, and gone when the other half stays quiet too.
    """

    def __init__(self, environment: Environment, limits: StreamLimits, sim_url: str | None = None) -> None:
        self._base = stream_base(environment, sim_url)
        self._limits = limits

    async def __call__(self, listen_key: str, push: Push, alive: Alive, gone: OnGone) -> Feed | str:
        session = aiohttp.ClientSession()
        try:
            socket = await session.ws_connect(
                f"{self._base}{listen_key}",
                autoping=False,
                max_msg_size=self._limits.message_bytes_max,
                timeout=aiohttp.ClientWSTimeout(ws_close=2.0),
            )
        except (aiohttp.ClientError, TimeoutError, OSError) as fault:
            await session.close()
            return scrub(f"no stream: {type(fault).__name__}: {fault}")
        except BaseException:  # a defect, or the end of the run: the session does not outlive it
            await session.close()
            raise
        return _SocketFeed(session, socket, push, alive, gone, self._limits.heartbeat_ms)


class _SocketFeed:
    """Reads one socket in a task of its own, and pings it."""

    def __init__(
        self,
        session: aiohttp.ClientSession,
        socket: aiohttp.ClientWebSocketResponse,
        push: Push,
        alive: Alive,
        gone: OnGone,
        heartbeat_ms: int,
    ) -> None:
        self._session, self._socket = session, socket
        self._push, self._alive, self._gone = push, alive, gone
        self._heartbeat_s = heartbeat_ms / 1000
        self._task = asyncio.create_task(self._read())

    async def close(self) -> None:
        self._task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await self._task
        await self._socket.close()
        await self._session.close()

    async def _read(self) -> None:
        """Events, pings and pongs until the socket ends or a ping stays unanswered."""
        pinged = False
        while True:
            try:
                message = await self._socket.receive(self._heartbeat_s / 2)
            except TimeoutError:
                if pinged:
                    return self._gone("heartbeat unanswered")
                pinged = True
                if not await self._say(self._socket.ping()):
                    return self._gone("disconnected before a ping")
                continue
            pinged = False
            match message.type:
                case WSMsgType.TEXT:
                    self._push(message.data.encode())
                case WSMsgType.BINARY:
                    self._push(message.data)
                case WSMsgType.PING:
                    await self._say(self._socket.pong(message.data))
                    self._alive()
                case WSMsgType.PONG:
                    self._alive()
                case _:
                    return self._gone(f"disconnected: close code {self._socket.close_code}")

    async def _say(self, saying: Awaitable[None]) -> bool:
        """Whether a control frame could be sent."""
        try:
            await saying
        except (aiohttp.ClientError, OSError):
            return False
        return True


def stream_base(environment: Environment, sim_url: str | None = None) -> str:
    """The URL that a listen key is appended to: production's private form, or a loopback exchange's."""
    if environment is Environment.SIM:
        if sim_url is None:
            raise ValueError("the environment sim streams in process or by --sim-url, never from the production host")
        return loopback_base(sim_url).replace("http://", "ws://", 1) + "/private/ws?listenKey="
    return f"{PLACES[environment].stream}/private/ws?listenKey="
