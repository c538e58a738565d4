"""The house, with its exchange, and with everything noted that libraries would say to a debugger."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from ..checks.conftest import Served
from .demo_at_home import lead
from .house import House


@pytest.fixture
def house(folder: Path, tmp_path_factory: Any, monkeypatch: pytest.MonkeyPatch, capfd: Any) -> Iterator[House]:
    served = Served()
    made = House(folder, tmp_path_factory.mktemp("planted"), served, monkeypatch, capfd)
    lead(served.url, monkeypatch.setattr)
    (folder / "hedgectl.toml").write_text('[run]\nenvironment = "demo"\nsymbols = ["BTCUSDT", "ETHUSDT"]\n')
    kept, root = logging.FileHandler(folder / "debug.log"), logging.getLogger()
    level = root.level
    root.addHandler(kept)
    root.setLevel(logging.DEBUG)
    yield made
    root.setLevel(level)
    root.removeHandler(kept)
    kept.close()
    served.close()
