"""Which paths exist, what they weigh, who may ask: the endpoint table of wire facts section 1.1 as data.

Access: OPEN (anyone), KEY (key header only), SIGNED (key, timestamp, signature). `orders` counts new orders as
(per 10 s, per minute); cancels count none.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from hedgectl.sim.wire import account, algos, keys, market, orders, settings
from hedgectl.sim.wire.call import Handler
from hedgectl.sim.wire.params import Params

OPEN, KEY, SIGNED = "open", "key", "signed"
Weight = Callable[[Params], int]
ORDER = (1, 1)
BATCH = (5, 1)


@dataclass(frozen=True, slots=True)
class Route:
    """One endpoint. `weight` is a number or a function of the parameters; `writes` needs a key that may trade."""

    answer: Handler
    weight: int | Weight
    access: str = SIGNED
    orders: tuple[int, int] | None = None
    writes: bool = False


def by_symbol(one: int, every: int) -> Weight:
    """Weight with a symbol, and without."""
    return lambda params: one if params.get("symbol") else every


def _open(answer: Handler, weight: int | Weight) -> Route:
    return Route(answer, weight, OPEN)


def _write(answer: Handler, weight: int, orders: tuple[int, int] | None = None) -> Route:
    return Route(answer, weight, SIGNED, orders, writes=True)


ROUTES: dict[tuple[str, str], Route] = {
    ("GET", "/fapi/v1/ping"): _open(market.ping, 1),
    ("GET", "/fapi/v1/time"): _open(market.time, 1),
    ("GET", "/fapi/v1/exchangeInfo"): _open(settings.exchange_info, 1),
    ("GET", "/fapi/v1/depth"): _open(market.depth, market.depth_weight),
    ("GET", "/fapi/v1/klines"): _open(market.klines, market.klines_weight),
    ("GET", "/fapi/v1/premiumIndex"): _open(market.premium_index, by_symbol(1, 10)),
    ("GET", "/fapi/v1/fundingRate"): _open(market.funding_rates, 1),
    ("GET", "/fapi/v1/fundingInfo"): _open(market.funding_info, 1),
    ("GET", "/fapi/v1/ticker/24hr"): _open(market.day, by_symbol(1, 40)),
    ("GET", "/fapi/v1/ticker/price"): _open(market.price, by_symbol(1, 2)),
    ("GET", "/fapi/v2/ticker/price"): _open(market.price, by_symbol(1, 2)),
    ("GET", "/fapi/v1/ticker/bookTicker"): _open(market.book_ticker, by_symbol(2, 5)),
    ("POST", "/fapi/v1/order"): _write(orders.place, 0, ORDER),
    ("PUT", "/fapi/v1/order"): _write(orders.amend, 0, ORDER),
    ("DELETE", "/fapi/v1/order"): _write(orders.cancel, 1),
    ("GET", "/fapi/v1/order"): Route(orders.read_order, 1),
    ("POST", "/fapi/v1/order/test"): _write(orders.test, 0),
    ("POST", "/fapi/v1/batchOrders"): _write(orders.place_batch, 5, BATCH),
    ("PUT", "/fapi/v1/batchOrders"): _write(orders.amend_batch, 5, BATCH),
    ("DELETE", "/fapi/v1/batchOrders"): _write(orders.cancel_batch, 1),
    ("DELETE", "/fapi/v1/allOpenOrders"): _write(orders.cancel_all, 1),
    ("POST", "/fapi/v1/countdownCancelAll"): _write(orders.countdown, 10),
    ("GET", "/fapi/v1/openOrder"): Route(orders.read_open_order, 1),
    ("GET", "/fapi/v1/openOrders"): Route(orders.open_orders, by_symbol(1, 40)),
    ("GET", "/fapi/v1/allOrders"): Route(orders.all_orders, 5),
    ("GET", "/fapi/v1/userTrades"): Route(orders.own_trades, 5),
    ("GET", "/fapi/v1/forceOrders"): Route(orders.forced_orders, by_symbol(20, 50)),
    ("POST", "/fapi/v1/algoOrder"): _write(algos.place, 0, ORDER),
    ("DELETE", "/fapi/v1/algoOrder"): _write(algos.cancel, 1),
    ("GET", "/fapi/v1/algoOrder"): Route(algos.read_algo, 1),
    ("GET", "/fapi/v1/openAlgoOrders"): Route(algos.open_algos, by_symbol(1, 40)),
    ("GET", "/fapi/v1/allAlgoOrders"): Route(algos.all_algos, 5),
    ("DELETE", "/fapi/v1/algoOpenOrders"): _write(algos.cancel_all, 1),
    ("GET", "/fapi/v2/balance"): Route(account.balance, 5),
    ("GET", "/fapi/v3/balance"): Route(account.balance, 5),
    ("GET", "/fapi/v2/account"): Route(account.account_v2, 5),
    ("GET", "/fapi/v3/account"): Route(account.account_v3, 5),
    ("GET", "/fapi/v2/positionRisk"): Route(account.positions_v2, 5),
    ("GET", "/fapi/v3/positionRisk"): Route(account.positions_v3, 5),
    ("GET", "/fapi/v1/adlQuantile"): Route(account.adl_quantiles, 5),
    ("GET", "/fapi/v1/income"): Route(account.income, 30),
    ("GET", "/fapi/v1/positionSide/dual"): Route(settings.position_mode, 30),
    ("POST", "/fapi/v1/positionSide/dual"): _write(settings.set_position_mode, 1),
    ("POST", "/fapi/v1/leverage"): _write(settings.set_leverage, 1),
    ("POST", "/fapi/v1/marginType"): _write(settings.set_margin_type, 1),
    ("GET", "/fapi/v1/symbolConfig"): Route(settings.symbol_config, 5),
    ("GET", "/fapi/v1/accountConfig"): Route(settings.account_config, 5),
    ("GET", "/fapi/v1/multiAssetsMargin"): Route(settings.multi_assets, 30),
    ("GET", "/fapi/v1/feeBurn"): Route(settings.fee_burn, 30),
    ("GET", "/fapi/v1/commissionRate"): Route(settings.commission_rate, 20),
    ("GET", "/fapi/v1/leverageBracket"): Route(settings.leverage_brackets, 1),
    ("GET", "/fapi/v1/rateLimit/order"): Route(settings.order_rate_limits, 1),
    ("GET", "/fapi/v1/apiTradingStatus"): Route(settings.trading_status, by_symbol(1, 10)),
    ("GET", "/sapi/v1/account/apiRestrictions"): Route(settings.api_restrictions, 1),
    ("POST", "/fapi/v1/listenKey"): Route(keys.open_key, 1, KEY),
    ("PUT", "/fapi/v1/listenKey"): Route(keys.keep_key, 1, KEY),
    ("DELETE", "/fapi/v1/listenKey"): Route(keys.close_key, 1, KEY),
}
