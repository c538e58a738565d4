"""Goal: what is archived is whole, listed and once; what must not be touched is not; the rest is told."""

from __future__ import annotations

import errno
import fcntl
import gzip
import hashlib
import json
import os
import threading

import pytest

from hedgectl.sinks.log_file import LogFile
from hedgectl.store.archive import making
from hedgectl.store.archive.disk import Disk
from hedgectl.store.archive.manifest import read_manifest
from hedgectl.store.archive.shelf import surplus
from hedgectl.store.lock import LockHeld, acquire

DAY_MS = 86_400_000
EVERY = {*range(1, 61), 101, 102, 103}


def codes(outcome):
    return [each.code for each in outcome.troubles]


def test_telemetry_is_moved_snapshots_are_copied_and_nothing_else_is_touched(desk):
    before = desk.tree()
    outcome = desk.call()
    after = desk.tree()
    untouched = {name: text for name, text in before.items() if name.startswith("state/")}
    assert {name: text for name, text in after.items() if name.startswith("state/")} == untouched
    assert sorted(name for name in after if not name.startswith("state/")) == [
        "logs/archive/20261121T020000Z/execution/events.20261121T010000.000Z.jsonl.gz",
        "logs/archive/20261121T020000Z/execution/events.jsonl.gz",
        "logs/archive/20261121T020000Z/manifest.json",
        "logs/archive/20261121T020000Z/router_health.jsonl.gz",
        "logs/archive/20261121T020000Z/state/doctor.json.gz",
        "logs/archive/20261121T020000Z/state/durable.json.gz",
        "logs/archive/archive.lock",
    ]
    assert (outcome.made.name, outcome.troubles) == ("20261121T020000Z", ())


def test_every_packed_file_is_what_it_was(desk):
    before = desk.tree()
    desk.call()
    for name, text in before.items():
        if name.startswith("logs/"):
            assert desk.archived(name.removeprefix("logs/")) == [text]
    assert desk.archived("state/durable.json") == [before["state/durable.json"]]


def test_the_manifest_says_what_is_there(desk):
    raw = (desk.logs / "execution/events.jsonl").read_bytes()
    made = desk.call().made
    manifest = read_manifest(made.path)
    assert manifest == made.manifest
    assert (manifest.made_at, manifest.hedgectl) == ("2026-11-21T02:00:00.000Z", "0.1.0")
    (entry,) = [each for each in manifest.files if each.name == "execution/events.jsonl"]
    packed = (made.path / entry.packed).read_bytes()
    assert (entry.bytes, entry.lines, entry.sha256) == (len(raw), 20, hashlib.sha256(raw).hexdigest())
    assert (entry.packed_bytes, entry.packed_sha256) == (len(packed), hashlib.sha256(packed).hexdigest())
    listed = {each.packed for each in manifest.files} | {"manifest.json"}
    assert listed == {str(path.relative_to(made.path)) for path in made.path.rglob("*") if path.is_file()}
    assert json.loads((made.path / "manifest.json").read_bytes())["format"] == 1


def test_a_second_call_at_once_does_nothing(desk):
    desk.call()
    before = desk.tree()
    again = desk.call(later_ms=1_000)
    assert (again.made, again.finished, again.troubles, again.last) == (None, (), (), "20261121T020000Z")
    assert desk.tree() == before


def test_a_desk_without_logs_gets_no_folder(tmp_path, make_desk):
    bare = make_desk(tmp_path)
    assert bare.call().made is None
    assert not bare.logs.exists()


def test_only_snapshots_that_changed_are_copied_again(desk):
    desk.call()
    desk.snapshot("durable.json", 3)
    second = desk.call(later_ms=1_000)
    assert [each.name for each in second.made.manifest.files] == ["state/durable.json"]
    desk.snapshot("doctor.json", 4)
    third = desk.call(later_ms=2_000)
    assert [each.name for each in third.made.manifest.files] == ["state/doctor.json"]


def test_two_archives_of_one_second_have_two_names(desk):
    desk.call()
    desk.log("execution/events.jsonl", 61, 62)
    assert desk.call().made.name == "20261121T020000Z-001"
    desk.log("execution/events.jsonl", 63, 64)
    assert desk.call().made.name == "20261121T020000Z-002"
    assert desk.seqs() == dict.fromkeys({*EVERY, 61, 62, 63, 64}, 1)


