"""Feeds as lists, and files made by tests."""

from __future__ import annotations

import gzip
import random
from collections.abc import Callable, Iterable
from pathlib import Path

import pytest

from hedgectl.sim.market.feed import Feed, Move

START_MS = 1_700_000_000_000


@pytest.fixture
def start_ms() -> int:
    return START_MS


def recorded_lines() -> list[str]:
    """200 lines in the form of a recording: 154 bookTicker, 33 trade, 12 depthUpdate, one REST depth answer."""
    rng = random.Random("recording")
    start = 1_723_161_256_298
    lines = []
    for number in range(200):
        at, cents = start + number * 13, 6_180_020 + 10 * (number and rng.randint(-4, 4))
        bid, ask = f"{cents / 100:.2f}", f"{(cents + 10) / 100:.2f}"
        if number == 50:
            book = f'"bids":[["{bid}","1.5"]],"asks":[["{ask}","2.5"]]'
            lines.append(f'{at}000000 {{"lastUpdateId":{number},"E":{at},"T":{at},{book}}}')
            continue
        if number % 6 == 1 and number < 198:
            name, fields = "trade", f'"e":"trade","t":{number},"p":"{ask}","q":"0.006","X":"MARKET","m":false'
        elif number % 16 == 4 and number < 192:
            levels = f'"b":[["{bid}","0.5"],["58710.20","0.000"]],"a":[["{ask}","0.25"]]'
            name, fields = "depth@0ms", f'"e":"depthUpdate","U":{number},"u":{number},"pu":{number - 1},{levels}'
        else:
            fields = f'"e":"bookTicker","u":{number},"b":"{bid}","B":"2.507","a":"{ask}","A":"2.510"'
            name = "bookTicker"
        data = f'{{{fields},"s":"BTCUSDT","T":{at},"E":{at}}}'
        lines.append(f'{at}000000 {{"stream":"btcusdt@{name}","data":{data}}}')
    return lines


@pytest.fixture
def excerpt(written) -> Path:
    """A recording of a few seconds, gzipped."""
    return written(recorded_lines(), "excerpt.gz", zipped=True)


@pytest.fixture
def played() -> Callable[..., list[tuple[int, list[Move]]]]:
    def play(feed: Feed, steps: int = 10**9) -> list[tuple[int, list[Move]]]:
        out = []
        while len(out) < steps and (at := feed.next_ms()) is not None:
            out.append((at, feed.step()))
        return out

    return play


@pytest.fixture
def written(tmp_path: Path) -> Callable[..., Path]:
    def write(lines: Iterable[str], name: str = "market.txt", *, zipped: bool = False, cut: int = 0) -> Path:
        path = tmp_path / name
        data = "".join(line + "\n" for line in lines).encode()
        data = gzip.compress(data, mtime=0) if zipped else data
        path.write_bytes(data[: len(data) - cut])
        return path

    return write
