"""The public market endpoints: clock, prices, book, bars, statistics, funding (wire facts sections 1.1 and 1.2)."""

from __future__ import annotations

from collections.abc import Callable

from hedgectl.sim.format import money_text, price_text, qty_text
from hedgectl.sim.model import Quote, Refusal, Spec
from hedgectl.sim.wire import params as ask
from hedgectl.sim.wire.call import Call
from hedgectl.sim.wire.params import Params

MINUTE_MS = 60_000
INTERVALS_MS = {
    "1m": 1,
    "3m": 3,
    "5m": 5,
    "15m": 15,
    "30m": 30,
    "1h": 60,
    "2h": 120,
    "4h": 240,
    "6h": 360,
    "8h": 480,
    "12h": 720,
    "1d": 1440,
    "3d": 4320,
    "1w": 10080,
    "1M": 43200,
}
DEPTH_WEIGHTS = {5: 2, 10: 2, 20: 2, 50: 2, 100: 5, 500: 10, 1000: 20}
DEPTH_DEFAULT = 500
BARS_DEFAULT = 500
BARS_MAX = 1500
INTEREST_RATE = "0.00010000"
FUNDING_CAP = "0.02000000"
FUNDING_DEFAULT = 100
FUNDING_MAX = 1000

Show = Callable[[Spec, Quote], dict[str, object]]


def ping(call: Call) -> object:
    """GET ping."""
    return {}


def time(call: Call) -> object:
    """GET time: the clock that timestamps are held against."""
    return {"serverTime": call.server_ms}


def book_ticker(call: Call) -> object:
    """GET ticker/bookTicker."""
    return _one_or_all(call, _touch)


def price(call: Call) -> object:
    """GET ticker/price (v1 and v2)."""
    return _one_or_all(call, _last)


def premium_index(call: Call) -> object:
    """GET premiumIndex."""
    return _one_or_all(call, _premium)


def day(call: Call) -> object:
    """GET ticker/24hr."""
    symbol = ask.optional_symbol(call.params, call.exchange.specs)
    return _day(call, symbol) if symbol else [_day(call, name) for name in call.exchange.specs]


def depth(call: Call) -> object:
    """GET depth: limits are 5, 10, 20, 50, 100, 500, 1000."""
    exchange = call.exchange
    symbol = ask.symbol(call.params, exchange.specs)
    levels = ask.integer(call.params, "limit")
    levels = DEPTH_DEFAULT if levels is None else levels
    if levels not in DEPTH_WEIGHTS:
        raise Refusal(-1130, "limit")
    spec, quote = exchange.specs[symbol], exchange.quote(symbol)
    bids, asks = exchange.depth(symbol, levels)
    return {
        "lastUpdateId": quote.update_id,
        "E": call.now_ms,
        "T": quote.time_ms,
        "bids": [[price_text(spec, price), qty_text(spec, qty)] for price, qty in bids],
        "asks": [[price_text(spec, price), qty_text(spec, qty)] for price, qty in asks],
    }


def klines(call: Call) -> object:
    """GET klines: bars as arrays of twelve."""
    exchange, params = call.exchange, call.params
    symbol, interval = ask.symbol(params, exchange.specs), ask.text(params, "interval")
    if interval not in INTERVALS_MS:
        raise Refusal(-1120)
    start_ms, end_ms = ask.span(params)
    most = ask.limit(params, default=BARS_DEFAULT, most=BARS_MAX)
    spec = exchange.specs[symbol]
    bars = exchange.klines(symbol, INTERVALS_MS[interval] * MINUTE_MS, start_ms, end_ms, most)
    return [
        [
            bar.open_ms,
            price_text(spec, bar.open),
            price_text(spec, bar.high),
            price_text(spec, bar.low),
            price_text(spec, bar.close),
            qty_text(spec, bar.volume),
            bar.close_ms,
            money_text(bar.quote_volume),
            bar.trades,
            qty_text(spec, bar.taker_buy_volume),
            money_text(bar.taker_buy_quote),
            "0",
        ]
        for bar in bars
    ]