def test_links_empty_files_and_what_was_restored_stay(desk, tmp_path):
    (tmp_path / "elsewhere.jsonl").write_text("{}\n")
    (desk.logs / "link.jsonl").symlink_to(tmp_path / "elsewhere.jsonl")
    (desk.logs / "empty.jsonl").touch()
    (desk.logs / "notes.txt").write_text("mine")
    desk.log("restored/20260101T000000Z/execution/events.jsonl", 900, 901)
    (desk.state / "linked.json").symlink_to(tmp_path / "elsewhere.jsonl")
    before = set(desk.tree())
    desk.call()
    assert before - set(desk.tree()) == {
        "logs/execution/events.20261121T010000.000Z.jsonl", "logs/execution/events.jsonl", "logs/router_health.jsonl"
    }  # fmt: skip


def test_a_file_that_cannot_be_read_stays_and_is_told(desk, monkeypatch):
    access = os.access
    monkeypatch.setattr(os, "access", lambda path, mode: path.name != "router_health.jsonl" and access(path, mode))
    outcome = desk.call()
    assert codes(outcome) == ["archive.unreadable"]
    assert (desk.logs / "router_health.jsonl").exists()
    assert outcome.made is not None


def test_one_call_takes_a_bounded_number_of_files(desk, monkeypatch):
    monkeypatch.setattr(making, "FILES_MAX", 2)
    assert codes(desk.call()) == ["archive.too_many"]
    desk.call(later_ms=1_000)
    assert codes(desk.call(later_ms=2_000)) == []
    assert desk.seqs() == dict.fromkeys(EVERY, 1)


def test_a_dry_run_touches_nothing_and_says_what_a_real_one_does(desk):
    for day in range(3):
        desk.log("execution/events.jsonl", 1_000 + day, 1_000 + day)
        desk.call(later_ms=-(day + 2) * DAY_MS)
    desk.log("execution/events.jsonl", 2_000, 2_000)
    before = desk.tree()
    told = desk.call(dry=True, keep=2)
    assert desk.tree() == before
    done = desk.call(keep=2)
    assert told.removed == done.removed == ("20261117T020000Z", "20261118T020000Z")
    assert [each.name for each in told.plan.sources] == [each.name for each in done.made.manifest.files]


@pytest.mark.parametrize(
    "keep, before, gone",
    [(None, "", ""), (2, "", "ab"), (9, "", ""), (None, "c", "ab"), (1, "c", "ab"), (3, "d", "a"), (1, "a", "")],
)
def test_what_may_go(keep, before, gone):
    assert "".join(surplus(["a", "b", "c", "d"], keep, before)) == gone


def test_old_archives_go_whole_and_the_newest_never_by_age_alone(desk):
    desk.call(later_ms=-8 * DAY_MS)
    desk.log("execution/events.jsonl", 61, 62)
    outcome = desk.call(keep_since_ms=desk.wish.now_ms - 7 * DAY_MS)
    assert outcome.removed == ("20261113T020000Z",)
    assert desk.shelf.names() == ["20261121T020000Z"]


def test_a_second_caller_is_refused_and_changes_nothing(desk):
    desk.shelf.folder.mkdir(parents=True)
    held = acquire(desk.shelf.lock, making_holder())
    before = desk.tree()
    with pytest.raises(LockHeld, match="pid 1 on here"):
        desk.call()
    assert desk.tree() == before
    held.release()
    assert desk.call().made is not None


def making_holder():
    from hedgectl.store.lock import Holder

    return Holder(1, "here", "now", "0.1.0")


class Full(Disk):
    """A disk with no room for the packed form of one file."""

    def __init__(self, name):
        self.name = name

    def create(self, path):
        self.current = path.name
        return super().create(path)

    def write(self, file, data):
        if self.current.startswith(self.name) and len(data) > 10:
            super().write(file, data[:10])
            raise OSError(errno.ENOSPC, "No space left on device", self.name)
        super().write(file, data)


