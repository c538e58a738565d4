"""The journal: order, durability, hash, whole groups, and its death."""

from __future__ import annotations

import asyncio
import sqlite3
import stat
import subprocess
import sys
import threading

import pytest

from hedgectl.runtime.loop import run_virtual
from hedgectl.store import journal as journal_room
from hedgectl.store.journal import Journal, JournalDead
from hedgectl.store.reader import hash_of, open_reader, replay
from hedgectl.store.rows import JournalUnusable


def in_virtual_time(main, path, **settings):
    """`main(journal, clock)` with a journal that commits before time moves."""

    async def body(clock):
        journal = Journal(path, live=False, **({"synchronous": "OFF"} | settings))
        clock.loop.before_jump = journal.commit_inline
        try:
            return await main(journal, clock)
        finally:
            journal.close()

    return run_virtual(body)


def live(main, path, **settings):
    """`main(journal)` with a journal that has its thread."""

    async def body():
        journal = Journal(path, live=True, **({"synchronous": "OFF"} | settings))
        try:
            return await asyncio.wait_for(main(journal), 20)
        finally:
            journal.close()

    return asyncio.run(body())


def test_virtual_rows_are_durable_before_time_moves(tmp_path, row):
    threads = set(threading.enumerate())

    async def main(journal, clock):
        seq = journal.append([row(1), row(2)])
        before = journal.committed_seq
        await journal.durable(seq)
        return before, seq, journal.committed_seq, clock.mono_ms(), set(threading.enumerate()) - threads

    assert in_virtual_time(main, tmp_path / "j.db") == (0, 2, 2, 0, set())


def test_live_rows_are_durable_when_the_wait_ends(tmp_path, row):
    async def main(journal):
        seqs = [journal.append([row(n), row(n)]) for n in range(100)]
        for seq in (seqs[50], seqs[99], seqs[0]):
            await journal.durable(seq)
            with open_reader(journal.path) as reader:
                assert reader.last_seq() >= seq
        return seqs

    assert live(main, tmp_path / "j.db") == list(range(2, 202, 2))


def test_rows_come_back_as_they_went_in(tmp_path, row):
    async def main(journal, clock):
        journal.append([row(1), row(2, "order.prepared", "c|2", "")])

    in_virtual_time(main, tmp_path / "j.db")
    assert list(replay(tmp_path / "j.db")) == [(1, *row(1)), (2, *row(2, "order.prepared", "c|2", ""))]


@pytest.mark.parametrize("run", ["virtual", "live"])
def test_hash_of_the_file_is_the_hash_while_appending(tmp_path, row, run):
    path = tmp_path / "j.db"

    async def main(journal, clock=None):
        for n in range(70):
            seq = journal.append([row(n)] * (n % 5 + 1))
        await journal.durable(seq)
        return journal.hash()

    hashed = in_virtual_time(main, path) if run == "virtual" else live(main, path)
    assert hashed == hash_of(path)


def test_hash_covers_every_column_and_goes_on_after_a_restart(tmp_path, row):
    rows = [row(1), row(2), row(1, kind="k"), row(1, correlation="c"), row(1, symbol="s"), row(1, "a", "lert", "x")]

    def appended(path, each):
        async def main(journal, clock):
            return journal.hash(), journal.append([each]), journal.hash()

        return in_virtual_time(main, path)

    hashes = set()
    for number, each in enumerate(rows):
        first = appended(tmp_path / f"{number}.db", each)
        hashes.add(first[2])
        second = appended(tmp_path / f"{number}.db", each)
        assert second[:2] == (first[2], 2)
        assert second[2] == hash_of(tmp_path / f"{number}.db") != first[2]
    assert len(hashes) == len(rows)


