"""All faults there are. A new fault's module is named here once; importing it registers what it holds."""

from __future__ import annotations

from typing import Any

from hedgectl.sim.faults import bodies, clock, connection, delivery, lateness, operators, people, statuses, views
from hedgectl.sim.faults.registry import REQUEST, RUN, STREAM, WORLD, Fault

MODULES = (lateness, connection, bodies, statuses, delivery, views, clock, people, operators)
FAULTS: dict[str, Fault[Any]] = {**REQUEST, **STREAM, **WORLD, **RUN}
