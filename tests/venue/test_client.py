"""The one client: real ccxt, our transport, production URLs, and nothing of it that we did not ask for."""

from __future__ import annotations

import asyncio
import gc
import json
import subprocess
import sys
import warnings

import pytest

from hedgectl.core.model.reply import Fault, FaultKind
from hedgectl.core.orders.params import wire_params
from hedgectl.venue import client as factory
from hedgectl.venue.client import ClientError, last_init_error, open_client
from hedgectl.venue.credentials import Credentials
from hedgectl.venue.endpoints import BOOK_TICKER, ORDER_GET, ORDER_SEND
from hedgectl.venue.environment import PLACES, Environment

SECRET = "c4n4ry5ecret"
KEY = Credentials("k3yc4n4ry", SECRET)


@pytest.fixture
def open_one(make_desk):
    def make(*answers, environment=Environment.SIM):
        desk = make_desk().scripted(*answers)
        return open_client(environment, KEY, desk.script, lambda: 1_700_000_000_000), desk.script

    return make


def test_missing_credentials_are_named_and_remembered(open_one):
    with pytest.raises(ClientError, match="missing credentials"):
        open_client(Environment.SIM, Credentials("k", ""), open_one()[1], lambda: 0)
    assert last_init_error() == "missing credentials"
    open_one()
    assert last_init_error() == ""


def test_a_failed_import_is_named(open_one, monkeypatch):
    script = open_one()[1]
    factory.reset()
    monkeypatch.setitem(sys.modules, "hedgectl.venue.ccxt_client", None)
    with pytest.raises(ClientError, match="import failed"):
        open_client(Environment.SIM, KEY, script, lambda: 0)
    assert last_init_error().startswith("import failed: ")
    factory.reset()
    assert last_init_error() == ""


def test_the_factory_does_not_import_ccxt_or_aiohttp_before_the_first_client():
    code = "import sys, hedgectl.venue.client; print({'ccxt', 'aiohttp', 'tenacity'} & set(sys.modules))"
    shown = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert shown.strip() == "set()"


@pytest.mark.parametrize("environment", list(Environment))
def test_no_url_leads_anywhere_but_to_the_environments_futures_host(open_one, environment):
    client, _ = open_one(environment=environment)
    hosts = {url.split("/")[2] for url in client.urls["api"].values()}
    assert hosts == {PLACES[environment].host}
    for section in ("public", "private", "sapi", "dapiPrivate"):
        with pytest.raises(Exception, match="URL"):
            client.sign("order", [section], "GET", {})


def test_a_signed_order_is_exactly_our_parameters_and_their_signature(open_one, reply, prepared):
    client, script = open_one(reply(200, "{}"))
    order = prepared()
    asyncio.run(client.ask(ORDER_SEND, wire_params(order), 1000))
    method, url, body = script.asked[0]
    sent = dict(pair.split("=", 1) for pair in body.split("&"))
    signature = sent.pop("signature")
    assert (method, url) == ("POST", "https://fapi.binance.com/fapi/v1/order")
    assert sent == wire_params(order)
    assert len(signature) == 64


def test_ccxts_implicit_methods_go_through_the_same_transport_and_name_errors_by_the_production_url(open_one, reply):
    client, _ = open_one(reply(400, '{"code":-2022,"msg":"ReduceOnly Order is rejected."}'))
    with pytest.raises(Exception, match="-2022") as named:
        asyncio.run(client.fapiPrivatePostOrder({"symbol": "BTCUSDT", "newClientOrderId": "x"}))
    assert type(named.value).__name__ == "InvalidOrder"
    asked = asyncio.run(client.ask(ORDER_SEND, {"symbol": "BTCUSDT", "newClientOrderId": "x"}, 1000))
    assert asked.noted == "InvalidOrder"
    assert asked.answer.body.startswith('{"code":-2022')


