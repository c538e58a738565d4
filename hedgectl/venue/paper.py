"""Paper orders: the same path, with writes answered by a stub that says so (X10).

A paper order never reaches an exchange; its reply carries the status PAPER, which the core notes as such.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from hedgectl.core.model.order import Prepared
from hedgectl.core.model.reply import Answer, Reply

if TYPE_CHECKING:
    from hedgectl.venue.port import Venue

STUB = Reply(200, '{"status":"PAPER","msg":"answered by the stub: nothing was sent"}')


class PaperWrites:
    """`venue`, except that paper orders stop here."""

    def __init__(self, venue: Venue) -> None:
        self._venue = venue
        self.cancel = venue.cancel
        self.look = venue.look
        self.trades = venue.trades
        self.snapshot = venue.snapshot
        self.mode = venue.mode
        self.quotes = venue.quotes
        self.instruments = venue.instruments
        self.clock = venue.clock
        self.leverages = venue.leverages
        self.brackets = venue.brackets
        self.set_leverage = venue.set_leverage
        self.rights = venue.rights
        self.barred = venue.barred
        self.try_order = venue.try_order
        self.close = venue.close

    async def send(self, order: Prepared) -> Answer:
        """The stub's answer for a paper order, the exchange's for any other."""
        return STUB if order.paper else await self._venue.send(order)
