"""An event loop for virtual time: when nothing is ready it jumps to the next timer, so idle time costs nothing.

One thread, no sockets, no executor: each says so in an error instead of leaking real time into a seeded life.
`before_jump` runs when nothing is ready and before time moves; the journal commits there. Private parts of asyncio that
it rests on (`_ready`, `_run_once`, a handle's `_scheduled`) are the same from 3.11 to 3.13; tests pin them.
"""

from __future__ import annotations

import asyncio
import heapq
import threading
from collections import deque
from collections.abc import Callable, Coroutine
from contextvars import Context
from typing import Any, NoReturn, TypeVar, TypeVarTuple

from hedgectl.runtime.clock import VIRTUAL_EPOCH_MS, VirtualClock

T = TypeVar("T")
Ts = TypeVarTuple("Ts")

TURNS_MAX = 1_000_000
CANCELLED_TIMERS_MIN = 100


class VirtualTimeError(RuntimeError):
    """Something that virtual time cannot do was asked of it, or nothing is left that could ever happen."""


def _refused(name: str) -> Any:
    def refuse(self: VirtualLoop, *args: object, **kwargs: object) -> NoReturn:
        raise VirtualTimeError(f"{name}: virtual time has no threads, sockets, processes or signals")

    return refuse


class VirtualLoop(asyncio.BaseEventLoop):
    """Starts at time 0.0; `now_ms` is the same in whole milliseconds. Equal programs run equally: order and times.

    Timers due at one time run in the order in which they were asked for. Handles and timers are made here, without the
    checks of asyncio's debug mode: a virtual day makes millions of them.
    """

    _ready: deque[asyncio.Handle]
    _timer_cancelled_count: int
    _stopping: bool

    def __init__(self) -> None:
        super().__init__()
        self._now = 0.0
        self.now_ms = 0
        self._turns = 0
        self._timers: list[tuple[float, int, asyncio.TimerHandle]] = []
        self._timers_made = 0
        self.before_jump: Callable[[], None] = _nothing

    def time(self) -> float:
        return self._now

    def call_soon(
        self, callback: Callable[[*Ts], object], *args: *Ts, context: Context | None = None
    ) -> asyncio.Handle:
        handle = asyncio.Handle(callback, args, self, context)
        self._ready.append(handle)
        return handle

    def call_at(
        self, when: float, callback: Callable[[*Ts], object], *args: *Ts, context: Context | None = None
    ) -> asyncio.TimerHandle:
        timer = asyncio.TimerHandle(when, callback, args, self, context)
        timer._scheduled = True  # type: ignore[attr-defined]
        self._timers_made += 1
        heapq.heappush(self._timers, (when, self._timers_made, timer))
        return timer

    def _run_once(self) -> None:
        ready = self._ready
        if not ready and not self._stopping:
            self.before_jump()
            if not ready:
                self._jump()
        self._turns += 1
        if self._turns > TURNS_MAX:
            raise VirtualTimeError(f"{TURNS_MAX} turns without time passing at {self._now:.3f} s: something spins")
        timers = self._timers
        if timers and timers[0][0] <= self._now:
            self._release()
        for _ in range(len(ready)):
            handle = ready.popleft()
            if not handle._cancelled:
                handle._run()

    def _jump(self) -> None:
        """Move time to the next timer that still matters."""
        self._drop_cancelled()
        if not self._timers:
            waiting = sorted(task.get_name() for task in asyncio.all_tasks(self))
            raise VirtualTimeError(f"nothing can ever happen again; waiting: {', '.join(waiting) or 'nobody'}")
        due = self._timers[0][0]
        if due > self._now:
            self._now, self.now_ms = due, round(due * 1000)
        self._turns = 0

    def _release(self) -> None:
        """Make every timer that is due ready."""
        timers, now = self._timers, self._now
        while timers and timers[0][0] <= now:
            timer = heapq.heappop(timers)[2]
            timer._scheduled = False  # type: ignore[attr-defined]
            if timer._cancelled:
                self._timer_cancelled_count -= 1
            else:
                self._ready.append(timer)

    def _drop_cancelled(self) -> None:
        timers = self._timers
        if self._timer_cancelled_count > max(CANCELLED_TIMERS_MIN, len(timers) // 2):
            for _, _, timer in timers:
                timer._scheduled = not timer._cancelled  # type: ignore[attr-defined]
            timers[:] = [each for each in timers if not each[2]._cancelled]
            heapq.heapify(timers)
            self._timer_cancelled_count = 0
        while timers and timers[0][2]._cancelled:
            heapq.heappop(timers)[2]._scheduled = False  # type: ignore[attr-defined]
            self._timer_cancelled_count -= 1

    def call_soon_threadsafe(
        self, callback: Callable[[*Ts], object], *args: *Ts, context: Context | None = None
    ) -> asyncio.Handle:
        owner: int | None = self._thread_id  # type: ignore[attr-defined]
        if owner not in (None, threading.get_ident()):
            raise VirtualTimeError("call_soon_threadsafe from another thread: virtual time has one thread")
        return self.call_soon(callback, *args, context=context)

    run_in_executor = _refused("run_in_executor")
    getaddrinfo = _refused("getaddrinfo")
    getnameinfo = _refused("getnameinfo")
    add_reader = _refused("add_reader")
    remove_reader = _refused("remove_reader")
    add_writer = _refused("add_writer")
    remove_writer = _refused("remove_writer")
    sock_recv = _refused("sock_recv")
    sock_sendall = _refused("sock_sendall")
    sock_connect = _refused("sock_connect")
    sock_accept = _refused("sock_accept")
    create_connection = _refused("create_connection")
    create_server = _refused("create_server")
    create_unix_connection = _refused("create_unix_connection")
    create_unix_server = _refused("create_unix_server")
    create_datagram_endpoint = _refused("create_datagram_endpoint")
    connect_read_pipe = _refused("connect_read_pipe")
    connect_write_pipe = _refused("connect_write_pipe")
    subprocess_exec = _refused("subprocess_exec")
    subprocess_shell = _refused("subprocess_shell")
    add_signal_handler = _refused("add_signal_handler")
    remove_signal_handler = _refused("remove_signal_handler")


def _nothing() -> None:
    """No journal to commit."""


def run_virtual(main: Callable[[VirtualClock], Coroutine[Any, Any, T]], epoch_ms: int = VIRTUAL_EPOCH_MS) -> T:
    """Run `main(clock)` to its end in virtual time that starts at `epoch_ms`; `clock.loop` is its VirtualLoop.

    Raises VirtualTimeError when nothing can happen any more; whatever `main` raises otherwise.
    """
    with asyncio.Runner(loop_factory=VirtualLoop) as runner:
        loop = runner.get_loop()
        assert isinstance(loop, VirtualLoop)
        return runner.run(main(VirtualClock(loop, epoch_ms)))
