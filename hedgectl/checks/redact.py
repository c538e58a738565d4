"""What may be shown to others: `hidden` marks a word as private when it is written, `redacted` takes it out.

Marked at the source, because no pattern finds every amount or name afterwards; what is known to be secret is looked
for once more, wherever it stands. Requirement L8, O2 (`--share`).
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import replace

from hedgectl.screens.doctor import Row
from hedgectl.venue.credentials import scrub

BEGIN, BETWEEN, END = "\ue000", "\ue001", "\ue002"
"""Of Unicode's private use area: they stand in no text of an exchange, a file or a person."""

MARKED = re.compile(f"{BEGIN}([a-z]+){BETWEEN}([^{END}]*){END}")
ADDRESS = re.compile(r"(?:https?://)?(?:\d{1,3}\.){3}\d{1,3}(?::\d+)?|https?://[^\s/'\"]+")


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

    def out(kind: str) -> str:
        taken[kind] += 1
        return f"<{kind}>"

    text = MARKED.sub(lambda found: out(found[1]), scrub(text))
    for word in sorted(known, key=len, reverse=True):
        while word and word in text:
            text = text.replace(word, out(known[word]), 1)
    return ADDRESS.sub(lambda _: out("host"), text)


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