def test_a_group_is_never_split_over_two_commits(tmp_path, row):
    """Each commit ends at the end of a group, also for groups larger than a batch."""
    sizes = [800, 40, 200, 30, 1_500, 1_000, 24, 1]
    commits = []

    async def main(journal, clock):
        inner = journal._commit
        journal._commit = lambda batch: commits.append(len(batch)) or inner(batch)
        for size in sizes:
            journal.append([row()] * size)
        await clock.sleep_ms(1)

    in_virtual_time(main, tmp_path / "j.db")
    assert commits == [840, 230, 1_500, 1_024, 1]


def test_the_live_writer_keeps_groups_whole_and_batches_bounded(tmp_path, row):
    commits = []

    async def main(journal):
        inner, ready = journal._commit, threading.Event()

        def slow(batch):
            ready.wait(10)
            commits.append(len(batch))
            return inner(batch)

        journal._writer._commit = slow
        for size in (1, 40, 40, 1, 200, 64, 63, 2):
            seq = journal.append([row()] * size)
        ready.set()
        await journal.durable(seq)

    live(main, tmp_path / "j.db")
    assert sum(commits) == 411
    assert all(size <= 64 or size == 200 for size in commits)
    ends = [sum(commits[: n + 1]) for n in range(len(commits))]
    assert set(ends) <= {1, 41, 81, 82, 282, 346, 409, 411}


@pytest.mark.parametrize("run", ["virtual", "live"])
def test_a_full_disk_kills_the_journal_for_good_and_tells_who_waits(tmp_path, row, run):
    async def fill(journal):
        for n in range(2_000):
            await journal.durable(journal.append([row(n)] * 10))

    async def main(journal, clock=None):
        with pytest.raises(JournalDead, match="full"):
            await fill(journal)
        committed = journal.committed_seq
        seq = journal.append([row()])
        with pytest.raises(JournalDead):
            await journal.durable(seq)
        await journal.durable(committed)
        return committed, journal.dead, [each[0] for each in journal.remembered]

    path = tmp_path / "j.db"
    committed, dead, remembered = (in_virtual_time if run == "virtual" else live)(main, path, pages_max=40)
    assert "full" in dead
    with open_reader(path) as reader:
        assert reader.last_seq() == committed > 0
    assert remembered == list(range(committed + 1, committed + 12))


def test_after_a_failed_commit_the_writer_commits_nothing_more(tmp_path, row):
    """Groups that were queued behind the failure before the loop heard of it: the file stays a prefix."""

    async def main(journal):
        queued, inner, turns = threading.Event(), journal._commit, iter([True, False])

        def once_failing(batch):
            queued.wait(10)
            return inner(batch) if next(turns, True) else "EIO"

        journal._writer._commit = once_failing
        for n in range(5):
            seq = journal.append([row(n)] * 64)
        queued.set()
        with pytest.raises(JournalDead, match="EIO"):
            await journal.durable(seq)
        return [each[0] for each in journal.remembered]

    remembered = live(main, tmp_path / "j.db")
    assert [each[0] for each in replay(tmp_path / "j.db")] == list(range(1, 65))
    assert set(remembered) <= set(range(65, 321))


