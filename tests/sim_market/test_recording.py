"""Recorded markets: paced by the exchange's time, strict about what is no market, and streaming."""

from __future__ import annotations

import os
from decimal import Decimal as D
from pathlib import Path

import pytest

from hedgectl.sim.market.errors import FeedError
from hedgectl.sim.market.feed import Levels, Mark, Print, Touch
from hedgectl.sim.market.recording import FUNDING_RATE, RecordedFeed
from hedgectl.sim.market.specs import specs_of

REAL = Path(os.environ.get("HEDGECTL_DATA") or Path(__file__).parents[3] / "shared" / "data")


def book(at, bid="100.0", ask="100.1", symbol="BTCUSDT", t=True):
    times = f'"T":{at},"E":{at + 3}' if t else f'"E":{at}'
    touch = f'"u":1,"s":"{symbol}","b":"{bid}","B":"1.5","a":"{ask}","A":"2.5"'
    return f'1{at} {{"stream":"x","data":{{"e":"bookTicker",{touch},{times}}}}}'


def trade(at, price="100.1", qty="0.5", kind="trade", maker="false"):
    return (
        f'1{at} {{"stream":"x","data":{{"e":"{kind}","E":{at},"T":{at},"s":"BTCUSDT","p":"{price}","q":"{qty}",'
        f'"m":{maker}}}}}'
    )


def mark(at, price="100.05"):
    prices = f'"s":"BTCUSDT","p":"{price}","i":"100.04","r":"0.00030000","T":{at + 9_000_000}'
    return f'1{at} {{"stream":"x","data":{{"e":"markPriceUpdate","E":{at},{prices}}}}}'


def test_a_recording_plays_whole(excerpt, played, start_ms):
    feed = RecordedFeed(excerpt, start_ms=start_ms)
    steps = played(feed)
    moves = [move for _, made in steps for move in made]
    count = {kind: sum(type(m) is kind for m in moves) for kind in (Touch, Print, Levels, Mark)}
    assert count == {Touch: 154, Print: 33, Levels: 13, Mark: count[Mark]}
    assert steps[0][0] == start_ms
    assert [at for at, _ in steps] == sorted({at for at, _ in steps})
    assert sum(m.snapshot for m in moves if isinstance(m, Levels)) == 1
    assert feed.report() == []
    assert feed.specs["BTCUSDT"].anchor_price == D("61800.20")


def test_events_are_paced_by_transaction_time_and_shifted(written, played):
    feed = RecordedFeed(written([book(5000), trade(5010), book(5250, t=False)]), start_ms=100)
    assert [at for at, _ in played(feed)] == [100, 110, 350]
    assert feed.next_ms() is None
    assert feed.step() == []


def test_lines_of_one_millisecond_are_one_step_in_order(written, played):
    path = written([book(5000), book(6000, "101.0", "101.1"), trade(6000), book(6000, "101.0", "101.2")])
    steps = played(RecordedFeed(path, start_ms=0))
    assert [[type(m) for m in moves] for _, moves in steps] == [[Touch, Mark], [Touch, Mark, Print, Touch]]


def test_time_never_runs_back(written, played):
    path = written([book(5000), trade(5100), trade(5020, "100.0"), trade(5099), trade(5101)])
    steps = played(RecordedFeed(path, start_ms=0))
    assert [at for at, _ in steps] == [0, 100, 101]
    assert [m.price for m in steps[1][1]] == [D("100.1"), D("100.0"), D("100.1")]


def test_the_seller_is_the_aggressor_when_the_buyer_is_maker(written, played):
    path = written([book(1000), trade(1001, maker="true"), trade(1002)])
    prints = [m for _, moves in played(RecordedFeed(path, start_ms=0)) for m in moves if isinstance(m, Print)]
    assert [p.seller_aggressor for p in prints] == [True, False]


def test_without_a_mark_stream_the_mark_is_the_mid_once_a_second(written, played):
    path = written([book(1000 + 100 * i) for i in range(25)])
    marks = [(at, m) for at, moves in played(RecordedFeed(path, start_ms=0)) for m in moves if isinstance(m, Mark)]
    assert [at for at, _ in marks] == [0, 1000, 2000]
    assert marks[0][1] == Mark("BTCUSDT", D("100.05"), D("100.05"), FUNDING_RATE)


def test_the_exchange_s_own_mark_wins_and_its_next_funding_is_no_event_time(written, played):
    path = written([book(1000), mark(1100, "99.9"), book(2500), book(4500)])
    steps = played(RecordedFeed(path, start_ms=0))
    assert [at for at, _ in steps] == [0, 100, 1500, 3500]
    marks = [m for _, moves in steps for m in moves if isinstance(m, Mark)]
    assert [m.mark for m in marks] == [D("100.05"), D("99.9")]
    assert marks[1].funding_rate == D("0.0003")


