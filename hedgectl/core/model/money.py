"""The one door to Decimal, and the few roundings that trading needs.

Money, price and quantity are Decimal everywhere. A float never comes in here: it has already lost the number.
"""

from __future__ import annotations

from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal, InvalidOperation

ZERO = Decimal(0)
ONE = Decimal(1)


def dec(value: str | int | Decimal) -> Decimal:
    """The number that a text states, exactly.

    Raises ValueError for anything that is not a finite decimal number (NaN, infinity, "", "1,5").

    >>> dec("616.19")
    Decimal('616.19')
    """
    try:
        number = Decimal(value)
    except (InvalidOperation, TypeError) as wrong:
        raise ValueError(f"not a decimal number: {value!r}") from wrong
    if not number.is_finite():
        raise ValueError(f"not a finite number: {value!r}")
    return number


def plain(value: Decimal) -> str:
    """Digits as an exchange takes them: no exponent, no trailing zeros, never "-0".

    >>> plain(Decimal("1E+2")), plain(Decimal("0.1000")), plain(Decimal("-0.0"))
    ('100', '0.1', '0')
    """
    text = format(value, "f")
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return "0" if text in ("-0", "") else text


def floor_step(value: Decimal, step: Decimal) -> Decimal:
    """The largest multiple of `step` that is not above `value` (towards minus infinity).

    >>> floor_step(Decimal("616.19"), Decimal("1"))
    Decimal('616')
    """
    return (value / step).to_integral_value(ROUND_FLOOR) * step


def ceil_step(value: Decimal, step: Decimal) -> Decimal:
    """The smallest multiple of `step` that is not below `value`.

    >>> ceil_step(Decimal("0.0011"), Decimal("0.001"))
    Decimal('0.002')
    """
    return (value / step).to_integral_value(ROUND_CEILING) * step
