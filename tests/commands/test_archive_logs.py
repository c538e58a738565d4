"""Goal: `archive-logs` on the command line: what it says, its exit codes, and a run that writes beside it (O3)."""

from __future__ import annotations

import gzip
import json
import os
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from hedgectl.runtime.folders import holder
from hedgectl.store.archive.shelf import Shelf
from hedgectl.store.lock import acquire
from hedgectl.store.reader import replay

ROOT = Path(__file__).parents[2]


@pytest.fixture
def archive(hedgectl):
    """archive(...): the command's answer."""
    return lambda *args: hedgectl("archive-logs", *args)


@pytest.fixture
def log(folder):
    """log(first, last): telemetry, a line each number."""

    def written(first, last, name="execution/events.jsonl"):
        path = folder / "logs" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("a") as file:
            file.writelines(json.dumps({"seq": number}) + "\n" for number in range(first, last + 1))
        return path

    return written


def test_without_logs_there_is_nothing_to_do_and_no_folder_is_made(archive, folder):
    answer = archive()
    assert (answer.code, answer.out) == (0, "nothing    to archive: no telemetry, no new snapshot\n")
    assert [each.name for each in folder.iterdir()] == ["config"]
    assert archive("--list").out == "archives   none in logs/archive\n"


def test_a_call_says_what_it_put_away_and_the_next_one_has_nothing_to_do(archive, log, folder):
    log(1, 40)
    log(1, 3, "router_health.jsonl")
    first = archive()
    (name,) = Shelf(folder / "logs").names()
    rows = first.out.splitlines()
    assert first.code == 0
    assert rows[0].startswith(f"archived   logs/archive/{name}  2 files, ")
    assert rows[2].split()[:2] == ["execution/events.jsonl", "40"]
    assert rows[-1] == f"restore    hedgectl archive-logs --restore {name}"
    assert archive().out == f"nothing    to archive: no telemetry since {name}, no new snapshot\n"
    assert archive("--list").out.splitlines()[2].split()[:3] == [name, "2", "43"]


def test_json_lists_every_file_with_its_sizes_and_lines(archive, log):
    log(1, 40)
    data = archive("--json").json["data"]
    (file,) = data["files"]
    assert (file["name"], file["lines"]) == ("execution/events.jsonl", 40)
    assert 0 < file["packed_bytes"] < file["bytes"]


def test_a_dry_run_tells_and_touches_nothing(archive, log, folder):
    path = log(1, 40)
    answer = archive("--dry-run")
    assert answer.out.startswith("would move 1 file, ")
    assert path.exists()
    assert not (folder / "logs" / "archive").exists()


def test_an_archive_comes_back_verified_by_the_beginning_of_its_name_and_never_over_anything(archive, log, folder):
    text = log(1, 40).read_bytes()
    archive()
    (name,) = Shelf(folder / "logs").names()
    back = archive("--restore", name[:8])
    assert back.code == 0
    assert "verified" in back.out
    assert (folder / "logs" / "restored" / name / "execution" / "events.jsonl").read_bytes() == text
    again = archive("--restore", name)
    assert (again.code, "archive.in_the_way" in again.err, "--into DIR" in again.err) == (1, True, True)
    assert archive("--restore", name, "--into", "elsewhere").code == 0
    assert archive().out.startswith("nothing")  # what was restored is not archived again
    assert archive("--restore", "2001").code == 1


def test_a_damaged_archive_is_told_by_list_restore_and_keep(archive, log, folder):
    log(1, 40)
    archive()
    (name,) = Shelf(folder / "logs").names()
    packed = folder / "logs" / "archive" / name / "execution" / "events.jsonl.gz"
    packed.write_bytes(packed.read_bytes()[:-3])
    restored = archive("--restore", name)
    assert (restored.code, "archive.damaged" in restored.err) == (1, True)
    assert not (folder / "logs" / "restored").exists()
    log(41, 42)
    kept = archive("--keep", "1")
    assert (kept.code, f"{name} stays" in kept.out) == (1, True)
    assert len(Shelf(folder / "logs").names()) == 2


