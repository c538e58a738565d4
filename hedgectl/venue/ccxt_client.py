"""One subclass of the real ccxt class, in every environment: ccxt signs, builds URLs and names errors; we carry.

`ask` hands back the raw answer, which is what decisions are made on (X6); ccxt's own verdict is noted beside it.
`fetch` keeps ccxt's contract, so that its implicit and unified methods work through the same transport. No session, no
throttler, no wall clock, no retries, and no host but the one of the environment.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import orjson
from ccxt.async_support import binanceusdm
from ccxt.base import errors

from hedgectl.core.model.reply import Answer, Fault, FaultKind, Reply
from hedgectl.venue.credentials import without_echo
from hedgectl.venue.endpoints import RESTRICTIONS, Endpoint
from hedgectl.venue.environment import PLACES, Environment, check_host
from hedgectl.venue.rates import Rates
from hedgectl.venue.transport import Transport

PLAIN_QUERY = re.compile(r"[A-Za-z0-9_.\-~/=&]*")
KEPT_URLS = "fapi"
TIMED_OUT = (FaultKind.CONNECT_TIMEOUT, FaultKind.READ_TIMEOUT)
SUSPECT = frozenset(("code", "msg", "success"))
PUBLIC_REQUESTS_MAX = 1024


@dataclass(frozen=True, slots=True)
class Asked:
    """`answer` raw, its body parsed (`data`, None if it is no JSON), and the ccxt class that it would have raised."""

    answer: Answer
    data: Any = None
    noted: str = ""


class Client(binanceusdm):  # type: ignore[misc]
    """Made by `hedgectl.venue.client.open_client` only. `exchange_ms` is the clock that stamps requests."""

    transport: Transport
    exchange_ms: Callable[[], int]
    rates: Rates
    rights: str
    public_requests: dict[tuple[str, str], str]

    def milliseconds(self) -> int:
        """The exchange's time; ccxt's own reads the wall clock."""
        return self.exchange_ms()

    async def ask(self, endpoint: Endpoint, params: Mapping[str, str], timeout_ms: int) -> Asked:
        """One signed request and its raw answer. Raises only what a programmer must fix (an unknown endpoint)."""
        request = self.sign(endpoint.path, endpoint.api, endpoint.method, params)
        return await self.carry(request["method"], request["url"], request["headers"], request["body"], timeout_ms)

    async def ask_public(self, endpoint: Endpoint, symbol: str, timeout_ms: int) -> Asked:
        """As `ask` for an unsigned read of one symbol ("" for all); the same request has the same URL for ever."""
        url = self.public_requests.get((endpoint.path, symbol))
        if url is None:
            params = {"symbol": symbol} if symbol else {}
            url = str(self.sign(endpoint.path, endpoint.api, endpoint.method, params)["url"])
            if len(self.public_requests) < PUBLIC_REQUESTS_MAX:
                self.public_requests[endpoint.path, symbol] = url
        return await self.carry("GET", url, None, None, timeout_ms)

    async def ask_rights(self, timeout_ms: int) -> Asked:
        """What our key may do: signed as any request, asked at the one URL that is not of the futures host."""
        request = self.sign(RESTRICTIONS.path, RESTRICTIONS.api, RESTRICTIONS.method, {})
        url = f"{self.rights}?{str(request['url']).partition('?')[2]}"
        return await self.carry("GET", url, request["headers"], None, timeout_ms)

    async def carry(
        self, method: str, url: str, headers: Mapping[str, str] | None, body: str | None, timeout_ms: int
    ) -> Asked:
        """One request to the transport, its answer read by ccxt's handle_errors."""
        answer = without_echo(await self.transport(method, url, headers, body, timeout_ms), url, headers, body)
        if isinstance(answer, Fault):
            return Asked(answer, None, _class_of(answer))
        self.rates.seen(answer, self.exchange_ms())
        data = _parsed(answer.body)
        try:
            self._judge(answer, data, method, url)
        except errors.BaseError as named:
            return Asked(answer, data, type(named).__name__)
        return Asked(answer, data)

    async def fetch(
        self, url: str, method: str = "GET", headers: Mapping[str, str] | None = None, body: str | None = None
    ) -> Any:
        """ccxt's contract: parsed body, or one of its exceptions."""
        answer = without_echo(await self.transport(method, url, headers, body, self.timeout), url, headers, body)
        if isinstance(answer, Fault):
            kind = errors.RequestTimeout if answer.kind in TIMED_OUT else errors.NetworkError
            raise kind(f"{self.id} {method} {answer.kind.value}")
        self.rates.seen(answer, self.exchange_ms())
        data = _parsed(answer.body)
        self._judge(answer, data, method, url)
        return answer.body if data is None else data

    def _judge(self, reply: Reply, data: Any, method: str, url: str) -> None:
        if reply.status < 400 and (SUSPECT.isdisjoint(data) if type(data) is dict else type(data) is list):
            return  # all that ccxt finds fault with in a 2xx; a batch, whose legs fail one by one, is never asked for
        url = url.partition("?")[0]  # an exception's text must not carry the signature; the error map needs the prefix
        found = data if isinstance(data, dict | list) else None
        self.handle_errors(reply.status, "", url, method, {}, reply.body, found, None, None)
        if reply.status >= 400:
            self.handle_http_status_code(reply.status, "", url, method, reply.body)

    @staticmethod
    def urlencode(params: Mapping[str, Any] = {}, doseq: bool = False, sort: bool = False) -> str:
        """ccxt's result. Parameters that need no quoting, nearly all of ours, skip its copy and per-value quoting."""
        text = "&".join([f"{name}={value}" for name, value in params.items()])
        count = len(params)
        if (
            PLAIN_QUERY.fullmatch(text)
            and text.count("=") == count
            and text.count("&") == count - 1
            and not (True in params.values() or False in params.values())
        ):
            return text
        return str(binanceusdm.urlencode(dict(params), doseq, sort))

    def open(self, lazy: bool = False) -> None:
        """ccxt would open an aiohttp session here; requests leave by `transport`."""

    async def close(self, clean_instance_data: bool = False) -> None:
        await self.transport.close()

    def __repr__(self) -> str:
        return f"Client({self.urls['api']['fapiPrivate']})"


