"""The note by which a run tells where it serves its embedded exchange: written by `doors`, read by other commands."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import orjson

from hedgectl.venue.environment import loopback_base

SIM_FILE = "sim.json"
SIM_FILE_BYTES_MAX = 4_096


@dataclass(frozen=True, slots=True)
class Served:
    """Where the exchange of a run is (its loopback URL), and the folder of that run's journal."""

    url: str
    folder: Path
    pid: int


def read_served(state_dir: Path) -> Served | None:
    """What the note says; None when there is none. Raises OSError, ValueError, KeyError or TypeError for another
    file, and for a URL that is not of this machine."""
    try:
        with (state_dir / SIM_FILE).open("rb") as file:
            told = orjson.loads(file.read(SIM_FILE_BYTES_MAX))
    except FileNotFoundError:
        return None
    return Served(loopback_base(str(told["url"])), Path(told["folder"]), int(told.get("pid", 0)))