def test_old_archives_go_when_newer_ones_are_there(archive, log, folder):
    for number in range(4):
        log(number, number)
        archive()
    names = Shelf(folder / "logs").names()
    answer = archive("--keep", "2")
    assert f"dropped    2 archives  {names[0]} to {names[1]}" in answer.out
    assert Shelf(folder / "logs").names() == names[2:]
    assert archive("--older-than", "7d").out.startswith("nothing")


def test_two_calls_at_once_are_one(archive, log, folder):
    path = log(1, 3)
    shelf = Shelf(folder / "logs")
    shelf.folder.mkdir(parents=True)
    held = acquire(shelf.lock, holder(0))
    answer = archive()
    held.release()
    assert (answer.code, "archive.locked" in answer.err) == (6, True)
    assert path.exists()


def test_what_another_call_makes_just_now_is_not_called_half_made(archive, folder):
    shelf = Shelf(folder / "logs")
    (shelf.folder / "20261121T020000Z.part").mkdir(parents=True)
    left = archive("--list")
    assert (left.code, "half-made: hedgectl archive-logs" in left.out) == (1, True)
    held = acquire(shelf.lock, holder(0))
    working = archive("--list")
    held.release()
    assert (working.code, "being made by another call" in working.out) == (0, True)


def test_a_logs_folder_that_is_the_state_folder_is_refused(archive, folder, monkeypatch):
    monkeypatch.setenv("HEDGECTL_TELEMETRY__LOGS_DIR", "state")
    (folder / "state").mkdir()
    (folder / "state" / "kill.jsonl").write_text("{}\n")
    answer = archive()
    assert (answer.code, "a folder of its own" in answer.err) == (1, True)
    assert (folder / "state" / "kill.jsonl").exists()


@pytest.mark.parametrize(
    "args, hint",
    [
        (("--keep", "0"), "keep"),
        (("--keep", "all"), "keep"),
        (("--older-than", "soon"), "write 20s, 10m or 1h"),
        (("--older-than", "0s"), "not between"),
        (("--list", "--keep", "3"), "give it alone"),
        (("--restore", "2026", "--dry-run"), "give it alone"),
        (("--into", "x"), "--restore"),
    ],
)
def test_a_wrong_command_line_says_what_to_write(archive, log, args, hint):
    path = log(1, 3)
    answer = archive(*args)
    assert (answer.code, hint in answer.err) == (2, True)
    assert path.exists()


def test_while_a_run_writes_every_event_is_in_one_place_once(folder):
    """A run of some real seconds with small files; archived again and again beside it; then every line is counted."""
    (folder / "hedgectl.toml").write_text("[telemetry]\nfile_bytes_max = 65536\nevery_ms = 50\n[demo]\nevery_s = 1\n")
    environ = {**os.environ, "PYTHONPATH": str(ROOT)}
    hedgectl = [sys.executable, "-m", "hedgectl"]
    run = subprocess.Popen([*hedgectl, "run", "--for", "4s", "-q"], cwd=folder, env=environ, stdout=subprocess.DEVNULL)
    made = 0
    while run.poll() is None:
        done = subprocess.run([*hedgectl, "archive-logs"], cwd=folder, env=environ, capture_output=True, text=True)
        assert done.returncode == 0, done.stdout + done.stderr
        made += done.stdout.startswith("archived")
    subprocess.run([*hedgectl, "archive-logs"], cwd=folder, env=environ, check=True, capture_output=True)
    assert run.returncode == 0
    assert made >= 2
    told: Counter[int] = Counter()
    for path in (folder / "logs").rglob("events*.jsonl*"):
        raw = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
        told.update(json.loads(line)["seq"] for line in raw.splitlines())
    (journal,) = (folder / "state").glob("sim/*/journal.db")
    assert told == Counter(row[0] for row in replay(journal) if not row[2].startswith("in."))
