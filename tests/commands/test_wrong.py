"""Goal: whatever is wrong, a command gives one clear error and the right exit code: what happened, to what, and what to
do next. Nothing is lost, nothing stands on stdout that is not the answer, and nobody sees a traceback.

Each table lists command lines; `test_every_command_is_tried` holds the first one against the program.
"""

from __future__ import annotations

import os
import shlex
import shutil
import socket
import sqlite3
import sys
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, nullcontext
from pathlib import Path
from typing import Any

import pytest

from hedgectl.commands.app import call, walk

ENTRY = "--symbol ETHUSDT --side BUY --notional 100 --id a1"
COMMANDS = [name for name, _ in walk()]
NOBODY = 65_534

# A sound line of every command, and how it ends on a desk that has lived.
SOUND = {
    "run --for 1s --virtual -q": 0,
    f"submit {ENTRY}": 0,
    "kill --mode entries --why x": 0,
    "rearm --why x": 0,
    "status": 0,
    "doctor --only local": 0,
    "sizing-check": 0,
    f"route-dry-run {ENTRY} --fresh --nav 10000": 0,
    "trace": 0,
    "explain exit.1": 0,
    "reconcile": 5,
    "archive-logs": 0,
    "drill --seeds 1 --jobs 1 --profile mild -q": 0,
    "version": 0,
    "sim serve --for 0.01s": 0,
    "config show": 0,
    "config explain run.cycle_s": 0,
    "config check": 0,
    "config init": 0,
    "config instruments": 0,
    "service print cron": 0,
}


@pytest.fixture
def desk(folder, lived):
    """A copy of a desk that has lived, to be damaged; the working folder holds it as `state`."""
    shutil.copytree(lived, folder / "state")
    return folder


@pytest.fixture
def journal(desk):
    (found,) = (desk / "state").glob("sim/*/journal.db")
    return found


def told(answer, code, said=""):
    """One clear error: its code, a problem with a way on, nothing else on stdout, and no traceback."""
    assert answer.code == code, answer
    assert "Traceback" not in answer.err + answer.out
    assert "cli.bug" not in answer.err
    assert answer.err.startswith("✗ "), answer
    assert "\n  fix  " in answer.err, answer
    assert answer.out == "", answer
    assert said in answer.err, answer


def name_of(line):
    return max((name for name in COMMANDS if f"{line} ".startswith(f"{name} ")), key=len)


def test_every_command_is_tried():
    assert {name_of(line) for line in SOUND} == set(COMMANDS)


@pytest.mark.parametrize("line", SOUND)
def test_a_sound_line_ends_as_it_says(hedgectl, desk, line):
    """What the other tables change is what makes the difference."""
    answer = hedgectl(*shlex.split(line))
    assert answer.code == SOUND[line], answer


@pytest.mark.parametrize("name", COMMANDS)
def test_a_flag_that_there_is_not(hedgectl, name):
    told(hedgectl(*name.split(), "--nope"), 2, f"hedgectl {name} -h")


@pytest.mark.parametrize("name", ["config", "sim", "service"])
def test_half_a_command_names_the_other_half(hedgectl, name):
    told(hedgectl(name), 2, "one of its commands is missing")
    assert hedgectl(name, "--json").json["problems"][0]["code"] == "cli.usage"


