"""Belief in decisions: what is unsettled is debt, debt a posture, and the posture restrains entries, never an exit."""

from __future__ import annotations

from decimal import Decimal as D

import pytest

from hedgectl.core.model.input import LookedUp, ReadFailed, Started
from hedgectl.core.model.order import Purpose, Side
from hedgectl.core.settings import BeliefLimits


def posture(bench):
    return bench.state.durable.belief.posture


def refusal(bench):
    return next(event for event in reversed(bench.events) if event.kind == "intent.refused")


def unanswered(bench, name="k1"):
    """An order whose answer was lost, and which nobody can look up."""
    bench.enter(name)
    order = bench.sent[-1]
    bench.lose(order)
    return order


def wait(bench, seconds):
    for _ in range(seconds):
        bench.tick(1_000)
        bench.quote("BTCUSDT", "50000", "50000.1")
        bench.quote("METISUSDT", "40", "40.01")


def test_an_unanswered_order_is_a_mismatch_until_it_is_found(bench):
    order = unanswered(bench)
    bench.tick()
    assert bench.state.durable.belief.open[f"order {order.client_id}"].what == "unknown"
    bench.fill(order)
    bench.tick()
    assert not bench.state.durable.belief.open
    assert bench.kinds().count("mismatch.opened") == bench.kinds().count("mismatch.closed") == 1


def test_debt_ages_into_yellow_orange_and_red_and_entries_shrink_then_stop(bench):
    unanswered(bench)
    seen = []
    for _ in range(100):
        wait(bench, 1)
        if posture(bench) not in seen:
            seen.append(posture(bench))
    assert seen == ["GREEN", "YELLOW", "ORANGE", "RED"]
    bench.enter("other", "METISUSDT", notional_usdt=D(50), confidence=D(1))
    assert refusal(bench).code == "belief.posture"


def test_yellow_clips_a_wish_asks_for_confidence_and_keeps_a_distance(bench):
    unanswered(bench)
    while posture(bench) != "YELLOW":
        wait(bench, 1)
    bench.enter("unsure", "METISUSDT", notional_usdt=D(900))
    assert refusal(bench).code == "belief.confidence"
    bench.enter("bold", "METISUSDT", notional_usdt=D(900), confidence=D("0.9"), leverage=11)
    assert refusal(bench).code == "belief.leverage"
    bench.enter("sure", "METISUSDT", notional_usdt=D(900), confidence=D("0.9"), leverage=10)
    bench.read_back(10, "METISUSDT")
    sent = bench.sent[-1]
    assert sent.quantity * D("40.01") <= D(500)
    bench.enter("soon", "METISUSDT", notional_usdt=D(50), confidence=D("0.9"))
    assert refusal(bench).code == "belief.cooldown"


def test_an_explicit_quantity_is_refused_not_clipped(bench):
    unanswered(bench)
    while posture(bench) != "YELLOW":
        wait(bench, 1)
    bench.enter("exact", "METISUSDT", notional_usdt=None, quantity=D(20), confidence=D(1))
    assert refusal(bench).code == "belief.notional"


def test_in_red_an_exit_goes_as_in_green(bench):
    bench.holding()
    unanswered(bench, "k2")
    wait(bench, 100)
    assert posture(bench) == "RED"
    bench.leave()
    assert bench.sent[-1].purpose is Purpose.EXIT


def test_a_failed_read_raises_pressure_and_leaves_belief_as_it_was(bench):
    bench.holding()
    before = {key: each.quantity for key, each in bench.state.durable.positions.items()}
    for why in ("429 -1003", "503 Service Unavailable.", "400 -1021", "positionRisk: malformed"):
        bench.say(ReadFailed("snapshot", "", why), 1_000)
    assert {key: each.quantity for key, each in bench.state.durable.positions.items()} == before
    assert bench.state.durable.belief.streak == 4
    assert bench.state.durable.belief.open["read snapshot"].what == "blind"


def test_posture_and_debt_survive_a_restart(bench):
    unanswered(bench)
    wait(bench, 100)
    assert posture(bench) == "RED"
    bench.say(Started("run2", "0", "sim", "x"), 1_000)
    assert posture(bench) == "RED"
    assert bench.state.durable.belief.open


def test_calm_comes_back_a_step_at_a_time(bench):
    order = unanswered(bench)
    wait(bench, 100)
    bench.fill(order)
    bench.algo(bench.sent[-1])
    seen = []
    for second in range(140):
        wait(bench, 1)
        if second % 10 == 0:
            bench.look_at(bench.leg("0.002"), algos=(bench.algo_row(bench.sent[-1]),))
        if posture(bench) not in seen:
            seen.append(posture(bench))
    assert seen == ["RED", "ORANGE", "YELLOW", "GREEN"]
    bench.enter("again", "METISUSDT", notional_usdt=D(50))
    assert bench.sent[-1].intent_id == "again"


