"""Goal: Ctrl-C at any moment of any command ends it with 130 (or with its own code, when it was done), with at most one
clear error, never a traceback or half an answer; and what was there before is there still.

A moment is a call of a function of ours: a first life counts them, and some of them, spread over the whole life, are
interrupted. Commands that trade or serve take the signal themselves: they get a real one.
"""

from __future__ import annotations

import inspect
import os
import shlex
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest

import hedgectl
from hedgectl.commands.app import call
from hedgectl.config.template import template

ROOT = Path(__file__).parents[2]
OURS = str(Path(hedgectl.__file__).parent)
MOMENTS = 8
INTERRUPTED = 130
LINES = [
    "submit --symbol ETHUSDT --side BUY --notional 100 --id a1",
    "kill --mode entries --why x",
    "rearm --why x",
    "status",
    "doctor --only local",
    "sizing-check --nav 400",
    "route-dry-run --symbol ETHUSDT --side BUY --notional 100 --nav 10000 --id a1",
    "trace --why",
    "trace --replay",
    "explain exit",
    "reconcile",
    "archive-logs",
    "version",
    "config show --origin",
    "config explain run",
    "config check",
    "config init",
    "config instruments",
    "service print systemd",
]


class Moment:
    """Counts calls of our functions, and raises Ctrl-C at one of them."""

    def __init__(self, at: int = 0) -> None:
        self.at, self.passed = at, 0

    def __call__(self, frame, event, argument):
        code = frame.f_code  # a generator that is tidied up is called, too: nobody would hear of it
        if event == "call" and code.co_filename.startswith(OURS) and not code.co_flags & inspect.CO_GENERATOR:
            self.passed += 1
            if self.passed == self.at:
                raise KeyboardInterrupt

    def live(self, line: str) -> int:
        """The exit code, as the program's front door gives it."""
        sys.setprofile(self)
        try:
            return call(shlex.split(line), lambda: 0 < self.at <= self.passed)
        except KeyboardInterrupt:  # between two lines of ours
            return INTERRUPTED
        finally:
            sys.setprofile(None)


@pytest.fixture
def desk(folder, lived):
    shutil.copytree(lived, folder / "state")
    return folder


def kept(folder):
    """What was there before a command, and must be there after it."""
    return {path: path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file() and "journal" in path.name}


@pytest.mark.parametrize("line", LINES)
def test_a_command_that_is_interrupted(desk, capsys, line):
    before, whole = kept(desk), Moment()
    done = whole.live(line)
    answer = capsys.readouterr()
    shutil.rmtree(desk / "logs", ignore_errors=True)
    (desk / "hedgectl.toml").unlink(missing_ok=True)
    assert whole.passed > MOMENTS
    codes, heard = set(), 0
    for number in range(MOMENTS):
        code = Moment(1 + number * whole.passed // MOMENTS).live(line)
        out, err = capsys.readouterr()
        codes.add(code)
        assert code in (INTERRUPTED, done), (number, err)
        assert "Traceback" not in err
        assert err.count("✗") <= max(1, answer.err.count("✗"))
        heard += "Ctrl-C" in err
        if code == INTERRUPTED and err:
            assert "ended by Ctrl-C" in err
            assert "\n  fix  " in err
        assert out == "" or len(out) == len(answer.out) or code == done, "half an answer"
        assert kept(desk).items() >= before.items()
        (desk / "hedgectl.toml").unlink(missing_ok=True)
    assert INTERRUPTED in codes
    assert heard, "it never said why it ended"


def test_the_next_try_after_an_interrupted_one_finds_nothing_in_its_way(desk, capsys):
    whole = Moment()
    assert whole.live("config init") == 0
    (desk / "hedgectl.toml").unlink()
    for at in range(1, whole.passed, max(whole.passed // 40, 1)):
        if Moment(at).live("config init") == INTERRUPTED and (desk / "hedgectl.toml").exists():
            assert (desk / "hedgectl.toml").read_text() == template(), "half a file"
        (desk / "hedgectl.toml").unlink(missing_ok=True)
    capsys.readouterr()


@pytest.mark.parametrize("line, code, said", [("run --no-demo -v", 0, b"ended by SIGINT"), ("sim serve", 0, b"next")])
def test_a_real_signal_ends_what_lives_long(folder, line, code, said):
    """Once it is at work, which its first line says."""
    environ = os.environ | {"PYTHONPATH": str(ROOT), "PYTHONUNBUFFERED": "1"}
    command = [sys.executable, "-m", "hedgectl", *line.split()]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, 0, cwd=folder, env=environ, stdout=pipe, stderr=pipe) as process:
        assert process.stdout.readline()
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=30)
    assert (process.returncode, err) == (code, b"")
    assert said in out
