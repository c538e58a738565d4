"""The rules of the symbols that the embedded exchange lists: filters, precisions, leverage brackets, an anchor price.

The figures have the shape and size of the real contracts; they are not a snapshot of the exchange. Each call makes new
records, since a Spec may change during a run (filters, status). Source: reference/binance-usdm.md sections 1.2 and 5.
"""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

from hedgectl.sim.market.errors import FeedError
from hedgectl.sim.model import Bracket, Spec

# notional cap (USDT), leverage, maintenance ratio; the amount `cum` follows from continuity
_GIANT = (
    (300_000, 150, "0.0040"), (800_000, 100, "0.0050"), (3_000_000, 75, "0.0065"), (12_000_000, 50, "0.0100"),
    (70_000_000, 25, "0.0200"), (100_000_000, 20, "0.0250"), (230_000_000, 10, "0.0500"), (480_000_000, 5, "0.1000"),
    (600_000_000, 4, "0.1250"), (800_000_000, 3, "0.1500"), (1_200_000_000, 2, "0.2500"), (1_800_000_000, 1, "0.5000"),
)  # fmt: skip
_LARGE = (
    (10_000, 100, "0.0050"), (50_000, 75, "0.0065"), (250_000, 50, "0.0100"), (1_500_000, 25, "0.0200"),
    (6_000_000, 20, "0.0250"), (15_000_000, 10, "0.0500"), (30_000_000, 5, "0.1000"), (37_500_000, 4, "0.1250"),
    (75_000_000, 2, "0.2500"), (150_000_000, 1, "0.5000"),
)  # fmt: skip
_SMALL = (
    (5_000, 75, "0.0100"), (25_000, 50, "0.0150"), (150_000, 25, "0.0200"), (300_000, 20, "0.0250"),
    (1_500_000, 10, "0.0500"), (3_000_000, 5, "0.1000"), (3_750_000, 4, "0.1250"), (7_500_000, 2, "0.2500"),
    (12_500_000, 1, "0.5000"),
)  # fmt: skip
_BRACKETS = {"giant": _GIANT, "large": _LARGE, "small": _SMALL}

# symbol: tick, step, max qty, market max qty, price decimals, min notional, band (+-), anchor, brackets, sub type
_ROWS: dict[str, tuple[str, str, str, str, int, str, str, str, str, str]] = {
    "BTCUSDT": ("0.10", "0.001", "1000", "120", 2, "100", "0.05", "61800", "giant", "PoW"),
    "ETHUSDT": ("0.01", "0.001", "10000", "2000", 2, "20", "0.05", "2680", "giant", "Layer-1"),
    "SOLUSDT": ("0.0100", "0.01", "1000000", "80000", 4, "5", "0.05", "155", "large", "Layer-1"),
    "BNBUSDT": ("0.010", "0.01", "100000", "2000", 3, "5", "0.05", "512", "large", "Layer-1"),
    "XRPUSDT": ("0.0001", "0.1", "10000000", "2000000", 4, "5", "0.05", "0.6135", "large", "Payment"),
    "DOGEUSDT": ("0.000010", "1", "50000000", "30000000", 6, "5", "0.05", "0.10432", "large", "Meme"),
    "ADAUSDT": ("0.00010", "1", "2000000", "300000", 5, "5", "0.05", "0.3412", "large", "Layer-1"),
    "LINKUSDT": ("0.001", "0.01", "200000", "20000", 3, "20", "0.10", "10.412", "large", "Oracle"),
    "AVAXUSDT": ("0.0010", "1", "5000000", "100000", 4, "5", "0.10", "21.634", "large", "Layer-1"),
    "LTCUSDT": ("0.01", "0.001", "10000", "5000", 2, "20", "0.05", "61.40", "large", "PoW"),
    "1000PEPEUSDT": ("0.0000001", "1", "100000000", "60000000", 7, "5", "0.10", "0.0081234", "small", "Meme"),
    "NEARUSDT": ("0.0010", "1", "1000000", "80000", 4, "5", "0.10", "4.125", "small", "Layer-1"),
    "ARBUSDT": ("0.000100", "0.1", "2500000", "1000000", 6, "5", "0.10", "0.5518", "small", "Layer-2"),
    "METISUSDT": ("0.01", "0.01", "20000", "1500", 4, "5", "0.15", "34.17", "small", "Layer-2"),
    "SUIUSDT": ("0.000100", "0.1", "5000000", "800000", 6, "5", "0.10", "0.8846", "small", "Layer-1"),
    "OPUSDT": ("0.0001000", "0.1", "1000000", "250000", 7, "5", "0.10", "1.4287", "small", "Layer-2"),
}

SYMBOLS: tuple[str, ...] = tuple(_ROWS)


def brackets(rows: Iterable[tuple[int, int, str]]) -> tuple[Bracket, ...]:
    """Leverage brackets from (notional cap, leverage, ratio); `cum` makes the maintenance margin continuous."""
    made: list[Bracket] = []
    floor, cum, ratio = Decimal(0), Decimal(0), Decimal(0)
    for number, (cap, leverage, next_ratio) in enumerate(rows, start=1):
        cum += floor * (Decimal(next_ratio) - ratio) if made else Decimal(0)
        ratio = Decimal(next_ratio)
        made.append(Bracket(number, leverage, floor, Decimal(cap), ratio, cum))
        floor = Decimal(cap)
    return tuple(made)


def spec_of(symbol: str) -> Spec:
    """New rules for one listed symbol. FeedError when the embedded exchange does not list it."""
    row = _ROWS.get(symbol)
    if row is None:
        raise FeedError(f"no rules known for {symbol}", where="embedded exchange", fix=f"use one of {', '.join(_ROWS)}")
    tick, step, max_qty, market_max_qty, price_precision, min_notional, band, anchor, size, sub_type = row
    anchor_price = Decimal(anchor)
    return Spec(
        symbol=symbol,
        base=symbol.removesuffix("USDT"),
        tick=Decimal(tick),
        step=Decimal(step),
        min_qty=Decimal(step),
        max_qty=Decimal(max_qty),
        market_max_qty=Decimal(market_max_qty),
        min_price=Decimal(tick) * 10,
        max_price=Decimal(tick) * int(anchor_price * 40 / Decimal(tick)),
        min_notional=Decimal(min_notional),
        multiplier_up=1 + Decimal(band),
        multiplier_down=1 - Decimal(band),
        price_precision=price_precision,
        qty_precision=max(0, -int(Decimal(step).as_tuple().exponent)),
        anchor_price=anchor_price,
        funding_interval_h=4 if size == "small" else 8,
        underlying_sub_type=(sub_type,),
        brackets=brackets(_BRACKETS[size]),
    )


def specs_of(symbols: Iterable[str]) -> dict[str, Spec]:
    """New rules for each symbol, in the order given."""
    return {symbol: spec_of(symbol) for symbol in symbols}
