"""Whole lives decided again from their journals: calm, stormy or killed, today's decisions are the same (B9, L5)."""

from __future__ import annotations

from random import Random

import pytest

from hedgectl.core.engine import covering
from hedgectl.core.model.order import Purpose
from hedgectl.core.replay import replay
from hedgectl.drill.life import kill
from hedgectl.runtime.folders import JOURNAL
from hedgectl.sim.faults.profile import FaultProfile
from hedgectl.store.reader import replay as rows_of
from hedgectl.store.rows import given_of

MODES = ("hedge", "one-way")


def again(life, asked=lambda group: True):
    return replay(rows_of(life.folder / JOURNAL), given_of, asked)


def told(found):
    return [(each.seq, each.kind, each.where, each.was, each.now) for each in found.differences]


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_a_storm_is_decided_again_the_same(live, seed, mode):
    profile = FaultProfile.draw(Random(f"storm:{seed}:{mode}"), "storm")
    life = live(seed=seed, mode=mode, seconds=300, faults=profile, demo=True, demo__every_s=2)
    found = again(life)
    assert told(found) == []
    assert (found.skipped, found.ended) == ({}, "")
    assert found.inputs > 100
    assert life.events("order.unknown")


def test_a_calm_life_is_decided_again_the_same(live):
    found = again(live(seed=4, seconds=120, demo=True))
    assert (told(found), found.skipped, found.ended) == ([], {}, "")
    assert found.inputs > 50


@pytest.mark.parametrize("mode", MODES)
def test_a_life_that_was_killed_is_decided_again_the_same(live, mode):
    async def story(trader):
        await trader.clock.sleep_ms(25_000)
        if trader.clock.mono_ms() < 60_000:
            kill(trader)

    profile = FaultProfile.draw(Random(f"storm:9:{mode}"), "storm")
    life = live(seed=9, mode=mode, seconds=90, faults=profile, story=story, demo=True, demo__every_s=2)
    assert len(life.traders) > 1
    found = again(life)
    assert (told(found), found.skipped, found.ended) == ([], {}, "")


def test_a_changed_stop_is_told_at_each_cover_and_nowhere_else(live, monkeypatch):
    life = live(seed=4, seconds=60, demo=True)
    covers = [event for event in life.events("order.prepared") if event.order.purpose is Purpose.COVER]
    real = covering.stop_price

    def moved(direction, entry_price, share, rules):
        return real(direction, entry_price, share * 2, rules)

    monkeypatch.setattr(covering, "stop_price", moved)
    found = again(life)
    assert covers
    assert len(found.differences) == len(covers)
    assert {each.where for each in found.differences} == {"order.prepared order trigger_price"}
