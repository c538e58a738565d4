"""Every scenario, killed at every point, in each position mode (L5, F14): whatever a process was doing, the next one
converges, and nothing is executed twice, lost, forgotten or left bare on the way.

A failure names k and what was met there; one alone is lived again by
`CRASH=market-entry:hedge:17 pytest tests/drills/test_crash_points.py` (and `:k2` for a second kill).
"""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from hedgectl.core.model.command import Send
from hedgectl.core.model.event import RunStarted
from hedgectl.core.model.input import Started
from hedgectl.core.state import apply as fold
from hedgectl.core.state.durable import Stage
from hedgectl.drill.crash import Sweep, crash, sweep
from hedgectl.drill.scenarios import SCENARIOS
from hedgectl.runtime import assembly
from hedgectl.store.journal import Journal

ASKED = [each.split(":") for each in os.environ.get("CRASH", "").split(",") if each]
CASES = [(name, mode) for name, scenario in SCENARIOS.items() for mode in scenario.modes]


def told(found: Sweep) -> str:
    """What broke, with the way to live it again."""
    lines = [f"{found.name} {found.mode}: {len(found.failures)} of {found.lives} lives failed"]
    for k, point, sentences in found.failures[:10]:
        lines += [f"CRASH={found.name}:{found.mode}:{k} at {point}", *(f"    {each}" for each in sentences)]
    return "\n".join(lines)


@pytest.mark.skipif(bool(ASKED), reason="CRASH names one crash")
@pytest.mark.parametrize("name, mode", CASES)
def test_every_crash_converges(name: str, mode: str, tmp_path: Path) -> None:
    found = sweep(name, mode, tmp_path)
    assert not found.failures, told(found)
    assert found.lives > len(found.points) > 25


if ASKED:

    @pytest.mark.parametrize("name, mode, kills", [(name, mode, [*map(int, kills)]) for name, mode, *kills in ASKED])
    def test_one_crash(name: str, mode: str, kills: list[int], tmp_path: Path) -> None:
        points, sentences = crash(name, mode, tmp_path / "life", *kills)
        assert not sentences, "\n".join([*(f"{k}: {points[k]}" for k in kills), *sentences])


def acknowledged_early(monkeypatch: pytest.MonkeyPatch) -> None:
    """A journal that calls rows durable when it has only been handed them."""
    append = Journal.append

    def hasty(self: Journal, rows: list) -> int:
        self.committed_seq = append(self, rows)
        return self.committed_seq

    monkeypatch.setattr(Journal, "append", hasty)


def sent_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """A start that sends what has no answer, instead of asking."""
    decide = assembly.decide

    def eager(state, given, now):
        decision = decide(state, given, now)
        if isinstance(given, Started):
            unknown = [live.order for live in state.durable.orders.values() if live.stage is Stage.UNKNOWN]
            decision.commands += [Send(order, 500) for order in unknown]
        return decision

    monkeypatch.setattr(assembly, "decide", eager)


def forgetting(change: Callable) -> Callable[[pytest.MonkeyPatch], None]:
    """A start that finds something else than the journal holds."""

    def patch(monkeypatch: pytest.MonkeyPatch) -> None:
        restored = assembly.restored

        def forgetful(*args):
            state, replayed = restored(*args)
            change(state.durable)
            return state, replayed

        monkeypatch.setattr(assembly, "restored", forgetful)

    return patch


def calm_again(durable) -> None:
    durable.belief.posture = "GREEN"


@pytest.mark.parametrize(
    "name, harm, law",
    [
        ("market-entry", acknowledged_early, "prepared_before_accepted"),
        ("market-entry", sent_again, "no_more_than_vetted"),
        ("market-entry", forgetting(lambda durable: durable.trades.clear()), "every_fill_once"),
        ("market-entry", forgetting(lambda durable: durable.intents_done.clear()), "no_more_than_vetted"),
        ("market-entry", forgetting(lambda durable: durable.fill_ms.clear()), "journal_is_the_state"),
        ("partial-exit", sent_again, "left_once"),
        ("posture-raised", forgetting(calm_again), "belief_survives"),
        ("posture-raised", forgetting(lambda durable: durable.entry_ms.clear()), "entries_obey_the_posture"),
    ],
)
def test_a_broken_product_is_caught(name, harm, law, tmp_path, monkeypatch) -> None:
    harm(monkeypatch)
    broken = {each.partition(":")[0] for _, _, found in sweep(name, "hedge", tmp_path).failures for each in found}
    assert law in broken


def test_a_start_that_reads_no_account_is_caught(tmp_path, monkeypatch) -> None:
    """Nobody looks at the account: what happened while nobody lived stays unknown."""
    monkeypatch.setattr("hedgectl.core.engine.work.Work.want_snapshot", lambda *args, **more: None)
    found = sweep("manual-open", "hedge", tmp_path)
    assert any("the account was not read" in each for _, _, sentences in found.failures for each in sentences)


def test_a_bare_position_is_caught(tmp_path, monkeypatch) -> None:
    monkeypatch.setattr("hedgectl.core.engine.covering._protect", lambda *args: None)
    _, broken = crash("market-entry", "hedge", tmp_path / "life")
    assert {"covered", "calm_heals", "at_rest"} <= {each.partition(":")[0] for each in broken}


def test_a_start_that_changes_what_is_known_is_caught(tmp_path, monkeypatch) -> None:
    """The fold itself forgets: journal and state agree, and both are wrong."""
    started = fold.FOLD[RunStarted]

    def forgetful(state, event):
        started(state, event)
        state.durable.entry_ms.clear()

    monkeypatch.setitem(fold.FOLD, RunStarted, forgetful)
    points, broken = crash("posture-raised", "hedge", tmp_path / "life", 40)
    assert "nothing_is_forgotten" in {each.partition(":")[0] for each in broken}, points[40]
