"""Whole lives in virtual time: the product's own Trader on the embedded exchange, with a story told beside it.

`live` runs one life and hands back what it left; `bench` is the venue alone, over a market that stands still.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Coroutine
from decimal import Decimal
from pathlib import Path
from random import Random
from typing import Any

import pytest

from hedgectl.config.options import RunOptions
from hedgectl.config.sources import load
from hedgectl.core.model.order import Kind, Lane, Leg, Mode, Prepared, Purpose, Side
from hedgectl.core.orders.clientid import client_id
from hedgectl.core.orders.sides import sides
from hedgectl.drill.life import Life
from hedgectl.drill.life import live as live_once
from hedgectl.runtime.assembly import Trader
from hedgectl.runtime.clock import ExchangeTime, VirtualClock
from hedgectl.runtime.loop import run_virtual
from hedgectl.runtime.place import Place
from hedgectl.sim.box import Box
from hedgectl.sim.exchange import Exchange
from hedgectl.sim.faults.profile import FaultProfile
from hedgectl.sim.market.specs import specs_of
from hedgectl.sim.transport import BoxTransport
from hedgectl.venue.binance import Binance
from hedgectl.venue.client import open_client
from hedgectl.venue.credentials import Credentials
from hedgectl.venue.environment import Environment
from hedgectl.venue.transports.box import InProcess

Story = Callable[[Trader], Coroutine[Any, Any, None]]


async def _untold(trader: Trader) -> None:
    """A life beside which nothing happens."""


@pytest.fixture
def live(tmp_path: Path) -> Callable[..., Life]:
    """live(seed=1, mode="hedge", seconds=60, faults=None, story=None, place=None, **flags) -> Life.

    `story(trader)` runs beside the loop, and what it raises ends the life and is raised. `place` may change the Place
    before the run uses it; `flags` are configuration keys with "__" for the dot.
    """
    count = 0

    def run(
        *, seed: int = 1, mode: str = "hedge", seconds: float = 60.0, faults: FaultProfile | None = None,
        story: Story | None = None, place: Callable[[Place], None] | None = None, options: RunOptions | None = None,
        folder: Path | None = None, demo: bool = False, **flags: Any,
    ) -> Life:  # fmt: skip
        nonlocal count
        count += 1
        folder = folder or tmp_path / f"life{count}"
        folder.mkdir(exist_ok=True)
        keys = {name.replace("__", "."): value for name, value in flags.items()}
        keys |= {"box.seed": seed, "box.position_mode": mode, "run.state_dir": str(folder)}
        keys = {"journal.synchronous": "OFF", "risk.positions": "add"} | keys
        options = options or RunOptions(seconds, virtual=True, demo=demo)
        return live_once(load(keys, {}).config, folder, story or _untold, options=options, faults=faults, opened=place)

    return run


class Still:
    """A market that says nothing by itself: tests move it by hand."""

    def __init__(self, *symbols: str) -> None:
        self.specs = specs_of(symbols)

    def next_ms(self) -> int | None:
        return None

    def step(self) -> list[Any]:
        raise AssertionError("a still market has no moves")


class Bench:
    """The real venue over the real box, BTCUSDT at 60,000 / 60,000.1, moved by hand."""

    SYMBOL, PRICE = "BTCUSDT", Decimal(60_000)

    def __init__(self, clock: VirtualClock, mode: Mode) -> None:
        self.clock, self.mode = clock, mode
        self.time = ExchangeTime(clock)
        self.exchange = Exchange(
            Still(self.SYMBOL), seed=1, hedge=mode is Mode.HEDGE, balance=Decimal(100_000), start_ms=clock.wall_ms()
        )
        self.box = Box(self.exchange)
        wire = BoxTransport(self.box, clock=clock.wall_ms, sleep=clock.sleep_ms, rng=Random(1))
        client = open_client(Environment.SIM, Credentials("sim", "sim"), InProcess(wire), self.time.now_ms)
        self.venue = Binance(client, clock, self.time, Random(1))
        self.sent = 0
        self.move(self.PRICE)

    def move(self, price: Decimal) -> None:
        """The market stands at `price` (bid), a tick wide."""
        self.exchange.hands.set_touch(self.SYMBOL, price, price + Decimal("0.1"))

    async def wait(self, ms: int) -> None:
        await self.clock.sleep_ms(ms)
        self.box.advance(self.clock.wall_ms())

    def order(self, kind: Kind, side: Side, leg: Leg, action: Any, **more: Any) -> Prepared:
        """An order with the wire fields that the mode table gives it."""
        self.sent += 1
        wire = sides(self.mode, action, leg)
        return Prepared(
            client_id=client_id(f"k{self.sent}", leg, Purpose.ENTRY), intent_id=f"k{self.sent}", correlation_id="c",
            symbol=self.SYMBOL, leg=leg, side=side, action=action, purpose=Purpose.ENTRY, kind=kind, lane=Lane.ENTRY,
            position_side=wire.position_side, reduce_only=wire.reduce_only, timestamp_ms=self.time.now_ms(),
            recv_window_ms=2_500, **more,
        )  # fmt: skip

    def position(self, leg: Leg) -> Decimal:
        """What the exchange's ledger says of a leg, signed."""
        points = self.exchange.ledger.positions[self.SYMBOL, leg.value if self.mode is Mode.HEDGE else "BOTH"]
        return points.at(-1).qty if len(points) else Decimal(0)


@pytest.fixture
def bench() -> Callable[[Mode, Callable[[Bench], Awaitable[None]]], None]:
    """bench(mode, story): run a story on a bench in virtual time."""

    def run(mode: Mode, story: Callable[[Bench], Awaitable[None]]) -> None:
        async def main(clock: VirtualClock) -> None:
            await story(Bench(clock, mode))

        run_virtual(main)

    return run
