"""What may be shown to others: `hidden` marks a word as private when it is written, `redacted` takes it out.

Marked at the source, because no pattern finds every amount or name afterwards; what is known to be secret is looked
for once more, wherever it stands. Requirement L8, O2 (`--share`).
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import lru_cache

from hedgectl.screens.doctor import Row
from hedgectl.venue.credentials import scrub

BEGIN, BETWEEN, END = "\ue000", "\ue001", "\ue002"
"""Of Unicode's private use area: they stand in no text of an exchange, a file or a person."""

MARKED = re.compile(f"{BEGIN}([a-z]+){BETWEEN}([^{END}]*){END}")
GROUPS_OF_IPV6 = r"(?:[0-9a-fA-F]{1,4}(?::[0-9a-fA-F]{1,4})*)?"
ADDRESS = (
    r"(?:https?://)?(?:\d{1,3}\.){3}\d{1,3}(?::\d+)?"
    r"|https?://[^\s/'\"]+"
    rf"|(?<![\w:]){GROUPS_OF_IPV6}::{GROUPS_OF_IPV6}(?![\w:])"
    r"|(?<![\w:])(?:[0-9a-fA-F]{1,4}:){7}[0-9a-fA-F]{1,4}(?![\w:])"
)
WORDS = ("name", "host")
"""Kinds that are found as whole words only: a user named `sudo` stands in no `pseudonym`."""


def hidden(kind: str, text: object) -> str:
    """`text`, marked as private: an amount, a path, a host, a process, an order."""
    return f"{BEGIN}{kind}{BETWEEN}{text}{END}"


def opened(text: str) -> str:
    """The text for the person whose account it is.

    >>> opened("NAV " + hidden("amount", "412.18") + " USDT")
    'NAV 412.18 USDT'
    """
    return MARKED.sub(lambda found: found[2], text)


def redacted(text: str, known: Mapping[str, str], taken: Counter[str]) -> str:
    """The text for others; `taken` counts what was taken out. `known` are words that never leave, with their kind.

    >>> redacted("NAV " + hidden("amount", "412.18") + " of key ab12", {"ab12": "key"}, Counter())
    'NAV <amount> of key <key>'
    """

    def out(found: re.Match[str]) -> str:
        kind = found[1] or known.get(found[0], "host")
        taken[kind] += 1
        return f"<{kind}>"

    return _private(tuple(known.items())).sub(out, scrub(text))


@lru_cache
def _private(known: tuple[tuple[str, str], ...]) -> re.Pattern[str]:
    """All that is taken out, in one pass: what was put in place of a word is not looked at again."""
    words = [
        rf"\b{re.escape(word)}\b" if kind in WORDS else re.escape(word)
        for word, kind in sorted(known, key=lambda each: len(each[0]), reverse=True)
    ]
    return re.compile("|".join([MARKED.pattern, *words, ADDRESS]))


def each_text(row: Row, change: Callable[[str], str]) -> Row:
    """The row with all of its texts changed."""
    return replace(
        row,
        value=change(row.value),
        expected=change(row.expected),
        fix=change(row.fix),
        details=tuple(change(each) for each in row.details),
        about={name: change(each) for name, each in row.about.items()},
    )
