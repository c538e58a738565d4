"""Goal: what ccxt's two real classes make of recorded HTTP: the whole way from bytes to unified answers and errors.

Each flow is played from its tape with nothing at the other end. What is judged are relations that hold for any venue,
so that a tape recorded against another one needs no other test.
"""

from __future__ import annotations

import pytest

from .flows import QUANTITY, SYMBOL

BOTH = pytest.mark.parametrize("player", ["ccxt-sync", "ccxt-async"])
MODES = pytest.mark.parametrize("mode", ["one-way", "hedge"])


@BOTH
def test_markets(played, player):
    seen = played(player, "markets")
    market, (bid, ask) = seen["market"], seen["prices"]
    assert (market["id"], market["linear"], market["swap"], market["active"]) == ("BTCUSDT", True, True, True)
    assert market["precision"]["price"] == 0.1
    assert market["limits"]["cost"]["min"] >= 5
    assert SYMBOL in seen["symbols"]
    assert 0 < bid < ask < bid * 1.01
    assert seen["mark"] == pytest.approx(bid, rel=0.02)
    assert seen["time_ms"] > 1_600_000_000_000
    leverages = [tier["maxLeverage"] for tier in seen["tiers"]]
    assert leverages == sorted(leverages, reverse=True)


@BOTH
def test_account(played, player):
    seen = played(player, "account")
    assert seen["balance"]["USDT"]["total"] > 0
    assert seen["positions"] == []
    assert seen["mode"]["hedged"] is seen["config"]["dualSidePosition"]
    assert seen["leverage"]["longLeverage"] == seen["leverage"]["shortLeverage"] >= 1
    assert [each["listenKey"] for each in seen["keys"]] == ["listen-key"] * 2
    assert seen["ended"] == {}


@BOTH
@MODES
def test_the_life_of_an_order(played, player, mode):
    seen = played(player, f"orders-{mode}")
    resting, edited = seen["resting"], seen["edited"]
    assert (resting["status"], resting["postOnly"], resting["clientOrderId"]) == ("open", True, "tape-limit")
    assert [each["id"] for each in seen["open"]] == [resting["id"]]
    assert (edited["id"], edited["price"] < resting["price"]) == (resting["id"], True)
    assert [seen[name]["status"] for name in ("cancelled", "by_name")] == ["canceled", "canceled"]
    bought, read = seen["bought"], seen["read"]
    assert (bought["status"], bought["filled"]) == ("closed", QUANTITY)
    assert bought["average"] is None, "an acknowledgement has no price any more"
    (held,) = seen["held"]
    assert (held["side"], held["contracts"], held["hedged"]) == ("long", QUANTITY, mode == "hedge")
    assert held["entryPrice"] == pytest.approx(read["average"])
    assert (seen["sold"]["status"], seen["left"]) == ("closed", [])
    assert [(each["side"], each["takerOrMaker"]) for each in seen["trades"]] == [("buy", "taker"), ("sell", "taker")]
    assert sum(each["amount"] for each in seen["trades"]) == pytest.approx(2 * QUANTITY)


@BOTH
@MODES
def test_the_life_of_an_algo_order(played, player, mode):
    seen = played(player, f"algos-{mode}")
    assert {each["id"] for each in seen["open"]} == {each["id"] for each in seen["placed"].values()}
    assert seen["ordinary"] == [], "the ordinary list does not know them"
    for kind, placed in seen["placed"].items():
        assert (placed["info"]["orderType"], placed["status"]) == (kind, "open")
        assert placed["info"]["positionSide"] == ("LONG" if mode == "hedge" else "BOTH")
        assert seen["gone"][kind]["status"] == "canceled"
    assert seen["placed"]["STOP_MARKET"]["info"]["closePosition"] is True
    assert seen["left"] == []


@BOTH
@MODES
@pytest.mark.parametrize(
    "name, code, error",
    [
        ("too small", -4164, "InvalidOrder"),
        ("too large", -2019, "InsufficientFunds"),
        ("wrong mode", -4061, "OperationRejected"),
        ("nothing to reduce", -2022, "InvalidOrder"),
        ("same name", -4116, "InvalidOrder"),
        ("would trigger", -2021, "OrderImmediatelyFillable"),
        ("cancel of none", -2011, "OrderNotFound"),
        ("query of none", -2013, "OrderNotFound"),
    ],
)
def test_definite_refusals(played, player, mode, name, code, error):
    raised, text = played(player, f"refusals-{mode}")[name]
    assert raised == error
    assert f'"code":{code},' in text


@BOTH
def test_a_wrong_clock(played, player):
    seen = played(player, "clock")
    for name, text in {"late": "outside of the recvWindow", "early": "ahead of the server"}.items():
        assert seen[name][0] == "InvalidNonce"
        assert "-1021" in seen[name][1]
        assert text in seen[name][1]
    assert seen["right"]["canTrade"] is True


@BOTH
def test_strangers(played, player):
    seen = played(player, "strangers")
    assert {name: raised for name, (raised, _) in seen.items()} == dict.fromkeys(seen, "AuthenticationError")
    assert ["-1022" in seen["secret"][1], "-2014" in seen["shape"][1]] == [True, True]


@BOTH
def test_the_rate_limit(played, player):
    seen = played(player, "limits")
    raised = [name for name, _ in seen["answers"]]
    assert raised[0] == ""
    assert raised[-1] == "DDoSProtection"
    assert "-1003" in seen["answers"][-1][1]
    assert int(seen["headers"]["Retry-After"]) > 0