def test_agreed_legs_are_no_difference_and_no_extra_question(bench):
    bench.holding()
    bench.enter("short", side=Side.SELL)
    bench.fill(bench.sent[-1])
    bench.answer(bench.sent[-2])
    asked = len(bench.commands)
    bench.look_at(bench.leg("0.002"), bench.leg("-0.003", leg=bench.state.durable.positions["BTCUSDT|SHORT"].leg),
                  after_ms=30_000)  # fmt: skip
    assert not bench.state.volatile.doubts
    assert not [command for command in bench.commands[asked:] if type(command).__name__ == "ReadTrades"]


@pytest.mark.parametrize("failure", ["name resolution failed", "read_timeout"])
def test_an_outage_is_never_order_not_found(bench, failure):
    order = unanswered(bench)
    bench.ms += 60_000
    bench.say(LookedUp(order.client_id, None, False, why=failure))
    assert "order.missed" not in bench.kinds()
    bench.tick()
    assert bench.state.durable.belief.open


def test_a_ban_learnt_from_a_read_stops_reading_and_entries_until_it_ends(bench):
    bench.holding()
    now = bench.state.durable.entry_ms["BTCUSDT"] + bench.ms
    bench.say(ReadFailed("snapshot", "", "418", 418, now + 60_000))
    asked = len(bench.commands)
    bench.tick(11_000)
    bench.quote("METISUSDT", "40", "40.01")
    bench.enter("k2", "METISUSDT", notional_usdt=D(50), confidence=D(1))
    assert refusal(bench).code == "lane.rate_stop"
    assert not [command for command in bench.commands[asked:] if type(command).__name__ == "ReadSnapshot"]
    bench.leave()
    assert bench.sent[-1].purpose is Purpose.EXIT
    bench.tick(50_000)
    assert [command for command in bench.commands[asked:] if type(command).__name__ == "ReadSnapshot"]


def test_belief_asks_for_the_kill_switch_once_in_a_red_and_again_in_the_next(make_bench):
    bench = make_bench(belief=BeliefLimits(kill_score=4.0)).start()
    blind(bench, 200)
    asked = [event for event in bench.events if event.kind == "belief.kill_requested"]
    assert len(asked) == 1
    assert asked[0].score >= 4.0
    assert bench.state.durable.belief.kill_ms == asked[0].at_ms
    bench.state.durable.belief.posture = "GREEN"
    blind(bench, 5)
    assert bench.kinds().count("belief.kill_requested") == 1


def test_a_red_that_does_not_end_asks_for_the_kill_switch_too(make_bench):
    bench = make_bench(belief=BeliefLimits(kill_score=1_000.0, kill_red_s=60.0)).start()
    blind(bench, 90)
    assert not [event for event in bench.events if event.kind == "belief.kill_requested"]
    blind(bench, 100)
    assert [event.why[:7] for event in bench.events if event.kind == "belief.kill_requested"] == ["RED for"]


def test_sensors_that_fall_silent_are_a_mismatch_by_themselves(bench):
    for _ in range(100):
        bench.tick(1_000)
    opened = [(event.key, event.what) for event in bench.events if event.kind == "mismatch.opened"]
    assert opened == [("sensors", "unsure")]
    bench.look_at()
    bench.quote("BTCUSDT", "50000", "50000.1")
    assert bench.state.durable.belief.seen[""][0] > 0


def blind(bench, seconds):
    """Looks fail, each ten seconds."""
    for second in range(seconds):
        if second % 10 == 0:
            bench.say(ReadFailed("snapshot", "", "503"))
        bench.tick(1_000)


def test_an_account_that_could_not_be_read_at_the_start_is_read_as_soon_as_the_rules_are_known(make_bench):
    """The rules tell how much may be read: what was held back for that is not left for a cycle."""
    bench = make_bench()
    bench.say(Started("run1", "0", "sim", "x"))
    bench.say(ReadFailed("snapshot", "", "not asked"))
    before = len(bench.commands)
    bench.say(bench.rules())
    assert [type(each).__name__ for each in bench.commands[before:]] == ["ReadSnapshot"]
    bench.say(bench.snapshot())
    before = len(bench.commands)
    bench.say(bench.rules())
    assert not bench.commands[before:]
