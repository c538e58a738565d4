"""All keys of the schema as plain records: what the template, `config explain` and the problems say about a key."""

from __future__ import annotations

import typing
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from typing import Any

from annotated_types import Ge, Gt, Le
from pydantic.fields import FieldInfo

from hedgectl.config.schema import Config
from hedgectl.core.model.money import plain


@dataclass(frozen=True, slots=True)
class Key:
    """One key of the configuration. `kind` is the type that a text is turned into: str, int, Decimal or tuple."""

    name: str
    about: str
    unit: str
    kind: type
    default: object
    choices: tuple[str, ...]
    least: object
    above: object
    most: object

    @property
    def expected(self) -> str:
        """What may stand there, in words: "an integer from 1 to 600 s"."""
        if self.choices:
            return "one of " + ", ".join(self.choices)
        if self.kind is tuple:
            return 'a list of symbols such as ["BTCUSDT"]'
        words = {int: "an integer", Decimal: "a number", str: "a text"}[self.kind]
        low = (
            f"from {self.least}" if self.least is not None else f"above {self.above}" if self.above is not None else ""
        )
        high = f"to {self.most}" if self.least is not None else f"at most {self.most}"
        return " ".join(part for part in (words, low, high if self.most is not None else "", self.unit) if part)

    @property
    def variable(self) -> str:
        """The environment variable that sets it."""
        return "HEDGECTL_" + self.name.upper().replace(".", "__")


@cache
def catalogue() -> Mapping[str, Key]:
    """Every key by its dotted name, in the order of the schema."""
    keys = {}
    for section, table in Config.model_fields.items():
        assert table.annotation is not None
        for name, field in table.annotation.model_fields.items():
            keys[f"{section}.{name}"] = _key(f"{section}.{name}", field)
    return keys


@cache
def sections() -> Mapping[str, str]:
    """Every section with what it is about."""
    return {name: (field.annotation.__doc__ or "").strip() for name, field in Config.model_fields.items()}


def _key(name: str, field: FieldInfo) -> Key:
    bounds: dict[type, Any] = {type(each): each for each in field.metadata}
    extra = field.json_schema_extra
    return Key(
        name=name,
        about=field.description or "",
        unit=str(extra.get("unit", "")) if isinstance(extra, dict) else "",
        kind=_kind(field.annotation),
        default=field.default,
        choices=typing.get_args(field.annotation) if typing.get_origin(field.annotation) is typing.Literal else (),
        least=getattr(bounds.get(Ge), "ge", None),
        above=getattr(bounds.get(Gt), "gt", None),
        most=getattr(bounds.get(Le), "le", None),
    )


def _kind(annotation: Any) -> type:
    origin = typing.get_origin(annotation)
    if origin is typing.Literal:
        return str
    return origin or annotation  # type: ignore[no-any-return]


def shown(value: object) -> str:
    """A value as TOML: what the template and `config show` print, and what may be pasted back.

    >>> shown(("BTCUSDT",)), shown(Decimal("0.80")), shown("sim"), shown(10)
    ('["BTCUSDT"]', '0.8', '"sim"', '10')
    """
    if isinstance(value, tuple | list):
        return "[" + ", ".join(shown(each) for each in value) + "]"
    if isinstance(value, Decimal):
        return plain(value)
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    text = str(value).replace("\\", "\\\\").replace('"', '\\"')
    return '"' + "".join(char if char.isprintable() else f"\\u{ord(char):04x}" for char in text) + '"'
