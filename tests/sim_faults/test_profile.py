"""Profiles: swarm rates, one fault at most, an end to everything, and counters that tell the truth."""

from __future__ import annotations

from collections import Counter
from random import Random

import pytest

from hedgectl.sim.faults.catalogue import FAULTS, MODULES
from hedgectl.sim.faults.profile import CHANCE_MAX, FaultProfile
from hedgectl.sim.faults.registry import Place, on_request
from hedgectl.sim.faults.sizes import LEVELS

SETTLE_MS = 10_000


def test_each_fault_has_a_name_a_sentence_a_place_and_a_rate():
    assert len(FAULTS) >= 40
    assert len(MODULES) == len(set(MODULES))
    for name, fault in FAULTS.items():
        assert name == fault.name
        assert fault.doc.endswith(".")
        assert "\n" not in fault.doc
        assert fault.peak > 0
    assert {fault.place for fault in FAULTS.values()} == set(Place)


def test_two_faults_of_one_name_are_a_mistake():
    def request_lost(flight, rng):
        return True

    with pytest.raises(ValueError, match="two faults named request_lost"):
        on_request(0.1)(request_lost)


@pytest.mark.parametrize("level", LEVELS)
def test_a_seed_draws_its_own_rates_and_some_are_zero(level):
    profiles = [FaultProfile.draw(Random(seed), level) for seed in range(60)]
    assert profiles[0].rates == FaultProfile.draw(Random(0), level).rates
    assert profiles[0].rates != profiles[1].rates
    drawn = Counter(name for p in profiles for name in p.rates)
    assert set(drawn) == set(FAULTS)
    assert max(drawn.values()) < 60
    left_out, factor, _ = LEVELS[level]
    assert abs(sum(drawn.values()) / len(FAULTS) / 60 - (1 - left_out)) < 0.06
    assert all(rate <= FAULTS[name].peak * factor for p in profiles for name, rate in p.rates.items())


def test_a_rougher_level_is_rougher():
    def total(level):
        return sum(sum(FaultProfile.draw(Random(seed), level).rates.values()) for seed in range(50))

    assert total("mild") < total("storm") < total("hurricane")


def test_up_to_a_storm_views_are_younger_than_settling_assumes():
    for level in ("mild", "storm"):
        sizes = LEVELS[level][2]
        assert sizes.lag_ms + sizes.stale_ms < SETTLE_MS
    assert LEVELS["hurricane"][2].lag_ms > SETTLE_MS


def test_a_new_fault_changes_no_other_rate(monkeypatch):
    before = FaultProfile.draw(Random(3), "storm").rates
    monkeypatch.delitem(FAULTS, "reply_lost")
    after = FaultProfile.draw(Random(3), "storm").rates
    assert after == {name: rate for name, rate in before.items() if name != "reply_lost"}


def test_nonsense_is_refused():
    with pytest.raises(ValueError, match="no fault named 'gremlins'"):
        FaultProfile({"gremlins": 0.1})
    with pytest.raises(ValueError, match="rate of reply_lost is -1"):
        FaultProfile({"reply_lost": -1})
    with pytest.raises(ValueError, match="rate of reply_lost is nan"):
        FaultProfile({"reply_lost": float("nan")})
    with pytest.raises(ValueError, match="no level 'breeze'; there are mild, storm, hurricane"):
        FaultProfile.draw(Random(1), "breeze")


def test_a_calm_profile_is_not_active():
    calm = FaultProfile.none()
    assert [calm.active, calm.on_requests, calm.on_streams] == [False] * 3
    assert not FaultProfile({"reply_lost": 0}).active


def test_healing_stops_faults_and_undoes_what_lasts_once(stage, run, order):
    it = stage({"body_empty": 1.0, "event_missing": 1.0})
    undone = []
    it.profile.when_healed(lambda: undone.append(1))
    assert run(it.ask(order)).body == b""
    it.profile.heal()
    it.profile.heal()
    assert undone == [1]
    assert run(it.ask(order)).body != b""
    assert not it.profile.active
    assert it.profile.fired == {"body_empty": 1}
    it.profile.when_healed(lambda: undone.append(2))
    assert undone == [1, 2]


def test_something_always_gets_through(stage, run, order):
    names = [name for name, fault in FAULTS.items() if fault.place is Place.REQUEST and name.startswith("http_")]
    it = stage(dict.fromkeys(names, 1.0))
    passed = 0
    for _ in range(300):
        reply = run(it.ask(order))
        passed += reply.status == 200
    assert abs(passed / 300 - (1 - CHANCE_MAX)) < 0.1
    assert set(it.profile.fired) == set(names)
