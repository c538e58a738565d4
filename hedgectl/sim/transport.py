"""The way between a client and the box in one process: latency each way, the drawn faults, and time for the box.

Calls `Box.handle` at the moment a request arrives, raises TransportFault when no reply comes, and delivers a request
that outlives its caller: what is on the wire cannot be taken back. Without latency and faults it is one plain call.
Times are ms of the injected clock; sleeping is injected too, so that the same code runs in virtual time.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from random import Random
from typing import Any, Protocol

from hedgectl.sim.faults.director import Director
from hedgectl.sim.faults.flight import Flight, Kind, TransportFault
from hedgectl.sim.faults.line import StreamLine
from hedgectl.sim.faults.memory import Memory
from hedgectl.sim.faults.profile import FaultProfile
from hedgectl.sim.http import Request, Response

__all__ = ["BoxTransport", "Kind", "TransportFault"]

UNDER_WAY_MAX = 256
DRIVE_MS = 1000
FINE_MS = 10


class DrivenBox(Protocol):
    """What the transport needs of the box."""

    exchange: Any
    clock_offset_ms: int

    def handle(self, request: Request, now_ms: int) -> Response: ...

    def next_ms(self) -> int | None: ...

    def advance(self, now_ms: int) -> None: ...

    def subscribe(self, listen_key: str, push: Callable[[bytes], None]) -> Callable[[], None]: ...


class BoxTransport:
    """A connection to `box`. `latency_ms` is fixed, or (least, most) each way; `profile` None means a calm world.

    A client that restarts on the same box gets a new transport and the `director` of the old one: the world's troubles
    are the world's, and go on.
    """

    def __init__(
        self, box: DrivenBox, *, clock: Callable[[], int], sleep: Callable[[int], Awaitable[None]], rng: Random,
        profile: FaultProfile | None = None, latency_ms: tuple[int, int] | int = 0, drive_ms: int = DRIVE_MS,
        director: Director | None = None,
    ) -> None:  # fmt: skip
        self.box = box
        self.profile = profile or FaultProfile.none()
        self._clock, self._sleep, self._drive_ms = clock, sleep, drive_ms
        self._root = rng.getrandbits(64)
        self._choice, self._detail = Random(f"{self._root}:choice"), Random(f"{self._root}:detail")
        self._latency_ms = _latency(latency_ms, Random(f"{self._root}:latency"))
        self._instant = latency_ms in (0, (0, 0))
        self._memory = Memory()
        self._remembers = "stale_snapshot" in self.profile.rates
        self._under_way: set[asyncio.Task[None]] = set()
        self._lines: dict[int, Callable[[], None]] = {}
        self._line_count = 0
        self._severed = False
        self.director = director or Director(box, self.profile, now_ms=clock(), seed=f"{self._root}:world")

    async def request(self, request: Request, timeout_ms: int) -> Response:
        """The reply to `request`, or TransportFault after at most `timeout_ms`."""
        if self._instant and not self.profile.on_requests and not self._severed:
            return self.box.handle(request, self._clock())
        if self._severed:
            raise TransportFault(Kind.REFUSED, sent=False)
        flight = Flight(
            request, timeout_ms, self._latency_ms(), self._latency_ms(), self._clock(), self.profile.sizes, self._memory
        )
        struck: str | None = None
        if self.profile.on_requests:
            struck = self.profile.strike_request(flight, self._choice, self._detail)
        return await self._fly(flight, struck)

    def subscribe(self, listen_key: str, push: Callable[[bytes], None]) -> Callable[[], None]:
        """The user stream of a key, with latency and stream faults. Returns how to stop. KeyError: no such key."""
        if self._severed:
            raise TransportFault(Kind.REFUSED, sent=False)
        self._line_count += 1
        number = self._line_count
        line = StreamLine(
            push, clock=self._clock, sleep=self._sleep, profile=self.profile, latency_ms=self._latency_ms,
            seed=f"{self._root}:stream:{number}",
        )  # fmt: skip
        stop_box = self.box.subscribe(listen_key, line.take)

        def stop() -> None:
            if self._lines.pop(number, None):
                stop_box()
                line.close()

        self._lines[number] = stop
        return stop

    async def drive(self) -> None:
        """Give the box its time until severed: advance it when something is due.

        While an order rests and somebody listens it wakes for each event, at most every `FINE_MS`; else for none, and
        advances the box once per `drive_ms`.
        """
        while not self._severed:
            now = self._clock()
            self.box.advance(now)
            self.director.act(now)
            coarse_ms = now + self._drive_ms
            due_ms = self.director.next_ms() or coarse_ms
            if self._lines and self._anything_rests():
                due_ms = min(due_ms, max(self.box.next_ms() or coarse_ms, now + FINE_MS))
            await self._sleep(max(1, min(due_ms, coarse_ms) - now))

    def sever(self) -> None:
        """The client is gone: no more requests, no more events. What is on the wire still arrives at the exchange."""
        self._severed = True
        for stop in list(self._lines.values()):
            stop()

    async def close(self) -> None:
        """Sever, and withdraw what is on the wire. A client that was severed before is gone, and withdraws nothing."""
        if self._severed:
            return
        self.sever()
        tasks = list(self._under_way)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _fly(self, flight: Flight, struck: str | None) -> Response:
        timeout_ms, arrives_ms = flight.timeout_ms, flight.out_ms + flight.hold_ms
        if not flight.departs:
            self._count(struck)
            await self._wait(timeout_ms if flight.fault is Kind.CONNECT_TIMEOUT else min(flight.out_ms, timeout_ms))
            raise TransportFault(flight.fault or Kind.REFUSED, sent=False)
        outlives = flight.arrives and arrives_ms > timeout_ms
        if outlives:
            self._deliver_later(flight.request, arrives_ms)
        spent_ms = min(arrives_ms, timeout_ms)
        if spent_ms > 0:
            await self._wait_on_wire(flight, spent_ms, outlives)
        reply = self._handle(flight.request) if flight.arrives and not outlives else None
        fault, back_ms = flight.fault, flight.back_ms
        if outlives or fault is Kind.READ_TIMEOUT or spent_ms + back_ms > timeout_ms:
            fault, back_ms = Kind.READ_TIMEOUT, timeout_ms - spent_ms
        elif fault is None and flight.edit is not None:
            edited = flight.edit(reply)
            struck = None if edited is reply else struck
            reply = edited
        self._count(struck)
        if back_ms > 0:
            await self._sleep(back_ms)
        if fault is not None or reply is None or self._severed:
            raise TransportFault(fault or Kind.RESET, sent=True)
        return reply

    def _handle(self, request: Request) -> Response:
        now = self._clock()
        reply = self.box.handle(request, now)
        if self._remembers:
            self._memory.keep(request, reply, now)
        return reply

    def _anything_rests(self) -> bool:
        exchange = self.box.exchange
        return bool(exchange.open_orders(None) or exchange.open_algos(None))

    def _count(self, struck: str | None) -> None:
        if struck is not None:
            self.profile.fired[struck] += 1

    async def _wait(self, ms: int) -> None:
        if ms > 0:
            await self._sleep(ms)

    async def _wait_on_wire(self, flight: Flight, ms: int, outlives: bool) -> None:
        """Wait until the request arrives; a caller that gives up meanwhile does not stop it."""
        started_ms = self._clock()
        try:
            await self._sleep(ms)
        except asyncio.CancelledError:
            if flight.arrives and not outlives:
                self._deliver_later(flight.request, ms - (self._clock() - started_ms))
            raise

    def _deliver_later(self, request: Request, delay_ms: int) -> None:
        if len(self._under_way) >= UNDER_WAY_MAX:
            self.profile.fired["wire_overflow"] += 1
            return
        task = asyncio.get_running_loop().create_task(self._deliver(request, delay_ms))
        self._under_way.add(task)
        task.add_done_callback(self._under_way.discard)

    async def _deliver(self, request: Request, delay_ms: int) -> None:
        await self._wait(delay_ms)
        self.box.handle(request, self._clock())


def _latency(latency_ms: tuple[int, int] | int, rng: Random) -> Callable[[], int]:
    if isinstance(latency_ms, int):
        return lambda: latency_ms
    least, most = latency_ms
    count = most - least + 1
    bits, draw = count.bit_length(), rng.getrandbits

    def drawn() -> int:
        """`rng.randint(least, most)`, without its questions about types: two draws a request."""
        while (more := draw(bits)) >= count:
            pass
        return least + more

    return drawn
