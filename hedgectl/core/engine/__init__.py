"""`decide`: the only entrance to the core. Same state, same input, same moment: same decision, for ever."""

from __future__ import annotations

from hedgectl.core.decision import Decision
from hedgectl.core.engine.entries import consider_entry, refuse
from hedgectl.core.engine.holding import leverage_taken
from hedgectl.core.engine.killing import kill_acted, kill_asked, rearm_asked
from hedgectl.core.engine.leaving import perform_exit
from hedgectl.core.engine.leverage import brackets_taken, leverages_taken
from hedgectl.core.engine.money import mark_nav
from hedgectl.core.engine.replies import cancel_answered, create_answered, create_voided
from hedgectl.core.engine.sensing import algo_updated, order_updated, positions_updated, stream_changed
from hedgectl.core.engine.settling import looked_up
from hedgectl.core.engine.truth import instruments_taken, read_failed, snapshot_taken, trades_taken
from hedgectl.core.engine.waking import started, stop_requested, ticked
from hedgectl.core.engine.work import Work
from hedgectl.core.model import input as given_
from hedgectl.core.model.event import VenueRetry
from hedgectl.core.model.intent import Entry, Exit
from hedgectl.core.model.moment import Moment
from hedgectl.core.model.verdict import Refused
from hedgectl.core.state.used import taken
from hedgectl.core.state.volatile import State


def decide(state: State, given: given_.Input, now: Moment) -> Decision:
    """What one input leads to. Durable state moves only by the events in the decision, which are applied already."""
    state.volatile.used = taken(state, given)
    work = Work(state, now)
    match given:
        case given_.QuotesTaken():
            _quotes_taken(work, given)
        case given_.Tick():
            ticked(work)
        case given_.OrderUpdated():
            order_updated(work, given)
        case given_.CreateAnswered():
            create_answered(work, given)
        case given_.PositionsUpdated():
            positions_updated(work, given)
        case given_.AlgoUpdated():
            algo_updated(work, given)
        case given_.IntentReceived(intent=Entry() as entry):
            consider_entry(work, entry)
        case given_.IntentReceived(intent=Exit() as exit_):
            perform_exit(work, exit_)
        case given_.LookedUp():
            looked_up(work, given)
        case given_.SnapshotTaken():
            snapshot_taken(work, given)
        case given_.TradesTaken():
            trades_taken(work, given)
        case given_.CancelAnswered():
            cancel_answered(work, given)
        case given_.CreateVoided():
            create_voided(work, given)
        case given_.IntentInvalid():
            refuse(work, given.intent_id, "", Refused(given.code, f"{given.field}: {given.found}", "", given.hint))
        case given_.InstrumentsTaken():
            instruments_taken(work, given)
        case given_.LeverageTaken():
            leverage_taken(work, given)
        case given_.LeveragesTaken():
            leverages_taken(work, given)
        case given_.BracketsTaken():
            brackets_taken(work, given)
        case given_.StreamChanged():
            stream_changed(work, given)
        case given_.ReadFailed():
            read_failed(work, given)
        case given_.ReadRetried():
            work.note(VenueRetry(given.what, given.attempt, given.wait_ms, given.why))
        case given_.SourceFailed():
            work.alert(f"source.{given.name}", "", given.why, "it was started anew; hedgectl status")
        case given_.SinkChanged():
            work.alert(f"sink.{given.name}", "", given.why or "it works again, and is filled up", "hedgectl status")
        case given_.Started():
            started(work, given)
        case given_.StopRequested():
            stop_requested(work, given)
        case given_.KillAsked():
            kill_asked(work, given)
        case given_.KillActed():
            kill_acted(work, given)
        case given_.RearmAsked():
            rearm_asked(work, given)
        case given_.ClockMeasured():
            state.volatile.failures.pop("clock", None)  # the offset is the clock's; the next moment carries it
            if not state.volatile.clock_measured:
                state.volatile.clock_measured = True
                mark_nav(work)
    work.decision.used = state.volatile.used
    return work.decision


def _quotes_taken(work: Work, given: given_.QuotesTaken) -> None:
    volatile, mono_ms = work.volatile, work.now.mono_ms
    volatile.failures.pop("quotes", None)
    volatile.quotes_ms = work.now.exchange_ms
    for quote in given.quotes:
        if not (quote.bid and quote.ask):
            continue  # one side of the book is empty: no price of now, and the last one grows old
        volatile.quotes[quote.symbol] = quote
        volatile.quotes_mono_ms[quote.symbol] = mono_ms
        work.index.totals.quoted(quote.symbol, quote.mid)
    volatile.budget.weighed(given.weight_used, work.now.exchange_ms)
