"""Events and inputs to JSON and back, exactly: Decimals as strings, enums as their values, tuples as lists.

Encoding is orjson's own walk over the dataclass in field order, so equal values give equal bytes (journal_hash rests
on it). Decoding compiles one function per class from its type hints. A union of dataclasses is told apart by its
exact set of keys.
"""

from __future__ import annotations

import dataclasses
import types
import typing
from collections.abc import Callable
from decimal import Decimal
from enum import Enum
from typing import Any

import orjson

from hedgectl.core.model.event import Event
from hedgectl.core.model.input import Input

EVENTS: dict[str, type] = {cls.kind: cls for cls in typing.get_args(Event)}
INPUT_KINDS: dict[type, str] = {cls: "in." + cls.__name__ for cls in typing.get_args(Input)}
INPUTS: dict[str, type] = {name: cls for cls, name in INPUT_KINDS.items()}

Decoder = Callable[[Any], Any]
_decoders: dict[Any, Decoder] = {}


def _text(value: object) -> str:
    if isinstance(value, Decimal):
        return str(value)
    raise TypeError(f"{type(value).__name__} has no place in the journal")


def encode(value: object) -> bytes:
    """JSON of a dataclass of the model (or of plain data that holds Decimals)."""
    return orjson.dumps(value, default=_text, option=orjson.OPT_NON_STR_KEYS)


def decode(cls: type, body: bytes | str) -> Any:
    """The value of class `cls` that `encode` wrote. Raises ValueError when the body does not fit."""
    try:
        return decoder(cls)(orjson.loads(body))
    except (KeyError, TypeError, ArithmeticError) as wrong:
        raise ValueError(f"not a {cls.__name__}: {wrong}") from wrong


def decoder(hint: Any) -> Decoder:
    """The function that turns parsed JSON into a value of a type hint; compiled once per hint."""
    known = _decoders.get(hint)
    if known is None:
        known = _decoders[hint] = _compile(hint)
    return known


def _same(value: Any) -> Any:
    return value


def _compile(hint: Any) -> Decoder:
    if hint in (str, int, bool, float, None, type(None), Any):
        return _same
    if hint is Decimal:
        return Decimal
    origin, args = typing.get_origin(hint), typing.get_args(hint)
    if origin in (typing.Union, types.UnionType):
        return _compile_union(args)
    if origin is tuple:
        return _compile_tuple(args)
    if origin in (list, set):
        item, build = decoder(args[0]), origin
        return lambda value: build(item(each) for each in value)
    if origin is dict:
        key, item = int if args[0] is int else decoder(args[0]), decoder(args[1])  # JSON has text keys only
        return lambda value: {key(name): item(each) for name, each in value.items()}
    if isinstance(hint, type) and issubclass(hint, Enum):
        return hint
    if dataclasses.is_dataclass(hint) and isinstance(hint, type):
        return _compile_dataclass(hint)
    raise TypeError(f"the journal cannot hold {hint!r}")


def _compile_tuple(args: tuple[Any, ...]) -> Decoder:
    if len(args) == 2 and args[1] is Ellipsis:
        item = decoder(args[0])
        return lambda value: tuple(item(each) for each in value)
    parts = [decoder(arg) for arg in args]
    return lambda value: tuple(part(each) for part, each in zip(parts, value, strict=True))


def _compile_union(args: tuple[Any, ...]) -> Decoder:
    kinds = [arg for arg in args if arg is not type(None)]
    if len(kinds) == 1:
        inner = decoder(kinds[0])
        return lambda value: None if value is None else inner(value)
    by_keys = {frozenset(field.name for field in dataclasses.fields(kind)): decoder(kind) for kind in kinds}
    return lambda value: None if value is None else by_keys[frozenset(value)](value)


def _compile_dataclass(cls: type) -> Decoder:
    hints = typing.get_type_hints(cls)
    parts = [(field.name, decoder(hints[field.name])) for field in dataclasses.fields(cls)]

    def build(value: dict[str, Any]) -> Any:
        if len(value) > len(parts):
            raise KeyError(", ".join(sorted(set(value) - {name for name, _ in parts})))
        return cls(**{name: part(value[name]) for name, part in parts if name in value})

    return build


def decode_row(kind: str, body: bytes | str) -> Event | Input:
    """A journal row's event or input. Raises ValueError for a kind that this version does not know."""
    cls = EVENTS.get(kind) or INPUTS.get(kind)
    if cls is None:
        raise ValueError(f"unknown journal kind {kind!r}: written by another version of hedgectl")
    found: Event | Input = decode(cls, body)
    return found


__all__ = ["EVENTS", "INPUTS", "INPUT_KINDS", "decode", "decode_row", "decoder", "encode"]
