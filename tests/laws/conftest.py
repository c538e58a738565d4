"""The bench of the decisions (tests/core/engine/conftest.py), for the laws that are tried on it."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from typing import Any

import pytest

BENCH = Path(__file__).parents[1] / "core" / "engine" / "conftest.py"


@pytest.fixture(scope="session")
def make_bench() -> Any:
    """The class Bench: make_bench(mode, **settings).start()."""
    spec = importlib.util.spec_from_file_location("bench_of_decisions", BENCH)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.Bench
