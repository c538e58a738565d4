"""What people do on the account meanwhile: they trade, close, cancel and change the mode. Taxonomy F19, F20.

All of it goes through `exchange.hands`, so that it leaves the traces that it leaves in reality. A person whom the
exchange refuses has done nothing, and that is not counted.
"""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from random import Random

from hedgectl.sim.faults.registry import on_world
from hedgectl.sim.faults.scene import Scene
from hedgectl.sim.model import NewOrder, Position, Refusal, Spec

SIDES = (("BUY", "LONG"), ("SELL", "SHORT"))


@on_world(peak=4.0)
def mode_flipped(scene: Scene, rng: Random) -> bool:
    """A person flips the position mode, closing first what stands in the way."""
    return _allowed(scene.box.exchange.hands.flip_mode)


@on_world(peak=20.0)
def person_opens(scene: Scene, rng: Random) -> bool:
    """A person opens or adds to a small position at market."""
    exchange = scene.box.exchange
    spec = _any_trading(scene, rng)
    if spec is None:
        return False
    side, leg = rng.choice(SIDES)
    new = NewOrder(spec.symbol, side, "MARKET", leg if exchange.hedge else "BOTH", qty=_small_qty(scene, spec, rng))
    return _allowed(lambda: exchange.hands.place_manual(new))


@on_world(peak=20.0)
def person_closes(scene: Scene, rng: Random) -> bool:
    """A person closes a whole position, or half of it, at market."""
    exchange = scene.box.exchange
    legs: list[Position] = [leg for leg in exchange.positions(None, None) if leg.qty]
    if not legs:
        return False
    leg = rng.choice(legs)
    step = exchange.specs[leg.symbol].step
    qty = abs(leg.qty)
    half = qty / 2 // step * step
    new = NewOrder(
        leg.symbol, "SELL" if leg.qty > 0 else "BUY", "MARKET", leg.position_side,
        qty=half if half and rng.random() < 0.5 else qty, reduce_only=None if exchange.hedge else True,
    )  # fmt: skip
    return _allowed(lambda: exchange.hands.place_manual(new))


@on_world(peak=10.0)
def person_rests(scene: Scene, rng: Random) -> bool:
    """A person leaves a limit order of their own, a little away from the market."""
    exchange = scene.box.exchange
    spec = _any_trading(scene, rng)
    if spec is None:
        return False
    side, leg = rng.choice(SIDES)
    quote = exchange.quote(spec.symbol)
    away = Decimal(rng.randint(5, 200)) / 10_000
    price = quote.bid * (1 - away) if side == "BUY" else quote.ask * (1 + away)
    new = NewOrder(
        spec.symbol, side, "LIMIT", leg if exchange.hedge else "BOTH", tif="GTC",
        qty=_small_qty(scene, spec, rng), price=price // spec.tick * spec.tick,
    )  # fmt: skip
    return _allowed(lambda: exchange.hands.place_manual(new))


@on_world(peak=20.0)
def person_cancels_order(scene: Scene, rng: Random) -> bool:
    """A person cancels one resting order."""
    orders = scene.box.exchange.open_orders(None)
    if not orders:
        return False
    order = rng.choice(orders)
    return _allowed(lambda: scene.box.exchange.hands.cancel_manual(order.symbol, order_id=order.order_id))


@on_world(peak=20.0)
def person_cancels_stop(scene: Scene, rng: Random) -> bool:
    """A person cancels one waiting conditional order: a position may stand naked."""
    algos = scene.box.exchange.open_algos(None)
    if not algos:
        return False
    algo = rng.choice(algos)
    return _allowed(lambda: scene.box.exchange.hands.cancel_manual(algo.symbol, algo_id=algo.algo_id))


def _allowed(act: Callable[[], object]) -> bool:
    try:
        act()
    except Refusal:
        return False
    return True


def _any_trading(scene: Scene, rng: Random) -> Spec | None:
    trading = [spec for spec in scene.box.exchange.specs.values() if spec.status == "TRADING"]
    return rng.choice(trading) if trading else None


def _small_qty(scene: Scene, spec: Spec, rng: Random) -> Decimal:
    """One to three times the least that the exchange takes."""
    quote = scene.box.exchange.quote(spec.symbol)
    wish: Decimal = spec.min_notional * Decimal(rng.randint(12, 30)) / 10 / min(quote.mark, quote.bid)
    return max(spec.min_qty, -(-wish // spec.step) * spec.step)
