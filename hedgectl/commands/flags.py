"""Flags that several commands take, checked the same way by each: usage errors, before anything is opened."""

from __future__ import annotations

import typer


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
