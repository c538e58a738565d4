"""A venue over the real ccxt class: against the embedded exchange in virtual time, or against scripted answers."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from decimal import Decimal
from random import Random
from typing import Any, TypeVar

import pytest

from hedgectl.core.model.order import Action, Kind, Lane, Leg, Prepared, Purpose, Side
from hedgectl.core.model.reply import Answer, Reply
from hedgectl.runtime.clock import ExchangeTime, VirtualClock
from hedgectl.runtime.loop import VirtualLoop
from hedgectl.sim.box import Box
from hedgectl.sim.exchange import Exchange
from hedgectl.sim.faults.profile import FaultProfile
from hedgectl.sim.market.synthetic import SyntheticFeed
from hedgectl.sim.transport import BoxTransport
from hedgectl.venue.binance import Binance, Notices
from hedgectl.venue.client import open_client
from hedgectl.venue.credentials import Credentials
from hedgectl.venue.environment import Environment
from hedgectl.venue.limits import VenueLimits
from hedgectl.venue.transports.box import InProcess

T = TypeVar("T")
KEY = Credentials("sim", "sim")
SYMBOLS = ("BTCUSDT", "ETHUSDT", "SOLUSDT", "BNBUSDT", "XRPUSDT")


class Script:
    """A transport that answers what a test wrote, in order (the last for ever), and keeps what was asked."""

    def __init__(self, *answers: Answer | Callable[[str, str], Answer]) -> None:
        self.answers = list(answers)
        self.asked: list[tuple[str, str, str]] = []
        self.timeouts_ms: list[int] = []
        self.closed = False

    async def __call__(
        self, method: str, url: str, headers: Mapping[str, str] | None, body: str | None, timeout_ms: int
    ) -> Answer:
        self.asked.append((method, url, body or ""))
        self.timeouts_ms.append(timeout_ms)
        answer = self.answers[0] if len(self.answers) == 1 else self.answers.pop(0)
        return answer(method, url) if callable(answer) else answer

    async def close(self) -> None:
        self.closed = True


class Desk:
    """One venue and what it noticed, on a loop of virtual time."""

    def __init__(self, loop: VirtualLoop, limits: VenueLimits | None = None, offset_ms: int = 0) -> None:
        self.loop = loop
        self.clock = VirtualClock(loop)
        self.exchange_time = ExchangeTime(self.clock)
        self.limits = limits or VenueLimits()
        self.retries: list[tuple[str, int, int, str]] = []
        self.measured: list[Any] = []
        self.noted: list[tuple[str, str]] = []
        self.offset_ms = offset_ms
        self.script = Script()
        self.venue: Binance

    def over(self, transport: Any) -> Desk:
        client = open_client(Environment.SIM, KEY, transport, self.exchange_time.now_ms)
        notices = Notices(
            lambda *event: self.retries.append(event),
            self.measured.append,
            lambda what, name: self.noted.append((what, name)),
        )
        self.venue = Binance(client, self.clock, self.exchange_time, Random(1), self.limits, notices)
        return self

    def scripted(self, *answers: Answer | Callable[[str, str], Answer]) -> Desk:
        self.script = Script(*answers)
        return self.over(self.script)

    def boxed(self, *, hedge: bool = True, profile: FaultProfile | None = None, latency_ms: int = 0) -> Desk:
        start_ms = self.clock.wall_ms() - 1000
        feed = SyntheticFeed(SYMBOLS, seed=1, start_ms=start_ms)
        world = Exchange(feed, seed=1, hedge=hedge, balance=Decimal(100_000), start_ms=start_ms)
        self.box = Box(world, clock_offset_ms=self.offset_ms)
        self.wire = BoxTransport(
            self.box,
            clock=self.clock.wall_ms,
            sleep=self.clock.sleep_ms,
            rng=Random(1),
            profile=profile,
            latency_ms=latency_ms,
        )
        return self.over(InProcess(self.wire))

    def run(self, work: Awaitable[T]) -> T:
        async def whole() -> T:
            return await work

        return self.loop.run_until_complete(whole())

    def prepared(self, **changes: Any) -> Prepared:
        stamp = {"timestamp_ms": self.exchange_time.now_ms()}
        return prepared(**(stamp | changes))


def prepared(**changes: Any) -> Prepared:
    """A market entry of 0.01 BTC, LONG in hedge mode, unless told otherwise."""
    whole: dict[str, Any] = {
        "client_id": "h1-e000001-lfb848c99b9a43ec7866a",
        "intent_id": "k7",
        "correlation_id": "c7",
        "symbol": "BTCUSDT",
        "leg": Leg.LONG,
        "side": Side.BUY,
        "action": Action.OPEN,
        "purpose": Purpose.ENTRY,
        "kind": Kind.MARKET,
        "lane": Lane.ENTRY,
        "position_side": "LONG",
        "reduce_only": None,
        "timestamp_ms": 1_767_225_600_000,
        "recv_window_ms": 2500,
        "quantity": Decimal("0.01"),
    }
    return Prepared(**(whole | changes))


@pytest.fixture
def make_desk():
    """Factory of desks; their loops are closed afterwards."""
    loops: list[VirtualLoop] = []

    def make(**options: Any) -> Desk:
        loops.append(VirtualLoop())
        return Desk(loops[-1], **options)

    yield make
    for loop in loops:
        for task in asyncio.all_tasks(loop):
            task.cancel()
        loop.run_until_complete(asyncio.sleep(0))
        loop.close()


@pytest.fixture
def reply():
    """reply(status, body, **headers) as the transport hands it on."""

    def make(status: int, body: str, **headers: str) -> Reply:
        return Reply(status, body, tuple((name.replace("_", "-").lower(), value) for name, value in headers.items()))

    return make


@pytest.fixture(name="prepared")
def prepared_factory():
    return prepared
