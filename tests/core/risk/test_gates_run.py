"""Gates about the run: killed, stopping, unseen account, unmeasured clock, dead journal."""

from __future__ import annotations

import pytest

from hedgectl.core.risk.gates_run import account_checked, clock_measured, journal_alive, not_killed, not_stopping

EDGES = [
    (not_killed, {}, {"kill": "entries: a drill"}, ("kill.entries", "entries: a drill", "armed"), {"kill": ""}),
    (not_stopping, {}, {"stopping": "SIGTERM"}, ("run.stopping", "SIGTERM", "running"), {"stopping": ""}),
    (account_checked, {}, {"checked": False}, ("run.unchecked", "no look yet", "one look"), {"checked": True}),
    (
        clock_measured,
        {},
        {"clock_measured": False},
        ("run.clock_unmeasured", "unmeasured", "measured"),
        {"clock_measured": True},
    ),
    (
        journal_alive,
        {},
        {"journal_dead": "disk full"},
        ("run.journal_dead", "disk full", "writable"),
        {"journal_dead": ""},
    ),
]


@pytest.mark.parametrize("edge", EDGES, ids=lambda edge: edge[3][0])
def test_a_gate_of_the_run_refuses_on_one_side_of_its_limit_only(edge, holds_at):
    holds_at(edge)
