"""Snapshots: atomic, two generations, and a reader that always has an answer."""

from __future__ import annotations

import os

import pytest

from hedgectl.store import snapshots
from hedgectl.store.snapshots import Snapshot, Unreadable, read_snapshot, write_snapshot


def write(folder, number):
    return write_snapshot(folder, "nav", b'{"n":%d,"x":"1.50","f":0.1}' % number, seq=number, at_ms=1_000 + number)


def test_the_newest_is_read_and_the_one_before_is_kept(tmp_path):
    for number in (1, 2, 3):
        write(tmp_path, number)
    assert read_snapshot(tmp_path, "nav") == Snapshot("nav", 3, 1_003, {"n": 3, "x": "1.50", "f": 0.1})
    (tmp_path / "nav.json").unlink()
    assert read_snapshot(tmp_path, "nav").seq == 2
    assert sorted(path.name for path in tmp_path.iterdir()) == ["nav.prev.json"]


@pytest.mark.parametrize(
    "garbage, why",
    [
        (b"", "not JSON"),
        (b"\x00" * 100, "not JSON"),
        (b"[1]", "not a snapshot"),
        (b'{"format":1}', "not a snapshot"),
        (b'{"format":2,"name":"nav"}', "format 2"),
        (b'{"format":1,"name":"risk","seq":1,"at_ms":1,"sha256":"","body":{}}', "holds 'risk'"),
        (b'{"format":1,"name":"nav","seq":1,"at_ms":1,"sha256":"","body":{}}', "checksum"),
    ],
)
def test_garbage_falls_back_to_the_one_before_or_says_why(tmp_path, garbage, why):
    write(tmp_path, 1)
    write(tmp_path, 2)
    (tmp_path / "nav.json").write_bytes(garbage)
    assert read_snapshot(tmp_path, "nav").seq == 1
    (tmp_path / "nav.prev.json").unlink()
    found = read_snapshot(tmp_path, "nav")
    assert isinstance(found, Unreadable)
    assert why in found.why
    assert "nav.prev.json: missing" in found.why


def test_every_cut_and_every_flipped_digit_is_noticed(tmp_path):
    text = write(tmp_path, 1).read_bytes()
    path = tmp_path / "nav.json"
    body_at = text.index(b'"body"')
    for length in range(len(text)):
        path.write_bytes(text[:length])
        assert isinstance(read_snapshot(tmp_path, "nav"), Unreadable)
    for at in range(body_at, len(text)):
        path.write_bytes(text[:at] + bytes([text[at] ^ 1]) + text[at + 1 :])
        assert isinstance(read_snapshot(tmp_path, "nav"), Unreadable)


def test_a_folder_or_an_oversized_file_in_its_place_is_a_reason(tmp_path, monkeypatch):
    (tmp_path / "nav.json").mkdir()
    assert "directory" in read_snapshot(tmp_path, "nav").why.lower()
    write(tmp_path / "b", 1)
    monkeypatch.setattr(snapshots, "BYTES_MAX", 10)
    assert "larger" in read_snapshot(tmp_path / "b", "nav").why


@pytest.mark.parametrize("call", ["fsync", "link", "replace"])
def test_whichever_call_fails_the_current_snapshot_stays_good(tmp_path, monkeypatch, call):
    write(tmp_path, 1)
    write(tmp_path, 2)

    def fail(*_):
        raise OSError("no space")

    monkeypatch.setattr(os, call, fail)
    with pytest.raises(OSError, match="no space"):
        write(tmp_path, 3)
    monkeypatch.undo()
    assert read_snapshot(tmp_path, "nav").seq == 2
    write(tmp_path, 4)
    assert read_snapshot(tmp_path, "nav").seq == 4


def test_data_is_synced_before_the_name_moves_and_the_folder_after(tmp_path, monkeypatch):
    done = []
    sync, replace = os.fsync, os.replace
    monkeypatch.setattr(os, "fsync", lambda fd: done.append("fsync") or sync(fd))
    monkeypatch.setattr(os, "replace", lambda a, b: done.append("replace") or replace(a, b))
    write(tmp_path, 1)
    assert done == ["fsync", "replace", "fsync"]
