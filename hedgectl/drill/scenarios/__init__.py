"""Named, short, deterministic stories: small enough to kill the process at every one of their points.

A new scenario is a function in one of the files here, with its decorator.
"""

from hedgectl.drill.scenarios import covers, entries, leaving, people
from hedgectl.drill.scenarios.registry import MODES, SCENARIOS, Scenario
from hedgectl.drill.scenarios.stage import SYMBOL, Stage, Strikes

MODULES = (entries, leaving, covers, people)

__all__ = ["MODES", "MODULES", "SCENARIOS", "SYMBOL", "Scenario", "Stage", "Strikes"]
