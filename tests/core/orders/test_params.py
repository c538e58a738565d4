"""What leaves: exact parameters for every kind of order in both modes, and nothing that the exchange would refuse."""

from __future__ import annotations

import re
from decimal import Decimal
from pathlib import Path

import pytest

import hedgectl
from hedgectl.core.model.order import Action, Kind, Leg, Mode, Side, Tif
from hedgectl.core.orders.params import wire_params
from hedgectl.core.orders.sides import sides

ALWAYS = {
    "newOrderRespType": "RESULT",
    "selfTradePreventionMode": "EXPIRE_MAKER",
    "recvWindow": "2500",
    "timestamp": "1767225600000",
}
ID = "h1-e000001-lfb848c99b9a43ec7866a"


def test_a_market_entry(prepared):
    assert wire_params(prepared()) == ALWAYS | {
        "symbol": "BTCUSDT",
        "side": "BUY",
        "type": "MARKET",
        "positionSide": "LONG",
        "quantity": "0.01",
        "newClientOrderId": ID,
    }


def test_a_post_only_limit(prepared):
    sent = wire_params(prepared(kind=Kind.LIMIT, price=Decimal("6E+4"), tif=Tif.GTX))
    assert (sent["type"], sent["price"], sent["timeInForce"]) == ("LIMIT", "60000", "GTX")


def test_a_one_way_close_is_reduce_only(prepared):
    order = prepared(action=Action.CLOSE, side=Side.SELL, position_side="BOTH", reduce_only=True)
    assert wire_params(order)["reduceOnly"] == "true"


def test_reduce_only_false_is_never_said(prepared):
    assert "reduceOnly" not in wire_params(prepared(reduce_only=False))


def test_base_cover_is_a_close_all_in_the_algo_service(prepared):
    order = prepared(
        kind=Kind.STOP_MARKET, side=Side.SELL, action=Action.CLOSE_ALL, quantity=None, trigger_price=Decimal("50000.10")
    )
    assert wire_params(order) == ALWAYS | {
        "algoType": "CONDITIONAL",
        "symbol": "BTCUSDT",
        "side": "SELL",
        "type": "STOP_MARKET",
        "positionSide": "LONG",
        "closePosition": "true",
        "triggerPrice": "50000.1",
        "workingType": "CONTRACT_PRICE",
        "clientAlgoId": ID,
    }


def test_a_trailing_stop(prepared):
    order = prepared(
        kind=Kind.TRAILING_STOP_MARKET,
        side=Side.SELL,
        action=Action.CLOSE,
        callback_rate=Decimal("1.50"),
        activate_price=Decimal(61000),
    )
    sent = wire_params(order)
    assert (sent["callbackRate"], sent["activatePrice"], sent["quantity"]) == ("1.5", "61000", "0.01")
    assert "triggerPrice" not in sent


@pytest.mark.parametrize("kind", [Kind.STOP, Kind.TAKE_PROFIT])
def test_a_conditional_limit_has_both_prices(prepared, kind):
    order = prepared(kind=kind, price=Decimal(2), trigger_price=Decimal(1), action=Action.CLOSE, tif=Tif.GTE_GTC)
    sent = wire_params(order)
    assert (sent["price"], sent["triggerPrice"], sent["timeInForce"]) == ("2", "1", "GTE_GTC")


@pytest.mark.parametrize(
    "changes",
    [
        {"quantity": None},
        {"price": Decimal(1)},
        {"tif": Tif.GTC},
        {"kind": Kind.LIMIT, "tif": Tif.GTC},
        {"kind": Kind.LIMIT, "price": Decimal(1)},
        {"action": Action.CLOSE_ALL, "quantity": None},
        {"action": Action.CLOSE_ALL, "kind": Kind.STOP_MARKET, "trigger_price": Decimal(1)},
        {
            "action": Action.CLOSE_ALL,
            "kind": Kind.STOP_MARKET,
            "quantity": None,
            "trigger_price": Decimal(1),
            "reduce_only": True,
        },
        {"kind": Kind.STOP_MARKET},
        {"kind": Kind.STOP, "trigger_price": Decimal(1)},
        {"kind": Kind.TRAILING_STOP_MARKET},
    ],
)
def test_what_the_wire_cannot_say_is_a_programmers_error(prepared, changes):
    with pytest.raises(ValueError, match=ID):
        wire_params(prepared(**changes))


@pytest.mark.parametrize("mode", list(Mode))
@pytest.mark.parametrize("action", list(Action))
@pytest.mark.parametrize("leg", [Leg.LONG, Leg.SHORT])
def test_the_mode_table_reaches_the_wire_unchanged(prepared, mode, action, leg):
    rule = sides(mode, action, leg)
    close_all = action is Action.CLOSE_ALL
    order = prepared(
        action=action,
        leg=leg,
        position_side=rule.position_side,
        reduce_only=rule.reduce_only,
        kind=Kind.STOP_MARKET if close_all else Kind.MARKET,
        quantity=None if close_all else Decimal(1),
        trigger_price=Decimal(1) if close_all else None,
    )
    sent = wire_params(order)
    assert sent["positionSide"] == (leg.value if mode is Mode.HEDGE else "BOTH")
    assert ("reduceOnly" in sent) is (mode is Mode.ONE_WAY and action is Action.CLOSE)
    assert not ({"quantity", "reduceOnly"} & set(sent) and "closePosition" in sent)


def test_no_other_code_writes_position_side_or_reduce_only():
    root = Path(hedgectl.__file__).parent
    writes = re.compile(r"""\[["'](positionSide|reduceOnly)["']\]\s*=|["'](positionSide|reduceOnly)["']\s*:""")
    found = {
        str(path.relative_to(root))
        for path in root.rglob("*.py")
        if path.relative_to(root).parts[0] != "sim" and writes.search(path.read_text())
    }
    # The intake only reads these words, as spellings that people use in an intent.
    assert found - {"intake/fields.py"} == {"core/orders/params.py"}
