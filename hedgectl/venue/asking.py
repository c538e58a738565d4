"""One read, from endpoint to typed value: signed, retried, checked for shape. What cannot be read is `Failed`."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import TypeVar

from hedgectl.venue.ccxt_client import Asked, Client
from hedgectl.venue.endpoints import TIME, Endpoint
from hedgectl.venue.fields import MALFORMED, integer
from hedgectl.venue.limits import VenueLimits
from hedgectl.venue.retry import Reader, why

T = TypeVar("T")
NO_PARAMS: dict[str, str] = {}


@dataclass(frozen=True, slots=True)
class Failed:
    """A read that gave up: `why` names the endpoint."""

    why: str


@dataclass(slots=True)
class Asking:
    """The client, and the one way in which reads go through it."""

    client: Client
    reader: Reader
    limits: VenueLimits

    async def get(self, endpoint: Endpoint, params: Mapping[str, str], shape: Callable[[Asked], T]) -> T | Failed:
        """`shape` of a signed read's answer."""
        client, timeout_ms = self.client, self.limits.read_timeout_ms
        return await self.shaped(endpoint, lambda: client.ask(endpoint, params, timeout_ms), shape)

    async def get_public(
        self, endpoint: Endpoint, symbol: str, shape: Callable[[Asked], T], *, once: bool = False
    ) -> T | Failed:
        """`shape` of an unsigned read's answer, of one symbol or ("") of all. `once`: it is asked again soon anyway."""
        client, timeout_ms = self.client, self.limits.read_timeout_ms
        if once:
            asked = await self.reader.once(lambda: client.ask_public(endpoint, symbol, timeout_ms))
            return _shaped(endpoint.name, asked, shape)
        return await self.shaped(endpoint, lambda: client.ask_public(endpoint, symbol, timeout_ms), shape)

    async def server_ms(self) -> int:
        """The exchange's time by one question, 0 if it failed."""
        client, timeout_ms = self.client, self.limits.read_timeout_ms
        return server_ms_of(await self.reader.once(lambda: client.ask_public(TIME, "", timeout_ms)))

    async def shaped(
        self, endpoint: Endpoint, ask: Callable[[], Awaitable[Asked]], shape: Callable[[Asked], T]
    ) -> T | Failed:
        """`shape` of what `ask` brings, asked again while that may help."""
        return _shaped(endpoint.name, await self.reader.read(endpoint.name, ask), shape)


def _shaped(name: str, asked: Asked, shape: Callable[[Asked], T]) -> T | Failed:
    if asked.noted or asked.data is None:
        return Failed(f"{name}: {why(asked)}")
    try:
        return shape(asked)
    except MALFORMED as wrong:
        return Failed(f"{name}: malformed, {type(wrong).__name__}: {wrong}")


def server_ms_of(asked: Asked) -> int:
    """serverTime of GET time, 0 when the answer does not say."""
    try:
        return integer(asked.data["serverTime"])
    except MALFORMED:
        return 0