WRONG_VALUES = {
    "run --for soon": 2,
    "run --seed x --once": 2,
    "run --env mars --once": 3,
    "run --env live --once": 2,
    "run --position-mode both --virtual --for 1s": 3,
    "run --sim-url http://example.com --once": 2,
    "run --despite disc --once": 2,
    "submit": 2,
    "submit --symbol ETHUSDT --side UP --notional 5": 1,
    "submit --symbol ETHUSDT --side BUY --notional much": 1,
    "submit '{'": 1,
    "kill --mode all --why x": 2,
    "kill --mode entries": 2,
    "kill --mode entries --why ''": 2,
    "kill --mode entries --why x --env mars": 2,
    "rearm": 2,
    "sim serve --port 70000 --for 0.1s": 2,
    "sim serve --balance lots --for 0.1s": 3,
    "status --state-dir": 2,
    "doctor --only spelling": 2,
    "doctor --env mars": 2,
    "sizing-check --nav much": 2,
    "sizing-check --nav 400 --posture BLUE": 2,
    "sizing-check --nav-range 9:1": 2,
    "sizing-check --nav 400 --symbol NOPEUSDT": 1,
    f"route-dry-run {ENTRY} --nav much": 2,
    f"route-dry-run {ENTRY} --position-mode both": 2,
    "trace nobody": 1,
    "explain nothing.such": 1,
    "reconcile --env mars": 3,
    "reconcile --sim-url ftp://x": 2,
    "reconcile --env live --apply": 2,
    "archive-logs --keep 0": 2,
    "archive-logs --older-than long": 2,
    "archive-logs --restore 1999": 1,
    "archive-logs --into x": 2,
    "drill --seeds many": 2,
    "drill --profile gentle": 2,
    "drill --scenario nobody": 2,
    "config explain run.nope": 1,
    "config check --nav much": 2,
    "config instruments --env demo": 2,
    "service print launchd": 2,
    "service print cron --env mars": 3,
}


@pytest.mark.parametrize("line", WRONG_VALUES)
def test_a_value_that_cannot_be(hedgectl, desk, line):
    answer = hedgectl(*shlex.split(line))
    if line.startswith("sizing-check --nav 400 --symbol"):  # an answer, and the problem in it
        assert (answer.code, answer.err) == (WRONG_VALUES[line], "")
        assert hedgectl(*shlex.split(line), "--json").json["problems"]
    else:
        told(answer, WRONG_VALUES[line])


FILES = {
    "submit FILE": 2,
    "route-dry-run FILE": 2,
    f"route-dry-run {ENTRY} --book FILE": 2,
    "run --virtual --for 1s --feed FILE": 2,
    "config check FILE": 3,
    **{f"{line} --config FILE": 3 for line in SOUND if name_of(line) not in ("explain", "drill", "version",
                                                                               "config explain", "config init")},
}  # fmt: skip


@pytest.mark.parametrize("line", FILES)
def test_a_file_that_is_not_there(hedgectl, desk, line):
    told(hedgectl(*shlex.split(line.replace("FILE", "nowhere"))), FILES[line], "nowhere")


@pytest.mark.parametrize("line", FILES)
def test_a_folder_in_the_place_of_a_file(hedgectl, desk, line):
    (desk / "nowhere").mkdir()
    test_a_file_that_is_not_there(hedgectl, desk, line)


BYTES = {"submit FILE": 1, "route-dry-run FILE": 1, f"route-dry-run {ENTRY} --book FILE": 1, "config check FILE": 3,
         "run --virtual --for 1s --feed FILE": 1, "run --for 1s --virtual --config FILE": 3,
         "sim serve --for 1s --feed FILE": 1, "sizing-check --config FILE": 3}  # fmt: skip


@pytest.mark.parametrize("line", BYTES)
def test_bytes_that_are_no_text(hedgectl, desk, line):
    (desk / "noise").write_bytes(bytes(range(256)) * 8)
    answer = hedgectl(*shlex.split(line.replace("FILE", "noise")))
    if line == "route-dry-run FILE":  # an answer, and the problem in it
        assert (answer.code, answer.err) == (1, "")
        assert "intent.not_utf8" in answer.out
    else:
        told(answer, BYTES[line])


EMPTY = {"status": 1, "trace": 1, "trace --replay": 1, "trace k7": 1, "sizing-check": 2, "reconcile": 5,
         "doctor --cached": 1, "archive-logs --restore 2026": 1}  # fmt: skip
FINE_WHEN_EMPTY = ["rearm --why x", "archive-logs", "archive-logs --list", "config check", "doctor --only local",
                   "kill --mode entries --why x", f"submit {ENTRY}"]  # fmt: skip


