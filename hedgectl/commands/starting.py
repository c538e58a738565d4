"""What `run` makes sure of before it begins: the cheap checks of `doctor`, and a NAV at which sizes can be traded.

A failed check refuses the start, unless somebody overrides it by name: that stands in the journal afterwards (O2, R5).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import typer

from hedgectl.commands.common import Common
from hedgectl.commands.result import ExitCode, Problem, Result

if TYPE_CHECKING:
    from hedgectl.config.options import RunOptions
    from hedgectl.config.sources import Loaded
    from hedgectl.screens.doctor import Row

DEADLINE_S = 3.0


def refused_start(common: Common, loaded: Loaded, options: RunOptions) -> Result | None:
    """Why this run may not start; None when it may. Warnings, and what was overridden, are told on stderr."""
    import os

    from hedgectl.checks.asked import Asked
    from hedgectl.checks.context import Context
    from hedgectl.checks.examination import rows_of
    from hedgectl.checks.parallel import nobody
    from hedgectl.checks.redact import each_text, opened
    from hedgectl.checks.registry import all_checks

    checks = all_checks()
    cheap = [each for each in checks.values() if each.cheap]
    despite = options.despite
    _known(despite, [each.id for each in cheap])
    context = Context(Asked(common.config, common.state_dir, sim_url=options.sim_url or ""), os.environ, loaded)
    rows = [each_text(each, opened) for each in rows_of(context, cheap, nobody, DEADLINE_S)]
    wrong = [each for each in rows if each.severity.bad and each.id not in despite]
    overridden = [each for each in rows if each.severity.bad and each.id in despite]
    if not wrong:
        _tell(common, [*_warnings(rows, overridden), *([] if context.fresh else _low_nav(common))])
        return None
    problems = tuple(
        Problem(f"doctor.{each.id}", f"{each.value}; to start in spite of it: --despite {each.id}", each.fix)
        for each in wrong
    )
    return Result("run", ExitCode.CONFIG, problems=problems)


def _known(despite: Sequence[str], cheap: Sequence[str]) -> None:
    from difflib import get_close_matches

    for each in despite:
        if each not in cheap:
            near = get_close_matches(each, cheap, 1, 0.4)
            said = f"did you mean {near[0]}?" if near else f"one of {', '.join(cheap)}"
            raise typer.BadParameter(f"{each} is no check that a run makes: {said}", param_hint="--despite")


def _warnings(rows: Sequence[Row], overridden: Sequence[Row]) -> list[Problem]:
    from hedgectl.screens.doctor import Severity, title

    told = [
        Problem(f"doctor.{each.id}", f"{title(each.id)}: {each.value}", each.fix, "warn")
        for each in rows
        if each.severity is Severity.WARN
    ]
    told += [Problem(f"doctor.{each.id}", f"{each.value}: overridden", each.fix, "warn") for each in overridden]
    return told


def _low_nav(common: Common) -> list[Problem]:
    """A warning when the NAV that was noted last is below what ordinary sizes need. Of an exchange that begins with the
    run nothing is noted yet: the run itself alerts on the first that it sees."""
    import time

    from hedgectl.commands.nav import known_nav
    from hedgectl.core.risk.nav import LOW_NAV_USDT
    from hedgectl.screens.words import money

    known = known_nav(common.config, common.state_dir, round(time.time() * 1000))
    if known is None or known[0] >= LOW_NAV_USDT:
        return []
    what = f"NAV {money(known[0])} is below {LOW_NAV_USDT} USDT, {known[1]}"
    return [Problem("risk.low_nav", what, "hedgectl sizing-check", "warn")]


def _tell(common: Common, problems: Sequence[Problem]) -> None:
    import sys

    from hedgectl.commands.output import problem_lines, write

    if problems and not common.quiet and not common.json:
        write([row for each in problems for row in problem_lines(each)], sys.stderr, common.no_color)
