"""What the live journal costs: lag of the loop under a steady load, and rows per second against plain sqlite3.

Run: python -m benchmarks.journal [folder]. Figures of one machine; the ratio and the lag are what to compare.
"""

from __future__ import annotations

import asyncio
import json
import shutil
import sqlite3
import statistics
import sys
import tempfile
import time
from pathlib import Path

from hedgectl.store.journal import Journal
from hedgectl.store.rows import Row

ROW: Row = (1_767_225_600_000, "order.prepared", "c-0123456789abcdef", "BTCUSDT", b'{"order":"' + b"x" * 380 + b'"}')
LOAD_S = 3.0
PROBE_S = 0.001
ROWS_A_DECISION = 4
BURST_DECISIONS = 2_000


async def lag_ms(journal: Journal | None, decisions_a_s: int, busy_us: int) -> list[float]:
    """Lateness of a 1-ms timer, sorted, while decisions are journaled and the loop computes `busy_us` for each."""
    lags: list[float] = []
    end = time.perf_counter() + LOAD_S
    begun, made = time.perf_counter(), 0
    while (now := time.perf_counter()) < end:
        while made < (now - begun) * decisions_a_s:
            if journal is not None:
                journal.append([ROW] * ROWS_A_DECISION)
            _compute(busy_us)
            made += 1
        asked = time.perf_counter()
        await asyncio.sleep(PROBE_S)
        lags.append((time.perf_counter() - asked - PROBE_S) * 1000)
    return sorted(lags)


def _compute(busy_us: int) -> None:
    end = time.perf_counter_ns() + busy_us * 1000
    while time.perf_counter_ns() < end:
        pass


async def durable_ms(journal: Journal) -> list[float]:
    """How long one decision waits until it is durable, sorted, one at a time."""
    waits: list[float] = []
    for _ in range(500):
        asked = time.perf_counter()
        await journal.durable(journal.append([ROW] * ROWS_A_DECISION))
        waits.append((time.perf_counter() - asked) * 1000)
    return sorted(waits)


async def burst_rows_a_s(journal: Journal) -> float:
    """Rows per second, from append to durable, when decisions come as fast as they can."""
    begun = time.perf_counter()
    for index in range(BURST_DECISIONS):
        seq = journal.append([ROW] * ROWS_A_DECISION)
        if index % 16 == 15:
            await asyncio.sleep(0)
    await journal.durable(seq)
    return BURST_DECISIONS * ROWS_A_DECISION / (time.perf_counter() - begun)


def plain_rows_a_s(path: Path, rows_a_commit: int) -> float:
    """Rows per second of plain sqlite3, WAL and FULL, on the caller's thread."""
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute("CREATE TABLE events(seq INTEGER PRIMARY KEY, at, kind, correlation, symbol, body)")
    connection.execute("CREATE INDEX by_correlation ON events(correlation)")
    commits = 500
    begun = time.perf_counter()
    for _ in range(commits):
        connection.execute("BEGIN")
        connection.executemany("INSERT INTO events VALUES (NULL,?,?,?,?,?)", [ROW] * rows_a_commit)
        connection.execute("COMMIT")
    spent = time.perf_counter() - begun
    connection.close()
    return commits * rows_a_commit / spent


def at(ordered: list[float], share: float) -> float:
    return round(ordered[min(len(ordered) - 1, int(len(ordered) * share))], 3)


async def measure(folder: Path) -> dict[str, float]:
    found: dict[str, float] = {}
    for name, decisions_a_s, busy_us in (("steady", 200, 100), ("heavy", 2_000, 100), ("saturated", 6_000, 100)):
        idle = await lag_ms(None, decisions_a_s, busy_us)
        journal = Journal(folder / f"{name}.db", live=True)
        loaded = await lag_ms(journal, decisions_a_s, busy_us)
        journal.close()
        for label, lags in (("without", idle), ("with", loaded)):
            found |= {f"lag_{name}_{label}_p50_ms": at(lags, 0.5), f"lag_{name}_{label}_p99_ms": at(lags, 0.99)}
    journal = Journal(folder / "waits.db", live=True)
    waits = await durable_ms(journal)
    found |= {"durable_p50_ms": at(waits, 0.5), "durable_p99_ms": at(waits, 0.99)}
    journal.close()
    ratios: dict[int, list[float]] = {ROWS_A_DECISION: [], 64: []}
    for turn in range(3):
        journal = Journal(folder / f"burst{turn}.db", live=True)
        ours = await burst_rows_a_s(journal)
        journal.close()
        for rows_a_commit, seen in ratios.items():
            seen.append(ours / plain_rows_a_s(folder / f"plain{turn}-{rows_a_commit}.db", rows_a_commit))
        found["burst_rows_a_s"] = round(ours)
    for rows_a_commit, seen in ratios.items():
        found[f"burst_vs_plain_{rows_a_commit}_rows_a_commit"] = round(statistics.median(seen), 2)
    return found


def main() -> None:
    folder = Path(tempfile.mkdtemp(prefix="journal-", dir=sys.argv[1] if len(sys.argv) > 1 else "."))
    try:
        print(json.dumps(asyncio.run(measure(folder)), indent=2))
    finally:
        shutil.rmtree(folder)


if __name__ == "__main__":
    main()
