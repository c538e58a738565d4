"""Leverage before an entry (R9): what it should be, set and read back, the entry held meanwhile; never for an exit."""

from __future__ import annotations

import inspect
import typing
from dataclasses import replace
from decimal import Decimal as D
from pathlib import Path

import pytest

import hedgectl.core.engine
from hedgectl.core.engine import holding, leverage
from hedgectl.core.engine.leverage import bracket_leverage
from hedgectl.core.model.command import ReadBrackets, ReadLeverages, SetLeverage
from hedgectl.core.model.input import (
    BracketsTaken,
    LeveragesTaken,
    ReadFailed,
    Started,
)
from hedgectl.core.model.intent import Entry, Exit
from hedgectl.core.model.leverage import Bracket, SymbolLeverage
from hedgectl.core.model.order import Lane
from hedgectl.core.model.reply import Fault, FaultKind, Reply
from hedgectl.core.settings import RiskLimits, Tier

TABLE = (Bracket("BTCUSDT", D(500), 50), Bracket("BTCUSDT", D(1000), 4), Bracket("BTCUSDT", D(2000), 3))
NO = '{"code":-2027,"msg":"Exceeded the maximum allowable position at current leverage."}'


def refusal(bench):
    return next(event for event in reversed(bench.events) if event.kind == "intent.refused")


def test_an_entry_whose_leverage_the_account_has_goes_at_once(bench):
    bench.enter()
    assert len(bench.sent) == 1
    assert not bench.sets


def test_an_entry_is_held_until_its_leverage_is_set_and_read_back(bench):
    bench.enter(leverage=3)
    assert bench.sets == [("BTCUSDT", 3)]
    assert not bench.sent
    assert bench.kinds()[-1] == "intent.held"
    assert (bench.events[-1].leverage, bench.events[-1].was) == (3, 5)
    bench.read_back(3)
    released = bench.kinds().index("intent.released")
    assert bench.kinds()[released + 1 :] == ["order.inferred", "intent.accepted", "order.prepared"]
    bench.enter("k2", leverage=3)
    assert len(bench.sent) == 2
    assert len(bench.sets) == 1
    assert not bench.state.durable.held


@pytest.mark.parametrize(
    ("limits", "wish", "target"),
    [
        ({}, {"leverage": 3}, 3),
        ({"leverage": 4}, {}, 4),
        ({"leverage": 20, "leverage_max": 7}, {}, 7),
        ({"leverage": 20, "tiers": (Tier("core", ("BTCUSDT",), D(10), D(10), 2),)}, {}, 2),
        ({"leverage": 20}, {"notional_usdt": D(400)}, 20),
        ({"leverage": 20}, {"notional_usdt": D(999)}, 4),
    ],
)
def test_leverage_is_the_least_of_all_that_limit_it(make_bench, limits, wish, target):
    bench = make_bench(risk=replace(RiskLimits(), **limits)).start()
    bench.say(BracketsTaken(TABLE))
    bench.enter(**wish)
    assert bench.sets == [("BTCUSDT", target)]


def test_the_posture_limits_what_a_wish_without_leverage_gets(make_bench):
    bench = make_bench(risk=replace(RiskLimits(), leverage=20)).start()
    bench.state.durable.belief.posture = "ORANGE"
    bench.enter(confidence=D(1), notional_usdt=D(190))
    assert not bench.sets
    assert len(bench.sent) == 1  # ORANGE allows 5, which is what the account has


def test_a_posture_alone_sets_nothing(bench):
    bench.holding()
    bench.state.durable.belief.posture = "RED"
    bench.tick(60_000)
    bench.look_at(bench.leg("0.002"))
    assert not bench.sets


def test_brackets_count_what_is_open_beside_the_entry(bench):
    bench.say(BracketsTaken(TABLE))
    bench.holding(notional_usdt=D(400))
    bench.enter("k2", notional_usdt=D(300))
    assert bench.sets == [("BTCUSDT", 4)]


@pytest.mark.parametrize(("notional", "most"), [("500", 50), ("500.01", 4), ("2000", 3), ("9999", 3)])
def test_a_bracket_ends_at_its_notional_and_the_last_one_never(notional, most):
    assert bracket_leverage(TABLE, D(notional), 125) == most
    assert bracket_leverage((), D(notional), 125) == 125


@pytest.mark.parametrize(
    ("answer", "words"),
    [(Reply(400, NO), "-2027 Exceeded"), (Fault(FaultKind.READ_TIMEOUT), "no answer"), (Reply(502, ""), "502")],
)
def test_what_is_not_read_back_is_refused_with_both_numbers_and_the_exchanges_words(bench, answer, words):
    bench.enter(leverage=3)
    bench.read_back(5, answer=answer)
    found = refusal(bench)
    assert (found.code, found.number, found.limit) == ("risk.leverage_not_set", "5", "3")
    assert words in found.hint
    assert not bench.sent
    assert not bench.state.durable.held
    assert not bench.state.durable.intents


def test_a_set_whose_answer_was_lost_is_decided_by_reading_back(bench):
    bench.enter(leverage=3)
    bench.read_back(3, answer=Fault(FaultKind.READ_TIMEOUT))
    assert len(bench.sent) == 1


