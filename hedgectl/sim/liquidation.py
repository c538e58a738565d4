"""When margin runs out: the call, then the liquidation that the exchange runs by itself.

MARGIN_CALL once maintenance margin reaches CALL_RATIO of the margin balance (again after it fell below CALM_RATIO).
At 1 orders are cancelled (er=5), new ones refused (-2023), and TAKEOVER_MS later the legs are closed by
`autoclose-` orders at the touch; a fee goes to the insurance fund, and a wallet below zero is cleared. An isolated
leg is liquidated alone (reference section 5).
"""

from __future__ import annotations

from decimal import Decimal

from hedgectl.sim import algo, events, margin
from hedgectl.sim.account import CENT
from hedgectl.sim.consequences import settle
from hedgectl.sim.fills import end, fill, send_account, send_order
from hedgectl.sim.model import ZERO, Order, Position
from hedgectl.sim.side_rules import BUY, SELL
from hedgectl.sim.world import World

CALL_RATIO, CALM_RATIO = Decimal("0.8"), Decimal("0.7")
TAKEOVER_MS = 500
LIQUIDATED, DELISTED = 5, 7


def check_risk(world: World) -> None:
    """Looks at cross margin and at each isolated leg after marks have moved."""
    if world.liquidating or not world.account.live:
        return
    for leg in [leg for leg in world.account.live.values() if leg.isolated_wallet]:
        figures = margin.position_margin(world, leg)
        if figures.isolated_margin <= figures.maint_margin:
            clear_orders(world, [leg.symbol])
            take_over(world, [leg])
    balance, maint = margin.cross_risk(world)
    if not maint:
        return
    if balance <= maint:
        world.liquidating = True
        clear_orders(world, list(world.specs))
        world.at(world.now_ms + TAKEOVER_MS, lambda: take_over_cross(world))
    elif not world.margin_called and maint >= balance * CALL_RATIO:
        world.margin_called = True
        call(world)
    elif world.margin_called and maint < balance * CALM_RATIO:
        world.margin_called = False


def call(world: World) -> None:
    """Sends MARGIN_CALL with the cross legs."""
    if world.sink is None:
        return
    legs = [leg for leg in world.account.live.values() if not leg.isolated_wallet]
    rows = [(world.specs[leg.symbol], leg, margin.position_margin(world, leg)) for leg in legs]
    cross = world.account.wallet - world.account.isolated_wallet
    world.sink(events.margin_call(cross, rows, world.now_ms))


def clear_orders(world: World, symbols: list[str], reason: int = LIQUIDATED) -> None:
    """Ends all orders of the symbols, conditional ones too, on the exchange's behalf."""
    for symbol in symbols:
        for order in list(world.orders.open_of(symbol).values()):
            end(world, order, "EXPIRED", reason)
        for waiting in list(world.algos.open_of(symbol).values()):
            algo.move_to(world, waiting, "EXPIRED")
    settle(world)


def take_over_cross(world: World) -> None:
    """The end of a liquidation: every cross leg is closed."""
    take_over(world, [leg for leg in world.account.live.values() if not leg.isolated_wallet])
    world.liquidating = world.margin_called = False


def take_over(world: World, legs: list[Position]) -> None:
    """Closes legs with liquidation orders, charges the fee and clears a debt."""
    for leg in legs:
        spec = world.specs[leg.symbol]
        cost = close_leg(world, leg, "autoclose")
        fee = min((cost * spec.liquidation_fee).quantize(CENT), max(ZERO, world.account.wallet))
        move_wallet(world, -fee, "INSURANCE_CLEAR", leg.symbol)
    if world.account.wallet < ZERO:
        move_wallet(world, -world.account.wallet, "INSURANCE_CLEAR", "")
    settle(world)


def move_wallet(world: World, amount: Decimal, kind: str, symbol: str) -> None:
    """Books money that is neither profit nor fee, and tells of it."""
    if not amount:
        return
    world.account.wallet += amount
    world.account.update_ms = world.now_ms
    world.account.income(symbol, kind, amount, world.now_ms, kind)
    world.ledger.add(world.now_ms, "income", symbol, {"type": kind, "amount": amount})
    send_account(world, kind, [], amount)


def close_leg(world: World, leg: Position, prefix: str, price: Decimal | None = None) -> Decimal:
    """Closes a leg by an order of the exchange's own at `price`, else at the touch; what it was worth (USDT)."""
    spec, quote = world.specs[leg.symbol], world.books[leg.symbol].quote
    side = SELL if leg.qty > ZERO else BUY
    price = price or (quote.bid if side == SELL else quote.ask) or quote.mark
    order_id = world.next_order_id()
    order = Order(
        order_id,
        f"{prefix}-{world.now_ms}{order_id % 1_000_000:06d}",
        leg.symbol,
        side,
        "LIMIT",
        "IOC",
        leg.position_side,
        abs(leg.qty),
        price,
        False,
        world.now_ms,
        world.now_ms,
        stp="NONE",
    )
    world.orders.add(order)
    world.ledger.order(order, world.now_ms, "exchange")
    send_order(world, order, "NEW")
    fill(world, spec, order, price, order.qty, maker=False, forced=True)
    return order.cum_quote
