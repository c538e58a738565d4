"""Readers: bounded, beside a writer, after a kill, and honest about files that are none."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys

import pytest

from hedgectl.runtime.loop import run_virtual
from hedgectl.store import reader as reader_room
from hedgectl.store.journal import Journal
from hedgectl.store.reader import open_reader, replay
from hedgectl.store.rows import JournalUnusable, given_of


@pytest.fixture
def path(tmp_path, row):
    async def main(clock):
        journal = Journal(tmp_path / "j.db", live=False, synchronous="OFF")
        for n in range(1, 31):
            journal.append([row(n, "even" if n % 2 == 0 else "odd", f"cor-{n % 3}-x")])
        journal.close()

    run_virtual(main)
    return tmp_path / "j.db"


def test_rows_by_tail_seq_kind_and_correlation(path):
    with open_reader(path) as reader:
        assert [row[0] for row in reader.tail(3)] == [28, 29, 30]
        assert [row[0] for row in reader.since(27)] == [28, 29, 30]
        assert [row[0] for row in reader.since(0, 2)] == [1, 2]
        assert [row[0] for row in reader.by_kind("even", 2)] == [28, 30]
        assert [row[0] for row in reader.by_correlation("cor-1", 3)] == [1, 4, 7]
        assert reader.by_correlation("nobody") == []
        assert (reader.tail(0), reader.tail(-5)) == ([], [])


def test_rows_of_some_kinds_in_a_stretch_and_the_input_of_a_row(tmp_path, row):
    async def main(clock):
        journal = Journal(tmp_path / "j.db", live=False, synchronous="OFF")
        for n in range(1, 10, 3):
            journal.append([row(n, "in.Tick"), row(n, "odd"), row(n, "even")])
        journal.close()

    run_virtual(main)
    with open_reader(tmp_path / "j.db") as reader:
        assert [each[0] for each in reader.between(2, 8, ("odd", "even"))] == [2, 3, 5, 6, 8]
        assert [each[0] for each in reader.between(1, 9, ("odd", "even"), 2)] == [2, 3]
        assert [each[0] for each in reader.input_of(6)] == [4]
        assert reader.input_of(0) == []


def test_correlation_uses_the_index_and_reads_are_bounded(path, monkeypatch):
    monkeypatch.setattr(reader_room, "ROWS_MAX", 4)
    with open_reader(path) as reader:
        assert len(reader.tail(1_000_000)) == 4
        plan = reader._connection.execute(
            "EXPLAIN QUERY PLAN SELECT * FROM events WHERE correlation >= 'a' AND correlation < 'b'"
        ).fetchall()
        assert "events_by_correlation" in plan[0][3]


def test_a_reader_cannot_write(path):
    with open_reader(path) as reader, pytest.raises(sqlite3.OperationalError, match="readonly"):
        reader._connection.execute("DELETE FROM events")


def test_a_reader_sees_what_a_killed_writer_had_committed(tmp_path):
    code = f"""
import asyncio
from pathlib import Path
from hedgectl.store.journal import Journal
async def main():
    journal = Journal(Path({str(tmp_path / "a b?c.db")!r}), live=True)
    n = 0
    while True:
        seq = journal.append([(n, "k", "c", "s", b"{{}}")] * 3)
        await journal.durable(seq)
        print(seq, flush=True)
asyncio.run(main())
"""
    child = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True)
    with child:
        seen = [int(child.stdout.readline()) for _ in range(20)][-1]
        with open_reader(tmp_path / "a b?c.db") as reader:
            assert reader.last_seq() >= seen  # beside a living writer
        os.kill(child.pid, signal.SIGKILL)
        acknowledged = [int(line) for line in child.stdout.read().split()]
    with open_reader(tmp_path / "a b?c.db") as reader:
        assert reader.last_seq() >= max([seen, *acknowledged])
        assert reader.last_seq() % 3 == 0  # and no half of a group
        assert len(reader.tail(5)) == 5


@pytest.mark.parametrize("content", [None, b"", b"no database, just text " * 99])
def test_a_missing_or_foreign_file_is_a_clear_error(tmp_path, content):
    path = tmp_path / "j.db"
    if content is not None:
        path.write_bytes(content)
    for use in (open_reader, lambda path: list(replay(path))):
        with pytest.raises(JournalUnusable, match=r"j\.db: (there is no journal|not a hedgectl journal)"):
            use(path)


def test_replay_refuses_a_gap(path):
    connection = sqlite3.connect(path)
    connection.execute("DELETE FROM events WHERE seq = 17")
    connection.commit()
    connection.close()
    assert [row[0] for row in replay(path, 17)] == list(range(18, 31))
    with pytest.raises(JournalUnusable, match="missing after seq"):
        list(replay(path, 3))


def test_damaged_pages_are_a_clear_error(path):
    size = path.stat().st_size
    with path.open("r+b") as file:
        file.seek(4096)
        file.write(b"\xff" * (size - 4096))
    with pytest.raises(JournalUnusable):
        list(replay(path))


@pytest.mark.parametrize("kind, body", [("alert", b"{}"), ("in.Tick", b"[]"), ("in.Tick", b"{}"), ("in.Tick", b"?")])
def test_what_is_no_input_row_is_a_value_error(kind, body):
    with pytest.raises(ValueError):
        given_of(kind, body)
