"""Bars become paths that touch their four prices, in time, with their volume."""

from __future__ import annotations

from decimal import Decimal as D

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hedgectl.sim.market.bars import BarFeed
from hedgectl.sim.market.errors import FeedError
from hedgectl.sim.market.feed import Mark, Print, Touch

HEADER = "timestamp,open,high,low,close,volume"


def bars(path, **options):
    return BarFeed(path, symbol="BTCUSDT", start_ms=1000, **options)


def prices(steps):
    return [m.price for _, moves in steps for m in moves if isinstance(m, Print)]


def test_a_bar_s_path_opens_closes_and_touches_its_extremes(written, played):
    path = written([HEADER, "1700000000,100,110,90,105,1.3", "1700000060,105,106,104,104,2.6"])
    steps = played(bars(path))
    first = [p for at, moves in steps if at < 61_000 for p in prices([(at, moves)])]
    second = prices(steps)[len(first) :]
    assert (first[0], max(first), min(first), first[-1]) == (100, 110, 90, 105)
    assert (second[0], max(second), min(second), second[-1]) == (105, 106, 104, 104)
    assert steps[0][0] == 1000
    assert 61_000 in [at for at, _ in steps]
    assert sum(m.qty for _, moves in steps for m in moves if isinstance(m, Print)) == D("3.9")


def test_prints_are_at_the_touch_and_the_mark_follows(written, played):
    path = written([HEADER, "1700000000,100,110,90,105,13"])
    for _, (touch, made, mark) in played(bars(path)):
        assert isinstance(touch, Touch)
        assert made.price == (touch.bid if made.seller_aggressor else touch.ask)
        assert touch.ask - touch.bid == D("0.1")
        assert isinstance(mark, Mark)
        assert mark.mark == made.price


def test_the_order_of_the_extremes_is_the_seed_s(written, played):
    path = written([HEADER, *(f"{1700000000 + 60 * i},100,110,90,100,1" for i in range(40))])

    def highs_first(seed):
        found = prices(played(bars(path, seed=seed)))
        return [found[i : i + 13].index(110) < found[i : i + 13].index(90) for i in range(0, len(found), 13)]

    assert highs_first(1) == highs_first(1)
    assert highs_first(1) != highs_first(2)
    assert {True, False} == set(highs_first(1))


@pytest.mark.parametrize(
    ("one", "two"),
    [
        ("2021-12-31 23:01:00.000000", "2021-12-31 23:02:00.000000"),
        ("2021-12-31T23:01:00Z", "2021-12-31T23:02:00+00:00"),
        ("1640991660", "1640991720"),
        ("1640991660000", "1640991720000"),
    ],
)
def test_times_are_iso_or_epoch(written, played, one, two):
    steps = played(bars(written([HEADER, f"{one},100,100,100,100,1", f"{two},100,100,100,100,1"])))
    assert len(steps) == 26
    assert steps[13][0] == 61_000


def test_a_gap_is_silence_and_a_short_bar_is_short(written, played):
    rows = [(0, 60), (60, 60), (3600, 60), (3630, 30)]
    path = written([HEADER, *(f"{1700000000 + at},100,101,99,100,1" for at, _ in rows)])
    times = [at - 1000 for at, _ in played(bars(path))]
    assert times == sorted(times)
    assert not [t for t in times if 120_000 <= t < 3_600_000]
    assert len([t for t in times if 3_600_000 <= t < 3_630_000]) == 13


def test_volume_in_quote_is_divided_by_the_price(written, played):
    path = written([HEADER, "1700000000,100,100,100,100,1300"])
    steps = played(bars(path, volume_in="quote"))
    assert sum(m.qty for _, moves in steps for m in moves if isinstance(m, Print)) == 13


def test_a_bar_without_volume_has_no_prints(written, played):
    assert prices(played(bars(written([HEADER, "1700000000,100,100,100,100,0"])))) == []


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        ([], r"the file|header is not"),
        ([HEADER], r"no bar in the file; give rows of timestamp"),
        (["a,b,c", "1,2,3"], r":1: header is not that of bars; the first line must be timestamp,open"),
        ([HEADER, "1700000000,100,110"], r":2: row is not six readable values; repair"),
        ([HEADER, "yesterday,1,1,1,1,1"], r":2: row is not six"),
        ([HEADER, "1700000000,1,x,1,1,1"], r":2: row is not six"),
        ([HEADER, "1700000000,100,90,110,100,1"], r":2: prices contradict"),
        ([HEADER, "1700000000,0,0,0,0,1"], r":2: prices contradict"),
        ([HEADER, "1700000000,nan,1,1,1,1"], r":2: row is not six"),
        ([HEADER, "1700000000,1,Infinity,1,1,1"], r":2: prices contradict"),
        ([HEADER, "1700000000,1,1,1,1,-1"], r":2: prices contradict"),
        ([HEADER, "1700000060,1,1,1,1,1", "1700000060,1,1,1,1,1"], r":3: time does not rise; sort the rows"),
    ],
)
def test_errors_name_file_line_and_cure(written, rows, message):
    with pytest.raises(FeedError, match=message) as caught:
        bars(written(rows, "bars.csv"))
    assert "bars.csv" in str(caught.value)


def test_a_bad_row_further_down_is_an_error_when_it_is_reached(written, played):
    rows = [f"{1700000000 + 60 * i},100,100,100,100,1" for i in range(10)]
    with pytest.raises(FeedError, match=r":12: row is not six"):
        played(bars(written([HEADER, *rows, "torn"])))


@given(st.lists(st.tuples(*[st.decimals("0.5", 10**5, places=2)] * 4), min_size=1, max_size=8), st.integers(0, 99))
@settings(max_examples=60, deadline=None, derandomize=True)
def test_no_path_leaves_its_bar(tmp_path_factory, rows, seed):
    lines = [HEADER]
    for i, (a, b, c, d) in enumerate(rows):
        lines.append(f"{1700000000 + 60 * i},{a},{max(a, b, c, d)},{min(a, b, c, d)},{b},7")
    path = tmp_path_factory.mktemp("bars") / "bars.csv"
    path.write_text("\n".join(lines))
    feed = bars(path, seed=seed)
    tick = feed.specs["BTCUSDT"].tick
    latest = 0
    while (at := feed.next_ms()) is not None:
        assert at >= latest
        latest = at
        row = rows[min((at - 1000) // 60_000, len(rows) - 1)]
        for move in feed.step():
            if isinstance(move, Touch):
                assert 0 < move.bid < move.ask
            elif isinstance(move, Print):
                assert min(row) - tick <= move.price <= max(row) + tick
