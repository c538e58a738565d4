"""The real ccxt class on top of the box: its parsers and its error map see what they see in production."""

from __future__ import annotations

import json
from urllib.parse import urlsplit

import ccxt
import pytest
from ccxt.async_support import binanceusdm

from hedgectl.sim.http import Request

SYMBOL = "BTC/USDT:USDT"


class InProcess(binanceusdm):
    """ccxt with its transport replaced: production addresses, answers from the box."""

    desk = None

    async def fetch(self, url, method="GET", headers=None, body=None):
        parts = urlsplit(url)
        sent = self.prepare_request_headers(headers)
        response = self.desk.box.handle(Request(method, parts.path, parts.query, sent, body or ""), self.desk.now_ms)
        text = response.body.decode()
        decoded = json.loads(text)
        self.last_response_headers = response.headers
        self.handle_errors(response.status, "", url, method, response.headers, text, decoded, sent, body)
        return decoded

    def milliseconds(self):
        return self.desk.now_ms


@pytest.fixture
def make_client(make_desk):
    def make(**desk):
        client = InProcess({"apiKey": "sim", "secret": "sim", "enableRateLimit": False})
        client.options |= {"fetchCurrencies": False, "recvWindow": 5000}
        client.options["fetchOpenOrders"] = {"warnWithoutSymbol": False}
        client.desk = make_desk(**desk)
        return client

    return make


@pytest.fixture
def client(make_client):
    return make_client()


async def test_markets_parse(client):
    market = (await client.load_markets())[SYMBOL]
    assert (market["linear"], market["swap"], market["active"]) == (True, True, True)
    assert (market["precision"], market["limits"]["cost"]["min"]) == ({**market["precision"], "price": 0.1}, 100.0)
    assert market["limits"]["market"]["max"] == 120.0


async def test_balance_and_positions_parse(client):
    await client.create_order(SYMBOL, "market", "sell", 0.01)
    balance = await client.fetch_balance()
    assert balance["USDT"]["total"] == pytest.approx(9999.7, abs=0.1)
    (position,) = await client.fetch_positions()
    assert (position["side"], position["contracts"], position["marginMode"]) == ("short", 0.01, "cross")
    (older,) = await client.fetch_positions(params={"useV2": True})
    assert (older["leverage"], older["entryPrice"]) == (20, 61799.9)


async def test_an_isolated_position_is_told_from_a_cross_one(client):
    await client.set_margin_mode("isolated", SYMBOL)
    await client.create_order(SYMBOL, "market", "buy", 0.01)
    (position,) = await client.fetch_positions()
    assert (position["marginMode"], position["collateral"] > 30) == ("isolated", True)


@pytest.mark.parametrize(("hedge", "more"), [(False, {}), (True, {"positionSide": "LONG"})], ids=["one-way", "hedge"])
async def test_each_kind_of_order_is_created_read_and_cancelled(make_client, hedge, more):
    client = make_client(hedge=hedge)
    assert (await client.fetch_position_mode())["hedged"] is hedge
    bought = await client.create_order(SYMBOL, "market", "buy", 0.01, params=more)
    assert (bought["status"], bought["filled"], bought["average"]) == ("closed", 0.01, None)
    resting = await client.create_order(SYMBOL, "limit", "buy", 0.01, 60000, {"postOnly": True} | more)
    edited = await client.edit_order(resting["id"], SYMBOL, "limit", "buy", 0.01, 59000, more)
    assert (edited["id"], edited["price"]) == (resting["id"], 59000)
    assert [order["id"] for order in await client.fetch_open_orders()] == [resting["id"]]
    assert (await client.cancel_order(resting["id"], SYMBOL))["status"] == "canceled"
    close = more if hedge else {"reduceOnly": True}
    stops = {
        "STOP_MARKET": {"stopLossPrice": 60000, "closePosition": True} | more,
        "TAKE_PROFIT": {"takeProfitPrice": 63000} | close,
        "TRAILING_STOP_MARKET": {"trailingPercent": 1.5, "trailingTriggerPrice": 63000} | close,
    }
    for kind, params in stops.items():
        price = 63000 if kind == "TAKE_PROFIT" else None
        base = "limit" if price else "market"
        placed = await client.create_order(SYMBOL, base, "sell", 0.01, price, params)
        read = await client.fetch_order(placed["id"], SYMBOL, {"trigger": True})
        assert (read["info"]["orderType"], read["status"]) == (kind, "open")
        await client.cancel_order(placed["id"], SYMBOL, {"trigger": True})
        assert (await client.fetch_order(placed["id"], SYMBOL, {"trigger": True}))["status"] == "canceled"
    sold = await client.create_order(SYMBOL, "market", "sell", 0.01, params=close)
    assert (await client.fetch_order(sold["id"], SYMBOL))["average"] == 61799.9
    trades = await client.fetch_my_trades(SYMBOL)
    assert [(trade["side"], trade["fee"]["currency"]) for trade in trades] == [("buy", "USDT"), ("sell", "USDT")]
    assert [row["info"]["status"] for row in await client.fetch_orders(SYMBOL)] == ["FILLED", "CANCELED", "FILLED"]
    assert await client.fetch_positions() == []


