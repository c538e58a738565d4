"""`hedgectl version`: what is installed, without importing it."""

from __future__ import annotations

import typer

from hedgectl.commands.common import Common, command
from hedgectl.commands.result import Result

SHOWN = ("ccxt", "aiohttp", "pydantic", "typer")
EXAMPLES = ("hedgectl version --json # for a bug report",)


def register(app: typer.Typer) -> None:
    command(app, "version", "Setup", examples=EXAMPLES)(version)


def version(common: Common) -> Result:
    """Versions of hedgectl, Python and the libraries that trade."""
    import platform
    from importlib import metadata

    from hedgectl import __version__
    from hedgectl.screens.ink import Tone, line

    found = {"hedgectl": __version__, "python": platform.python_version()}
    found |= {name: metadata.version(name) for name in SHOWN}
    rows = tuple(line((f"{name:<10}", Tone.DIM), number) for name, number in found.items())
    return Result("version", data=found, lines=rows)
