"""CPU of an entry, from intent to the request in the transport's hands, against ccxt's unified create_order.

Ours: gates, sizing, events, journal (FULL, its writer thread's time included), ccxt's signing, up to the transport.
Theirs: create_order of the real class with a null fetch, markets loaded, throttler off. Both in one process, in turns,
by process_time (user and system time of all threads). Run: python benchmarks/entry.py
"""

from __future__ import annotations

import asyncio
import gc
import statistics
import time
from collections.abc import Mapping
from typing import Any

import orjson
from _measure import at_most, scratch, told
from _rig import SYMBOLS, Rig, rig
from ccxt.async_support import binanceusdm

from hedgectl.core.model.input import IntentReceived
from hedgectl.core.model.intent import Entry
from hedgectl.core.model.money import dec
from hedgectl.core.model.order import Leg, Side
from hedgectl.core.model.reply import Answer, Fault, FaultKind, Reply
from hedgectl.runtime.clock import RealClock
from hedgectl.venue.transport import Transport

ROUNDS = 15
TOGETHER = 12
ENTRIES = 96
GOAL = 1.0


class Gate:
    """Carries everything to the exchange but new orders: those arrive here, and are held until `release`."""

    def __init__(self, inner: Transport) -> None:
        self._inner = inner
        self.info = ""
        self.wanted = 0
        self.arrived = asyncio.Event()
        self._held: list[asyncio.Future[None]] = []

    async def __call__(
        self, method: str, url: str, headers: Mapping[str, str] | None, body: str | None, timeout_ms: int
    ) -> Answer:
        if method != "POST" or not url.endswith("/order"):
            answer = await self._inner(method, url, headers, body, timeout_ms)
            if url.endswith("/exchangeInfo") and isinstance(answer, Reply):
                self.info = answer.body
            return answer
        self.wanted -= 1
        if not self.wanted:
            self.arrived.set()
        held = asyncio.get_running_loop().create_future()
        self._held.append(held)
        await held
        return Fault(FaultKind.REFUSED)

    def expect(self, count: int) -> None:
        self.wanted = count
        self.arrived.clear()

    def release(self) -> None:
        """Nothing ever left, as far as the executor knows: its intents end, and the next round starts from nothing."""
        held, self._held = self._held, []
        for each in held:
            each.set_result(None)

    async def close(self) -> None:
        await self._inner.close()


class NullFetch(binanceusdm):  # type: ignore[misc]
    """The real class; its requests are signed, and go nowhere."""

    async def fetch(self, url: str, method: str = "GET", headers: Any = None, body: Any = None) -> Any:
        return {}


async def ours_us(made: Rig, gate: Gate, turn: int, together: int) -> tuple[float, float]:
    """CPU per entry, of the process and of the loop's thread alone; `together` are handed in at once, the next ones
    when all of those arrived."""
    now_ms = made.exchange.now_ms()
    entries = [
        Entry(f"{turn}-{together}-{number}", SYMBOLS[number % len(SYMBOLS)], Side.BUY, now_ms,
              notional_usdt=dec(200), leg=Leg.LONG)
        for number in range(ENTRIES)
    ]  # fmt: skip
    spent = alone = 0.0
    for first in range(0, ENTRIES, together):
        gate.expect(together)
        begun, begun_alone = time.process_time(), time.thread_time()
        for entry in entries[first : first + together]:
            made.executor.offer(IntentReceived(entry, "bench"))
        await gate.arrived.wait()
        spent += time.process_time() - begun
        alone += time.thread_time() - begun_alone
        gate.release()
        while made.executor.in_flight:
            await asyncio.sleep(0)
    return spent / ENTRIES * 1e6, alone / ENTRIES * 1e6


async def theirs_us(ccxt: NullFetch, turn: int) -> float:
    """CPU per create_order of the same order."""
    begun = time.process_time()
    for number in range(ENTRIES):
        params = {"newClientOrderId": f"h1-e{turn:06d}-{number:06d}", "positionSide": "LONG"}
        await ccxt.create_order("ETH/USDT:USDT", "market", "buy", 0.074, None, params)
    return (time.process_time() - begun) / ENTRIES * 1e6


def client(info: str) -> NullFetch:
    """ccxt as a careful user sets it up; its markets come from the embedded exchange's own exchangeInfo."""
    made = NullFetch({"apiKey": "sim", "secret": "sim", "enableRateLimit": False})
    made.set_markets(made.parse_markets(orjson.loads(info)["symbols"]))
    return made


async def main() -> None:
    gates: list[Gate] = []

    def around(inner: Transport) -> Gate:
        gates.append(Gate(inner))
        return gates[-1]

    with scratch("entry") as folder:
        async with rig(RealClock(), folder, around=around) as made:
            ccxt, gate = client(gates[0].info), gates[0]
            found: dict[int, list[float]] = {TOGETHER: [], 1: []}
            loops: list[float] = []
            for turn in range(ROUNDS + 2):
                gc.collect()
                before = await theirs_us(ccxt, turn)
                for together, ratios in found.items():
                    spent, alone = await ours_us(made, gate, turn, together)
                    after = await theirs_us(ccxt, turn)
                    ratios.append(spent * 2 / (before + after))
                    if together == TOGETHER:
                        loops.append(alone * 2 / (before + after))
                    before = after
            told("ccxt create_order", f"{before:.0f} us of CPU")
            at_most("entry, 12 at a time, CPU over create_order's", found[TOGETHER][2:], GOAL, "x")
            told("the same without the journal's writer thread", f"median {statistics.median(loops[2:]):.3g} x")
            at_most("entry, one at a time (a commit each)", found[1][2:], GOAL, "x")
            await ccxt.close()


if __name__ == "__main__":
    asyncio.run(main())