@pytest.mark.parametrize("line", EMPTY)
def test_nothing_has_lived_here_yet(hedgectl, folder, line):
    told(hedgectl(*line.split()), EMPTY[line])
    assert [each.name for each in folder.iterdir()] == ["config"], "a question leaves nothing behind"


@pytest.mark.parametrize("line", FINE_WHEN_EMPTY)
def test_what_needs_no_past_works_without_one(hedgectl, folder, line):
    assert hedgectl(*shlex.split(line)).code == 0


@contextmanager
def held(path: Path) -> Iterator[None]:
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("PRAGMA locking_mode=EXCLUSIVE")
        other.execute("BEGIN EXCLUSIVE")
        yield


def changed(statement: str) -> Callable[[Path], None]:
    def change(path: Path) -> None:
        with closing(sqlite3.connect(path, isolation_level=None)) as other:
            other.execute(statement)

    return change


def noise(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:3000] + b"\x5a" * 60_000)


DAMAGE: dict[str, tuple[Callable[[Path], Any], str]] = {
    "not SQLite": (lambda path: path.write_text("hello" * 4000), "not a hedgectl journal"),
    "another database": (changed("DROP TABLE meta"), "not a hedgectl journal"),
    "damaged": (noise, "journal.db"),
    "newer": (changed("UPDATE meta SET value = '99' WHERE name = 'format'"), "format 99"),
    "locked": (held, "is locked"),
}
READERS = ["status", "trace", "trace --replay", f"route-dry-run {ENTRY}"]


@pytest.mark.parametrize("damage", DAMAGE)
def test_a_journal_that_cannot_be_read(hedgectl, desk, journal, damage, monkeypatch):
    monkeypatch.setattr("hedgectl.store.reader.PATIENCE_MS", 20)
    harm, said = DAMAGE[damage]
    with harm(journal) if damage == "locked" else nullcontext(harm(journal)):
        before = journal.read_bytes()
        for line in READERS:
            answer = hedgectl(*shlex.split(line))
            told(answer, 1, said)
            assert "journal.unusable" in answer.err
            assert ("another program holds it" in answer.err) is (damage == "locked" and "--fresh" not in answer.err)
        told(hedgectl("sizing-check"), 2, "give --nav 400")
        assert hedgectl("config", "check").code == 0
        assert hedgectl("kill", "--mode", "entries", "--why", "x").code == 0
        assert journal.read_bytes() == before, "reading repairs nothing"


@pytest.mark.parametrize(
    "statement, gap",
    [
        ("DELETE FROM events WHERE seq BETWEEN 20 AND 40", "rows are missing after seq 19"),
        ("UPDATE events SET body = '{' WHERE kind = 'order.filled'", "cannot be read by this version"),
        ("UPDATE events SET body = '{'", "cannot be read"),
    ],
)
def test_a_journal_with_a_gap_is_never_shown_as_a_whole_book(hedgectl, desk, journal, statement, gap):
    changed(statement)(journal)
    answer = hedgectl("status")
    assert answer.code == 1
    assert "\nbook      unknown: " in answer.out
    assert gap in answer.out
    assert "flat" not in answer.out
    (problem, *_) = hedgectl("status", "--json").json["problems"]
    assert (problem["code"], problem["hint"]) == ("journal.unusable", "hedgectl doctor --only journal")
    for line in ("trace", "trace --replay", "sizing-check", f"route-dry-run {ENTRY}", "config check"):
        answer = hedgectl(*shlex.split(line))
        assert answer.code in (0, 1, 2), (line, answer)
        assert "Traceback" not in answer.err


NOT_WRITABLE = {"run --for 1s --virtual -q": 3, f"submit {ENTRY}": 1, "rearm --why x": 3, "status": 1, "trace": 1,
                "reconcile": 5}  # fmt: skip


