"""Gates about the exchange and its market: mode, rules, trouble, a price of now, the collar, our own orders."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal as D

import pytest

from hedgectl.core.model.evidence import Quote
from hedgectl.core.model.instrument import Instrument
from hedgectl.core.model.order import Kind, Mode, Side
from hedgectl.core.model.verdict import APPROVED
from hedgectl.core.risk.gates_venue import (
    mode_known,
    not_crossing,
    quote_fresh,
    rules_known,
    venue_calm,
    within_collar,
)

QUOTE = Quote("BTCUSDT", D(50_000), D("50000.1"), D(50_000), 0)
RULES = Instrument("BTCUSDT", "TRADING", *[D(1)] * 12)


def at(price, side=Side.BUY):
    return {"entry": {"kind": Kind.LIMIT, "price": D(price), "side": side}}


def market(bid, ask, mark="50000", side=Side.BUY):
    return {"quote": Quote("BTCUSDT", D(bid), D(ask), D(mark), 0), "entry": {"side": side}}


EDGES = [
    (mode_known, {}, {"mode": None}, ("venue.mode_unknown", "unread", "read"), {"mode": Mode.ONE_WAY}),
    (rules_known, {}, {"instrument": None}, ("venue.rules_unknown", "unread", "read"), {"instrument": RULES}),
    (
        rules_known,
        {},
        {"instrument": replace(RULES, status="SETTLING")},
        ("venue.not_trading", "SETTLING", "TRADING"),
        {"instrument": RULES},
    ),
    (
        venue_calm,
        {"failures": 2},
        {"failures": 3},
        ("venue.in_trouble", "3 reads in a row gave up", "2"),
        {"failures": 0},
    ),
    (quote_fresh, {}, {"quote": None}, ("market.no_quote", "none", "one"), {"quote": QUOTE}),
    (
        quote_fresh,
        {"quote_age_ms": 5_000},
        {"quote_age_ms": 5_001},
        ("market.stale_quote", "5001 ms", "5000 ms"),
        {"quote_age_ms": 0},
    ),
    (
        within_collar,
        at("50500"),
        at("50501"),
        ("risk.collar", "100.2 bps from 50000", "100 bps"),
        at("50000"),
    ),
    (
        within_collar,
        at("49500", Side.SELL),
        at("49499", Side.SELL),
        ("risk.collar", "100.2 bps from 50000", "100 bps"),
        at("50000", Side.SELL),
    ),
    (
        within_collar,
        market("49000", "50500"),
        market("49000", "50501"),
        ("risk.collar", "100.2 bps from 50000", "100 bps"),
        market("50000", "50001"),
    ),
    (
        within_collar,
        market("49500", "60000", side=Side.SELL),
        market("49499", "60000", side=Side.SELL),
        ("risk.collar", "100.2 bps from 50000", "100 bps"),
        None,
    ),
    (
        within_collar,
        market("50000", "50001"),
        market("50000", "50001", mark="0"),
        ("risk.collar", "no mark price", "100 bps"),
        market("50000", "50001"),
    ),
    (
        not_crossing,
        {},
        {"crossing": "h1-e000001-x"},
        ("risk.self_match", "h1-e000001-x", "none"),
        {"crossing": ""},
    ),
]


@pytest.mark.parametrize("edge", EDGES, ids=lambda edge: f"{edge[3][0]} {edge[3][1]}")
def test_a_gate_of_the_venue_refuses_on_one_side_of_its_limit_only(edge, holds_at):
    holds_at(edge)


@pytest.mark.parametrize("changes", [at("1"), at("90000", Side.SELL)])
def test_a_price_on_the_patient_side_hurts_nobody(changes, judged):
    assert judged(within_collar, changes) is APPROVED
