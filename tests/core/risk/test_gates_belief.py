"""Gates of belief: the less is known, the less an entry may be."""

from __future__ import annotations

from decimal import Decimal as D

import pytest

from hedgectl.core.risk.gates_belief import (
    confident_enough,
    cooled_down,
    leverage_allowed,
    looked_lately,
    nobody_elses,
    not_crowded,
    posture_allows,
    settled,
)

SURE = {"confidence_min": D("0.5")}

EDGES = [
    (
        looked_lately,
        {"looked_age_ms": 60_000},
        {"looked_age_ms": 60_001},
        ("belief.stale_truth", "60001 ms", "60000 ms"),
        {"looked_age_ms": 0},
    ),
    (
        looked_lately,
        {"looked_age_ms": -60_000},
        {"looked_age_ms": -86_400_000},
        ("belief.stale_truth", "-86400000 ms", "60000 ms"),
        {"looked_age_ms": 0},
    ),
    (
        settled,
        {},
        {"unsettled": "h1-e000001-x"},
        ("belief.unsettled", "h1-e000001-x", "settled"),
        {"unsettled": ""},
    ),
    (nobody_elses, {}, {"left": D("0.1")}, ("belief.position_left", "0.1", "0"), {"left": D(0)}),
    (
        posture_allows,
        {"posture": "ORANGE"},
        {"posture": "RED", "entries_allowed": False},
        ("belief.posture", "RED", "ORANGE or calmer"),
        {"posture": "ORANGE", "entries_allowed": True},
    ),
    (
        confident_enough,
        {**SURE, "entry": {"confidence": D("0.5")}},
        {**SURE, "entry": {"confidence": D("0.4999")}},
        ("belief.confidence", "0.4999", "0.5"),
        {"entry": {"confidence": D("0.51")}},
    ),
    (
        confident_enough,
        {"confidence_min": D(0)},
        SURE,
        ("belief.confidence", "0", "0.5"),
        {"entry": {"confidence": D("0.5")}},
    ),
    (
        leverage_allowed,
        {"leverage_max": 10, "entry": {"leverage": 10}},
        {"leverage_max": 10, "entry": {"leverage": 11}},
        ("belief.leverage", "11", "10"),
        {"entry": {"leverage": 9}},
    ),
    (
        cooled_down,
        {"cooldown_left_ms": 0},
        {"cooldown_left_ms": 1},
        ("belief.cooldown", "1 ms left", "0"),
        {"cooldown_left_ms": -1},
    ),
    (
        not_crowded,
        {"open_entries": 9, "open_entries_max": 10},
        {"open_entries": 10, "open_entries_max": 10},
        ("belief.open_orders", "10", "10"),
        {"open_entries": 9},
    ),
]


@pytest.mark.parametrize("edge", EDGES, ids=lambda edge: f"{edge[3][0]} {edge[3][1]}")
def test_a_gate_of_belief_refuses_on_one_side_of_its_limit_only(edge, holds_at):
    holds_at(edge)
