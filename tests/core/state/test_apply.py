"""The fold: a journal replayed gives the state that wrote it, with its indexes (L5)."""

from __future__ import annotations

import importlib.util
from decimal import Decimal as D
from pathlib import Path

import pytest

from hedgectl.core.model.codec import EVENTS, decode, decode_row, encode
from hedgectl.core.model.input import Started
from hedgectl.core.model.order import Kind, Side
from hedgectl.core.orders.lanes import Budget
from hedgectl.core.state.apply import FOLD, apply
from hedgectl.core.state.durable import Durable
from hedgectl.core.state.index import rebuild
from hedgectl.core.state.volatile import fresh_state

BENCH = Path(__file__).parents[1] / "engine" / "conftest.py"


@pytest.fixture(scope="module")
def module():
    spec = importlib.util.spec_from_file_location("engine_bench", BENCH)
    loaded = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(loaded)
    return loaded


@pytest.fixture
def lived(module):
    bench = module.Bench().start()
    cover = bench.holding()
    bench.enter("short", side=Side.SELL)
    bench.fill(bench.sent[-1], quantity=D("0.001"), status="PARTIALLY_FILLED")
    bench.lose(bench.sent[-1])
    bench.enter("rest", "METISUSDT", kind=Kind.LIMIT, notional_usdt=D(50))
    bench.answer(bench.sent[-1], "NEW", D(0))
    bench.algo(cover, "TRIGGERED", child=77)
    bench.leave("out", quantity=D("0.001"))
    bench.refuse(bench.sent[-1], -2022)
    bench.enter("bad", notional_usdt=D(1))
    bench.say(Started("run2", "0", "sim", "x"), 1000)
    return bench


def replayed(bench, events, durable=None):
    state = fresh_state(bench.state.settings, Budget(), durable)
    for event in events:
        apply(state, decode_row(event.kind, encode(event)))
    for quote in bench.state.volatile.quotes.values():  # what totals are worth is as volatile as the prices
        state.index.totals.quoted(quote.symbol, quote.mid)
    return state


def test_replaying_every_event_gives_the_same_state_and_index(lived):
    again = replayed(lived, lived.events)
    assert again.durable == lived.state.durable
    assert again.index == lived.state.index


def test_a_snapshot_in_the_middle_changes_nothing(lived):
    for cut in range(0, len(lived.events), 3):
        half = replayed(lived, lived.events[:cut])
        restored = decode(Durable, encode(half.durable))
        assert restored == half.durable
        again = replayed(lived, lived.events[cut:], restored)
        assert again.durable == lived.state.durable


def test_the_index_can_be_rebuilt_from_the_state(lived):
    index = rebuild(lived.state.durable, {}, lived.state.settings.symbols)
    assert {name: set(ids) for name, ids in index.by_symbol.items()} == {
        name: set(ids) for name, ids in lived.state.index.by_symbol.items()
    }
    assert set(index.unsettled) == set(lived.state.index.unsettled)
    assert index.by_exchange_id == lived.state.index.by_exchange_id


def test_every_event_has_its_place_in_the_fold():
    assert set(FOLD) == set(EVENTS.values())


def test_a_one_way_flip_is_a_new_position_at_the_new_price(module):
    bench = module.Bench(module.Mode.ONE_WAY).start()
    bench.enter("a")
    bench.fill(bench.sent[-1], "50000")
    bench.enter("b", side=Side.SELL, notional_usdt=D(400))
    order = next(order for order in bench.sent if order.intent_id == "b")
    bench.fill(order, "51000")
    position = bench.state.durable.positions["BTCUSDT|BOTH"]
    assert (position.quantity, position.entry_price, position.intent_id) == (D("-0.006"), D("51000"), "b")


def test_memory_is_bounded(module):
    bench = module.Bench(intents_kept_max=5, orders_kept_max=4, trades_kept_max=3).start()
    for number in range(12):
        bench.enter(f"n{number}", "METISUSDT", notional_usdt=D(8))
        entry = next(order for order in reversed(bench.sent) if order.intent_id == f"n{number}" and order.quantity)
        bench.fill(entry, "40")
        bench.answer(entry)
    durable = bench.state.durable
    assert (len(durable.intents_done), len(durable.done), len(durable.trades["METISUSDT"])) == (5, 4, 3)
    assert len(bench.state.index.by_exchange_id) <= 4
