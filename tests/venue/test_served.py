"""The whole way over loopback: real ccxt, real HTTP, a real WebSocket, the embedded exchange behind its port."""

from __future__ import annotations

import asyncio
from decimal import Decimal
from random import Random

from hedgectl.core.model.input import OrderUpdated, SnapshotTaken
from hedgectl.core.orders.outcome import Accepted, classify_create
from hedgectl.runtime.clock import ExchangeTime, RealClock
from hedgectl.sim.box import Box
from hedgectl.sim.exchange import Exchange
from hedgectl.sim.market.synthetic import SyntheticFeed
from hedgectl.sim.server import serve
from hedgectl.venue.binance import Binance
from hedgectl.venue.client import open_client
from hedgectl.venue.credentials import Credentials
from hedgectl.venue.decode import decode_event
from hedgectl.venue.environment import Environment
from hedgectl.venue.limits import StreamLimits
from hedgectl.venue.stream import Session
from hedgectl.venue.streams import WebSocketStream
from hedgectl.venue.transports.aiohttp_ import Http


def test_an_entry_over_http_is_filled_and_the_websocket_brings_its_trade(prepared):
    clock = RealClock()
    start_ms = clock.wall_ms() - 1000
    feed = SyntheticFeed(("BTCUSDT",), seed=1, start_ms=start_ms)
    box = Box(Exchange(feed, seed=1, hedge=True, balance=Decimal(10_000), start_ms=start_ms))

    async def life():
        served = await serve(box, port=0, now_ms=clock.wall_ms)
        time = ExchangeTime(clock)
        client = open_client(Environment.SIM, Credentials("sim", "sim"), Http(Environment.SIM, served.url), time.now_ms)
        venue = Binance(client, clock, time, Random(1))
        limits = StreamLimits()
        session = Session(venue, WebSocketStream(Environment.SIM, limits, served.url), clock, Random(1), limits)
        up, filled = asyncio.Event(), asyncio.Event()

        def on_raw(raw: bytes, at_ms: int) -> None:
            update = decode_event(raw)
            if isinstance(update, OrderUpdated) and update.trade:
                filled.set()

        listening = asyncio.ensure_future(session.run(on_raw, lambda change: up.set() if change.up else None))
        try:
            await asyncio.wait_for(up.wait(), 3)
            order = prepared(timestamp_ms=time.now_ms())
            outcome = classify_create(await venue.send(order), order)
            await asyncio.wait_for(filled.wait(), 3)
            return outcome, await venue.snapshot()
        finally:
            await session.close()
            await listening
            await venue.close()
            await served.close()

    outcome, taken = asyncio.run(life())
    assert isinstance(outcome, Accepted)
    assert isinstance(taken, SnapshotTaken)
    assert [row.quantity for row in taken.positions if row.quantity] == [Decimal("0.01")]
