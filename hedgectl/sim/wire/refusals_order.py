"""The refusals of order rules, filters, settings (-4xxx) and of the matching engine (-5xxx): rows of the error table.

Where page and observation differ, the observed text stands. Source: wire facts section 4.
"""

from __future__ import annotations

from hedgectl.sim.wire.refusals import SUPERSEDED, Row, by, never

NO_TRANSFERS = "transfers between wallets are not part of this exchange"
NO_MULTI_ASSETS = "the asset mode cannot be changed through the API here"
NO_PROGRAMME = "retail and regional programmes are not modelled"
COIN_M = "a COIN-M code; USD-M says %s"
NO_HISTORY = "The order will not be recorded in the order history"

ORDER: dict[int, Row] = {
    -4000: never(SUPERSEDED % "-2013 or -2011 for an order that is not open", "Invalid order status."),
    -4001: by("a price below zero", "Price less than 0."),
    -4002: by("a price above PRICE_FILTER", "Price greater than max price."),
    -4003: by("no quantity", "Quantity less than or equal to zero."),
    -4004: by("a quantity below LOT_SIZE", "Quantity less than min quantity."),
    -4005: by("a quantity above LOT_SIZE or MARKET_LOT_SIZE", "Quantity greater than max quantity."),
    -4013: by("a price below PRICE_FILTER", "Price less than min price."),
    -4014: by("a price between ticks", "Price not increased by tick size."),
    -4015: by("a client id of 37 characters", "Client order id length should not be more than 36 chars"),
    -4016: by("a buy far above mark", "Limit price can't be higher than %s."),
    -4020: never(
        SUPERSEDED % "-1102, -4137 and -4138 name the parameter",
        "Target strategy invalid for orderType '%s',reduceOnly '%s'.",
    ),
    -4023: by("a quantity between steps", "Qty not increased by step size."),
    -4024: by("a sell far below mark", "Limit price can't be lower than %s."),
    -4028: by("leverage outside 1 to the symbol's maximum", "Leverage %s is not valid"),
    -4045: by("the 201st open conditional order", "Reach max stop order limit."),
    -4046: by("the margin type that is already set", "No need to change margin type."),
    -4047: by("margin type while orders rest", "Margin type cannot be changed if there exists open orders."),
    -4048: by("margin type with a position", "Margin type cannot be changed if there exists position."),
    -4059: by("the position mode that is already set", "No need to change position side."),
    -4060: by("positionSide of another name", "Invalid position side."),
    -4061: by("positionSide of the other mode", "Order's position side does not match user's setting."),
    -4062: by("reduceOnly=maybe", "Invalid or improper reduceOnly value."),
    -4067: by("position mode while orders rest", "Position side cannot be changed if there exists open orders."),
    -4068: by("position mode with a position", "Position side cannot be changed if there exists position."),
    -4082: by("a batch of six, or none", "Invalid number of batch place orders."),
    -4083: never("each leg of a batch answers for itself", "Fail to place batch orders."),
    -4087: by("an opening order of an account that may only close", "User can only place reduce only order"),
    -4088: by("an account that may not trade", "User can not place order currently"),
    -4109: by(
        "an archived account",
        "This account is inactive. Please activate it before trading.",
    ),
    -4111: never(COIN_M % -4115, "clientTranId is duplicated"),
    -4112: never(COIN_M % -4118, "ReduceOnly Order Failed. Please check your existing position and open orders"),
    -4114: never(NO_TRANSFERS, "clientTranId is not valid"),
    -4115: never(NO_TRANSFERS, "clientTranId is duplicated"),
    -4116: by("the client id of an open order", "ClientOrderId is duplicated."),
    -4117: by("cancel of a conditional order that is triggering", "stop order is triggering"),
    -4118: never(
        SUPERSEDED % "-2022 for a close that finds nothing left to close",
        "ReduceOnly Order Failed. Please check your existing position and open orders",
    ),
    -4120: by(
        "a conditional type sent to the order endpoint",
        "Order type not supported for this endpoint. Please use the Algo Order API endpoints instead.",
    ),
    -4130: by(
        "a second closePosition stop or take-profit of one direction",
        "An open stop or take profit order with GTE and closePosition in the direction is existing.",
    ),
    -4131: by(
        "MARKET whose best price is beyond the band",
        "The counterparty's best price does not meet the PERCENT_PRICE filter limit.",
    ),
    -4135: by("activatePrice of zero or less", "Invalid activation price"),
    -4136: by(
        "closePosition with a trailing stop",
        "Target strategy invalid for orderType %s,closePosition true",
    ),
    -4137: by("closePosition with a quantity", "Quantity must be zero with closePosition equals true"),
    -4138: by("closePosition with reduceOnly=false", "Reduce only must be true with closePosition equals true"),
    -4139: never("every order can be cancelled", "Order type can not be market if it's unable to cancel"),
    -4140: by("an opening order while the symbol only settles", "Invalid symbol status for opening position"),
    -4141: by("any order on a closed symbol", "Symbol is closed"),
    -4142: never(SUPERSEDED % "-2021", "REJECT: take profit or stop order will be triggered immediately"),
    -4144: never(SUPERSEDED % "-1121", "Invalid pair"),
    -4161: by(
        "less leverage on an isolated position",
        "Leverage reduction is not supported in Isolated Margin Mode with open positions",
    ),
    -4164: by(
        "an opening order below MIN_NOTIONAL",
        "Order's notional must be no smaller than %s (unless you choose reduce only).",
    ),
    -4167: never(
        NO_MULTI_ASSETS,
        "Unable to adjust to Multi-Assets mode with symbols of USDⓈ-M Futures under isolated-margin mode.",
    ),
    -4168: by(
        "isolated margin in multi-assets mode", "Unable to adjust to isolated-margin mode under the Multi-Assets mode."
    ),
    -4169: never(
        NO_MULTI_ASSETS, "Unable to adjust Multi-Assets Mode with insufficient margin balance in USDⓈ-M Futures"
    ),
    -4170: never(NO_MULTI_ASSETS, "Unable to adjust Multi-Assets Mode with open orders in USDⓈ-M Futures"),
    -4171: never(NO_MULTI_ASSETS, "Adjusted asset mode is currently set and does not need to be adjusted repeatedly"),
    -4172: never(
        NO_MULTI_ASSETS,
        "Unable to adjust Multi-Assets Mode with a negative wallet balance of margin available asset "
        "in USDⓈ-M Futures account.",
    ),
    -4183: by("a conditional limit far above its trigger", "Limit price can't be higher than %s."),
    -4184: by("a conditional limit far below its trigger", "Limit price can't be lower than %s."),
    -4192: by("an opening order during a cooling-off period", "Trade forbidden due to Cooling-off Period."),
    -4202: never(NO_PROGRAMME, "Intermediate Personal Verification is required for adjusting leverage over 20x"),
    -4203: never(NO_PROGRAMME, "More than 20x leverage is available one month after account registration."),
    -4205: never(NO_PROGRAMME, "More than 20x leverage is available %s days after Futures account registration."),
    -4206: never(NO_PROGRAMME, "Users in this country has limited adjust leverage."),
    -4208: never(
        NO_PROGRAMME, "Current symbol leverage cannot exceed 20 when using position limit adjustment service."
    ),
    -4209: never(NO_PROGRAMME, "The max leverage of Symbol is 20x"),
    -4210: by("a trigger above PRICE_FILTER", "Stop price can't be higher than %s"),
    -4211: by("a trigger below PRICE_FILTER", "Stop price can't be lower than %s"),
    -4400: by(
        "an opening order under the quantitative rules",
        "Futures Trading Quantitative Rules violated, only reduceOnly order is allowed, please try again later.",
    ),
    -4401: by(
        "an opening order of an account restricted to closing",
        "Compliance restricted account permission: can only place reduceOnly order.",
    ),
    -4402: by(
        "an opening order from a closed region",
        "Dear user, as per our Terms of Use and compliance with local regulations, "
        "this feature is currently not available in your region.",
    ),
    -4403: never(
        NO_PROGRAMME,
        "Dear user, as per our Terms of Use and compliance with local regulations, "
        "the leverage can only up to %sx in your region",
    ),
    -4509: by(
        "GTE_GTC without a position",
        "Time in Force (TIF) GTE can only be used with open positions. Please ensure that positions are available.",
    ),
    -4531: never(
        "the account has no COIN-M side",
        "Position mode change requires syncing UM and CM. "
        "Please close any open positions or orders in CM and try again.",
    ),
    -5000: by("a path or method that does not exist", ("Path %s, Method %s is invalid", 404)),
    -5021: by(
        "FOK that the book cannot fill",
        f"Due to the order could not be filled immediately, the FOK order has been rejected. {NO_HISTORY}",
    ),
    -5022: by(
        "GTX past the touch",
        f"Due to the order could not be executed as maker, the Post Only order will be rejected. {NO_HISTORY}",
    ),
    -5024: by(
        "amendment while the symbol is halted", "Symbol is not in trading status. Order amendment is not permitted."
    ),
    -5025: never("whatever is not LIMIT is over before it could be amended", "Only limit order is supported."),
    -5026: by("the 10001st amendment of an order", "Exceed maximum modify order limit."),
    -5027: by("amendment to what the order already is", "No need to modify the order."),
    -5028: never(
        "a fault says it: the engine here reads a request the moment it arrives",
        "Timestamp for this request is outside of the ME recvWindow.",
    ),
    -5029: by("amendment below MIN_NOTIONAL", "Order's notional must be no smaller than %s"),
    -5037: by("priceMatch of another name, or with a price", "Invalid price match"),
    -5038: by("priceMatch on MARKET", "Price match only supports order type: LIMIT, STOP AND TAKE_PROFIT"),
    -5039: by("selfTradePreventionMode of another name", "Invalid self trade prevention mode"),
    -5040: by(
        "goodTillDate within 600 s",
        "The goodTillDate timestamp must be greater than the current time plus 600 seconds "
        "and smaller than 253402300799000",
    ),
    -5041: by("priceMatch on an empty book", "No depth matches this BBO order"),
    -5043: never(
        "an amendment is done before the next request is read", "A pending modification already exists for this order."
    ),
    -5047: never("reduceOnly is no parameter of PUT since 2026", "The original order is not a reduce-only order."),
}
