"""Whether a new order is accepted: account states, parameters, filters, mode, client id, closing budget, margin.

Everything that is refused before the matching engine sees the order, in one order of checks; what only the book can
say (-5021, -5022, -1112, -4131) is in `matching`. Changes nothing.
"""

from __future__ import annotations

from decimal import Decimal

from hedgectl.sim import margin
from hedgectl.sim.book import Book
from hedgectl.sim.closing import granted
from hedgectl.sim.filters import check_band, check_best_in_band, check_notional, check_price, check_qty
from hedgectl.sim.model import ZERO, Algo, NewOrder, Order, Refusal, Spec
from hedgectl.sim.shelf import DAY_MS
from hedgectl.sim.side_rules import BOTH, BUY, SELL, leg_of
from hedgectl.sim.world import World

LIMIT, MARKET = "LIMIT", "MARKET"
TIFS = frozenset({"GTC", "IOC", "FOK", "GTX", "GTD", "RPI"})
STP_MODES = frozenset({"NONE", "EXPIRE_TAKER", "EXPIRE_MAKER", "EXPIRE_BOTH"})
GOOD_TILL_MIN_MS = 600_000
GOOD_TILL_MAX_MS = 253_402_300_799_000
#   priceMatch -> (from the counterparty's side, index of the level)
MATCHES = {
    "OPPONENT": (True, 0),
    "OPPONENT_5": (True, 4),
    "QUEUE": (False, 0),
    "QUEUE_5": (False, 4),
    "QUEUE_10": (False, 9),
    "QUEUE_20": (False, 19),
}
REDUCING_STATUSES = frozenset({"PRE_DELIVERING", "DELIVERING", "PRE_SETTLE", "REDUCE_ONLY"})


def admit_account(world: World, spec: Spec, closing: bool) -> None:
    """Account and symbol states that refuse orders; some of them let closing orders pass."""
    states = world.restrictions
    for refused, code in (
        (states.invalid, -1109),
        (states.inactive, -4109),
        (states.locked or not world.can_trade, -4088),
        (states.liquidation or world.liquidating, -2023),
    ):
        if refused:
            raise Refusal(code)
    if spec.status != "TRADING" and (spec.status not in REDUCING_STATUSES or not closing):
        raise Refusal(-4140 if spec.status in REDUCING_STATUSES else -4141)
    if closing:
        return
    for refused, code in (
        (states.cooling_off, -4192),
        (states.reduce_only, -4087),
        (states.large_position, -4401),
        (states.region, -4402),
        (spec.symbol in states.quantitative, -4400),
    ):
        if refused:
            raise Refusal(code)


def check_parameters(new: NewOrder, now_ms: int) -> None:
    """Which parameters an order type needs and which it may not carry: -1102, -1106, -1114..-1117, -5037..-5040."""
    if new.side not in (BUY, SELL):
        raise Refusal(-1117)
    if new.stp not in STP_MODES:
        raise Refusal(-5039)
    if new.qty is None:
        raise Refusal(-1102, "quantity")
    if new.type == MARKET:
        if new.price is not None:
            raise Refusal(-1106, "price")
        if new.tif is not None:
            raise Refusal(-1106, "timeInForce")
        if new.price_match != "NONE":
            raise Refusal(-5038)
        return
    if new.type != LIMIT:
        raise Refusal(-1116)
    if new.tif is None:
        raise Refusal(-1102, "timeInForce")
    if new.tif not in TIFS:
        raise Refusal(-1115)
    if new.price_match != "NONE":
        if new.price_match not in MATCHES or new.price is not None:
            raise Refusal(-5037)
    elif new.price is None:
        raise Refusal(-1102, "price")
    if new.tif == "GTD":
        if not now_ms + GOOD_TILL_MIN_MS < new.good_till_ms < GOOD_TILL_MAX_MS:
            raise Refusal(-5040)
    elif new.good_till_ms:
        raise Refusal(-1106, "goodTillDate")


def matched_price(book: Book, side: str, price_match: str) -> Decimal:
    """The price that priceMatch names on the book now; -5041 when there is no such level."""
    opponent, level = MATCHES[price_match]
    taker = side if opponent else (SELL if side == BUY else BUY)
    ladder = book.ladder(taker)
    if len(ladder) <= level:
        raise Refusal(-5041)
    return ladder[level][0]


