"""Bytes to JSON values, strictly: exact numbers, no duplicate keys, no NaN, bounded in size, depth and number.

An intent that can be read two ways is not read at all.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, NoReturn

from hedgectl.intake import codes

DEPTH_MAX = 4
FOUND_CHARS_MAX = 80
# A text that does not end is taken to the end of the message, so the scan stays linear.
TOKENS = re.compile(r'"(?:[^"\\]++|\\.)*+"?|[\[\]{}]', re.DOTALL)


@dataclass(frozen=True, slots=True)
class Bad:
    """Why something is refused: the code, the field, what was found there, what to do."""

    code: str
    field: str
    found: str
    hint: str


class Malformed(ValueError):
    """Carries a Bad out of the depth of a reader."""

    def __init__(self, code: str, field: str, found: object, hint: str) -> None:
        super().__init__(code)
        self.bad = Bad(code, field, show(found), hint)


@dataclass(frozen=True, slots=True)
class Bounds:
    """Largest size of one intent in bytes, and most intents in one message."""

    intent_bytes_max: int = 16_384
    intents_max: int = 256


def show(value: object) -> str:
    """What was found, short and printable."""
    text = value if isinstance(value, str) else "object" if isinstance(value, dict) else str(value)
    clean = "".join(char if char.isprintable() else "?" for char in text[: FOUND_CHARS_MAX + 1])
    return clean if len(clean) <= FOUND_CHARS_MAX else clean[: FOUND_CHARS_MAX - 1] + "…"


def documents(raw: bytes, bounds: Bounds) -> list[tuple[int, Any | Bad]]:
    """The intents of a message, each a parsed value or why it is none, with its number: the line where there is one a
    line, else its place, from 1 on; 0 for what is wrong with the message. At most `intents_max` and one more."""
    if len(raw) > bounds.intent_bytes_max * bounds.intents_max:
        return [(0, Bad(codes.TOO_BIG, "", f"{len(raw)} bytes", "send fewer intents at a time"))]
    if not raw.strip():
        return [(0, Bad(codes.EMPTY, "", "", "send a JSON object"))]
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as wrong:
        return [(0, Bad(codes.NOT_UTF8, "", f"byte {wrong.start}", "encode the message as UTF-8"))]
    whole = _parse(text)
    if isinstance(whole, list):
        return _bounded([(number, _sized(each, bounds)) for number, each in enumerate(whole, 1)], bounds)
    lines = [(number, each) for number, each in enumerate(text.split("\n"), 1) if each.strip()]
    if (
        isinstance(whole, Bad)
        and len(lines) > 1
        and text.lstrip()[:1] != "["
        and any(_looks_whole(each) for _, each in lines)
    ):
        kept = lines[: bounds.intents_max + 1]
        return _bounded([(number, _alone(each, number, bounds)) for number, each in kept], bounds)
    return [(1, _too_big(bounds) if len(raw) > bounds.intent_bytes_max else whole)]


def _bounded(found: list[tuple[int, Any | Bad]], bounds: Bounds) -> list[tuple[int, Any | Bad]]:
    if not found:
        return [(0, Bad(codes.EMPTY, "", "[]", "send at least one intent"))]
    if len(found) <= bounds.intents_max:
        return found
    rest = Bad(codes.TOO_MANY, "", f"more than {bounds.intents_max}", f"send at most {bounds.intents_max} at a time")
    return [*found[: bounds.intents_max], (0, rest)]


def _looks_whole(text: str) -> bool:
    return text.lstrip().startswith("{") and text.rstrip().endswith("}")


def _alone(text: str, number: int, bounds: Bounds) -> Any | Bad:
    return _too_big(bounds) if len(text.encode()) > bounds.intent_bytes_max else _parse(text, number)


def _sized(value: Any, bounds: Bounds) -> Any | Bad:
    size = len(json.dumps(value, default=str, ensure_ascii=False).encode("utf-8", "replace"))
    return _too_big(bounds) if size > bounds.intent_bytes_max else value


def _too_big(bounds: Bounds) -> Bad:
    return Bad(codes.TOO_BIG, "", f"more than {bounds.intent_bytes_max} bytes", "an intent needs no more than 1 KiB")


def _parse(text: str, first: int = 1) -> Any | Bad:
    """One JSON value, or why it is none; `first` is the number of its first line."""
    if _depth(text) > DEPTH_MAX:
        return Bad(codes.TOO_DEEP, "", f"deeper than {DEPTH_MAX}", "an intent is a flat object")
    try:
        value = json.loads(
            text, parse_float=Decimal, parse_int=Decimal, parse_constant=_constant, object_pairs_hook=_pairs
        )
    except json.JSONDecodeError as wrong:
        where = f"line {first - 1 + wrong.lineno}, column {wrong.colno}"
        return Bad(codes.NOT_JSON, "", where, wrong.msg[0].lower() + wrong.msg[1:])
    except Malformed as wrong:
        return wrong.bad
    return value


def _depth(text: str) -> int:
    depth = deepest = 0
    for token in TOKENS.finditer(text):
        first = token[0][0]
        if first in "[{":
            depth += 1
            deepest = max(deepest, depth)
        elif first in "]}":
            depth -= 1
    return deepest


def _constant(word: str) -> NoReturn:
    raise Malformed(codes.NOT_A_NUMBER, "", word, "write a decimal number")


def _pairs(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) < len(pairs):
        seen: set[str] = set()
        twice = next(name for name, _ in pairs if name in seen or bool(seen.add(name)))  # type: ignore[func-returns-value]
        raise Malformed(codes.DUPLICATE_KEY, show(twice), twice, "say it once")
    return made
