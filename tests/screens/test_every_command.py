"""Goal: every command as a person meets it: at 80 and 140 columns, in colour and without, in a pipe, and as JSON.

One desk, one moment. A command that is not in the table makes it red. When a screen is meant to change:
`pytest tests/screens/test_every_command.py --snapshot-update`, and look at what changed.
"""

from __future__ import annotations

import json
import os
import pty
import shlex
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from hedgectl.commands.app import walk

from . import stage

ROOT = Path(__file__).parents[2]
WIDTHS = (80, 140)
KEYS = ["hedgectl", "command", "status", "exit_code", "at", "data", "problems"]
COMMANDS = [name for name, _ in walk()]
ENTRY = "--symbol ETHUSDT --side BUY --notional 100 --id wish-1"


@dataclass(frozen=True)
class Case:
    """A command line on the desk. `rows`: how many rows of it are kept, 0 for all; `less`: at 80 columns it says less;
    `moving`: it asks an exchange, whose clock must go; `talks`: beside its JSON it says on stderr how it gets on;
    `whole`: it is there to be pasted, so its rows are never folded."""

    line: str
    code: int = 0
    rows: int = 0
    less: bool = False
    moving: bool = False
    talks: bool = False
    whole: bool = False

    @property
    def args(self) -> list[str]:
        return shlex.split(self.line)

    @property
    def command(self) -> str:
        return max((name for name in COMMANDS if f"{self.line} ".startswith(f"{name} ")), key=len, default="")


CASES = [
    Case("run --for 10s --virtual --seed 2 -v", moving=True, talks=True),
    Case("run --virtual", 2),
    Case(f"submit {ENTRY}"),
    Case("submit --symbol ETHUSDT --side UP", 1),
    Case("kill --mode entries --why 'odd fills'"),
    Case("kill --mode cancel --why 'odd fills'", 5),
    Case("rearm --why 'looked into it'"),
    Case("sim serve --port 0 --for 0.01s", moving=True, talks=True),
    Case("sim serve --for soon", 2),
    Case("status"),
    Case("doctor", moving=True),
    Case("doctor --list"),
    Case("doctor --cached"),
    Case("sizing-check"),
    Case("sizing-check --nav 400", 1, less=True),
    Case("sizing-check --nav-range 100:2000", 1),
    Case(f"route-dry-run {ENTRY} --nav 5000", 1),
    Case(f"route-dry-run {ENTRY} --nav 10000 --fresh"),
    Case(f"route-dry-run {ENTRY} --fresh --nav read --position-mode hedge", moving=True, rows=12),
    Case("route-dry-run --symbol BTCUSDT --exit --leg SHORT --id leave-1"),
    Case("trace"),
    Case("trace --why"),
    Case("trace --replay"),
    Case("trace demo1-00001"),
    Case("trace nobody", 1),
    Case("explain", rows=8),
    Case("explain exit"),
    Case("explain risk.symbol_cup", 1),
    Case("reconcile", 5),
    Case("archive-logs"),
    Case("archive-logs --dry-run"),
    Case("archive-logs --list"),
    Case("archive-logs --restore 2026"),
    Case("archive-logs --restore 1999", 1),
    Case("drill --seeds 1-2 --jobs 1 --profile mild", less=True, moving=True, talks=True),
    Case("drill --scenario nobody", 2),
    Case("version"),
    Case("config show", rows=12, whole=True),
    Case("config show --origin", rows=12, whole=True),
    Case("config explain run.symbols"),
    Case("config explain run.cycle", 1),
    Case("config check"),
    Case("config check --nav 400"),
    Case("config check nowhere.toml", 3),
    Case("config init"),
    Case("config instruments"),
    Case("service print systemd", whole=True),
    Case("service print timer", whole=True),
    Case("service print cron", whole=True),
    Case("service print tmux", whole=True),
    Case("service print launchd", 2),
]


@pytest.fixture(scope="module")
def desk(tmp_path_factory):
    with pytest.MonkeyPatch.context() as patch:
        return stage.lived(tmp_path_factory.mktemp("desk"), patch)


