"""One fill and everything that follows at once: leg, wallet, trade, income, ledger, and the three user events.

Order of events (reference section 1.3): TRADE_LITE, ACCOUNT_UPDATE, ORDER_TRADE_UPDATE. What a changed position
means for other orders is drawn later, in `consequences`.
"""

from __future__ import annotations

from decimal import Decimal

from hedgectl.sim import events
from hedgectl.sim.account import ASSET, CENT
from hedgectl.sim.model import ZERO, Order, Spec, Trade
from hedgectl.sim.side_rules import BUY
from hedgectl.sim.world import Change, World


def fill(
    world: World, spec: Spec, order: Order, price: Decimal, qty: Decimal, *, maker: bool, forced: bool = False
) -> Trade:
    """Executes `qty` of an order at `price`. `forced`: liquidation or settlement (x=CALCULATED, no TRADE_LITE)."""
    now_ms, account, symbol = world.now_ms, world.account, spec.symbol
    cost = price * qty
    fee = (cost * (spec.maker_fee if maker else spec.taker_fee)).quantize(CENT)
    order.executed += qty
    order.cum_quote += cost
    order.update_ms = now_ms
    order.status = "FILLED" if order.executed >= order.qty else "PARTIALLY_FILLED"
    leg = account.leg(symbol, order.position_side)
    before = leg.qty
    config = world.configs[symbol]
    profit = account.fill(leg, order.side, price, qty, fee, config.leverage if config.isolated else 0, now_ms)
    trade = Trade(
        world.next_trade_id(),
        order.order_id,
        symbol,
        order.side,
        order.position_side,
        price,
        qty,
        fee,
        ASSET,
        profit,
        maker,
        now_ms,
    )
    world.trades[symbol].append(trade)
    trade_id = str(trade.trade_id)
    if profit:
        account.income(symbol, "REALIZED_PNL", profit, now_ms, trade_id, trade_id)
    account.income(symbol, "COMMISSION", -fee, now_ms, trade_id, trade_id)
    book = world.books[symbol]
    book.quote.last = price
    world.bars[symbol].note(price, now_ms, qty, (order.side == BUY) is not maker)
    world.ledger.fill(trade, order.client_id)
    world.ledger.position(leg, book.quote.mark, now_ms)
    world.changes.append(Change(symbol, order.position_side, before, leg.qty))
    world.working.pop(symbol, None)
    if order.status == "FILLED":
        finish(world, order)
    if world.sink is not None:
        if not forced:
            world.sink(events.trade_lite(spec, order, trade))
        send_account(world, "ORDER", [events.position_row(spec, leg, book.quote.mark, config.isolated)])
        world.sink(events.order_update(spec, order, "CALCULATED" if forced else "TRADE", now_ms, trade))
    return trade


def finish(world: World, order: Order) -> None:
    """The order has its final status: it leaves the open orders, and its parent, if it has one, will hear of it."""
    world.orders.close(order)
    world.working.pop(order.symbol, None)
    world.ledger.status(order, world.now_ms)
    if order.algo_id:
        world.finished.append(order)


def end(world: World, order: Order, status: str, reason: int = 0) -> None:
    """Ends an open order without a fill: CANCELED, EXPIRED or EXPIRED_IN_MATCH, with its er code."""
    order.status = status
    order.expire_reason = reason
    order.update_ms = world.now_ms
    finish(world, order)
    send_order(world, order, "CANCELED" if status == "CANCELED" else "EXPIRED")


def send_order(world: World, order: Order, execution: str) -> None:
    if world.sink is not None:
        world.sink(events.order_update(world.specs[order.symbol], order, execution, world.now_ms))


def send_account(
    world: World, reason: str, rows: list[events.Payload], change: Decimal = ZERO, symbol: str = ""
) -> None:
    """ACCOUNT_UPDATE with the wallet of now."""
    if world.sink is not None:
        account = world.account
        cross = account.wallet - account.isolated_wallet
        world.sink(events.account_update(reason, account.wallet, cross, change, rows, world.now_ms, symbol))
