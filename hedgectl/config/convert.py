"""The configuration as the core wants it: milliseconds, shares, nothing of pydantic."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from decimal import Decimal

from hedgectl.config.schema import Belief, Config
from hedgectl.core.model.codec import encode
from hedgectl.core.model.money import plain
from hedgectl.core.settings import BeliefLimits, RepairLimits, RiskLimits, Sensor, Settings, Step, Tier

S = 1_000
PERCENT = Decimal(100)


def to_settings(config: Config, symbols: tuple[str, ...] | None = None) -> Settings:
    """The numbers that decisions obey; `symbols` in place of the configured ones, for a recording that brings its own.
    A test sees to it that no field of Settings is left to its own default."""
    run, limits, send, settle, cover, rate = (
        config.run, config.limits, config.send, config.settle, config.cover, config.rate
    )  # fmt: skip
    traded = symbols or run.symbols
    settings = Settings(
        symbols=traded,
        order_notional_usdt_max=limits.order_notional_usdt_max,
        symbol_notional_usdt_max=limits.symbol_notional_usdt_max,
        intent_age_ms_max=limits.intent_age_s_max * S,
        intents_kept_max=limits.intents_kept_max,
        orders_kept_max=limits.orders_kept_max,
        trades_kept_max=limits.trades_kept_max,
        read_failures_max=limits.read_failures_max,
        parts_max=limits.parts_max,
        quote_age_ms_max=run.quote_age_ms_max,
        truth_age_ms_max=run.truth_age_s_max * S,
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
        cancel_again_ms=send.cancel_again_s * S,
        cover_check_ms=cover.check_ms,
        cover_patience_ms=cover.patience_ms,
        trades_back_ms=run.trades_back_s * S,
        entry_rate_share=float(rate.entry_share),
        reconcile_rate_share=float(rate.reconcile_share),
        belief=_belief(config.belief),
        repair=RepairLimits(
            adopt=config.reconcile.orphans == "adopt",
            misses_min=config.reconcile.misses_min,
            repairs_max=config.reconcile.repairs_max,
            cooldown_ms=config.reconcile.cooldown_s * S,
        ),
        risk=_risk(config, traded),
    )
    return _tightened(settings, config) if staged(config) else settings


def staged(config: Config) -> str:
    """The first-live profile in words, "" where it does not hold: real money only, until a person lifts it (R8)."""
    told = config.live
    if config.run.environment != "live" or told.staged == "off":
        return ""
    entries = "entry" if told.staged_open_orders_max == 1 else "entries"
    return (
        f"first-live profile: at most {plain(told.staged_notional_usdt_max)} USDT an order and symbol, "
        f"leverage {told.staged_leverage_max}, {told.staged_open_orders_max} working {entries} a symbol"
    )


def _tightened(settings: Settings, config: Config) -> Settings:
    """The ordinary limits, where those of the first-live profile are not smaller; exits obey none of them."""
    live, belief, risk = config.live, settings.belief, settings.risk
    most, orders = live.staged_notional_usdt_max, live.staged_open_orders_max
    green, yellow, orange = (
        replace(step, open_orders_max=min(step.open_orders_max, orders))
        for step in (belief.green, belief.yellow, belief.orange)
    )
    return replace(
        settings,
        order_notional_usdt_max=min(settings.order_notional_usdt_max, most),
        symbol_notional_usdt_max=min(settings.symbol_notional_usdt_max, most),
        belief=replace(belief, green=green, yellow=yellow, orange=orange),
        risk=replace(risk, leverage_max=min(risk.leverage_max, live.staged_leverage_max)),
    )


def _risk(config: Config, symbols: tuple[str, ...]) -> RiskLimits:
    told = config.risk
    return RiskLimits(
        tiers=_tiers(config, symbols),
        symbol_share=told.symbol_nav_pct_max / PERCENT,
        gross_share=told.gross_nav_pct_max / PERCENT,
        order_floor_usdt=told.order_notional_usdt_min,
        symbol_floors_usdt=tuple(_floor(each) for each in told.symbol_notional_usdt_min),
        leverage_max=told.leverage_max,
        leverage=told.leverage,
        held_max=told.held_max,
        confidence_min=told.confidence_min,
        nav_age_ms_max=told.nav_age_s_max * S,
        daily_loss_share=told.daily_loss_pct_max / PERCENT,
        drawdown_share=told.drawdown_pct_max / PERCENT,
        cooldown_ms=told.cooldown_s * S,
        burst_max=told.burst_max,
        burst_window_ms=told.burst_window_s * S,
        repeat_max=told.repeat_max,
        repeat_window_ms=told.repeat_window_s * S,
        errors_max=told.errors_max,
        errors_window_ms=told.errors_window_s * S,
        errors_pause_ms=told.errors_pause_s * S,
        double_window_ms=told.double_window_ms,
        collar_bps=told.collar_bps,
        outlier_x=told.outlier_x,
        outlier_samples_min=told.outlier_samples_min,
        add=told.positions == "add",
    )


def _floor(told: str) -> tuple[str, Decimal]:
    symbol, _, usdt = told.partition("=")
    return symbol, Decimal(usdt)


def _tiers(config: Config, symbols: tuple[str, ...]) -> tuple[Tier, ...]:
    """The tiers; what a recording brings along and no tier names belongs to the fringe."""
    tiers = config.tiers
    named = {symbol for tier in tiers.values() for symbol in tier.symbols}
    strays = tuple(symbol for symbol in symbols if symbol not in named)
    return tuple(
        Tier(
            name.removeprefix("tier_"),
            tier.symbols + (strays if name == "tier_fringe" else ()),
            tier.symbol_nav_pct_max / PERCENT,
            tier.gross_nav_pct_max / PERCENT,
            tier.leverage_max,
        )
        for name, tier in tiers.items()
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
        confidence_min=float(told.confidence_min),
        kill_score=float(told.kill_score),
        kill_red_s=float(told.kill_red_s),
        snapshot=_sensor(told.snapshot_weight, told.snapshot_fresh_s, told.snapshot_stale_s),
        stream=_sensor(told.stream_weight, told.stream_fresh_s, told.stream_stale_s),
        replies=_sensor(told.replies_weight, told.replies_fresh_s, told.replies_stale_s),
        quotes=_sensor(told.quotes_weight, told.quotes_fresh_s, told.quotes_stale_s),
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


def _sensor(weight: Decimal, fresh_s: Decimal, stale_s: Decimal) -> Sensor:
    return Sensor(float(weight), float(fresh_s), float(stale_s))


def settings_hash(settings: Settings) -> str:
    """The name of a set of numbers, for the journal: twelve hex characters of their SHA-256."""
    return hashlib.sha256(encode(settings)).hexdigest()[:12]