@pytest.mark.parametrize("kind, name", [(FaultKind.READ_TIMEOUT, "RequestTimeout"), (FaultKind.RESET, "NetworkError")])
def test_a_fault_is_kept_raw_and_named_as_ccxt_would(open_one, kind, name):
    client, _ = open_one(Fault(kind))
    asked = asyncio.run(client.ask(ORDER_GET, {"symbol": "X"}, 1000))
    assert (asked.answer, asked.noted) == (Fault(kind), name)
    with pytest.raises(Exception, match=kind.value) as raised:
        asyncio.run(client.fapiPrivateGetOrder({"symbol": "X"}))
    assert type(raised.value).__name__ == name


@pytest.mark.parametrize("status", [404, 500, 502, 504])
def test_no_exception_text_carries_signature_key_or_secret(open_one, reply, status):
    client, _ = open_one(reply(status, "<html>"))
    with pytest.raises(Exception, match=str(status)) as raised:
        asyncio.run(client.fapiPrivateGetOrder({"symbol": "X"}))
    shown = str(raised.value) + repr(raised.value) + repr(client) + repr(KEY) + str(KEY)
    assert not any(word in shown for word in ("signature", SECRET, "k3yc4n4ry"))


@pytest.mark.parametrize(
    "params",
    [
        {"symbol": "BTCUSDT", "n": 5},
        {"symbol": "测试USDT"},
        {"a": "x=1&b=2"},
        {"flag": True, "no": False},
        {"space": "a b", "plus": "a+b", "slash": "a/b", "tilde": "~", "percent": "%41"},
        {},
        {"empty": ""},
    ],
)
def test_the_short_way_to_encode_gives_ccxts_result(open_one, params):
    from ccxt.async_support import binanceusdm

    assert open_one()[0].urlencode(params) == binanceusdm.urlencode(params)


def test_requests_are_stamped_by_the_injected_clock(open_one, reply):
    client, script = open_one(reply(200, "{}"))
    asyncio.run(client.ask(ORDER_GET, {"symbol": "BTCUSDT"}, 1000))
    assert "timestamp=1700000000000&recvWindow=5000" in script.asked[0][1].replace("symbol=BTCUSDT&", "")


def test_public_requests_are_remembered(open_one, reply):
    client, script = open_one(reply(200, "{}"))
    for symbol in ("BTCUSDT", "", "BTCUSDT"):
        asyncio.run(client.ask_public(BOOK_TICKER, symbol, 1000))
    base = "https://fapi.binance.com/fapi/v1/ticker/bookTicker"
    assert [asked[1] for asked in script.asked] == [f"{base}?symbol=BTCUSDT", base, f"{base}?symbol=BTCUSDT"]
    assert len(client.public_requests) == 2


def test_clients_share_nothing_that_changes(open_one, reply):
    first, _ = open_one(reply(200, "{}", X_MBX_USED_WEIGHT_1M="7"))
    second, _ = open_one(reply(200, "{}"))
    asyncio.run(first.ask(ORDER_GET, {"symbol": "X"}, 1000))
    first.options["recvWindow"] = 1
    assert (first.rates.weight_1m, second.rates.weight_1m) == (7, -1)
    assert second.options["recvWindow"] == 5000


def test_nothing_of_ccxts_session_or_loop_is_ever_made_and_closing_is_instant(open_one, reply):
    client, script = open_one(reply(200, json.dumps({"a": 1})))

    async def life():
        await client.ask(ORDER_GET, {"symbol": "X"}, 1000)
        await client.fapiPublicGetTime()
        await client.close()

    with warnings.catch_warnings():
        warnings.simplefilter("error")
        asyncio.run(life())
        gc.collect()
    assert (client.session, client.tcp_connector, client.asyncio_loop) == (None, None, None)
    assert script.closed


def test_what_ccxt_must_not_do_is_off(open_one):
    client, _ = open_one()
    assert client.enableRateLimit is False
    for name in ("fetchCurrencies", "adjustForTimeDifference", "warnWithoutSymbol"):
        assert client.options[name] is False
    assert client.options["maxRetriesOnFailure"] == 0
