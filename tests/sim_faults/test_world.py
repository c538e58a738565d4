"""What happens at a real box meanwhile: each trouble strikes what is there, is counted when it did, and heals."""

from __future__ import annotations

from decimal import Decimal as D
from random import Random

import pytest

from hedgectl.sim.box import Box
from hedgectl.sim.exchange import Exchange
from hedgectl.sim.faults.director import Director
from hedgectl.sim.faults.profile import FaultProfile
from hedgectl.sim.faults.registry import RUN, WORLD
from hedgectl.sim.faults.scene import Scene
from hedgectl.sim.faults.sizes import Sizes
from hedgectl.sim.market.synthetic import SyntheticFeed
from hedgectl.sim.model import NewAlgo, NewOrder

START_MS = 1_700_000_000_000
SYMBOLS = ("BTCUSDT", "ETHUSDT", "SOLUSDT")


@pytest.fixture(params=[False, True], ids=["one-way", "hedge"])
def box(request):
    return make_box(request.param)


def make_box(hedge=False):
    feed = SyntheticFeed(SYMBOLS, seed=1, start_ms=START_MS, regime="quiet")
    box = Box(Exchange(feed, seed=1, hedge=hedge, balance=D(10_000), start_ms=START_MS))
    box.advance(START_MS + 1000)
    return box


def strike(box, name, seed=1):
    undoes = []
    scene = Scene(box, box.exchange.now_ms, Sizes(), undoes.append)
    fault = WORLD.get(name) or RUN[name]
    return fault.act(scene, Random(seed)), undoes


def legs(box):
    return {(p.symbol, p.position_side): p.qty for p in box.exchange.positions() if p.qty}


def open_long(box):
    side = "LONG" if box.exchange.hedge else "BOTH"
    box.exchange.place(NewOrder("BTCUSDT", "BUY", "MARKET", side, qty=D("0.010"), client_id="mine"))
    return side


def place_stop(box, side):
    new = NewAlgo(
        "BTCUSDT", "SELL", "STOP_MARKET", side, trigger_price=D("50000.0"), close_position=True, client_id="stop"
    )
    return box.exchange.place_algo(new)


def test_the_mode_flips_by_hand(box):
    open_long(box)
    before = box.exchange.hedge
    assert strike(box, "mode_flipped")[0]
    assert box.exchange.hedge is not before
    assert legs(box) == {}


def test_a_person_opens_and_closes(box):
    assert not strike(box, "person_closes")[0]
    for seed in range(6):
        assert strike(box, "person_opens", seed)[0]
    assert legs(box)
    for seed in range(60):
        strike(box, "person_closes", seed)
    assert legs(box) == {}


def test_a_person_leaves_an_order_and_cancels_it(box):
    assert not strike(box, "person_cancels_order")[0]
    assert strike(box, "person_rests")[0]
    (order,) = box.exchange.open_orders()
    assert order.client_id.startswith("web_")
    assert strike(box, "person_cancels_order")[0]
    assert box.exchange.open_orders() == []


def test_a_person_cancels_a_stop(box):
    assert not strike(box, "person_cancels_stop")[0]
    place_stop(box, open_long(box))
    assert strike(box, "person_cancels_stop")[0]
    assert box.exchange.open_algos() == []


def test_a_conditional_order_is_acknowledged_and_gone_a_moment_later(box):
    assert strike(box, "algo_vanishes")[0]
    place_stop(box, open_long(box))
    assert len(box.exchange.open_algos()) == 1
    box.advance(box.exchange.now_ms + 2_001)
    assert box.exchange.open_algos() == []


def test_rules_change(box):
    before = {s: (spec.min_notional, spec.tick) for s, spec in box.exchange.specs.items()}
    assert strike(box, "notional_raised")[0]
    assert strike(box, "tick_widened")[0]
    after = {s: (spec.min_notional, spec.tick) for s, spec in box.exchange.specs.items()}
    assert sum(after[s][0] == before[s][0] * 2 for s in SYMBOLS) == 1
    assert sum(after[s][1] == before[s][1] * 10 for s in SYMBOLS) == 1
    for seed in range(60):
        strike(box, "notional_raised", seed)
        strike(box, "tick_widened", seed)
    for spec in box.exchange.specs.values():
        assert spec.min_notional <= 500
        assert spec.tick * 1000 <= spec.anchor_price


def test_a_symbol_leaves_in_two_steps_and_one_always_stays(box):
    assert strike(box, "symbol_delisted")[0]
    assert sorted(s.status for s in box.exchange.specs.values()) == ["REDUCE_ONLY", "TRADING", "TRADING"]
    for seed in range(60):
        strike(box, "symbol_delisted", seed)
    statuses = sorted(s.status for s in box.exchange.specs.values())
    assert statuses == ["SETTLING", "SETTLING", "TRADING"]


