"""The embedded exchange: Binance USD-M futures below the HTTP layer, in one object.

Every call acts at `now_ms`, which only `advance` moves; refusals are raised as Refusal(code). The rules live in the
modules beside this one; here is only the face that the wire and the tests see. Records returned are live.
"""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from hedgectl.sim import algo, funding, margin, matching, queries, settings
from hedgectl.sim.amend import amend
from hedgectl.sim.book import Ladder
from hedgectl.sim.consequences import settle
from hedgectl.sim.figures import AccountSummary, Day, Kline, PositionMargin
from hedgectl.sim.hands import Hands
from hedgectl.sim.ledger import Ledger
from hedgectl.sim.market.feed import Feed
from hedgectl.sim.model import (
    Algo,
    Income,
    NewAlgo,
    NewOrder,
    Order,
    Position,
    Quote,
    Refusal,
    Spec,
    Switches,
    SymbolConfig,
    Trade,
)
from hedgectl.sim.moves import advance, next_ms
from hedgectl.sim.side_rules import BUY, SELL
from hedgectl.sim.world import World

QUERY_LIMIT = 500


class Exchange:
    """One exchange with one account (asset USDT, first balance `balance`), alive from `start_ms`."""

    def __init__(
        self,
        feed: Feed,
        *,
        seed: int,
        hedge: bool,
        balance: Decimal,
        start_ms: int,
        switches: Switches | None = None,
    ) -> None:
        self.world = World(
            feed, seed=seed, hedge=hedge, balance=balance, start_ms=start_ms, switches=switches or Switches()
        )
        self.specs: dict[str, Spec] = self.world.specs
        self.configs: dict[str, SymbolConfig] = self.world.configs
        self.ledger: Ledger = self.world.ledger
        self.hands = Hands(self.world)
        for spec in self.specs.values():
            funding.schedule(self.world, spec)

    @property
    def now_ms(self) -> int:
        return self.world.now_ms

    @property
    def switches(self) -> Switches:
        return self.world.switches

    @property
    def hedge(self) -> bool:
        """True in hedge mode (dualSidePosition)."""
        return self.world.hedge

    @property
    def multi_assets(self) -> bool:
        return self.world.multi_assets

    @multi_assets.setter
    def multi_assets(self, on: bool) -> None:
        self.world.multi_assets = on

    @property
    def can_trade(self) -> bool:
        return self.world.can_trade

    @can_trade.setter
    def can_trade(self, on: bool) -> None:
        self.world.can_trade = on

    @property
    def on_user_event(self) -> Callable[[dict[str, Any]], None] | None:
        """Receives every user-data payload, in the exchange's order; None: none are made."""
        return self.world.sink

    @on_user_event.setter
    def on_user_event(self, sink: Callable[[dict[str, Any]], None] | None) -> None:
        self.world.sink = sink

    # Time

    def next_ms(self) -> int | None:
        """When `advance` has something to do next; None when nothing will ever happen by itself."""
        return next_ms(self.world)

    def advance(self, now_ms: int) -> None:
        """Lets everything happen that is due up to `now_ms`, in time order; the market first within a millisecond."""
        advance(self.world, now_ms)

    # Market

    def quote(self, symbol: str) -> Quote:
        return self.world.books[self.world.spec(symbol).symbol].quote

    def depth(self, symbol: str, limit: int) -> tuple[Ladder, Ladder]:
        """(bids, asks), best first, at most `limit` levels each."""
        book = self.world.books[self.world.spec(symbol).symbol]
        return book.ladder(SELL)[:limit], book.ladder(BUY)[:limit]

    def klines(
        self, symbol: str, interval_ms: int, start_ms: int | None, end_ms: int | None, limit: int
    ) -> list[Kline]:
        """Bars, oldest first: the first `limit` from `start_ms`, else the latest, the running one included."""
        bars, now_ms = self.world.bars[self.world.spec(symbol).symbol], self.now_ms
        bars.note(self.quote(symbol).last, now_ms)
        return bars.klines(interval_ms, start_ms, end_ms, limit, now_ms)

    def day(self, symbol: str) -> Day:
        """24 h statistics."""
        last = self.quote(symbol).last
        bars = self.world.bars[symbol]
        bars.note(last, self.now_ms)
        return bars.day(last, self.now_ms)

    # Orders

    def place(self, new: NewOrder, dry: bool = False) -> Order:
        """Places an order; `dry` (order/test) makes all checks and leaves no trace."""
        order = matching.place(self.world, new, dry)
        settle(self.world)
        return order

    def cancel(self, symbol: str, order_id: int | None = None, client_id: str | None = None) -> Order:
        """Cancels an open order; -2011 when there is none."""
        world = self.world
        world.spec(symbol)
        order = matching.cancel(world, world.orders.find(symbol, order_id, client_id, world.now_ms))
        settle(world)
        return order

    def cancel_all(self, symbol: str) -> None:
        settings.cancel_all(self.world, symbol)

    def amend(
        self,
        symbol: str,
        side: str,
        order_id: int | None = None,
        client_id: str | None = None,
        qty: Decimal | None = None,
        price: Decimal | None = None,
        modify_id: int = 0,
    ) -> Order:
        """Changes price and quantity of an open LIMIT order (PUT order)."""
        world = self.world
        world.spec(symbol)
        found = world.orders.find(symbol, order_id, client_id, world.now_ms)
        order = amend(world, found, side, qty, price, modify_id)
        settle(world)
        return order

    def order(self, symbol: str, order_id: int | None = None, client_id: str | None = None) -> Order:
        """Any order the exchange still tells about; -2013 otherwise. A reused client id gives the latest."""
        self.world.spec(symbol)
        found = self.world.orders.find(symbol, order_id, client_id, self.now_ms)
        if found is None:
            raise Refusal(-2013)
        return found

    def open_order(self, symbol: str, order_id: int | None = None, client_id: str | None = None) -> Order:
        """An open order; -2013 once it is closed."""
        found = self.order(symbol, order_id, client_id)
        if not found.open:
            raise Refusal(-2013)
        return found

    def open_orders(self, symbol: str | None = None) -> list[Order]:
        if symbol is None:
            return self.world.orders.open_all()
        return list(self.world.orders.open_of(self.world.spec(symbol).symbol).values())

    def all_orders(
        self,
        symbol: str | None,
        order_id: int | None = None,
        start_ms: int | None = None,
        end_ms: int | None = None,
        limit: int = QUERY_LIMIT,
    ) -> list[Order]:
        """Orders of any status, oldest first."""
        return self.world.orders.history(symbol, order_id, start_ms, end_ms, limit, self.now_ms)

    # Conditional orders

    def place_algo(self, new: NewAlgo) -> Algo:
        placed = algo.place_algo(self.world, new)
        settle(self.world)
        return placed

    def cancel_algo(self, algo_id: int | None = None, client_id: str | None = None) -> Algo:
        """Cancels a waiting conditional order: -2011 when there is none, -4117 while it triggers."""
        found = self.world.algos.find(None, algo_id, client_id, self.now_ms)
        return algo.cancel_algo(self.world, found)

    def cancel_all_algo(self, symbol: str) -> None:
        settings.cancel_all_algo(self.world, symbol)

    def algo(self, algo_id: int | None = None, client_id: str | None = None) -> Algo:
        """Any conditional order the exchange still tells about; -2013 otherwise."""
        found = self.world.algos.find(None, algo_id, client_id, self.now_ms)
        if found is None:
            raise Refusal(-2013)
        return found

    def open_algos(self, symbol: str | None = None) -> list[Algo]:
        if symbol is None:
            return self.world.algos.open_all()
        return list(self.world.algos.open_of(self.world.spec(symbol).symbol).values())

    def all_algos(
        self,
        symbol: str | None,
        algo_id: int | None = None,
        start_ms: int | None = None,
        end_ms: int | None = None,
        limit: int = QUERY_LIMIT,
    ) -> list[Algo]:
        """Conditional orders of any status, oldest first."""
        return self.world.algos.history(symbol, algo_id, start_ms, end_ms, limit, self.now_ms)

    # Account

    def trades(
        self,
        symbol: str,
        start_ms: int | None = None,
        end_ms: int | None = None,
        from_id: int | None = None,
        order_id: int | None = None,
        limit: int = QUERY_LIMIT,
    ) -> list[Trade]:
        return queries.trades(self.world, symbol, start_ms, end_ms, from_id, order_id, limit)

    def income(
        self,
        symbol: str | None = None,
        kind: str | None = None,
        start_ms: int | None = None,
        end_ms: int | None = None,
        limit: int = QUERY_LIMIT,
    ) -> list[Income]:
        return queries.income(self.world, symbol, kind, start_ms, end_ms, limit)

    def positions(self, symbol: str | None = None, as_of_ms: int | None = None, flat: bool = True) -> list[Position]:
        """Copies of all legs of the mode, zero rows too if `flat`; with `as_of_ms` as they were then."""
        symbols = self.specs if symbol is None else [self.world.spec(symbol).symbol]
        return self.world.account.rows(symbols, self.world.hedge, as_of_ms, flat)

    def summary(self) -> AccountSummary:
        return margin.summary(self.world)

    def position_margin(self, position: Position) -> PositionMargin:
        return margin.position_margin(self.world, position)

    def liquidation_price(self, position: Position, cross: margin.CrossRisk | None = None) -> Decimal:
        """The mark price at which the leg's margin is gone; 0 when there is none. `cross`, where it is known."""
        return margin.liquidation_price(self.world, position, cross or margin.cross_risk(self.world))

    def set_leverage(self, symbol: str, leverage: int) -> tuple[int, Decimal]:
        """(leverage, largest notional at it in USDT)."""
        return settings.set_leverage(self.world, symbol, leverage)

    def set_margin_type(self, symbol: str, isolated: bool) -> None:
        settings.set_margin_type(self.world, symbol, isolated)

    def set_hedge(self, hedge: bool) -> None:
        settings.set_hedge(self.world, hedge)

    def countdown(self, symbol: str, countdown_ms: int) -> None:
        settings.countdown(self.world, symbol, countdown_ms)
