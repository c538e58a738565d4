"""Comparing belief with the exchange on demand, and repairing: inside a run, for whoever asks over its control socket.

Reads within the reconcile lane's budget; decides nothing. To repair, a look is handed to the executor, which does with
it as with any other; then the account is looked at until nothing repairable is left, for a bounded time (B8).
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from typing import TYPE_CHECKING

from hedgectl.core.decision import Noted
from hedgectl.core.engine.diagnosing import diagnose
from hedgectl.core.engine.work import SNAPSHOT_WEIGHT
from hedgectl.core.model import event as ev
from hedgectl.core.model.input import ReadFailed, SnapshotTaken
from hedgectl.core.model.moment import Moment
from hedgectl.core.model.order import Lane, Prepared, Purpose
from hedgectl.core.model.verdict import Refused
from hedgectl.core.reconcile.finding import Finding
from hedgectl.core.state.apply import TERMINAL
from hedgectl.core.state.volatile import State
from hedgectl.runtime.ask import Reply, Request
from hedgectl.runtime.clock import ExchangeTime
from hedgectl.runtime.executor import Executor
from hedgectl.screens.describe import describe
from hedgectl.screens.reconcile import Compared, Reconciled, Repair
from hedgectl.store.journal import Journal

if TYPE_CHECKING:
    from hedgectl.venue.port import Venue

CONFIRM_MS = 1_200
"""Later than a leg that moved just before the first look can't be compared with."""

LOOKS_AFTER_MS = (500, 1_500, 4_000)
"""When the account is looked at again: so long after the first look, and once more so long after the visibility bound,
from which on the executor believes what it is shown. 14 s with the bound's default, about 100 of weight each."""

FINDINGS_MAX = 60
REPAIRS_MAX = 60
TEXT_CHARS_MAX = 200
"""Together they keep an answer below the 64 KiB of a line of the control socket."""


UNREADABLE_HINT = "check the network and the exchange's status page"


class Unread(RuntimeError):
    """The account could not be read: a stable code, why, and what to do."""

    def __init__(self, code: str, what: str, hint: str) -> None:
        super().__init__(f"{code}: {what}")
        self.code, self.what, self.hint = code, what, hint


class Heard:
    """The events that repair something, noted while it listens; an `Output` of a run without a screen."""

    wants_views = False

    def __init__(self) -> None:
        self.repairs: list[Repair] = []

    def on_notes(self, notes: Sequence[Noted], now: Moment) -> None:
        for noted in notes:
            if len(self.repairs) < REPAIRS_MAX and repairs(noted.event):
                word, text, _ = describe(noted.event)
                self.repairs.append(Repair(now.exchange_ms, noted.symbol, word, text[:TEXT_CHARS_MAX]))

    def show(self, view: object) -> None:
        """Nothing is shown."""

    def close(self) -> None:
        """Nothing is held."""

    def about(self, first: Compared) -> tuple[Repair, ...]:
        """Those on the symbols that were found to differ: a run goes on trading meanwhile."""
        symbols = {each.symbol for each in first.findings} | {""}
        return tuple(each for each in self.repairs if each.symbol in symbols)


def repairs(event: ev.Event) -> bool:
    """Whether an event corrects belief, or acts on the exchange to do so."""
    match event:
        case ev.PositionCorrected() | ev.CoverSeen() | ev.CancelSent() | ev.CancelFailed() | ev.OrderAbsent():
            return True
        case ev.PositionLeft() | ev.OrderLate() | ev.CancelGaveUp():
            return True
        case ev.ModeRead() | ev.Alert() | ev.Filled(via="trades") | ev.OrderAccepted(via="look"):
            return True
        case ev.OrderPrepared(order=Prepared(purpose=Purpose.COVER | Purpose.EMERGENCY)):
            return True
        case ev.OrderMoved(status=status):
            return status in TERMINAL
    return False


async def look(state: State, venue: Venue, exchange: ExchangeTime) -> SnapshotTaken:
    """The account now, within the budget. Raises Unread."""
    budget = state.volatile.budget
    verdict = budget.grant(Lane.RECONCILE, SNAPSHOT_WEIGHT, 0, exchange.now_ms())
    if isinstance(verdict, Refused):
        raise Unread(verdict.code, f"{verdict.number} against {verdict.limit}", verdict.hint)
    taken = await venue.snapshot()
    if isinstance(taken, ReadFailed):
        if taken.status:
            budget.told(taken.status, taken.until_ms)
        raise Unread("venue.unreadable", taken.why, UNREADABLE_HINT)
    budget.weighed(taken.weight_used, exchange.now_ms())
    return taken


def compare(state: State, taken: SnapshotTaken, now_ms: int, symbol: str = "") -> Compared:
    """Belief against one look, with its counts, bounded. `now_ms` is exchange time."""
    return _counted(state, taken, diagnose(state.durable, taken, state.settings, now_ms, symbol), now_ms, symbol)


