"""The configuration as the core wants it: milliseconds, shares, nothing of pydantic."""

from __future__ import annotations

import hashlib
from decimal import Decimal

from hedgectl.config.schema import Belief, Config
from hedgectl.core.model.codec import encode
from hedgectl.core.settings import BeliefLimits, Settings, Step

S = 1_000
PERCENT = Decimal(100)


def to_settings(config: Config, symbols: tuple[str, ...] | None = None) -> Settings:
    """The numbers that decisions obey; `symbols` in place of the configured ones, for a recording that brings its own.
    A test sees to it that no field of Settings is left to its own default."""
    run, limits, send, settle, cover, rate = (
        config.run, config.limits, config.send, config.settle, config.cover, config.rate
    )  # fmt: skip
    return Settings(
        symbols=symbols or run.symbols,
        order_notional_usdt_max=limits.order_notional_usdt_max,
        symbol_notional_usdt_max=limits.symbol_notional_usdt_max,
        intent_age_ms_max=limits.intent_age_s_max * S,
        intents_kept_max=limits.intents_kept_max,
        orders_kept_max=limits.orders_kept_max,
        trades_kept_max=limits.trades_kept_max,
        read_failures_max=limits.read_failures_max,
        parts_max=limits.parts_max,
        quote_age_ms_max=run.quote_age_ms_max,
        entry_recv_window_ms=settle.recv_window_ms_entry,
        protect_recv_window_ms=settle.recv_window_ms_protect,
        void_after_ms=send.void_after_ms,
        entry_rest_ms_max=send.entry_rest_s_max * S,
        exit_attempts_max=send.exit_attempts_max,
        cover_attempts_max=send.cover_attempts_max,
        cancel_attempts_max=send.cancel_attempts_max,
        settle_margin_ms=settle.margin_ms,
        visibility_ms_max=settle.visibility_s_max * S,
        look_every_ms_min=settle.look_every_ms_min,
        look_every_ms_max=settle.look_every_ms_max,
        fill_grace_ms=settle.fill_grace_ms,
        cycle_ms=run.cycle_s * S,
        cover_stop_share=cover.stop_pct / PERCENT,
        cover_check_ms=cover.check_ms,
        trades_back_ms=run.trades_back_s * S,
        entry_rate_share=float(rate.entry_share),
        reconcile_rate_share=float(rate.reconcile_share),
        belief=_belief(config.belief),
    )


def _belief(told: Belief) -> BeliefLimits:
    return BeliefLimits(
        debt_ref_s=float(told.debt_ref_s),
        symbol_weight=float(told.symbol_weight),
        streak_weight=float(told.streak_weight),
        growth_window_s=float(told.growth_window_s),
        persist_s=float(told.persist_s),
        recover_s=float(told.recover_s),
        burst_per_min=float(told.burst_per_min),
        history_max=told.history_max,
        yellow=Step(
            float(told.yellow_up),
            float(told.yellow_down),
            float(told.yellow_notional_share),
            told.yellow_leverage_max,
            float(told.yellow_confidence_min),
            told.yellow_cooldown_s,
            told.yellow_open_orders_max,
        ),
        orange=Step(
            float(told.orange_up),
            float(told.orange_down),
            float(told.orange_notional_share),
            told.orange_leverage_max,
            float(told.orange_confidence_min),
            told.orange_cooldown_s,
            told.orange_open_orders_max,
        ),
        red=Step(float(told.red_up), float(told.red_down), 0.0, 1, 1.0, 300, 0),
    )


def settings_hash(settings: Settings) -> str:
    """The name of a set of numbers, for the journal: twelve hex characters of their SHA-256."""
    return hashlib.sha256(encode(settings)).hexdigest()[:12]
