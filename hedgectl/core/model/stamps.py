"""Names that are times, in the order in which they were given: two of one moment get a number, and so does whatever is
named after the clock went back. Whoever drops the oldest by name can then never drop what was made last.
"""

from __future__ import annotations

from collections.abc import Iterable


def order(name: str) -> tuple[str, int]:
    """What names are sorted by.

    >>> sorted(["20260102T000000Z", "20260101T000000Z-1000", "20260101T000000Z-999", "20260101T000000Z"], key=order)
    ['20260101T000000Z', '20260101T000000Z-999', '20260101T000000Z-1000', '20260102T000000Z']
    """
    stamp, _, number = name.partition("-")
    return stamp, int(number) if number.isdecimal() else 0


def name_after(stamp: str, taken: Iterable[str]) -> str:
    """The name of something made at `stamp`, behind all that are `taken`.

    >>> name_after("20260102T000000Z", ["20260101T000000Z"]), name_after("20260102T000000Z", ["20260102T000000Z"])
    ('20260102T000000Z', '20260102T000000Z-001')
    >>> name_after("20260101T000000Z", ["20260102T000000Z-007"])
    '20260102T000000Z-008'
    """
    newest = max((order(each) for each in taken), default=("", 0))
    if order(stamp) > newest:
        return stamp
    return f"{newest[0]}-{newest[1] + 1:03d}"
