"""Goal: kill the archiver before and after each thing that it does to the disk: nothing is lost, nothing is there
twice, and the next call finishes what was begun. Exhaustive: a first life counts the points, and each gets a life.
"""

from __future__ import annotations

import json
import shutil

import pytest

from hedgectl.store.archive.disk import Disk
from hedgectl.store.archive.manifest import MANIFEST
from hedgectl.store.archive.restoring import verify

DOORS = [name for name in vars(Disk) if not name.startswith("_")]
DAY_MS = 86_400_000
EVERY = {*range(1, 61), 101, 102, 103, 900}


class Killed(BaseException):
    """As kill -9: nobody catches it, nothing is tidied up."""


class Mortal(Disk):
    """Dies at the `at`-th door, before or after going through."""

    def __init__(self, at=0, after=False):
        self.at, self.after, self.passed = at, after, []

    def _through(self, name, *args):
        self.passed.append(name)
        dies = len(self.passed) == self.at
        if dies and not self.after:
            raise Killed(name)
        found = None if name.startswith("sync") else getattr(Disk, name)(self, *args)
        if dies:
            getattr(found, "close", bool)()
            raise Killed(name)
        return found


for each in DOORS:
    setattr(Mortal, each, lambda self, *args, name=each: self._through(name, *args))


def prepared(desk):
    """An old archive that this call will drop, and new telemetry."""
    desk.log("execution/events.jsonl.old", 0, 0).unlink()
    aside = desk.logs.parent / "aside"
    aside.mkdir()
    for name in ("execution", "router_health.jsonl"):
        shutil.move(desk.logs / name, aside / name)
    desk.log("execution/events.jsonl", 900, 900)
    snapshots = {path.name: path.read_text() for path in desk.state.glob("d*.json")}
    desk.call(later_ms=-30 * DAY_MS)
    for name in ("execution", "router_health.jsonl"):
        shutil.rmtree(desk.logs / name, ignore_errors=True)
        shutil.move(aside / name, desk.logs / name)
    desk.snapshot("durable.json", 77)
    return snapshots


@pytest.fixture
def world(desk, tmp_path, tmp_path_factory, make_desk):
    """fresh(): the same folders again, as often as wanted."""
    prepared(desk)
    mould = tmp_path_factory.mktemp("mould") / "desk"
    shutil.copytree(tmp_path, mould)

    def fresh():
        here = tmp_path_factory.mktemp("life") / "desk"
        made = make_desk(here)
        shutil.rmtree(here)
        shutil.copytree(mould, here)
        return made

    return fresh


def lines_of(desk, *, without_dropped):
    found = desk.seqs()
    if without_dropped:
        found.pop(900, None)
    return found


def test_the_doors_that_a_life_goes_through_are_all_kinds(world):
    disk = Mortal()
    world().call(disk=disk, keep=1)
    assert set(DOORS) - set(disk.passed) == {"link"}  # the one of --restore
    assert len(disk.passed) > 50


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
def test_killed_at_each_point_nothing_is_lost_and_the_next_call_finishes(world, after):
    count = Mortal()
    world().call(disk=count, keep=1)
    for at in range(1, len(count.passed) + 1):
        desk = world()
        untouched = {name: text for name, text in desk.tree().items() if name.startswith("state/")}
        with pytest.raises(Killed):
            desk.call(disk=Mortal(at, after), keep=1)
        where = f"killed {'after' if after else 'before'} {at}: {count.passed[at - 1]}"
        left = desk.seqs()
        assert {seq: left[seq] for seq in EVERY - {900}} == dict.fromkeys(EVERY - {900}, 1), where
        desk.log("execution/events.jsonl", 61, 65)
        desk.call(later_ms=1_000)
        seqs = lines_of(desk, without_dropped=True)
        assert seqs == dict.fromkeys({*EVERY - {900}, *range(61, 66)}, 1), where
        tree = desk.tree()
        assert {name: text for name, text in tree.items() if name.startswith("state/")} == untouched, where
        odd = [name for name in tree if ".part/" in name or ".gone/" in name or name.endswith(".new")]
        assert odd == [], where
        assert list(desk.logs.rglob("*.jsonl")) == [], where
        for name in desk.shelf.names():
            verify(desk.shelf.folder / name, lambda done, total: None)
        assert json.dumps({"n": 77}).encode() in desk.archived("state/durable.json"), where


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
def test_killed_again_while_finishing_it_still_ends_well(world, after):
    for first in (12, 25, 40):
        count = Mortal()
        begun = world()
        with pytest.raises(Killed):
            begun.call(disk=Mortal(first))
        begun.call(disk=count, later_ms=1_000)
        for at in range(1, len(count.passed) + 1, 3):
            desk = world()
            with pytest.raises(Killed):
                desk.call(disk=Mortal(first))
            with pytest.raises(Killed):
                desk.call(disk=Mortal(at, after), later_ms=1_000)
            desk.call(later_ms=2_000)
            assert desk.seqs() == dict.fromkeys(EVERY, 1), (first, at)
            assert desk.shelf.half_made() == []
            assert all((desk.shelf.folder / name / MANIFEST).is_file() for name in desk.shelf.names())