@pytest.mark.parametrize("line", NOT_WRITABLE)
def test_a_file_in_the_place_of_the_state_folder(hedgectl, folder, line):
    (folder / "state").write_text("mine")
    told(hedgectl(*shlex.split(line)), NOT_WRITABLE[line], "state")
    assert (folder / "state").read_text() == "mine"


@pytest.mark.parametrize("mode", ["entries", "flatten"])
def test_a_switch_that_nobody_keeps_is_never_said_to_be_on(hedgectl, folder, mode):
    (folder / "state").write_text("mine")
    answer = hedgectl("kill", "--mode", mode, "--why", "x")
    assert answer.code == (1 if mode == "entries" else 5)
    assert answer.out.startswith("kill      NOT on")
    assert "no entries, exits stay open" not in answer.out
    assert "kill.not_durable" in answer.out + answer.err
    assert hedgectl("status").err.count("kill.on") == 0


@contextmanager
def private(*folders: Path) -> Iterator[None]:
    """Folders that this user may not enter; root, who may everything, becomes somebody else meanwhile."""
    for each in folders:
        each.mkdir(exist_ok=True)
        each.chmod(0o700 if os.geteuid() == 0 else 0)
    root = os.geteuid() == 0
    if root:
        os.seteuid(NOBODY)
    try:
        yield
    finally:
        if root:
            os.seteuid(0)
        for each in folders:
            each.chmod(0o700)


@pytest.mark.parametrize("line", ["status", "trace", f"submit {ENTRY}", "rearm --why x", "archive-logs",
                                  "kill --mode entries --why x", "kill --mode flatten --why x",
                                  "run --for 1s --virtual -q"])  # fmt: skip
def test_folders_of_another_user(hedgectl, desk, line):
    args = shlex.split(line)
    hedgectl(*args, "--state-dir", "mine/state")  # what it imports is read while it may be
    before = sorted((desk / "state").rglob("*"))
    desk.chmod(0o755)
    with private(desk / "state", desk / "logs"):
        answer = hedgectl(*args)
    assert answer.code in (1, 3), answer
    assert "cli.bug" not in answer.err
    assert "Traceback" not in answer.err
    assert "Permission denied" in answer.out + answer.err, answer
    assert sorted((desk / "state").rglob("*")) == before
    assert "no entries, exits stay open" not in answer.out, "a switch that could not be written is not on"


@pytest.fixture
def nobody_listens():
    """The URL of a port that nobody listens on."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        yield f"http://127.0.0.1:{taken.getsockname()[1]}"


@pytest.mark.parametrize("line", ["run --for 1s --no-demo -q", "reconcile", "reconcile --apply",
                                  f"route-dry-run {ENTRY} --nav read", "kill --mode cancel --why x"])  # fmt: skip
def test_an_exchange_that_does_not_answer(hedgectl, folder, nobody_listens, line):
    answer = hedgectl(*shlex.split(line), "--sim-url", nobody_listens)
    assert answer.code == 5, answer
    assert answer.err.startswith("✗ ")
    assert "  fix  " in answer.err
    assert "Traceback" not in answer.err


@pytest.mark.parametrize("line", SOUND)
def test_a_full_disk_for_the_answer(desk, line, monkeypatch, capsys):
    with open("/dev/full", "w", encoding="utf-8") as full:
        monkeypatch.setattr(sys, "stdout", full)
        code = call(shlex.split(line))
    err = capsys.readouterr().err
    if "-q" in line.split() or SOUND[line] != 0:  # nothing was to be said there
        assert code == SOUND[line]
        return
    assert code == 1
    assert "cli.output" in err
    assert "No space left on device" in err
    assert "Traceback" not in err


@pytest.mark.parametrize("line", SOUND)
def test_a_reader_that_went_away(desk, line, monkeypatch, capsys):
    reads, writes = os.pipe()
    os.close(reads)
    with open(writes, "w", encoding="utf-8") as gone:
        monkeypatch.setattr(sys, "stdout", gone)
        assert call(shlex.split(line)) == SOUND[line]
    assert "Traceback" not in capsys.readouterr().err
