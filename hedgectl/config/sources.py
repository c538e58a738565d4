"""Flags > environment > file > defaults, one value a key, each with its origin; and every problem at once, as data.

Imports pydantic-settings, so it is loaded only by commands that need the whole configuration.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from hedgectl.config.catalogue import Key, catalogue, sections, shown
from hedgectl.config.legacy import LEGACY, is_secret
from hedgectl.config.locate import default_state_dir, find_file, read_toml
from hedgectl.config.problem import (
    INCONSISTENT,
    LEGACY_KEY,
    NO_TIER,
    NOT_ALLOWED,
    OUT_OF_RANGE,
    SECRET_KEY,
    TWO_TIERS,
    UNKNOWN_KEY,
    WRONG_TYPE,
    ConfigProblem,
    ConfigRefused,
)
from hedgectl.config.schema import Config, value_of

PREFIX = "HEDGECTL_"
INTEGER = re.compile(r"[+-]?[0-9]{1,20}")
SHOWN_CHARS_MAX = 60
BOUND_ERRORS = frozenset(
    ("greater_than_equal", "greater_than", "less_than_equal", "less_than", "too_short", "too_long")
)


@dataclass(frozen=True, slots=True)
class Given:
    """A value as a source stated it."""

    value: Any
    origin: str


@dataclass(frozen=True, slots=True)
class Loaded:
    """A valid configuration, and where each of its values came from (`default`, a flag, a variable, a file)."""

    config: Config
    origins: Mapping[str, str]
    file: Path | None


def load(flags: Mapping[str, object], environ: Mapping[str, str], named: Path | None = None) -> Loaded:
    """The configuration of this moment. `flags` by dotted key, None where a flag was not given.

    Raises ConfigRefused with every problem that was found.
    """
    problems: list[ConfigProblem] = []
    file = find_file(named)
    given: dict[str, Given] = {}
    if file is not None:
        given |= _from_file(read_toml(file), str(file), problems)
    given |= _from_environment(environ, problems)
    for name, value in flags.items():
        if value is not None:
            flag = "--" + name.partition(".")[2].replace("_", "-")
            given[name] = Given(_typed(catalogue()[name], value), flag)
    config = _validated(given, problems)
    if problems or config is None:
        raise ConfigRefused(tuple(problems))
    origins = {name: given[name].origin if name in given else "default" for name in catalogue()}
    return Loaded(config, origins, file)


def _from_file(tables: Mapping[str, Any], origin: str, problems: list[ConfigProblem]) -> dict[str, Given]:
    found: dict[str, Given] = {}
    for section, table in tables.items():
        if section not in sections() or not isinstance(table, dict):
            problems.append(_unknown(section, origin, table=section in sections()))
            continue
        for name, value in table.items():
            dotted = f"{section}.{name}"
            if dotted in catalogue():
                found[dotted] = Given(value, origin)
            else:
                problems.append(_unknown(dotted, origin))
    return found


def _from_environment(environ: Mapping[str, str], problems: list[ConfigProblem]) -> dict[str, Given]:
    found: dict[str, Given] = {}
    by_variable = {key.variable: key for key in catalogue().values()}
    for variable in sorted(environ):
        if not variable.startswith(PREFIX) or "__" not in variable:
            continue
        if key := by_variable.get(variable):
            found[key.name] = Given(_typed(key, environ[variable]), variable)
        else:
            problems.append(_unknown(variable.removeprefix(PREFIX).lower().replace("__", "."), variable))
    return found


def _typed(key: Key, value: object) -> object:
    """A text of a flag or a variable as the key's type; left alone where it does not fit, for the check to refuse."""
    if isinstance(value, str) and key.kind is int and INTEGER.fullmatch(value.strip()):
        return int(value)
    if isinstance(value, str) and key.kind is tuple:
        return tuple(part.strip() for part in value.split(",") if part.strip())
    return value


