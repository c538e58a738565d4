"""The register of broken products: a function that breaks one thing from outside, the law that must speak, and lives
short enough to be lived each time.

A life is the seed of a storm, or a crash of a scenario: (name, mode, points at which the process is killed).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from unittest.mock import patch

import pytest

from hedgectl.drill.crash import crash
from hedgectl.drill.crew import live_seed
from hedgectl.drill.scenarios import SCENARIOS

from .scenes import SCENES

ENGINE = "hedgectl.core.engine"

Break = Callable[[pytest.MonkeyPatch], None]
Crash = tuple[str, str] | tuple[str, str, int]
Life = int | Crash


@dataclass(frozen=True, slots=True)
class Broken:
    """One broken product. `about` is what a person reads, `ids` are the requirements that it breaks."""

    name: str
    about: str
    law: str
    ids: str
    lives: tuple[Life, ...]
    break_: Break


BROKEN: dict[str, Broken] = {}


def broken(law: str, ids: str, *lives: Life) -> Callable[[Break], Break]:
    """Register a broken product. `lives` are tried in order until one of them shows that `law` is broken."""

    def register(break_: Break) -> Break:
        name = break_.__name__
        BROKEN[name] = Broken(name, (break_.__doc__ or "").strip(), law, ids, lives, break_)
        return break_

    return register


def laws_broken(life: Life, folder: Path) -> set[str]:
    """The names of the laws that the product, as it is now, breaks in this life."""
    if isinstance(life, int):
        return {breach.law for breach in live_seed(life).breaches}
    name, mode, *kills = life
    with patch.dict(SCENARIOS, SCENES):
        _, sentences = crash(name, mode, folder / f"{name}-{mode}-{'-'.join(map(str, kills))}", *kills)
    return {sentence.partition(":")[0] for sentence in sentences}
