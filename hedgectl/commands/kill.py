"""`hedgectl kill` and `hedgectl rearm`: the kill switch in a person's hand (R7).

The switch is on disk before anybody is asked. A run that lives does the rest; one that gives no answer within a second
is done without, by a client of this command's own.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, Any

import typer

from hedgectl.commands.common import Common, command
from hedgectl.commands.result import ExitCode, Problem, Result

if TYPE_CHECKING:
    from pathlib import Path

    from hedgectl.runtime.kill_file import Pulled
    from hedgectl.runtime.repairing import Book
    from hedgectl.screens.kill import KillAnswer
    from hedgectl.screens.view import KillView

ANSWER_S_MAX = 1.0
DONE_S_MAX = 6.0
LOOK_EVERY_S = 0.1
HINT_NO_EXCHANGE = "name the exchange: --sim-url URL, or --env demo|live"
UNWRITTEN = "make room, or name another folder by --state-dir; the run was asked all the same"
KILLS = (
    "hedgectl kill --mode entries --why 'odd fills' # nothing new",
    "hedgectl kill --mode flatten --why 'leaving' # close everything",
)
REARMS = ("hedgectl rearm --why 'fills explained' # entries may go again",)


def register(app: typer.Typer) -> None:
    command(app, "kill", "Trade", examples=KILLS)(kill)
    command(app, "rearm", "Trade", examples=REARMS)(rearm)


def kill(
    common: Common,
    mode: Annotated[str, typer.Option("--mode", metavar="entries|cancel|flatten", help="How far to go.")],
    why: Annotated[str, typer.Option("--why", metavar="TEXT", help="For those who look later.")],
    env: Annotated[str, typer.Option("--env", metavar="sim|demo|live", help="Without a run: which exchange.")] = "",
    sim_url: Annotated[str, typer.Option("--sim-url", metavar="URL", help="Without a run: a served box.")] = "",
) -> Result:
    """No more entries; cancel: withdraw those that rest; flatten: and close every position. Until somebody rearms."""
    from hedgectl.config.locate import state_dir
    from hedgectl.runtime import kill_file
    from hedgectl.screens.kill import KillAnswer

    wanted = _wanted(mode, why)
    _check(env, sim_url)
    folder, problems = state_dir(common.config, common.state_dir), []
    try:
        held = kill_file.pull(folder, wanted)
    except OSError as wrong:
        held = wanted
        what = f"{folder / kill_file.KILL} cannot be written: {wrong.strerror}"
        problems.append(Problem("kill.not_durable", what, UNWRITTEN))
    request = {"do": "kill", "mode": wanted.mode, "why": wanted.why, "by": wanted.by, "written": not problems}
    seq, run, took_ms = _ask(folder, request)
    answer = KillAnswer(_view(held), run, seq, took_ms=took_ms, written=not problems)
    if wanted.mode == "entries":
        return _result("kill", answer, problems)
    if seq is not None:
        left = _left_by_run(folder, wanted.mode)
        if not left and left is not None:
            return _result("kill", _with(answer, left=()), problems)
        answer = _with(answer, run="  it has not done it: done without it")
    return _without_run(common, folder, wanted, answer, problems, env, sim_url)


def rearm(
    common: Common,
    why: Annotated[str, typer.Option("--why", metavar="TEXT", help="For those who look later.")],
) -> Result:
    """Allow entries again."""
    from hedgectl.config.locate import state_dir
    from hedgectl.runtime import kill_file
    from hedgectl.screens.kill import KillAnswer

    wanted = _wanted("entries", why)
    folder = state_dir(common.config, common.state_dir)
    try:
        kill_file.release(folder)
    except OSError as wrong:
        what = f"{folder / kill_file.KILL} cannot be removed: {wrong.strerror}"
        return Result("rearm", ExitCode.CONFIG, problems=(Problem("kill.file", what, "remove it, then rearm again"),))
    request = {"do": "rearm", "why": wanted.why, "by": wanted.by}
    seq, run, took_ms = _ask(folder, request | {"released": True})
    if seq is None:
        try:
            kill_file.note(folder, request | {"at_ms": wanted.at_ms})
        except OSError as wrong:
            what = f"{folder / kill_file.LOG} cannot be written: {wrong.strerror}"
            return Result("rearm", ExitCode.CONFIG, problems=(Problem("kill.file", what, "rearm again"),))
    return _result("rearm", KillAnswer(_view(kill_file.read(folder)), run, seq, took_ms=took_ms), [])


def _wanted(mode: str, why: str) -> Pulled:
    """The switch as this person pulls it, now."""
    import getpass
    import time

    from hedgectl.runtime.kill_file import pulled_of

    try:
        by = getpass.getuser()
    except (OSError, KeyError):  # a user without a name, as in a container
        by = "person"
    try:
        return pulled_of({"mode": mode, "why": why, "by": by}, round(time.time() * 1000))
    except ValueError as wrong:
        raise typer.BadParameter(str(wrong), param_hint="--mode, --why") from wrong


def _check(env: str, sim_url: str) -> None:
    """Flags that contradict each other are usage errors, before anything is done."""
    from hedgectl.commands.flags import check_sim_url
    from hedgectl.venue.environment import Environment

    if env and env not in list(Environment):
        raise typer.BadParameter(f"one of {', '.join(Environment)}, not {env!r}", param_hint="--env")
    check_sim_url(sim_url, env)


def _ask(folder: Path, request: dict[str, Any]) -> tuple[int | None, str, int]:
    """The run's acknowledgement: (journal seq, "", ms that it took), or (None, why there is none, ms)."""
    import time

    from hedgectl.runtime.ask import ask

    begun = time.monotonic()
    try:
        reply = ask(folder, request, ANSWER_S_MAX)
    except ConnectionRefusedError:
        seq, why = None, "no run lives: the next one is told"
    except (OSError, ValueError) as wrong:
        seq, why = None, f"the run gives no answer ({wrong}): it is told when it goes on"
    else:
        ok = bool(reply.get("ok")) and isinstance(reply.get("seq"), int)
        seq, why = (reply["seq"], "") if ok else (None, f"the run could not: {reply.get('why', 'no reason given')}")
    return seq, why, round((time.monotonic() - begun) * 1000)


