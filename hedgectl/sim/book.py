"""One symbol's book: the touch, the depth behind it, and what a taker finds there.

Feeds with levels give the depth; otherwise it is made from the touch (one basis point apart, the touch's quantity
each). What our orders take is gone until the feed speaks again. Own resting orders are not part of the book.
"""

from __future__ import annotations

from decimal import ROUND_CEILING, Decimal

from hedgectl.sim.market.feed import Levels, Touch
from hedgectl.sim.model import ZERO, Quote, Spec
from hedgectl.sim.side_rules import BUY

MADE_LEVELS = 50
MADE_SPACING = Decimal("0.0001")

Ladder = list[tuple[Decimal, Decimal]]


def made_spacing(spec: Spec, price: Decimal) -> Decimal:
    """The distance between made levels: a basis point of the price, in whole ticks."""
    tick = spec.tick or Decimal(1).scaleb(-spec.price_precision)
    return (price * MADE_SPACING / tick).to_integral_value(rounding=ROUND_CEILING) * tick


class Book:
    """Depth of one symbol. `quote` is live: it changes with the market, so read it and let go."""

    __slots__ = ("_asks", "_bids", "ask_levels", "bid_levels", "marked", "quote", "spec", "touched")

    def __init__(self, spec: Spec, now_ms: int, next_funding_ms: int) -> None:
        anchor = spec.anchor_price
        self.spec = spec
        self.quote = Quote(spec.symbol, ZERO, ZERO, ZERO, ZERO, anchor, anchor, anchor, ZERO, next_funding_ms, now_ms)
        self.bid_levels: dict[Decimal, Decimal] = {}
        self.ask_levels: dict[Decimal, Decimal] = {}
        self.marked = False
        self.touched = False
        self._bids: Ladder | None = None
        self._asks: Ladder | None = None

    def on_touch(self, touch: Touch, now_ms: int) -> bool:
        """Takes a new touch; True when the last price had to follow it (no print told us, but trades must have)."""
        self.touched = True
        return self._set_touch(touch.bid, touch.bid_qty, touch.ask, touch.ask_qty, now_ms)

    def on_levels(self, levels: Levels, now_ms: int) -> bool:
        """Takes depth changes; without a Touch in the feed the best levels are the touch."""
        for own, changes in ((self.bid_levels, levels.bids), (self.ask_levels, levels.asks)):
            if levels.snapshot:
                own.clear()
            for price, qty in changes:
                if qty:
                    own[price] = qty
                else:
                    own.pop(price, None)
        self._bids = self._asks = None
        if self.touched:
            return False
        bid, ask = max(self.bid_levels, default=ZERO), min(self.ask_levels, default=ZERO)
        return self._set_touch(bid, self.bid_levels.get(bid, ZERO), ask, self.ask_levels.get(ask, ZERO), now_ms)

    def _set_touch(self, bid: Decimal, bid_qty: Decimal, ask: Decimal, ask_qty: Decimal, now_ms: int) -> bool:
        quote = self.quote
        quote.bid, quote.bid_qty, quote.ask, quote.ask_qty = bid, bid_qty, ask, ask_qty
        quote.time_ms = now_ms
        quote.update_id += 1
        self._bids = self._asks = None
        if not bid or not ask:
            return False
        if not self.marked:
            quote.mark = quote.index = (bid + ask) / 2
        if quote.last < bid:
            quote.last = bid
        elif quote.last > ask:
            quote.last = ask
        else:
            return False
        return True

    def best(self, taker: str) -> Decimal:
        """The price a taker of this side meets first; 0 when that side is empty."""
        quote = self.quote
        if taker == BUY:
            return quote.ask if quote.ask_qty else ZERO
        return quote.bid if quote.bid_qty else ZERO

    def ladder(self, taker: str) -> Ladder:
        """What a taker of `taker` side meets, best first (a BUY meets the asks)."""
        if taker == BUY:
            if self._asks is None:
                self._asks = self._made(self.quote.ask, self.quote.ask_qty, self.ask_levels, 1)
            return self._asks
        if self._bids is None:
            self._bids = self._made(self.quote.bid, self.quote.bid_qty, self.bid_levels, -1)
        return self._bids

    def _made(self, price: Decimal, qty: Decimal, levels: dict[Decimal, Decimal], away: int) -> Ladder:
        if not price or not qty:
            return []
        if levels:
            behind = sorted((row for row in levels.items() if (row[0] - price) * away > 0), reverse=away < 0)
            return [(price, qty), *behind]
        gap = made_spacing(self.spec, price) * away
        made = ((price + gap * step, qty) for step in range(MADE_LEVELS))
        return [row for row in made if row[0] > ZERO]

    def resting_qty(self, side: str, price: Decimal) -> Decimal:
        """Quantity of others resting on `side` at `price`: what trades before an order that joins there."""
        quote = self.quote
        best, qty, levels = (
            (quote.bid, quote.bid_qty, self.bid_levels) if side == BUY else (quote.ask, quote.ask_qty, self.ask_levels)
        )
        if price == best:
            return qty
        if (price > best) if side == BUY else (price < best):
            return ZERO
        return levels.get(price, ZERO) if levels else qty

    def available(self, taker: str, limit: Decimal) -> Decimal:
        """Quantity a taker finds up to `limit`."""
        total = ZERO
        for price, qty in self.ladder(taker):
            if (price > limit) if taker == BUY else (price < limit):
                break
            total += qty
        return total

    def take(self, taker: str, qty: Decimal, limit: Decimal) -> Ladder:
        """Removes up to `qty` from the book, no worse than `limit`; the pieces, best first."""
        buying = taker == BUY
        quote = self.quote
        price, there = (quote.ask, quote.ask_qty) if buying else (quote.bid, quote.bid_qty)
        if not there or ((price > limit) if buying else (price < limit)):
            return []
        if qty < there:
            self._shrink_touch(buying, price, there - qty)
            return [(price, qty)]
        ladder, pieces, left = self.ladder(taker), [], qty
        while ladder and left:
            price, there = ladder[0]
            if (price > limit) if buying else (price < limit):
                break
            part = min(left, there)
            pieces.append((price, part))
            left -= part
            if part < there:
                ladder[0] = (price, there - part)
                break
            ladder.pop(0)
            (self.ask_levels if buying else self.bid_levels).pop(price, None)
        best, there = ladder[0] if ladder else (ZERO, ZERO)
        if buying:
            quote.ask, quote.ask_qty = best, there
        else:
            quote.bid, quote.bid_qty = best, there
        quote.update_id += 1
        return pieces

    def _shrink_touch(self, buying: bool, price: Decimal, left: Decimal) -> None:
        quote = self.quote
        quote.update_id += 1
        if buying:
            quote.ask_qty = left
        else:
            quote.bid_qty = left
        ladder = self._asks if buying else self._bids
        if ladder:
            ladder[0] = (price, left)
