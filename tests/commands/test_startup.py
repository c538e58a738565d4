"""Goal: help is cheap and readers stay light: what a command imports is a promise (deterministic, unlike a time)."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
HEAVY = {"ccxt", "aiohttp", "requests", "textual"}
HELP_TOO = HEAVY | {"pydantic_settings", "sqlite3", "orjson", "asyncio"}


def imported(folder, *args):
    command = [sys.executable, "-X", "importtime", "-m", "hedgectl", *args]
    environ = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(command, cwd=folder, env=environ, capture_output=True, text=True, timeout=60)
    lines = [line for line in done.stderr.splitlines() if line.startswith("import time:")]
    assert lines, done.stderr
    return {line.rsplit("|", 1)[1].strip().partition(".")[0] for line in lines}


@pytest.mark.parametrize("args", [["-h"], ["run", "-h"], ["submit", "-h"], ["nonsense"]])
def test_help_and_typos_import_next_to_nothing(folder, args):
    assert imported(folder, *args) & HELP_TOO == set()


@pytest.mark.parametrize(
    "args",
    [
        ["status"],
        ["trace", "k7"],
        ["explain"],
        ["version"],
        ["config", "show", "--origin"],
        ["config", "check"],
        ["submit", "--symbol", "BTCUSDT", "--side", "BUY", "--notional", "5"],
        ["sizing-check", "--nav", "400"],
        ["route-dry-run", "--symbol", "BTCUSDT", "--side", "BUY", "--notional", "200", "--nav", "5000"],
        ["archive-logs"],
        ["archive-logs", "--list"],
    ],
)
def test_offline_commands_import_no_exchange_client(folder, args):
    assert imported(folder, *args) & HEAVY == set()


@pytest.mark.parametrize("args", [["status"], ["trace", "k7"], ["archive-logs"]])
def test_readers_do_not_load_the_configuration_schema(folder, args):
    assert "pydantic_settings" not in imported(folder, *args)
