"""The narrow door: one HTTP request goes out, an Answer comes back. A transport never raises for wire matters.

Whatever came back is kept raw (bounded), because decisions are made on status, code and text (DESIGN "Transport").
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Protocol

from hedgectl.core.model.reply import Answer

BODY_BYTES_MAX = 16 * 1024 * 1024
"""exchangeInfo is about 2 MB; anything far beyond is not an answer of an exchange."""

DETAIL_CHARS_MAX = 200
KEPT_PREFIX = "x-mbx-"
RETRY_AFTER = "retry-after"
NAMES_MAX = 1024


class Transport(Protocol):
    """`headers` and `body` are as ccxt signed them. Cancellation passes through; nothing else is raised."""

    async def __call__(
        self, method: str, url: str, headers: Mapping[str, str] | None, body: str | None, timeout_ms: int
    ) -> Answer: ...

    async def close(self) -> None: ...


def kept_headers(headers: Iterable[tuple[str, str]]) -> tuple[tuple[str, str], ...]:
    """The rate and Retry-After headers, in lower case; nobody decides by the others.

    >>> kept_headers([("Date", "x"), ("Retry-After", "3")])
    (('retry-after', '3'),)
    """
    return tuple([(kept, value) for name, value in headers if (kept := _kept_name(name))])


@lru_cache(maxsize=NAMES_MAX)
def _kept_name(name: str) -> str:
    """The name of a header that is kept, in lower case; "" for the others. An exchange repeats its few names."""
    lower = name.lower()
    return lower if lower.startswith(KEPT_PREFIX) or lower == RETRY_AFTER else ""
