"""One eventful moment of a run, and its end."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal as D

import pytest

from hedgectl.screens.view import IntentView, PositionView, RunSummary, RunView, SinkView, Truth

NOW = 1_790_000_000_000


@pytest.fixture
def view() -> RunView:
    """A run in trouble: drift, a missing stop, an unknown order, a sink that is down."""
    return RunView(
        at_ms=NOW,
        up_s=22_330,
        environment="live",
        mode="hedge",
        nav_usdt=D("41218.18"),
        posture="YELLOW",
        posture_why="GREEN in 1m20s if debt < 0.30",
        debt_score=0.42,
        debt_history=(0.0, 0.1, 0.3, 0.5, 0.7, 0.9, 0.6, 0.42),
        debt_symbols=1,
        streak=2,
        entries="at most 50 USDT  confidence 0.65",
        positions=(
            PositionView("BTCUSDT", "LONG", D("0.002"), D("61180"), D("61240"), D("0.12"), D("60410"), truth_age_s=2),
            PositionView("ETHUSDT", "LONG", D("0.031"), D("2995.2"), D("2980"), D("-0.47"), None, 3.2, truth_age_s=2),
            PositionView(
                "SOLUSDT", "SHORT", D("0.55"), D("149.1"), None, None, D("152.4"), 0, Truth.DRIFT, 9, D("0.05")
            ),
            PositionView(
                "1000PEPEUSDT",
                "LONG",
                D("184200"),
                D("0.0081234"),
                D("0.0081"),
                D("-4.31"),
                D("0.0079"),
                0,
                Truth.UNKNOWN,
            ),
        ),
        intents=(
            IntentView(NOW - 5_000, "k7f2a81c90", "BUY", "ETHUSDT", "50 of 100", "sent", "maker, taker at 12s"),
            IntentView(NOW - 31_000, "0be1aa2170", "SELL", "METISUSDT", "exit", "filled", "6.414 @ 34.17"),
            IntentView(NOW - 69_000, "77aa01d2ff", "BUY", "BTCUSDT", "20", "refused", "risk.confidence 0.55", True),
        ),
        unknown_orders=1,
        rest_ms=84,
        stream_up=True,
        stream_age_ms=21,
        weight_used=216,
        weight_limit=2400,
        orders_used=3,
        orders_limit=300,
        sinks=(SinkView("jsonl", True), SinkView("webhook", False, "open 41s")),
        journal_seq=20_917,
        pid=4127,
    )


@pytest.fixture
def calm(view: RunView) -> RunView:
    """The first second of a run."""
    return replace(
        view,
        environment="sim",
        nav_usdt=None,
        posture="GREEN",
        posture_why="",
        debt_score=0.0,
        debt_history=(),
        debt_symbols=0,
        streak=0,
        entries_allowed=False,
        entries="the account has not been seen yet",
        positions=(),
        intents=(),
        unknown_orders=0,
        rest_ms=None,
        stream_up=False,
        stream_age_ms=None,
        weight_limit=0,
        orders_limit=0,
        sinks=(),
        pid=None,
    )


@pytest.fixture
def summary() -> RunSummary:
    return RunSummary(
        environment="sim",
        why="time",
        ran_s=600,
        real_s=2.4,
        intents=162,
        refused=9,
        orders=301,
        rejected=1,
        unknown=4,
        fills=287,
        fees_usdt=D("9.41"),
        realised_usdt=D("-12.0391"),
        nav_start_usdt=D("10000"),
        nav_end_usdt=D("9981.2"),
        wrongness_usd_s=211.4,
        naked_usd_s=41.22,
        repair_ms=(44, 480, 2110),
        positions_open=3,
        naked_open=0,
        journal="state/sim/000003-seed7/journal.db",
        journal_seq=4101,
        journal_hash="5f0c6a1de2b47710" + "0" * 48,
        refusals=(("risk.duplicate_position", 6), ("risk.order_cap", 3)),
        faults=(("reply lost", 4),),
        seed=7,
        last_trace="a46370f5fb",
    )
