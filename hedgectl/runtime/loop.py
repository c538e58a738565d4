"""An event loop for virtual time: when nothing is ready it jumps to the next timer, so idle time costs nothing.

One thread, no sockets, no executor: each says so in an error instead of leaking real time into a seeded life.
`before_jump` runs when nothing is ready and before time moves; the journal commits there. Private parts of asyncio that
it rests on (`_ready`, `_run_once`, the fields of a handle) are the same from 3.11 to 3.13; tests pin them.
"""

from __future__ import annotations

import asyncio
import heapq
import threading
from collections import deque
from collections.abc import Callable, Coroutine
from contextvars import Context, copy_context
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


class _Soon(asyncio.Handle):
    """A Handle without the questions of asyncio's debug mode: a virtual day makes millions of them."""

    __slots__ = ()

    def __init__(
        self, callback: Callable[..., object], args: tuple[Any, ...], loop: VirtualLoop, context: Context | None
    ) -> None:
        self._callback = callback
        self._args = args
        self._loop = loop
        self._context = copy_context() if context is None else context
        self._cancelled = False
        self._repr = self._source_traceback = None


class VirtualLoop(asyncio.BaseEventLoop):
    """Starts at time 0.0; `now_ms` is the same in whole milliseconds. Equal programs run equally: order and times.

    Timers due at one time run in the order in which they were asked for. A sleep is no timer but the bare future that
    its sleeper awaits: among the ready ones it takes the place that a timer would, and costs half.
    """

    _ready: deque[Any]
    _timer_cancelled_count: int
    _stopping: bool

    def __init__(self) -> None:
        super().__init__()
        self._now = 0.0
        self.now_ms = 0
        self._turns = 0
        self._timers: list[tuple[float, int, asyncio.TimerHandle | asyncio.Future[None]]] = []
        self._timers_made = 0
        self.before_jump: Callable[[], None] = _nothing

    def time(self) -> float:
        return self._now

    def call_soon(
        self, callback: Callable[[*Ts], object], *args: *Ts, context: Context | None = None
    ) -> asyncio.Handle:
        handle = _Soon(callback, args, self, context)
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

    def sleep_until_ms(self, at_ms: int) -> asyncio.Future[None]:
        """A future that is done when `now_ms` is `at_ms`. Cancelling it is told by `sleeper_cancelled`."""
        sleeper: asyncio.Future[None] = asyncio.Future(loop=self)
        self._timers_made += 1
        # Due at a whole millisecond: a day of one-second sleeps must not gather rounding errors.
        heapq.heappush(self._timers, (at_ms / 1000, self._timers_made, sleeper))
        return sleeper

    def sleeper_cancelled(self) -> None:
        self._timer_cancelled_count += 1

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
            due = ready.popleft()
            if type(due) is asyncio.Future:
                if not due.done():
                    due.set_result(None)
            elif not due._cancelled:
                try:
                    due._context.run(due._callback, *due._args)
                except (SystemExit, KeyboardInterrupt):
                    raise
                except BaseException as wrong:
                    what = f"Exception in callback {due._callback!r}"
                    self.call_exception_handler({"message": what, "exception": wrong, "handle": due})

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
        timers, now, ready = self._timers, self._now, self._ready
        while timers and timers[0][0] <= now:
            ready.append(heapq.heappop(timers)[2])

    def _drop_cancelled(self) -> None:
        """None of them may be jumped to; and of those further away, only so many are kept."""
        timers = self._timers
        # The count is an upper bound, as one that had run already counts too: then tidying up finds less.
        if self._timer_cancelled_count > CANCELLED_TIMERS_MIN and self._timer_cancelled_count > len(timers) // 2:
            timers[:] = [each for each in timers if not each[2].cancelled()]
            heapq.heapify(timers)
            self._timer_cancelled_count = 0
        while timers and timers[0][2].cancelled():
            heapq.heappop(timers)

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
