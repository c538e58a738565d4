"""The confidence is what the sensors vouch for: less with age, never more with less."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hedgectl.core.belief.sensors import confidence_of, freshness
from hedgectl.core.settings import BeliefLimits, Sensor

LIMITS = BeliefLimits()
NOW = {"snapshot": 0, "stream": 0, "replies": 0, "quotes": 0}


@pytest.mark.parametrize("age_ms, worth", [(0, 1.0), (15_000, 1.0), (37_500, 0.5), (60_000, 0.0), (90_000, 0.0)])
def test_a_statement_loses_its_worth_between_fresh_and_stale(age_ms, worth):
    assert freshness(age_ms, LIMITS.snapshot) == pytest.approx(worth)


@pytest.mark.parametrize("silent, left", [("snapshot", 0.6), ("stream", 0.7), ("replies", 0.8), ("quotes", 0.9)])
def test_a_sensor_that_never_spoke_costs_its_reliability(silent, left):
    ages = {name: age for name, age in NOW.items() if name != silent}
    assert confidence_of(ages, LIMITS) == pytest.approx(left)


@given(st.dictionaries(st.sampled_from(tuple(NOW)), st.integers(0, 200_000)), st.sampled_from(tuple(NOW)))
def test_an_older_statement_never_makes_us_surer(ages, name):
    older = ages | {name: ages.get(name, 200_000) + 1_000}
    assert confidence_of(older, LIMITS) <= confidence_of(ages | {name: ages.get(name, 200_000)}, LIMITS)


def test_sensors_without_weight_are_no_sensors():
    nothing = Sensor(0.0, 1.0, 2.0)
    limits = BeliefLimits(snapshot=nothing, stream=nothing, replies=nothing, quotes=nothing)
    assert confidence_of(NOW, limits) == 0.0
