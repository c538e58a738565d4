"""Performing commands: each is one request in a task of its own, and what comes back is fed as an input.

Journal before act (DESIGN 1.3): a send waits for its event to be durable. An entry that waits too long, or whose
journal died, is voided and says so; protection waits 20 ms at most, then goes (L2). Nothing is retried. Tasks are
bounded, and a request beyond the bound is answered as one that never left.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from typing import TYPE_CHECKING, Any

from hedgectl.core.model.command import (
    Cancel,
    Command,
    Look,
    MeasureClock,
    ReadBrackets,
    ReadInstruments,
    ReadLeverages,
    ReadSnapshot,
    ReadTrades,
    Send,
    SetLeverage,
    SuspectStream,
    Wake,
)
from hedgectl.core.model.input import CancelAnswered, CreateAnswered, CreateVoided, Input, LookedUp, ReadFailed
from hedgectl.core.model.order import Lane, Prepared
from hedgectl.core.model.reply import Fault, FaultKind
from hedgectl.runtime.clock import ExchangeTime
from hedgectl.store.journal import Journal, JournalDead

if TYPE_CHECKING:
    from hedgectl.venue.port import Venue

IN_FLIGHT_MAX = 128
IN_FLIGHT_PROTECT_MAX = 256
PROTECT_WAIT_MS = 20
BUSY = "too many requests in flight"

Feed = Callable[[Input], None]
Probe = Callable[[str], None]


def _nothing() -> str:
    """Nothing bars entries."""
    return ""


class Performer:
    """`feed` takes every answer; `failed` an exception that no venue should raise; `wake` the times of Wake commands,
    `suspect` why the user stream is doubted.

    `probe`, if any, is called with "<request>.before" and "<request>.after" (crash points). `barred`, to be set, says
    why no entry may leave, "" when one may; it is asked at the last moment (R7).
    """

    def __init__(
        self,
        venue: Venue,
        journal: Journal,
        exchange: ExchangeTime,
        symbols: tuple[str, ...],
        feed: Feed,
        failed: Callable[[BaseException], None],
        wake: Callable[[int], None],
        suspect: Callable[[str], None],
        probe: Probe | None,
    ) -> None:
        self._venue = venue
        self._journal = journal
        self._exchange = exchange
        self._symbols = symbols
        self._feed = feed
        self._failed = failed
        self._wake = wake
        self._suspect = suspect
        self._probe = probe
        self.barred: Callable[[], str] = _nothing
        self._tasks: set[asyncio.Task[None]] = set()
        self._quoting: asyncio.Task[None] | None = None

    @property
    def in_flight(self) -> int:
        """Requests that have not been answered, quotes not counted."""
        return len(self._tasks) - (self._quoting is not None)

    def perform(self, command: Command, seq: int, asked_ms: int) -> None:
        """Begin a command of the decision made at `asked_ms` (monotonic), whose last event is `seq`."""
        match command:
            case Wake(mono_ms=mono_ms):
                self._wake(mono_ms)
                return
            case SuspectStream(why=why):
                self._suspect(why)
                return
            case Send(order=Prepared(lane=Lane.PROTECT)) | Cancel(lane=Lane.PROTECT):
                in_flight_max = IN_FLIGHT_PROTECT_MAX
            case _:
                in_flight_max = IN_FLIGHT_MAX
        if len(self._tasks) >= in_flight_max:
            self._feed(_busy(command))
            return
        self._begin(self._work(command, seq, asked_ms))

    def quotes(self) -> None:
        """Ask for the market, unless the last question is still open."""
        if self._quoting is None:
            self._quoting = self._begin(self._read("quotes", self._venue.quotes, self._symbols))

    async def close(self) -> None:
        """Cancel every request and wait until all have ended. What had left is settled after the restart."""
        while self._tasks:
            for task in self._tasks:
                task.cancel()
            await asyncio.wait(self._tasks)

    def sever(self) -> None:
        """Cancel without waiting: the process is gone."""
        for task in self._tasks:
            task.cancel()

    def _begin(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._ended)
        return task

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if task is self._quoting:
            self._quoting = None
        if not task.cancelled() and (failure := task.exception()) is not None:
            self._failed(failure)

    def _work(self, command: Command, seq: int, asked_ms: int) -> Coroutine[Any, Any, None]:
        venue = self._venue
        match command:
            case Send():
                return self._send(command, seq, asked_ms)
            case Cancel():
                return self._cancel(command)
            case Look(client_id=client_id, symbol=symbol, conditional=conditional):
                return self._read("look", venue.look, client_id, symbol, conditional)
            case ReadTrades(symbol=symbol, since_ms=since_ms):
                return self._read("trades", venue.trades, symbol, since_ms)
            case ReadSnapshot():
                return self._read("snapshot", venue.snapshot)
            case ReadInstruments():
                return self._read("instruments", venue.instruments, self._symbols)
            case ReadLeverages():
                return self._read("leverages", venue.leverages, self._symbols)
            case ReadBrackets():
                return self._read("brackets", venue.brackets, self._symbols)
            case SetLeverage():
                return self._set_leverage(command, seq)
            case MeasureClock():
                return self._read("clock", venue.clock)
            case SuspectStream() | Wake():
                raise AssertionError("not a request")

    async def _send(self, command: Send, seq: int, asked_ms: int) -> None:
        order = command.order
        why = ""
        if self._journal.committed_seq < seq:
            why = await self._durable(seq, order.lane is Lane.ENTRY, command.void_after_ms)
        waited_ms = self._exchange.mono_ms() - asked_ms
        if not why and waited_ms > command.void_after_ms:
            why = f"waited {waited_ms} ms, may wait {command.void_after_ms}"
        if not why and order.lane is Lane.ENTRY:
            why = self.barred()
        if why:
            self._feed(CreateVoided(order.client_id, why))
            return
        self._point("send.before")
        handed_ms = self._exchange.now_ms()
        answer = await self._venue.send(order)
        self._point("send.after")
        self._feed(CreateAnswered(order.client_id, answer, handed_ms))

    async def _durable(self, seq: int, entry: bool, void_after_ms: int) -> str:
        """Why the order must not leave, "" when it may."""
        patience_ms = void_after_ms if entry else PROTECT_WAIT_MS
        try:
            async with asyncio.timeout(patience_ms / 1000):
                await self._journal.durable(seq)
        except TimeoutError:
            return f"not durable after {patience_ms} ms" if entry else ""
        except JournalDead as dead:
            return f"the journal is dead: {dead}" if entry else ""
        return ""

    async def _cancel(self, command: Cancel) -> None:
        self._point("cancel.before")
        answer = await self._venue.cancel(command.client_id, command.symbol, command.conditional)
        self._point("cancel.after")
        self._feed(CancelAnswered(command.client_id, answer))

    async def _set_leverage(self, command: SetLeverage, seq: int) -> None:
        symbol, leverage = command.symbol, command.leverage
        why = await self._durable(seq, True, command.void_after_ms)
        if why:
            self._feed(ReadFailed("leverage", symbol, why))
            return
        await self._read("leverage", self._venue.set_leverage, symbol, leverage)

    async def _read(self, name: str, request: Callable[..., Coroutine[Any, Any, Input]], *asked: object) -> None:
        self._point(name + ".before")
        given = await request(*asked)
        self._point(name + ".after")
        self._feed(given)

    def _point(self, name: str) -> None:
        if self._probe is not None:
            self._probe(name)


def _busy(command: Command) -> Input:
    """The answer to a request that was never made."""
    match command:
        case Send(order=order):
            return CreateVoided(order.client_id, BUSY)
        case Cancel(client_id=client_id):
            return CancelAnswered(client_id, Fault(FaultKind.REFUSED, BUSY))
        case Look(client_id=client_id):
            return LookedUp(client_id, None, False, BUSY)
        case ReadTrades(symbol=symbol):
            return ReadFailed("trades", symbol, BUSY)
        case ReadSnapshot():
            return ReadFailed("snapshot", "", BUSY)
        case ReadInstruments():
            return ReadFailed("instruments", "", BUSY)
        case ReadLeverages():
            return ReadFailed("leverages", "", BUSY)
        case ReadBrackets():
            return ReadFailed("brackets", "", BUSY)
        case SetLeverage(symbol=symbol):
            return ReadFailed("leverage", symbol, BUSY)
        case MeasureClock():
            return ReadFailed("clock", "", BUSY)
        case SuspectStream() | Wake():
            raise AssertionError("not a request")
