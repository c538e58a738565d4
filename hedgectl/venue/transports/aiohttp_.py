"""Real HTTP by aiohttp: the allowed hosts, or one loopback exchange in place of them.

What a socket says becomes a FaultKind, precisely: only refused, dns and connect_timeout prove that nothing was sent
(reference 6.2). TLS and certificate errors end before a request is written, so they count as refused.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping

import aiohttp
from yarl import URL

from hedgectl.core.model.reply import Answer, Fault, FaultKind, Reply
from hedgectl.venue.credentials import scrub
from hedgectl.venue.environment import PLACES, Environment, check_host, loopback_base
from hedgectl.venue.transport import BODY_BYTES_MAX, DETAIL_CHARS_MAX, kept_headers

CONNECT_SHARE = 0.5
"""Part of a request's time that its connection may take, so that a slow connect is never mistaken for a slow answer."""

KEEPALIVE_S = 30.0
CONNECTIONS_MAX = 16
CHUNK_BYTES = 64 * 1024


class Http:
    """Requests to the host of `environment`; to `sim_url` (loopback only) in place of it when one is given."""

    def __init__(self, environment: Environment, sim_url: str | None = None) -> None:
        if sim_url is not None and environment is not Environment.SIM:
            raise ValueError(f"--sim-url belongs to the environment sim, not to {environment.value}")
        if sim_url is None and environment is Environment.SIM:
            raise ValueError("the environment sim is reached in process or by --sim-url, never at the production host")
        place = PLACES[environment]
        self._rights = place.rights
        self._to = None if sim_url is None else loopback_base(sim_url)
        self._hosts = frozenset((place.host,))
        self._session: aiohttp.ClientSession | None = None

    async def __call__(
        self, method: str, url: str, headers: Mapping[str, str] | None, body: str | None, timeout_ms: int
    ) -> Answer:
        if not (method == "GET" and self._rights and url.partition("?")[0] == self._rights):
            check_host(url, self._hosts)
        target = URL(url if self._to is None else self._to + url[url.index("/", 8) :], encoded=True)
        total_s = timeout_ms / 1000
        limit = aiohttp.ClientTimeout(total=total_s, connect=total_s * CONNECT_SHARE)
        data = body.encode() if body else None
        try:
            async with self.session.request(
                method, target, headers=headers, data=data, timeout=limit, allow_redirects=False
            ) as response:
                return await _read(response)
        except (aiohttp.ClientError, TimeoutError, OSError) as fault:
            return Fault(fault_kind(fault), scrub(f"{type(fault).__name__}: {fault}")[:DETAIL_CHARS_MAX])

    @property
    def session(self) -> aiohttp.ClientSession:
        """One session, opened at the first use on the running loop."""
        if self._session is None:
            connector = aiohttp.TCPConnector(limit=CONNECTIONS_MAX, keepalive_timeout=KEEPALIVE_S)
            self._session = aiohttp.ClientSession(connector=connector)
        return self._session

    async def close(self) -> None:
        if self._session is not None:
            await self._session.close()
            self._session = None


async def _read(response: aiohttp.ClientResponse) -> Answer:
    """The whole body, bounded: one that passes the limit is a cut one."""
    parts: list[bytes] = []
    size = 0
    async for part in response.content.iter_chunked(CHUNK_BYTES):
        size += len(part)
        if size > BODY_BYTES_MAX:
            response.close()
            return Fault(FaultKind.PAYLOAD_CUT, f"the body passed {BODY_BYTES_MAX} bytes")
        parts.append(part)
    text = b"".join(parts).decode(errors="replace")
    return Reply(response.status, text, kept_headers(response.headers.items()))


def fault_kind(fault: BaseException) -> FaultKind:
    """What an exception of aiohttp or of the socket proves. The default, RESET, proves nothing."""
    match fault:
        case aiohttp.ConnectionTimeoutError():
            return FaultKind.CONNECT_TIMEOUT
        case aiohttp.ClientConnectorDNSError():
            return FaultKind.DNS
        case aiohttp.ClientConnectorError():  # no connection was made; certificate errors are of this class too
            return FaultKind.CONNECT_TIMEOUT if isinstance(fault.os_error, TimeoutError) else FaultKind.REFUSED
        case aiohttp.ClientPayloadError():
            return FaultKind.PAYLOAD_CUT
        case TimeoutError() | asyncio.TimeoutError():
            return FaultKind.READ_TIMEOUT
        case _:
            return FaultKind.RESET
