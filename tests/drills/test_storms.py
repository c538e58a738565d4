"""Two thousand storms: five minutes of everything that goes wrong, with kills, then a calm in which all must heal.

Forty cases of fifty seeds, so that they spread over workers. Whoever finishes last judges what needs them all: every
declared state was reached, and repair after healing is fast. A failing seed names the command that replays it.
"""

from __future__ import annotations

import os
import pickle
from pathlib import Path

import pytest

from hedgectl.drill.crew import live_part, live_seed
from hedgectl.drill.plan import draw
from hedgectl.drill.report import REPAIR_MS_MAX, fold

LEVEL = "storm"
CASES, EACH = 40, 50
CHUNKS = [range(first, first + EACH) for first in range(1, CASES * EACH + 1, EACH)]
KEPT = [line.split()[0] for line in (Path(__file__).parent / "seeds" / "storm.txt").read_text().splitlines()]


@pytest.fixture(scope="session")
def results(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder that all workers of this session share."""
    base = tmp_path_factory.getbasetemp()
    shared = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / "storms"
    shared.mkdir(exist_ok=True)
    return shared


def failures(lives):
    return [
        f"{draw(each.seed, LEVEL).replay}: {breach.law}: {breach.what}" for each in lives for breach in each.breaches
    ]


@pytest.mark.parametrize("seeds", CHUNKS, ids=lambda seeds: f"{seeds[0]}-{seeds[-1]}")
def test_storms_break_no_law_and_the_calm_heals_them(seeds, results):
    lives = live_part(seeds, LEVEL, None)
    written = results / f"{seeds[0]}.part"
    written.write_bytes(pickle.dumps(lives))
    written.rename(written.with_suffix(".done"))
    assert not failures(lives), "\n".join(failures(lives))
    judge_all(results)


def judge_all(results: Path) -> None:
    """Once the last chunk is there, and once only: the states reached and the time to repair of all storms."""
    done = sorted(results.glob("*.done"))
    if len(done) < CASES:
        return
    try:
        (results / "judged").touch(exist_ok=False)
    except FileExistsError:
        return
    lives = [each for path in done for each in pickle.loads(path.read_bytes())]
    report = fold(lives, LEVEL)
    assert [each.state for each in report.missed] == []
    assert report.repair_ms is not None
    assert report.repair_ms.p99 < REPAIR_MS_MAX


def test_seeds_that_once_failed_hold():
    assert not failures([live_seed(int(each), LEVEL) for each in KEPT if each.isdigit()])
