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
from hedgectl.store.archive.restoring import restore
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


def test_a_file_that_the_run_rotates_while_it_is_looked_at_is_no_trouble(desk, monkeypatch):
    access = os.access

    def rotated_first(path, mode):
        if path.name == "events.jsonl":
            path.rename(path.with_name("events.20261121T020000.000Z.jsonl"))
        return access(path, mode)

    monkeypatch.setattr(os, "access", rotated_first)
    found = making.plan(desk.logs, (), lambda name: "")
    assert (found.unreadable, len(found.sources)) == ((), 2)


def test_one_call_takes_a_bounded_number_of_files(desk, monkeypatch):
    monkeypatch.setattr(making, "FILES_MAX", 2)
    assert codes(desk.call()) == ["archive.too_many"]
    desk.call(later_ms=1_000)
    assert codes(desk.call(later_ms=2_000)) == []
    assert desk.seqs() == dict.fromkeys(EVERY, 1)


def test_a_dry_run_touches_nothing_and_says_what_a_real_one_does(desk):
    for day in range(3):
        desk.log("execution/events.jsonl", 1_000 + day, 1_000 + day)
        desk.call(later_ms=(day - 4) * DAY_MS)
    desk.log("execution/events.jsonl", 2_000, 2_000)
    before = desk.tree()
    told = desk.call(dry=True, keep=2)
    assert desk.tree() == before
    done = desk.call(keep=2)
    assert told.removed == done.removed == ("20261117T020000Z", "20261118T020000Z")
    assert [each.name for each in told.plan.sources] == [each.name for each in done.made.manifest.files]


@pytest.mark.parametrize(
    "keep, before, gone",
    [(None, 0, ""), (2, 0, "ab"), (9, 0, ""), (None, 3_000, "ab"), (1, 3_000, "ab"), (3, 4_000, "a"), (1, 1_000, "")],
)
def test_what_may_go(keep, before, gone):
    made = [(name, number * 1_000) for number, name in enumerate("abcd", 1)]
    assert "".join(surplus(made, keep, before)) == gone


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
    log = LogFile(desk.logs / "execution" / "events.jsonl", bytes_max=20_000, files_max=10_000, stamp=lambda: "2026")
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
    assert made >= 4  # a file that is rotated in the very moment is taken the next time
    assert desk.seqs() == dict.fromkeys({*EVERY, *written}, 1)
    log.close()


def test_after_the_clock_went_back_the_newest_is_kept_all_the_same(desk):
    desk.call()
    desk.log("execution/events.jsonl", 61, 62)
    outcome = desk.call(later_ms=-DAY_MS, keep=1)
    assert (outcome.made.name, outcome.removed) == ("20261121T020000Z-001", ("20261121T020000Z",))
    assert outcome.made.manifest.made_at == "2026-11-20T02:00:00.000Z"
    assert desk.archived("execution/events.jsonl") == [b'{"seq": 61}\n{"seq": 62}\n']


def test_what_is_too_old_is_told_by_when_it_was_made_not_by_its_name(desk):
    desk.call(later_ms=300 * DAY_MS)
    for day in (1, 2, 3):
        desk.log("execution/events.jsonl", 100 * day, 100 * day)
        outcome = desk.call(later_ms=day * DAY_MS, keep_since_ms=desk.wish.now_ms + (day - 1) * DAY_MS - 1)
    assert outcome.removed == ("20270917T020000Z-001",)
    assert desk.shelf.names() == ["20270917T020000Z", "20270917T020000Z-002", "20270917T020000Z-003"]


@pytest.mark.parametrize("harm", ["manifest", "file", "cut"])
def test_an_archive_that_could_not_be_brought_back_is_neither_dropped_nor_counted_as_kept(desk, harm):
    for day in (1, 2, 3):
        desk.log("execution/events.jsonl", 100 * day, 100 * day)
        desk.call(later_ms=(day - 9) * DAY_MS)
    names = desk.shelf.names()
    packed = desk.shelf.folder / names[2] / "execution/events.jsonl.gz"
    if harm == "cut":
        packed.write_bytes(packed.read_bytes()[:-1])
    else:
        (packed if harm == "file" else packed.parents[1] / "manifest.json").unlink()
    for again in (desk.call(keep=1, dry=True), desk.call(keep=1)):
        assert (codes(again), again.removed) == (["archive.damaged"], (names[0],))
        assert f"{names[2]} stays" in again.troubles[0].what
    assert desk.shelf.names() == names[1:]


