"""What a decision uses is all taken before it moves, and comes back as it was; a new field can't be forgotten."""

from __future__ import annotations

import typing
from dataclasses import fields
from decimal import Decimal as D

import orjson
import pytest

from hedgectl.core.model import input as given_
from hedgectl.core.model.codec import encode
from hedgectl.core.model.evidence import Quote
from hedgectl.core.model.intent import Entry, Exit
from hedgectl.core.model.order import Lane, Side
from hedgectl.core.orders.lanes import Budget
from hedgectl.core.settings import Settings
from hedgectl.core.state.used import READS, SYMBOL_OF, budget_of, restored, settings_in, taken
from hedgectl.core.state.volatile import Bare, Doubt, Settling, Volatile, fresh_state

SETTINGS = Settings(("BTCUSDT", "ETHUSDT"), entry_rate_share=0.7)
ENTRY = given_.IntentReceived(Entry("k1", "BTCUSDT", Side.BUY, 0))
EXIT = given_.IntentReceived(Exit("x1", "BTCUSDT", Side.SELL, 0))
TRADES = given_.TradesTaken("ETHUSDT", (), 0, True, 1)

CHANGES_NO_EVENT = {
    "wallet_mono_ms": "the age of that",
    "unlisted": "ends a pass that would wait for nothing, told at its end",
    "write_ms": "shown to people",
    "snapshot_asked_mono_ms": "when to look: moves commands only",
    "snapshot_next_mono_ms": "when to look: moves commands only",
    "snapshot_wanted": "when to look, and the reason of a command",
    "look_mono_ms": "when to look: moves commands only",
    "leverages_next_mono_ms": "when to look: moves commands only",
    "asked_again": "which looks were asked for: moves commands only",
    "trades_asked": "which reads are under way: moves commands only",
    "trades_wanted": "which reads are due: moves commands only",
    "sensed": "leads to a look at the account, never to an event",
    "lagging": "leads to a read of own trades, never to an event",
    "unverified": "leads to a look at a stop, never to an event",
    "used": "is the note itself",
}
NOTED_WHERE_READ = {"quotes", "quotes_mono_ms", "valued", "leverages"}


@pytest.fixture
def state():
    return fresh_state(SETTINGS, budget_of(SETTINGS))


def through_the_journal(used):
    return orjson.loads(encode(used))


def test_every_volatile_field_is_taken_or_known_to_change_no_event():
    listed = {name for names in READS.values() for name in names} | NOTED_WHERE_READ
    assert {field.name for field in fields(Volatile)} == listed | CHANGES_NO_EVENT.keys()
    assert not listed & CHANGES_NO_EVENT.keys()


def test_every_input_says_what_it_reads():
    assert set(READS) == set(typing.get_args(given_.Input))
    assert set(SYMBOL_OF) <= set(READS)


def test_nothing_open_is_nothing_used(state):
    assert taken(state, given_.Tick()) == taken(state, TRADES) == taken(state, EXIT) == {}


def test_an_exit_uses_nothing_volatile(state):
    state.volatile.checked, state.volatile.failures["snapshot"] = True, 3
    assert taken(state, EXIT) == {}
    assert taken(state, ENTRY)["failures"] == {"snapshot": 3}


def test_what_is_taken_does_not_move_with_the_decision(state):
    volatile = state.volatile
    volatile.bare["BTCUSDT|LONG"], volatile.failures["snapshot"] = Bare("k1", 500), 1
    used = taken(state, given_.Tick())
    volatile.bare["BTCUSDT|LONG"].tries += 1
    volatile.failures["snapshot"] += 1
    assert used["bare"] == {"BTCUSDT|LONG": ("k1", 500, 0)}
    assert used["failures"] == {"snapshot": 1}


def test_what_was_taken_comes_back_as_it_was(state):
    volatile = state.volatile
    volatile.settling["h1"] = Settling(1, 250, True, 7, 8, 9)
    volatile.doubts["BTCUSDT|LONG"] = Doubt(D("0.10"), 5)
    volatile.bare["BTCUSDT|LONG"] = Bare("k1", 500, 2)
    volatile.cover_lost_ms["BTCUSDT|LONG"] = 4
    volatile.stream_up, volatile.stream_since_ms = True, 3
    look = given_.SnapshotTaken((), (), (), None, None, "", "", 0)
    found = restored(through_the_journal(taken(state, look)), SETTINGS)
    for name in ("settling", "doubts", "bare", "cover_lost_ms", "stream_up", "stream_since_ms"):
        assert getattr(found, name) == getattr(volatile, name), name
    assert str(found.doubts["BTCUSDT|LONG"].theirs) == "0.10"


def test_a_quote_that_was_read_comes_back_with_its_age(state):
    quote = Quote("BTCUSDT", D("50000.10"), D("50000.2"), D(50000), 7)
    state.volatile.quotes["BTCUSDT"], state.volatile.quotes_mono_ms["BTCUSDT"] = quote, 40
    state.volatile.used = taken(state, ENTRY)
    assert state.volatile.quote("ETHUSDT") is None
    assert state.volatile.quote("BTCUSDT") is quote
    found = restored(through_the_journal(state.volatile.used), SETTINGS)
    assert (found.quotes, found.quotes_mono_ms) == ({"BTCUSDT": quote}, {"BTCUSDT": 40})


def test_only_the_bare_legs_of_the_symbol_are_taken_with_what_tells_of_one(state):
    state.volatile.bare |= {"BTCUSDT|LONG": Bare("k1", 1), "ETHUSDT|SHORT": Bare("k2", 2)}
    assert taken(state, TRADES)["bare"] == {"ETHUSDT|SHORT": ("k2", 2, 0)}
    assert len(taken(state, given_.Tick())["bare"]) == 2


def test_a_budget_comes_back_to_the_same_verdict(state):
    now = 1_767_225_600_000
    budget = state.volatile.budget
    budget.limits(1000, 50, 100)
    while budget.allows(Lane.ENTRY, 0, 1, now):
        budget.grant(Lane.ENTRY, 0, 1, now)
    found = restored(through_the_journal(taken(state, ENTRY)), SETTINGS).budget
    assert found.grant(Lane.ENTRY, 0, 1, now) == budget.grant(Lane.ENTRY, 0, 1, now)
    assert found.grant(Lane.ENTRY, 0, 1, now + 60_000).approved
    budget.told(429, now + 90_000)
    stopped = restored(through_the_journal(taken(state, ENTRY)), SETTINGS).budget
    assert not stopped.grant(Lane.ENTRY, 0, 1, now + 60_000).approved


def test_the_first_input_of_a_run_carries_its_settings(state):
    used = through_the_journal(taken(state, given_.Started("r", "0", "sim", "x")))
    assert settings_in(used) == SETTINGS
    assert settings_in({}) is None
    assert restored(used, SETTINGS) == Volatile(Budget(budget_of(SETTINGS).shares))


@pytest.mark.parametrize(
    "used", [{"quote BTCUSDT": {}}, {"bare": {"BTCUSDT|LONG": ["k1"]}}, {"budget": [1]}, {"doubts": {"k": ["x", 1, 2]}}]
)
def test_what_another_version_took_is_refused(used):
    with pytest.raises(ValueError, match="another version"):
        restored(used, SETTINGS)


def test_settings_of_another_version_are_refused():
    with pytest.raises(ValueError, match="another version"):
        settings_in({"settings": {"symbols": [], "gone": 1}})
