"""Time passes and the market speaks: how each move reaches book, bars, resting orders, triggers and risk.

The cheap path is a touch on a symbol without orders; everything else is asked for only where there is something to
ask. A print sets the last price, a touch drags it along, and the mark follows the touch until the feed says a Mark.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterable

from hedgectl.sim import algo, makers
from hedgectl.sim.book import Book
from hedgectl.sim.consequences import settle
from hedgectl.sim.liquidation import check_risk
from hedgectl.sim.market.feed import Levels, Mark, Move, Print, Touch
from hedgectl.sim.world import World


def next_ms(world: World) -> int | None:
    """When something is due next: the feed or a timer."""
    market, timers = world.feed.next_ms(), world.timers
    if not timers:
        return market
    return timers[0][0] if market is None else min(market, timers[0][0])


def advance(world: World, now_ms: int) -> None:
    """Lets everything happen that is due up to `now_ms`, in time order; the market first within a millisecond."""
    feed = world.feed
    while True:
        market, timers = feed.next_ms(), world.timers
        timer = timers[0][0] if timers else None
        if market is not None and market <= now_ms and (timer is None or market <= timer):
            world.now_ms = max(world.now_ms, market)
            apply_moves(world, feed.step())
        elif timer is not None and timer <= now_ms:
            world.now_ms = max(world.now_ms, timer)
            heapq.heappop(timers)[2]()
            settle(world)
        else:
            break
    world.now_ms = max(world.now_ms, now_ms)


def apply_moves(world: World, moves: Iterable[Move]) -> None:
    """Takes the moves of this moment, in order; margin is looked at once, after the last."""
    books = world.books
    for move in moves:
        if type(move) is Touch:
            on_touch(world, books[move.symbol], move)
        elif type(move) is Mark:
            on_mark(world, books[move.symbol], move)
        elif type(move) is Print:
            on_print(world, books[move.symbol], move)
        elif type(move) is Levels:
            on_levels(world, books[move.symbol], move)
    if world.account.live:
        check_risk(world)
    if world.changes or world.finished:
        settle(world)


def on_touch(world: World, book: Book, touch: Touch) -> None:
    """A new best bid and ask."""
    dragged = book.on_touch(touch, world.now_ms)
    after_quote(world, book, dragged)


def on_levels(world: World, book: Book, levels: Levels) -> None:
    """Depth has changed, and the touch with it where the feed has no touch of its own."""
    dragged = book.on_levels(levels, world.now_ms)
    after_quote(world, book, dragged)


def after_quote(world: World, book: Book, dragged: bool) -> None:
    """Bars, resting orders and triggers after a change of the book; `dragged`: the last price moved with it."""
    symbol = book.spec.symbol
    if dragged:
        world.bars[symbol].note(book.quote.last, world.now_ms)
    if world.orders.open_of(symbol):
        makers.on_touch(world, book.spec, book)
    if world.algos.open_of(symbol):
        algo.on_price(world, book.spec, book.quote)


def on_print(world: World, book: Book, trade: Print) -> None:
    """Others traded: the last price, the bar, and the queue at that price."""
    symbol = trade.symbol
    book.quote.last = trade.price
    world.bars[symbol].note(trade.price, world.now_ms, trade.qty, not trade.seller_aggressor)
    if world.orders.open_of(symbol):
        makers.on_print(world, book.spec, trade)
        book.quote.last = trade.price
    if world.algos.open_of(symbol):
        algo.on_price(world, book.spec, book.quote)


def on_mark(world: World, book: Book, mark: Mark) -> None:
    """A new mark price: from now on the mark does not follow the touch."""
    quote = book.quote
    book.marked = True
    quote.mark, quote.index, quote.funding_rate = mark.mark, mark.index, mark.funding_rate
    if world.algos.open_of(mark.symbol):
        algo.on_price(world, book.spec, quote)
