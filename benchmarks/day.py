"""A virtual day of the product as `hedgectl run --virtual` runs it: five symbols, quotes at 1 Hz, a cycle every 10 s.

The built-in strategy trades at a pace that makes about 2,000 intents; the journal commits with synchronous FULL.
Run: python benchmarks/day.py [rounds]
"""

from __future__ import annotations

import sys
import time
from pathlib import Path

from _measure import at_most, scratch, told

from hedgectl.config.options import RunOptions
from hedgectl.config.sources import load
from hedgectl.runtime.assembly import run
from hedgectl.screens.view import RunSummary

DAY_S = 86_400
GOAL_S = 30.0
INTENTS_MIN = 2_000
SYMBOLS = ["BTCUSDT", "ETHUSDT", "SOLUSDT", "BNBUSDT", "XRPUSDT"]
DEMO_EVERY_S = 75


def day(folder: Path, day_s: float = DAY_S) -> RunSummary:
    """One life of a day; RuntimeError when it came to less than it should."""
    flags = {"run.symbols": SYMBOLS, "run.state_dir": str(folder), "demo.every_s": DEMO_EVERY_S, "box.seed": 7}
    summary = run(RunOptions(for_s=day_s, virtual=True), load(flags, {}).config)
    if summary.ran_s < day_s or summary.unknown or summary.naked_open or summary.journal_seq < summary.intents:
        raise RuntimeError(f"not the day that was meant: {summary}")
    return summary


def main() -> None:
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 1
    spent: list[float] = []
    with scratch("day") as folder:
        for turn in range(rounds):
            begun = time.perf_counter()
            summary = day(folder / str(turn))
            spent.append(time.perf_counter() - begun)
    if summary.intents < INTENTS_MIN:
        raise RuntimeError(f"only {summary.intents} intents")
    told("intents, orders, fills of the day", f"{summary.intents}, {summary.orders}, {summary.fills}")
    at_most("a virtual day", spent, GOAL_S, "s")


if __name__ == "__main__":
    main()
