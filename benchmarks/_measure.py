"""What every benchmark shares: one line per goal, and a scratch folder on the disk of the checkout.

Machines are noisy, so a figure is a handful of rounds: the best round says what the code costs, the median what a day
on this machine looks like. A goal counts as met by the median.
"""

from __future__ import annotations

import shutil
import statistics
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def scratch(name: str) -> Iterator[Path]:
    """A folder beside the checkout's files: a tmpfs would make every fsync free."""
    folder = Path(tempfile.mkdtemp(prefix=f".{name}-", dir="."))
    try:
        yield folder
    finally:
        shutil.rmtree(folder)


def at_most(name: str, found: Sequence[float], goal: float, unit: str) -> None:
    """Print one figure that should be small."""
    median = statistics.median(found)
    verdict = "met" if median <= goal else f"short by {median - goal:.3g} {unit}"
    _line(name, f"min {min(found):.3g}  median {median:.3g}", f"<= {goal:g} {unit}", verdict)


def at_least(name: str, found: Sequence[float], goal: float, unit: str, floor: float | None = None) -> None:
    """Print one figure that should be large; `floor` is what it must never be below."""
    median = statistics.median(found)
    verdict = "met" if median >= goal else f"short by {goal - median:.3g} {unit}"
    if floor is not None and median < goal:
        verdict += f", floor {floor:g} " + ("held" if median >= floor else "BROKEN")
    _line(name, f"max {max(found):.4g}  median {median:.4g}", f">= {goal:g} {unit}", verdict)


def told(name: str, text: str) -> None:
    """Print a figure without a goal."""
    _line(name, text, "", "")


def _line(name: str, found: str, goal: str, verdict: str) -> None:
    print(f"  {name:<52} {found:<30} {goal:<18} {verdict}".rstrip(), flush=True)