def test_trades_told_by_two_streams_count_once(written, played):
    path = written([book(1000), trade(1001), trade(1001, kind="aggTrade"), trade(1002)])
    feed = RecordedFeed(path, start_ms=0)
    assert sum(isinstance(m, Print) for _, moves in played(feed) for m in moves) == 2
    assert feed.report() == ["1 lines: second trade stream"]


def test_several_symbols_play_together_and_others_are_counted(written, played):
    lines = [book(1000), book(1001, symbol="ETHUSDT"), book(1002, symbol="SOLUSDT")]
    assert set(RecordedFeed(written(lines), start_ms=0).specs) == {"BTCUSDT", "ETHUSDT", "SOLUSDT"}
    feed = RecordedFeed(written(lines), start_ms=0, specs=specs_of(["BTCUSDT", "SOLUSDT"]))
    assert [at for at, _ in played(feed)] == [0, 2]
    assert feed.report() == ["1 lines: other symbol"]


GARBAGE = [
    "", "garbage", "12 {", "12 []", '12 {"data":5}', '12 {"data":{"e":"trade"}}', 'x {"data":{"e":"bookTicker"}}',
    book(1).replace('"T":1,"E":4', '"T":"1"'), book(1005, "nan"), book(1005, "101", "100"), book(1005, "0", "100"),
    trade(1005, "0"), trade(1005, "1", "-1"), trade(1005, "1e999999999999999999"), "\x00\xff",
]  # fmt: skip


def test_each_garbage_line_is_counted_and_only_a_few_are_kept(written, played):
    feed = RecordedFeed(written([book(1000), *GARBAGE, book(2000)]), start_ms=0)
    steps = played(feed)
    assert [at for at, _ in steps] == [0, 1000]
    assert feed.counts["unusable"] == len(GARBAGE)
    report = feed.report()
    assert len(report) == 6
    assert report[1].startswith(str(feed._lines.path) + ":2: not a stream line")


@pytest.mark.parametrize("line", GARBAGE)
def test_a_file_of_garbage_alone_is_an_error_with_file_and_cure(written, line):
    path = written([line] * 3)
    with pytest.raises(FeedError, match=r"market\.txt: no usable quote in 3 lines .*; give lines '<receive ns>"):
        RecordedFeed(path, start_ms=0)


def test_unknown_streams_are_named_and_bounded(written, played):
    odd = [trade(1001 + i, kind=f"odd{i}") for i in range(100)]
    feed = RecordedFeed(written([book(1000), *odd]), start_ms=0)
    played(feed)
    assert len(feed.report()) == 32
    assert "1 lines: stream odd0 not used" in feed.report()


@pytest.mark.parametrize("lines", [[], [trade(1000)]])
def test_a_file_without_a_quote_is_an_error(written, lines):
    with pytest.raises(FeedError, match="no usable quote"):
        RecordedFeed(written(lines), start_ms=0)


def test_a_file_cut_where_its_writer_died_plays_to_the_cut(written, played):
    lines = [book(1000 + i, f"{100 + i % 7}.0", "200.0") for i in range(3000)]
    whole = len(played(RecordedFeed(written(lines, "whole.gz", zipped=True), start_ms=0)))
    feed = RecordedFeed(written(lines, "cut.gz", zipped=True, cut=2000), start_ms=0)
    assert 0 < len(played(feed)) < whole
    assert "damaged after line" in feed.report()[-1]


def test_a_missing_file_and_a_symbol_without_price_are_errors(written, tmp_path):
    with pytest.raises(FeedError, match=r"nowhere: market file not readable: no such file"):
        RecordedFeed(tmp_path / "nowhere", start_ms=0)
    with pytest.raises(FeedError, match="no price of ETHUSDT; the recording holds BTCUSDT"):
        RecordedFeed(written([book(1000)]), start_ms=0, specs=specs_of(["ETHUSDT"]))
    with pytest.raises(FeedError, match="no rules known for FOOUSDT"):
        RecordedFeed(written([book(1000, symbol="FOOUSDT")]), start_ms=0)


def test_reading_is_streaming(excerpt, start_ms):
    feed = RecordedFeed(excerpt, start_ms=start_ms)
    assert feed._lines.number < 10


@pytest.mark.skipif(not REAL.is_dir(), reason="real recordings are not here: set HEDGECTL_DATA")
def test_the_whole_real_recording_plays(played, start_ms):
    feed = RecordedFeed(REAL / "market" / "btcusdt_20240808.gz", start_ms=start_ms)
    steps = played(feed)
    assert sum(type(m) is Touch for _, moves in steps for m in moves) == 66_089
    assert sum(type(m) is Print for _, moves in steps for m in moves) == 21_313
    assert steps[-1][0] - start_ms == 344_756
    assert feed.report() == []