def _left_by_run(folder: Path, mode: str) -> list[str] | None:
    """What a run that acknowledged still believes to be there, after it had its time; None: it fell silent."""
    import time

    from hedgectl.runtime.ask import ask

    until = time.monotonic() + DONE_S_MAX
    while True:
        try:
            told = ask(folder, {"do": "status"}, ANSWER_S_MAX)
        except (OSError, ValueError):
            return None
        left = [*told.get("entries", ()), *(told.get("positions", ()) if mode == "flatten" else ())]
        if (told.get("checked") and not left) or time.monotonic() > until:
            return left if told.get("checked") else None
        time.sleep(LOOK_EVERY_S)


def _without_run(
    common: Common,
    folder: Path,
    wanted: Pulled,
    answer: KillAnswer,
    problems: list[Problem],
    env: str,
    sim_url: str,
) -> Result:
    """Do it here, from nothing but the account."""
    from contextlib import suppress
    from dataclasses import asdict

    from hedgectl.commands.flags import denied
    from hedgectl.config.problem import ConfigRefused
    from hedgectl.config.secrets import SecretsRefused
    from hedgectl.runtime import kill_file
    from hedgectl.runtime.flattening import carry_out
    from hedgectl.runtime.reconciling import Unread
    from hedgectl.venue.client import ClientError

    with suppress(OSError):  # the run is told by KILL, too
        kill_file.note(folder, {"do": "kill"} | asdict(wanted))
    try:
        done = carry_out(_book(common, folder, env, sim_url), wanted)
    except ConfigRefused as wrong:
        found = [Problem(each.code, each.what, each.hint, about=each.about) for each in wrong.problems]
        return _result("kill", answer, problems + found, ExitCode.CONFIG)
    except SecretsRefused as wrong:
        found = [Problem("credentials.missing", wrong.what, wrong.hint)]
        return _result("kill", answer, problems + found, ExitCode.CREDENTIALS)
    except Unread as wrong:
        found = [Problem(wrong.code, f"nothing was withdrawn or closed: {wrong.what}", HINT_NO_EXCHANGE)]
        return _result("kill", answer, problems + found, ExitCode.VENUE)
    except ClientError as wrong:
        found = [Problem("venue.no_client", str(wrong), "hedgectl version")]
        return _result("kill", answer, problems + found, ExitCode.VENUE)
    except PermissionError as wrong:  # whose exchange it was stands where this user may not look
        return _result("kill", answer, [*problems, denied(wrong, folder)], ExitCode.CONFIG)
    answer = _with(answer, acts=done.acts, left=None if done.unread and not done.left else done.left)
    if done.unlogged:
        problems.append(Problem("kill.not_logged", done.unlogged, "the run will take these orders for a stranger's"))
    if done.unread:
        hint = "check the network and the exchange's status page, then kill again"
        return _result("kill", answer, [*problems, Problem("venue.unreadable", done.unread, hint)], ExitCode.VENUE)
    return _result("kill", answer, problems)


