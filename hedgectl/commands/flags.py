"""What several commands meet and say the same way: flags that contradict each other, files of another user."""

from __future__ import annotations

from pathlib import Path

import typer

from hedgectl.commands.result import Problem

DENIED_HINT = "let this user read and write it, or name another by --state-dir and --config"


def check_sim_url(sim_url: str, environment: str) -> None:
    """`--sim-url` leads to an embedded exchange on this machine, and to nothing else. `environment` "" is not known."""
    from hedgectl.venue.environment import loopback_base

    if not sim_url:
        return
    if environment not in ("", "sim"):
        raise typer.BadParameter(f"works in the box only, not in {environment}", param_hint="--sim-url")
    try:
        loopback_base(sim_url)
    except ValueError as wrong:
        raise typer.BadParameter(str(wrong), param_hint="--sim-url") from wrong


def denied(wrong: OSError, path: Path | str) -> Problem:
    """A file or folder of another user, wherever a command met it. `path` where the error names none."""
    return Problem("cli.denied", f"{wrong.filename or path}: {wrong.strerror}", DENIED_HINT)
