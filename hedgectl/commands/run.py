"""`hedgectl run`: executes intents until it is told to stop, on the embedded exchange unless told otherwise."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from hedgectl.commands.common import Common, command
from hedgectl.commands.result import ExitCode, Problem, Result
from hedgectl.commands.starting import refused_start

if TYPE_CHECKING:
    from hedgectl.config.options import RunOptions
    from hedgectl.config.schema import Config
    from hedgectl.runtime.signals import Stops
    from hedgectl.screens.view import RunSummary
EXAMPLES = (
    "hedgectl run --for 20s # in the box: no keys",
    "hedgectl run --for 10m --virtual --seed 7 # repeatable, in seconds",
    "hedgectl run --env demo --once # one pass at the demo, for cron",
)


def register(app: typer.Typer) -> None:
    command(app, "run", "Trade", examples=EXAMPLES)(run)


def run(
    common: Common,
    for_: Annotated[str, typer.Option("--for", metavar="TIME", help="End after 20s, 10m, 1h.")] = "",
    env: Annotated[str, typer.Option("--env", metavar="sim|demo|live", help="Which; else as configured.")] = "",
    live: Annotated[bool, typer.Option("--live", help="Needed beside --env live.")] = False,
    once: Annotated[bool, typer.Option("--once", help="One pass: take the inbox, settle, end (cron).")] = False,
    symbols: Annotated[str, typer.Option("--symbols", metavar="A,B", help="Symbols that may be traded.")] = "",
    virtual: Annotated[bool, typer.Option("--virtual", help="Simulated time: minutes in seconds.")] = False,
    seed: Annotated[int | None, typer.Option("--seed", metavar="N", help="Seed of market and faults.")] = None,
    feed: Annotated[Path | None, typer.Option("--feed", metavar="FILE", help="Recorded market for the box.")] = None,
    position_mode: Annotated[str, typer.Option("--position-mode", metavar="hedge|one-way", help="In the box.")] = "",
    sim_url: Annotated[str, typer.Option("--sim-url", metavar="URL", help="Attach to `hedgectl sim serve`.")] = "",
    no_demo: Annotated[bool, typer.Option("--no-demo", help="No built-in strategy.")] = False,
    despite: Annotated[
        list[str] | None, typer.Option("--despite", metavar="ID", help="Start though this check fails; repeatable.")
    ] = None,
) -> Result:
    """Execute intents, protect every position, and say at every moment how sure it is."""
    import os

    from hedgectl.config.options import RunOptions, duration_s
    from hedgectl.config.sources import load
    from hedgectl.runtime.signals import Stops

    try:
        for_s = duration_s(for_) if for_ else None
    except ValueError as wrong:
        raise typer.BadParameter(str(wrong), param_hint="--for") from wrong
    flags = {
        "run.environment": env or None,
        "run.state_dir": str(common.state_dir) if common.state_dir else None,
        "run.symbols": symbols or None,
        "box.seed": seed,
        "box.position_mode": position_mode or None,
    }
    overridden = tuple(dict.fromkeys(despite or ()))
    options = RunOptions(for_s, virtual, once, live, not no_demo, feed, sim_url or None, despite=overridden)
    with Stops() as stops:  # from here on the first signal means an end in order, however early it comes
        loaded = load(flags, os.environ, common.config)
        _check(options, loaded.config.run.environment)
        if (refused := refused_start(common, loaded, options)) is not None:
            return refused
        return _trade(common, options, loaded.config, stops)


def _trade(common: Common, options: RunOptions, config: Config, stops: Stops) -> Result:
    """Run, and say what it came to or why it could not."""
    import os
    import sys

    from hedgectl.commands.output import write
    from hedgectl.commands.watching import output_for
    from hedgectl.config.convert import staged
    from hedgectl.config.secrets import SecretsRefused, find_secrets
    from hedgectl.runtime import assembly
    from hedgectl.runtime.control import ControlBusy
    from hedgectl.screens.ink import Tone, line
    from hedgectl.sim.market.errors import FeedError
    from hedgectl.store.lock import LockHeld
    from hedgectl.store.rows import JournalUnusable
    from hedgectl.venue.client import ClientError
    from hedgectl.venue.credentials import Credentials

    if stops.asked:
        said = line(("run       ", Tone.DIM), f"ended by {stops.asked} before it began: nothing was opened or sent")
        return Result("run", data={"why": stops.asked}, lines=(said,))
    output = output_for(common)
    if (profile := staged(config)) and not common.quiet:
        write([line((profile, Tone.WARN))], sys.stderr, common.no_color)
    try:
        environment = config.run.environment
        secrets = find_secrets(os.environ, environment) if environment != "sim" else None
        credentials = Credentials(secrets.key, secrets.secret) if secrets is not None else None
        summary = assembly.run(options, config, output, credentials, stops)
    except SecretsRefused as wrong:
        return _cannot(ExitCode.CREDENTIALS, "credentials.missing", wrong.what, wrong.hint)
    except (LockHeld, ControlBusy) as wrong:
        return _cannot(ExitCode.LOCKED, "lock.held", str(wrong), "hedgectl status")
    except FeedError as wrong:
        return _cannot(ExitCode.PROBLEMS, "feed.unusable", f"{wrong.where}: {wrong.what}", wrong.fix)
    except JournalUnusable as wrong:
        return _cannot(ExitCode.PROBLEMS, "journal.unusable", str(wrong), "name another folder by --state-dir")
    except ClientError as wrong:
        return _cannot(ExitCode.VENUE, "venue.no_client", str(wrong), "hedgectl version")
    except OSError as wrong:
        what = f"{wrong.filename or config.run.state_dir}: {wrong.strerror or wrong}"
        return _cannot(ExitCode.CONFIG, "state.unusable", what, "name another folder by --state-dir")
    finally:
        output.close()
    return _result(summary)


def _result(summary: RunSummary) -> Result:
    """What the run came to, and a problem for each thing that it could not do or leaves behind."""
    from dataclasses import asdict

    from hedgectl.commands.output import problem_lines
    from hedgectl.runtime.ending import HALTED
    from hedgectl.screens.summary import summary_lines

    code, found = ExitCode(summary.exit_code), []
    if code is ExitCode.VENUE:
        what = f"the account was never seen: {summary.unread or 'no answer in that time'}"
        found.append(Problem("venue.unseen", what, "check the network and the exchange's status page"))
    if code is ExitCode.HALTED:
        found.append(Problem("run.halted", HALTED, "hedgectl reconcile, then hedgectl run"))
    if summary.unlisted:
        severity = "fail" if code is ExitCode.PROBLEMS else "warn"
        found.append(Problem("venue.not_listed", summary.unlisted, "take it out of run.symbols", severity))
    if summary.naked_open:
        what = f"{summary.naked_open} of {summary.positions_open} positions have no stop"
        found.append(Problem("cover.missing", what, "hedgectl run", "warn"))
    lines = summary_lines(summary)
    if code in (ExitCode.OK, ExitCode.PROBLEMS):  # an error's problems are told by themselves
        lines += [row for each in found for row in problem_lines(each)]
    return Result("run", code, asdict(summary), tuple(found), tuple(lines))


def _cannot(exit_code: ExitCode, code: str, what: str, hint: str) -> Result:
    return Result("run", exit_code, problems=(Problem(code, what, hint),))


def _check(options: RunOptions, environment: str) -> None:
    """Flags that contradict each other are usage errors, before anything is opened."""
    from hedgectl.commands.flags import check_sim_url

    if environment == "live" and not options.live:
        raise typer.BadParameter("trading with real money needs --env live --live", param_hint="--live")
    if options.live and environment != "live":
        raise typer.BadParameter(f"the environment is {environment}: add --env live", param_hint="--live")
    only_box = {"--virtual": options.virtual, "--feed": options.feed}
    for flag, given in only_box.items():
        if given and environment != "sim":
            raise typer.BadParameter(f"works in the box only, not in {environment}", param_hint=flag)
    check_sim_url(options.sim_url or "", environment)
    if options.sim_url and (options.virtual or options.feed):
        raise typer.BadParameter("the exchange that is attached to has its own time and market", param_hint="--sim-url")
    if options.virtual and options.for_s is None and not options.once and options.feed is None:
        raise typer.BadParameter("simulated time needs an end: add --for 10m", param_hint="--virtual")
    if options.feed is not None and not options.feed.is_file():
        raise typer.BadParameter(f"{options.feed} is not a file", param_hint="--feed")
