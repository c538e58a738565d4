"""The fold of risk's own events, and of what throttles count: entries taken, and those that went wrong (R2); entries
that wait for their leverage (R9)."""

from __future__ import annotations

from bisect import bisect_left, insort
from collections.abc import Callable
from typing import Any

from hedgectl.core.model import event as ev
from hedgectl.core.model.leverage import Bracket
from hedgectl.core.model.money import ZERO
from hedgectl.core.model.order import Prepared, Purpose
from hedgectl.core.risk.desk import EntryMark
from hedgectl.core.risk.gates_intent import wish_of
from hedgectl.core.state.durable import Kill, OpenIntent
from hedgectl.core.state.volatile import State


def count_entry(state: State, event: ev.EntryAccepted) -> None:
    """An entry was taken."""
    entries, worths, entry = state.durable.risk.entries, state.index.worths, event.entry
    entries.append(EntryMark(event.at_ms, entry.symbol, entry.side, wish_of(entry), event.notional_usdt))
    insort(worths, event.notional_usdt)
    if len(entries) > state.settings.risk.marks_kept_max:
        del worths[bisect_left(worths, entries.pop(0).notional_usdt)]


def count_error(state: State, order: Prepared, at_ms: int) -> None:
    """An entry was refused, or went unanswered."""
    if order.purpose is not Purpose.ENTRY:
        return
    errors = state.durable.risk.errors
    errors.append(at_ms)
    del errors[: -state.settings.risk.errors_max]


def _nav_marked(state: State, event: ev.NavMarked) -> None:
    risk = state.durable.risk
    risk.day, risk.day_nav_usdt, risk.peak_nav_usdt = event.day, event.day_nav_usdt, event.peak_nav_usdt


def _paused(state: State, event: ev.EntriesPaused) -> None:
    risk = state.durable.risk
    risk.paused_until_ms = max(risk.paused_until_ms, event.until_ms)
    risk.errors.clear()


def _killed(state: State, event: ev.KillSwitched) -> None:
    state.durable.kill = Kill(event.mode, event.why, event.by, event.at_ms)


def _rearmed(state: State, event: ev.Rearmed) -> None:
    state.durable.kill = None


def _held(state: State, event: ev.IntentHeld) -> None:
    """Nothing of it is vetted yet: what was is forgotten while it waits."""
    name = event.entry.intent_id
    state.durable.intents[name] = OpenIntent(event.entry, event.correlation_id, event.leg, ZERO, waiting=True)
    state.durable.held[name] = event.leverage


def _released(state: State, event: ev.IntentReleased) -> None:
    del state.durable.intents[event.intent_id], state.durable.held[event.intent_id]


def _brackets_read(state: State, event: ev.BracketsRead) -> None:
    told: dict[str, tuple[Bracket, ...]] = {}
    for each in event.brackets:
        told[each.symbol] = (*told.get(each.symbol, ()), each)
    state.durable.brackets.update(told)


FOLD: dict[type, Callable[[State, Any], None]] = {
    ev.NavMarked: _nav_marked,
    ev.EntriesPaused: _paused,
    ev.KillSwitched: _killed,
    ev.Rearmed: _rearmed,
    ev.IntentHeld: _held,
    ev.IntentReleased: _released,
    ev.BracketsRead: _brackets_read,
}