@pytest.mark.parametrize(
    ("error", "order"),
    [
        (ccxt.OrderNotFillable, ("limit", "buy", 0.01, 62000, {"postOnly": True})),
        (ccxt.InvalidOrder, ("market", "buy", 0.001, None, {})),
        (ccxt.InvalidOrder, ("market", "buy", 0.01, None, {"reduceOnly": True})),
        (ccxt.InsufficientFunds, ("market", "buy", 100, None, {})),
        (ccxt.OperationRejected, ("market", "buy", 0.01, None, {"positionSide": "LONG"})),
        (ccxt.OrderImmediatelyFillable, ("market", "sell", 0.01, None, {"stopLossPrice": 70000})),
    ],
)
async def test_refusals_become_the_errors_of_production(client, error, order):
    kind, side, amount, price, params = order
    with pytest.raises(error) as raised:
        await client.create_order(SYMBOL, kind, side, amount, price, params)
    assert type(raised.value) is error


async def test_limits_keys_and_clocks_become_the_errors_of_production(make_client):
    client = make_client(weight_limit=3)
    await client.load_markets()
    client.secret = "other"
    with pytest.raises(ccxt.AuthenticationError):
        await client.cancel_order("1", SYMBOL)
    client.secret = "sim"
    client.desk.box.clock_offset_ms = 9000
    with pytest.raises(ccxt.InvalidNonce):
        await client.cancel_order("1", SYMBOL)
    with pytest.raises(ccxt.DDoSProtection):
        await client.fetch_balance()


async def test_settings_and_market_data_parse(client):
    await client.set_leverage(5, SYMBOL)
    assert (await client.fetch_leverage(SYMBOL))["longLeverage"] == 5
    await client.set_margin_mode("isolated", SYMBOL)
    with pytest.raises(ccxt.MarginModeAlreadySet):
        await client.set_margin_mode("isolated", SYMBOL)
    await client.set_position_mode(True)
    assert (await client.fetch_bids_asks([SYMBOL]))[SYMBOL]["bid"] == 61799.9
    assert (await client.fetch_ticker(SYMBOL))["last"] == 61800.0
    assert len((await client.fetch_order_book(SYMBOL, 5))["asks"]) == 5
    assert len(await client.fetch_ohlcv(SYMBOL, "5m", limit=10)) == 10
    assert (await client.fetch_funding_rate(SYMBOL))["markPrice"] == 61800.0
    tiers = (await client.fetch_leverage_tiers([SYMBOL]))[SYMBOL]
    assert (tiers[0]["maxLeverage"], tiers[0]["maintenanceMarginRate"]) == (150.0, 0.004)
    assert (await client.fetch_trading_fee(SYMBOL))["taker"] == 0.0005