def check_client_id(world: World, symbol: str, client_id: str) -> None:
    """-4116 among open orders; by switch also for ids of orders closed within a day."""
    if client_id in world.orders.open_clients:
        raise Refusal(-4116)
    if world.switches.duplicate_id_after_close:
        old = world.orders.find(symbol, None, client_id, world.now_ms)
        if old is not None and world.now_ms - old.update_ms <= DAY_MS:
            raise Refusal(-4116)


def admit(world: World, spec: Spec, new: NewOrder, parent: Algo | None = None) -> Order:
    """The order as the engine will see it (without an id yet), or a Refusal.

    The child of a conditional order (`parent`) was checked when that was placed: what is left to check is what may
    have changed since.
    """
    child = parent is not None
    if not child:
        check_parameters(new, world.now_ms)
    book = world.books[spec.symbol]
    market = new.type == MARKET
    qty = new.qty or ZERO
    matched = new.price_match != "NONE"
    price = matched_price(book, new.side, new.price_match) if matched else new.price or ZERO
    if not child:
        if not market:
            check_price(spec, price)
        check_qty(spec, qty, market)
    leg = leg_of(world.hedge, new.side, new.position_side, new.reduce_only, world.switches)
    admit_account(world, spec, leg.closing)
    mark = book.quote.mark
    if not child:
        if new.client_id is not None:
            check_client_id(world, spec.symbol, new.client_id)
        exempt = leg.closing and (leg.position_side == BOTH or world.switches.hedge_close_below_min_notional)
        if not exempt:
            check_notional(spec, mark if market else price, qty)
    if not market:
        check_band(spec, new.side, price, mark)
    order = Order(
        0,
        new.client_id or world.new_client_id(),
        spec.symbol,
        new.side,
        new.type,
        new.tif or "GTC",
        leg.position_side,
        qty,
        price,
        leg.reduce_only,
        world.now_ms,
        world.now_ms,
        new.type,
        price_match=new.price_match,
        stp=new.stp,
        good_till_ms=new.good_till_ms,
    )
    if parent is not None:
        order.algo_id, order.close_position = parent.algo_id, parent.close_position
    if leg.closing:
        order.qty = granted(world, order)
    else:
        check_margin(world, spec, order, qty)
    if not market and len(world.orders.open_of(spec.symbol)) >= spec.max_orders:
        raise Refusal(-2025)
    if market:
        best = book.best(new.side)
        if not best:
            raise Refusal(-1112)
        check_best_in_band(spec, new.side, best, mark)
    return order


def check_margin(world: World, spec: Spec, order: Order, qty: Decimal) -> None:
    """Margin (-2019) and bracket (-2027) for `qty` more of an order that may open.

    A one-way order against the position needs margin only for what it would open. A price worse than the mark
    costs its loss at once.
    """
    symbol, buying = spec.symbol, order.side == BUY
    quote = world.books[symbol].quote
    price = order.price or (quote.ask if buying else quote.bid) or quote.mark
    if not buying and order.price and quote.bid > price:
        price = quote.bid
    notional = price * qty
    leverage = world.configs[symbol].leverage
    bids, asks, longs, shorts = world.working_notional(symbol)
    if order.position_side == BOTH:
        held = world.account.qty(symbol, BOTH) * quote.mark
        after = held + bids + notional if buying else held - asks - notional
        extra = (notional, ZERO) if buying else (ZERO, notional)
        needed = margin.orders_margin(world, symbol, *extra) - margin.orders_margin(world, symbol)
    else:
        held = world.account.qty(symbol, order.position_side) * quote.mark
        after = abs(held) + (longs if buying else shorts) + notional
        needed = notional / leverage
    if abs(after) > margin.max_notional(spec, leverage) and abs(after) > abs(held):
        raise Refusal(-2027)
    if needed:
        loss = (price - quote.mark) * qty if buying else (quote.mark - price) * qty
        if needed + max(ZERO, loss) > margin.summary(world).available:
            raise Refusal(-2019)
