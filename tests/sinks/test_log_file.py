"""Goal: lines are whole and once, whoever moves the file, fills the disk or kills the writer; and there is a bound."""

from __future__ import annotations

import errno
import fcntl
import os
import threading

import pytest

from hedgectl.sinks import log_file
from hedgectl.sinks.log_file import LogFile


def test_a_file_that_was_taken_away_is_left_and_a_new_one_begun(log):
    file = log()
    file.append(b"1\n")
    taken = file.path.with_name("taken")
    os.rename(file.path, taken)
    file.append(b"2\n")
    assert (taken.read_bytes(), file.path.read_bytes()) == (b"1\n", b"2\n")


def test_a_file_that_was_replaced_by_another_is_followed_by_its_name(log):
    file = log()
    file.append(b"1\n")
    os.rename(file.path, file.path.with_name("taken"))
    file.path.write_bytes(b"theirs\n")
    file.append(b"2\n")
    assert file.path.read_bytes() == b"theirs\n2\n"


def test_a_full_file_gets_another_name_and_the_oldest_go(log):
    file = log(bytes_max=10, files_max=2)
    for number in range(12):
        file.append(b"%04d\n" % number)
    names = sorted(path.name for path in file.path.parent.iterdir())
    assert names == ["events.20260101T000004Z.jsonl", "events.20260101T000005Z.jsonl", "events.jsonl"]
    assert [path.read_bytes() for path in sorted(file.path.parent.iterdir())] == [
        b"0006\n0007\n", b"0008\n0009\n", b"0010\n0011\n"
    ]  # fmt: skip
    assert file.removed == 3


def test_two_that_fill_up_in_one_moment_do_not_share_a_name(tmp_path):
    file = LogFile(tmp_path / "events.jsonl", bytes_max=5, files_max=2, stamp=lambda: "20260101T000000Z")
    (tmp_path / "events.mine.jsonl").write_bytes(b"of a person\n")
    for number in range(5):
        file.append(b"%04d\n" % number)
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == {
        "events.mine.jsonl": b"of a person\n",
        "events.20260101T000000Z-002.jsonl": b"0002\n",
        "events.20260101T000000Z-003.jsonl": b"0003\n",
        "events.jsonl": b"0004\n",
    }


def test_after_the_clock_went_back_it_is_still_the_oldest_that_go(tmp_path):
    stamps = iter(["20260102T000000Z", "20260101T000000Z", "20260101T000001Z"])
    file = LogFile(tmp_path / "events.jsonl", bytes_max=5, files_max=2, stamp=lambda: next(stamps))
    for number in range(4):
        file.append(b"%04d\n" % number)
    assert sorted(path.read_bytes() for path in tmp_path.iterdir()) == [b"0001\n", b"0002\n", b"0003\n"]


def test_a_full_file_that_is_archived_in_that_moment_is_no_failure(log, monkeypatch):
    file = log(bytes_max=5)
    file.append(b"0001\n")
    rename = os.rename

    def archived_first(old, new):
        monkeypatch.undo()
        rename(old, file.path.with_name("archived"))
        os.rename(old, new)

    monkeypatch.setattr(os, "rename", archived_first)
    file.append(b"0002\n")
    assert {path.name: path.read_bytes() for path in file.path.parent.iterdir()} == {
        "archived": b"0001\n", "events.jsonl": b"0002\n"
    }  # fmt: skip


def test_more_than_a_whole_file_at_once_is_written_as_one(log):
    file = log(bytes_max=10)
    file.append(b"x" * 99 + b"\n")
    assert file.path.stat().st_size == 100


@pytest.mark.parametrize("cut", range(1, 7))
def test_what_a_killed_writer_left_of_a_line_is_removed(log, cut):
    file = log()
    file.append(b"whole\n")
    with file.path.open("ab") as other:
        other.write(b"broken\n"[:cut])
    fresh = log()
    assert fresh.last_line() == b"whole"
    fresh.append(b"next\n")
    assert file.path.read_bytes() == b"whole\nnext\n"


def test_even_a_file_of_one_broken_line_is_mended(log):
    file = log()
    file.path.parent.mkdir(parents=True)
    file.path.write_bytes(b"broken")
    assert file.last_line() == b""
    file.append(b"next\n")
    assert file.path.read_bytes() == b"next\n"


@pytest.mark.parametrize("length", [1, log_file.BLOCK_BYTES - 1, log_file.BLOCK_BYTES, 3 * log_file.BLOCK_BYTES])
def test_the_last_line_is_found_however_long_it_is(log, length):
    file = log()
    file.append(b"first\n")
    file.append(b"x" * length + b"\n")
    assert file.last_line() == b"x" * length


def test_a_disk_that_takes_half_leaves_nothing_of_it(log, monkeypatch):
    file = log()
    file.append(b"1\n")
    write = os.write

    def full(fd, data):
        if len(data) > 3:
            return write(fd, data[:3])
        raise OSError(errno.ENOSPC, "no space")

    monkeypatch.setattr(os, "write", full)
    with pytest.raises(OSError, match="no space"):
        file.append(b"22222\n33333\n")
    monkeypatch.undo()
    assert file.path.read_bytes() == b"1\n"
    file.append(b"22222\n33333\n")
    assert file.path.read_bytes() == b"1\n22222\n33333\n"


def test_a_lock_that_nobody_gives_back_is_an_error_not_a_wait(log, monkeypatch):
    monkeypatch.setattr(log_file, "LOCK_EVERY_S", 0.0001)
    file = log()
    file.append(b"1\n")
    with file.path.open("rb") as other:
        fcntl.flock(other, fcntl.LOCK_EX)
        with pytest.raises(TimeoutError, match="locked"):
            file.append(b"2\n")
    file.append(b"2\n")
    assert file.path.read_bytes() == b"1\n2\n"


def test_a_link_in_its_place_is_not_followed(log, tmp_path):
    file = log()
    file.path.parent.mkdir(parents=True)
    (tmp_path / "elsewhere").write_bytes(b"mine\n")
    file.path.symlink_to(tmp_path / "elsewhere")
    with pytest.raises(OSError, match="symbolic"):
        file.append(b"1\n")
    assert (tmp_path / "elsewhere").read_bytes() == b"mine\n"


def test_several_writers_lose_and_mix_nothing(log):
    files = [log(bytes_max=4_000, files_max=1_000) for _ in range(3)]

    def write(which):
        for number in range(200):
            files[which].append(b"%d-%03d-" % (which, number) + b"x" * 50 + b"\n")

    threads = [threading.Thread(target=write, args=(which,)) for which in range(3)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    found = [line for path in files[0].path.parent.iterdir() for line in path.read_bytes().splitlines()]
    assert sorted(found) == sorted(
        b"%d-%03d-" % (which, number) + b"x" * 50 for which in range(3) for number in range(200)
    )
