"""How a run ends: by time, by request, with its recording, or once its errand is done; always in order and bounded.

Entries off, own resting entries withdrawn, answers awaited, protection left in place.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from hedgectl.config.options import RunOptions
from hedgectl.core.model.input import StopRequested
from hedgectl.core.state.volatile import State
from hedgectl.runtime.clock import Clock
from hedgectl.runtime.executor import Executor
from hedgectl.runtime.place import Place

SETTLED_EVERY_MS = 50
ONCE_MS_MAX = 60_000
CHECK_MS = 1_000
HALTED = "halted: belief asked for the kill switch"
UNLISTED = "once, with a symbol that the exchange does not list"


class Ending:
    """Watches for the end that was asked for, and brings it about. `why` says which it was."""

    def __init__(
        self,
        options: RunOptions,
        executor: Executor[State],
        place: Place,
        clock: Clock,
        stop_ms_max: int,
        *,
        halts: bool = False,
    ) -> None:
        self.why = "time"
        self._options, self._executor, self._place = options, executor, place
        self._clock, self._stop_ms_max = clock, stop_ms_max
        self._state = executor.state
        self._halts, self._asked_before_ms = halts, executor.state.durable.belief.kill_ms

    async def bring_about(self, errand: Callable[[], Awaitable[int]]) -> None:
        """Wait for the end, then end in order. `errand` is what `once` is for, until it says that 0 is left to do."""
        if self._options.once:
            self.why = "once"
            await self._once(errand)
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
            if self._halts and self._state.durable.belief.kill_ms > self._asked_before_ms:
                self.why = HALTED
                return
            if self._place.feed_ended():
                self.why = "the end of the recording"
                return
            left = CHECK_MS if due_ms is None else min(due_ms - clock.mono_ms(), CHECK_MS)
            await clock.sleep_ms(max(left, 1))

    async def _once(self, errand: Callable[[], Awaitable[int]]) -> None:
        """See the account, do the errand, and come to rest."""
        clock, state, for_s = self._clock, self._state, self._options.for_s
        until = clock.mono_ms() + (ONCE_MS_MAX if for_s is None else min(ONCE_MS_MAX, round(for_s * 1000)))

        def waiting() -> bool:
            return clock.mono_ms() < until and not state.durable.stopping

        def ready() -> bool:
            market = self._options.repair or bool(state.volatile.quotes and state.durable.instruments)
            # No rules and no prices will come while a symbol is not listed; exits need neither.
            return state.volatile.ready and (market or bool(state.volatile.unlisted))

        while waiting() and not ready():
            await clock.sleep_ms(SETTLED_EVERY_MS)
        while waiting() and await errand():
            pass
        while waiting() and not self._at_rest():
            await clock.sleep_ms(SETTLED_EVERY_MS)
        if state.volatile.unlisted:
            self.why = UNLISTED
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
