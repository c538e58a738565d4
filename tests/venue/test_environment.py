"""Hosts, banners, and secrets in texts."""

from __future__ import annotations

import pytest

from hedgectl.core.model.reply import Reply
from hedgectl.venue.credentials import Credentials, scrub, without_echo
from hedgectl.venue.environment import Environment, banner_once, check_host, forget_banners, loopback_base
from hedgectl.venue.streams import stream_base
from hedgectl.venue.transports.aiohttp_ import Http


def test_a_banner_is_said_once_per_environment():
    forget_banners()
    assert "real money" in (banner_once(Environment.LIVE) or "")
    assert banner_once(Environment.LIVE) is None
    assert "demo" in (banner_once(Environment.DEMO) or "")
    forget_banners()


@pytest.mark.parametrize(
    "url", ["https://fapi.binance.com.evil.org/x", "https://evil.org/fapi.binance.com", "http://fapi.binance.com@evil/"]
)
def test_a_stranger_is_no_exchange(url):
    with pytest.raises(ValueError, match="not an exchange of ours"):
        check_host(url, frozenset({"fapi.binance.com"}))


@pytest.mark.parametrize(
    "url", ["https://127.0.0.1:1", "http://10.0.0.1:80", "http://fapi.binance.com", "ws://localhost"]
)
def test_a_sim_url_is_http_on_this_machine(url):
    with pytest.raises(ValueError, match=r"127\.0\.0\.1"):
        loopback_base(url)


def test_sim_never_means_the_production_host_and_live_never_a_loopback():
    with pytest.raises(ValueError, match="never at the production host"):
        Http(Environment.SIM)
    with pytest.raises(ValueError, match="belongs to the environment sim"):
        Http(Environment.LIVE, "http://127.0.0.1:1")
    with pytest.raises(ValueError, match="never from the production host"):
        stream_base(Environment.SIM)


@pytest.mark.parametrize(
    "environment, sim_url, base",
    [
        (Environment.LIVE, None, "wss://fstream.binance.com/private/ws?listenKey="),
        (Environment.DEMO, None, "wss://fstream.binancefuture.com/private/ws?listenKey="),
        (Environment.SIM, "http://127.0.0.1:5/", "ws://127.0.0.1:5/private/ws?listenKey="),
    ],
)
def test_stream_urls(environment, sim_url, base):
    assert stream_base(environment, sim_url) == base


CANARY = "a1b2c3d4e5f6a7b8c9d0e1f2"


@pytest.mark.parametrize(
    "text",
    [
        f"GET https://h/fapi/v1/order?symbol=X&signature={CANARY}: reset",
        f"{{'X-MBX-APIKEY': '{CANARY}'}}",
        f'{{"listenKey":"{CANARY}"}}',
        f"wss://h/private/ws?listenKey={CANARY}",
        f"wss://h/ws/{CANARY} closed",
        f"apiKey={CANARY}",
        f"apikey: {CANARY}",
    ],
)
def test_scrubbing_removes_what_requests_carry(text):
    assert CANARY not in scrub(text)
    assert "***" in scrub(text)


def test_scrubbing_keeps_the_rest():
    assert scrub("symbol=BTCUSDT&side=BUY") == "symbol=BTCUSDT&side=BUY"


def test_credentials_show_nothing():
    key = Credentials("visible-key", "visible-secret")
    assert "visible" not in f"{key} {key!r} {[key]} {key:}"
    assert key.complete
    assert not Credentials("k", "").complete


def test_a_key_that_this_process_holds_is_taken_out_of_any_text_and_a_toy_is_not():
    assert "a-key-of-this-process" in scrub("before a-key-of-this-process")
    Credentials("a-key-of-this-process", "sim")
    assert scrub("said a-key-of-this-process to sim") == "said *** to sim"


def test_an_echo_loses_what_its_request_carried_and_nothing_else():
    url, headers = f"https://h/x?a=1&signature={'0a' * 32}", {"X-MBX-APIKEY": "held-by-a-header"}
    page = f"no {url} with held-by-a-header"
    cleaned = without_echo(Reply(403, page), url, headers, None)
    assert cleaned.body == "no https://h/x?a=1&signature=*** with ***"
    answer = Reply(200, '{"listenKey":"kept, since it is the answer"}')
    assert without_echo(answer, url, headers, None) is answer
    assert without_echo(Reply(403, page), "https://h/x", None, None).body == page
