"""The fold of belief's own events: mismatches, posture, what was asked of a person, what is left alone."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from hedgectl.core.model import event as ev
from hedgectl.core.state.durable import Disagreement, key_of
from hedgectl.core.state.volatile import State


def _mismatch_opened(state: State, event: ev.MismatchOpened) -> None:
    belief = state.durable.belief
    belief.open[event.key] = Disagreement(event.what, event.symbol, event.at_ms)
    belief.seen.setdefault(event.symbol, [event.at_ms, event.at_ms])[1] = event.at_ms


def _mismatch_closed(state: State, event: ev.MismatchClosed) -> None:
    belief = state.durable.belief
    known = belief.open.pop(event.key, None)
    if known is not None:
        belief.seen.setdefault(event.symbol, [known.first_ms, 0])[1] = known.first_ms + event.lasted_ms


def _belief_state(state: State, event: ev.BeliefState) -> None:
    belief = state.durable.belief
    belief.streak, belief.posture, belief.since_ms = event.streak, event.posture, event.since_ms
    belief.above_ms, belief.below_ms = event.above_ms, event.below_ms
    belief.confidence, belief.repairs, belief.skips = event.confidence, event.repairs, event.skips
    if event.posture != "RED":
        belief.kill_ms = 0
    belief.history.append([event.at_ms, event.score])
    del belief.history[: -state.settings.belief.history_max]


def _summary(state: State, event: ev.ReconcileSummary) -> None:
    belief = state.durable.belief
    belief.repairs += len(event.repaired)
    belief.skips += len(event.skipped)
    belief.confidence = event.confidence


def _kill_requested(state: State, event: ev.KillRequested) -> None:
    state.durable.belief.kill_ms = event.at_ms


def _position_left(state: State, event: ev.PositionLeft) -> None:
    key = key_of(event.symbol, event.leg)
    if event.quantity:
        state.durable.left[key] = event.quantity
    else:
        state.durable.left.pop(key, None)


FOLD: dict[type, Callable[[State, Any], None]] = {
    ev.MismatchOpened: _mismatch_opened,
    ev.MismatchClosed: _mismatch_closed,
    ev.BeliefState: _belief_state,
    ev.ReconcileSummary: _summary,
    ev.KillRequested: _kill_requested,
    ev.PositionLeft: _position_left,
}
