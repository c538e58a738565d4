"""Goal: a report is the same in whatever order lives came, and says no where it must."""

from __future__ import annotations

from dataclasses import replace

import pytest

from hedgectl.drill.oracle import LAWS, Breach
from hedgectl.drill.report import REPAIR_MS_MAX, Lived, Spread, fold, spread
from hedgectl.drill.sometimes import DECLARED, EXTREME, OFTEN, STATES, missed
from hedgectl.sim.faults.catalogue import FAULTS

ALL = dict.fromkeys(DECLARED, 1)
LIFE = Lived(1, "storm", (), ALL, 1_000, (20, 40), 2.0, 1.0, 30, 20, 1, (1.0, 100.0, 4.0), "hash")
BREACH = Breach("calm_heals", "BTCUSDT|LONG is naked")


def lives(count, **more):
    return [replace(LIFE, seed=seed, journal_hash=str(seed), **more) for seed in range(1, count + 1)]


def test_a_report_does_not_depend_on_the_order():
    some = lives(5)
    assert fold(some, "storm") == fold(some[::-1], "storm")
    assert fold(some, "storm").digest != fold(some[1:], "storm").digest


def test_lives_are_summed():
    report = fold(lives(4), "storm")
    assert (report.lives, report.intents, report.orders, report.kills) == (4, 120, 80, 4)
    assert report.repair_ms == Spread(1_000, 1_000, 1_000)
    assert report.repairs_ms == Spread(40, 40, 40)
    assert report.passed
    assert set(report.laws) == set(LAWS)


def test_a_broken_law_fails_and_is_counted_once_a_life():
    report = fold([*lives(3), replace(LIFE, seed=9, breaches=(BREACH, BREACH))], "storm")
    assert report.laws["calm_heals"] == 1
    assert report.problems == ("1 lives broke a law",)
    assert [each.seed for each in report.failing] == [9]


def test_beyond_the_bounds_of_the_laws_breaches_are_counted_only():
    report = fold([replace(LIFE, level="hurricane", breaches=(BREACH,))], "hurricane")
    assert report.laws["calm_heals"] == 1
    assert report.passed


def test_slow_repair_fails():
    report = fold(lives(10, repair_ms=REPAIR_MS_MAX), "storm")
    assert report.problems == ("p99 of repair after healing is 30.0 s, 30 s allowed",)


def test_a_state_never_reached_fails_a_sweep_that_is_long_enough():
    poor = {name: 1 for name in DECLARED if name != "posture ORANGE"}
    assert fold(lives(OFTEN - 1, reached=poor), "storm").passed
    report = fold(lives(OFTEN, reached=poor), "storm")
    assert [each.state for each in report.missed] == ["posture ORANGE"]
    assert not report.passed
    assert fold(lives(OFTEN, reached=poor), "storm", interrupted=True).missed == ()


def test_every_fault_and_every_posture_is_declared():
    assert {f"fault {name}" for name in FAULTS} <= DECLARED.keys()
    assert {f"posture {name}" for name in ("GREEN", "YELLOW", "ORANGE", "RED")} <= STATES.keys()
    assert {each.state for each in missed({}, EXTREME)} == DECLARED.keys()


@pytest.mark.parametrize(
    "values, found",
    [([], None), ([7], Spread(7, 7, 7)), (range(101), Spread(50, 99, 100)), ([5, 1, 3], Spread(3, 5, 5))],
)
def test_spread(values, found):
    assert spread(values) == found
