"""What a flow talks to: the two real ccxt classes and our own venue, all over HTTP; and a served exchange to record.

Requests go to `base`, a port of this machine, below the real classes, which keep the addresses of production. In a
replay nothing listens there: a question that is not on the tape goes nowhere.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from decimal import Decimal
from random import Random
from typing import Any

import aiohttp
import ccxt
import requests
from ccxt.async_support import binanceusdm as AsyncBinance
from yarl import URL

from hedgectl.core.model.reply import Answer
from hedgectl.runtime.clock import VIRTUAL_EPOCH_MS, Clock, ExchangeTime
from hedgectl.sim.box import Box
from hedgectl.sim.exchange import Exchange
from hedgectl.sim.http import Request, Response
from hedgectl.sim.market.synthetic import SyntheticFeed
from hedgectl.sim.server import serve
from hedgectl.venue.binance import Binance
from hedgectl.venue.client import open_client
from hedgectl.venue.credentials import Credentials
from hedgectl.venue.environment import PLACES, Environment
from hedgectl.venue.transports.aiohttp_ import Http

from .tape import SYMBOLS

SEED = 7
STEP_MS = 50
SIM = Credentials("sim", "sim")
VERBS = frozenset(("get", "post", "put", "delete"))
NOWHERE = "http://127.0.0.1:9"
OPTIONS: dict[str, Any] = {"fetchCurrencies": False, "warnWithoutSymbol": False, "recvWindow": 5000}

Call = Callable[..., Awaitable[Any]]


class SteppedClock:
    """Time that moves with each request, and with nothing else: the same questions get the same answers."""

    def __init__(self) -> None:
        self.passed_ms = 0

    def mono_ms(self) -> int:
        return self.passed_ms

    def wall_ms(self) -> int:
        return VIRTUAL_EPOCH_MS + self.passed_ms

    async def sleep_ms(self, ms: int) -> None:
        self.passed_ms += ms


@contextmanager
def served(clock: SteppedClock, *, hedge: bool, weight_limit: int = 2400, key: Credentials = SIM) -> Iterator[str]:
    """The embedded exchange behind a port of its own, as `hedgectl sim serve` does it; its time is `clock`."""
    start_ms = clock.wall_ms()
    feed = SyntheticFeed(SYMBOLS, seed=SEED, start_ms=start_ms)
    world = Exchange(feed, seed=SEED, hedge=hedge, balance=Decimal(10_000), start_ms=start_ms)
    box = Box(world, api_key=key.key, api_secret=key.secret, weight_limit=weight_limit)

    async def stepped(request: Request) -> Response:
        clock.passed_ms += STEP_MS
        return box.handle(request, clock.wall_ms())

    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, name="served box")
    thread.start()
    try:
        opening = serve(box, port=0, now_ms=clock.wall_ms, transport=stepped)
        port = asyncio.run_coroutine_threadsafe(opening, loop).result(10)
        try:
            yield port.url
        finally:
            asyncio.run_coroutine_threadsafe(port.close(), loop).result(10)
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join(10)
        loop.close()


class _Elsewhere(requests.adapters.HTTPAdapter):
    """Takes requests for one base to another."""

    def __init__(self, base: str, to: str) -> None:
        super().__init__()
        self.base, self.to = base, to

    def send(self, request: requests.PreparedRequest, *args: Any, **more: Any) -> requests.Response:
        request.url = (request.url or "").replace(self.base, self.to, 1)
        return super().send(request, *args, **more)


class _Session:
    """An aiohttp session whose requests for one base go to another."""

    def __init__(self, session: aiohttp.ClientSession, base: str, to: str) -> None:
        self.session, self.base, self.to = session, base, to

    def __getattr__(self, name: str) -> Any:
        if name not in VERBS:
            return getattr(self.session, name)

        def ask(url: URL, **more: Any) -> Any:
            there = URL(str(url).replace(self.base, self.to, 1), encoded=True)
            return self.session.request(name.upper(), there, **more)

        return ask


def _opened(made: Any, environment: Environment, key: Credentials, clock: Clock) -> Any:
    made.apiKey, made.secret = key.key, key.secret
    made.enableRateLimit, made.timeout = False, 8000
    made.options |= OPTIONS | {"fetchOpenOrders": {"warnWithoutSymbol": False}}
    made.enable_demo_trading(environment is Environment.DEMO)
    made.milliseconds = clock.wall_ms
    return made


@asynccontextmanager
async def ccxt_sync(environment: Environment, key: Credentials, base: str, clock: Clock) -> Any:
    """The synchronous class, over requests."""
    client = _opened(ccxt.binanceusdm(), environment, key, clock)
    client.session.trust_env = False
    client.session.mount(PLACES[environment].rest, _Elsewhere(PLACES[environment].rest, base))

    async def call(name: str, *args: Any, **more: Any) -> Any:
        return getattr(client, name)(*args, **more)

    try:
        yield call, client
    finally:
        client.session.close()


@asynccontextmanager
async def ccxt_async(environment: Environment, key: Credentials, base: str, clock: Clock) -> Any:
    """The asynchronous class, over aiohttp."""
    async with aiohttp.ClientSession() as session:
        client = _opened(
            AsyncBinance({"session": _Session(session, PLACES[environment].rest, base)}), environment, key, clock
        )

        async def call(name: str, *args: Any, **more: Any) -> Any:
            return await getattr(client, name)(*args, **more)

        try:
            yield call, client
        finally:
            client.session = None
            await client.close()


class InTurn:
    """A transport that carries one request at a time, so that a recording has one order."""

    def __init__(self, http: Http) -> None:
        self._http, self._turn = http, asyncio.Lock()

    async def __call__(
        self, method: str, url: str, headers: Mapping[str, str] | None, body: str | None, timeout_ms: int
    ) -> Answer:
        async with self._turn:
            await asyncio.sleep(0)  # on a tape nothing waits: let the others of this moment queue up, as on a line
            return await self._http(method, url, headers, body, timeout_ms)

    async def close(self) -> None:
        await self._http.close()


@asynccontextmanager
async def ours(environment: Environment, key: Credentials, base: str, clock: Clock) -> Any:
    """Our venue: its client, its transport, its decoders."""
    http = Http(environment) if environment is not Environment.SIM else Http(environment, base)
    time = ExchangeTime(clock)
    client = open_client(environment, key, InTurn(http), time.now_ms)
    venue = Binance(client, clock, time, Random(SEED))
    try:
        yield venue, time
    finally:
        await venue.close()
