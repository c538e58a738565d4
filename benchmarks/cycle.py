"""CPU of one reconcile cycle over a large account, against ccxt's unified reads of the same bodies.

500 symbols, 200 positions, 600 ordinary and 400 conditional orders. Ours: five signed requests, their bodies from text
to rows, and the whole decision. Theirs: fetch_positions and fetch_open_orders of both kinds, markets loaded, throttler
off. Both in one process, in turns, by process_time. Run: python benchmarks/cycle.py
"""

from __future__ import annotations

import asyncio
import gc
import statistics
import time
from collections.abc import Mapping
from typing import Any

import orjson
from _account import Canned, Size, believing, knowing_nothing, venue_of
from _measure import at_most, told
from ccxt.async_support import binanceusdm

from hedgectl.core.engine import decide
from hedgectl.core.model.input import SnapshotTaken
from hedgectl.core.model.moment import Moment
from hedgectl.core.model.reply import Answer, Reply
from hedgectl.core.state.volatile import State
from hedgectl.venue.binance import Binance
from hedgectl.venue.endpoints import PRIVATE, Endpoint

ROUNDS = 15
GOAL = 0.25
GROWTH_GOAL = 2.2
BRACKETS = Endpoint("leverageBracket", PRIVATE, "GET", 1)


class Reader(binanceusdm):  # type: ignore[misc]
    """The real class; its requests are signed and answered from the same bodies."""

    answers: Mapping[str, Answer]

    async def fetch(self, url: str, method: str = "GET", headers: Any = None, body: Any = None) -> Any:
        reply = self.answers[url.partition("?")[0]]
        assert isinstance(reply, Reply)
        data = self.parse_json(reply.body)
        self.handle_errors(reply.status, "", url, method, {}, reply.body, data, headers, body)
        return data


class Ours:
    """One account, its venue, and the state that the next look is held against."""

    def __init__(self, venue: Binance, canned: Canned, symbols: tuple[str, ...]) -> None:
        self.venue, self.canned, self.symbols = venue, canned, symbols
        self.state: State

    async def seen(self) -> SnapshotTaken:
        found = await self.venue.snapshot()
        assert isinstance(found, SnapshotTaken), found
        return found

    async def spent(self, state: State) -> tuple[float, float]:
        """CPU seconds of a whole cycle, and of its decision alone."""
        begun = time.process_time()
        found = await self.seen()
        read = time.process_time()
        decide(state, found, Moment(found.asked_ms, found.asked_ms, found.asked_ms))
        ended = time.process_time()
        return ended - begun, ended - read


async def made(size: Size) -> Ours:
    venue, canned = venue_of(size)
    info = await venue.instruments(())
    assert hasattr(info, "instruments"), info
    ours = Ours(venue, canned, tuple(each.symbol for each in info.instruments))
    await venue.client.ask(BRACKETS, {}, 4_000)  # ccxt reads them once
    found = await ours.seen()
    counts = (len(ours.symbols), len(found.positions), len(found.orders), len(found.algos))
    assert counts == (size.symbols, size.positions, size.orders, 2 * size.positions), counts
    canned.frozen = True
    ours.state = believing(found, ours.symbols)
    first = decide(ours.state, found, Moment(found.asked_ms, found.asked_ms, found.asked_ms))
    assert not any(each.event.kind.startswith(("position.", "mismatch.")) for each in first.notes), first.notes
    return ours


async def theirs_s(ccxt: Reader, size: Size) -> float:
    begun = time.process_time()
    positions = await ccxt.fetch_positions()
    orders = await ccxt.fetch_open_orders()
    stops = await ccxt.fetch_open_orders(params={"trigger": True})
    spent = time.process_time() - begun
    assert (len(positions), len(orders), len(stops)) == (size.positions, size.orders, 2 * size.positions)
    return spent


def reader(canned: Canned) -> Reader:
    """ccxt as a careful user sets it up, with the markets of the embedded exchange."""
    ccxt = Reader({"apiKey": "sim", "secret": "sim", "enableRateLimit": False})
    ccxt.options["fetchOpenOrders"] = {"warnWithoutSymbol": False}
    ccxt.answers = canned.answers
    info = next(answer for path, answer in canned.answers.items() if path.endswith("/exchangeInfo"))
    assert isinstance(info, Reply)
    ccxt.set_markets(ccxt.parse_markets(orjson.loads(info.body)["symbols"]))
    return ccxt


async def main() -> None:
    size = Size()
    small, large = await made(size), await made(size.times(2))
    ccxt = reader(small.canned)
    whole: list[float] = []
    deciding: list[float] = []
    first: list[float] = []
    growth: list[float] = []
    for _ in range(ROUNDS + 2):
        gc.collect()
        before = await theirs_s(ccxt, size)
        agreed, decided = await small.spent(small.state)
        afresh, _ = await small.spent(knowing_nothing(small.symbols))
        twice, _ = await large.spent(large.state)
        theirs = (before + await theirs_s(ccxt, size)) / 2
        whole.append(agreed / theirs)
        deciding.append(decided / theirs)
        first.append(afresh / theirs)
        growth.append(twice / agreed)
    told("ccxt fetch_positions and fetch_open_orders", f"{theirs * 1000:.1f} ms of CPU")
    at_most("a cycle in which nothing differs, CPU over ccxt's", whole[2:], GOAL, "x")
    told("its decision alone", f"median {statistics.median(deciding[2:]):.3g} x")
    at_most("a first look, of which nothing was known", first[2:], GOAL, "x")
    at_most("an account twice the size", growth[2:], GROWTH_GOAL, "x")
    await ccxt.close()


if __name__ == "__main__":
    asyncio.run(main())
