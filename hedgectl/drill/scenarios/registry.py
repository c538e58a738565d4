"""The register of scenarios: a function and one decorator. Its name is what `hedgectl drill --scenario` takes, its
docstring is what a person reads."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from hedgectl.drill.scenarios.stage import SYMBOL, Script

MODES = ("hedge", "one-way")

KEYS: dict[str, object] = {
    "risk.positions": "add",
    "risk.double_window_ms": 0,
    "run.symbols": (SYMBOL,),
    "run.quotes_every_ms": 10_000,
    "run.quote_age_ms_max": 15_000,
    "settle.visibility_s_max": 2,
    "journal.synchronous": "OFF",
    "box.regime": "quiet",
    "box.seed": 1,
    "box.weight_limit_1m": 2_400,
}
"""What all scenarios differ in from the template: few requests, since the process is killed around each of them, and
views that show everything at once, so that absence is soon proven."""


@dataclass(frozen=True, slots=True)
class Scenario:
    """A short story of the world and the desk: `script` tells it, `keys` are configuration of its own."""

    name: str
    about: str
    script: Script
    modes: tuple[str, ...]
    keys: Mapping[str, object]


SCENARIOS: dict[str, Scenario] = {}


def scenario(*, modes: tuple[str, ...] = MODES, **keys: object) -> Callable[[Script], Script]:
    """Register a script. `keys` are configuration keys with "__" for the dot."""

    def register(script: Script) -> Script:
        name = script.__name__.replace("_", "-")
        if name in SCENARIOS:
            raise ValueError(f"two scenarios named {name}")
        own = {key.replace("__", "."): value for key, value in keys.items()}
        SCENARIOS[name] = Scenario(name, (script.__doc__ or "").strip(), script, modes, KEYS | own)
        return script

    return register
