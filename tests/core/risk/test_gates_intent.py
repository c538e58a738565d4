"""Gates about the wish: listed, in a tier, in time, new, not doubled, into an empty leg."""

from __future__ import annotations

from decimal import Decimal as D

import pytest

from hedgectl.core.model.order import Side
from hedgectl.core.model.verdict import APPROVED
from hedgectl.core.risk.desk import EntryMark
from hedgectl.core.risk.gates_intent import (
    allow_list,
    not_doubled,
    not_duplicate,
    not_expired,
    not_held,
    tier_known,
    wish_of,
)
from hedgectl.core.settings import Tier

T0 = 1_767_225_600_000
DOGE = {"entry": {"symbol": "DOGEUSDT"}}
FRINGE = Tier("fringe", ("DOGEUSDT",), D(1), D(1), 2)
WINDOW = {"double_window_ms": 500}


def marked(ms_ago, symbol="BTCUSDT", side=Side.BUY, wish="150 USDT"):
    """The calm desk after one entry."""
    return {"risk": WINDOW, "entries": (EntryMark(T0 - ms_ago, symbol, side, wish, D(150)),)}


def generated(ms_ago, **more):
    return {"entry": {"generated_ms": T0 - ms_ago, **more}}


EDGES = [
    (
        allow_list,
        {},
        {**DOGE, "listed": False},
        ("risk.not_listed", "DOGEUSDT", "BTCUSDT, ETHUSDT"),
        {"listed": True},
    ),
    (tier_known, {}, {"tier": None}, ("risk.no_tier", "BTCUSDT", "one tier"), {"tier": FRINGE}),
    (not_expired, generated(30_000), generated(30_001), ("risk.expired", "30001 ms old", "30000 ms"), generated(0)),
    (
        not_expired,
        generated(-2_000),
        generated(-2_001),
        ("risk.from_future", "2001 ms ahead", "2000 ms"),
        generated(0),
    ),
    (
        not_expired,
        generated(5_000, expires_ms=T0),
        generated(5_000, expires_ms=T0 - 1),
        ("risk.expired", "1 ms late", "expires_at"),
        generated(5_000, expires_ms=T0 + 1),
    ),
    (not_duplicate, {}, {"seen": "filled"}, ("risk.duplicate_intent", "filled", "once"), {"seen": ""}),
    (
        not_doubled,
        marked(500),
        marked(499),
        ("risk.doubled", "499 ms apart", "500 ms"),
        {"entry": {"notional_usdt": D(151)}},
    ),
    (
        not_held,
        {"risk": {"add": False}},
        {"risk": {"add": False}, "held": "0.002 BTCUSDT LONG"},
        ("risk.already_held", "0.002 BTCUSDT LONG", "flat"),
        {"risk": {"add": True}},
    ),
]


@pytest.mark.parametrize("edge", EDGES, ids=lambda edge: f"{edge[3][0]} {edge[3][1]}")
def test_a_gate_of_the_intent_refuses_on_one_side_of_its_limit_only(edge, holds_at):
    holds_at(edge)


@pytest.mark.parametrize(
    "changes",
    [marked(0, symbol="ETHUSDT"), marked(0, side=Side.SELL), marked(0, wish="151 USDT"), marked(0, wish="150")],
)
def test_another_symbol_side_or_size_is_no_double(changes, judged):
    assert judged(not_doubled, changes) is APPROVED


@pytest.mark.parametrize("written", ["0.1", "0.10", "1E-1", "0.1000"])
def test_a_size_is_the_same_wish_however_it_was_written(wish, written, stand, judged):
    entry, _ = stand({"entry": {"notional_usdt": None, "quantity": D(written)}})
    assert wish_of(entry) == "0.1"
    again = {"entry": {"notional_usdt": None, "quantity": D(written)}}
    assert judged(not_doubled, marked(0, wish="0.1") | again).code == "risk.doubled"


def test_the_last_of_many_entries_is_found_and_the_window_ends_the_search(judged):
    old = EntryMark(T0 - 500, "BTCUSDT", Side.BUY, "150 USDT", D(150))
    other = EntryMark(T0 - 10, "ETHUSDT", Side.BUY, "150 USDT", D(150))
    assert judged(not_doubled, {"risk": WINDOW, "entries": (old, other)}) is APPROVED
    same = EntryMark(T0 - 20, "BTCUSDT", Side.BUY, "150 USDT", D(150))
    assert judged(not_doubled, {"risk": WINDOW, "entries": (old, same, other)}).number == "20 ms apart"


def test_without_tiers_nobody_asks_for_one(judged):
    assert judged(tier_known, {"tier": None, "risk": {"tiers": ()}}) is APPROVED
