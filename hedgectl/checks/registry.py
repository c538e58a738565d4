"""Every check, by its name, in the order in which it is told. `check` registers one; ROOMS names the files they are in.

A check is a function of a Context that returns a Finding; one that waits for others is a coroutine. It may need other
checks: when one of those did not succeed it is skipped, with the reason. Requirement O2.
"""

from __future__ import annotations

import importlib
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from hedgectl.checks.context import Context
    from hedgectl.checks.finding import Finding

GROUPS = ("local", "exchange", "book")
LIMIT_S = 4.0
ROOMS = ("configuration", "files", "process", "exchange", "account", "order_types", "worth", "book", "history")

Looks = Callable[["Context"], "Finding | Awaitable[Finding]"]


@dataclass(frozen=True, slots=True)
class Check:
    """One check. `about` is the first line of its docstring: what holds where it passes. `may` are the severities that
    it can come to beside pass and skip; `cheap`: a run makes it before it starts; `limit_s` is the most time that it
    may take, and one that takes more fails."""

    id: str
    group: str
    about: str
    needs: tuple[str, ...]
    may: tuple[str, ...]
    cheap: bool
    limit_s: float
    look: Looks


class UnknownCheck(ValueError):
    """There is no check or group of that name; `near` is the nearest one, "" if none is."""

    def __init__(self, name: str, near: str) -> None:
        super().__init__(f"there is no check or group {name}" + (f": did you mean {near}?" if near else ""))
        self.near = near


_known: dict[str, Check] = {}


def check(
    id: str, group: str, *, needs: tuple[str, ...] = (), may: str = "", cheap: bool = False, limit_s: float = LIMIT_S
) -> Callable[[Looks], Looks]:
    """Register a check; `may` holds "warn", "fail" or both. A second one of the same name, or one of no group, is a
    programmer's error."""
    if id in _known or group not in GROUPS:
        raise ValueError(f"check {id} of group {group}: registered twice, or of no group")

    def register(look: Looks) -> Looks:
        about = (look.__doc__ or "").strip().splitlines()[0]
        _known[id] = Check(id, group, about, needs, tuple(may.split()), cheap, limit_s, look)
        return look

    return register


def all_checks() -> Mapping[str, Check]:
    """Every check by name, group after group. Imports no exchange client: a check does that when it is made."""
    for room in ROOMS:
        importlib.import_module(f"hedgectl.checks.{room}")
    ordered = sorted(_known.values(), key=_place)
    return {each.id: each for each in ordered}


def _place(each: Check) -> tuple[int, int]:
    """Where a check is told: by group, then by room, whichever was imported first; in a room as they stand there."""
    return GROUPS.index(each.group), ROOMS.index(each.look.__module__.rpartition(".")[2])


def chosen(names: Iterable[str], checks: Mapping[str, Check]) -> tuple[Check, ...]:
    """The checks of these names and groups; all without a name. Raises UnknownCheck."""
    wanted: set[str] = set()
    for name in names:
        found = [each.id for each in checks.values() if name in (each.id, each.group)]
        if not found:
            near = get_close_matches(name, (*checks, *GROUPS), 1, 0.4)
            raise UnknownCheck(name, near[0] if near else "")
        wanted.update(found)
    return tuple(each for each in checks.values() if not wanted or each.id in wanted)


def with_needs(wanted: Iterable[Check], checks: Mapping[str, Check]) -> tuple[Check, ...]:
    """These and all that they need, in order."""
    found: set[str] = set()
    waiting = [each.id for each in wanted]
    while waiting:
        name = waiting.pop()
        if name not in found:
            found.add(name)
            waiting += checks[name].needs
    return tuple(each for each in checks.values() if each.id in found)
