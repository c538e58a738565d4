"""Goal: the switch on disk is whole or absent, bars entries by being there, and forgets nothing that was done."""

from __future__ import annotations

import os
import stat

import orjson
import pytest

from hedgectl.core.engine import killing
from hedgectl.core.model.input import KillAsked, RearmAsked
from hedgectl.runtime import kill_file
from hedgectl.runtime.kill_file import KILL, LOG, TAKEN, TAKING, Pulled
from hedgectl.runtime.killing import inputs_of

FLATTEN = Pulled("flatten", "a bad feeling", "ann", 5)
ENTRIES = Pulled("entries", "lunch", "bob", 6)
KILLED = {"do": "kill", "mode": "flatten", "why": "hang", "by": "ann", "at_ms": 1}
REARMED = {"do": "rearm", "why": "calm", "by": "bob", "at_ms": 2}


def answer(outcome):
    return {"do": "answer", "client_id": "h1-m", "what": "close", "outcome": outcome}


def test_the_words_are_those_of_the_core():
    assert kill_file.MODES == killing.MODES


def test_it_is_written_whole_for_this_user_only_and_read_back(tmp_path):
    folder = tmp_path / "a" / "state"
    assert kill_file.read(folder) is None
    assert kill_file.pull(folder, FLATTEN) == FLATTEN == kill_file.read(folder)
    assert stat.S_IMODE((folder / KILL).stat().st_mode) == 0o600
    assert os.listdir(folder) == [KILL]


def test_file_and_folder_are_synced_before_it_counts(tmp_path, monkeypatch):
    done = []
    sync, replace = os.fsync, os.replace
    monkeypatch.setattr(os, "fsync", lambda fd: done.append(stat.S_ISDIR(os.fstat(fd).st_mode)) or sync(fd))
    monkeypatch.setattr(os, "replace", lambda *paths: done.append("replace") or replace(*paths))
    kill_file.pull(tmp_path, FLATTEN)
    assert done == [False, "replace", True]
    kill_file.release(tmp_path)
    assert done[3:] == [True]


def test_a_milder_one_never_replaces_a_stricter_one(tmp_path):
    kill_file.pull(tmp_path, FLATTEN)
    assert kill_file.pull(tmp_path, ENTRIES) == FLATTEN == kill_file.read(tmp_path)
    assert kill_file.release(tmp_path) == FLATTEN
    assert (kill_file.release(tmp_path), kill_file.read(tmp_path)) == (None, None)
    kill_file.pull(tmp_path, ENTRIES)
    assert kill_file.pull(tmp_path, FLATTEN) == FLATTEN == kill_file.read(tmp_path)


@pytest.mark.parametrize(
    "text", [b"", b"{", b"[]", b"null", b'{"mode":"soft","why":"x","by":"y","at_ms":1}', b'{"mode":"flatten"}', b"\xff",
             b'{"mode":"flatten","why":" ","by":"y","at_ms":1}', b'{"mode":"flatten","why":"x","by":"y","at_ms":"1"}']
)  # fmt: skip
def test_a_file_that_says_nothing_readable_bars_entries_all_the_same(tmp_path, text):
    (tmp_path / KILL).write_bytes(text)
    held = kill_file.read(tmp_path)
    assert (held.mode, held.by) == ("entries", "unknown")
    assert held.why.startswith("KILL is there and cannot be read")


@pytest.mark.parametrize(
    "told",
    [
        {},
        {"mode": "all", "why": "x", "by": "y"},
        {"mode": "cancel"},
        {"mode": "cancel", "why": "", "by": "y"},
        {"mode": "cancel", "why": "w" * 501, "by": "y"},
        {"mode": "cancel", "why": 1, "by": "y"},
    ],
)
def test_a_switch_without_mode_or_reason_is_none(told):
    with pytest.raises(ValueError):
        kill_file.pulled_of(told, 0)


def test_rows_are_claimed_once_and_later_ones_wait_for_the_next(tmp_path):
    assert kill_file.claim(tmp_path) is None
    kill_file.note(tmp_path, KILLED)
    assert kill_file.claim(tmp_path) == [KILLED]
    kill_file.note(tmp_path, REARMED)
    assert kill_file.claim(tmp_path) == [KILLED]  # not put aside: a run that died in between took nothing in
    kill_file.put_aside(tmp_path)
    assert kill_file.claim(tmp_path) == [REARMED]
    kill_file.put_aside(tmp_path)
    assert sorted(each.name for each in tmp_path.iterdir()) == [TAKEN]


def test_what_was_taken_in_is_kept_batch_by_batch_and_bounded(tmp_path, monkeypatch):
    def take(*rows):
        for row in rows:
            kill_file.note(tmp_path, row)
        kill_file.claim(tmp_path)
        kill_file.put_aside(tmp_path)
        return [orjson.loads(line) for line in (tmp_path / TAKEN).read_bytes().splitlines() if line]

    assert take(KILLED) == [KILLED]
    assert take(REARMED, KILLED) == [KILLED, REARMED, KILLED]
    size = (tmp_path / TAKEN).stat().st_size
    monkeypatch.setattr(kill_file, "LOG_BYTES_MAX", size - 1)
    kept = take(REARMED)
    assert kept[-1] == REARMED
    assert 1 < len(kept) < 4
    assert (tmp_path / TAKEN).stat().st_size < size


def test_a_row_that_a_crash_cut_spoils_only_itself(tmp_path):
    kill_file.note(tmp_path, KILLED)
    with (tmp_path / LOG).open("ab") as file:
        file.write(b'\n{"do":"ans')
    kill_file.note(tmp_path, REARMED)
    assert kill_file.claim(tmp_path) == [KILLED, REARMED]
    assert (tmp_path / TAKING).exists()


@pytest.mark.parametrize(
    "rows, told",
    [
        ([], []),
        ([answer("accepted")], []),
        ([KILLED], [KillAsked("flatten", "hang", "ann")]),
        ([KILLED, REARMED], [RearmAsked("calm", "bob")]),
        ([REARMED, KILLED], [RearmAsked("calm", "bob"), KillAsked("flatten", "hang", "ann")]),
        ([{"do": "kill", "mode": "soft"}, {"do": "dance"}, {"do": "rearm"}], []),
        (
            [KILLED, answer("accepted"), answer("accepted"), answer("unknown")],
            [KillAsked("flatten", f"hang (done without the run: 2 accepted, 1 unknown; see {TAKEN})", "ann")],
        ),
        (
            [KILLED, answer("rejected"), REARMED],
            [RearmAsked(f"calm (done without the run: 1 rejected; see {TAKEN})", "bob")],
        ),
    ],
)
def test_what_a_run_is_told_of_the_rows(rows, told):
    assert inputs_of(rows) == told
