"""A configuration problem as a line that cures it when it is pasted: `unset`, `sed`, or a configuration line.

An environment variable is unset. In a file a misspelt name is spelt, a value that cannot be becomes the key's default,
and a key that means nothing here is commented out: never deleted.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from hedgectl.config.catalogue import catalogue, shown
from hedgectl.config.locate import FILE_BYTES_MAX, read_toml
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
from hedgectl.config.sources import PREFIX

MEANT = re.compile(r"did you mean ([a-z0-9_.]+)\?")
UPPER = re.compile(r"at most ([a-z0-9_.]+) = ")
LINE = re.compile(r"line (\d+)")
VALUES = (OUT_OF_RANGE.name, NOT_ALLOWED.name, WRONG_TYPE.name)


def cure(problem: ConfigProblem, file: Path | None) -> str:
    """What to paste, or what to do where only a person can know."""
    variables = [each for each in problem.origin.split(", ") if each.startswith(PREFIX)]
    if variables:
        return f"unset {' '.join(variables)}"
    if problem.origin.startswith("--"):
        return f"{problem.hint or problem.expected}, by {problem.origin}"
    if problem.code in (NO_TIER.name, TWO_TIERS.name):
        return _tiers(problem, file)
    if file is None or not problem.key:
        at = LINE.search(problem.hint)
        return f"${{EDITOR:-vi}} {f'+{at[1]} ' if at else ''}{shlex.quote(problem.origin)}"
    if problem.code == INCONSISTENT.name:
        upper = UPPER.search(problem.expected)
        return "\n".join(_commented_out(each, file) for each in (problem.key, *(upper.groups() if upper else ())))
    if problem.code in VALUES and problem.key in catalogue():
        return _edited(problem.key, rf"s/^\( *\){{name}} *=.*/\1{{name}} = {_default(problem.key)}/", file)
    meant = MEANT.search(problem.hint) if problem.code == UNKNOWN_KEY.name else None
    if meant is not None and meant[1].partition(".")[0] == problem.key.partition(".")[0]:
        return _edited(problem.key, rf"s/^\( *\){{name}}\( *=\)/\1{meant[1].rpartition('.')[2]}\2/", file)
    if meant is not None and "." not in problem.key:
        return _sed(rf"s/^ *\[{problem.key}\]/[{meant[1]}]/", file)
    if problem.code in (UNKNOWN_KEY.name, LEGACY_KEY.name, SECRET_KEY.name) and "." in problem.key:
        return _commented_out(problem.key, file)
    return f"{problem.hint}, in {shlex.quote(problem.origin)}"


def _default(name: str) -> str:
    return shown(catalogue()[name].default).replace("/", r"\/").replace("&", r"\&")


def _commented_out(name: str, file: Path) -> str:
    return _edited(name, r"s/^ *{name} *=/# &/", file)


def _edited(dotted: str, change: str, file: Path) -> str:
    """`change` to the key's line, in its own table only; an editor where the key does not stand on such a line."""
    table, _, name = dotted.rpartition(".")
    if not _on_a_line(table, name, file):
        return f"${{EDITOR:-vi}} {shlex.quote(str(file))}"
    return _sed(rf"/^ *\[{table}\]/,/^ *\[/{change.replace('{name}', name)}", file)


def _on_a_line(table: str, name: str, file: Path) -> bool:
    """Whether `name = ...` is a line below `[table]`: not a dotted key, a quoted one, or one of an inline table."""
    try:
        with file.open(encoding="utf-8", errors="replace") as read:
            text = read.read(FILE_BYTES_MAX)
    except OSError:
        return False
    _, header, below = text.partition(f"[{table}]\n")
    return bool(header and re.search(rf"(?m)^ *{re.escape(name)} *=", below.partition("\n[")[0]))


def _sed(script: str, file: Path) -> str:
    return f"sed -i {shlex.quote(script)} {shlex.quote(str(file))}"


def _tiers(problem: ConfigProblem, file: Path | None) -> str:
    """The tier's line with the symbol added, or those of all tiers but the first with it taken out."""
    symbol, _, told = problem.found.partition(" in ")
    try:
        tables = read_toml(file) if file is not None else {}
    except ConfigRefused:
        tables = {}
    if problem.code == NO_TIER.name:
        return _tier("tier_fringe", (*_symbols("tier_fringe", tables), symbol))
    without = {each: [name for name in _symbols(each, tables) if name != symbol] for each in told.split(" and ")[1:]}
    return "\n".join(_tier(each, tuple(left)) for each, left in without.items())


def _symbols(tier: str, tables: Mapping[str, Any]) -> tuple[str, ...]:
    table = tables.get(tier)
    told = table.get("symbols") if isinstance(table, dict) else None
    default = catalogue()[f"{tier}.symbols"].default
    assert isinstance(default, tuple)
    return tuple(told) if isinstance(told, list) else default


def _tier(name: str, symbols: tuple[str, ...]) -> str:
    return f"[{name}] symbols = {shown(symbols)}"
