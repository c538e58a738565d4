"""Which error codes prove that a create was not executed, and what may be done about each (X6).

Only codes that the wire facts (section 4, column A) call definite stand here, with the fact beside them. A code that is
missing is unknown, on purpose: NOT_PROOF and THERE name the documented ones that must never move into this table.
"""

from __future__ import annotations

from enum import StrEnum


class Remedy(StrEnum):
    """What a definite refusal allows. NONE: the same wish fails again. MODIFY: read filters, mode or position again and
    send something else. AGAIN: the exchange never looked at it, so the same wish may be sent under a new id."""

    NONE = "none"
    MODIFY = "modify"
    AGAIN = "again"


NONE, MODIFY, AGAIN = Remedy.NONE, Remedy.MODIFY, Remedy.AGAIN

DEFINITE: dict[int, Remedy] = {
    # who asks
    -1002: NONE,  # not authorized
    -1011: NONE,  # this IP cannot access this route
    -1022: NONE,  # signature not valid
    -1109: NONE,  # invalid account
    -2008: NONE,  # invalid Api-Key ID: a demo key at the live host (section 6.6)
    -2014: NONE,  # API-key format invalid
    -2015: NONE,  # key, IP or permission
    -2017: NONE,  # keys are locked
    -4087: NONE,  # account may only reduce
    -4088: NONE,  # account may not order
    -4109: NONE,  # account is inactive
    -4192: NONE,  # cooling-off period
    -4400: NONE,  # quantitative rules: only reduceOnly (exits pass)
    -4401: NONE,  # quantitative rules: large position
    -4402: NONE,  # region
    -4403: NONE,  # leverage cap of the region
    # how often and when
    -1003: AGAIN,  # too many requests, or banned: after Retry-After
    -1015: AGAIN,  # too many new orders: after the window
    -1021: AGAIN,  # outside recvWindow: after the clock is measured again
    -5028: AGAIN,  # outside the matching engine's recvWindow
    # what is said
    -1010: NONE,  # ERROR_MSG_RECEIVED
    -1013: NONE,  # INVALID_MESSAGE
    -1014: NONE,  # unsupported order combination
    -1016: NONE,  # service no longer available
    -1020: NONE,  # operation not supported
    -1100: NONE,  # illegal characters
    -1101: NONE,  # too many parameters
    -1102: NONE,  # mandatory parameter missing
    -1103: NONE,  # unknown parameter
    -1104: NONE,  # not all parameters were read
    -1105: NONE,  # parameter was empty
    -1106: MODIFY,  # sent when not required: reduceOnly in hedge mode, so read the mode
    -1114: NONE,  # timeInForce when not required
    -1115: NONE,  # invalid timeInForce
    -1116: NONE,  # invalid orderType
    -1117: NONE,  # invalid side
    -1118: NONE,  # new client order id was empty
    -1119: NONE,  # original client order id was empty
    -1128: NONE,  # combination of optional parameters
    -1130: NONE,  # data sent for a parameter is not valid
    -1136: NONE,  # invalid newOrderRespType
    -4015: NONE,  # client order id longer than 36
    -4020: NONE,  # target strategy invalid for this type
    -4060: NONE,  # no such position side
    -4062: NONE,  # reduceOnly is neither true nor false
    -4082: NONE,  # invalid number of batch orders
    -4111: NONE,  # COIN-M's -4115
    -4120: NONE,  # conditional type on the order endpoint
    -4136: NONE,  # target strategy invalid with closePosition
    -4137: NONE,  # quantity with closePosition
    -4138: NONE,  # reduceOnly must be true with closePosition
    -4139: NONE,  # type cannot be market here
    -5000: NONE,  # path or method is invalid
    -5037: NONE,  # invalid price match
    -5038: NONE,  # price match for another type
    -5039: NONE,  # invalid self trade prevention mode
    # the rules of the symbol: read them again
    -1111: MODIFY,  # precision
    -1121: NONE,  # invalid symbol
    -1122: NONE,  # invalid symbol status
    -4001: MODIFY,  # price below 0
    -4002: MODIFY,  # price above max
    -4003: MODIFY,  # quantity not above 0
    -4004: MODIFY,  # quantity below min
    -4005: MODIFY,  # quantity above max
    -4013: MODIFY,  # price below min
    -4014: MODIFY,  # tick size
    -4016: MODIFY,  # above the mark price band
    -4023: MODIFY,  # step size
    -4024: MODIFY,  # below the mark price band
    -4131: MODIFY,  # counterparty's best price outside the band
    -4140: NONE,  # symbol status does not open positions
    -4141: NONE,  # symbol is closed
    -4144: NONE,  # invalid pair
    -4164: MODIFY,  # notional below the minimum
    -4183: MODIFY,  # stop limit price above its cap
    -4184: MODIFY,  # stop limit price below its floor
    -4210: MODIFY,  # stop price above its cap
    -4211: MODIFY,  # stop price below its floor
    -5040: MODIFY,  # goodTillDate out of range
    # the account and its position
    -2010: NONE,  # NEW_ORDER_REJECTED
    -2018: NONE,  # balance insufficient
    -2019: NONE,  # margin insufficient
    -2022: MODIFY,  # reduce-only with too little to reduce: read position and resting closes
    -2023: NONE,  # user in liquidation
    -2024: MODIFY,  # position not sufficient
    -2025: NONE,  # max open orders
    -2026: NONE,  # type not supported when reduceOnly
    -2027: NONE,  # max position at this leverage
    -2028: NONE,  # leverage smaller than permitted
    -4000: NONE,  # invalid order status
    -4028: NONE,  # leverage not valid
    -4045: NONE,  # max stop orders
    -4061: MODIFY,  # position side against the account's mode: read the mode
    -4112: MODIFY,  # COIN-M's -4118
    -4118: MODIFY,  # reduce-only failed: existing position and open orders
    # the market
    -1112: AGAIN,  # no orders on book
    -2020: AGAIN,  # unable to fill
    -2021: MODIFY,  # would trigger at once
    -4135: MODIFY,  # activation price
    -4142: MODIFY,  # would trigger at once
    -5021: MODIFY,  # FOK unfillable, not recorded
    -5022: MODIFY,  # post-only would take, not recorded
    -5041: MODIFY,  # no depth for this price match
}

THROTTLED = -1008
"""Documented as "100 % failure", but an order was seen after it (open point 8): proof only when a setting says so."""

THERE: dict[int, str] = {
    -4116: "an open order already has this client id",
    -4117: "the stop order is triggering",
    -4130: "a closePosition order in this direction is already open",
}
"""Codes that say "it, or its twin, exists": look, do not send."""

NOT_PROOF: dict[int, str] = {
    -1000: "unknown error: it may have been executed",
    -1001: "internal error: documented as failed, verified anyway",
    -1006: "unexpected response from the message bus: execution status unknown",
    -1007: "timeout of the backend: execution status unknown",
    -2011: "an answer to a cancel",
    -2012: "an answer to a batch cancel",
    -2013: "an answer to a query, and it lags",
    -4083: "batch placing failed, in an unknown part",
}
"""Codes that prove nothing about a create, with what they do say."""


def known(code: int) -> bool:
    """Whether the wire facts say what this code means for an order, be it only that it proves nothing."""
    return code in DEFINITE or code in THERE or code in NOT_PROOF or code == THROTTLED