def test_entries_are_forbidden_and_allowed_again(box):
    assert strike(box, "entries_forbidden", 1)[0]
    assert len(box.exchange.hands.restrictions.quantitative) == 1
    assert strike(box, "entries_forbidden", 1)[0]
    assert not box.exchange.hands.restrictions.quantitative


def test_the_listen_key_dies_early_and_says_so(box):
    assert not strike(box, "key_expired_early")[0]
    heard = []
    key = box.streams.open(box.exchange.now_ms)
    box.subscribe(key, heard.append)
    assert strike(box, "key_expired_early")[0]
    assert b"listenKeyExpired" in heard[-1]
    with pytest.raises(KeyError):
        box.subscribe(key, heard.append)


def test_the_clock_is_off_and_jumps_within_bounds(box):
    for seed in range(50):
        strike(box, "clock_jump", seed)
        assert abs(box.clock_offset_ms) <= Sizes().clock_jump_ms
    assert box.clock_offset_ms
    box.clock_offset_ms = 0
    assert strike(box, "clock_offset")[0]
    assert 0 < abs(box.clock_offset_ms) <= Sizes().clock_ms


@pytest.mark.parametrize("view", ["order", "open_orders", "algo", "positions", "trades"])
def test_a_view_lags_until_healed(view):
    box = make_box()
    struck, undoes = strike(box, f"lag_{view}")
    assert struck
    assert 0 < getattr(box.visibility, view) <= Sizes().lag_ms
    for undo in undoes:
        undo()
    assert getattr(box.visibility, view) == 0


def test_every_trouble_of_the_world_is_tested_here():
    people = {"mode_flipped", "person_opens", "person_closes", "person_rests", "person_cancels_order"}
    operators = {"algo_vanishes", "notional_raised", "tick_widened", "symbol_delisted", "entries_forbidden"}
    assert set(WORLD) == people | operators | {"person_cancels_stop", "key_expired_early", "clock_jump"}
    lags = {"lag_order", "lag_open_orders", "lag_algo", "lag_positions", "lag_trades"}
    assert set(RUN) == lags | {"clock_offset"}


def direct(rates, seed="s", hours=10):
    box = make_box()
    profile = FaultProfile(rates)
    director = Director(box, profile, now_ms=START_MS, seed=seed)
    times = []
    while (at := director.next_ms()) is not None and at < START_MS + hours * 3_600_000:
        director.act(at)
        times.append(at)
    return box, profile, director, times


def test_troubles_come_at_their_rate_and_at_the_seed_s_moments():
    _, profile, _, times = direct({"clock_jump": 20.0})
    assert 150 < len(times) < 250
    assert profile.fired["clock_jump"] == len(times)
    assert direct({"clock_jump": 20.0})[3] == times
    assert direct({"clock_jump": 20.0}, seed="t")[3] != times


def test_another_trouble_leaves_the_moments_of_the_first():
    alone = direct({"clock_jump": 5.0})[3]
    among = direct({"clock_jump": 5.0, "algo_vanishes": 30.0})[3]
    assert set(alone) < set(among)


def test_a_trouble_that_finds_nothing_to_trouble_is_not_counted():
    _, profile, _, times = direct({"person_closes": 20.0})
    assert len(times) > 100
    assert not profile.fired


def test_healing_sets_everything_right_that_is_no_deed():
    rates = {"clock_jump": 20.0, "entries_forbidden": 20.0, "lag_order": 1.0, "lag_algo": 1.0}
    box, profile, director, _ = direct(rates)
    box.limits.banned_until_ms = START_MS * 2
    assert box.visibility.order
    profile.heal()
    assert box.clock_offset_ms == 0
    assert (box.visibility.order, box.visibility.algo) == (0, 0)
    assert not box.exchange.hands.restrictions.quantitative
    assert box.limits.banned_until_ms == 0
    assert director.next_ms() is None
    fired = profile.fired.copy()
    director.act(START_MS * 2)
    assert (profile.fired, box.clock_offset_ms) == (fired, 0)


def test_two_directors_of_one_box_still_heal_to_what_was_before_both():
    box, profile, _, _ = direct({"lag_order": 1.0})
    Director(box, profile, now_ms=START_MS, seed="again")
    profile.heal()
    assert box.visibility.order == 0


def test_a_calm_profile_touches_nothing():
    box, profile, director, times = direct({})
    assert (times, director.next_ms(), dict(profile.fired)) == ([], None, {})
    profile.heal()
    assert box.exchange.ledger.of("manual") == []
