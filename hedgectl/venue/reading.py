"""A venue that can only be read: there is no way to write through it, by its type and by its transport (T10).

For commands that look at an account and must not be able to change it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from hedgectl.core.model.reply import Answer
from hedgectl.venue.transport import Transport

if TYPE_CHECKING:
    from hedgectl.venue.port import Venue


class WriteRefused(AssertionError):
    """Somebody tried to write where nothing may be written: a defect, whoever did it."""


class GetOnly:
    """Carries reads to `transport`; anything else is raised before a byte of it leaves."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport
        self.close = transport.close

    async def __call__(
        self, method: str, url: str, headers: Mapping[str, str] | None, body: str | None, timeout_ms: int
    ) -> Answer:
        if method != "GET" or body:
            raise WriteRefused(f"{method} {url.partition('?')[0]}: nothing is written here")
        return await self._transport(method, url, headers, body, timeout_ms)


class Reads:
    """The reads of a venue, and its end."""

    def __init__(self, venue: Venue) -> None:
        self.snapshot = venue.snapshot
        self.quotes = venue.quotes
        self.instruments = venue.instruments
        self.clock = venue.clock
        self.leverages = venue.leverages
        self.brackets = venue.brackets
        self.close = venue.close