def _counted(state: State, taken: SnapshotTaken, told: Sequence[Finding], now_ms: int, symbol: str) -> Compared:
    found = [each for each in told if not each.moving]
    legs = {f"{row.symbol}|{row.leg}" for row in taken.positions if row.quantity} | set(state.durable.positions)
    return Compared(
        mode=taken.mode.value,
        legs=sum(key.startswith(f"{symbol}|") for key in legs) if symbol else len(legs),
        orders=sum(symbol in ("", row.symbol) for row in taken.orders),
        stops=sum(symbol in ("", row.symbol) for row in taken.algos),
        age_ms=max(now_ms - taken.asked_ms, 0),
        findings=tuple(found[:FINDINGS_MAX]),
        more=len(found[FINDINGS_MAX:]),
        moving=len(told) - len(found),
    )


class Reconciler:
    """Compares and repairs for one run."""

    def __init__(self, executor: Executor[State], venue: Venue, journal: Journal, environment: str) -> None:
        self._executor, self._venue, self._journal, self._environment = executor, venue, journal, environment
        self._state, self._exchange = executor.state, executor.exchange
        self.left: Compared | None = None

    async def reconcile(self, request: Request) -> Reply:
        """{"do": "reconcile", "apply": false, "symbol": ""}: the report, a `Reconciled`, or why there is none."""
        symbol, apply = request.get("symbol", ""), request.get("apply", False)
        if not isinstance(symbol, str) or not isinstance(apply, bool):
            raise ValueError('"symbol" is a text, "apply" true or false')
        try:
            report = await self.report(symbol, apply)
        except Unread as wrong:
            return {"ok": False, "code": wrong.code, "why": wrong.what, "hint": wrong.hint}
        return {"seq": self._journal.last_seq, "report": report}

    async def report(self, symbol: str, apply: bool) -> Reconciled:
        """Compare; if `apply`, repair what can be, and say what is left. Raises Unread."""
        first, taken = await self._confirmed(symbol)
        if not apply or not first.repairable:
            return Reconciled(self._environment, True, symbol, first)
        begun_ms, heard = self._exchange.mono_ms(), Heard()
        observer = self._executor.observe("reconcile", heard.on_notes)
        try:
            left = await self._until_repaired(taken, symbol)
            observer.flush()
        finally:
            self._executor.observers.remove(observer)
        took_ms = self._exchange.mono_ms() - begun_ms
        return Reconciled(self._environment, True, symbol, first, 0.0, heard.about(first), left, took_ms)

    async def mend(self) -> int:
        """The errand of a run that only repairs; `left` says what it left. There is no more to do afterwards: 0."""
        self.left = await self._until_repaired(await look(self._state, self._venue, self._exchange), "")
        return 0

    async def _confirmed(self, symbol: str) -> tuple[Compared, SnapshotTaken]:
        """Belief and exchange, now. A difference counts when a second look, a moment later, shows it again: between the
        moments of two statements of a run that trades, something is always under way. Raises Unread."""
        state, exchange = self._state, self._exchange
        taken = await look(state, self._venue, exchange)
        first = diagnose(state.durable, taken, state.settings, exchange.now_ms(), symbol)
        if all(each.harmless for each in first):
            return _counted(state, taken, first, exchange.now_ms(), symbol), taken
        await exchange.clock.sleep_ms(CONFIRM_MS)
        taken = await look(state, self._venue, exchange)
        seen, now_ms = {each.name for each in first}, exchange.now_ms()
        again = diagnose(state.durable, taken, state.settings, now_ms, symbol)
        return _counted(state, taken, [each for each in again if each.name in seen], now_ms, symbol), taken

    async def _until_repaired(self, taken: SnapshotTaken, symbol: str) -> Compared:
        """Hand the look to the executor, and look again, until nothing repairable is left or time is up. A look that
        fails, or that the budget has no room for, is left out."""
        state, exchange = self._state, self._exchange
        bound_ms, begun_ms = state.settings.visibility_ms_max, exchange.mono_ms()
        left = compare(state, taken, exchange.now_ms(), symbol)
        for after_ms in (*LOOKS_AFTER_MS, *(bound_ms + each for each in LOOKS_AFTER_MS)):
            if not left.repairable and not left.moving:
                return left
            self._executor.offer(taken)
            await exchange.clock.sleep_ms(max(begun_ms + after_ms - exchange.mono_ms(), 1))
            with suppress(Unread):
                taken = await look(state, self._venue, exchange)
                left = compare(state, taken, exchange.now_ms(), symbol)
        with suppress(Unread):
            left, _ = await self._confirmed(symbol)
        return left
