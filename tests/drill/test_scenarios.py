"""Each scenario reaches what its sentence says, in each mode, when nobody is killed; and it stays short."""

from __future__ import annotations

from pathlib import Path

import pytest

from hedgectl.core.model.codec import EVENTS
from hedgectl.drill import scenarios
from hedgectl.drill.crash import crash
from hedgectl.drill.scenarios import MODES, SCENARIOS
from hedgectl.drill.scenarios.registry import scenario
from hedgectl.runtime.folders import JOURNAL
from hedgectl.store.reader import replay

CASES = [(name, mode) for name, each in SCENARIOS.items() for mode in each.modes]

# scenario: events that must come in this order, as (kind, a part of the body)
TOLD = {
    "market-entry": [("order.filled", '"purpose":"e"'), ("cover.seen", '"ours":true')],
    "maker-entry-in-parts": [("order.moved", "PARTIALLY_FILLED"), ("cover.seen", ""), ("intent.done", "filled")],
    "maker-entry-aged": [("cancel.sent", "rested long enough"), ("intent.done", "cancelled")],
    "cancel-reply-lost": [("order.filled", ""), ("cancel.sent", ""), ("intent.done", "partial")],
    "entry-reply-lost": [("order.unknown", "read_timeout"), ("order.accepted", "look"), ("order.filled", "trades")],
    "resting-entry-reply-lost": [("order.unknown", "read_timeout"), ("order.accepted", "look"), ("order.filled", "")],
    "leverage-set-reply-lost": [
        ("intent.held", '"leverage":5,"was":20'), ("intent.released", "leverage is 5"), ("intent.accepted", ""),
        ("order.filled", ""), ("cover.seen", ""),
    ],
    "entry-lost": [("order.unknown", ""), ("order.missed", ""), ("order.absent", ""), ("intent.done", "absent")],
    "entry-accepted-late": [("order.accepted", "stream"), ("order.filled", ""), ("cover.seen", "")],
    "entry-split": [("order.filled", ""), ("order.filled", ""), ("order.filled", ""), ("intent.done", "filled")],
    "posture-raised": [
        ("execution.belief_state", '"YELLOW","was":"GREEN"'), ("intent.refused", "belief.unsettled"),
        ("intent.refused", "belief.cooldown"), ("intent.accepted", "more2"), ("intent.refused", "belief.cooldown"),
    ],
    "orderly-stop": [("run.stopping", "a person"), ("cancel.sent", "the executor stops"), ("intent.done", "cancelled")],
    "stream-dead": [("order.filled", "trades"), ("cover.seen", ""), ("order.filled", '"purpose":"x"')],
    "partial-exit": [("exit.accepted", "0.02"), ("order.filled", '"purpose":"x"'), ("intent.done", "0.02")],
    "partial-exit-reply-lost": [("exit.accepted", ""), ("order.unknown", ""), ("order.filled", '"purpose":"x"')],
    "partial-exit-accepted-late": [("exit.accepted", ""), ("order.accepted", "stream"), ("intent.done", "0.02")],
    "whole-exit": [("exit.accepted", ""), ("order.filled", '"purpose":"x"'), ("cover.lost", "its position closed")],
    "whole-exit-reply-lost": [("order.retry", "may overlap"), ("order.rejected", "-2022"), ("intent.done", "filled")],
    "whole-exit-lost": [("order.retry", "may overlap"), ("order.filled", '"purpose":"x"'), ("order.absent", "")],
    "limit-exit": [("order.moved", "PARTIALLY_FILLED"), ("order.filled", '"purpose":"x"'), ("intent.done", "filled")],
    "stop-vanishes": [("cover.seen", ""), ("alert", "cover.vanished"), ("cover.seen", ""), ("order.absent", "")],
    "stop-reply-lost": [("order.prepared", '"c"'), ("order.rejected", "-4130"), ("order.accepted", "look")],
    "stop-triggers": [("order.moved", "TRIGGERED"), ("order.filled", '"purpose":"c"')],
    "stop-refused": [("order.rejected", "-2021"), ("alert", "cover.emergency_close"), ("order.filled", '"m"')],
    "emergency-close-reply-lost": [("alert", "cover.emergency_close"), ("order.unknown", ""), ("order.filled", '"m"')],
    "manual-open": [("order.filled", '"purpose":null'), ("cover.seen", "")],
    "manual-close": [("cover.seen", ""), ("order.filled", '"purpose":null'), ("cover.lost", "")],
    "manual-reduction": [("order.filled", '"purpose":null'), ("exit.accepted", "0.035"), ("intent.done", "filled")],
    "manual-close-unheard": [("mismatch.opened", "drift"), ("order.filled", "trades"), ("alert", "stream.down")],
    "manual-flip": [("cover.lost", ""), ("cover.seen", '"direction":"SHORT"')],
    "manual-withdrawal-of-a-stop": [("order.moved", "CANCELED"), ("cover.lost", ""), ("cover.seen", "")],
}  # fmt: skip


@pytest.mark.parametrize("name, mode", CASES)
def test_a_scenario_tells_what_it_says(name: str, mode: str, tmp_path: Path) -> None:
    points, _ = crash(name, mode, tmp_path / "life")
    rows = [row for row in replay(tmp_path / "life" / JOURNAL) if row[2] in EVENTS]
    left = list(TOLD[name])
    for _seq, _at_ms, kind, _correlation, _symbol, body in rows:
        if left and kind == left[0][0] and left[0][1] in body.decode():
            del left[0]
    assert not left, f"{left[0]} never came"
    assert len(points) < 100, "each point is a life: tell it with fewer requests"
    assert rows[-1][1] - rows[0][1] < 60_000


def test_every_scenario_is_expected_something_of() -> None:
    assert TOLD.keys() == SCENARIOS.keys()
    assert len(SCENARIOS) >= 14
    assert all(each.about.endswith(".") and "\n" not in each.about for each in SCENARIOS.values())
    assert {mode for each in SCENARIOS.values() for mode in each.modes} == {*MODES}


def test_a_name_is_given_once() -> None:
    with pytest.raises(ValueError, match="two scenarios named market-entry"):
        scenario()(scenarios.entries.market_entry)
