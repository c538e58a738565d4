"""The numbers that decisions obey, frozen for a run. `config` builds them: each has a key and a description there."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal


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
