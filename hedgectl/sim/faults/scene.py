"""What the faults of the world may touch: the box with its clock and views, and the hands of other people.

The protocols name what is used and nothing more; a fault never reaches past them.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from hedgectl.sim.faults.sizes import Sizes


@dataclass(slots=True)
class Scene:
    """A moment at the exchange. `undo` takes what must be taken back when the profile heals."""

    box: Any
    now_ms: int
    sizes: Sizes
    undo: Callable[[Callable[[], None]], None]
