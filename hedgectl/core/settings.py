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
class Sensor:
    """What one sensor counts for: its part of the confidence while its last good statement is younger than `fresh_s`,
    less and less until `stale_s`, then nothing (B6)."""

    weight: float
    fresh_s: float
    stale_s: float


@dataclass(frozen=True, slots=True)
class BeliefLimits:
    """What a mismatch weighs, and when a posture begins and ends (B4).

    `persist_s`: how long a score must stand before the posture rises; `recover_s`: how long it must stay low before the
    posture falls by one step; `burst_per_min`: growth that trips at once. A confidence below `confidence_min` is a
    mismatch itself; a score of `kill_score`, or RED for `kill_red_s`, asks for the kill switch.
    """

    debt_ref_s: float = 30.0
    symbol_weight: float = 0.25
    streak_weight: float = 0.15
    growth_window_s: float = 60.0
    persist_s: float = 5.0
    recover_s: float = 30.0
    burst_per_min: float = 4.0
    history_max: int = 64
    confidence_min: float = 0.4
    kill_score: float = 12.0
    kill_red_s: float = 300.0
    snapshot: Sensor = Sensor(0.4, 15.0, 60.0)
    stream: Sensor = Sensor(0.3, 2.0, 30.0)
    replies: Sensor = Sensor(0.2, 3.0, 30.0)
    quotes: Sensor = Sensor(0.1, 5.0, 30.0)
    green: Step = Step(0.0, 0.0, 1.0, 125, 0.0, 0, 10)
    yellow: Step = Step(0.5, 0.3, 0.5, 10, 0.5, 15, 4)
    orange: Step = Step(1.5, 1.0, 0.2, 5, 0.7, 60, 2)
    red: Step = Step(3.0, 2.0, 0.0, 1, 1.0, 300, 0)


@dataclass(frozen=True, slots=True)
class RepairLimits:
    """How belief is repaired (B1). `adopt`: a position that nobody here opened is taken on and covered, else left
    alone.

    A leg is given up (phantom) after `misses_min` looks in a row; what only takes belief back is repaired at most
    `repairs_max` times a look, a leg at most each `cooldown_ms`. What leads to a stop waits for neither.
    """

    adopt: bool = True
    misses_min: int = 3
    repairs_max: int = 10
    cooldown_ms: int = 10_000


@dataclass(frozen=True, slots=True)
class Tier:
    """A class of symbols with caps of its own; shares are of NAV (R1)."""

    name: str
    symbols: tuple[str, ...]
    symbol_share: Decimal
    gross_share: Decimal
    leverage_max: int


@dataclass(frozen=True, slots=True)
class RiskLimits:
    """What the desk signed, beyond sizes in USDT (R1, R2). Shares are of NAV; windows and pauses are exchange time.

    `order_floor_usdt` and `symbol_floors_usdt` are the desk's own minima; `add`: an entry may add to a position.
    `leverage` is that of an entry that asks for none; `held_max` bounds the entries that wait for theirs (R9).
    """

    tiers: tuple[Tier, ...] = ()
    symbol_share: Decimal = Decimal(100)
    gross_share: Decimal = Decimal(1000)
    order_floor_usdt: Decimal = Decimal(0)
    symbol_floors_usdt: tuple[tuple[str, Decimal], ...] = ()
    leverage_max: int = 125
    leverage: int = 5
    held_max: int = 16
    confidence_min: Decimal = Decimal(0)
    nav_age_ms_max: int = 60_000
    daily_loss_share: Decimal = Decimal(1)
    drawdown_share: Decimal = Decimal(1)
    cooldown_ms: int = 0
    burst_max: int = 10_000
    burst_window_ms: int = 60_000
    repeat_max: int = 10_000
    repeat_window_ms: int = 60_000
    errors_max: int = 10_000
    errors_window_ms: int = 60_000
    errors_pause_ms: int = 120_000
    double_window_ms: int = 0
    collar_bps: Decimal = Decimal(10_000)
    outlier_x: Decimal = Decimal(10_000)
    outlier_samples_min: int = 10
    marks_kept_max: int = 256
    add: bool = True


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
    truth_age_ms_max: int = 60_000
    read_failures_max: int = 2
    entry_recv_window_ms: int = 2_500
    protect_recv_window_ms: int = 1_500
    void_after_ms: int = 500
    entry_rest_ms_max: int = 60_000
    exit_attempts_max: int = 5
    cover_attempts_max: int = 5
    cancel_attempts_max: int = 5
    cancel_again_ms: int = 60_000
    settle_margin_ms: int = 500
    visibility_ms_max: int = 10_000
    look_every_ms_min: int = 250
    look_every_ms_max: int = 2_000
    fill_grace_ms: int = 2_000
    cycle_ms: int = 10_000
    cover_stop_share: Decimal = Decimal("0.02")
    cover_check_ms: int = 2_000
    cover_patience_ms: int = 1_500
    trades_back_ms: int = 600_000
    entry_rate_share: float = 0.8
    reconcile_rate_share: float = 0.9
    belief: BeliefLimits = BeliefLimits()
    repair: RepairLimits = RepairLimits()
    risk: RiskLimits = RiskLimits()