def _book(common: Common, folder: Path, env: str, sim_url: str) -> Book:
    """Which exchange, with which key: as told, else as the last run of this folder had it, else as configured."""
    import os

    from hedgectl.config.options import RunOptions
    from hedgectl.config.secrets import find_secrets
    from hedgectl.config.sources import load
    from hedgectl.runtime.repairing import book_of
    from hedgectl.venue.credentials import Credentials

    environment = env or ("sim" if sim_url else _environment_of_last_run(folder)) or None
    config = load({"run.environment": environment, "run.state_dir": str(folder)}, os.environ, common.config).config
    environment = config.run.environment
    secrets = find_secrets(os.environ, environment) if environment != "sim" else None
    credentials = Credentials(secrets.key, secrets.secret) if secrets is not None else None
    return book_of(RunOptions(live=environment == "live", sim_url=sim_url or None), config, credentials)


def _environment_of_last_run(folder: Path) -> str:
    """What its journal says, "" when there is none: a person in a hurry must not flatten another exchange."""
    from hedgectl.config.locate import journal_path
    from hedgectl.core.model.codec import decode
    from hedgectl.core.model.event import RunStarted
    from hedgectl.store.reader import open_reader
    from hedgectl.store.rows import JournalUnusable

    try:
        with open_reader(journal_path(None, folder)) as reader:
            rows = reader.by_kind(RunStarted.kind, 1)
        return decode(RunStarted, rows[0][5]).environment if rows else ""
    except (JournalUnusable, ValueError):
        return ""


def _view(held: Pulled | None) -> KillView | None:
    from dataclasses import asdict

    from hedgectl.screens.view import KillView

    return KillView(**asdict(held)) if held is not None else None


def _with(answer: KillAnswer, **changes: Any) -> KillAnswer:
    from dataclasses import replace

    return replace(answer, **changes)


def _result(name: str, answer: KillAnswer, problems: Sequence[Problem], code: ExitCode = ExitCode.OK) -> Result:
    """The answer; a problem for each thing that is left, and exit code 1 if there is any problem."""
    from dataclasses import asdict

    from hedgectl.commands.output import problem_lines
    from hedgectl.screens.kill import kill_lines

    left = [
        Problem("kill.left", f"{each.symbol} {each.leg} {each.quantity}", "kill again, or by hand", about=asdict(each))
        for each in answer.left or ()
    ]
    if code is ExitCode.OK and (problems or left):
        code = ExitCode.PROBLEMS
    lines = kill_lines(answer)
    if code is ExitCode.PROBLEMS:  # an error's problems are told by themselves
        lines += [row for each in problems for row in problem_lines(each)]
    return Result(name, code, asdict(answer), (*problems, *left), tuple(lines))