def test_a_set_that_cannot_be_read_back_is_refused_and_the_next_entry_sets_anew(bench):
    bench.enter(leverage=3)
    bench.say(ReadFailed("leverage", "BTCUSDT", "GET symbolConfig: 503"))
    assert (refusal(bench).code, refusal(bench).number) == ("risk.leverage_not_set", "unread")
    bench.enter("k2")
    assert bench.sets == [("BTCUSDT", 3), ("BTCUSDT", 5)]  # 5 was known before, and is not any more


def test_the_next_look_ends_the_blindness_of_a_set_that_could_not_be_read_back(bench):
    bench.enter(leverage=3)
    bench.say(ReadFailed("leverage", "BTCUSDT", "GET symbolConfig: 503"))
    assert "read leverage" in bench.state.durable.belief.open
    bench.tick(10_001)
    bench.say(bench.leverages())
    bench.look_at()
    assert not bench.state.durable.belief.open


def test_after_a_set_that_failed_the_account_is_looked_at_with_the_next_cycle(bench):
    bench.enter(leverage=3)
    bench.read_back(5, answer=Reply(400, NO))
    asked = len(bench.commands)
    bench.tick(10_001)
    assert any(isinstance(each, ReadLeverages) for each in bench.commands[asked:])
    bench.say(bench.leverages())
    bench.look_at()
    bench.quote("BTCUSDT", "50000", "50000.1")
    bench.enter("k2")
    assert len(bench.sent) == 1


def test_an_entry_that_nobody_knows_the_leverage_for_waits_for_a_set(bench):
    bench.state.volatile.leverages.clear()
    bench.enter()
    assert bench.sets == [("BTCUSDT", 5)]
    assert bench.events[-1].was == 0


def test_no_set_leaves_without_room_in_the_entry_lane(bench):
    budget = bench.state.volatile.budget
    budget.weight.limit = 200
    while budget.allows(Lane.ENTRY, 6, 0, 1_767_225_600_000 + bench.ms):
        budget.grant(Lane.ENTRY, 1, 0, 1_767_225_600_000 + bench.ms)
    bench.enter(leverage=3)
    assert refusal(bench).code == "lane.rate_budget"
    assert not bench.sets
    bench.enter("k2")
    assert len(bench.sent) == 1


def test_a_paper_order_sets_nothing(bench):
    bench.enter(leverage=3, paper=True)
    assert bench.sent[0].paper
    assert not bench.sets


def test_leverages_are_read_at_the_start_and_every_ten_cycles_brackets_once(make_bench):
    bench = make_bench()
    bench.say(Started("run1", "0", "sim", "x"))
    for _ in range(25):
        bench.look_at()
        bench.tick(9_990)
    assert sum(isinstance(each, ReadLeverages) for each in bench.commands) == 3
    assert sum(isinstance(each, ReadBrackets) for each in bench.commands) == 1


@pytest.mark.parametrize(("what", "command"), [("leverages", ReadLeverages), ("brackets", ReadBrackets)])
def test_what_gave_up_is_asked_again_with_the_cycle(bench, what, command):
    bench.say(ReadFailed(what, "", "read_timeout"))
    asked = len(bench.commands)
    bench.tick(10_001)
    assert any(isinstance(each, command) for each in bench.commands[asked:])
    bench.say(bench.leverages() if what == "leverages" else BracketsTaken(TABLE))
    assert what not in bench.state.volatile.failures


def test_a_look_that_was_asked_for_before_a_set_says_nothing_about_it(bench):
    asked_ms = 1_767_225_600_000 + bench.ms
    bench.enter(leverage=3)
    early = LeveragesTaken((SymbolLeverage("BTCUSDT", 5), SymbolLeverage("METISUSDT", 9)), asked_ms)
    bench.say(early)
    bench.ms += 50
    bench.read_back(3)
    bench.say(early)
    bench.enter("k2", leverage=3)
    assert len(bench.sent) == 2
    assert bench.state.volatile.leverages["METISUSDT"] == (9, asked_ms)


def test_brackets_are_noted_when_they_are_new_or_changed(bench):
    bench.say(BracketsTaken(TABLE))
    bench.say(BracketsTaken(TABLE))
    assert bench.kinds().count("brackets.read") == 1
    other = Bracket("METISUSDT", D(9), 2)
    bench.say(BracketsTaken((*TABLE, other)))
    assert bench.events[-1].brackets == (other,)
    assert bench.state.durable.brackets == {"BTCUSDT": TABLE, "METISUSDT": (other,)}


def test_only_what_takes_an_entry_can_ask_for_a_set():
    """By types: the command is made in one place, whose ways in take an Entry, and nothing that leaves imports it."""
    folder = Path(hedgectl.core.engine.__file__).parent
    making = [path.name for path in folder.glob("*.py") if f"{SetLeverage.__name__}(" in path.read_text()]
    assert making == ["leverage.py"]
    assert "SetLeverage(" in inspect.getsource(leverage.hold)
    assert typing.get_type_hints(leverage.hold)["entry"] is Entry
    functions = [each for each in vars(leverage).values() if inspect.isfunction(each)]
    assert not any(Exit in typing.get_type_hints(each).values() for each in functions)
    for name in ("leaving", "covering", "killing", "withdrawing", "sending"):
        text = (folder / f"{name}.py").read_text()
        assert "engine.leverage" not in text
        assert holding.__name__ not in text
