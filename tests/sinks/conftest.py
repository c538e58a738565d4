"""A file of lines in a temporary folder, rows of a journal, and a look at what was written."""

from __future__ import annotations

import json
from collections.abc import Callable
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from hedgectl.sinks.line import Row
from hedgectl.sinks.log_file import LogFile


@pytest.fixture
def log(tmp_path: Path) -> Callable[..., LogFile]:
    """log(bytes_max, files_max): an execution/events.jsonl."""
    stamps = count(1)

    def make(bytes_max: int = 1 << 20, files_max: int = 3) -> LogFile:
        path = tmp_path / "logs" / "execution" / "events.jsonl"
        return LogFile(
            path, bytes_max=bytes_max, files_max=files_max, stamp=lambda: f"20260101T0000{next(stamps):02d}Z"
        )

    return make


@pytest.fixture
def row() -> Callable[..., Row]:
    """The row of a seq."""
    return lambda seq, kind="alert": (seq, 1_767_225_600_000 + seq, kind, "cor", "BTCUSDT", b'{"n":"%d.50"}' % seq)


@pytest.fixture
def told(tmp_path: Path) -> Callable[[], list[Any]]:
    """All lines of all files, in order of the files' age."""

    def read() -> list[Any]:
        folder = tmp_path / "logs" / "execution"
        paths = [*sorted(folder.glob("events.*.jsonl")), folder / "events.jsonl"]
        return [json.loads(line) for path in paths if path.exists() for line in path.read_text().splitlines()]

    return read
