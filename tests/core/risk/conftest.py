"""A desk on which everything is in order, and a way to put one thing out of order: what each gate is tried on.

An edge is a row (gate, passes, refused, (code, number, limit), cure): changes to the calm desk with which the gate just
passes, and with which it just refuses; `cure` follows the hint, on top of what was refused (None: a person must look).
Changes are fields of Desk, and under "entry", "risk" and "limits" those of the entry, of RiskLimits and of Settings.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from decimal import Decimal as D
from typing import Any

import pytest

from hedgectl.core.engine.entries import desk_for
from hedgectl.core.engine.work import Work
from hedgectl.core.model.evidence import Quote, Wallet
from hedgectl.core.model.instrument import Instrument
from hedgectl.core.model.intent import Entry
from hedgectl.core.model.moment import Moment
from hedgectl.core.model.order import Mode, Side
from hedgectl.core.model.verdict import APPROVED, CODES, Refused, Verdict
from hedgectl.core.orders.lanes import Budget
from hedgectl.core.risk.desk import Desk
from hedgectl.core.risk.exposure import EXPOSURE
from hedgectl.core.risk.sizing import Sized, size
from hedgectl.core.settings import RiskLimits, Settings, Tier
from hedgectl.core.state.volatile import fresh_state

T0 = 1_767_225_600_000
NOW = Moment(1_000_000, T0, T0)
CORE = Tier("core", ("BTCUSDT",), D("0.5"), D("0.6"), 20)
LIMITS = RiskLimits((CORE,), symbol_share=D("0.4"), gross_share=D(2), daily_loss_share=D("0.05"),
                    drawdown_share=D("0.2"), collar_bps=D(100))  # fmt: skip
SETTINGS = Settings(("BTCUSDT", "ETHUSDT"), D(1_000), D(3_000), risk=LIMITS)
RULES = Instrument(
    "BTCUSDT", "TRADING", D("0.10"), D("0.001"), D("0.001"), D(1_000), D("0.001"), D("0.001"), D(120),
    D(1), D(1_000_000), D(100), D("1.05"), D("0.95"),
)  # fmt: skip
ENTRY = Entry("k1", "BTCUSDT", Side.BUY, T0, notional_usdt=D(150))

Changes = Mapping[str, Any]
Stand = Callable[[Changes], tuple[Entry, Desk]]


def calm() -> Desk:
    """As the engine gathers it from an account of 10,000 USDT with nothing in it, just looked at."""
    state = fresh_state(SETTINGS, Budget())
    state.durable.mode = Mode.HEDGE
    state.durable.instruments["BTCUSDT"] = RULES
    volatile = state.volatile
    volatile.quotes["BTCUSDT"] = Quote("BTCUSDT", D(50_000), D("50000.1"), D(50_000), T0)
    volatile.quotes_mono_ms["BTCUSDT"] = NOW.mono_ms
    volatile.wallet = Wallet(D(10_000), D(0), D(10_000), D(10_000), T0)
    volatile.checked = volatile.clock_measured = True
    volatile.snapshot_ms = T0
    return desk_for(Work(state, NOW), ENTRY)


CALM = calm()


@pytest.fixture
def stand() -> Stand:
    """stand(changes) -> (entry, desk): the calm desk with these changes."""

    def make(changes: Changes) -> tuple[Entry, Desk]:
        fields = dict(changes)
        entry = replace(ENTRY, **fields.pop("entry", {}))
        risk = replace(LIMITS, **fields.pop("risk", {}))
        settings = replace(SETTINGS, risk=risk, **fields.pop("limits", {}))
        return entry, replace(CALM, settings=settings, **fields)

    return make


@pytest.fixture
def judged(stand: Stand) -> Callable[[Any, Changes], Verdict]:
    """judged(gate, changes): its verdict; a gate of exposure is asked about the size that sizing gives."""

    def ask(gate: Any, changes: Changes) -> Verdict:
        entry, desk = stand(changes)
        if gate not in EXPOSURE:
            verdict: Verdict = gate(entry, desk)
            return verdict
        sized = size(entry, desk)
        assert isinstance(sized, Sized), sized
        return gate(entry, sized, desk)  # type: ignore[no-any-return]

    return ask


@pytest.fixture
def holds_at(judged: Callable[[Any, Changes], Verdict]) -> Callable[[Any], None]:
    """holds_at(edge): the gate passes and refuses where the edge says, in its words, and its hint is true."""

    def check(edge: Any) -> None:
        gate, passes, wrong, says, cure = edge
        assert judged(gate, passes) is APPROVED
        no = judged(gate, wrong)
        assert isinstance(no, Refused)
        assert (no.code, no.number, no.limit) == says
        assert CODES[no.code].explain.endswith(".")
        assert no.hint
        if cure is not None:
            assert judged(gate, {**wrong, **cure}) is APPROVED, no.hint

    return check


@pytest.fixture
def calm_desk() -> Desk:
    return CALM


@pytest.fixture
def wish() -> Entry:
    return ENTRY
