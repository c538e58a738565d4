"""The `hedgectl` program: its subcommands, and the last word on errors and exit codes.

Registering a command must stay cheap: command files import Typer only, everything else inside their functions.
"""

from __future__ import annotations

import sys
from typing import Any

import typer

from hedgectl.commands import config, drill, explain, kill, reconcile, run, sim, sizing, status, submit, trace, version
from hedgectl.commands.common import CONTEXT, finish, signed, take_common
from hedgectl.commands.result import ExitCode, Problem, Result

app = typer.Typer(
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    rich_markup_mode="rich",
    help="Sends your trading intents to Binance USD-M futures, and knows at every moment how sure it is.",
    epilog="First: [bold]hedgectl run --for 20s[/bold] needs no keys and no network.",
)
for room in (run, submit, kill, reconcile, status, sizing, trace, drill, sim, config, explain, version):
    room.register(app)


def root(ctx: typer.Context, **given: Any) -> None:
    ctx.obj = common = take_common(given)
    if ctx.invoked_subcommand is not None:
        return
    from hedgectl.config.locate import journal_path

    if journal_path(common.config, common.state_dir).is_file():
        finish(status.status(common), common)
    typer.echo(ctx.get_help())


signed(root, [CONTEXT])
app.callback(invoke_without_command=True)(root)


def main() -> None:
    """Run the command line and exit. Usage errors are 2, Ctrl-C is 130, a bug is 70 and leaves a report."""
    sys.exit(call(sys.argv[1:]))


def call(args: list[str]) -> int:
    """The exit code of one command line."""
    from hedgectl.config.problem import ConfigRefused

    try:
        return int(app(args=args, prog_name="hedgectl", standalone_mode=False) or 0)
    except typer.TyperException as wrong:
        return _told(_usage(wrong), args)
    except ConfigRefused as wrong:
        found = tuple(Problem(each.code, each.what, each.hint, about=each.about) for each in wrong.problems)
        return _told(Result(_name(args), ExitCode.CONFIG, problems=found), args)
    except Exception as bug:  # the outermost edge: nothing is hidden, a report is written
        return _told(_bug(bug, args), args)


def _usage(wrong: typer.TyperException) -> Result:
    path = getattr(getattr(wrong, "ctx", None), "command_path", "hedgectl")
    what = wrong.format_message().rstrip(".").replace("\n", " ")
    command = path.removeprefix("hedgectl").strip()
    return Result(command, ExitCode.USAGE, problems=(Problem("cli.usage", what, f"{path} -h"),))


def _bug(bug: Exception, args: list[str]) -> Result:
    from hedgectl.commands.report import write_report

    what = f"{type(bug).__name__}: a bug of hedgectl"
    return Result(_name(args), ExitCode.BUG, problems=(Problem("cli.bug", what, f"report: {write_report(bug)}"),))


def _name(args: list[str]) -> str:
    return next((each for each in args if not each.startswith("-")), "")


def _told(result: Result, args: list[str]) -> int:
    from hedgectl.commands.output import render

    render(result, json="--json" in args, quiet=0, no_color="--no-color" in args)
    return int(result.exit_code)
