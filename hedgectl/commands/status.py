"""`hedgectl status`: the last run, its book and its day, from the journal alone. No network, no lock, no writing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import typer

from hedgectl.commands.common import Common, command
from hedgectl.commands.result import ExitCode, Problem, Result

if TYPE_CHECKING:
    from pathlib import Path

    from hedgectl.screens.status import StatusView
    from hedgectl.screens.view import KillView, SinkView
    from hedgectl.store.reader import Reader

EXAMPLES = (
    "hedgectl status # the run that lives, else the last",
    "hedgectl status --state-dir /srv/desk # elsewhere",
)


def register(app: typer.Typer) -> None:
    command(app, "status", "Look", examples=EXAMPLES)(status)


def known(common: Common) -> bool:
    """Whether there is anything to tell: a journal of this state folder."""
    from hedgectl.config.locate import journal_path

    return journal_path(common.config, common.state_dir).is_file()


def status(common: Common) -> Result:
    """What the last run holds, did, and what is wrong with it. Exit code 1 if something is."""
    import time
    from dataclasses import asdict, replace

    from hedgectl.commands.journals import chosen, unusable_hint
    from hedgectl.config.locate import state_dir
    from hedgectl.screens.fold import fold
    from hedgectl.screens.status import OtherView, status_lines
    from hedgectl.store.reader import open_reader
    from hedgectl.store.rows import JournalUnusable

    folder, found = state_dir(common.config, common.state_dir), chosen(common)
    path, told = found.path, found.told
    try:
        with open_reader(path) as reader:
            view = fold(reader, now_ms=round(time.time() * 1000), live=told is not None)
            kill, note = _killed(folder, reader)
        staged = str(told.get("staged", "")) if told is not None else _staged(common, view.environment)
        others = tuple(OtherView(str(each), str(each.parent), age_s) for each, age_s in found.others)
        view = replace(view, kill=kill, kill_note=note, staged=staged, others=others, sinks=_sinks(told))
    except JournalUnusable as wrong:
        problem = Problem("journal.unusable", str(wrong), unusable_hint(path, wrong))
        return Result("status", ExitCode.PROBLEMS, problems=(problem, *_killed_unheard(folder)))
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
    found += [
        Problem("telemetry.down", f"{each.name}: {each.detail}", "free or mend the disk: it goes on by itself", "warn")
        for each in view.sinks
        if not each.ok
    ]
    if view.gap:
        found.append(Problem("journal.unusable", f"{view.journal}: {view.gap}", "hedgectl doctor --only journal"))
    if not view.live and not view.ended:
        found.append(Problem("run.gone", "the last run did not end in order", "hedgectl run"))
    return found


def _sinks(told: dict[str, Any] | None) -> tuple[SinkView, ...]:
    """Telemetry as the run tells it; nothing of a run that does not answer, or of a version that has none."""
    from hedgectl.core.model.codec import decoder
    from hedgectl.screens.view import SinkView

    try:
        found: tuple[SinkView, ...] = decoder(tuple[SinkView, ...])((told or {}).get("sinks", []))
    except (KeyError, TypeError):
        return ()
    return found


def _killed(folder: Path, reader: Reader) -> tuple[KillView | None, str]:
    """The kill switch, by its file and by the journal, and what is still to come of it."""
    from dataclasses import asdict

    from hedgectl.core.model.codec import decode
    from hedgectl.core.model.event_risk import KillSwitched
    from hedgectl.runtime.kill_file import LOG, read
    from hedgectl.screens.view import KillView

    pulled = read(folder)
    last = max((row for kind in ("kill.switched", "kill.rearmed") for row in reader.by_kind(kind, 1)), default=None)
    journaled = decode(KillSwitched, last[5]) if last is not None and last[2] == KillSwitched.kind else None
    if pulled is not None:
        return KillView(**asdict(pulled)), "" if journaled else "no run has taken it in yet"
    if journaled is not None:
        note = "lifted by a person: the next run takes that in" if (folder / LOG).exists() else ""
        return KillView(**asdict(journaled)), note
    return None, ""


def _killed_unheard(folder: Path) -> list[Problem]:
    """The kill switch where there is no journal to show it beside."""
    from hedgectl.runtime.kill_file import read

    pulled = read(folder)
    return [Problem("kill.on", f"{pulled.mode}: {pulled.why}", "hedgectl rearm --why TEXT")] if pulled else []


def _staged(common: Common, environment: str) -> str:
    """The first-live profile as configured. Only where there is real money: readers do not load the configuration."""
    if environment != "live":
        return ""
    import os

    from hedgectl.config.convert import staged
    from hedgectl.config.problem import ConfigRefused
    from hedgectl.config.sources import load

    try:
        return staged(load({"run.environment": environment}, os.environ, common.config).config)
    except ConfigRefused:
        return "first-live profile: unknown, the configuration is not valid"