def test_a_file_that_may_not_grow_kills_the_journal(tmp_path):
    """RLIMIT_FSIZE in a child: a real write error below SQLite, not one it counts itself."""
    code = f"""
import asyncio, resource, signal, sys
from pathlib import Path
from hedgectl.store.journal import Journal, JournalDead
async def main():
    journal = Journal(Path({str(tmp_path / "j.db")!r}), live=True, synchronous="FULL")
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (200_000, 200_000))
    try:
        while True:
            await journal.durable(journal.append([(1, "k", "c", "s", b'"' + b"x" * 4000 + b'"')] * 4))
    except JournalDead:
        print(journal.committed_seq, journal.dead)
    journal.close()
asyncio.run(main())
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True)
    committed, why = done.stdout.split(maxsplit=1)
    assert "Error" in why
    assert [row[0] for row in replay(tmp_path / "j.db")] == list(range(1, int(committed) + 1))


def test_what_is_remembered_after_death_is_bounded(tmp_path, row, monkeypatch):
    monkeypatch.setattr(journal_room, "REMEMBERED_ROWS_MAX", 5)

    async def main(journal, clock):
        journal._die("test")
        for n in range(20):
            journal.append([row(n)])
        return [each[0] for each in journal.remembered]

    assert in_virtual_time(main, tmp_path / "j.db") == [16, 17, 18, 19, 20]


@pytest.mark.parametrize("run", ["virtual", "live"])
def test_a_disk_that_never_answers_bounds_what_waits(tmp_path, row, monkeypatch, run):
    monkeypatch.setattr(journal_room, "PENDING_ROWS_MAX", 100)

    async def main(journal, clock=None):
        held = threading.Event()
        if journal._writer is not None:
            inner = journal._commit
            journal._writer._commit = lambda batch: inner(batch) if held.wait(10) else "hung"
        for n in range(200):
            journal.append([row(n)])
        held.set()
        return journal.dead

    path = tmp_path / "j.db"
    assert "wait for the disk" in (in_virtual_time if run == "virtual" else live)(main, path)
    seqs = [each[0] for each in replay(path)]
    assert seqs == list(range(1, len(seqs) + 1))


def test_close_writes_what_is_pending_and_sever_does_not(tmp_path, row):
    async def main(journal):
        held = threading.Event()
        inner = journal._commit
        journal._writer._commit = lambda batch: inner(batch) if held.wait(10) else "hung"
        journal.append([row()])
        journal.append([row()] * 64)
        threading.Timer(0, held.set).start()

    live(main, tmp_path / "closed.db")
    assert len(list(replay(tmp_path / "closed.db"))) == 65

    async def severed(journal, clock):
        await journal.durable(journal.append([row()]))
        journal.append([row()])
        journal.sever()
        assert journal.dead == "severed"

    in_virtual_time(severed, tmp_path / "severed.db")
    assert len(list(replay(tmp_path / "severed.db"))) == 1


def test_settings_are_read_back_and_the_file_is_private(tmp_path, monkeypatch):
    path = tmp_path / "j.db"

    async def main(journal, clock):
        read = [journal._connection.execute(f"PRAGMA {name}").fetchone()[0] for name in ("journal_mode", "synchronous")]
        return read, stat.S_IMODE(path.stat().st_mode)

    assert in_virtual_time(main, path, synchronous="FULL") == (["wal", 2], 0o600)
    monkeypatch.setitem(journal_room._SYNCHRONOUS, "FULL", 7)
    with pytest.raises(JournalUnusable, match="synchronous 2"):
        in_virtual_time(main, path, synchronous="FULL")


@pytest.mark.parametrize("content", ["text", "sqlite", "newer"])
def test_a_foreign_file_is_refused_and_not_touched(tmp_path, content):
    path = tmp_path / "j.db"
    if content == "text":
        path.write_text("this is not a database at all\n" * 100)
    else:
        connection = sqlite3.connect(path)
        connection.execute("CREATE TABLE meta(name TEXT, value TEXT)" if content == "newer" else "CREATE TABLE t(x)")
        if content == "newer":
            connection.execute("INSERT INTO meta VALUES ('what', 'hedgectl journal'), ('format', '99')")
        connection.commit()
        connection.close()
    before = path.read_bytes()

    async def main(journal, clock):
        return None

    with pytest.raises(JournalUnusable, match=r"j\.db"):
        in_virtual_time(main, path)
    assert path.read_bytes() == before


def test_a_wait_that_was_cancelled_disturbs_nobody(tmp_path, row):
    async def main(journal, clock):
        seq = journal.append([row()])
        first = asyncio.create_task(journal.durable(seq))
        second = asyncio.create_task(journal.durable(seq))
        await asyncio.sleep(0)
        first.cancel()
        await second
        return first.cancelled() or first.done()

    assert in_virtual_time(main, tmp_path / "j.db")
