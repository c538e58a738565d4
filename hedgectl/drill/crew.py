"""Many seeds over several processes: each lives a plan in a folder of its own, judges it, and hands the verdict back.

Workers are started by exec and keep their imports; work is handed out in small parts, a bounded number at a time.
"""

from __future__ import annotations

import gc
import multiprocessing
import os
import shutil
import signal
import tempfile
import time
import traceback
from collections.abc import Callable, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from pathlib import Path

from hedgectl.drill.books import Books
from hedgectl.drill.evidence import gather
from hedgectl.drill.oracle import Breach, judge
from hedgectl.drill.plan import Plan, draw
from hedgectl.drill.report import Lived, Report, fold
from hedgectl.drill.sometimes import reached
from hedgectl.drill.storm import Storm
from hedgectl.runtime.measure import measure

PART = 8
PARTS_EACH_MAX = 3
MEMORY_FOLDER = Path("/dev/shm")
TRACE_LINES = 6

Told = Callable[[Lived], None]


def live_seed(seed: int, level: str = "storm", keep: Path | None = None) -> Lived:
    """Live one seed and judge it; nothing stays on disk, but for a failing life's state in `keep`."""
    base = MEMORY_FOLDER if os.access(MEMORY_FOLDER, os.W_OK) else None
    folder = Path(tempfile.mkdtemp(prefix="hedgectl-drill-", dir=base))
    try:
        lived = _live(draw(seed, level), folder)
        if lived.breaches and keep is not None:
            kept = keep / f"{level}-{seed}"
            shutil.rmtree(kept, ignore_errors=True)
            shutil.copytree(folder, kept)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    return lived


def _live(plan: Plan, folder: Path) -> Lived:
    begun = time.process_time()
    storm = Storm(plan)
    ready = time.process_time()
    try:
        outcome = storm.live(folder)
    except Exception as broke:  # a run that breaks is what a drill is for: it is a finding, and the sweep goes on
        return _broken(plan, broke)
    lived = time.process_time()
    evidence = gather(outcome)
    books = Books(evidence)
    breaches = tuple(judge(evidence, books))
    figures = measure(evidence.ledger, books.beliefs, evidence.end_ms)
    found = dict(reached(evidence, books))
    judged = time.process_time()
    summary = outcome.life.summary
    return Lived(
        seed=plan.seed,
        level=plan.level,
        breaches=breaches,
        reached=found,
        repair_ms=outcome.repair_ms,
        repairs_ms=figures.repairs_ms,
        wrong_usd_s=figures.wrong_usd_s,
        naked_usd_s=figures.naked_usd_s,
        intents=len(outcome.said),
        orders=len(evidence.prepared),
        kills=len(outcome.killed),
        cpu_ms=((ready - begun) * 1e3, (lived - ready) * 1e3, (judged - lived) * 1e3),
        journal_hash=summary.journal_hash if summary is not None else "",
    )


def _broken(plan: Plan, broke: Exception) -> Lived:
    where = "".join(traceback.format_exception(broke)[-TRACE_LINES:]).strip().splitlines()[-TRACE_LINES:]
    what = f"{type(broke).__name__}: {broke}; " + " / ".join(line.strip() for line in where)
    return Lived(plan.seed, plan.level, (Breach("the_run_lives", what),), {}, None, (), 0, 0, 0, 0, 0, (0, 0, 0), "")


def live_part(seeds: Sequence[int], level: str, keep: Path | None) -> list[Lived]:
    """Several seeds in a row: one part of a worker's work. What they left in cycles is collected then: the collector's
    own rare rounds let it pile up over thousands of lives."""
    lives = [live_seed(seed, level, keep) for seed in seeds]
    gc.collect()
    return lives


def sweep(seeds: Sequence[int], level: str, jobs: int, told: Told, keep: Path | None = None) -> Report:
    """Live all `seeds` in `jobs` processes; `told` hears of each life as it ends. Ctrl-C ends with what there is."""
    lives: list[Lived] = []

    def took(lived: Lived) -> None:
        lives.append(lived)
        told(lived)

    try:
        if jobs == 1:
            for seed in seeds:
                took(live_seed(seed, level, keep))
        else:
            _spread_out(seeds, level, jobs, took, keep)
    except KeyboardInterrupt:
        return fold(lives, level, interrupted=True)
    return fold(lives, level)


def _spread_out(seeds: Sequence[int], level: str, jobs: int, took: Told, keep: Path | None) -> None:
    parts = [seeds[start : start + PART] for start in range(0, len(seeds), PART)]
    parts.reverse()
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(min(jobs, len(parts)), context, _deaf) as pool:
        under_way: set[Future[list[Lived]]] = set()
        try:
            while parts or under_way:
                while parts and len(under_way) < jobs * PARTS_EACH_MAX:
                    under_way.add(pool.submit(live_part, parts.pop(), level, keep))
                done, under_way = wait(under_way, return_when=FIRST_COMPLETED)
                for each in done:
                    for lived in each.result():
                        took(lived)
        except KeyboardInterrupt:
            pool.shutdown(wait=True, cancel_futures=True)
            for lived in (lived for each in under_way if not each.cancelled() for lived in each.result()):
                took(lived)
            raise


def _deaf() -> None:
    """Ctrl-C is for the parent, which then hands out no more work."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
