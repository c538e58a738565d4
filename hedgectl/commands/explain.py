"""`hedgectl explain CODE`: what a code of a refusal or a problem means; all of them without a code."""

from __future__ import annotations

from typing import Annotated

import typer

from hedgectl.commands.common import Common, command
from hedgectl.commands.result import ExitCode, Problem, Result

CORE = "hedgectl.core"
ROOMS = ("hedgectl.config.problem", "hedgectl.config.instruments", "hedgectl.intake.codes")
EXAMPLES = (
    "hedgectl explain risk.symbol_cap # one code",
    "hedgectl explain exit # every exit code",
)


def register(app: typer.Typer) -> None:
    command(app, "explain", "Look", examples=EXAMPLES)(explain)


def explain(
    common: Common,
    name: Annotated[str, typer.Argument(metavar="[CODE]", help="A code, or the beginning of one.")] = "",
) -> Result:
    """What a code means, as printed with every refusal: risk.order_cap, intent.expired, exit codes ..."""
    from difflib import get_close_matches

    from hedgectl.core.model.verdict import CODES
    from hedgectl.screens.ink import Tone, line

    _register_all()
    known = {each.name: each.explain for each in CODES.values()}
    known |= {f"exit.{int(each)}": f"Exit code {int(each)}: {each.meaning}." for each in ExitCode}
    found = {code: text for code, text in sorted(known.items()) if code == name or code.startswith(name)}
    if name in known:
        found = {name: known[name]}
    if not found:
        near = get_close_matches(name, known, 1, 0.5)
        hint = f"hedgectl explain {near[0]}" if near else "hedgectl explain lists them all"
        return Result(
            "explain", ExitCode.PROBLEMS, problems=(Problem("cli.no_such_code", f"there is no code {name}", hint),)
        )
    rows = tuple(line((f"{code:<28}", Tone.BOLD), text) for code, text in found.items())
    return Result("explain", data={"codes": found}, lines=rows)


def _register_all() -> None:
    """Import every room that registers codes. The core is small and pure; the rest is named."""
    import importlib
    import pkgutil

    core = importlib.import_module(CORE)
    for each in pkgutil.walk_packages(core.__path__, f"{CORE}."):
        importlib.import_module(each.name)
    for room in ROOMS:
        importlib.import_module(room)
