"""A tiny box that writes down what reaches it, and virtual time: sleepers wake in order, nothing really waits."""

from __future__ import annotations

import asyncio
import heapq
from collections.abc import Callable, Coroutine
from random import Random
from types import SimpleNamespace
from typing import Any

import pytest

from hedgectl.sim.faults.profile import FaultProfile
from hedgectl.sim.http import Request, Response
from hedgectl.sim.transport import BoxTransport

START_MS = 1_700_000_000_000


class FakeTime:
    """now_ms, and sleep(ms) that ends when `run` has nothing else to do."""

    def __init__(self) -> None:
        self.now = START_MS
        self._sleepers: list[tuple[int, int, asyncio.Future[None]]] = []
        self._count = 0
        self.sleeps = 0

    def clock(self) -> int:
        return self.now

    async def sleep(self, ms: int) -> None:
        self._count += 1
        self.sleeps += 1
        future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        heapq.heappush(self._sleepers, (self.now + ms, self._count, future))
        await future

    async def until(self, task: asyncio.Future[Any]) -> Any:
        """Let time pass until `task` is done."""
        while not task.done():
            await self._settle()
            if not task.done():
                assert self._wake_next(), "nothing will ever happen"
        return await task

    async def pass_ms(self, ms: int) -> None:
        end = self.now + ms
        await self._settle()
        while self._sleepers and self._sleepers[0][0] <= end:
            self._wake_next()
            await self._settle()
        self.now = end

    async def _settle(self) -> None:
        for _ in range(6):
            await asyncio.sleep(0)

    def _wake_next(self) -> bool:
        while self._sleepers:
            due, _, future = heapq.heappop(self._sleepers)
            if not future.done():
                self.now = max(self.now, due)
                future.set_result(None)
                return True
        return False


class FakeBox:
    """Answers everything with a counter; lists have as many rows as requests seen."""

    def __init__(self) -> None:
        self.seen: list[tuple[int, Request]] = []
        self.advanced: list[int] = []
        self.clock_offset_ms = 0
        self.visibility = SimpleNamespace(order=0, open_orders=0, algo=0, positions=0, trades=0)
        self.lifted = 0
        self.limits = SimpleNamespace(lift=self._lift)
        self.pushes: list[Callable[[bytes], None]] = []
        self.due: int | None = None
        self.resting: list[object] = []
        self.exchange = SimpleNamespace(
            hands=SimpleNamespace(heal=lambda: None),
            open_orders=lambda symbol: self.resting,
            open_algos=lambda symbol: [],
        )
        self.streams = SimpleNamespace(key="key", close=lambda now_ms: None)

    def handle(self, request: Request, now_ms: int) -> Response:
        self.seen.append((now_ms, request))
        if request.path.endswith("openOrders"):
            rows = ",".join(f'{{"orderId":{i}}}' for i in range(len(self.seen)))
            return Response(200, {}, f"[{rows}]".encode())
        return Response(200, {"X": "1"}, f'{{"orderId":{len(self.seen)},"clientOrderId":"a"}}'.encode())

    def next_ms(self) -> int | None:
        return self.due

    def advance(self, now_ms: int) -> None:
        self.advanced.append(now_ms)

    def subscribe(self, listen_key: str, push: Callable[[bytes], None]) -> Callable[[], None]:
        if listen_key != "key":
            raise KeyError(listen_key)
        self.pushes.append(push)
        return lambda: self.pushes.remove(push)

    def _lift(self) -> None:
        self.lifted += 1


class Stage:
    """A fake box, virtual time and a transport between them."""

    def __init__(self, rates: dict[str, float] | None = None, **options: Any) -> None:
        self.time = FakeTime()
        self.box = options.pop("box", None) or FakeBox()
        self.profile = options.pop("profile", None) or FaultProfile(rates or {})
        seed = options.pop("seed", 1)
        self.way = BoxTransport(
            self.box, clock=self.time.clock, sleep=self.time.sleep, rng=Random(seed), profile=self.profile, **options
        )

    async def ask(self, request: Request, timeout_ms: int = 8000) -> Response:
        reply: Response = await self.time.until(asyncio.ensure_future(self.way.request(request, timeout_ms)))
        return reply

    @property
    def passed_ms(self) -> int:
        return self.time.now - START_MS


@pytest.fixture
def stage() -> Callable[..., Stage]:
    return Stage


@pytest.fixture
def run() -> Callable[[Coroutine[Any, Any, Any]], Any]:
    return asyncio.run


@pytest.fixture
def order() -> Request:
    body = f"symbol=BTCUSDT&side=BUY&type=MARKET&quantity=0.002&recvWindow=2500&timestamp={START_MS}&signature=ab"
    return Request("POST", "/fapi/v1/order", body=body)


@pytest.fixture
def orders() -> Callable[..., Request]:
    """GET openOrders, signed at a time."""

    def make(at: int = START_MS, symbol: str = "BTCUSDT") -> Request:
        return Request("GET", "/fapi/v1/openOrders", f"symbol={symbol}&timestamp={at}&recvWindow=5000&signature={at}")

    return make
