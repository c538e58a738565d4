"""Every order, filter, setting and engine refusal (-4xxx, -5xxx) is reached by a state, or says why not."""

from __future__ import annotations

from decimal import Decimal

import pytest

from hedgectl.sim.market.feed import Touch
from hedgectl.sim.wire.refusals_order import ORDER

PLACE, BATCH = "/fapi/v1/order", "/fapi/v1/batchOrders"
MODE, MARGIN, LEVERAGE = "/fapi/v1/positionSide/dual", "/fapi/v1/marginType", "/fapi/v1/leverage"
NONE = Decimal(0)
NO_HISTORY = "The order will not be recorded in the order history"


def after(make, *steps, **account):
    """The answer to the last step; the ones before must have worked."""
    desk = make(**account)
    for step in steps[:-1]:
        answer = step(desk)
        assert answer is None or answer.status == 200, answer.body
    return steps[-1](desk)


def limit(price="60000", **more):
    return lambda desk: desk.order(price=price, **more)


def market(side="BUY", qty="0.010", **more):
    return lambda desk: desk.order(side, qty, **more)


def stop(**more):
    return lambda desk: desk.stop(**more)


def set_(path, **params):
    return lambda desk: desk.post(path, **params)


def rules(**rules_):
    return lambda desk: desk.change(**rules_)


def restricted(**state):
    def step(desk):
        for name, value in state.items():
            setattr(desk.exchange.hands.restrictions, name, value)

    return step


def amend(side="BUY", qty="0.010", price="59000", client="mine"):
    return lambda desk: desk.ask(
        "PUT", PLACE, symbol="BTCUSDT", side=side, origClientOrderId=client, quantity=qty, price=price
    )


def no_trading(desk):
    desk.exchange.can_trade = False


def many_assets(desk):
    desk.exchange.multi_assets = True


def empty_book(desk):
    desk.say(Touch("BTCUSDT", NONE, NONE, NONE, NONE))


def triggering(make):
    """A cancel in the gap between trigger and child order."""
    desk = make()
    desk.order()
    desk.stop(trigger="61000", clientAlgoId="s")
    desk.price("60900")
    return desk.ask("DELETE", "/fapi/v1/algoOrder", symbol="BTCUSDT", clientAlgoId="s")


def many_stops(make):
    desk = make()
    for number in range(200):
        assert desk.stop(quantity="0.010", clientAlgoId=f"s{number}").status == 200
    return desk.stop(quantity="0.010")


def far_market(make):
    desk = make()
    desk.change(multiplier_up=Decimal("0.99"))
    return desk.order()


def often_amended(make):
    desk = make()
    desk.order(price="60000", newClientOrderId="mine")
    desk.exchange.open_orders("BTCUSDT")[0].amendments = 10_000
    return amend()(desk)


