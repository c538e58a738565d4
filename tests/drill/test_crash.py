"""The machine that kills: where it counts, what dies with a process, what goes on without it, and what it reports."""

from __future__ import annotations

from decimal import Decimal as D
from pathlib import Path

import pytest

from hedgectl.drill import crash as room
from hedgectl.drill.crash import crash, sweep
from hedgectl.drill.naked import naked_stretches
from hedgectl.runtime.folders import JOURNAL
from hedgectl.sim.ledger import CoverPoint, Ledger, PositionPoint
from hedgectl.store.reader import replay

KEY = ("ETHUSDT", "LONG")


@pytest.fixture(scope="module")
def points(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """What a market entry meets when nobody is killed."""
    return crash("market-entry", "hedge", tmp_path_factory.mktemp("drill") / "life")[0]


@pytest.fixture
def ledgers(monkeypatch: pytest.MonkeyPatch) -> list[Ledger]:
    """The exchange's own account of each life from here on."""
    kept: list[Ledger] = []
    live = room.live

    def kept_live(*args, **more):
        life = live(*args, **more)
        kept.append(life.ledger)
        return life

    monkeypatch.setattr(room, "live", kept_live)
    return kept


def journal(folder: Path) -> list[tuple]:
    return list(replay(folder / JOURNAL))


def accepted_ms(ledger: Ledger) -> list[int]:
    """When ordinary orders were taken."""
    return [entry.time_ms for entry in ledger.of("order")]


def test_the_same_points_are_met_until_the_kill_and_others_after_it(points, tmp_path):
    k = points.index("send.before")
    met, broken = crash("market-entry", "hedge", tmp_path / "life", k)
    assert not broken
    assert met[: k + 1] == points[: k + 1]
    assert len(met) > len(points)


def test_rows_of_a_commit_are_lost_before_it_and_kept_after_it(points, tmp_path):
    before = points.index("send.before") - 2
    assert points[before : before + 2] == ["commit.before", "commit.after"]
    for k, durable in ((before, False), (before + 1, True)):
        crash("market-entry", "hedge", tmp_path / str(k), k)
        rows = journal(tmp_path / str(k))
        second_birth = [row[0] for row in rows if row[2] == "run.started"][1]
        assert any(row[2] == "intent.accepted" for row in rows[: second_birth - 1]) is durable


def test_an_order_that_has_left_arrives_though_its_sender_is_dead(points, tmp_path, ledgers):
    k = points.index("send.midway")
    _, broken = crash("market-entry", "hedge", tmp_path / "life", k)
    births = [row[1] for row in journal(tmp_path / "life") if row[2] == "run.started"]
    assert not broken
    assert [at_ms < births[1] for at_ms in accepted_ms(ledgers[0])] == [True], "taken while nobody lived"


def test_an_order_that_has_not_left_never_arrives(points, tmp_path, ledgers):
    _, broken = crash("market-entry", "hedge", tmp_path / "life", points.index("send.before"))
    assert not broken
    assert not accepted_ms(ledgers[0])


def test_a_second_kill_counts_on_and_a_kill_beyond_the_last_point_is_told(points, tmp_path):
    met, broken = crash("market-entry", "hedge", tmp_path / "twice", 3, 20)
    assert not broken
    births = [row for row in journal(tmp_path / "twice") if row[2] == "run.started"]
    assert met[:4] == points[:4]
    assert len(births) == 2, "the first process died before its first row was on disk"
    assert crash("market-entry", "hedge", tmp_path / "beyond", 9_999)[1] == ["nobody died at 9999"]


def test_a_sweep_reports_its_way_names_what_broke_and_keeps_only_that(tmp_path, monkeypatch):
    crash_, told = room.crash, []

    def crashing(name, mode, folder, *kills):
        if kills == (5,):
            folder.mkdir()
            raise RuntimeError("out of order")
        if kills[:1] not in ((), (0,), (6,)):
            folder.mkdir()
            return points, []
        found = crash_(name, mode, folder, *kills)
        return found[0], [*found[1], *(["a law: broken"] if kills == (6,) else [])]

    monkeypatch.setattr(room, "crash", crashing)
    points = crash_("market-entry", "one-way", tmp_path / "first")[0]
    found = sweep("market-entry", "one-way", tmp_path / "all", lambda done, of: told.append((done, of)))
    assert found.points == points
    assert [failure[0] for failure in found.failures] == [5, 6]
    assert found.failures[0][2] == ("RuntimeError: out of order",)
    assert found.failures[1][1:] == (points[6], ("a law: broken",))
    assert told == [(k + 1, len(points)) for k in range(len(points))]
    kept = sorted(path.name for path in (tmp_path / "all").iterdir())
    assert kept == ["market-entry-one-way-5", "market-entry-one-way-6"]


def test_an_unknown_scenario_has_no_points(tmp_path):
    with pytest.raises(KeyError):
        crash("no-such-story", "hedge", tmp_path / "life")


def held(at_ms: int, qty: str) -> PositionPoint:
    return PositionPoint(at_ms, D(qty), D(100), D(100))


def stop(at_ms: int, resting: bool, side: str = "SELL", qty: str = "0", algo_id: int = 1) -> CoverPoint:
    return CoverPoint(at_ms, algo_id, resting, side, "STOP_MARKET", D(qty), D(98), False)


@pytest.mark.parametrize(
    "positions, stops, bare",
    [
        ([held(10, "1"), held(50, "0")], [], [(10, 50)]),
        ([held(10, "1")], [], [(10, 99)]),
        ([held(10, "1"), held(50, "0")], [stop(30, True), stop(50, False)], [(10, 30)]),
        ([held(10, "1")], [stop(20, True), stop(40, False), stop(60, True, algo_id=2)], [(10, 20), (40, 60)]),
        ([held(10, "1")], [stop(10, True, side="BUY")], [(10, 99)]),
        ([held(10, "2")], [stop(20, True, qty="1"), stop(30, True, qty="1", algo_id=2)], [(10, 30)]),
        ([held(10, "-2"), held(30, "-1")], [stop(10, True, "BUY", "1")], [(10, 30)]),
        ([held(10, "1"), held(30, "-1")], [stop(20, True)], [(10, 20), (30, 99)]),
        ([held(10, "1"), held(30, "-1")], [], [(10, 30), (30, 99)]),
    ],
)
def test_a_leg_is_bare_from_its_fill_until_stops_cover_all_of_it(positions, stops, bare):
    ledger = Ledger()
    for point in positions:
        ledger.positions[KEY].append(point)
    for point in stops:
        ledger.covers[KEY].append(point)
    assert list(naked_stretches(ledger, 99)) == [("ETHUSDT|LONG", *each) for each in bare]