def test_what_a_person_put_beside_the_archives_is_neither_shown_nor_dropped(desk):
    for name in ("notes", "20261121T020000Z.old", "mine.part", "mine.gone"):
        (desk.shelf.folder / name).mkdir(parents=True)
        (desk.shelf.folder / name / "mine.txt").write_text("mine")
    desk.call(keep=1)
    assert desk.shelf.names() == ["20261121T020000Z"]
    assert len(list(desk.shelf.folder.glob("*/mine.txt"))) == 4


def test_a_name_that_cannot_be_listed_stays_and_is_told_and_the_rest_is_archived(desk):
    odd = [b"two\nlines.jsonl", b"bell\x07.jsonl", b"\xff\xfe.jsonl", b"x" * 246 + b".jsonl"]
    for name in odd:
        with open(os.path.join(os.fsencode(desk.logs), name), "wb") as file:
            file.write(b'{"seq": 900}\n')
    for later in (0, 1_000):
        outcome = desk.call(later_ms=later)
        assert codes(outcome) == ["archive.odd_name"] * 4
        assert all(each.what.isprintable() for each in outcome.troubles)
    assert desk.shelf.names() == ["20261121T020000Z"]
    assert sorted(os.listdir(os.fsencode(desk.logs))) == sorted([*odd, b"archive", b"execution"])


def test_of_very_many_that_stay_the_first_are_told_and_the_rest_counted(desk):
    for number in range(50):
        (desk.logs / f"{number:02d}\n.jsonl").write_text("{}\n")
    outcome = desk.call()
    assert codes(outcome) == ["archive.odd_name"] * 21
    assert outcome.troubles[-1].what == "30 more like these"


def test_the_longest_name_there_is_room_for_is_archived_and_comes_back(desk, tmp_path):
    name = "x" * (making.NAME_BYTES_MAX - 6) + ".jsonl"
    desk.log(name, 900, 901)
    made = desk.call().made
    restore(made.path, tmp_path / "back", Disk(), lambda done, total: None)
    assert (tmp_path / "back" / name).read_bytes() == b'{"seq": 900}\n{"seq": 901}\n'


def test_a_folder_that_is_not_shown_is_told(desk, monkeypatch):
    scandir = os.scandir

    def closed(path):
        if str(path).endswith("execution"):
            raise PermissionError(errno.EACCES, "Permission denied", str(path))
        return scandir(path)

    monkeypatch.setattr(os, "scandir", closed)
    outcome = desk.call()
    assert [(each.code, each.what) for each in outcome.troubles] == [
        ("archive.unreadable", f"{desk.logs / 'execution'} cannot be read")
    ]
    assert outcome.made.manifest.files[0].name == "router_health.jsonl"


def test_a_state_folder_within_logs_is_a_runs_own(make_desk, tmp_path):
    desk = make_desk(tmp_path)
    desk.log("events.jsonl", 1, 3)
    state = desk.logs / "deep" / "state"
    (state / "inbox").mkdir(parents=True)
    for name in ("kill.jsonl", "inbox/mine.jsonl"):
        (state / name).write_text("{}\n")
    outcome = desk.call(folders=(("state", state),))
    assert [each.name for each in outcome.made.manifest.files] == ["events.jsonl"]
    assert (state / "kill.jsonl").exists()
    assert (state / "inbox/mine.jsonl").exists()


def test_what_grows_while_it_is_packed_is_kept_whole(desk):
    class Chatty(Disk):
        """Somebody without a lock adds a line once the packed form is on disk."""

        def sync(self, file):
            for raw in desk.shelf.folder.rglob("router_health.jsonl"):
                with raw.open("ab") as other:
                    other.write(b'{"seq": 900}\n')

    outcome = desk.call(disk=Chatty())
    assert codes(outcome) == ["archive.half_made"]
    assert "somebody writes to it still" in outcome.troubles[0].what
    lines = desk.seqs()[900]
    assert lines
    assert codes(desk.call(later_ms=1_000)) == []
    assert desk.seqs() == {**dict.fromkeys(EVERY, 1), 900: lines}


def test_two_names_of_one_file_are_two_files_and_the_one_elsewhere_stays(desk, tmp_path):
    os.link(desk.logs / "router_health.jsonl", desk.logs / "twin.jsonl")
    os.link(desk.logs / "router_health.jsonl", tmp_path / "elsewhere.jsonl")
    text = (tmp_path / "elsewhere.jsonl").read_bytes()
    desk.call()
    assert desk.archived("twin.jsonl") == desk.archived("router_health.jsonl") == [text]
    assert (tmp_path / "elsewhere.jsonl").read_bytes() == text
