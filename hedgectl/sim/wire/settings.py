"""The account's settings: position mode, leverage, margin type, and what else the venue lets a client read or set.

Source: wire facts section 1.1 and 1.2.
"""

from __future__ import annotations

from hedgectl.sim.margin import brackets_of, max_notional
from hedgectl.sim.model import Refusal, Spec
from hedgectl.sim.wire import params as ask
from hedgectl.sim.wire.call import SUCCESS, Call
from hedgectl.sim.wire.info import order_limits

MARGIN_TYPES = {"ISOLATED": True, "CROSSED": False}
RPI_FEE = "0.00005"


def exchange_info(call: Call) -> object:
    """GET exchangeInfo."""
    return call.info.body(call.exchange.specs, call.limits, call.server_ms)


def position_mode(call: Call) -> object:
    """GET positionSide/dual."""
    return {"dualSidePosition": call.exchange.hedge}


def set_position_mode(call: Call) -> object:
    """POST positionSide/dual."""
    ask.text(call.params, "dualSidePosition")
    call.exchange.set_hedge(bool(ask.boolean(call.params, "dualSidePosition")))
    return SUCCESS


def set_leverage(call: Call) -> object:
    """POST leverage: the answer's maxNotionalValue is the cap of the bracket that the leverage falls in."""
    exchange = call.exchange
    symbol = ask.symbol(call.params, exchange.specs)
    leverage, notional = exchange.set_leverage(symbol, ask.mandatory_integer(call.params, "leverage"))
    return {"leverage": leverage, "maxNotionalValue": format(notional, "f"), "symbol": symbol}


def set_margin_type(call: Call) -> object:
    """POST marginType."""
    exchange = call.exchange
    symbol, wanted = ask.symbol(call.params, exchange.specs), ask.text(call.params, "marginType")
    if wanted not in MARGIN_TYPES:
        raise Refusal(-1130, "marginType")
    exchange.set_margin_type(symbol, MARGIN_TYPES[wanted])
    return SUCCESS


def symbol_config(call: Call) -> object:
    """GET symbolConfig."""
    exchange = call.exchange
    symbol = ask.optional_symbol(call.params, exchange.specs)
    return [
        {
            "symbol": name,
            "marginType": "ISOLATED" if config.isolated else "CROSSED",
            "isAutoAddMargin": False,
            "leverage": config.leverage,
            "maxNotionalValue": notional_max(exchange.specs[name], config.leverage),
        }
        for name, config in exchange.configs.items()
        if symbol is None or name == symbol
    ]


def account_config(call: Call) -> dict[str, object]:
    """GET accountConfig: mode and permissions in one cheap call."""
    exchange = call.exchange
    return {
        "feeTier": 0,
        "canTrade": exchange.can_trade,
        "canDeposit": True,
        "canWithdraw": True,
        "dualSidePosition": exchange.hedge,
        "updateTime": 0,
        "multiAssetsMargin": exchange.multi_assets,
        "tradeGroupId": -1,
    }


def multi_assets(call: Call) -> object:
    """GET multiAssetsMargin."""
    return {"multiAssetsMargin": call.exchange.multi_assets}


def fee_burn(call: Call) -> object:
    """GET feeBurn: fees are paid in the quote asset here."""
    return {"feeBurn": False}


def commission_rate(call: Call) -> object:
    """GET commissionRate."""
    symbol = ask.symbol(call.params, call.exchange.specs)
    spec = call.exchange.specs[symbol]
    return {
        "symbol": symbol,
        "makerCommissionRate": str(spec.maker_fee),
        "takerCommissionRate": str(spec.taker_fee),
        "rpiCommissionRate": RPI_FEE,
    }


def leverage_brackets(call: Call) -> object:
    """GET leverageBracket: bracket figures are JSON numbers."""
    specs = call.exchange.specs
    symbol = ask.optional_symbol(call.params, specs)
    return [_brackets(spec) for spec in specs.values() if symbol is None or spec.symbol == symbol]


def order_rate_limits(call: Call) -> object:
    """GET rateLimit/order."""
    return order_limits(call.limits)


def trading_status(call: Call) -> object:
    """GET apiTradingStatus: no indicator is ever violated, so none is listed."""
    return {"indicators": {}, "updateTime": call.now_ms}


def api_restrictions(call: Call) -> object:
    """GET apiRestrictions (spot host): what the key may do."""
    return {
        "ipRestrict": call.key.ip_bound,
        "createTime": 1698645219000,
        "enableReading": True,
        "enableFutures": call.key.trading,
        "enableMargin": False,
        "enableSpotAndMarginTrading": False,
        "enableWithdrawals": call.key.withdrawals,
        "enableInternalTransfer": False,
        "enableVanillaOptions": False,
        "enablePortfolioMarginTrading": False,
        "permitsUniversalTransfer": call.key.transfers,
    }


def notional_max(spec: Spec, leverage: int) -> str:
    """The largest notional that `leverage` may carry, as text."""
    return format(max_notional(spec, leverage), "f")


def _brackets(spec: Spec) -> dict[str, object]:
    return {
        "symbol": spec.symbol,
        "notionalCoef": 1.0,
        "brackets": [
            {
                "bracket": bracket.number,
                "initialLeverage": bracket.leverage,
                "notionalCap": float(bracket.notional_cap),
                "notionalFloor": float(bracket.notional_floor),
                "maintMarginRatio": float(bracket.maint_ratio),
                "cum": float(bracket.cum),
            }
            for bracket in brackets_of(spec)
        ],
    }