def funding_rates(call: Call) -> object:
    """GET fundingRate: the moments since this exchange began."""
    symbol = ask.optional_symbol(call.params, call.exchange.specs)
    start_ms, end_ms = ask.span(call.params)
    most = ask.limit(call.params, default=FUNDING_DEFAULT, most=FUNDING_MAX)
    return [
        {
            "symbol": paid.symbol,
            "fundingRate": money_text(paid.rate),
            "fundingTime": paid.time_ms,
            "markPrice": money_text(paid.mark),
            "rateType": "Regular",
        }
        for paid in call.funding.history(symbol, start_ms, end_ms, most)
    ]


def funding_info(call: Call) -> object:
    """GET fundingInfo: symbols whose funding differs from every 8 hours."""
    return [
        {
            "symbol": spec.symbol,
            "adjustedFundingRateCap": FUNDING_CAP,
            "adjustedFundingRateFloor": f"-{FUNDING_CAP}",
            "fundingIntervalHours": spec.funding_interval_h,
            "disclaimer": False,
        }
        for spec in call.exchange.specs.values()
        if spec.funding_interval_h != 8
    ]


def depth_weight(params: Params) -> int:
    """Weight by depth limit."""
    limit = params.get("limit", "")
    return DEPTH_WEIGHTS.get(int(limit), 2) if ask.is_integer(limit) else DEPTH_WEIGHTS[DEPTH_DEFAULT]


def klines_weight(params: Params) -> int:
    """Weight by number of bars asked for."""
    limit = params.get("limit", "")
    bars = int(limit) if ask.is_integer(limit) else BARS_DEFAULT
    if bars < 100:
        return 1
    if bars < 500:
        return 2
    return 5 if bars <= 1000 else 10


def _one_or_all(call: Call, show: Show) -> object:
    books = call.exchange.world.books
    symbol = ask.optional_symbol(call.params, call.exchange.specs)
    if symbol:
        return show(books[symbol].spec, books[symbol].quote)
    return [show(book.spec, book.quote) for book in books.values()]


def _touch(spec: Spec, quote: Quote) -> dict[str, object]:
    return {
        "symbol": spec.symbol,
        "bidPrice": price_text(spec, quote.bid),
        "bidQty": qty_text(spec, quote.bid_qty),
        "askPrice": price_text(spec, quote.ask),
        "askQty": qty_text(spec, quote.ask_qty),
        "time": quote.time_ms,
        "lastUpdateId": quote.update_id,
    }


def _last(spec: Spec, quote: Quote) -> dict[str, object]:
    return {"symbol": spec.symbol, "price": price_text(spec, quote.last), "time": quote.time_ms}


def _premium(spec: Spec, quote: Quote) -> dict[str, object]:
    index = money_text(quote.index)
    return {
        "symbol": spec.symbol,
        "markPrice": money_text(quote.mark),
        "indexPrice": index,
        "estimatedSettlePrice": index,
        "lastFundingRate": money_text(quote.funding_rate),
        "interestRate": INTEREST_RATE,
        "nextFundingTime": quote.next_funding_ms,
        "time": quote.time_ms,
    }


def _day(call: Call, symbol: str) -> dict[str, object]:
    spec, stats = call.exchange.specs[symbol], call.exchange.day(symbol)
    return {
        "symbol": symbol,
        "priceChange": price_text(spec, stats.change),
        "priceChangePercent": f"{stats.change_percent:.3f}",
        "weightedAvgPrice": price_text(spec, stats.weighted_avg),
        "lastPrice": price_text(spec, stats.last),
        "lastQty": qty_text(spec, stats.last_qty),
        "openPrice": price_text(spec, stats.open),
        "highPrice": price_text(spec, stats.high),
        "lowPrice": price_text(spec, stats.low),
        "volume": qty_text(spec, stats.volume),
        "quoteVolume": money_text(stats.quote_volume),
        "openTime": stats.open_ms,
        "closeTime": stats.close_ms,
        "firstId": 1 if stats.trades else -1,
        "lastId": stats.trades or -1,
        "count": stats.trades,
    }
