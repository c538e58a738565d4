"""The whole executor on an embedded exchange whose order limits do not bite: what `entry` and `intents` measure.

Nothing is replaced: ccxt signs, the exchange checks signatures, matches and pushes JSON events, the journal commits.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from decimal import Decimal
from pathlib import Path
from random import Random

from hedgectl.core.decision import Decision, Noted
from hedgectl.core.engine import decide
from hedgectl.core.model.input import Input, Started
from hedgectl.core.model.moment import Moment
from hedgectl.core.orders.lanes import Budget
from hedgectl.core.settings import Settings
from hedgectl.core.state.volatile import State, fresh_state
from hedgectl.runtime.clock import Clock, ExchangeTime
from hedgectl.runtime.executor import Executor, Pace
from hedgectl.runtime.garbage import collected_rarely
from hedgectl.runtime.loop import VirtualLoop
from hedgectl.sim.box import Box
from hedgectl.sim.exchange import Exchange
from hedgectl.sim.market.feed import Move, Touch
from hedgectl.sim.market.synthetic import SyntheticFeed
from hedgectl.sim.transport import BoxTransport
from hedgectl.store.journal import Journal
from hedgectl.venue.binance import Binance
from hedgectl.venue.client import open_client
from hedgectl.venue.credentials import Credentials
from hedgectl.venue.decode import decode_event
from hedgectl.venue.environment import Environment
from hedgectl.venue.stream import Session
from hedgectl.venue.streams import BoxStream
from hedgectl.venue.transport import Transport
from hedgectl.venue.transports.box import InProcess

UNLIMITED = 1_000_000_000
SYMBOLS = (
    "BTCUSDT", "ETHUSDT", "SOLUSDT", "BNBUSDT", "XRPUSDT", "DOGEUSDT",
    "ADAUSDT", "LINKUSDT", "AVAXUSDT", "LTCUSDT", "NEARUSDT", "SUIUSDT",
)  # fmt: skip
DEPTH = 10_000
READY_S_MAX = 10.0

OnNotes = Callable[[Sequence[Noted], Moment], None]


@dataclass(slots=True)
class Rig:
    """A running executor, its account looked at and its market known."""

    executor: Executor[State]
    state: State
    journal: Journal
    exchange: ExchangeTime
    world: Exchange


class DeepFeed(SyntheticFeed):
    """The synthetic market, deep enough for a hundred orders a second: what we take is gone until it speaks again."""

    def step(self) -> list[Move]:
        return [
            replace(move, bid_qty=move.bid_qty * DEPTH, ask_qty=move.ask_qty * DEPTH) if type(move) is Touch else move
            for move in super().step()
        ]


def _silent(notes: Sequence[Noted], now: Moment) -> None:
    """Nobody listens."""


@asynccontextmanager
async def rig(
    clock: Clock,
    folder: Path,
    *,
    latency_ms: int = 0,
    on_notes: OnNotes = _silent,
    around: Callable[[Transport], Transport] = lambda inner: inner,
) -> AsyncIterator[Rig]:
    """The executor on a fresh exchange. Journal: synchronous FULL; its live writer, or the virtual loop's commits."""
    exchange = ExchangeTime(clock)
    start_ms = clock.wall_ms()
    feed = DeepFeed(SYMBOLS, seed=7, start_ms=start_ms, regime="quiet")
    world = Exchange(feed, seed=7, hedge=True, balance=Decimal(1_000_000), start_ms=start_ms)
    box = Box(world, weight_limit=UNLIMITED, order_limit_10s=UNLIMITED, order_limit_1m=UNLIMITED)
    wire = BoxTransport(box, clock=clock.wall_ms, sleep=clock.sleep_ms, rng=Random(7), latency_ms=latency_ms)
    client = open_client(Environment.SIM, Credentials("sim", "sim"), around(InProcess(wire)), exchange.now_ms)
    venue = Binance(client, clock, exchange, Random(7))
    loop = asyncio.get_running_loop()
    virtual = isinstance(loop, VirtualLoop)
    journal = Journal(folder / "journal.db", live=not virtual, synchronous="FULL")
    if isinstance(loop, VirtualLoop):
        loop.before_jump = journal.commit_inline
    state = fresh_state(Settings(SYMBOLS), Budget())

    def step(state: State, given: Input, now: Moment) -> Decision:
        decision = decide(state, given, now)
        if decision.notes:
            on_notes(decision.notes, now)
        return decision

    def decoded(raw: bytes, received_ms: int) -> Sequence[Input]:
        given = decode_event(raw)
        return () if given is None else (given,)

    executor = Executor(state, step, venue, journal, exchange, Pace(SYMBOLS), decode=decoded)
    session = Session(venue, BoxStream(wire), clock, Random(7))
    executor.offer(Started("bench", "0", "sim", ""))
    tasks = [
        asyncio.create_task(wire.drive()),
        asyncio.create_task(session.run(executor.offer_stream, executor.offer)),
        asyncio.create_task(executor.run()),
    ]
    try:
        async with asyncio.timeout(READY_S_MAX):
            while not (state.volatile.checked and len(state.volatile.quotes) == len(SYMBOLS) and session.up):
                await clock.sleep_ms(10)
        with collected_rarely():
            yield Rig(executor, state, journal, exchange, world)
        if tasks[2].done():
            tasks[2].result()
    finally:
        await executor.close()
        await session.close()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await venue.close()
        journal.close()
