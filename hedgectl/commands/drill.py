"""`hedgectl drill`: storms and crash points on the embedded exchange, judged by its own ledger. No keys, no network."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from hedgectl.commands.common import Common, command
from hedgectl.commands.result import ExitCode, Problem, Result

if TYPE_CHECKING:
    from hedgectl.drill.crash import Sweep
    from hedgectl.drill.report import Report, Spread
    from hedgectl.screens.drill import DrillView

SEEDS_MAX = 1_000_000
JOBS_MAX = 256
PROFILES = ("mild", "storm", "hurricane")
PIPE_WIDTH = 100
EXAMPLES = (
    "hedgectl drill --seeds 1-20 # twenty storms, each held to every law",
    "hedgectl drill --scenario market-entry # killed at each of its points",
)


def register(app: typer.Typer) -> None:
    command(app, "drill", "Setup", examples=EXAMPLES)(drill)


def drill(
    common: Common,
    seeds: Annotated[str, typer.Option("--seeds", metavar="A-B", help="Storms to live, one of each seed.")] = "1-100",
    profile: Annotated[str, typer.Option("--profile", metavar="|".join(PROFILES), help="How bad they are.")] = "storm",
    scenario: Annotated[
        str, typer.Option("--scenario", metavar="NAME", help="A named story instead, killed at each of its points.")
    ] = "",
    jobs: Annotated[
        int, typer.Option("--jobs", metavar="N", min=0, max=JOBS_MAX, help="Processes; 0 for one a core.")
    ] = 0,
    keep: Annotated[Path | None, typer.Option("--keep", metavar="DIR", help="Keep the state of failing lives.")] = None,
) -> Result:
    """Live storms in virtual time, and hold every law against them. Exit code 1 when one is broken."""
    if scenario:
        return _crashes(common, scenario, keep)
    wanted = _seeds(seeds)
    if profile not in PROFILES:
        raise typer.BadParameter(f"{profile!r} is none of {', '.join(PROFILES)}", param_hint="--profile")
    return _storms(common, wanted, profile, jobs, keep)


def _seeds(text: str) -> range:
    first, dash, last = text.partition("-")
    if not first.isdecimal() or (dash and not last.isdecimal()):
        raise typer.BadParameter(f"{text!r} is not A-B: write 1-2000, or 17", param_hint="--seeds")
    found = range(int(first), int(last or first) + 1)
    if not 0 < len(found) <= SEEDS_MAX:
        what = f"{text!r} names {len(found)} seeds, 1 to {SEEDS_MAX} are allowed"
        raise typer.BadParameter(what, param_hint="--seeds")
    return found


def _storms(common: Common, seeds: range, profile: str, jobs: int, keep: Path | None) -> Result:
    import os
    from dataclasses import asdict

    from hedgectl.commands.progress import progress_for
    from hedgectl.drill.crew import sweep
    from hedgectl.drill.plan import draw
    from hedgectl.runtime.clock import RealClock
    from hedgectl.screens.drill import drill_lines

    clock = RealClock()
    begun_ms = clock.mono_ms()
    with progress_for(common, len(seeds)) as told:
        report = sweep(seeds, profile, jobs or os.cpu_count() or 1, lambda lived: told(bool(lived.breaches)), keep)
    view = _view(report, seeds, (clock.mono_ms() - begun_ms) / 1000)
    problems = tuple(
        Problem(f"drill.{breach.law}", breach.what, draw(each.seed, profile).replay, "fail" if view.binding else "warn",
                {"seed": str(each.seed)})
        for each in report.failing for breach in each.breaches
    )  # fmt: skip
    code = ExitCode.OK if report.passed else ExitCode.PROBLEMS
    if report.interrupted:
        code = ExitCode.INTERRUPTED
    data = asdict(view) | {"passed": report.passed}
    return Result("drill", code, data, problems, tuple(drill_lines(view, _width())))


def _view(report: Report, seeds: range, took_s: float) -> DrillView:
    from hedgectl.drill.plan import draw
    from hedgectl.screens.drill import DrillView, FailingLife

    return DrillView(
        profile=report.level,
        seeds=f"{seeds[0]}-{seeds[-1]}",
        lives=report.lives,
        took_s=took_s,
        intents=report.intents,
        orders=report.orders,
        kills=report.kills,
        laws=report.laws,
        reached=report.reached,
        missed=tuple(f"{each.state} (in {each.within} lives)" for each in report.missed),
        wrong=report.wrong_usd_s,
        naked=report.naked_usd_s,
        repair_s=_seconds(report.repairs_ms),
        healed_s=_seconds(report.repair_ms),
        cpu_ms=report.cpu_ms,
        digest=report.digest,
        failing=tuple(
            FailingLife(tuple(f"{said.law}: {said.what}" for said in each.breaches), draw(each.seed, each.level).replay)
            for each in report.failing
        ),
        problems=report.problems,
        interrupted=report.interrupted,
        binding=report.level != "hurricane",
    )


def _seconds(ms: Spread | None) -> tuple[float, float, float] | None:
    return (ms.p50 / 1000, ms.p99 / 1000, ms.most / 1000) if ms is not None else None


def _crashes(common: Common, name: str, keep: Path | None) -> Result:
    from contextlib import nullcontext
    from dataclasses import asdict
    from tempfile import TemporaryDirectory

    from hedgectl.commands.progress import progress_of
    from hedgectl.drill import crash
    from hedgectl.drill.scenarios import SCENARIOS
    from hedgectl.screens.drill import SweptView, swept_lines

    if name not in SCENARIOS:
        known = ", ".join(sorted(SCENARIOS))
        raise typer.BadParameter(f"no scenario {name!r}; there are {known}", param_hint="--scenario")
    place = TemporaryDirectory(prefix="hedgectl-drill-") if keep is None else nullcontext(str(keep))
    with place as folder, progress_of(common) as told:
        modes = SCENARIOS[name].modes
        found: list[Sweep] = [crash.sweep(name, mode, Path(folder) / f"{name}-{mode}", told) for mode in modes]
    views = [
        SweptView(each.name, each.mode, len(each.points), each.lives,
                  [f"{k} {point}: {said}" for k, point, sentences in each.failures for said in sentences])
        for each in found
    ]  # fmt: skip
    problems = tuple(
        Problem("drill.crash", what, f"hedgectl drill --scenario {name} --keep DIR", about={"mode": each.mode})
        for each in views
        for what in each.failures
    )
    code = ExitCode.PROBLEMS if problems else ExitCode.OK
    data = {"scenario": name, "modes": [asdict(each) for each in views]}
    return Result("drill", code, data, problems, tuple(swept_lines(views, _width())))


def _width() -> int:
    import shutil

    return shutil.get_terminal_size((PIPE_WIDTH, 24)).columns
