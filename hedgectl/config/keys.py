"""How a key is declared: default, meaning, unit and bounds in one place, which the template and `config explain` print.

Money and shares are Decimal and come as text or as exact numbers; a float that lost its number never enters.
"""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints


def exact(value: Any) -> Any:
    """Text, an int or a Decimal as a finite Decimal; anything else is left for the type check to refuse."""
    if isinstance(value, bool) or not isinstance(value, str | int | Decimal):
        return value
    try:
        number = Decimal(value)
    except InvalidOperation:
        return value
    return number if number.is_finite() else str(value)


def as_tuple(value: Any) -> Any:
    """A list of a file as the tuple that a frozen value holds."""
    return tuple(value) if isinstance(value, list) else value


Number = Annotated[Decimal, BeforeValidator(exact)]
Symbol = Annotated[str, StringConstraints(pattern=r"^[A-Z0-9_]{3,32}$")]
Symbols = Annotated[tuple[Symbol, ...], BeforeValidator(as_tuple), Field(min_length=1, max_length=200)]
SymbolsOrNone = Annotated[tuple[Symbol, ...], BeforeValidator(as_tuple), Field(max_length=1_000)]
Floor = Annotated[str, StringConstraints(pattern=r"^[A-Z0-9_]{3,32}=[0-9]{1,9}(\.[0-9]{1,8})?$")]
Floors = Annotated[tuple[Floor, ...], BeforeValidator(as_tuple), Field(max_length=1_000)]
Positions = Literal["single", "add"]
Environment = Literal["sim", "demo", "live"]
PositionMode = Literal["hedge", "one-way"]
Orphans = Literal["adopt", "leave"]
WhenLost = Literal["hold", "halt"]
Synchronous = Literal["OFF", "NORMAL", "FULL", "EXTRA"]
Regime = Literal["quiet", "normal", "hot", "panic"]


class Section(BaseModel):
    """A table of the file: closed, frozen, strict."""

    model_config = ConfigDict(
        extra="forbid", frozen=True, strict=True, hide_input_in_errors=True, validate_default=True
    )


def key(default: Any, about: str, *, unit: str = "", ge: Any = None, le: Any = None, gt: Any = None) -> Any:
    """One key: its default, what it means, its unit and its bounds (ge, gt: at least, above; le: at most)."""
    return Field(default, description=about, ge=ge, le=le, gt=gt, json_schema_extra={"unit": unit})
