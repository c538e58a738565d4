"""Every order type opens and closes both directions in both position modes, through the real ccxt class (X3, X4).

The codes that haunted earlier executors (-4061, -1106, -4120) cannot come back: nothing is refused at all.
"""

from __future__ import annotations

import ast
from decimal import Decimal as D
from pathlib import Path

import pytest

import hedgectl
from hedgectl.core.model.order import Action, Kind, Leg, Mode, Side, Tif
from hedgectl.core.orders.outcome import Accepted, classify_create
from hedgectl.core.orders.sides import closing_side

QUANTITY = D("0.010")
CLOSE_ALL_KINDS = (Kind.STOP_MARKET, Kind.TAKE_PROFIT_MARKET)
FOLDER = Path(hedgectl.__file__).parent


def away(price, side, share):
    """`share` of the price against the one who trades on `side`: up for a buyer, down for a seller."""
    return (price * (1 + D(side.sign) * D(share))).quantize(D("0.1"))


def shape(kind, side, price):
    """(what the order carries beside its quantity, the way of the market that fills it)."""
    up, down = away(price, side, "0.01"), away(price, side, "-0.01")
    past_up, past_down = away(price, side, "0.012"), away(price, side, "-0.012")
    match kind:
        case Kind.MARKET:
            return {}, []
        case Kind.LIMIT:
            return {"price": down, "tif": Tif.GTC}, [past_down]
        case Kind.STOP:
            return {"price": away(up, side, "0.005"), "trigger_price": up, "tif": Tif.GTC}, [past_up]
        case Kind.TAKE_PROFIT:
            return {"price": away(down, side, "0.005"), "trigger_price": down, "tif": Tif.GTC}, [past_down]
        case Kind.STOP_MARKET:
            return {"trigger_price": up}, [past_up]
        case Kind.TAKE_PROFIT_MARKET:
            return {"trigger_price": down}, [past_down]
        case Kind.TRAILING_STOP_MARKET:
            return {"callback_rate": D("0.5")}, [past_down, price]


async def trade(bench, kind, side, leg, action):
    """Send one order, and let the market go where it is filled; nothing is refused on the way."""
    more, path = shape(kind, side, bench.exchange.quote(bench.SYMBOL).bid)
    if action is not Action.CLOSE_ALL:
        more["quantity"] = QUANTITY
    order = bench.order(kind, side, leg, action, **more)
    outcome = classify_create(await bench.venue.send(order), order)
    assert isinstance(outcome, Accepted), outcome
    for price in path:
        bench.move(price)
        await bench.wait(50)
    refused = [entry.body for entry in bench.exchange.ledger.of("algo") if entry.body["event"] == "REJECTED"]
    assert not refused


@pytest.mark.parametrize("mode", Mode)
@pytest.mark.parametrize("leg", (Leg.LONG, Leg.SHORT))
@pytest.mark.parametrize("opens", Kind)
@pytest.mark.parametrize("closes", Kind)
def test_every_type_opens_and_closes(bench, mode, leg, opens, closes):
    async def story(bench):
        closing = closing_side(leg)
        await trade(bench, opens, closing.opposite, leg, Action.OPEN)
        assert bench.position(leg) == (QUANTITY if leg is Leg.LONG else -QUANTITY)
        await trade(bench, closes, closing, leg, Action.CLOSE)
        assert bench.position(leg) == 0

    bench(mode, story)


@pytest.mark.parametrize("mode", Mode)
@pytest.mark.parametrize("leg", (Leg.LONG, Leg.SHORT))
@pytest.mark.parametrize("kind", CLOSE_ALL_KINDS)
def test_close_position_takes_whatever_is_there_when_it_triggers(bench, mode, leg, kind):
    async def story(bench):
        side = closing_side(leg)
        more, path = shape(kind, side, bench.PRICE)
        order = bench.order(kind, side, leg, Action.CLOSE_ALL, **more)
        await trade(bench, Kind.MARKET, side.opposite, leg, Action.OPEN)
        assert isinstance(classify_create(await bench.venue.send(order), order), Accepted)
        await trade(bench, Kind.MARKET, side.opposite, leg, Action.OPEN)  # sized at the trigger, not when placed
        assert abs(bench.position(leg)) == 2 * QUANTITY
        bench.move(path[0])
        await bench.wait(50)
        assert bench.position(leg) == 0
        assert not bench.exchange.open_algos(bench.SYMBOL)

    bench(mode, story)


@pytest.mark.parametrize("leg", (Leg.LONG, Leg.SHORT))
def test_hedge_legs_are_separate_positions(bench, leg):
    """Closing one leg leaves the other alone, though the two sides are the same on the wire."""

    async def story(bench):
        for each in (Leg.LONG, Leg.SHORT):
            await trade(bench, Kind.MARKET, closing_side(each).opposite, each, Action.OPEN)
        await trade(bench, Kind.MARKET, closing_side(leg), leg, Action.CLOSE)
        other = Leg.SHORT if leg is Leg.LONG else Leg.LONG
        assert (bench.position(leg), abs(bench.position(other))) == (0, QUANTITY)

    bench(Mode.HEDGE, story)


def test_a_close_in_one_way_mode_never_opens(bench):
    """reduceOnly is what says so on the wire: a close beyond the position is cut, or refused; it never flips."""

    async def story(bench):
        await trade(bench, Kind.MARKET, Side.BUY, Leg.LONG, Action.OPEN)
        order = bench.order(Kind.MARKET, Side.SELL, Leg.LONG, Action.CLOSE, quantity=3 * QUANTITY)
        await bench.venue.send(order)
        assert bench.position(Leg.LONG) >= 0

    bench(Mode.ONE_WAY, story)


DECIDES_OR_COPIES = {"core/orders/sides.py", "core/orders/params.py"}
ONLY_READS = {"intake/fields.py", "venue/rows.py"}  # the words of a wish, and the rows of an answer
WIRE_NAMES = {"positionSide", "reduceOnly"}
OUR_NAMES = {"position_side", "reduce_only"}


def decisions(source):
    """Lines that name the wire's fields, or give ours a value that was not copied from something."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Constant) and node.value in WIRE_NAMES:
            yield node.lineno
        elif isinstance(node, ast.keyword) and node.arg in OUR_NAMES and not isinstance(node.value, ast.Attribute):
            yield node.value.lineno
        elif isinstance(node, ast.Assign | ast.AugAssign):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            for target in targets:
                if (
                    isinstance(target, ast.Attribute | ast.Name)
                    and (target.attr if isinstance(target, ast.Attribute) else target.id) in OUR_NAMES
                ):
                    yield node.lineno


def test_one_table_decides_position_side_and_reduce_only():
    found = []
    for path in sorted(FOLDER.rglob("*.py")):
        name = path.relative_to(FOLDER).as_posix()
        if name not in DECIDES_OR_COPIES | ONLY_READS and not name.startswith("sim/"):
            found += [f"{name}:{line}" for line in decisions(path.read_text("utf-8"))]
    assert not found


@pytest.mark.parametrize(
    "code",
    ("f(position_side='LONG')", "params['reduceOnly'] = 'true'", "f(reduce_only=True)", "order.position_side = 'BOTH'"),
)
def test_the_search_finds_a_second_place(code):
    assert list(decisions(code))
