"""The way to the embedded exchange in this process: no socket, no copy of the wire, the same faults as a network."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from hedgectl.core.model.reply import Answer, Fault, FaultKind, Reply
from hedgectl.sim.http import Request, Response
from hedgectl.sim.transport import TransportFault
from hedgectl.venue.transport import BODY_BYTES_MAX, kept_headers

NO_HEADERS: dict[str, str] = {}


class BoxWire(Protocol):
    """What is needed of `hedgectl.sim.transport.BoxTransport`."""

    async def request(self, request: Request, timeout_ms: int) -> Response: ...

    async def close(self) -> None: ...


class InProcess:
    """Carries requests to `wire`; production URLs lose their host on the way."""

    def __init__(self, wire: BoxWire) -> None:
        self._wire = wire

    async def __call__(
        self, method: str, url: str, headers: Mapping[str, str] | None, body: str | None, timeout_ms: int
    ) -> Answer:
        path, _, query = url[url.index("/", 8) :].partition("?")
        try:
            response = await self._wire.request(
                Request(method, path, query, headers or NO_HEADERS, body or ""), timeout_ms
            )
        except TransportFault as fault:
            return Fault(FaultKind(fault.kind.value), str(fault))
        text = response.body[:BODY_BYTES_MAX].decode(errors="replace")
        return Reply(response.status, text, kept_headers(response.headers.items()))

    async def close(self) -> None:
        await self._wire.close()
