"""The account endpoints: balance, account, positions, income. Positions may lag (visibility), money does not.

v3 lists only legs with a position or orders, v2 every symbol of the mode; shorts are negative, also on SHORT rows.
Source: wire facts sections 1.1 and 1.2.
"""

from __future__ import annotations

from hedgectl.sim.format import money_text
from hedgectl.sim.margin import cross_risk
from hedgectl.sim.model import Position, Refusal
from hedgectl.sim.wire import params as ask
from hedgectl.sim.wire import show_account as show
from hedgectl.sim.wire.call import Call
from hedgectl.sim.wire.settings import account_config
from hedgectl.sim.wire.show_account import ASSET

ALIAS = "SgsR"
INCOME_DEFAULT = 100
INCOME_MAX = 1000
INCOME_TYPES = frozenset(
    {
        "TRANSFER",
        "WELCOME_BONUS",
        "REALIZED_PNL",
        "FUNDING_FEE",
        "COMMISSION",
        "INSURANCE_CLEAR",
        "REFERRAL_KICKBACK",
        "COMMISSION_REBATE",
        "API_REBATE",
        "CONTEST_REWARD",
        "CROSS_COLLATERAL_TRANSFER",
        "OPTIONS_PREMIUM_FEE",
        "OPTIONS_SETTLE_PROFIT",
        "INTERNAL_TRANSFER",
        "AUTO_EXCHANGE",
        "DELIVERED_SETTELMENT",
        "COIN_SWAP_DEPOSIT",
        "COIN_SWAP_WITHDRAW",
        "POSITION_LIMIT_INCREASE_FEE",
        "STRATEGY_UMFUTURES_TRANSFER",
        "FEE_RETURN",
        "BFUSD_REWARD",
    }
)


def balance(call: Call) -> object:
    """GET balance (v2 and v3)."""
    now = call.exchange.summary()
    return [
        {
            "accountAlias": ALIAS,
            "asset": ASSET,
            "balance": money_text(now.wallet),
            "crossWalletBalance": money_text(now.cross_wallet),
            "crossUnPnl": money_text(now.cross_unrealised),
            "availableBalance": money_text(now.available),
            "maxWithdrawAmount": money_text(now.max_withdraw),
            "marginAvailable": True,
            "updateTime": now.update_ms,
        }
    ]


def account_v3(call: Call) -> object:
    """GET v3/account: totals, assets, and the legs that are not flat."""
    totals, asset = show.totals(call.exchange.summary())
    return totals | {
        "assets": [asset],
        "positions": [show.leg_v3(call.exchange, leg) for leg in _legs(call, None, flat=False)],
    }


def account_v2(call: Call) -> object:
    """GET v2/account: the settings too, and every leg of the mode."""
    totals, asset = show.totals(call.exchange.summary())
    config = account_config(call)
    settings = {name: value for name, value in config.items() if name != "dualSidePosition"}
    return (
        settings
        | {"feeBurn": False}
        | totals
        | {
            "assets": [asset | {"marginAvailable": True}],
            "positions": [show.leg_v2(call.exchange, leg) for leg in _legs(call, None)],
        }
    )


def positions_v3(call: Call) -> object:
    """GET v3/positionRisk: legs with a position or resting orders."""
    exchange = call.exchange
    symbol = ask.optional_symbol(call.params, exchange.specs)
    working = {(order.symbol, order.position_side) for order in exchange.open_orders(symbol)}
    cross = cross_risk(exchange.world)
    return [
        show.risk_v3(exchange, leg, cross)
        for leg in _legs(call, symbol, flat=bool(working))
        if leg.qty or (leg.symbol, leg.position_side) in working
    ]


def positions_v2(call: Call) -> object:
    """GET v2/positionRisk: every leg of the mode, flat ones too."""
    symbol = ask.optional_symbol(call.params, call.exchange.specs)
    cross = cross_risk(call.exchange.world)
    return [show.risk_v2(call.exchange, leg, cross) for leg in _legs(call, symbol)]


def adl_quantiles(call: Call) -> object:
    """GET adlQuantile: per symbol with a position, the queue position of each leg."""
    exchange = call.exchange
    rows: dict[str, dict[str, int]] = {}
    for leg in _legs(call, ask.optional_symbol(call.params, exchange.specs)):
        if leg.qty:
            empty = {"LONG": 0, "SHORT": 0, "HEDGE": 0} if exchange.hedge else {"LONG": 0, "SHORT": 0, "BOTH": 0}
            rows.setdefault(leg.symbol, empty)[leg.position_side] = show.adl(exchange.position_margin(leg))
    return [{"symbol": symbol, "adlQuantile": quantiles} for symbol, quantiles in rows.items()]


def income(call: Call) -> object:
    """GET income."""
    params = call.params
    symbol, kind = ask.optional_symbol(params, call.exchange.specs), ask.optional_text(params, "incomeType")
    if kind is not None and kind not in INCOME_TYPES:
        raise Refusal(-1130, "incomeType")
    start_ms, end_ms = ask.span(params)
    most = ask.limit(params, default=INCOME_DEFAULT, most=INCOME_MAX)
    return [
        {
            "symbol": line.symbol,
            "incomeType": line.type,
            "income": money_text(line.amount),
            "asset": line.asset,
            "info": line.info,
            "time": line.time_ms,
            "tranId": line.tran_id,
            "tradeId": line.trade_id,
        }
        for line in call.exchange.income(symbol, kind, start_ms, end_ms, most)
    ]


def _legs(call: Call, symbol: str | None, flat: bool = True) -> list[Position]:
    lag_ms = call.visibility.positions
    return call.exchange.positions(symbol, call.now_ms - lag_ms if lag_ms else None, flat)
