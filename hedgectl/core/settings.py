"""The numbers that decisions obey, frozen for a run. `config` builds them: each has a key and a description there.

A belief score of 1 is one mismatch that has stood for `debt_ref_s`.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class Step:
    """One posture: entered at score `up`, left below `down`; what entries may still do in it."""

    up: float
    down: float
    notional_share: float
    leverage_max: int
    confidence_min: float
    cooldown_s: int
    open_orders_max: int


@dataclass(frozen=True, slots=True)
class BeliefLimits:
    """What a mismatch weighs, and when a posture begins and ends (B4).

    `persist_s`: how long a score must stand before the posture rises; `recover_s`: how long it must stay low before the
    posture falls by one step; `burst_per_min`: growth that trips at once.
    """

    debt_ref_s: float = 30.0
    symbol_weight: float = 0.25
    streak_weight: float = 0.15
    growth_window_s: float = 60.0
    persist_s: float = 5.0
    recover_s: float = 30.0
    burst_per_min: float = 4.0
    history_max: int = 64
    green: Step = Step(0.0, 0.0, 1.0, 125, 0.0, 0, 10)
    yellow: Step = Step(0.5, 0.3, 0.5, 10, 0.5, 15, 4)
    orange: Step = Step(1.5, 1.0, 0.2, 5, 0.7, 60, 2)
    red: Step = Step(3.0, 2.0, 0.0, 1, 1.0, 300, 0)


@dataclass(frozen=True, slots=True)
class Settings:
    """Bounds and times of the core. Milliseconds, USDT and shares (0..1)."""

    symbols: tuple[str, ...]
    order_notional_usdt_max: Decimal = Decimal("1000")
    symbol_notional_usdt_max: Decimal = Decimal("3000")
    intent_age_ms_max: int = 30_000
    intents_kept_max: int = 100_000
    orders_kept_max: int = 10_000
    trades_kept_max: int = 5_000
    parts_max: int = 20
    quote_age_ms_max: int = 5_000
    read_failures_max: int = 2
    entry_recv_window_ms: int = 2_500
    protect_recv_window_ms: int = 1_500
    void_after_ms: int = 500
    entry_rest_ms_max: int = 60_000
    exit_attempts_max: int = 5
    cover_attempts_max: int = 5
    cancel_attempts_max: int = 5
    settle_margin_ms: int = 500
    visibility_ms_max: int = 10_000
    look_every_ms_min: int = 250
    look_every_ms_max: int = 2_000
    fill_grace_ms: int = 2_000
    cycle_ms: int = 10_000
    cover_stop_share: Decimal = Decimal("0.02")
    cover_check_ms: int = 2_000
    trades_back_ms: int = 600_000
    entry_rate_share: float = 0.8
    reconcile_rate_share: float = 0.9
    belief: BeliefLimits = BeliefLimits()
