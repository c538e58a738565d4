"""Goal: TAB offers what may stand there, from files of this machine alone, and never an error."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from hedgectl.commands import completing
from hedgectl.commands.app import call
from hedgectl.commands.stories import BEGINNINGS
from hedgectl.store.reader import open_reader

ROOT = Path(__file__).parents[2]


@pytest.fixture
def offered(folder, monkeypatch, capsys):
    """offered("hedgectl run --en"): what bash would offer."""

    def ask(line):
        words = line.split(" ")
        monkeypatch.setenv("_HEDGECTL_COMPLETE", "complete_bash")
        monkeypatch.setenv("COMP_WORDS", line)
        monkeypatch.setenv("COMP_CWORD", str(len(words) - 1))
        with pytest.raises(SystemExit) as left:
            call([])
        assert left.value.code == 0
        told = capsys.readouterr()
        assert told.err == ""
        return told.out.split()

    return ask


@pytest.mark.parametrize(
    "line, wanted",
    [
        ("hedgectl siz", ["sizing-check"]),
        ("hedgectl config ch", ["check"]),
        ("hedgectl run --sim", ["--sim-url"]),
        ("hedgectl run --env ", ["sim", "demo", "live"]),
        ("hedgectl kill --mode fl", ["flatten"]),
        ("hedgectl submit --side B", ["BUY"]),
        ("hedgectl sizing-check --symbol BT", ["BTCUSDT"]),
        ("hedgectl run --symbols BTCUSDT,BTC", []),
        ("hedgectl run --symbols ETHUSDT,BTC", ["ETHUSDT,BTCUSDT"]),
        ("hedgectl explain risk.symbol", ["risk.symbol_cap"]),
        ("hedgectl config explain run.cyc", ["run.cycle_s"]),
        ("hedgectl trace ", []),
        ("hedgectl nonsense --x ", []),
    ],
)
def test_what_may_stand_there(offered, line, wanted):
    found = offered(line)
    assert found == wanted or (set(wanted) <= set(found) and "nonsense" in line)


def test_symbols_of_the_configuration_come_too(offered, folder):
    (folder / "hedgectl.toml").write_text('[run]\nsymbols = ["WIFUSDT"]\n')
    assert offered("hedgectl submit --symbol WI") == ["WIFUSDT"]


@pytest.mark.parametrize("place", ["hedgectl trace --state-dir {} ", "hedgectl --state-dir {} trace "])
def test_stories_are_those_of_the_folder_that_is_named_newest_first(offered, lived, place):
    found = offered(place.format(lived))
    (journal,) = lived.glob("sim/*/journal.db")
    with open_reader(journal) as reader:
        known = [row[3] for kind in BEGINNINGS for row in reader.by_kind(kind)]
    assert 1 < len(found) <= completing.STORIES_MAX
    assert set(found) <= set(known)
    assert offered(place.format(lived) + found[0][:5]) == [each for each in found if each.startswith(found[0][:5])]


@pytest.mark.parametrize("text", ["[run", "[run]\nsymbols = 3", "run = 3", "\x00"])
def test_a_broken_configuration_is_no_reason_to_speak(offered, folder, text):
    (folder / "hedgectl.toml").write_text(text)
    assert offered("hedgectl submit --symbol BT") == ["BTCUSDT"]


@pytest.mark.parametrize("name", ["journal.db", "instruments.json"])
@pytest.mark.parametrize("content", [b"", b"\xff\x00 garbage" * 100, None])
def test_damaged_files_are_no_reason_to_speak(offered, folder, name, content):
    target = folder / ("state/" + name if name == "journal.db" else name)
    target.parent.mkdir(exist_ok=True)
    if content is None:
        target.symlink_to("nowhere")
    else:
        target.write_bytes(content)
    offered("hedgectl trace ")
    offered("hedgectl submit --symbol BT")


def test_a_bug_in_a_completion_says_nothing_and_leaves_a_report(folder, monkeypatch, capsys, tmp_path):
    monkeypatch.setattr(completing, "_symbols", lambda ctx: 1 / 0)
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    for name, value in {"_HEDGECTL_COMPLETE": "complete_bash", "COMP_CWORD": "3"}.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("COMP_WORDS", "hedgectl submit --symbol B")
    assert call([]) == 70
    told = capsys.readouterr()
    assert told.out + told.err == ""
    assert "ZeroDivisionError" in next(tmp_path.glob("hedgectl-*.txt")).read_text()


def test_what_is_said_beside_a_word_fits_a_row():
    for words in (completing.codes(""), completing.keys("")):
        assert words
        assert all(len(beside) <= completing.BESIDE_CHARS_MAX for _, beside in words)


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_the_scripts_of_the_shells_are_told(shell, folder):
    command = [sys.executable, "-m", "hedgectl"]
    environ = {**os.environ, "PYTHONPATH": str(ROOT), "_HEDGECTL_COMPLETE": f"source_{shell}"}
    done = subprocess.run(command, cwd=folder, env=environ, capture_output=True, text=True, timeout=30)
    assert (done.returncode, done.stderr) == (0, "")
    assert "_HEDGECTL_COMPLETE=complete_" + shell in done.stdout
