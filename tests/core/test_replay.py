"""A journal through today's decisions: the same is the same, a change is told where it is, nothing else is blamed."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal as D

import orjson
import pytest

from hedgectl.core.decision import Noted
from hedgectl.core.engine import decide, replies
from hedgectl.core.model.codec import INPUT_KINDS, encode
from hedgectl.core.model.event import CoverLost, IntentDone
from hedgectl.core.model.evidence import Quote, Wallet
from hedgectl.core.model.input import (
    ClockMeasured,
    CreateAnswered,
    InstrumentsTaken,
    IntentReceived,
    LeveragesTaken,
    QuotesTaken,
    SnapshotTaken,
    Started,
)
from hedgectl.core.model.instrument import Instrument
from hedgectl.core.model.intent import Entry
from hedgectl.core.model.leverage import SymbolLeverage
from hedgectl.core.model.moment import Moment
from hedgectl.core.model.order import Leg, Mode, Side
from hedgectl.core.model.reply import Fault, FaultKind, Reply
from hedgectl.core.replay import ANOTHER_VERSION, DIFFERENCES_MAX, NO_SETTINGS, first_difference, replay
from hedgectl.core.risk import sizing
from hedgectl.core.settings import Settings
from hedgectl.core.state.used import budget_of
from hedgectl.core.state.volatile import fresh_state
from hedgectl.store.rows import given_of

T0 = 1_767_225_600_000
RULES = Instrument(
    "BTCUSDT", "TRADING", D("0.10"), D("0.001"), D("0.001"), D("1000"), D("0.001"), D("0.001"), D("120"),
    D("1"), D("1000000"), D("100"), D("1.05"), D("0.95"),
)  # fmt: skip
MONEY = Wallet(D(1000), D(0), D(1000), D(1000), T0)


class Life:
    """Inputs decided one after the other, journaled as the executor does it."""

    def __init__(self):
        settings = Settings(("BTCUSDT",))
        self.state = fresh_state(settings, budget_of(settings))
        self.ms, self.rows = 0, []

    def say(self, given, after_ms=10):
        self.ms += after_ms
        now = Moment(self.ms, T0 + self.ms, T0 + self.ms)
        decision = decide(self.state, given, now)
        if decision.notes:
            body = encode({"given": given, "used": decision.used, "now": now})
            first = decision.notes[0]
            self.row(INPUT_KINDS[type(given)], first.correlation_id, first.symbol, body)
            for noted in decision.notes:
                self.row(noted.event.kind, noted.correlation_id, noted.symbol, encode(noted.event))
        return decision

    def row(self, kind, correlation, symbol, body):
        self.rows.append((len(self.rows) + 1, T0 + self.ms, kind, correlation, symbol, body))

    def enter(self, name):
        order = self.say(IntentReceived(Entry(name, "BTCUSDT", Side.BUY, T0 + self.ms, notional_usdt=D(150)))).commands
        return order[0].order if order else None

    def refuse(self, order):
        body = '{"code":-2019,"msg":"Margin is insufficient."}'
        self.say(CreateAnswered(order.client_id, Reply(400, body), T0 + self.ms))

    def seq_of(self, kind, number=0):
        return [row[0] for row in self.rows if row[2] == kind][number]


@pytest.fixture
def life():
    """Five entries: three refused by the exchange, one lost, and one that is refused because of that."""
    made = Life()
    made.say(Started("r1", "0", "sim", "x"))
    made.say(ClockMeasured(0, 10))
    made.say(InstrumentsTaken((RULES,), 2400, 300, 1200))
    made.say(LeveragesTaken((SymbolLeverage("BTCUSDT", 5),), T0))
    made.say(SnapshotTaken((), (), (), MONEY, Mode.HEDGE, "", "test", T0))
    made.say(QuotesTaken((Quote("BTCUSDT", D(50000), D("50000.1"), D(50000), T0),)))
    for number in range(3):
        made.refuse(made.enter(f"k{number}"))
    lost = made.enter("k3")
    made.say(CreateAnswered(lost.client_id, Fault(FaultKind.RESET), T0 + made.ms))
    made.enter("k4")
    return made


def again(rows, asked=lambda group: True):
    return replay(rows, given_of, asked)


def test_the_same_code_decides_the_same(life):
    found = again(life.rows)
    assert (found.differences, found.skipped, found.ended) == ([], {}, "")
    assert found.inputs == sum(row[2].startswith("in.") for row in life.rows) == 12


def test_a_changed_decision_is_told_at_its_row_with_the_field(life, monkeypatch):
    monkeypatch.setattr("hedgectl.core.engine.entries.split", lambda quantity, most, step: [quantity + step])
    found = again(life.rows)
    assert [each.kind for each in found.differences] == ["in.IntentReceived"] * 4
    first = found.differences[0]
    assert first.seq == life.seq_of("in.IntentReceived")
    assert (first.where, first.was, first.now) == ("order.prepared order quantity", "0.002", "0.003")
    assert [noted.event.kind for noted in first.then] == [noted.event.kind for noted in first.today]


def test_one_difference_does_not_bring_forth_another(life, monkeypatch):
    real, calls = sizing.size, []

    def once(entry, desk):
        calls.append(entry.intent_id)
        return real(replace(entry, notional_usdt=D(250)) if entry.intent_id == "k1" else entry, desk)

    monkeypatch.setattr("hedgectl.core.engine.entries.size", once)
    found = again(life.rows)
    assert "k2" in calls
    assert [each.seq for each in found.differences] == [life.seq_of("in.IntentReceived", 1)]


def test_an_event_more_or_less_is_a_difference(life, monkeypatch):
    monkeypatch.setattr(replies, "finish_if_over", lambda work, intent_id, outcome: None)
    found = again(life.rows)
    assert {(each.kind, each.was, each.now) for each in found.differences} == {
        ("in.CreateAnswered", "intent.done", "nothing")
    }
    assert len(found.differences) == 3


def test_only_what_is_asked_for_is_decided_and_the_rest_is_still_followed(life, monkeypatch):
    story = life.rows[-1][3]
    found = again(life.rows, lambda group: any(row[3] == story for row in group))
    assert (found.inputs, found.differences) == (1, [])
    monkeypatch.setattr("hedgectl.core.engine.entries.vet", lambda *_: pytest.fail("nobody asked"))
    assert again(life.rows, lambda group: False).inputs == 0


def test_nothing_volatile_is_carried_from_input_to_input(life):
    """Without the quote in its own row, an entry is refused, though the row before had one."""
    rows = [tuple(row) for row in life.rows]
    place = life.seq_of("in.IntentReceived", 1) - 1
    body = orjson.loads(rows[place][5])
    del body["used"]["quotes"]
    rows[place] = (*rows[place][:5], orjson.dumps(body))
    (difference,) = again(rows).differences
    assert (difference.seq, difference.now) == (place + 1, "intent.refused")


def test_a_run_that_did_not_journal_its_settings_is_told_not_judged(life):
    rows = [(*row[:5], row[5].replace(b'"intent_age_ms_max":', b'"renamed":')) for row in life.rows]
    assert again(rows).skipped == {ANOTHER_VERSION: 1, NO_SETTINGS: 11}
    body = orjson.loads(life.rows[0][5])
    rows = [(*life.rows[0][:5], orjson.dumps(body | {"used": {}})), *life.rows[1:]]
    found = again(rows)
    assert (found.inputs, found.differences, found.skipped) == (0, [], {NO_SETTINGS: 12})


def test_an_input_of_another_version_is_passed_over_and_its_events_count(life):
    old = life.seq_of("in.IntentReceived") - 1
    rows = [tuple(row) for row in life.rows]
    rows[old] = (*rows[old][:5], rows[old][5].replace(b'"quotes":', b'"quote BTCUSDT":'))
    gone = life.seq_of("in.CreateAnswered") - 1
    rows[gone] = (*rows[gone][:2], "in.Telepathy", *rows[gone][3:])
    found = again(rows)
    assert (found.inputs, found.differences, found.skipped) == (10, [], {ANOTHER_VERSION: 2})


@pytest.mark.parametrize("kind, body", [("order.teleported", b"{}"), ("intent.done", b'{"new":1}')])
def test_an_event_of_another_version_ends_it_with_its_row(life, kind, body):
    place = life.seq_of("intent.done") - 1
    rows = [*life.rows[:place], (*life.rows[place][:2], kind, "", "", body), *life.rows[place + 1 :]]
    found = again(rows)
    assert f"seq {place + 1}" in found.ended
    assert found.inputs == 4
    assert not found.differences


def test_a_journal_of_nothing_and_of_half_a_journal_is_no_crash(life):
    assert again([]).inputs == 0
    assert again(life.rows[1:2]).skipped == {ANOTHER_VERSION: 1}


def test_it_ends_after_enough_differences(life, monkeypatch):
    for number in range(DIFFERENCES_MAX + 5):
        life.enter(f"more{number}")
    assert not again(life.rows).differences
    monkeypatch.setattr("hedgectl.core.engine.entries.refuse", lambda *_: None)
    found = again(life.rows)
    assert len(found.differences) == DIFFERENCES_MAX
    assert "not compared" in found.ended


def test_a_second_run_brings_its_own_settings(life):
    life.state.settings = replace(life.state.settings, order_notional_usdt_max=D(120))
    life.say(Started("r2", "0", "sim", "y"))
    other = replace(RULES, symbol="ETHUSDT")
    life.say(InstrumentsTaken((other,), 2400, 300, 1200))
    found = again(life.rows)
    assert (found.differences, found.skipped) == ([], {})


def test_the_first_difference_is_named_down_to_the_item():
    lost = CoverLost("BTCUSDT", Leg.LONG, "h1", "gone")
    then = (Noted(lost, "c", "BTCUSDT"),)
    assert first_difference(then, then) is None
    assert first_difference(then, ()) == ("event 1", "cover.lost", "nothing")
    done = IntentDone("k", "c", "BTCUSDT", "filled", D(1))
    assert first_difference(then, (Noted(done, "c", "BTCUSDT"),)) == ("event 1", "cover.lost", "intent.done")
    assert first_difference(then, (Noted(replace(lost, why="x"), "c", "BTCUSDT"),)) == ("cover.lost why", "gone", "x")
    assert first_difference(then, (Noted(lost, "d", "BTCUSDT"),)) == ("cover.lost correlation_id", "c", "d")
    exact = Noted(replace(done, filled=D("1.0")), "c", "BTCUSDT")
    assert first_difference((Noted(done, "c", "BTCUSDT"),), (exact,)) == ("intent.done filled", "1", "1.0")
