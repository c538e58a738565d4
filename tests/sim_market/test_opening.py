"""The right feed for what is there, and a cure where nothing fits."""

from __future__ import annotations

import pytest

from hedgectl.sim.market.bars import BarFeed
from hedgectl.sim.market.errors import FeedError
from hedgectl.sim.market.opening import open_feed
from hedgectl.sim.market.recording import RecordedFeed
from hedgectl.sim.market.synthetic import SyntheticFeed

HEADER = "timestamp,open,high,low,close,volume"
ROW = "1700000000,100,101,99,100,1"


def opened(path, *symbols, regime=None):
    return open_feed(path, symbols=symbols, seed=1, start_ms=0, regime=regime)


def test_without_a_path_the_market_is_made():
    feed = opened(None, "BTCUSDT", "ETHUSDT", regime="hot")
    assert isinstance(feed, SyntheticFeed)
    assert feed.regime == "hot"


def test_content_decides_not_the_name(excerpt, written):
    assert isinstance(opened(excerpt), RecordedFeed)
    assert isinstance(opened(excerpt, "BTCUSDT"), RecordedFeed)
    assert isinstance(opened(written([HEADER, ROW], "odd.gz"), "BTCUSDT"), BarFeed)
    assert isinstance(opened(written([HEADER, ROW], "odd.txt", zipped=True), "BTCUSDT"), BarFeed)
    assert isinstance(opened(written(["\ufeff" + HEADER, ROW], "bom.csv"), "BTCUSDT"), BarFeed)


@pytest.mark.parametrize("lines", [[], ["hello"], ["{}"]])
def test_what_fits_nothing_is_an_error_with_the_cure(written, lines):
    with pytest.raises(FeedError, match="neither recording nor bars"):
        opened(written(lines), "BTCUSDT")


def test_bars_are_of_one_symbol(written):
    with pytest.raises(FeedError, match="name exactly one symbol"):
        opened(written([HEADER, ROW]), "BTCUSDT", "ETHUSDT")


def test_a_folder_or_a_missing_file_is_an_error(tmp_path):
    for path in (tmp_path, tmp_path / "none"):
        with pytest.raises(FeedError, match="not readable"):
            opened(path, "BTCUSDT")
