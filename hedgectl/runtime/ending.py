"""How a run ends: by time, by request, with its recording, or once its inbox is done; always in order and bounded.

Entries off, own resting entries withdrawn, answers awaited, protection left in place.
"""

from __future__ import annotations

from hedgectl.config.options import RunOptions
from hedgectl.core.model.input import StopRequested
from hedgectl.core.state.volatile import State
from hedgectl.intake.inbox import Inbox
from hedgectl.runtime.clock import Clock
from hedgectl.runtime.executor import Executor
from hedgectl.runtime.intaking import Desk
from hedgectl.runtime.place import Place

SETTLED_EVERY_MS = 50
ONCE_MS_MAX = 60_000
CHECK_MS = 1_000


class Ending:
    """Watches for the end that was asked for, and brings it about. `why` says which it was."""

    def __init__(
        self, options: RunOptions, executor: Executor[State], place: Place, clock: Clock, stop_ms_max: int
    ) -> None:
        self.why = "time"
        self._options, self._executor, self._place = options, executor, place
        self._clock, self._stop_ms_max = clock, stop_ms_max
        self._state = executor.state

    async def bring_about(self, desk: Desk, inbox: Inbox) -> None:
        """Wait for the end, then end in order."""
        if self._options.once:
            self.why = "once"
            await self._once(desk, inbox)
        else:
            await self._until_due(self._options.for_s)
        await self._in_order()

    def asked(self, why: str) -> None:
        """A person or the service wants the end now."""
        self.why = why
        self._executor.offer(StopRequested(why))

    async def _until_due(self, for_s: float | None) -> None:
        clock = self._clock
        due_ms = None if for_s is None else clock.mono_ms() + round(for_s * 1000)
        while due_ms is None or clock.mono_ms() < due_ms:
            if self._state.durable.stopping:
                return
            if self._place.feed_ended():
                self.why = "the end of the recording"
                return
            left = CHECK_MS if due_ms is None else min(due_ms - clock.mono_ms(), CHECK_MS)
            await clock.sleep_ms(max(left, 1))

    async def _once(self, desk: Desk, inbox: Inbox) -> None:
        """Handle what is in the inbox, reconcile, and come to rest."""
        clock, state = self._clock, self._state
        until = clock.mono_ms() + ONCE_MS_MAX

        def waiting() -> bool:
            return clock.mono_ms() < until and not state.durable.stopping

        while waiting() and not (state.volatile.checked and state.volatile.quotes and state.durable.instruments):
            await clock.sleep_ms(SETTLED_EVERY_MS)
        while waiting() and await desk.take_inbox(inbox, clock):
            pass
        while waiting() and not self._at_rest():
            await clock.sleep_ms(SETTLED_EVERY_MS)
        if state.index.unsettled:
            self.why = "once, with unknown orders left"

    def _at_rest(self) -> bool:
        """Nothing is open that time would change soon: no unknown order, no intent under way, no leg uncovered."""
        durable, index = self._state.durable, self._state.index
        bare = [key for key in durable.positions if key not in durable.covers]
        resting = set(index.resting_entries)
        busy = [name for name in durable.intents if not resting & set(index.by_intent.get(name, ()))]
        return not bare and not busy and not index.unsettled

    async def _in_order(self) -> None:
        clock, executor = self._clock, self._executor
        if not self._state.durable.stopping:
            executor.offer(StopRequested(self.why))
        until = clock.mono_ms() + self._stop_ms_max
        await clock.sleep_ms(SETTLED_EVERY_MS)
        while clock.mono_ms() < until:
            if not executor.in_flight and not self._state.index.resting_entries and self._at_rest():
                break
            await clock.sleep_ms(SETTLED_EVERY_MS)
        executor.stop()
