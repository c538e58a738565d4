"""What a person asked `doctor` for, and command lines for the same configuration, folder and exchange."""

from __future__ import annotations

import shlex
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Asked:
    """What was asked for: flags as they were given, "" and None for those that were not."""

    config: Path | None = None
    state_dir: Path | None = None
    env: str = ""
    sim_url: str = ""
    deep: bool = False

    def again(self, check_id: str) -> str:
        """The command line that makes one check again, of the same exchange."""
        return self.command("doctor", "--only", check_id, exchange=True)

    def command(self, name: str, *flags: str, exchange: bool = False) -> str:
        """A command line for the same configuration and folder; for the same `exchange` too, where that is named."""
        told: dict[str, object] = {"--config": self.config, "--state-dir": self.state_dir}
        if exchange:
            told |= {"--env": self.env, "--sim-url": self.sim_url}
        given = [part for flag, value in told.items() if value for part in (flag, str(value))]
        live = ["--live"] if exchange and self.env == "live" else []
        return shlex.join(["hedgectl", *name.split(), *given, *live, *flags])
