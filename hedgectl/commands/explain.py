"""`hedgectl explain CODE`: what a code of a refusal or a problem means; all of them without a code."""

from __future__ import annotations

from typing import Annotated

import typer

from hedgectl.commands.common import Common, command
from hedgectl.commands.result import ExitCode, Problem, Result

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

    from hedgectl.commands.codes import explained, known_codes
    from hedgectl.screens.ink import Tone, line

    known = known_codes()
    found = {code: text for code, text in known.items() if code.startswith(name)}
    if text := explained(name):
        found = {name: text}
    if not found:
        near = get_close_matches(name, known, 1, 0.5)
        hint = f"hedgectl explain {near[0]}" if near else "hedgectl explain lists them all"
        problem = Problem("cli.no_such_code", f"there is no code {name}", hint)
        return Result("explain", ExitCode.PROBLEMS, problems=(problem,))
    width = max(len(code) for code in found)
    rows = tuple(line((f"{code:<{width}}  ", Tone.BOLD), text) for code, text in found.items())
    return Result("explain", data={"codes": found}, lines=rows)
