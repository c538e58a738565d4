"""What a run tells the service manager that started it: ready, how it is, that it lives, that it ends (O8).

Ready means that the account was seen, not that the process started. All is told from the loop itself, after a decided
tick: a loop that hangs falls silent, and the manager's watchdog acts. Until it is ready, each tick asks for more time,
so that an exchange that cannot be reached is not taken for a start that hangs.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from hedgectl.core.state.volatile import State
from hedgectl.runtime.notify import READY, STOPPING, WATCHDOG, notify, watchdog_ms
from hedgectl.runtime.wakes import TICK_MS
from hedgectl.screens.live import status_line
from hedgectl.screens.view import RunView

EXTEND = f"EXTEND_TIMEOUT_USEC={30 * TICK_MS * 1000}"
STARTING = "starting: the account has not been seen yet"


class Serving:
    """`tick` after each decided tick. `environ` names the manager's socket, `mono_ms` paces, `view` has the words."""

    def __init__(
        self, environ: Mapping[str, str], state: State, mono_ms: Callable[[], int], view: Callable[[], RunView]
    ) -> None:
        self.listened = bool(environ.get("NOTIFY_SOCKET"))
        self._environ, self._state, self._mono_ms, self._view = environ, state, mono_ms, view
        # a tick may come a tick's length late
        self._alive_every_ms = max(watchdog_ms(environ) - TICK_MS, 1) if watchdog_ms(environ) else 0
        self._alive_next_ms = 0
        self._ready = self._stopping = False
        self._said = ""

    def tick(self) -> None:
        """Say what has changed since the last tick, and that the loop lives."""
        if self._state.durable.stopping:
            self.stopping()
        elif self._ready or self._state.volatile.ready:
            self._say(status_line(self._view()), "" if self._ready else f"{READY}\n")
            self._ready = True
        else:
            notify(EXTEND, self._environ)
            self._say(STARTING)
        now_ms = self._mono_ms()
        if self._alive_every_ms and now_ms >= self._alive_next_ms:
            self._alive_next_ms = now_ms + self._alive_every_ms
            notify(WATCHDOG, self._environ)

    def stopping(self) -> None:
        """The end begins: once, however it came."""
        if self.listened and not self._stopping:
            self._stopping = True
            self._say("ending: entries are off, stops stay in place", f"{STOPPING}\n")

    def _say(self, status: str, before: str = "") -> None:
        if status != self._said:
            self._said = status
            notify(f"{before}STATUS={status}", self._environ)
