"""The one unbounded loop: take an input, decide, journal, perform, tell. It decides nothing itself.

Inputs come through one bounded queue. An intent that does not fit is the intake's to hold; a stream event that does not
fit is a gap, and told as one. Answers always fit, since requests are bounded. An input that led to events is journaled
with the volatile values its decision used, in one group with them, so that a crash never leaves half a decision.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Generic, TypeVar

from hedgectl.core.decision import Decision
from hedgectl.core.model.codec import INPUT_KINDS, encode
from hedgectl.core.model.command import MeasureClock
from hedgectl.core.model.input import ClockMeasured, Input, StreamChanged, Tick
from hedgectl.core.model.moment import Moment
from hedgectl.runtime.clock import ExchangeTime
from hedgectl.runtime.observers import Observer, OnNotes
from hedgectl.runtime.perform import Performer, Probe
from hedgectl.runtime.wakes import Wakes
from hedgectl.store.journal import Journal
from hedgectl.store.rows import Row

if TYPE_CHECKING:
    from hedgectl.venue.port import Venue

QUEUE_MAX = 10_000
BURST_MAX = 64
"""Inputs in one turn of the loop: timers and answers get their turn between bursts."""

TICK = Tick()

S = TypeVar("S")


@dataclass(frozen=True, slots=True)
class Pace:
    """What is asked for regularly: quotes of `symbols` each `quotes_every_ms`, 0 for never."""

    symbols: tuple[str, ...]
    quotes_every_ms: int = 1_000


def _nobody(why: str) -> None:
    """There is no user stream to doubt."""


def _always() -> bool:
    return True


class Executor(Generic[S]):
    """Build it inside the running loop; `run` it until `stop`; then `close` it (or `sever` it, as a crash would).

    `decide` applies its events to `state`; `decode` reads one message of the user stream, received at a wall time (ms),
    and raises ValueError when it can't. `heartbeat` is called after each decided Tick (a service's watchdog), `suspect`
    when the user stream kept something back; `may_quote` says whether the rate budget has room to ask for the market.
    """

    def __init__(
        self,
        state: S,
        decide: Callable[[S, Input, Moment], Decision],
        venue: Venue,
        journal: Journal,
        exchange: ExchangeTime,
        pace: Pace,
        *,
        decode: Callable[[bytes, int], Sequence[Input]],
        heartbeat: Callable[[], None] | None = None,
        suspect: Callable[[str], None] = _nobody,
        may_quote: Callable[[], bool] = _always,
        probe: Probe | None = None,
    ) -> None:
        self.state = state
        self.exchange = exchange
        self.observers: list[Observer] = []
        self.handled = 0
        self._decide = decide
        self._decode = decode
        self._journal = journal
        self._clock = clock = exchange.clock
        self._heartbeat = heartbeat
        self._may_quote = may_quote
        self._inputs: deque[Input] = deque()
        self._idle: asyncio.Future[None] | None = None
        self._tick_queued = False
        self._gap = False
        self._ended = False
        self._failure: BaseException | None = None
        self._wakes = Wakes(clock, self._tick)
        self._quotes = Wakes(clock, self._ask_quotes, pace.quotes_every_ms) if pace.quotes_every_ms else None
        self._performer = Performer(
            venue, journal, exchange, pace.symbols, self._accept, self.fail, self._wakes.ask, suspect, probe
        )

    @property
    def in_flight(self) -> int:
        """Requests not yet answered, and inputs not yet decided."""
        return self._performer.in_flight + len(self._inputs)

    @property
    def queued(self) -> int:
        """Inputs not yet decided."""
        return len(self._inputs)

    def observe(self, name: str, on_notes: OnNotes) -> Observer:
        """Tell `on_notes` what is noted from now on."""
        observer = Observer(name, on_notes, self._clock)
        self.observers.append(observer)
        return observer

    def offer(self, given: Input) -> bool:
        """Take an input from outside, in order. False when the queue is full or the executor has ended."""
        if self._ended or len(self._inputs) >= QUEUE_MAX:
            return False
        self._accept(given)
        return True

    def offer_stream(self, raw: bytes, received_ms: int) -> None:
        """Take one message of the user stream. One that can't be read, or does not fit, is a gap."""
        try:
            decoded = self._decode(raw, received_ms)
        except ValueError as wrong:
            decoded = (StreamChanged(False, f"undecodable: {wrong}"), StreamChanged(True, "still connected"))
        for given in decoded:
            if not self.offer(given):
                self._gap = True

    def bar(self, barred: Callable[[], str]) -> None:
        """Ask `barred` right before an entry leaves: why it must not, "" when it may (R7)."""
        self._performer.barred = barred

    async def run(self) -> None:
        """Handle inputs until `stop`. Raises what a request raised, if one did: that is a defect, not an answer."""
        inputs = self._inputs
        self._wakes.start()
        if self._quotes is not None:
            self._quotes.start()
            self._ask_quotes()
        while not self._ended:
            left = BURST_MAX
            while inputs and left:
                left -= 1
                self._handle(inputs.popleft())
            if self._gap and not inputs:
                self._gap = False
                inputs += (StreamChanged(False, "events did not fit the queue"), StreamChanged(True, "read on"))
            if inputs:
                await asyncio.sleep(0)
            elif not self._ended:
                self._idle = asyncio.get_running_loop().create_future()
                await self._idle
                self._idle = None
        if self._failure is not None:
            raise self._failure

    def stop(self) -> None:
        """Let `run` return after the input at hand. What is still queued is dropped: after a restart it is settled."""
        self._ended = True
        self._inputs.clear()
        self._wakes.stop()
        if self._quotes is not None:
            self._quotes.stop()
        if self._idle is not None and not self._idle.done():
            self._idle.set_result(None)

    async def close(self) -> None:
        """End: requests cancelled and awaited, observers told the rest. The journal stays its owner's to close."""
        self.stop()
        await self._performer.close()
        for observer in self.observers:
            observer.flush()

    def sever(self, cause: BaseException | None = None) -> None:
        """Be gone as by kill -9: journal first, then requests, and nothing that still runs can feed or write anything.
        `run` raises `cause`."""
        self._journal.sever()
        self._failure = self._failure or cause
        self.stop()
        self._performer.sever()

    def _accept(self, given: Input) -> None:
        if self._ended:
            return
        self._inputs.append(given)
        if self._idle is not None and not self._idle.done():
            self._idle.set_result(None)

    def fail(self, failure: BaseException) -> None:
        """End, and have `run` raise `failure`: a defect, not an answer."""
        self._failure = self._failure or failure
        self.stop()

    def _tick(self) -> None:
        if stepped_ms := self.exchange.stepped_ms():
            self.exchange.accept_step()
            why = MeasureClock(f"the wall clock stepped by {stepped_ms} ms")
            self._performer.perform(why, self._journal.last_seq, self._clock.mono_ms())
        if not self._tick_queued:
            self._tick_queued = True
            self._accept(TICK)

    def _ask_quotes(self) -> None:
        if self._may_quote():
            self._performer.quotes()

    def _handle(self, given: Input) -> None:
        if type(given) is ClockMeasured:
            self.exchange.measured(given.offset_ms)
        now = self.exchange.moment()
        decision = self._decide(self.state, given, now)
        self.handled += 1
        notes = decision.notes
        if notes:
            self._journal.append(_rows(given, decision, now))
        if decision.commands:
            seq = self._journal.last_seq
            for command in decision.commands:
                self._performer.perform(command, seq, now.mono_ms)
        if notes:
            for observer in self.observers:
                observer.tell(notes, now)
        if given is TICK:
            self._tick_queued = False
            if self._heartbeat is not None:
                self._heartbeat()


def _rows(given: Input, decision: Decision, now: Moment) -> list[Row]:
    """One group: the input with what its decision used, then each event."""
    at_ms, first = now.wall_ms, decision.notes[0]
    body = encode({"given": given, "used": decision.used, "now": now})
    rows: list[Row] = [(at_ms, INPUT_KINDS[type(given)], first.correlation_id, first.symbol, body)]
    for noted in decision.notes:
        event = noted.event
        rows.append((at_ms, event.kind, noted.correlation_id, noted.symbol, encode(event)))
    return rows
