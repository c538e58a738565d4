"""Time: the start of a run, the tick, and the request to stop."""

from __future__ import annotations

from hedgectl.core.engine.believing import review
from hedgectl.core.engine.covering import tend_uncovered, verify_covers
from hedgectl.core.engine.fills import chase_fills
from hedgectl.core.engine.sensing import check_sensed
from hedgectl.core.engine.settling import begin_settling, look_for_unsettled
from hedgectl.core.engine.work import Work
from hedgectl.core.model.command import Cancel, MeasureClock, ReadInstruments
from hedgectl.core.model.event import CancelSent, RunStarted, RunStopping
from hedgectl.core.model.input import Started, StopRequested
from hedgectl.core.model.order import Kind, Lane
from hedgectl.core.state.durable import Stage


def started(work: Work, given: Started) -> None:
    """A process began: whatever was in flight is a question now, and the account is read before anything is risked."""
    work.note(RunStarted(given.run_id, given.version, given.environment, given.settings_hash))
    now = work.now.mono_ms
    for name, live in work.durable.orders.items():
        if live.stage is Stage.UNKNOWN:
            begin_settling(work, name, look_now=True)
        elif live.order.kind is Kind.LIMIT:
            work.volatile.entries_resting[name] = now + work.settings.entry_rest_ms_max
    work.command(MeasureClock("start"))
    work.command(ReadInstruments("start"))
    work.want_snapshot("start")


def ticked(work: Work) -> None:
    """Whatever is due."""
    volatile = work.volatile
    if volatile.settling:
        look_for_unsettled(work)
    if volatile.lagging:
        chase_fills(work)
    if volatile.unverified:
        verify_covers(work)
    if volatile.bare:
        tend_uncovered(work)
    if volatile.sensed:
        check_sensed(work)
    if volatile.entries_resting:
        _cancel_rested(work)
    if work.now.mono_ms >= volatile.snapshot_next_mono_ms:
        _cycle(work)
    review(work)


def _cycle(work: Work) -> None:
    """Look at the account each cycle, within the reconcile lane's share; a read that never came back is given up."""
    volatile, now = work.volatile, work.now.mono_ms
    asked = volatile.snapshot_asked_mono_ms
    if asked is not None and now - asked < 3 * work.settings.cycle_ms:
        return
    volatile.snapshot_asked_mono_ms = None
    for symbol, since in list(volatile.trades_wanted.items()):
        if symbol not in volatile.trades_asked:
            del volatile.trades_wanted[symbol]
            work.want_trades(symbol, since)
    if "instruments" in volatile.failures:  # without rules no entry passes: what failed at the start is asked again
        work.command(ReadInstruments("the last read gave up"))
    if "clock" in volatile.failures:
        work.command(MeasureClock("the last measurement gave up"))
    work.want_snapshot("cycle", regular=True)


def _cancel_rested(work: Work) -> None:
    """A resting entry has a bounded life."""
    now = work.now.mono_ms
    for name, due in list(work.volatile.entries_resting.items()):
        if name not in work.durable.orders:
            del work.volatile.entries_resting[name]
        elif now >= due:
            work.volatile.entries_resting[name] = now + work.settings.cycle_ms
            _withdraw(work, name, "rested long enough")


def _withdraw(work: Work, name: str, why: str) -> None:
    live = work.durable.orders[name]
    order = live.order
    if live.cancels == work.settings.cancel_attempts_max:
        what = f"{name} could not be withdrawn in {live.cancels} attempts: it is tried on, each cycle"
        hint = "check the network and the exchange's status page"
        work.alert("cancel.not_confirmed", order.symbol, what, hint, order.correlation_id)
    work.note(CancelSent(name, why), order.correlation_id, order.symbol)
    work.command(Cancel(name, order.symbol, order.kind.conditional, Lane.RECONCILE))


def stop_requested(work: Work, given: StopRequested) -> None:
    """Entries off, own resting entries withdrawn, protection left in place."""
    if work.durable.stopping:
        return
    work.note(RunStopping(given.why))
    work.want_snapshot("the run ends")
    for name in list(work.index.resting_entries):
        _withdraw(work, name, "the executor stops")
