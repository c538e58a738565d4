"""Which feed a run gets: synthetic without a file, else the first kind whose shape the file's first line has.

A new kind of file is one file with a feed, and one line in KINDS.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from hedgectl.sim.market.bars import COLUMNS, BarFeed
from hedgectl.sim.market.errors import FeedError
from hedgectl.sim.market.feed import Feed
from hedgectl.sim.market.lines import Lines
from hedgectl.sim.market.recording import RecordedFeed
from hedgectl.sim.market.specs import specs_of
from hedgectl.sim.market.synthetic import SyntheticFeed


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of market file: `fits` judges its first line, `open` makes the feed."""

    name: str
    fits: Callable[[bytes], bool]
    open: Callable[[Path, Sequence[str], int, int], Feed]


def _open_recording(path: Path, symbols: Sequence[str], seed: int, start_ms: int) -> Feed:
    return RecordedFeed(path, start_ms=start_ms, specs=specs_of(symbols) if symbols else None)


def _open_bars(path: Path, symbols: Sequence[str], seed: int, start_ms: int) -> Feed:
    if len(symbols) != 1:
        what = f"bars are of one symbol, {len(symbols)} were named"
        raise FeedError(what, where=str(path), fix="name exactly one symbol")
    return BarFeed(path, symbol=symbols[0], start_ms=start_ms, seed=seed)


def _is_recording(line: bytes) -> bool:
    stamp, _, text = line.partition(b" ")
    return stamp.isdigit() and text.lstrip().startswith(b"{")


def _is_bars(line: bytes) -> bool:
    return b"," in line and line.removeprefix(b"\xef\xbb\xbf").split(b",")[0].strip().lower() == COLUMNS[0].encode()


KINDS: tuple[Kind, ...] = (
    Kind("recording", _is_recording, _open_recording),
    Kind("bars", _is_bars, _open_bars),
)


def open_feed(
    path: str | Path | None, *, symbols: Sequence[str], seed: int, start_ms: int, regime: str | None = None
) -> Feed:
    """The market of `symbols` from the file at `path`, or made from `seed` (in `regime`) when there is no path.

    A recording gives all its symbols when none is named. FeedError when the file is of no known kind or unusable;
    ValueError on an unknown regime.
    """
    if path is None:
        return SyntheticFeed(symbols, seed=seed, start_ms=start_ms, regime=regime)
    path = Path(path)
    lines = Lines(path)
    first = next(iter(lines), b"")
    for kind in KINDS:
        if kind.fits(first):
            return kind.open(path, symbols, seed, start_ms)
    known = " nor ".join(kind.name for kind in KINDS)
    what = lines.damage or f"neither {known}"
    raise FeedError(what, where=str(path), fix=f"the first line must be a stream line, or {','.join(COLUMNS)}")
