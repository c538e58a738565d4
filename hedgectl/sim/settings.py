"""Settings of the account: leverage, margin type, position mode, and the dead-man countdown.

Each refuses what the exchange refuses: -4028, -4161, -2027, -2028, -4046..-4048, -4168, -4059, -4067, -4068.
"""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

from hedgectl.sim import algo, events, margin
from hedgectl.sim.consequences import settle
from hedgectl.sim.fills import end
from hedgectl.sim.model import ZERO, Refusal
from hedgectl.sim.world import World

LEVERAGE_MIN = 1


def has_orders(world: World, symbol: str) -> bool:
    return bool(world.orders.open_of(symbol) or world.algos.open_of(symbol))


def set_leverage(world: World, symbol: str, leverage: int) -> tuple[int, Decimal]:
    """Sets a symbol's leverage; (leverage, largest notional it allows in USDT)."""
    spec, config = world.spec(symbol), world.configs[symbol]
    if not LEVERAGE_MIN <= leverage <= margin.max_leverage(spec):
        raise Refusal(-4028, leverage)
    legs = [leg for leg in world.account.live.values() if leg.symbol == symbol]
    cap = margin.max_notional(spec, leverage)
    mark = world.books[symbol].quote.mark
    if any(abs(leg.qty * mark) > cap for leg in legs):
        raise Refusal(-2027)
    before = config.leverage
    if leverage < before and config.isolated and legs:
        raise Refusal(-4161)
    free = margin.summary(world).available
    config.leverage = leverage
    if leverage < before and free > ZERO and margin.summary(world).available <= ZERO:
        config.leverage = before
        raise Refusal(-2028)
    if leverage != before and world.sink is not None:
        world.sink(events.leverage_update(symbol, leverage, world.now_ms))
    return leverage, cap


def set_margin_type(world: World, symbol: str, isolated: bool) -> None:
    """Cross or isolated margin of a symbol."""
    world.spec(symbol)
    config = world.configs[symbol]
    if config.isolated is isolated:
        raise Refusal(-4046)
    if isolated and world.multi_assets:
        raise Refusal(-4168)
    if has_orders(world, symbol):
        raise Refusal(-4047)
    if any(leg.symbol == symbol for leg in world.account.live.values()):
        raise Refusal(-4048)
    config.isolated = isolated


def set_hedge(world: World, hedge: bool) -> None:
    """Position mode of the account; needs an account without orders and positions."""
    if world.hedge is hedge:
        raise Refusal(-4059)
    if any(has_orders(world, symbol) for symbol in world.specs):
        raise Refusal(-4067)
    if world.account.live:
        raise Refusal(-4068)
    world.hedge = hedge


def cancel_all(world: World, symbol: str) -> None:
    """Cancels the symbol's ordinary orders; conditional ones too by switch."""
    world.spec(symbol)
    for order in list(world.orders.open_of(symbol).values()):
        end(world, order, "CANCELED")
    if world.switches.cancel_all_touches_algo:
        cancel_all_algo(world, symbol)
    settle(world)


def cancel_all_algo(world: World, symbol: str) -> None:
    """Cancels the symbol's waiting conditional orders."""
    world.spec(symbol)
    for waiting in list(world.algos.open_of(symbol).values()):
        if waiting.status == "NEW":
            algo.cancel_algo(world, waiting)


def countdown(world: World, symbol: str, countdown_ms: int) -> None:
    """All orders of the symbol are cancelled in `countdown_ms` unless it is set again; 0 stops it."""
    world.spec(symbol)
    if not countdown_ms:
        world.countdowns.pop(symbol, None)
        return
    due_ms = world.countdowns[symbol] = world.now_ms + countdown_ms
    world.at(due_ms, run_out(world, symbol, due_ms))


def run_out(world: World, symbol: str, due_ms: int) -> Callable[[], None]:
    """The action at the end of a countdown, if it is still the one in force."""

    def act() -> None:
        if world.countdowns.get(symbol) == due_ms:
            del world.countdowns[symbol]
            cancel_all(world, symbol)

    return act
