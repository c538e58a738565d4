"""A scripted core and a scripted venue for the executor."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from hedgectl.core.decision import Decision, Noted
from hedgectl.core.model.command import Command
from hedgectl.core.model.event import Alert, OrderPrepared
from hedgectl.core.model.input import (
    BracketsTaken,
    ClockMeasured,
    Input,
    LeveragesTaken,
    LeverageTaken,
    LookedUp,
    QuotesTaken,
    ReadFailed,
)
from hedgectl.core.model.moment import Moment
from hedgectl.core.model.order import Action, Kind, Lane, Leg, Prepared, Purpose, Side
from hedgectl.core.model.reply import Reply
from hedgectl.runtime.clock import ExchangeTime, VirtualClock
from hedgectl.runtime.executor import Executor, Pace
from hedgectl.store.journal import Journal


def prepared(client_id: str = "c1", lane: Lane = Lane.ENTRY) -> Prepared:
    return Prepared(
        client_id, "i1", "cor-1", "BTCUSDT", Leg.LONG, Side.BUY, Action.OPEN, Purpose.ENTRY, Kind.MARKET, lane,
        "LONG", None, 1, 2500, quantity=Decimal("0.001"),
    )  # fmt: skip


def noted(what: str = "x") -> Noted:
    return Noted(Alert("code", "BTCUSDT", what, ""), "cor-1", "BTCUSDT")


def sent(order: Prepared) -> Noted:
    return Noted(OrderPrepared(order), order.correlation_id, order.symbol)


@dataclass
class Core:
    """Notes and commands by the type of input; remembers what it saw, and when."""

    script: dict[type, Callable[[Any], tuple[list[Noted], list[Command]]]] = field(default_factory=dict)
    seen: list[tuple[Input, Moment]] = field(default_factory=list)

    def decide(self, state: None, given: Input, now: Moment) -> Decision:
        self.seen.append((given, now))
        notes, commands = self.script.get(type(given), lambda _: ([], []))(given)
        return Decision(list(notes), list(commands), {"mark": Decimal("1.50")} if notes else {})

    def saw(self, kind: type) -> list[Any]:
        return [given for given, _ in self.seen if isinstance(given, kind)]


@dataclass
class Venue:
    """Answers after `lag_ms`; `calls` is (virtual ms, method, argument)."""

    time: VirtualClock
    lag_ms: int = 50
    calls: list[tuple[int, str, Any]] = field(default_factory=list)
    failing: Exception | None = None

    async def _after(self, name: str, argument: Any, answer: Any) -> Any:
        self.calls.append((self.time.mono_ms(), name, argument))
        await self.time.sleep_ms(self.lag_ms)
        if self.failing is not None:
            raise self.failing
        return answer

    async def send(self, order: Prepared) -> Any:
        return await self._after("send", order.client_id, Reply(200, "{}"))

    async def cancel(self, client_id: str, symbol: str, conditional: bool) -> Any:
        return await self._after("cancel", client_id, Reply(200, "{}"))

    async def look(self, client_id: str, symbol: str, conditional: bool) -> Any:
        return await self._after("look", client_id, LookedUp(client_id, None, True))

    async def trades(self, symbol: str, since_ms: int) -> Any:
        return await self._after("trades", symbol, ReadFailed("trades", symbol, "scripted"))

    async def snapshot(self, symbols: Any = None) -> Any:
        return await self._after("snapshot", None, ReadFailed("snapshot", "", "scripted"))

    async def instruments(self, symbols: Any) -> Any:
        return await self._after("instruments", symbols, ReadFailed("instruments", "", "scripted"))

    async def leverages(self, symbols: Any) -> Any:
        return await self._after("leverages", symbols, LeveragesTaken((), 0))

    async def brackets(self, symbols: Any) -> Any:
        return await self._after("brackets", symbols, BracketsTaken(()))

    async def set_leverage(self, symbol: str, leverage: int) -> Any:
        return await self._after("set_leverage", (symbol, leverage), LeverageTaken(symbol, leverage, Reply(200, "{}")))

    async def quotes(self, symbols: Any) -> Any:
        return await self._after("quotes", symbols, QuotesTaken(()))

    async def clock(self) -> Any:
        return await self._after("clock", None, ClockMeasured(250, 10))

    def named(self, name: str) -> list[tuple[int, str, Any]]:
        return [call for call in self.calls if call[1] == name]


def decode(raw: bytes, received_ms: int) -> tuple[Input, ...]:
    """One ReadFailed per word; "?" can't be read."""
    if raw == b"?":
        raise ValueError("no such event")
    return tuple(ReadFailed(word, "", str(received_ms)) for word in raw.decode().split())


class Box:
    """An executor with its scripted neighbours, in virtual time."""

    def __init__(self, clock: VirtualClock, folder: Path, probe: Any = None, pages_max: int | None = None) -> None:
        self.clock = clock
        self.core = Core()
        self.venue = Venue(clock)
        self.journal = Journal(folder / "journal.db", live=False, synchronous="OFF", probe=probe, pages_max=pages_max)
        clock.loop.before_jump = self.journal.commit_inline  # type: ignore[attr-defined]
        self.beats = 0
        self.executor: Executor[None] = Executor(
            None, self.core.decide, self.venue, self.journal, ExchangeTime(clock),
            Pace(("BTCUSDT",), 1_000), decode=decode, heartbeat=self._beat, probe=probe,
        )  # fmt: skip

    def _beat(self) -> None:
        self.beats += 1

    async def live(self, ms: int) -> None:
        """Run for a while, then end in good order."""
        running = asyncio.create_task(self.executor.run())
        await self.clock.sleep_ms(ms)
        await self.executor.close()
        await running
        self.journal.close()


@pytest.fixture
def script() -> Any:
    """Builders for a test's script: prepared orders, notes, and the box itself."""

    class Script:
        box = Box
        order = staticmethod(prepared)
        noted = staticmethod(noted)
        sent = staticmethod(sent)

    return Script
