"""Whether a conditional order is accepted: parameters, filters, mode, closePosition rules, immediate trigger.

Reference section 3. There is no margin check and no check for a position here: both happen at the trigger. Changes
nothing.
"""

from __future__ import annotations

from decimal import Decimal

from hedgectl.sim.admission import GOOD_TILL_MAX_MS, GOOD_TILL_MIN_MS, MATCHES, STP_MODES, admit_account
from hedgectl.sim.closing import closable
from hedgectl.sim.filters import check_notional, check_price, check_qty, check_trigger, check_trigger_band
from hedgectl.sim.model import ZERO, Algo, NewAlgo, Quote, Refusal, Spec
from hedgectl.sim.side_rules import BOTH, BUY, CLOSES, SELL, Leg, leg_of
from hedgectl.sim.world import World

ALGO_OPEN_MAX = 200
TRAILING = "TRAILING_STOP_MARKET"
STOPS = frozenset({"STOP", "STOP_MARKET"})
TAKE_PROFITS = frozenset({"TAKE_PROFIT", "TAKE_PROFIT_MARKET"})
MARKETS = frozenset({"STOP_MARKET", "TAKE_PROFIT_MARKET", TRAILING})
CLOSING_TYPES = frozenset({"STOP_MARKET", "TAKE_PROFIT_MARKET"})
TIFS = frozenset({"GTC", "IOC", "FOK", "GTX", "GTD", "GTE_GTC"})
CALLBACK_MIN, CALLBACK_MAX = Decimal("0.1"), Decimal(20)


def watched_price(quote: Quote, working_type: str) -> Decimal:
    """The price that triggers: last, or mark for MARK_PRICE."""
    return quote.mark if working_type == "MARK_PRICE" else quote.last


def reached(kind: str, side: str, trigger: Decimal, price: Decimal) -> bool:
    """True when `price` triggers: stops with the move against the position, take profits with the one for it."""
    return price >= trigger if (kind in STOPS) is (side == BUY) else price <= trigger


def retraced(algo: Algo, price: Decimal) -> bool:
    """True when the price has come back from its extreme by the callback rate (percent)."""
    rate = algo.callback_rate / 100
    return price >= algo.extreme * (1 + rate) if algo.side == BUY else price <= algo.extreme * (1 - rate)


def check_algo_parameters(new: NewAlgo, now_ms: int) -> None:
    """Which parameters each type needs and may not carry."""
    if new.side not in (BUY, SELL):
        raise Refusal(-1117)
    if new.type not in MARKETS and new.type not in ("STOP", "TAKE_PROFIT"):
        raise Refusal(-1116)
    if new.tif not in TIFS:
        raise Refusal(-1115)
    if new.working_type not in ("CONTRACT_PRICE", "MARK_PRICE"):
        raise Refusal(-1130, "workingType")
    if new.stp not in STP_MODES:
        raise Refusal(-5039)
    if new.close_position:
        check_close_position(new)
    elif new.qty is None:
        raise Refusal(-1102, "quantity")
    if new.type == TRAILING:
        if new.callback_rate is None:
            raise Refusal(-1102, "callbackRate")
        if not CALLBACK_MIN <= new.callback_rate <= CALLBACK_MAX:
            raise Refusal(-1130, "callbackRate")
        if new.trigger_price is not None:
            raise Refusal(-1106, "triggerPrice")
    elif not new.trigger_price:
        raise Refusal(-1102, "triggerPrice")
    if new.price_match != "NONE" and (new.type in MARKETS or new.price_match not in MATCHES or new.price is not None):
        raise Refusal(-5038 if new.type in MARKETS else -5037)
    if new.type in MARKETS:
        if new.price is not None:
            raise Refusal(-1106, "price")
    elif new.price is None and new.price_match == "NONE":
        raise Refusal(-1102, "price")
    if new.tif == "GTD" and not now_ms + GOOD_TILL_MIN_MS < new.good_till_ms < GOOD_TILL_MAX_MS:
        raise Refusal(-5040)


def check_close_position(new: NewAlgo) -> None:
    """closePosition goes with STOP_MARKET and TAKE_PROFIT_MARKET, without quantity and without reduceOnly."""
    if new.type not in CLOSING_TYPES:
        raise Refusal(-4136)
    if new.qty is not None:
        raise Refusal(-4137)
    if new.reduce_only:
        raise Refusal(-1106, "reduceonly")
    if new.reduce_only is False:
        raise Refusal(-4138)


def check_prices(spec: Spec, new: NewAlgo, quote: Quote) -> None:
    """Filters of trigger, price and activation price, and -2021 when the order would trigger at once."""
    price = watched_price(quote, new.working_type)
    if new.type == TRAILING:
        if new.activate_price is not None:
            if new.activate_price <= ZERO or (spec.tick and (new.activate_price - spec.min_price) % spec.tick):
                raise Refusal(-4135)
            if new.activate_price >= price if new.side == BUY else new.activate_price <= price:
                raise Refusal(-2021)
        return
    trigger = new.trigger_price or ZERO
    check_trigger(spec, trigger)
    if new.price is not None:
        check_price(spec, new.price)
        check_trigger_band(spec, new.side, new.price, trigger)
    if reached(new.type, new.side, trigger, price):
        raise Refusal(-2021)


def admit_algo(world: World, spec: Spec, new: NewAlgo) -> Leg:
    """The leg of a conditional order that may be placed, or a Refusal."""
    check_algo_parameters(new, world.now_ms)
    if new.qty is not None:
        check_qty(spec, new.qty, new.type in MARKETS)
    leg = leg_of(world.hedge, new.side, new.position_side, new.reduce_only, world.switches)
    closing = leg.closing or new.close_position
    if new.close_position and leg.position_side != BOTH and not CLOSES[leg.position_side, new.side]:
        raise Refusal(-1128)
    admit_account(world, spec, closing)
    if new.client_id is not None and new.client_id in world.algos.open_clients:
        raise Refusal(-4116)
    quote = world.books[spec.symbol].quote
    check_prices(spec, new, quote)
    if new.qty is not None and not closing:
        check_notional(spec, new.price or new.trigger_price or new.activate_price or quote.mark, new.qty)
    if new.tif == "GTE_GTC" and not closable(world, spec.symbol, leg.position_side, new.side):
        raise Refusal(-4509)
    if new.close_position and twin(world, spec.symbol, leg.position_side, new.side, new.type):
        raise Refusal(-4130)
    if sum(len(rows) for _, rows in world.algos.open_symbols()) >= ALGO_OPEN_MAX:
        raise Refusal(-4045)
    return leg


def twin(world: World, symbol: str, position_side: str, side: str, kind: str) -> bool:
    """True when an open closePosition order of this family and direction exists."""
    family = STOPS if kind in STOPS else TAKE_PROFITS
    return any(
        other.close_position and other.side == side and other.position_side == position_side and other.type in family
        for other in world.algos.open_of(symbol).values()
    )