def template(environment: Environment, recv_window_ms: int, timeout_ms: int) -> Client:
    """A client without key, transport or clock, to be copied: ccxt's constructor costs milliseconds."""
    made = Client(
        {
            "enableRateLimit": False,
            "timeout": timeout_ms,
            "options": {
                "fetchCurrencies": False,
                "fetchMargins": False,
                "warnWithoutSymbol": False,
                "fetchOpenOrders": {"warnWithoutSymbol": False},
                "adjustForTimeDifference": False,
                "timeDifference": 0,
                "maxRetriesOnFailure": 0,
                "recvWindow": recv_window_ms,
            },
        }
    )
    # Each request asks whether these are set; what an exchange does not need is not worth the question.
    made.requiredCredentials = {name: True for name, needed in made.requiredCredentials.items() if needed}
    made.enable_demo_trading(environment is Environment.DEMO)
    # Only the futures section stays: no call can reach the spot host, or one whose error map is another.
    made.urls["api"] = {name: url for name, url in made.urls["api"].items() if name.startswith(KEPT_URLS)}
    made.rights = PLACES[environment].rights
    for url in made.urls["api"].values():
        check_host(url, frozenset((PLACES[environment].host,)))
    return made


def _class_of(fault: Fault) -> str:
    return "RequestTimeout" if fault.kind in TIMED_OUT else "NetworkError"


def _parsed(body: str) -> Any:
    try:
        return orjson.loads(body)
    except ValueError:
        return None
