"""`hedgectl reconcile`: belief against the exchange, once; through the run that lives, or beside it from its journal.

Reports only, unless told to `--apply`. Requirement B8.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from hedgectl.commands.common import Common, command
from hedgectl.commands.result import ExitCode, Problem, Result

if TYPE_CHECKING:
    from pathlib import Path

    from hedgectl.screens.reconcile import Reconciled

ALIVE_S_MAX = 1.0
REPORT_S_MAX = 25.0
APPLY_S_MAX = 120.0
WIDTH_IN_A_PIPE = 240
KEY_CODES = ("-2014", "-2015", "-1022")
EXAMPLES = (
    "hedgectl reconcile # tell what differs, touch nothing",
    "hedgectl reconcile --symbol ETHUSDT --apply # and repair it",
)


def register(app: typer.Typer) -> None:
    command(app, "reconcile", "Repair", examples=EXAMPLES)(reconcile)


def reconcile(
    common: Common,
    apply: Annotated[bool, typer.Option("--apply", help="Repair what can be; else only tell.")] = False,
    symbol: Annotated[str, typer.Option("--symbol", metavar="BTCUSDT", help="Tell of this one only.")] = "",
    env: Annotated[str, typer.Option("--env", metavar="sim|demo|live", help="Without a run: which exchange.")] = "",
    live: Annotated[bool, typer.Option("--live", help="Needed beside --env live --apply.")] = False,
    sim_url: Annotated[str, typer.Option("--sim-url", metavar="URL", help="Without a run: a served box.")] = "",
) -> Result:
    """Compare what we believe with what the exchange says. Exit code 1 if they differ, 0 if they agree."""
    from hedgectl.config.locate import state_dir

    symbol = symbol.upper()
    given = {"--symbol": symbol, "--config": common.config, "--state-dir": common.state_dir}
    told = _through_run(state_dir(common.config, common.state_dir), symbol, apply)
    if told is None:
        given |= {"--env": env, "--sim-url": sim_url}
        told = _without_run(common, symbol, apply, env, live, sim_url)
    if isinstance(told, Result):
        return told
    flags = "".join(f" {flag} {value}" for flag, value in given.items() if value)
    return _result(told, f"hedgectl reconcile{flags}{' --live' if env == 'live' else ''} --apply")


def _through_run(state: Path, symbol: str, apply: bool) -> Reconciled | Result | None:
    """What the run of this state folder says; None when there is none that answers."""
    from hedgectl.core.model.codec import decoder
    from hedgectl.runtime.ask import ask
    from hedgectl.screens.reconcile import Reconciled

    try:
        ask(state, {"do": "status"}, ALIVE_S_MAX)
    except (OSError, ValueError):
        return None
    request = {"do": "reconcile", "apply": apply, "symbol": symbol}
    try:
        reply: dict[str, Any] = ask(state, request, APPLY_S_MAX if apply else REPORT_S_MAX)
    except (OSError, ValueError) as wrong:
        return _cannot(ExitCode.VENUE, "run.no_answer", f"the run gave no answer: {wrong}", "hedgectl status")
    if not reply.get("ok"):
        return _unread(str(reply.get("code")), str(reply.get("why", "")), str(reply.get("hint", "hedgectl status")))
    try:
        told: Reconciled = decoder(Reconciled)(reply["report"])
    except (KeyError, TypeError, ValueError) as wrong:
        return _cannot(ExitCode.PROBLEMS, "run.other_version", f"an answer of another version: {wrong}", "restart it")
    return told


def _without_run(common: Common, symbol: str, apply: bool, env: str, live: bool, sim_url: str) -> Reconciled | Result:
    """From the journal that the last run left."""
    import os

    from hedgectl.config.options import RunOptions
    from hedgectl.config.secrets import SecretsRefused, find_secrets
    from hedgectl.config.sources import load
    from hedgectl.runtime import repairing
    from hedgectl.runtime.reconciling import Unread
    from hedgectl.store.lock import LockHeld
    from hedgectl.store.rows import JournalUnusable
    from hedgectl.venue.client import ClientError
    from hedgectl.venue.credentials import Credentials

    flags = {
        "run.environment": env or None,
        "run.state_dir": str(common.state_dir) if common.state_dir else None,
    }
    config = load(flags, os.environ, common.config).config
    environment = config.run.environment
    _check(environment, apply, live, sim_url)
    try:
        secrets = find_secrets(os.environ, environment) if environment != "sim" else None
        credentials = Credentials(secrets.key, secrets.secret) if secrets is not None else None
        book = repairing.book_of(RunOptions(live=live, sim_url=sim_url or None), config, credentials)
        return repairing.repair(book, symbol) if apply else repairing.report(book, symbol)
    except SecretsRefused as wrong:
        return _cannot(ExitCode.CREDENTIALS, "credentials.missing", wrong.what, wrong.hint)
    except LockHeld as wrong:
        return _cannot(ExitCode.LOCKED, "lock.held", str(wrong), "hedgectl status")
    except Unread as wrong:
        return _unread(wrong.code, wrong.what, wrong.hint)
    except JournalUnusable as wrong:
        return _cannot(ExitCode.PROBLEMS, "journal.unusable", str(wrong), "name another folder by --state-dir")
    except ClientError as wrong:
        return _cannot(ExitCode.VENUE, "venue.no_client", str(wrong), "hedgectl version")
    except OSError as wrong:
        what = f"{wrong.filename or config.run.state_dir}: {wrong.strerror or wrong}"
        return _cannot(ExitCode.CONFIG, "state.unusable", what, "name another folder by --state-dir")


def _check(environment: str, apply: bool, live: bool, sim_url: str) -> None:
    """Flags that contradict each other are usage errors, before anything is opened."""
    from hedgectl.commands.flags import check_sim_url

    if environment == "live" and apply and not live:
        raise typer.BadParameter("repairing with real money needs --env live --live", param_hint="--live")
    check_sim_url(sim_url, environment)


def _unread(code: str, what: str, hint: str) -> Result:
    if any(each in what for each in KEY_CODES):
        return _cannot(ExitCode.CREDENTIALS, "credentials.refused", what, "check the key, its permissions and its IPs")
    return _cannot(ExitCode.INTERRUPTED if code == "repair.stopped" else ExitCode.VENUE, code, what, hint)


def _cannot(exit_code: ExitCode, code: str, what: str, hint: str) -> Result:
    return Result("reconcile", exit_code, problems=(Problem(code, what, hint),))


def _result(told: Reconciled, repair: str) -> Result:
    """The answer, and a problem for each difference that is left; `repair` is the command that repairs."""
    import shutil
    import sys
    from dataclasses import asdict

    from hedgectl.screens.reconcile import reconcile_lines

    problems = tuple(
        Problem(
            f"reconcile.{each.kind}",
            f"{each.symbol} {each.leg} {each.ours or 'nothing'} against {each.theirs}".strip(),
            repair if each.repairable else each.repair,
            about={"symbol": each.symbol},
        )
        for each in told.last.findings
        if not each.harmless
    )
    width = shutil.get_terminal_size().columns if sys.stdout.isatty() else WIDTH_IN_A_PIPE
    code = ExitCode.PROBLEMS if told.last.differences else ExitCode.OK
    return Result("reconcile", code, asdict(told), problems, tuple(reconcile_lines(told, width, repair)))
