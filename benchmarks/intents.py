"""10,000 market intents through everything: ccxt signing, signature check, matching, user stream, fills, covers, FULL.

Twelve symbols, one intent under way on each: an entry, its cover seen resting, then the close that makes the exchange
withdraw the cover. Once on the virtual loop (5 ms of latency, so that the twelve move in step and share commits) and
once on the real loop (no latency, live journal writer). A life that drops anything fails.
"""

from __future__ import annotations

import asyncio
import gc
import statistics
import sys
import time
from collections.abc import Callable, Sequence
from decimal import Decimal
from pathlib import Path

from _measure import at_least, scratch, told
from _rig import SYMBOLS, Rig, rig

from hedgectl.core.decision import Noted
from hedgectl.core.model import event as ev
from hedgectl.core.model.input import IntentReceived
from hedgectl.core.model.intent import Entry, Exit
from hedgectl.core.model.moment import Moment
from hedgectl.core.model.order import Leg, Side
from hedgectl.runtime.clock import Clock, RealClock
from hedgectl.runtime.loop import run_virtual

FEW, MANY = 1_000, 10_000
GOAL_A_S, FLOOR_A_S, EVEN = 2_000, 1_000, 0.9
LATENCY_MS = 5
ROUNDS = 3
LIFE_S_MAX = 60.0


class Players:
    """One intent under way per symbol, until `total` were handed in."""

    def __init__(self, total: int) -> None:
        self.total, self.given, self.entries, self.filled, self.covered = total, 0, 0, 0, 0
        self.rig: Rig | None = None
        self.done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.wrong = ""

    def begin(self, made: Rig) -> None:
        self.rig = made
        for symbol in SYMBOLS:
            self._enter(symbol)

    def on_notes(self, notes: Sequence[Noted], now: Moment) -> None:
        for noted in notes:
            event = noted.event
            if type(event) is ev.CoverSeen:
                self.covered += 1
                self._hand_in(Exit(f"x{self.given}", event.symbol, Side.SELL, now.exchange_ms, leg=Leg.LONG))
            elif type(event) is ev.IntentDone:
                self._done(event)
            elif type(event) in (ev.IntentRefused, ev.OrderRejected, ev.OrderUnknown, ev.Alert, ev.OrderVoided):
                self._end(f"{event}")

    def _done(self, event: ev.IntentDone) -> None:
        if event.outcome != "filled":
            self._end(f"{event}")
        self.filled += 1
        if self.filled == self.total:
            self._end("")
        elif event.intent_id[0] == "x":
            self._enter(event.symbol)

    def _enter(self, symbol: str) -> None:
        assert self.rig is not None
        if self.entries * 2 >= self.total:
            return
        self.entries += 1
        now_ms = self.rig.exchange.now_ms()
        entry = Entry(f"e{self.given}", symbol, Side.BUY, now_ms, notional_usdt=Decimal(200), leg=Leg.LONG)
        self._hand_in(entry)

    def _hand_in(self, intent: Entry | Exit) -> None:
        assert self.rig is not None
        self.given += 1
        if not self.rig.executor.offer(IntentReceived(intent, "bench")):
            self._end("an intent was not taken")

    def _end(self, wrong: str) -> None:
        self.wrong = self.wrong or wrong
        if not self.done.done():
            self.done.set_result(None)


async def life(clock: Clock, folder: Path, total: int, latency_ms: int) -> float:
    """Intents per second of one life; RuntimeError when anything was lost on the way."""
    players = Players(total)
    async with rig(clock, folder, latency_ms=latency_ms, on_notes=players.on_notes) as made:
        gc.collect()
        begun = time.perf_counter()
        players.begin(made)
        async with asyncio.timeout(LIFE_S_MAX):
            await players.done
            await made.journal.durable(made.journal.last_seq)
        rate = total / (time.perf_counter() - begun)
        flat = not any(each.qty for each in made.world.positions()) and not made.state.durable.positions
        counts = (players.given, players.filled, players.covered * 2)
        if players.wrong or counts != (total, total, total) or not flat:
            raise RuntimeError(f"dropped: {players.wrong or counts}, flat {flat}")
        return rate


def virtual(folder: Path, total: int) -> float:
    return run_virtual(lambda clock: life(clock, folder, total, LATENCY_MS))


def real(folder: Path, total: int) -> float:
    return asyncio.run(life(RealClock(), folder, total, 0))


def measure(name: str, lives: Callable[[Path, int], float], folder: Path) -> None:
    few: list[float] = []
    many: list[float] = []
    even: list[float] = []
    for turn in range(ROUNDS):
        before = lives(folder / f"{name}{turn}a", FEW)
        many.append(lives(folder / f"{name}{turn}b", MANY))
        after = lives(folder / f"{name}{turn}c", FEW)
        few += (before, after)
        even.append(many[-1] / statistics.mean((before, after)))
    at_least(f"{name}: intents a second, {MANY:,}", many, GOAL_A_S, "1/s", FLOOR_A_S)
    told(f"{name}: intents a second, {FEW:,}", f"max {max(few):.4g}  median {statistics.median(few):.4g}")
    at_least(f"{name}: rate at {MANY:,} over rate at {FEW:,}", even, EVEN, "x")


def main() -> None:
    with scratch("intents") as folder:
        for name, lives in (("virtual loop", virtual), ("real loop", real)):
            if len(sys.argv) < 2 or sys.argv[1] in name:
                measure(name, lives, folder)


if __name__ == "__main__":
    main()
