"""`hedgectl status`: the last run, its book and its day, from the journal alone. No network, no lock, no writing."""

from __future__ import annotations

from typing import TYPE_CHECKING

import typer

from hedgectl.commands.common import Common, command
from hedgectl.commands.result import ExitCode, Problem, Result

if TYPE_CHECKING:
    from hedgectl.screens.status import StatusView

ASK_S_MAX = 0.5


def register(app: typer.Typer) -> None:
    command(app, "status", "Look")(status)


def status(common: Common) -> Result:
    """What the last run holds, did, and what is wrong with it. Exit code 1 if something is."""
    import time
    from dataclasses import asdict

    from hedgectl.config.locate import journal_path, state_dir
    from hedgectl.screens.fold import fold
    from hedgectl.screens.status import status_lines
    from hedgectl.store.reader import open_reader
    from hedgectl.store.rows import JournalUnusable

    path = journal_path(common.config, common.state_dir)
    live = _answers(state_dir(common.config, common.state_dir))
    try:
        with open_reader(path) as reader:
            view = fold(reader, now_ms=round(time.time() * 1000), live=live)
    except JournalUnusable as wrong:
        problem = Problem("journal.unusable", str(wrong), "hedgectl run --for 20s")
        return Result("status", ExitCode.PROBLEMS, problems=(problem,))
    problems = tuple(_problems(view))
    code = ExitCode.PROBLEMS if problems else ExitCode.OK
    return Result("status", code, asdict(view), problems, tuple(status_lines(view)))


def _problems(view: StatusView) -> list[Problem]:
    found = [
        Problem(
            "cover.missing",
            f"{each.symbol} {each.leg} {each.quantity} has no stop",
            "hedgectl run",
            about={"symbol": each.symbol},
        )
        for each in view.legs
        if not each.covered
    ]
    if not view.live and not view.ended:
        found.append(Problem("run.gone", "the last run did not end in order", "hedgectl run"))
    return found


def _answers(state: object) -> bool:
    """Whether a run answers on the control socket of this state folder."""
    from pathlib import Path

    from hedgectl.runtime.ask import ask

    try:
        return bool(ask(Path(str(state)), {"do": "status"}, ASK_S_MAX).get("ok"))
    except (OSError, ValueError):
        return False
