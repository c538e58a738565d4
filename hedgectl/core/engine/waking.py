"""Time: the start of a run, the tick, and the request to stop."""

from __future__ import annotations

from hedgectl.core.engine.believing import review
from hedgectl.core.engine.covering import expect_covers, tend_uncovered, verify_covers
from hedgectl.core.engine.fills import chase_fills
from hedgectl.core.engine.holding import tend_held
from hedgectl.core.engine.leaving import resume_blind
from hedgectl.core.engine.leverage import ask_again, ask_at_start
from hedgectl.core.engine.sensing import check_sensed
from hedgectl.core.engine.settling import begin_settling, look_for_unsettled
from hedgectl.core.engine.withdrawing import withdraw
from hedgectl.core.engine.work import Work
from hedgectl.core.model.command import MeasureClock, ReadInstruments
from hedgectl.core.model.event import RunStarted, RunStopping
from hedgectl.core.model.input import Started, StopRequested
from hedgectl.core.model.order import Kind
from hedgectl.core.state.durable import Stage


def started(work: Work, given: Started) -> None:
    """A process began: whatever was in flight is a question now, and the account is read before anything is risked."""
    work.note(RunStarted(given.run_id, given.version, given.environment, given.settings_hash, given.despite))
    now = work.now.mono_ms
    for name, live in work.durable.orders.items():
        if live.stage is Stage.UNKNOWN:
            begin_settling(work, name, look_now=True)
        elif live.order.kind is Kind.LIMIT:
            work.volatile.entries_resting[name] = now + work.settings.entry_rest_ms_max
    work.command(MeasureClock("start"))
    work.command(ReadInstruments("start"))
    expect_covers(work)
    ask_at_start(work)
    work.want_snapshot("start")


def ticked(work: Work) -> None:
    """Whatever is due."""
    volatile = work.volatile
    if work.durable.held:  # first: what is spent of the rate budget before it, no replay of it would know
        tend_held(work)
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
    if volatile.hushed_until_ms > work.now.exchange_ms:
        resume_blind(work)
    elif volatile.exit_due_mono_ms:
        _ask_for_exits(work)
    if volatile.entries_resting:
        _cancel_rested(work)
    if volatile.look_mono_ms and work.now.mono_ms >= volatile.look_mono_ms:
        volatile.look_mono_ms = 0
        work.want_snapshot("a position that nobody here opened may be bare")
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
    ask_again(work)
    work.want_snapshot("cycle", regular=True)


def _ask_for_exits(work: Work) -> None:
    """Exits that were refused for a position the page did not show yet: their pause is over, look again."""
    for intent_id, due in list(work.volatile.exit_due_mono_ms.items()):
        if work.now.mono_ms >= due:
            del work.volatile.exit_due_mono_ms[intent_id]
            work.want_snapshot("an exit waits")


def _cancel_rested(work: Work) -> None:
    """A resting entry has a bounded life."""
    now = work.now.mono_ms
    for name, due in list(work.volatile.entries_resting.items()):
        if name not in work.durable.orders:
            del work.volatile.entries_resting[name]
        elif now >= due:
            work.volatile.entries_resting[name] = now + work.settings.cycle_ms
            withdraw(work, work.durable.orders[name], "rested long enough")


def stop_requested(work: Work, given: StopRequested) -> None:
    """Entries off, own resting entries withdrawn, protection left in place."""
    if work.durable.stopping:
        return
    work.note(RunStopping(given.why))
    work.want_snapshot("the run ends")
    for name in list(work.index.resting_entries):
        withdraw(work, work.durable.orders[name], "the executor stops")
    if work.durable.held:
        work.wake(work.now.mono_ms)
