"""One function per kind of value: what may stand in a field, and why anything else may not. Raises Malformed."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal
from difflib import get_close_matches
from typing import Any

from hedgectl.core.model.money import dec
from hedgectl.intake import codes
from hedgectl.intake.json_text import Malformed, show

ID = re.compile(r"[A-Za-z0-9._:-]{1,64}")
SYMBOL = re.compile(r"[A-Z0-9]{2,20}(?:_[0-9]{6})?")
NUMBER = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]{1,4})?")
TEXT_CHARS_MAX = 64
DIGITS_MAX = 28
EXPONENT_MAX = 12
SECONDS_BELOW = Decimal(10) ** 11
MILLISECONDS_BELOW = Decimal(10) ** 14


def number(field: str, value: Any) -> Decimal:
    """An exact decimal number, from a JSON number or a text."""
    if isinstance(value, str):
        if not NUMBER.fullmatch(value):
            raise Malformed(codes.NOT_A_NUMBER, field, value, 'write digits and a point, as "0.5"')
        value = dec(value)
    if not isinstance(value, Decimal):
        raise Malformed(codes.WRONG_TYPE, field, value, "write a number")
    if abs(value.adjusted()) > EXPONENT_MAX or len(value.as_tuple().digits) > DIGITS_MAX:
        raise Malformed(codes.OUT_OF_RANGE, field, value, f"at most {DIGITS_MAX} digits, below 1e{EXPONENT_MAX + 1}")
    return value


def positive(field: str, value: Any) -> Decimal:
    """A number above zero."""
    found = number(field, value)
    if found <= 0:
        raise Malformed(codes.NOT_POSITIVE, field, value, "write a number above 0; the side says the direction")
    return found


def share(field: str, value: Any) -> Decimal:
    """A number from 0 to 1."""
    found = number(field, value)
    if not 0 <= found <= 1:
        raise Malformed(codes.OUT_OF_RANGE, field, value, "write a number from 0 to 1")
    return found


def leverage(field: str, value: Any) -> int:
    """A whole number from 1 to 125."""
    found = number(field, value)
    if found != found.to_integral_value() or not 1 <= found <= 125:
        raise Malformed(codes.OUT_OF_RANGE, field, value, "write a whole number from 1 to 125")
    return int(found)


def truth(field: str, value: Any) -> bool:
    if not isinstance(value, bool):
        raise Malformed(codes.WRONG_TYPE, field, value, "write true or false")
    return value


def identity(field: str, value: Any) -> str:
    """An intent's id."""
    if not isinstance(value, str):
        raise Malformed(codes.WRONG_TYPE, field, value, "write the id as a text")
    if not ID.fullmatch(value):
        raise Malformed(codes.BAD_ID, field, value, "1 to 64 of letters, digits and . _ : -")
    return value


def symbol(field: str, value: Any) -> str:
    """A symbol as Binance writes it."""
    if not isinstance(value, str):
        raise Malformed(codes.WRONG_TYPE, field, value, "write the symbol as a text, as BTCUSDT")
    if SYMBOL.fullmatch(value):
        return value
    upper = re.sub(r"[^A-Z0-9_]", "", value.split(":")[0].upper())
    raise Malformed(codes.BAD_SYMBOL, field, value, f"write {upper if SYMBOL.fullmatch(upper) else 'BTCUSDT'}")


def text(field: str, value: Any) -> str:
    """A short printable text."""
    if not isinstance(value, str):
        raise Malformed(codes.WRONG_TYPE, field, value, "write a text")
    if len(value) > TEXT_CHARS_MAX or not value.isprintable():
        raise Malformed(codes.BAD_TEXT, field, value, f"at most {TEXT_CHARS_MAX} printable characters")
    return value


def word(field: str, value: Any, allowed: Iterable[str]) -> str:
    """One of the field's words, in its own case."""
    if not isinstance(value, str):
        raise Malformed(codes.WRONG_TYPE, field, value, f"write one of {', '.join(allowed)}")
    words = list(allowed)
    if value in words:
        return value
    same = [each for each in words if each.lower() == value.strip().lower()]
    if same:
        raise Malformed(codes.WRONG_CASE, field, value, f"write {same[0]}")
    near = get_close_matches(value.upper(), [each.upper() for each in words], 1, 0.6)
    hint = next((f"did you mean {each}?" for each in words if near and each.upper() == near[0]), "")
    raise Malformed(codes.NOT_ALLOWED, field, value, hint or f"write one of {', '.join(words)}")


def time_ms(field: str, value: Any) -> int:
    """Milliseconds since 1970 of seconds, milliseconds or ISO 8601 with a zone."""
    hint = "seconds or milliseconds since 1970, or 2026-11-20T14:02:11Z"
    if isinstance(value, str) and not NUMBER.fullmatch(value):
        try:
            moment = datetime.fromisoformat(value)
        except ValueError as wrong:
            raise Malformed(codes.BAD_TIME, field, value, hint) from wrong
        if moment.tzinfo is None:
            raise Malformed(codes.BAD_TIME, field, value, f"name the zone: {show(value)}Z") from None
        return round(moment.timestamp() * 1000)
    found = number(field, value)
    if not 0 < found < MILLISECONDS_BELOW:
        raise Malformed(codes.BAD_TIME, field, value, hint)
    return int(found * 1000) if found < SECONDS_BELOW else int(found)
