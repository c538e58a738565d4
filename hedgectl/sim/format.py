"""Numbers as the exchange writes them: strings with a fixed number of decimals.

Prices at pricePrecision, quantities at quantityPrecision, money at 8 decimals (reference, section 1.2). Never rounds
for a decision: what is computed stays Decimal.
"""

from __future__ import annotations

from decimal import Decimal

from hedgectl.sim.model import Spec

AVERAGE_DECIMALS_MIN = 5
_FIXED = tuple(f".{places}f" for places in range(32))


def price_text(spec: Spec, price: Decimal) -> str:
    """A price at the symbol's pricePrecision: `50.00`."""
    return format(price, _FIXED[spec.price_precision])


def qty_text(spec: Spec, qty: Decimal) -> str:
    """A quantity at the symbol's quantityPrecision: `0.200`."""
    return format(qty, _FIXED[spec.qty_precision])


def average_text(spec: Spec, price: Decimal) -> str:
    """An average of prices: at least five decimals, as in `avgPrice`."""
    return format(price, _FIXED[max(AVERAGE_DECIMALS_MIN, spec.price_precision)])


def money_text(amount: Decimal) -> str:
    """An amount of money at 8 decimals: `0.07819010`."""
    return format(amount, ".8f")
