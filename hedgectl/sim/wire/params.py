"""From percent-encoded text to typed parameters, with the exact refusal for each way to get one wrong.

Query wins over body, unknown parameters are ignored, a mandatory one that is malformed is -1102, an optional one -1130.
Source: wire facts sections 1, 2 and 4.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from string import ascii_letters, digits
from urllib.parse import unquote_plus

from hedgectl.sim.model import Refusal, Spec
from hedgectl.sim.wire.refusals import NEITHER

Params = dict[str, str]

CLIENT_ID_LENGTH_MAX = 36
CLIENT_ID_RANGE = r"^[\.A-Z\:/a-z0-9_-]{1,36}$"
WEEK_MS = 7 * 24 * 3600 * 1000
_CLIENT_ID_CHARS = frozenset(ascii_letters + digits + ".:/_-")
_BOOLEANS = {"true": True, "false": False, "TRUE": True, "FALSE": False, "True": True, "False": False}
_DIGITS = frozenset(digits)
# beyond these, Decimal's remainder by a small tick and JSON's integers have no room
NUMBER_LENGTH_MAX = 20
INTEGER_LENGTH_MAX = 18


def parse(query: str, body: str) -> Params:
    """The parameters of a request. -1101 when one place says the same name twice."""
    params = _pairs(query) if query else {}
    if body:
        params = _pairs(body) | params
    return params


def _pairs(text: str) -> Params:
    parts = text.split("&")
    encoded = "%" in text or "+" in text
    pairs: Params = {}
    for part in parts:
        name, _, value = part.partition("=")
        if encoded:
            name, value = unquote_plus(name), unquote_plus(value)
        pairs[name] = value
    if len(pairs) != len(parts):
        raise Refusal(-1101)
    return pairs


def text(params: Params, name: str) -> str:
    """A mandatory text."""
    value = params.get(name)
    if not value:
        raise Refusal(-1102, name)
    return value


def optional_text(params: Params, name: str) -> str | None:
    """A text, or None when it was not sent; sent and empty is -1105."""
    value = params.get(name)
    if value == "":
        raise Refusal(-1105, name)
    return value


def decimal(params: Params, name: str) -> Decimal | None:
    """A plain number (no exponent), or None when it was not sent; anything else is -1102."""
    value = params.get(name)
    if value is None:
        return None
    bare = value[1:] if value[:1] == "-" else value
    whole, _, fraction = bare.partition(".")
    if not whole or len(value) > NUMBER_LENGTH_MAX or not _DIGITS.issuperset(whole + fraction):
        raise Refusal(-1102, name)
    return Decimal(value)


def integer(params: Params, name: str) -> int | None:
    """A whole number of 0 or more, or None when it was not sent; empty is -1105, anything else -1130."""
    value = params.get(name)
    if value is None:
        return None
    if value == "":
        raise Refusal(-1105, name)
    if not is_integer(value):
        raise Refusal(-1130, name)
    return int(value)


def mandatory_integer(params: Params, name: str) -> int:
    """A whole number that must be there; missing or malformed is -1102."""
    value = params.get(name, "")
    if not is_integer(value):
        raise Refusal(-1102, name)
    return int(value)


def is_integer(value: str) -> bool:
    """True for plain digits that fit a JSON integer."""
    return 0 < len(value) <= INTEGER_LENGTH_MAX and _DIGITS.issuperset(value)


def boolean(params: Params, name: str, *, code: int = -1130) -> bool | None:
    """true or false, or None when it was not sent; `code` refuses anything else."""
    value = params.get(name)
    if value is None:
        return None
    if value not in _BOOLEANS:
        raise Refusal(code) if code != -1130 else Refusal(code, name)
    return _BOOLEANS[value]


def symbol(params: Params, specs: Mapping[str, Spec]) -> str:
    """A listed symbol: -1102 when missing, -1121 when unknown."""
    value = text(params, "symbol")
    if value not in specs:
        raise Refusal(-1121)
    return value


def optional_symbol(params: Params, specs: Mapping[str, Spec]) -> str | None:
    """A listed symbol, or None when none was sent."""
    value = optional_text(params, "symbol")
    if value is not None and value not in specs:
        raise Refusal(-1121)
    return value


def client_id(params: Params, name: str, *, empty: int = -1118) -> str | None:
    """A client id of the exchange's alphabet, or None; refuses with -1118 / -1119 (empty), -4015 (long), -1100."""
    value = params.get(name)
    if value is None:
        return None
    if not value:
        raise Refusal(empty)
    if len(value) > CLIENT_ID_LENGTH_MAX:
        raise Refusal(-4015)
    if not _CLIENT_ID_CHARS.issuperset(value):
        raise Refusal(-1100, name, CLIENT_ID_RANGE)
    return value


def either_id(params: Params, id_name: str, client_name: str) -> tuple[int | None, str | None]:
    """(number, client id) of an order to look for; -1102 when neither was sent. The number wins."""
    number, client = integer(params, id_name), client_id(params, client_name, empty=-1119)
    if number is None and client is None:
        raise Refusal(-1102, NEITHER, client_name, id_name)
    return number, client


def limit(params: Params, *, default: int, most: int) -> int:
    """How many rows to answer with: 1 to `most`, -1130 beyond."""
    value = integer(params, "limit")
    if value is None:
        return default
    if not 1 <= value <= most:
        raise Refusal(-1130, "limit")
    return value


def span(params: Params, *, widest_ms: int | None = None) -> tuple[int | None, int | None]:
    """(startTime, endTime) in ms; -1023 when reversed, -1127 when wider than `widest_ms`."""
    start, end = integer(params, "startTime"), integer(params, "endTime")
    if start is not None and end is not None:
        if start > end:
            raise Refusal(-1023)
        if widest_ms is not None and end - start > widest_ms:
            raise Refusal(-1127, widest_ms // 3600000)
    return start, end
