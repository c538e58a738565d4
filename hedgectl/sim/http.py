"""The two shapes that cross the exchange's border: one HTTP request in, one HTTP response out.

Both the in-process transport and the loopback server speak these, so that everything behind them is one exchange.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(slots=True)
class Request:
    """One HTTP request, unparsed: `path` without host or query, `query` and `body` as sent (percent-encoded)."""

    method: str
    path: str
    query: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    body: str = ""


@dataclass(slots=True)
class Response:
    """One HTTP response: the body is bytes exactly as they go over the wire."""

    status: int
    headers: dict[str, str]
    body: bytes
