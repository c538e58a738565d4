"""Names that people who come from the earlier system will write, and what to write here instead (R5)."""

from __future__ import annotations

LEGACY: dict[str, str] = {
    "min_gross_usd_per_order": "risk.order_notional_usdt_min, beside the exchange's own minimum",
    "per_symbol_min_gross_usd": 'risk.symbol_notional_usdt_min, as ["BTCUSDT=15"]',
    "capital_per_trade_usdt": "limits.order_notional_usdt_max",
    "max_nav_pct": "risk.symbol_nav_pct_max, and that of the symbol's tier",
}

SECRET_WORDS = ("secret", "api_key", "apikey", "password", "token", "private_key")
"""A key whose name holds one of these is refused, and its value is never shown."""


def is_secret(name: str) -> bool:
    """Whether a key's name says that its value is a secret.

    >>> is_secret("binance_api_key"), is_secret("run.symbols")
    (True, False)
    """
    return any(word in name.lower() for word in SECRET_WORDS)
