"""Goal: one seed is one plan is one life, and a plan is a life worth living."""

from __future__ import annotations

import pytest

from hedgectl.drill.crew import live_seed
from hedgectl.drill.plan import STORM_MS, draw

PLANS = [draw(seed) for seed in range(300)]


def test_a_plan_is_drawn_the_same_again():
    assert draw(17) == draw(17)
    assert draw(17).faults().rates == draw(17).faults().rates
    assert draw(17) != draw(18)
    assert draw(17, "mild").moments_ms != draw(17).moments_ms


def test_a_seed_is_known_by_heart():
    """What a seed draws is part of what a kept seed means: a change here drops the kept ones."""
    plan = draw(1)
    assert (plan.mode, plan.symbols, len(plan.moments_ms)) == ("hedge", ("ETHUSDT",), 27)


def test_every_life_is_long_enough_and_busy_enough():
    assert STORM_MS >= 300_000
    for plan in PLANS:
        assert 20 <= len(plan.moments_ms) <= 60
        assert list(plan.moments_ms) == sorted(plan.moments_ms)
        assert 1 <= len(plan.symbols) <= 4
        assert len(plan.kills) <= 3
        assert all(kill.at_ms < STORM_MS for kill in plan.kills)


def test_every_plan_makes_a_valid_configuration(tmp_path):
    for plan in PLANS:
        config = plan.config(str(tmp_path))
        assert config.box.seed == plan.seed
        assert config.run.symbols == plan.symbols


def test_plans_differ_in_every_way():
    assert {plan.mode for plan in PLANS} == {"hedge", "one-way"}
    assert {len(plan.kills) for plan in PLANS} == {0, 1, 2, 3}
    assert {kill.point for plan in PLANS for kill in plan.kills} > {"", "send.before", "commit.before"}
    for key in PLANS[0].keys:
        if key not in ("journal.synchronous",):
            assert len({plan.keys[key] for plan in PLANS}) > 1, key


def test_small_rate_limits_leave_room_for_every_leg():
    for plan in PLANS:
        legs = len(plan.symbols) * (2 if plan.mode == "hedge" else 1)
        assert plan.keys["box.order_limit_10s"] * 0.2 >= 4 * legs


def test_an_unknown_level_is_refused():
    with pytest.raises(ValueError, match="no level 'breeze'; there are mild, storm, hurricane"):
        draw(1, "breeze")


def test_a_life_is_lived_the_same_again():
    first, second = live_seed(6), live_seed(6)
    assert first.journal_hash == second.journal_hash != ""
    assert (first.reached, first.repairs_ms) == (second.reached, second.repairs_ms)