MINE = limit(newClientOrderId="mine")
COARSE = rules(step=Decimal("0.002"), min_qty=Decimal("0.002"))
HEDGE = set_(MODE, dualSidePosition="true")
ISOLATED = set_(MARGIN, symbol="BTCUSDT", marginType="ISOLATED")
REACHED = {
    -4001: ([limit("-1")], "Price less than 0."),
    -4002: ([limit("99999999")], "Price greater than max price."),
    -4003: ([market(qty="0")], "Quantity less than or equal to zero."),
    -4004: ([rules(min_qty=Decimal("0.005")), market(qty="0.001")], "Quantity less than min quantity."),
    -4005: ([market(qty="121")], "Quantity greater than max quantity."),
    -4013: ([limit("0.1")], "Price less than min price."),
    -4014: ([limit("60000.05")], "Price not increased by tick size."),
    -4015: ([market(newClientOrderId="a" * 37)], "Client order id length should not be more than 36 chars"),
    -4016: ([limit("70000")], "Limit price can't be higher than 64890.00."),
    -4023: ([COARSE, market(qty="0.011")], "Qty not increased by step size."),
    -4024: ([limit("50000", side="SELL")], "Limit price can't be lower than 58710.00."),
    -4028: ([set_(LEVERAGE, symbol="BTCUSDT", leverage=200)], "Leverage 200 is not valid"),
    -4045: (many_stops, "Reach max stop order limit."),
    -4046: ([set_(MARGIN, symbol="BTCUSDT", marginType="CROSSED")], "No need to change margin type."),
    -4047: ([limit(), ISOLATED], "Margin type cannot be changed if there exists open orders."),
    -4048: ([market(), ISOLATED], "Margin type cannot be changed if there exists position."),
    -4059: ([set_(MODE, dualSidePosition="false")], "No need to change position side."),
    -4060: ([market(positionSide="UP")], "Invalid position side."),
    -4061: ([market(positionSide="LONG")], "Order's position side does not match user's setting."),
    -4062: ([market(reduceOnly="maybe")], "Invalid or improper reduceOnly value."),
    -4067: ([limit(), HEDGE], "Position side cannot be changed if there exists open orders."),
    -4068: ([market(), HEDGE], "Position side cannot be changed if there exists position."),
    -4082: ([set_(BATCH, batchOrders="[]")], "Invalid number of batch place orders."),
    -4087: ([restricted(reduce_only=True), market()], "User can only place reduce only order"),
    -4088: ([no_trading, market()], "User can not place order currently"),
    -4109: ([restricted(inactive=True), market()], "This account is inactive. Please activate it before trading."),
    -4116: ([MINE, MINE], "ClientOrderId is duplicated."),
    -4117: (triggering, "stop order is triggering"),
    -4120: (
        [market(type="STOP_MARKET")],
        "Order type not supported for this endpoint. Please use the Algo Order API endpoints instead.",
    ),
    -4130: (
        [market(), stop(), stop()],
        "An open stop or take profit order with GTE and closePosition in the direction is existing.",
    ),
    -4131: (far_market, "The counterparty's best price does not meet the PERCENT_PRICE filter limit."),
    -4135: (
        [stop(type="TRAILING_STOP_MARKET", triggerPrice=None, quantity="0.01", callbackRate="1", activatePrice="0")],
        "Invalid activation price",
    ),
    -4136: (
        [stop(type="TRAILING_STOP_MARKET", triggerPrice=None, callbackRate="1")],
        "Target strategy invalid for orderType TRAILING_STOP_MARKET,closePosition true",
    ),
    -4137: ([stop(quantity="0.01", closePosition="true")], "Quantity must be zero with closePosition equals true"),
    -4138: ([stop(reduceOnly="false")], "Reduce only must be true with closePosition equals true"),
    -4140: ([rules(status="PRE_DELIVERING"), market()], "Invalid symbol status for opening position"),
    -4141: ([rules(status="CLOSE"), market()], "Symbol is closed"),
    -4161: (
        [ISOLATED, market(), set_(LEVERAGE, symbol="BTCUSDT", leverage=5)],
        "Leverage reduction is not supported in Isolated Margin Mode with open positions",
    ),
    -4164: ([market(qty="0.001")], "Order's notional must be no smaller than 100 (unless you choose reduce only)."),
    -4168: (
        [many_assets, ISOLATED],
        "Unable to adjust to isolated-margin mode under the Multi-Assets mode.",
    ),
    -4183: (
        [stop(side="BUY", type="STOP", trigger="62000", price="70000", quantity="0.01")],
        "Limit price can't be higher than 65100.00.",
    ),
    -4184: (
        [stop(type="STOP", trigger="60000", price="50000", quantity="0.01")],
        "Limit price can't be lower than 57000.00.",
    ),
    -4192: ([restricted(cooling_off=True), market()], "Trade forbidden due to Cooling-off Period."),
    -4210: ([stop(side="BUY", trigger="99999999")], "Stop price can't be higher than 2472000.00"),
    -4211: ([stop(trigger="0.1")], "Stop price can't be lower than 1.00"),
    -4400: (
        [restricted(quantitative={"BTCUSDT"}), market()],
        "Futures Trading Quantitative Rules violated, only reduceOnly order is allowed, please try again later.",
    ),
    -4401: (
        [restricted(large_position=True), market()],
        "Compliance restricted account permission: can only place reduceOnly order.",
    ),
    -4402: (
        [restricted(region=True), market()],
        "Dear user, as per our Terms of Use and compliance with local regulations, "
        "this feature is currently not available in your region.",
    ),
    -4509: (
        [stop(quantity="0.01", timeInForce="GTE_GTC")],
        "Time in Force (TIF) GTE can only be used with open positions. Please ensure that positions are available.",
    ),
    -5000: ([set_("/fapi/v1/orders")], "Path /fapi/v1/orders, Method POST is invalid"),
    -5021: (
        [limit(timeInForce="FOK")],
        f"Due to the order could not be filled immediately, the FOK order has been rejected. {NO_HISTORY}",
    ),
    -5022: (
        [limit("62000", timeInForce="GTX")],
        f"Due to the order could not be executed as maker, the Post Only order will be rejected. {NO_HISTORY}",
    ),
    -5024: (
        [MINE, rules(status="PENDING_TRADING"), amend()],
        "Symbol is not in trading status. Order amendment is not permitted.",
    ),
    -5026: (often_amended, "Exceed maximum modify order limit."),
    -5027: ([MINE, amend(price="60000")], "No need to modify the order."),
    -5029: ([MINE, amend(qty="0.001")], "Order's notional must be no smaller than 100"),
    -5037: ([limit(priceMatch="BEST")], "Invalid price match"),
    -5038: ([market(priceMatch="QUEUE")], "Price match only supports order type: LIMIT, STOP AND TAKE_PROFIT"),
    -5039: ([limit(selfTradePreventionMode="MAYBE")], "Invalid self trade prevention mode"),
    -5040: (
        [limit(timeInForce="GTD", goodTillDate="1763596860000")],
        "The goodTillDate timestamp must be greater than the current time plus 600 seconds "
        "and smaller than 253402300799000",
    ),
    -5041: (
        [
            empty_book,
            set_(
                PLACE,
                symbol="BTCUSDT",
                side="BUY",
                type="LIMIT",
                timeInForce="GTC",
                quantity="0.01",
                priceMatch="QUEUE",
            ),
        ],
        "No depth matches this BBO order",
    ),
}
UNREACHABLE = {code for code, row in ORDER.items() if not row.reachable}


@pytest.mark.parametrize("code", REACHED, ids=str)
def test_code_is_reached_with_its_text_and_status(make_desk, code):
    scene, text = REACHED[code]
    answer = after(make_desk, *scene) if isinstance(scene, list) else scene(make_desk)
    assert (answer.body, answer.status) == ({"code": code, "msg": text}, 404 if code == -5000 else 400)


def test_every_code_is_reached_or_says_why_not():
    assert REACHED.keys() | UNREACHABLE == ORDER.keys()
    assert not REACHED.keys() & UNREACHABLE
    assert all(row.note for row in ORDER.values())
