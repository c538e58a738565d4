"""Strict readers of single JSON fields: a value of another shape than documented is an error, never a guess.

Numbers repeat (zeros, ticks, steps), so their Decimals are cached, bounded.
"""

from __future__ import annotations

from decimal import Decimal
from functools import lru_cache

from hedgectl.core.model.money import ZERO, dec
from hedgectl.core.model.order import Leg, Side

NUMBERS_MAX = 8192
SIDES = {side.value: side for side in Side}
LEGS = {leg.value: leg for leg in Leg}
MALFORMED = (KeyError, IndexError, TypeError, ValueError, AttributeError)
"""What reading a payload of the wrong shape can raise (a bad Decimal is a ValueError here)."""


class DecodeError(ValueError):
    """The exchange said something of another shape than documented."""


@lru_cache(maxsize=NUMBERS_MAX)
def number(text: str) -> Decimal:
    """The finite decimal number of a JSON string. Raises ValueError for anything else, floats included."""
    if type(text) is not str:
        raise ValueError(f"not a number in a string: {text!r}")
    return dec(text)


def number_or_zero(value: str | None) -> Decimal:
    """A number where the exchange may say "" or null for "none"."""
    return ZERO if value is None or value == "" else number(value)


def integer(value: object) -> int:
    """A JSON integer (booleans are none)."""
    if type(value) is not int:
        raise ValueError(f"not an integer: {value!r}")
    return value


def text(value: object) -> str:
    """A JSON string."""
    if type(value) is not str:
        raise ValueError(f"not a string: {value!r}")
    return value


def flag(value: object) -> bool:
    """A JSON boolean."""
    if type(value) is not bool:
        raise ValueError(f"not a flag: {value!r}")
    return value