@pytest.mark.parametrize("name", ["events.jsonl", "events.2026", "router_health", "durable.json", "manifest.json"])
def test_a_full_disk_leaves_every_original_and_the_next_call_goes_on(desk, name):
    outcome = desk.call(disk=Full(name))
    assert codes(outcome) == ["archive.disk_full"]
    assert "No space left" in outcome.troubles[0].what
    assert desk.shelf.names() == []
    assert desk.seqs() == dict.fromkeys(EVERY, 1)
    assert not [path for path in desk.tree() if path.endswith(".gz.new")]
    desk.log("execution/events.jsonl", 61, 70)
    again = desk.call(later_ms=1_000)
    assert [each.name for each in again.finished] == ["20261121T020000Z"]
    assert desk.seqs() == dict.fromkeys({*EVERY, *range(61, 71)}, 1)
    assert desk.shelf.half_made() == []


def test_a_disk_that_gives_back_something_else_keeps_the_original(desk):
    class Rotten(Disk):
        def sync(self, file):
            super().sync(file)
            if file.name.endswith(".gz.new") if isinstance(file.name, str) else False:
                raise AssertionError("a descriptor has no name")
            fresh = next(desk.shelf.folder.rglob("*.jsonl.gz.new"), None)
            if fresh is not None:
                fresh.write_bytes(gzip.compress(b"something else\n"))

    outcome = desk.call(disk=Rotten())
    assert codes(outcome) == ["archive.half_made"]
    assert desk.seqs() == dict.fromkeys(EVERY, 1)


def test_a_half_made_archive_that_rotted_does_not_stop_the_next(desk):
    with pytest.raises(KeyError):
        desk.call(disk=Ends("rename", 8))
    (packed, *_) = desk.shelf.half_made()[0].rglob("*.jsonl.gz")
    packed.write_bytes(packed.read_bytes()[:-1])
    desk.log("execution/events.jsonl", 500, 501)
    outcome = desk.call(later_ms=1_000)
    assert codes(outcome) == ["archive.damaged"]
    assert "ends too early" in outcome.troubles[0].what
    assert outcome.made is not None


class Ends(Disk):
    """Raises at the n-th call of one kind."""

    def __init__(self, kind, number):
        def counted(*args):
            self.left -= 1
            if not self.left:
                raise KeyError(kind)
            return getattr(Disk, kind)(self, *args)

        self.left = number
        setattr(self, kind, counted)


def test_another_disk_below_archive_is_said_plainly(desk):
    class Elsewhere(Disk):
        def rename(self, old, new):
            raise OSError(errno.EXDEV, "Invalid cross-device link", str(old))

    assert codes(desk.call(disk=Elsewhere())) == ["archive.other_disk"]
    assert desk.seqs() == dict.fromkeys(EVERY, 1)


def test_nothing_is_packed_while_a_writer_has_the_file(desk, monkeypatch):
    monkeypatch.setattr(making, "WRITER_EVERY_S", 0.0001)
    with (desk.logs / "execution/events.jsonl").open("ab") as writer:
        fcntl.flock(writer, fcntl.LOCK_EX)
        outcome = desk.call()
        assert codes(outcome) == ["archive.half_made"]
        writer.write(b'{"seq": 61}\n')
    assert desk.call(later_ms=1_000).finished
    assert desk.seqs() == dict.fromkeys({*EVERY, 61}, 1)


def test_a_writer_that_never_pauses_loses_nothing_over_many_archives(desk):
    log = LogFile(desk.logs / "execution" / "events.jsonl", bytes_max=4_000, files_max=10_000, stamp=lambda: "stamp")
    stop, written = threading.Event(), []

    def write():
        number = 1_000
        while not stop.is_set():
            log.append(b"".join(b'{"seq": %d}\n' % each for each in range(number, number + 3)))
            written.extend(range(number, number + 3))
            number += 3

    writer = threading.Thread(target=write)
    writer.start()
    made = 0
    for _ in range(8):
        before = len(written)
        outcome = desk.call()
        made += outcome.made is not None
        assert outcome.troubles == ()
        while len(written) < before + 30:
            pass
    stop.set()
    writer.join()
    assert made >= 8
    assert desk.seqs() == dict.fromkeys({*EVERY, *written}, 1)
    log.close()
