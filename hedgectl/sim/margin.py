"""Margins at the mark price: what positions and resting orders bind, what is left, when liquidation begins.

Initial margin is notional / leverage, maintenance margin comes from the symbol's brackets. One-way orders bind the
larger of the two ways the book could fill; hedge legs bind each for itself. Computes, never changes anything.
"""

from __future__ import annotations

from decimal import Decimal

from hedgectl.sim.figures import AccountSummary, PositionMargin
from hedgectl.sim.model import ZERO, Bracket, Position, Spec
from hedgectl.sim.side_rules import BOTH, LONG
from hedgectl.sim.world import World

CrossRisk = tuple[Decimal, Decimal]

NO_CAP = Decimal("1e18")
PLAIN_BRACKETS = (Bracket(1, 125, ZERO, NO_CAP, Decimal("0.004"), ZERO),)


def brackets_of(spec: Spec) -> tuple[Bracket, ...]:
    """The symbol's leverage table; a symbol without one has a single wide bracket."""
    return spec.brackets or PLAIN_BRACKETS


def bracket_at(spec: Spec, notional: Decimal) -> Bracket:
    """The bracket of a notional (absolute, USDT); beyond the table the last one."""
    brackets = brackets_of(spec)
    for bracket in brackets:
        if notional < bracket.notional_cap:
            return bracket
    return brackets[-1]


def max_leverage(spec: Spec) -> int:
    return max(bracket.leverage for bracket in brackets_of(spec))


def max_notional(spec: Spec, leverage: int) -> Decimal:
    """The largest position (USDT) that `leverage` allows."""
    return max((b.notional_cap for b in brackets_of(spec) if b.leverage >= leverage), default=ZERO)


def maintenance(spec: Spec, notional: Decimal) -> Decimal:
    """Maintenance margin (USDT) of an absolute notional."""
    bracket = bracket_at(spec, notional)
    return notional * bracket.maint_ratio - bracket.cum


def orders_margin(world: World, symbol: str, extra_bid: Decimal = ZERO, extra_ask: Decimal = ZERO) -> Decimal:
    """Initial margin (USDT) that the symbol's orders bind beyond its positions; `extra_*`: one-way orders more."""
    bids, asks, longs, shorts = world.working_notional(symbol)
    leverage = world.configs[symbol].leverage
    bids, asks = bids + extra_bid, asks + extra_ask
    total = longs + shorts
    if bids or asks:
        held = world.account.qty(symbol, BOTH) * world.books[symbol].quote.mark
        total += max(abs(held + bids), abs(held - asks), abs(held)) - abs(held)
    return total / leverage


def position_margin(world: World, leg: Position) -> PositionMargin:
    """The margin figures of one leg, of this moment or of an older version of it."""
    spec = world.specs[leg.symbol]
    config = world.configs[leg.symbol]
    mark = world.books[leg.symbol].quote.mark
    notional = leg.qty * mark
    size = abs(notional)
    unrealised = (mark - leg.entry_price) * leg.qty
    initial = size / config.leverage
    bids, asks, longs, shorts = world.working_notional(leg.symbol)
    if leg.position_side == BOTH:
        bid_notional, ask_notional = bids, asks
        bound = orders_margin(world, leg.symbol) - (longs + shorts) / config.leverage
    else:
        bid_notional, ask_notional = (longs, ZERO) if leg.position_side == LONG else (ZERO, shorts)
        bound = (bid_notional + ask_notional) / config.leverage
    return PositionMargin(
        mark,
        notional,
        unrealised,
        initial + bound,
        maintenance(spec, size) if leg.qty else ZERO,
        initial,
        bound,
        leg.isolated_wallet + unrealised if leg.isolated_wallet else ZERO,
        bid_notional,
        ask_notional,
    )


def summary(world: World) -> AccountSummary:
    """The account at this moment's mark prices (USDT)."""
    account = world.account
    unrealised = initial = maint = isolated = isolated_profit = isolated_initial = ZERO
    for leg in account.live.values():
        mark = world.books[leg.symbol].quote.mark
        size = abs(leg.qty * mark)
        profit = (mark - leg.entry_price) * leg.qty
        bound = size / world.configs[leg.symbol].leverage
        unrealised += profit
        initial += bound
        maint += maintenance(world.specs[leg.symbol], size)
        if leg.isolated_wallet:
            isolated += leg.isolated_wallet
            isolated_profit += profit
            isolated_initial += bound
    orders = sum((orders_margin(world, symbol) for symbol, rows in world.orders.open_symbols() if rows), ZERO)
    cross_wallet = account.wallet - isolated
    cross_profit = unrealised - isolated_profit
    available = max(ZERO, cross_wallet + cross_profit - (initial - isolated_initial) - orders)
    return AccountSummary(
        account.wallet,
        unrealised,
        account.wallet + unrealised,
        initial + orders,
        maint,
        initial,
        orders,
        cross_wallet,
        cross_profit,
        available,
        min(available, max(ZERO, cross_wallet)),
        account.update_ms,
    )


def cross_risk(world: World) -> CrossRisk:
    """(margin balance, maintenance margin) of everything in cross margin, USDT."""
    balance, maint = world.account.wallet, ZERO
    for leg in world.account.live.values():
        if leg.isolated_wallet:
            balance -= leg.isolated_wallet
            continue
        mark = world.books[leg.symbol].quote.mark
        balance += (mark - leg.entry_price) * leg.qty
        maint += maintenance(world.specs[leg.symbol], abs(leg.qty * mark))
    return balance, maint


def liquidation_price(world: World, leg: Position, cross: CrossRisk) -> Decimal:
    """The mark price at which this leg's margin is used up, all other marks unchanged; 0 when there is none.

    `cross` is `cross_risk` of this moment: one for all legs of an answer, or each leg would look at all of them.
    """
    if not leg.qty:
        return ZERO
    spec = world.specs[leg.symbol]
    mark = world.books[leg.symbol].quote.mark
    if leg.isolated_wallet:
        money, legs = leg.isolated_wallet, [leg]
    else:
        balance, maint = cross
        legs = [p for p in world.account.live_of(leg.symbol) if not p.isolated_wallet]
        own = sum(((mark - p.entry_price) * p.qty for p in legs), ZERO)
        own_maint = sum((maintenance(spec, abs(p.qty * mark)) for p in legs), ZERO)
        money = balance - own - (maint - own_maint)
    slope = constant = ZERO
    for p in legs:
        bracket = bracket_at(spec, abs(p.qty * mark))
        slope += abs(p.qty) * bracket.maint_ratio - p.qty
        constant += bracket.cum - p.qty * p.entry_price
    price = (money + constant) / slope if slope else ZERO
    return max(ZERO, price)
