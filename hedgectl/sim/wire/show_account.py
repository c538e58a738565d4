"""The account's totals and legs as the venue writes them: money is text, shorts are negative, also on SHORT rows.

An isolated leg shows its wallet, a cross leg "0": ccxt tells the margin type by exactly that (wire facts section 1.1).
"""

from __future__ import annotations

from decimal import Decimal

from hedgectl.sim.exchange import Exchange
from hedgectl.sim.figures import AccountSummary, PositionMargin
from hedgectl.sim.format import money_text, price_text, qty_text
from hedgectl.sim.margin import CrossRisk
from hedgectl.sim.model import ZERO, Position
from hedgectl.sim.wire.settings import notional_max

ASSET = "USDT"
#   profit in tenths of the initial margin above which a leg stands in queue position 2, 3, 4
ADL_TENTHS = (0, 1, 5)

Shown = dict[str, object]


def adl(figures: PositionMargin) -> int:
    """Queue position for auto-deleveraging: 1 for a losing leg to 4 for the most profitable per margin."""
    profit, margin = figures.unrealised * 10, figures.position_initial_margin
    if profit <= 0:
        return 1
    return 1 + sum([profit > margin * tenths for tenths in ADL_TENTHS])


def _amount(amount: Decimal) -> str:
    """Money where v3/positionRisk writes a bare 0 for nothing."""
    return money_text(amount) if amount else "0"


def totals(now: AccountSummary) -> tuple[Shown, Shown]:
    """The account's totals, and the row of its one asset."""
    wallet, profit, balance = money_text(now.wallet), money_text(now.unrealised), money_text(now.margin_balance)
    initial, maint = money_text(now.initial_margin), money_text(now.maint_margin)
    of_positions, of_orders = money_text(now.position_initial_margin), money_text(now.open_order_initial_margin)
    common = {
        "crossUnPnl": money_text(now.cross_unrealised),
        "availableBalance": money_text(now.available),
        "maxWithdrawAmount": money_text(now.max_withdraw),
    }
    sums: Shown = {
        "totalInitialMargin": initial,
        "totalMaintMargin": maint,
        "totalWalletBalance": wallet,
        "totalUnrealizedProfit": profit,
        "totalMarginBalance": balance,
        "totalPositionInitialMargin": of_positions,
        "totalOpenOrderInitialMargin": of_orders,
        "totalCrossWalletBalance": money_text(now.cross_wallet),
        "totalCrossUnPnl": common["crossUnPnl"],
        "availableBalance": common["availableBalance"],
        "maxWithdrawAmount": common["maxWithdrawAmount"],
    }
    asset: Shown = {
        "asset": ASSET,
        "walletBalance": wallet,
        "unrealizedProfit": profit,
        "marginBalance": balance,
        "maintMargin": maint,
        "initialMargin": initial,
        "positionInitialMargin": of_positions,
        "openOrderInitialMargin": of_orders,
        "crossWalletBalance": money_text(now.cross_wallet),
        **common,
        "updateTime": now.update_ms,
    }
    return sums, asset


def leg_v3(exchange: Exchange, leg: Position) -> Shown:
    """A leg of v3/account."""
    figures = exchange.position_margin(leg)
    return {
        "symbol": leg.symbol,
        "positionSide": leg.position_side,
        "positionAmt": qty_text(exchange.specs[leg.symbol], leg.qty),
        "unrealizedProfit": money_text(figures.unrealised),
        "isolatedMargin": money_text(figures.isolated_margin),
        "notional": money_text(figures.notional),
        "isolatedWallet": money_text(leg.isolated_wallet),
        "initialMargin": money_text(figures.initial_margin),
        "maintMargin": money_text(figures.maint_margin),
        "updateTime": leg.update_ms,
    }


def leg_v2(exchange: Exchange, leg: Position) -> Shown:
    """A leg of v2/account."""
    spec, config, figures = exchange.specs[leg.symbol], exchange.configs[leg.symbol], exchange.position_margin(leg)
    return {
        "symbol": leg.symbol,
        "initialMargin": money_text(figures.initial_margin),
        "maintMargin": money_text(figures.maint_margin),
        "unrealizedProfit": money_text(figures.unrealised),
        "positionInitialMargin": money_text(figures.position_initial_margin),
        "openOrderInitialMargin": money_text(figures.open_order_initial_margin),
        "leverage": str(config.leverage),
        "isolated": config.isolated,
        "entryPrice": money_text(leg.entry_price),
        "maxNotional": notional_max(spec, config.leverage),
        "bidNotional": money_text(figures.bid_notional),
        "askNotional": money_text(figures.ask_notional),
        "positionSide": leg.position_side,
        "positionAmt": qty_text(spec, leg.qty),
        "updateTime": leg.update_ms,
    }


def risk_v3(exchange: Exchange, leg: Position, cross: CrossRisk) -> Shown:
    """A leg of v3/positionRisk: without leverage and margin type."""
    spec, figures = exchange.specs[leg.symbol], exchange.position_margin(leg)
    of_orders = figures.open_order_initial_margin
    of_position = _amount(figures.position_initial_margin)
    return {
        "symbol": leg.symbol,
        "positionSide": leg.position_side,
        "positionAmt": qty_text(spec, leg.qty),
        "entryPrice": money_text(leg.entry_price),
        "breakEvenPrice": money_text(leg.break_even),
        "markPrice": money_text(figures.mark),
        "unRealizedProfit": money_text(figures.unrealised),
        "liquidationPrice": _liquidation(exchange, leg, cross),
        "isolatedMargin": _amount(figures.isolated_margin),
        "notional": _amount(figures.notional),
        "marginAsset": spec.quote,
        "isolatedWallet": _amount(leg.isolated_wallet),
        "initialMargin": _amount(figures.initial_margin) if of_orders else of_position,
        "maintMargin": _amount(figures.maint_margin),
        "positionInitialMargin": of_position,
        "openOrderInitialMargin": _amount(of_orders),
        "adl": adl(figures) if leg.qty else 0,
        "bidNotional": _amount(figures.bid_notional),
        "askNotional": _amount(figures.ask_notional),
        "updateTime": leg.update_ms,
    }


def risk_v2(exchange: Exchange, leg: Position, cross: CrossRisk) -> Shown:
    """A leg of v2/positionRisk."""
    spec, config, figures = exchange.specs[leg.symbol], exchange.configs[leg.symbol], exchange.position_margin(leg)
    return {
        "entryPrice": price_text(spec, leg.entry_price) if not leg.qty else money_text(leg.entry_price),
        "breakEvenPrice": money_text(leg.break_even) if leg.qty else "0.0",
        "marginType": "isolated" if config.isolated else "cross",
        "isAutoAddMargin": "false",
        "isolatedMargin": money_text(figures.isolated_margin),
        "leverage": str(config.leverage),
        "liquidationPrice": _liquidation(exchange, leg, cross),
        "markPrice": money_text(figures.mark),
        "maxNotionalValue": notional_max(spec, config.leverage),
        "positionAmt": qty_text(spec, leg.qty),
        "notional": money_text(figures.notional),
        "isolatedWallet": money_text(leg.isolated_wallet),
        "symbol": leg.symbol,
        "unRealizedProfit": money_text(figures.unrealised),
        "positionSide": leg.position_side,
        "updateTime": leg.update_ms,
    }


def _liquidation(exchange: Exchange, leg: Position, cross: CrossRisk) -> str:
    price = exchange.liquidation_price(leg, cross) if leg.qty else ZERO
    return money_text(price) if price else "0"
