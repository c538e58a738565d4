"""The keys of risk: what the desk signed, in parts of NAV and in time (R1, R2, R6). Exits obey nothing here.

Part of `schema`, which puts all sections together.
"""

from __future__ import annotations

from decimal import Decimal

from hedgectl.config.keys import Floors, Number, Positions, Section, SymbolsOrNone, key


class Risk(Section):
    """What the desk signed, in parts of NAV and in time. Entries only: nothing here can touch an exit."""

    symbol_nav_pct_max: Number = key(Decimal(8), "Most of NAV in one symbol", unit="%", gt=0, le=10_000)
    gross_nav_pct_max: Number = key(Decimal(200), "Most of NAV in all symbols", unit="%", gt=0, le=100_000)
    order_notional_usdt_min: Number = key(
        Decimal(0), "The desk's own smallest order, beside the exchange's", unit="USDT", ge=0, le=1_000_000
    )
    symbol_notional_usdt_min: Floors = key((), 'The same for single symbols, as ["BTCUSDT=15"]')
    leverage_max: int = key(5, "Most leverage of an entry", ge=1, le=125)
    leverage: int = key(5, "Leverage of an entry that asks for none, set before it leaves", ge=1, le=125)
    held_max: int = key(16, "Most entries that wait for their leverage to be set", ge=1, le=256)
    confidence_min: Number = key(Decimal(0), "Least confidence of an entry", ge=0, le=1)
    positions: Positions = key("single", "Whether an entry may add to a position, or to a working entry (add)")
    nav_age_s_max: int = key(60, "NAV older than this vetoes entries", unit="s", ge=2, le=3_600)
    daily_loss_pct_max: Number = key(Decimal(5), "Loss of a UTC day that ends its entries", unit="%", gt=0, le=100)
    drawdown_pct_max: Number = key(Decimal(20), "Fall from the highest NAV that ends entries", unit="%", gt=0, le=100)
    cooldown_s: int = key(0, "Distance between two entries of a symbol", unit="s", ge=0, le=86_400)
    burst_max: int = key(60, "Most entries in burst_window_s", ge=1, le=256)
    burst_window_s: int = key(60, "Window of the burst throttle", unit="s", ge=1, le=86_400)
    repeat_max: int = key(20, "Most entries of one symbol and side in repeat_window_s", ge=1, le=256)
    repeat_window_s: int = key(60, "Window of the repeat throttle", unit="s", ge=1, le=86_400)
    errors_max: int = key(10, "Entries refused or unanswered in errors_window_s that pause entries", ge=1, le=256)
    errors_window_s: int = key(60, "Window of the error throttle", unit="s", ge=1, le=86_400)
    errors_pause_s: int = key(120, "How long entries pause then", unit="s", ge=1, le=86_400)
    double_window_ms: int = key(
        500, "The same symbol, side and size under another id within this is refused", unit="ms", ge=0, le=600_000
    )
    collar_bps: Number = key(Decimal(100), "Furthest price from the mark", unit="bps", gt=0, le=10_000)
    outlier_x: Number = key(Decimal(10), "Most that an order may be worth, in usual (median) orders", gt=0, le=10_000)
    outlier_samples_min: int = key(10, "Entries after which there is a usual order", ge=1, le=256)


class TierCore(Section):
    """Symbols that the desk trusts most. Each symbol is in exactly one tier."""

    symbols: SymbolsOrNone = key(("BTCUSDT", "ETHUSDT"), "Symbols of this tier")
    symbol_nav_pct_max: Number = key(Decimal(8), "Most of NAV in one of them", unit="%", gt=0, le=10_000)
    gross_nav_pct_max: Number = key(Decimal(200), "Most of NAV in all of them", unit="%", gt=0, le=100_000)
    leverage_max: int = key(5, "Most leverage of an entry in one of them", ge=1, le=125)


class TierSatellite(Section):
    """Symbols with a deep book."""

    symbols: SymbolsOrNone = key(
        ("ADAUSDT", "AVAXUSDT", "BNBUSDT", "DOGEUSDT", "LINKUSDT", "LTCUSDT", "METISUSDT", "SOLUSDT", "XRPUSDT"),
        "Symbols of this tier",
    )
    symbol_nav_pct_max: Number = key(Decimal(8), "Most of NAV in one of them", unit="%", gt=0, le=10_000)
    gross_nav_pct_max: Number = key(Decimal(100), "Most of NAV in all of them", unit="%", gt=0, le=100_000)
    leverage_max: int = key(5, "Most leverage of an entry in one of them", ge=1, le=125)


class TierFringe(Section):
    """Everything else that the desk names, and what a recording brings along."""

    symbols: SymbolsOrNone = key((), "Symbols of this tier")
    symbol_nav_pct_max: Number = key(Decimal(2), "Most of NAV in one of them", unit="%", gt=0, le=10_000)
    gross_nav_pct_max: Number = key(Decimal(20), "Most of NAV in all of them", unit="%", gt=0, le=100_000)
    leverage_max: int = key(2, "Most leverage of an entry in one of them", ge=1, le=125)
