"""What happens on the account or at the exchange without the client's doing: for tests, drills and faults.

A person trades in the app, the exchange delists a symbol, changes filters, loses a conditional order, locks an
account. Everything leaves its entry in the ledger (kind `manual`).
"""

from __future__ import annotations

from dataclasses import fields
from decimal import Decimal

from hedgectl.sim import algo, liquidation, matching
from hedgectl.sim.account import CENT
from hedgectl.sim.admission import MARKET, REDUCING_STATUSES
from hedgectl.sim.consequences import settle
from hedgectl.sim.fills import end
from hedgectl.sim.market.feed import Mark, Move, Print, Touch
from hedgectl.sim.model import ZERO, Algo, NewAlgo, NewOrder, Order, Position, Refusal, Spec
from hedgectl.sim.moves import apply_moves
from hedgectl.sim.side_rules import BOTH, BUY, SELL
from hedgectl.sim.world import Change, Restrictions, World

PERSON = "web_"
VANISH_MS = 1_000


class Hands:
    """Acts on the world at its present moment; `restrictions` are the account's refusing states, to be set freely."""

    def __init__(self, world: World) -> None:
        self._world = world

    @property
    def restrictions(self) -> Restrictions:
        return self._world.restrictions

    def _note(self, what: str, symbol: str = "", **body: object) -> None:
        self._world.ledger.add(self._world.now_ms, "manual", symbol, {"what": what, **body})

    def set_position(self, symbol: str, position_side: str, qty: Decimal, entry: Decimal) -> None:
        """Puts a leg at `qty` (negative for SHORT) as if it had always been so: no trade, no user event."""
        world = self._world
        leg = world.account.leg(symbol, position_side)
        before, leg.qty = leg.qty, qty
        leg.entry_price = leg.break_even = entry if qty else ZERO
        config = world.configs[symbol]
        leg.isolated_wallet = (abs(qty) * entry / config.leverage).quantize(CENT) if config.isolated else ZERO
        world.account.keep(leg, world.now_ms)
        self._note("set_position", symbol, position_side=position_side, qty=qty)
        world.ledger.position(leg, world.books[symbol].quote.mark, world.now_ms)
        world.changes.append(Change(symbol, position_side, before, qty))
        settle(world)

    def place_manual(self, new: NewOrder) -> Order:
        """A person places an order in the app (its own client id unless given)."""
        new.client_id = new.client_id or PERSON + self._world.new_client_id()
        order = matching.place(self._world, new, origin="manual")
        settle(self._world)
        return order

    def place_manual_algo(self, new: NewAlgo) -> Algo:
        """A person places a conditional order in the app."""
        new.client_id = new.client_id or PERSON + self._world.new_client_id()
        self._note("place_algo", new.symbol, client_id=new.client_id)
        return algo.place_algo(self._world, new)

    def cancel_manual(self, symbol: str, order_id: int | None = None, algo_id: int | None = None) -> None:
        """A person cancels one order, or (no id) everything on the symbol."""
        world = self._world
        self._note("cancel", symbol, order_id=order_id, algo_id=algo_id)
        for order in list(world.orders.open_of(symbol).values()):
            if order.order_id == order_id or (order_id is None and algo_id is None):
                end(world, order, "CANCELED")
        for waiting in list(world.algos.open_of(symbol).values()):
            if waiting.status == "NEW" and (waiting.algo_id == algo_id or (order_id is None and algo_id is None)):
                algo.cancel_algo(world, waiting)
        settle(world)

    def flip_mode(self) -> None:
        """A person changes the position mode, and does first what the exchange asks for: no orders, no positions.

        Raises Refusal when the market gives no way out of a position.
        """
        world = self._world
        for symbol in world.specs:
            self.cancel_manual(symbol)
        for leg in list(world.account.live.values()):
            self._close_by_hand(leg)
        world.hedge = not world.hedge
        self._note("flip_mode", hedge=world.hedge)

    def _close_by_hand(self, leg: Position) -> None:
        spec = self._world.specs[leg.symbol]
        side = SELL if leg.qty > ZERO else BUY
        reduce_only = True if leg.position_side == BOTH else None
        while leg.qty:
            qty = min(abs(leg.qty), spec.market_max_qty)
            before = leg.qty
            self.place_manual(NewOrder(leg.symbol, side, MARKET, leg.position_side, qty=qty, reduce_only=reduce_only))
            if leg.qty == before:
                raise Refusal(-4068)

    def vanish_algo(self, algo_id: int) -> None:
        """A waiting conditional order is gone: no event, no record."""
        waiting = self._world.algos.get(algo_id)
        if waiting is None:
            raise Refusal(-2013)
        algo.vanish(self._world, waiting)

    def vanish_next_algo(self, after_ms: int = VANISH_MS) -> None:
        """The next conditional order is acknowledged, and gone `after_ms` later."""
        self._world.vanish_next_ms.append(after_ms)

    def change_filters(self, symbol: str, **changed: object) -> None:
        """The exchange changes rules of a symbol (fields of Spec); resting orders stay."""
        spec = self._world.specs[symbol]
        known = {item.name for item in fields(Spec)}
        for name, value in changed.items():
            if name not in known:
                raise KeyError(name)
            setattr(spec, name, value)
        self._note("change_filters", symbol, **changed)

    def delist(self, symbol: str, status: str = "SETTLING") -> None:
        """A symbol leaves trading. A reduce-only phase (REDUCING_STATUSES) refuses openings (-4140); any other status
        expires all orders (er=7), settles positions at the mark and refuses everything (-4141)."""
        world = self._world
        world.specs[symbol].status = status
        self._note("delist", symbol, status=status)
        if status in REDUCING_STATUSES:
            return
        liquidation.clear_orders(world, [symbol], liquidation.DELISTED)
        mark = world.books[symbol].quote.mark.quantize(Decimal(1).scaleb(-world.specs[symbol].price_precision))
        for leg in [leg for leg in world.account.live.values() if leg.symbol == symbol]:
            liquidation.close_leg(world, leg, "settlement_autoclose", mark)
        settle(world)

    def reduce_only_mode(self, symbol: str | None = None, on: bool = True) -> None:
        """Only closing orders: on one symbol -4400, on the account -4087."""
        if symbol is None:
            self.restrictions.reduce_only = on
        elif on:
            self.restrictions.quantitative.add(symbol)
        else:
            self.restrictions.quantitative.discard(symbol)
        self._note("reduce_only_mode", symbol or "", on=on)

    def lock(self, on: bool = True) -> None:
        """The account can't place orders (-4088)."""
        self.restrictions.locked = on
        self._note("lock", on=on)

    def heal(self) -> None:
        """All refusing states end."""
        self._world.restrictions = Restrictions()
        self._world.vanish_next_ms.clear()
        self._note("heal")

    def set_wallet(self, amount: Decimal) -> None:
        """The wallet is at `amount` (USDT) after a transfer."""
        liquidation.move_wallet(self._world, amount - self._world.account.wallet, "TRANSFER", "")

    def move_market(self, *moves: Move) -> None:
        """The market moves now, as if the feed had said so."""
        apply_moves(self._world, list(moves))

    def set_touch(
        self, symbol: str, bid: Decimal, ask: Decimal, bid_qty: Decimal = Decimal(100), ask_qty: Decimal = Decimal(100)
    ) -> None:
        """Best bid and ask; a quantity of 0 empties that side of the book."""
        self.move_market(Touch(symbol, bid, bid_qty, ask, ask_qty))

    def set_mark(self, symbol: str, mark: Decimal, funding_rate: Decimal | None = None) -> None:
        """Mark (and index) price; from now on the mark does not follow the touch."""
        rate = self._world.books[symbol].quote.funding_rate if funding_rate is None else funding_rate
        self.move_market(Mark(symbol, mark, mark, rate))

    def print_trade(self, symbol: str, price: Decimal, qty: Decimal, seller_aggressor: bool) -> None:
        """Others trade at `price`."""
        self.move_market(Print(symbol, price, qty, seller_aggressor))
