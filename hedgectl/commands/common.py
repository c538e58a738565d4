"""The options that every command takes, before or after its name, and the one way a command is registered.

A command is a function with options of its own that returns a Result; `command` adds the common ones, renders the
Result and ends with its exit code. DESIGN 6.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Annotated, Any

import typer

from hedgectl.commands.completing import offered
from hedgectl.commands.result import ExitCode, Problem, Result

PANEL = "Common"


@dataclass(frozen=True, slots=True)
class Common:
    """What every command may be told. `config` and `state_dir` None: look for them."""

    json: bool = False
    verbose: int = 0
    quiet: int = 0
    no_color: bool = False
    config: Path | None = None
    state_dir: Path | None = None

    def over(self, outer: Common) -> Common:
        """These options, and those given before the command's name where these say nothing."""
        return Common(*(getattr(self, each.name) or getattr(outer, each.name) for each in fields(Common)))


OPTIONS: dict[str, Any] = {
    "json": Annotated[bool, typer.Option("--json", help="Answer with one JSON envelope.", rich_help_panel=PANEL)],
    "verbose": Annotated[int, typer.Option("--verbose", "-v", count=True, help="Say more.", rich_help_panel=PANEL)],
    "quiet": Annotated[
        int, typer.Option("--quiet", "-q", count=True, help="Silent on success.", rich_help_panel=PANEL)
    ],
    "no_color": Annotated[bool, typer.Option("--no-color", help="No colours (as NO_COLOR).", rich_help_panel=PANEL)],
    "config": Annotated[
        Path | None, typer.Option("--config", metavar="FILE", help="Configuration file.", rich_help_panel=PANEL)
    ],
    "state_dir": Annotated[
        Path | None, typer.Option("--state-dir", metavar="DIR", help="State folder.", rich_help_panel=PANEL)
    ],
}
PARAMETERS = [
    inspect.Parameter(each.name, inspect.Parameter.KEYWORD_ONLY, default=each.default, annotation=OPTIONS[each.name])
    for each in fields(Common)
]
CONTEXT = inspect.Parameter("ctx", inspect.Parameter.POSITIONAL_OR_KEYWORD, annotation=typer.Context)


def signed(entry: Callable[..., Any], own: list[inspect.Parameter]) -> None:
    """Give `entry` the signature that Typer reads: its own parameters, then the common ones."""
    parameters = [*own, *PARAMETERS]
    entry.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
    entry.__annotations__ = {each.name: each.annotation for each in parameters}


def take_common(given: dict[str, Any]) -> Common:
    """Take the common options out of what Typer collected."""
    return Common(**{each.name: given.pop(each.name) for each in fields(Common)})


def group(app: typer.Typer, name: str, about: str, panel: str) -> typer.Typer:
    """Register a command that only holds others. Alone it is a usage error that names them."""
    made = typer.Typer()

    def alone(ctx: typer.Context, **given: Any) -> None:
        ctx.obj = common = take_common(given).over(ctx.obj or Common())
        if ctx.invoked_subcommand is None:
            known = ", ".join(ctx.command.list_commands(ctx))  # type: ignore[attr-defined]
            problem = Problem("cli.usage", f"one of its commands is missing: {known}", f"hedgectl {name} -h")
            finish(Result(name, ExitCode.USAGE, problems=(problem,)), common)

    signed(alone, [CONTEXT])
    made.callback(invoke_without_command=True, help=about)(alone)
    app.add_typer(made, name=name, rich_help_panel=panel)
    return made


def command(
    app: typer.Typer, name: str, panel: str = "", *, examples: Sequence[str] = ()
) -> Callable[[Callable[..., Result]], Callable[..., Result]]:
    """Register `function(common, ...) -> Result` as a subcommand; its docstring is the help. `examples`: whole command
    lines, each with what it does behind ` # `."""

    def register(function: Callable[..., Result]) -> Callable[..., Result]:
        own = list(inspect.signature(function, eval_str=True).parameters.values())[1:]
        for each in own:
            place = each.annotation.__metadata__[0]
            place.autocompletion = place.autocompletion or offered(place.metavar)

        def entry(ctx: typer.Context, **given: Any) -> None:
            common = take_common(given).over(ctx.obj or Common())
            try:
                result = function(common, **given)
            except KeyboardInterrupt:
                result = ended_early(ctx.command_path.partition(" ")[2])
            finish(result, common)

        signed(entry, [CONTEXT, *(each.replace(kind=inspect.Parameter.KEYWORD_ONLY) for each in own)])
        entry.__doc__ = paragraphs(function.__doc__ or "")
        app.command(name, rich_help_panel=panel or None, epilog=shown_examples(examples))(entry)
        return function

    return register


def paragraphs(text: str) -> str:
    """A docstring whose rows end where paragraphs do, since help pages break rows themselves."""
    return "\n\n".join(" ".join(each.split()) for each in text.split("\n\n"))


def shown_examples(examples: Sequence[str]) -> str:
    """Examples as the last words of a help page: each a line of its own, beside it what it does."""
    rows = [escape(each).partition(" # ") for each in examples]
    width = max((len(line.strip()) for line, _, _ in rows), default=0)
    return "\n".join(f"{line.strip():<{width}}  [dim]{about.strip()}[/dim]" for line, _, about in rows)


def escape(text: str) -> str:
    """A text in which no bracket means a colour."""
    return text.replace("[", r"\[")


def ended_early(name: str) -> Result:
    """What a command answers that Ctrl-C ended before it had an answer."""
    problem = Problem("cli.interrupted", "ended by Ctrl-C before it was done", "start it again")
    return Result(name, ExitCode.INTERRUPTED, problems=(problem,))


def finish(result: Result, common: Common) -> None:
    """Render a result and end the command with its exit code."""
    from hedgectl.commands.output import render

    render(result, json=common.json, quiet=common.quiet, no_color=common.no_color)
    raise typer.Exit(int(result.exit_code))
