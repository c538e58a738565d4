"""What is not as it should be between belief and the exchange, in words. Reads both, changes neither.

`wrong` is what puts money at risk: a leg or the mode believed otherwise, an unknown order, a ghost, a bare position.
`unfinished` is what time alone still has to bring: intents, debt, posture, stops that outlived their position.
"""

from __future__ import annotations

from collections.abc import Iterator

from hedgectl.core.belief.posture import Posture
from hedgectl.core.model.intent import Exit
from hedgectl.core.model.order import Mode
from hedgectl.core.orders.clientid import parse_client_id
from hedgectl.core.state.volatile import State
from hedgectl.sim.exchange import Exchange


def wrong(state: State, exchange: Exchange) -> Iterator[str]:
    """Differences that must not last."""
    durable, mode = state.durable, Mode.HEDGE if exchange.hedge else Mode.ONE_WAY
    if durable.mode is not mode:
        yield f"we believe the mode to be {durable.mode}, it is {mode}"
    theirs = {f"{each.symbol}|{each.position_side}": each.qty for each in exchange.positions() if each.qty}
    ours = {key: each.quantity for key, each in durable.positions.items()}
    if theirs != ours:
        for key in sorted(theirs.keys() | ours.keys()):
            if theirs.get(key, 0) != ours.get(key, 0):
                yield f"{key}: we believe {ours.get(key, 0)}, the exchange holds {theirs.get(key, 0)}"
    for name in state.index.unsettled:
        yield f"{name} is unknown: {durable.orders[name].why}"
    resting = _resting(exchange)
    for name in durable.orders.keys() - resting:
        live = durable.orders[name]
        yield f"{name} is believed {live.stage} {live.status} and does not rest"
    for name in sorted(resting - durable.orders.keys()):
        if parse_client_id(name) is not None:
            yield f"{name} rests and is not ours any more"
    for key, quantity in sorted(theirs.items()):
        symbol, leg = key.split("|")
        side = "SELL" if quantity > 0 else "BUY"
        if not any(
            each.position_side == leg and each.side == side and each.type == "STOP_MARKET" and each.close_position
            for each in exchange.open_algos(symbol)
        ):
            yield f"{key} {quantity} is naked"


def unfinished(state: State, exchange: Exchange) -> Iterator[str]:
    """What is not over yet."""
    durable, index, belief = state.durable, state.index, state.durable.belief
    if belief.posture != Posture.GREEN:
        yield f"the posture is {belief.posture}"
    for key, open_ in belief.open.items():
        yield f"debt: {open_.what} {key} since {open_.first_ms}"
    resting = _resting(exchange) if durable.intents else set()
    for intent_id, intent in durable.intents.items():
        if isinstance(intent.intent, Exit) and resting & set(index.by_intent.get(intent_id, ())):
            continue  # a limit exit may rest as long as its owner likes
        yield f"intent {intent_id} is not over: attempts {intent.attempts}, waiting {intent.waiting}"
    held = {(each.symbol, each.position_side, each.qty > 0) for each in exchange.positions() if each.qty}
    for algo in exchange.open_algos():
        guards = (algo.symbol, algo.position_side, algo.side == "SELL") in held
        if not guards and parse_client_id(algo.client_id) is not None:
            yield f"{algo.client_id} rests and protects nothing"


def _resting(exchange: Exchange) -> set[str]:
    orders = {each.client_id for each in exchange.open_orders()}
    return orders | {each.client_id for each in exchange.open_algos()}
