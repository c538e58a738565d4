"""Entries that wait for their leverage (R9): who waits, for how long, and that none is lost, doubled or forgotten."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal as D

import pytest

from hedgectl.core.model.input import ClockMeasured, KillAsked, LeveragesTaken, Started, StopRequested
from hedgectl.core.model.leverage import SymbolLeverage
from hedgectl.core.model.reply import Reply
from hedgectl.core.settings import RiskLimits
from hedgectl.core.state.volatile import fresh_state

NO = '{"code":-2027,"msg":"Exceeded the maximum allowable position at current leverage."}'


def refusal(bench):
    return next(event for event in reversed(bench.events) if event.kind == "intent.refused")


def restarted(bench, make_bench):
    """A new process on what is durable."""
    again = make_bench()
    again.ms, settings = bench.ms + 5_000, bench.state.settings
    again.state = fresh_state(settings, again.state.volatile.budget, bench.state.durable)
    again.say(Started("run2", "0", "sim", "x"))
    return again


def test_others_of_the_symbol_wait_behind_and_follow_one_by_one(bench):
    bench.enter("k1", leverage=3)
    bench.enter("k2", leverage=3, notional_usdt=D(200))
    bench.enter("k3")  # wants what the account has, and that is about to change
    bench.enter("m1", "METISUSDT")
    assert [order.intent_id for order in bench.sent] == ["m1"]
    assert bench.sets == [("BTCUSDT", 3)]
    bench.read_back(3)
    bench.tick(0)
    assert [order.intent_id for order in bench.sent] == ["m1", "k1", "k2"]
    bench.tick(0)
    assert bench.sets == [("BTCUSDT", 3), ("BTCUSDT", 5)]
    bench.read_back(5)
    assert [order.intent_id for order in bench.sent] == ["m1", "k1", "k2", "k3"]


def test_a_failed_set_refuses_who_waited_for_it_and_no_one_else(bench):
    bench.enter("k1", leverage=3)
    bench.enter("k2", leverage=3)
    bench.enter("k3", leverage=2)
    bench.read_back(5, answer=Reply(400, NO))
    refused = [event.intent_id for event in bench.events if event.kind == "intent.refused"]
    assert refused == ["k1", "k2"]
    assert bench.sets == [("BTCUSDT", 3), ("BTCUSDT", 2)]
    bench.read_back(2)
    assert [order.intent_id for order in bench.sent] == ["k3"]


def test_so_many_entries_may_wait_and_no_more(make_bench):
    bench = make_bench(risk=replace(RiskLimits(), held_max=2)).start()
    for number in range(3):
        bench.enter(f"k{number}", leverage=3)
    assert refusal(bench).code == "risk.leverage_pending"
    assert list(bench.state.durable.held) == ["k0", "k1"]


def test_a_held_intent_is_a_duplicate_of_itself(bench):
    bench.enter("k1", leverage=3)
    bench.enter("k1", leverage=3)
    assert refusal(bench).code == "risk.duplicate_intent"
    bench.read_back(3)
    assert len(bench.sent) == 1


def test_a_held_entry_is_vetted_from_the_start(bench):
    bench.enter("k1", leverage=3)
    bench.ms += 5_001
    bench.read_back(3)
    assert refusal(bench).code == "market.stale_quote"


def test_a_held_entry_expires_though_no_answer_ever_comes(bench):
    bench.enter("k1", leverage=3)
    bench.tick(30_000)
    assert bench.state.durable.held
    bench.tick(1)
    assert refusal(bench).code == "risk.expired"
    assert not bench.state.durable.held


def test_a_deadline_of_its_own_binds_a_held_entry(bench):
    bench.enter("k1", leverage=3, expires_ms=1_767_225_600_000 + bench.ms + 900)
    bench.tick(901)
    assert refusal(bench).code == "risk.expired"


@pytest.mark.parametrize(
    ("given", "code"), [(StopRequested("a person"), "run.stopping"), (KillAsked("entries", "x"), "kill.entries")]
)
def test_whoever_waits_is_refused_when_entries_end(bench, given, code):
    bench.enter("k1", leverage=3)
    bench.enter("k2", leverage=3)
    bench.say(given)
    bench.tick(0)
    bench.tick(0)
    refused = [(event.intent_id, event.code) for event in bench.events if event.kind == "intent.refused"]
    assert refused == [("k1", code), ("k2", code)]
    bench.read_back(3)
    assert not bench.sent


def test_after_a_restart_a_held_entry_is_vetted_again_once_the_account_was_seen(bench, make_bench):
    bench.enter("k1", leverage=3)
    again = restarted(bench, make_bench)
    again.tick(0)
    assert again.state.durable.held
    again.say(ClockMeasured(0, 10))
    again.say(again.rules())
    again.say(LeveragesTaken((SymbolLeverage("BTCUSDT", 3),), 1_767_225_600_000 + again.ms))
    again.look_at()
    again.tick(0)
    assert again.state.durable.held
    again.quote("BTCUSDT", "50000", "50000.1")
    again.tick(0)
    assert [order.intent_id for order in again.sent] == ["k1"]
    assert not again.sets


def test_after_a_restart_a_held_entry_that_is_too_old_expires(bench, make_bench):
    bench.enter("k1", leverage=3)
    again = restarted(bench, make_bench)
    again.say(ClockMeasured(0, 10))
    again.look_at()
    again.tick(30_000)
    assert refusal(again).code == "risk.expired"
    assert not again.state.durable.held


def test_an_exit_goes_while_its_symbols_leverage_is_being_set(bench):
    bench.holding()
    bench.enter("k2", leverage=3)
    bench.leave()
    assert bench.sent[-1].intent_id == "x1"
    assert bench.sets == [("BTCUSDT", 3)]
