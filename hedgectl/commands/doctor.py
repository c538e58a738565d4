"""`hedgectl doctor`: everything that a person would look at before a deploy, with a cure for what is wrong (O2).

Reads only. The first line is there before the exchange client is loaded; what was found is kept in state/doctor.json.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated

import typer

from hedgectl.commands.common import Common, command
from hedgectl.commands.result import ExitCode, Problem, Result

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from hedgectl.checks.asked import Asked
    from hedgectl.checks.registry import Check
    from hedgectl.screens.doctor import DoctorView, Row

WIDTH_IN_A_PIPE = 120
EXAMPLES = (
    "hedgectl doctor # everything, before a deploy",
    "hedgectl doctor --only exchange --strict # one group; warnings count",
    "hedgectl doctor --share # to send to somebody",
)


def register(app: typer.Typer) -> None:
    command(app, "doctor", "Look", examples=EXAMPLES)(doctor)


def doctor(
    common: Common,
    listed: Annotated[bool, typer.Option("--list", help="Name every check, and make none.")] = False,
    only: Annotated[
        list[str] | None, typer.Option("--only", metavar="ID|GROUP", help="This check or group; repeatable.")
    ] = None,
    deep: Annotated[bool, typer.Option("--deep", help="Have every order type checked; none is sent.")] = False,
    strict: Annotated[bool, typer.Option("--strict", help="Warnings count as problems.")] = False,
    share: Annotated[bool, typer.Option("--share", help="Without key, hosts, paths and amounts.")] = False,
    cached: Annotated[bool, typer.Option("--cached", help="The last examination, without a network.")] = False,
    env: Annotated[str, typer.Option("--env", metavar="sim|demo|live", help="Which exchange.")] = "",
    live: Annotated[bool, typer.Option("--live", help="Needed beside --env live --deep.")] = False,
    sim_url: Annotated[str, typer.Option("--sim-url", metavar="URL", help="A served box.")] = "",
) -> Result:
    """Examine machine, exchange and book: what was found, what was expected, and what cures it. Exit code 1 if
    something fails."""
    from hedgectl.checks.asked import Asked
    from hedgectl.checks.registry import UnknownCheck, all_checks, chosen

    checks = all_checks()
    try:
        wanted = chosen(only or (), checks)
    except UnknownCheck as wrong:
        raise typer.BadParameter(str(wrong), param_hint="--only") from wrong
    if listed:
        return _listed(wanted)
    _check(env, deep, live, sim_url)
    asked = Asked(common.config, common.state_dir, env, sim_url, deep)
    if cached:
        return _from_cache(common, asked, {each.id for each in wanted}, share, strict)
    return _examined(common, asked, wanted, share, strict, kept=not only)


def _examined(common: Common, asked: Asked, wanted: Sequence[Check], share: bool, strict: bool, kept: bool) -> Result:
    """Make the checks, and tell what they found."""
    import os

    from hedgectl.checks.context import Context
    from hedgectl.checks.examination import examined
    from hedgectl.checks.registry import all_checks, with_needs

    with _telling(common, len(with_needs(wanted, all_checks()))) as on_row:
        found = examined(Context(asked, os.environ), wanted, on_row, kept=kept)
    return _result(common, found.shared if share else found.view, strict, found.unkept)


def _from_cache(common: Common, asked: Asked, ids: set[str], share: bool, strict: bool) -> Result:
    """The last examination, with its age."""
    import os
    from dataclasses import replace

    from hedgectl.checks.cache import last
    from hedgectl.checks.context import Context
    from hedgectl.screens.doctor import DoctorView

    context = Context(asked, os.environ)
    found = last(context.state_dir, context.now_ms, shared=share)
    if not isinstance(found, DoctorView):
        what = f"no examination is kept in the state folder: {found.why}"
        return Result("doctor", ExitCode.PROBLEMS, problems=(Problem("doctor.none", what, asked.command("doctor")),))
    return _result(common, replace(found, rows=tuple(each for each in found.rows if each.id in ids)), strict)


def _result(common: Common, view: DoctorView, strict: bool, unkept: str = "") -> Result:
    """The answer; a problem for each check that did not pass and was not skipped."""
    import shutil
    import sys
    from dataclasses import asdict

    from hedgectl.screens.doctor import Severity, doctor_lines, title
    from hedgectl.screens.ink import Tone, line

    severities = {Severity.WARN: "warn", Severity.FAIL: "fail", Severity.CRASH: "fail"}
    problems = [
        Problem(
            f"doctor.{each.id}", f"{title(each.id)}: {each.value}", each.fix, severities[each.severity],
            {"check": each.id},
        )
        for each in view.rows
        if each.severity in severities
    ]  # fmt: skip
    if unkept:
        hint = "name another folder by --state-dir"
        problems.append(Problem("doctor.not_kept", unkept, hint, "warn"))
    bad = any(each.severity == "fail" or strict for each in problems)
    code = ExitCode.PROBLEMS if bad else ExitCode.OK
    width = shutil.get_terminal_size().columns if sys.stdout.isatty() else WIDTH_IN_A_PIPE
    lines = doctor_lines(view, width, int(code), verbose=bool(common.verbose))
    if unkept:
        lines.append(line(("! ", Tone.WARN), f"not kept: {unkept}"))
    counts = {each.value: sum(row.severity is each for row in view.rows) for each in Severity}
    told = asdict(view)
    data = {name: told[name] for name in ("environment", "place", "at_ms", "took_s", "age_s", "redacted")}
    return Result("doctor", code, {**data, "counts": counts, "checks": told["rows"]}, tuple(problems), tuple(lines))


def _listed(wanted: Sequence[Check]) -> Result:
    """Every check, and what it is about."""
    from hedgectl.screens.ink import Line, Tone, line

    rows: list[Line] = []
    for group in dict.fromkeys(each.group for each in wanted):
        rows.append(line((group, Tone.BOLD)))
        rows += [line(f"  {each.id:<20}", (each.about, Tone.DIM)) for each in wanted if each.group == group]
    checks = [
        {"id": each.id, "group": each.group, "about": each.about, "needs": list(each.needs), "cheap": each.cheap}
        for each in wanted
    ]
    return Result("doctor", data={"checks": checks}, lines=tuple(rows))


def _check(env: str, deep: bool, live: bool, sim_url: str) -> None:
    """Flags that contradict each other are usage errors, before anything is opened."""
    from hedgectl.venue.environment import Environment, loopback_base

    if env not in ("", *Environment):
        raise typer.BadParameter(f"{env} is none of {', '.join(Environment)}", param_hint="--env")
    if env == "live" and deep and not live:
        raise typer.BadParameter("orders are tried on the real account: add --live", param_hint="--live")
    if sim_url and env not in ("", "sim"):
        raise typer.BadParameter(f"works in the box only, not in {env}", param_hint="--sim-url")
    if sim_url:
        try:
            loopback_base(sim_url)
        except ValueError as wrong:
            raise typer.BadParameter(str(wrong), param_hint="--sim-url") from wrong


@contextmanager
def _telling(common: Common, total: int) -> Iterator[Callable[[Row], None]]:
    """Which check is done, on one line of a terminal that goes away; nothing in a pipe. It is there before anything
    slow is loaded."""
    import sys

    from hedgectl.screens.doctor import title

    if common.quiet or not sys.stderr.isatty():
        yield lambda row: None
        return
    done = 0

    def told(what: str) -> None:
        sys.stderr.write(f"\r\x1b[Kdoctor  {done} of {total}  {what}")
        sys.stderr.flush()

    def on_row(row: Row) -> None:
        nonlocal done
        done += 1
        told(title(row.id))

    told("looking at this machine")
    try:
        yield on_row
    finally:
        sys.stderr.write("\r\x1b[K")
        sys.stderr.flush()
