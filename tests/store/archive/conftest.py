"""A desk's folders with telemetry, snapshots and a journal; one call of archive-logs; what is there in all."""

from __future__ import annotations

import gzip
import json
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from hedgectl.store.archive.disk import Disk
from hedgectl.store.archive.round import Outcome, Wish, archive, look
from hedgectl.store.archive.shelf import Shelf
from hedgectl.store.lock import Holder

NOW_MS = 1_795_226_400_000
DAY_MS = 86_400_000
HOLDER = Holder(1, "here", "now", "0.1.0")


class Quick(Disk):
    """Nobody pulls the plug here, so nothing has to be on the platter."""

    def sync(self, file):
        """Not waited for."""

    def sync_folder(self, path):
        """Not waited for."""


class Desk:
    """`folder`/state and `folder`/logs."""

    def __init__(self, folder: Path) -> None:
        self.logs, self.state = folder / "logs", folder / "state"
        self.shelf = Shelf(self.logs)
        self.wish = Wish(self.logs, (("state", self.state),), NOW_MS, "2026-11-21T02:00:00.000Z", "0.1.0")
        self.state.mkdir(parents=True)

    def log(self, name: str, first: int, last: int) -> Path:
        """Telemetry: a line each number."""
        path = self.logs / name
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("a") as file:
            file.writelines(json.dumps({"seq": number}) + "\n" for number in range(first, last + 1))
        return path

    def snapshot(self, name: str, number: int) -> None:
        (self.state / name).write_text(json.dumps({"n": number}))

    def call(self, *, disk: Disk | None = None, later_ms: int = 0, dry: bool = False, **more: Any) -> Outcome:
        now_ms = NOW_MS + later_ms
        made_at = datetime.fromtimestamp(now_ms / 1000, UTC).isoformat(timespec="milliseconds")
        wish = replace(self.wish, now_ms=now_ms, made_at=made_at.replace("+00:00", "Z"), **more)
        return look(wish) if dry else archive(wish, HOLDER, disk or Quick(), lambda done, total: None)

    def seqs(self) -> Counter[int]:
        """Every line of telemetry, archived (whole or half-made) or not."""
        found: Counter[int] = Counter()
        packed = {path for path in self.logs.rglob("*.jsonl.gz") if not path.with_suffix("").exists()}
        for path in [*self.logs.rglob("*.jsonl"), *packed]:
            raw = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
            found.update(json.loads(line)["seq"] for line in raw.splitlines())
        return found

    def archived(self, name: str) -> list[bytes]:
        """What whole archives hold of a file, oldest first."""
        paths = [self.shelf.folder / each / (name + ".gz") for each in self.shelf.names()]
        return [gzip.decompress(path.read_bytes()) for path in paths if path.exists()]

    def tree(self) -> dict[str, bytes]:
        """Every file below, with its content."""
        base = self.logs.parent
        return {str(path.relative_to(base)): path.read_bytes() for path in sorted(base.rglob("*")) if path.is_file()}


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    """Two files of telemetry, one of them full; two snapshots; and what must never be touched."""
    made = Desk(tmp_path)
    made.log("execution/events.20261121T010000.000Z.jsonl", 1, 40)
    made.log("execution/events.jsonl", 41, 60)
    made.log("router_health.jsonl", 101, 103)
    made.snapshot("durable.json", 1)
    made.snapshot("doctor.json", 2)
    for name in ("journal.db", "journal.db-wal", "KILL", "kill.jsonl", "run.lock", "sim.json", "events.cursor"):
        (made.state / name).write_text(f"{name}: leave me")
    return made


@pytest.fixture
def make_desk() -> Callable[[Path], Desk]:
    """make_desk(folder): another one, empty."""
    return Desk