def _unknown(name: str, origin: str, *, table: bool = False) -> ConfigProblem:
    last = name.rpartition(".")[2]
    if is_secret(name):
        hint = "HEDGECTL_API_KEY and HEDGECTL_API_SECRET, or files of mode 0600"
        return ConfigProblem(SECRET_KEY.name, name, "", "no secret here", hint, origin)
    if last in LEGACY:
        return ConfigProblem(LEGACY_KEY.name, name, "", "our own keys", LEGACY[last], origin)
    if table:
        return ConfigProblem(WRONG_TYPE.name, name, "", f"a table [{name}]", f"write [{name}] on its own line", origin)
    known = catalogue() if "." in name else sections()
    near = get_close_matches(name, known, 1, 0.6) or [each for each in catalogue() if each.rpartition(".")[2] == last]
    hint = f"did you mean {near[0]}?" if near else "hedgectl config explain lists every key"
    return ConfigProblem(UNKNOWN_KEY.name, name, "", "a known key", hint, origin)


def _validated(given: Mapping[str, Given], problems: list[ConfigProblem]) -> Config | None:
    tables: dict[str, dict[str, Any]] = {}
    for dotted, each in given.items():
        section, _, name = dotted.partition(".")
        tables.setdefault(section, {})[name] = each.value
    if tables.setdefault("run", {}).get("state_dir", "") == "":
        tables["run"]["state_dir"] = str(default_state_dir())
    try:
        return Config(**tables)  # type: ignore[arg-type]
    except ValidationError as wrong:
        seen: set[str] = set()
        for error in wrong.errors(include_url=False, include_context=True, include_input=False):
            problem = _problem(error, given)
            if problem.key not in seen:
                problems.append(problem)
            seen.add(problem.key)
        return None


def _problem(error: ErrorDetails, given: Mapping[str, Given]) -> ConfigProblem:
    if error["type"] == "inconsistent":
        return _contradiction(error["ctx"]["lower"], error["ctx"]["upper"], given)
    if error["type"] == "tier":
        return _tier(error["ctx"]["symbol"], error["ctx"]["tiers"], given)
    dotted = ".".join(str(part) for part in error["loc"][:2])
    key, each = catalogue()[dotted], given[dotted]
    if error["type"] in BOUND_ERRORS:
        code = OUT_OF_RANGE
    elif error["type"] in ("literal_error", "string_pattern_mismatch"):
        code = NOT_ALLOWED
    else:
        code = WRONG_TYPE
    return ConfigProblem(code.name, dotted, _found(each.value), key.expected, _hint(key, each.value), each.origin)


def _hint(key: Key, value: object) -> str:
    near = get_close_matches(str(value).lower(), key.choices, 1, 0.6)
    if near:
        return f"write {shown(near[0])}"
    if key.kind in (int, Decimal) and isinstance(value, str) and value.strip():
        return f"write a plain number, as {key.name.rpartition('.')[2]} = {shown(key.default)}"
    return f"hedgectl config explain {key.name}"


def _tier(symbol: str, named: str, given: Mapping[str, Given]) -> ConfigProblem:
    origin = given["run.symbols"].origin if "run.symbols" in given else "default"
    if named:
        hint = f"take {symbol} out of all but one of {named}"
        return ConfigProblem(TWO_TIERS.name, "run.symbols", f"{symbol} in {named}", "one tier each", hint, origin)
    hint = f"add {symbol} to tier_fringe.symbols, or to the tier that it belongs to"
    return ConfigProblem(NO_TIER.name, "run.symbols", f"{symbol} in no tier", "one tier each", hint, origin)


def _contradiction(lower: str, upper: str, given: Mapping[str, Given]) -> ConfigProblem:
    both = [each for each in (lower, upper) if each in given]
    values = {each: given[each].value if each in given else catalogue()[each].default for each in (lower, upper)}
    return ConfigProblem(
        INCONSISTENT.name,
        lower,
        _found(values[lower]),
        f"at most {upper} = {shown(values[upper])}",
        f"lower {lower} or raise {upper}",
        ", ".join(dict.fromkeys(given[each].origin for each in both)),
    )


def _found(value: object) -> str:
    text = shown(value) if isinstance(value, str | int | Decimal | tuple | list) else type(value).__name__
    return text if len(text) <= SHOWN_CHARS_MAX else text[: SHOWN_CHARS_MAX - 1] + "…"


__all__ = ["Given", "Loaded", "load", "value_of"]
