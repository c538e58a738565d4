"""A finished run to look at, and a way to call the program."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from hedgectl.commands.app import call


@dataclass(frozen=True)
class Answer:
    """What a command line answered."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> dict[str, Any]:
        return json.loads(self.out)


@pytest.fixture
def hedgectl(folder: Path, capsys: pytest.CaptureFixture[str]) -> Callable[..., Answer]:
    """Call the program in an empty folder, in this process."""

    def ask(*args: object) -> Answer:
        code = call([str(each) for each in args])
        captured = capsys.readouterr()
        return Answer(code, captured.out, captured.err)

    return ask


@pytest.fixture(scope="session")
def lived(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The state folder of a run of 40 virtual seconds."""
    folder = tmp_path_factory.mktemp("lived")
    (folder / "config").mkdir()
    command = [sys.executable, "-m", "hedgectl", "run", "--for", "40s", "--virtual", "--seed", "1", "-q"]
    environ = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}
    subprocess.run(command, cwd=folder, env=environ, check=True, capture_output=True, timeout=60)
    return folder / "state"
