"""The `hedgectl` program: its subcommands, and the last word on errors and exit codes.

Registering a command must stay cheap: command files import Typer only, everything else inside their functions.
"""

from __future__ import annotations

import errno
import os
import re
import sys
from collections.abc import Callable, Iterator
from typing import Any

import typer

from hedgectl.commands import (
    archive,
    config,
    doctor,
    drill,
    explain,
    kill,
    reconcile,
    route,
    run,
    service,
    sim,
    sizing,
    status,
    submit,
    trace,
    version,
)
from hedgectl.commands.common import CONTEXT, ended_early, finish, shown_examples, signed, take_common
from hedgectl.commands.flags import denied
from hedgectl.commands.result import ExitCode, Problem, Result

NAME = "hedgectl"
COMPLETING = "_HEDGECTL_COMPLETE"
EXAMPLES = (
    "hedgectl run --for 20s # trade in the box: no keys, no network",
    "hedgectl sizing-check --nav 400 # what can be traded with so much",
    "hedgectl status # what the last run holds",
)
DENIED = (errno.EACCES, errno.EPERM, errno.EROFS)
POSSIBLE = re.compile(r" \(Possible options: ([^,)]+).*\)")

app = typer.Typer(
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    rich_markup_mode="rich",
    help="Sends your trading intents to Binance USD-M futures, and knows at every moment how sure it is.",
    epilog=shown_examples(EXAMPLES),
)
for room in (
    run,
    submit,
    kill,
    sim,
    status,
    doctor,
    sizing,
    route,
    trace,
    explain,
    reconcile,
    archive,
    config,
    service,
    drill,
    version,
):
    room.register(app)


def root(ctx: typer.Context, **given: Any) -> None:
    ctx.obj = common = take_common(given)
    if ctx.invoked_subcommand is not None:
        return
    if status.known(common):
        finish(status.status(common), common)
    if common.json:
        finish(Result("", data={"commands": {name: each.get_short_help_str(200) for name, each in walk()}}), common)
    typer.echo(ctx.get_help())


signed(root, [CONTEXT])
app.callback(invoke_without_command=True)(root)


def walk() -> Iterator[tuple[str, Any]]:
    """Every command that does something, by its whole name, as Typer built it."""
    pending = [("", typer.main.get_command(app))]
    while pending:
        path, found = pending.pop(0)
        children: dict[str, Any] = getattr(found, "commands", {})
        if not children:
            yield path, found
        pending += [(f"{path} {name}".strip(), child) for name, child in children.items()]


def call(args: list[str], interrupted: Callable[[], bool] = bool) -> int:
    """The exit code of one command line. Usage errors are 2, Ctrl-C is 130, a bug is 70 and leaves a report.

    `interrupted` says whether Ctrl-C came: a library that loads may make another error of it.
    """
    from hedgectl.commands.output import Unwritable
    from hedgectl.config.problem import ConfigRefused

    try:
        return int(app(args=args, prog_name=NAME, standalone_mode=False) or 0)
    except typer.TyperException as wrong:
        return _told(_usage(wrong, args), args)
    except ConfigRefused as wrong:
        found = tuple(Problem(each.code, each.what, each.hint, about=each.about) for each in wrong.problems)
        return _told(Result(_name(args), ExitCode.CONFIG, problems=found), args)
    except Unwritable as wrong:
        return _told(_unwritable(str(wrong), args), [])
    except OSError as wrong:
        if wrong.errno in DENIED and wrong.filename is not None:
            return _told(Result(_name(args), ExitCode.CONFIG, problems=(denied(wrong, ""),)), args)
        if wrong.errno != errno.ENOSPC or wrong.filename is not None:
            return _told(_bug(wrong, args), args)
        return _told(_unwritable(str(wrong.strerror), args), [])  # a help page, which Typer prints by itself
    except Exception as bug:  # the outermost edge: nothing is hidden, a report is written
        return _told(ended_early(_name(args)) if interrupted() else _bug(bug, args), args)


def _usage(wrong: typer.TyperException, args: list[str]) -> Result:
    command = _name(args)
    what = wrong.format_message().rstrip(".").replace("\n", " ")
    what = POSSIBLE.sub(r". Did you mean '\1'?", what)
    hint = " ".join(each for each in (NAME, command, "-h") if each)
    return Result(command, ExitCode.USAGE, problems=(Problem("cli.usage", what, hint),))


def _unwritable(why: str, args: list[str]) -> Result:
    from hedgectl.commands.output import silence

    silence(sys.stdout)
    problem = Problem("cli.output", f"the answer cannot be written: {why}", "make room, or write it elsewhere")
    return Result(_name(args), ExitCode.PROBLEMS, problems=(problem,))


def _bug(bug: Exception, args: list[str]) -> Result:
    from hedgectl.commands.report import write_report

    what = f"{type(bug).__name__}: a bug of hedgectl"
    return Result(_name(args), ExitCode.BUG, problems=(Problem("cli.bug", what, f"report: {write_report(bug)}"),))


def _name(args: list[str]) -> str:
    """The command that a line means, as far as its words name one."""
    at, name = typer.main.get_command(app), ""
    for each in args:
        child = getattr(at, "commands", {}).get(each)
        if child is not None:
            at, name = child, f"{name} {each}".strip()
    return name


def _told(result: Result, args: list[str]) -> int:
    from hedgectl.commands.output import Unwritable, render

    if COMPLETING in os.environ:  # a shell waits for words: what went wrong stands in the report
        return int(result.exit_code)
    try:
        render(result, json="--json" in args, quiet=0, no_color="--no-color" in args)
    except Unwritable:  # neither the answer nor why there is none: the exit code is what is left
        return int(result.exit_code)
    return int(result.exit_code)
