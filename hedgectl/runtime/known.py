"""What a journal knows without being folded: the NAV that it noted last, with its age (R3)."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

from hedgectl.core.model.codec import decode
from hedgectl.core.model.event import NavMarked
from hedgectl.store.reader import open_reader
from hedgectl.store.rows import JournalUnusable


def last_nav(journal: Path, now_ms: int) -> tuple[Decimal, float] | None:
    """(NAV in USDT, its age in seconds); None where no journal tells one. `now_ms` is the wall clock."""
    try:
        with open_reader(journal) as reader:
            rows = reader.by_kind(NavMarked.kind, 1)
        if not rows:
            return None
        marked: NavMarked = decode(NavMarked, rows[-1][-1])
    except (JournalUnusable, ValueError):  # a row that cannot be read tells as little as none
        return None
    return marked.nav_usdt, max(now_ms - marked.at_ms, 0) / 1000