@pytest.fixture
def show(desk, tmp_path, monkeypatch):
    return stage.Stage(desk, tmp_path, monkeypatch).show


def test_every_command_is_here():
    assert {each.command for each in CASES} == set(COMMANDS)
    assert {each.command for each in CASES if each.code == 0} >= set(COMMANDS) - {"reconcile"}


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.line)
def test_a_command(case, show, snapshot):
    seen = {width: show(case.args, width, moving=case.moving) for width in WIDTHS}
    painted = {width: show(case.args, width, colour=True, moving=case.moving) for width in WIDTHS}
    piped = show(case.args, moving=case.moving)
    told = show([*case.args, "--json"], moving=case.moving)

    assert {each.code for each in (*seen.values(), *painted.values(), piped, told)} == {case.code}
    for width, each in seen.items():
        assert not stage.COLOUR.search(each.out + each.err), "colours in spite of NO_COLOR"
        assert painted[width].text == each.text
        assert case.whole or stage.COLOUR.search(painted[width].out + painted[width].err), "no colours on a terminal"
        if not case.whole:
            assert stage.wide(each.text, width) == []
            assert "…" not in each.text
    check_pipe(case, piped, [each.text for each in seen.values()])
    check_json(case, told)
    assert {width: kept(each.text, case.rows) for width, each in seen.items()} == snapshot(name="screen")
    assert json.dumps(stage.shape(told.json["data"]), indent=1) == snapshot(name="json")


def check_pipe(case, piped, texts):
    """A pipe gets the same words; nothing of it is folded."""
    assert "\x1b" not in piped.out + piped.err
    assert "\r" not in piped.out + piped.err
    whole = piped.text
    for text in texts:
        assert stage.broken_words(text, whole) == []
        if not case.less:
            assert stage.squeezed(text) == stage.squeezed(whole)
        if case.whole:
            assert text == whole


def check_json(case, told):
    assert case.talks or told.err == ""
    assert told.out.count("\n") == 1
    assert list(told.json) == KEYS
    assert told.json["command"] == case.command.split()
    assert told.json["exit_code"] == case.code
    assert bool(told.json["problems"]) or case.code == 0


def kept(text, rows):
    return text.splitlines()[: rows or None]


@pytest.mark.parametrize("width", WIDTHS)
def test_help_fits_and_breaks_no_word(show, width):
    for name in ["", *COMMANDS]:
        text = show([*name.split(), "-h"], width).text
        assert stage.wide(text, width) == [], name


@pytest.mark.parametrize("width", WIDTHS)
def test_the_live_screen_fits_and_ends_in_the_summary(show, width):
    written = show(["run", "--for", "20s", "--virtual", "--seed", "2"], width, moving=True).out
    assert not stage.COLOUR.search(written), "colours in spite of NO_COLOR"
    rows = stage.screen(written)
    assert stage.wide("\n".join(rows), width) == []
    assert rows[0].startswith("hedgectl"), rows
    heads = [row.split()[0] for row in rows if row]
    assert heads[-9:] == ["intents", "orders", "money", "wrongness", "naked", "repair", "book", "journal", "next"]


@pytest.mark.parametrize("args", [["run", "-h"], ["status"]])
def test_a_real_terminal_without_colour_gets_no_escape_at_all(desk, args):
    """Through the program's front door, on a terminal of the system."""
    master, slave = pty.openpty()
    environ = os.environ | {"PYTHONPATH": str(ROOT), "NO_COLOR": "1", "TERM": "xterm-256color", "COLUMNS": "80"}
    command = [sys.executable, "-m", "hedgectl", *args]
    with subprocess.Popen(command, cwd=desk, env=environ, stdout=slave, stderr=slave) as process:
        os.close(slave)
        written = b"".join(iter(lambda: read(master), b""))
    os.close(master)
    assert process.returncode == 0
    assert b"\x1b" not in written
    assert stage.wide(written.decode(), 80) == []


def read(terminal):
    """What comes next from a terminal; nothing when its program has ended."""
    try:
        return os.read(terminal, 65_536)
    except OSError:
        return b""
