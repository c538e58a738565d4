"""The wallet as account v3 and accountConfig state it: what else is in it, and whether that counts as margin (R3)."""

from __future__ import annotations

from decimal import Decimal as D

import orjson
import pytest

from hedgectl.core.model.evidence import Holding
from hedgectl.core.model.input import ReadFailed, SnapshotTaken
from hedgectl.core.model.reply import Fault, FaultKind
from hedgectl.venue.rows import wallet_of


def asset(name, margin_balance, **more):
    """A row of `assets`."""
    return {"asset": name, "walletBalance": "7", "unrealizedProfit": "0", "marginBalance": margin_balance} | more


def account(*assets):
    totals = ("totalWalletBalance", "totalUnrealizedProfit", "totalMarginBalance", "availableBalance")
    return {name: str(number) for number, name in enumerate(totals, 1)} | {"assets": list(assets), "positions": []}


@pytest.fixture
def told(make_desk, reply):
    """told(config, *assets): what a look makes of an account with these assets; `config` is accountConfig's answer."""

    def look(config, *assets):
        def answer(method, url):
            path = url.partition("?")[0].rpartition("/")[2]
            bodies = {"account": account(*assets), "accountConfig": config, "dual": {"dualSidePosition": True}}
            if bodies.get(path, []) is None:
                return Fault(FaultKind.RESET)
            return reply(200, orjson.dumps(bodies.get(path, [])).decode())

        desk = make_desk().scripted(answer)
        return desk.run(desk.venue.snapshot())

    return look


def test_other_assets_are_named_with_their_margin_balance_and_empty_ones_are_not():
    wallet = wallet_of(account(asset("USDT", "3"), asset("BNB", "0.50"), asset("USDC", "0.00"), asset("BTC", "-1")), 9)
    assert (wallet.wallet, wallet.unrealised, wallet.margin_balance, wallet.available) == (D(1), D(2), D(3), D(4))
    assert wallet.others == (Holding("BNB", D("0.50")), Holding("BTC", D(-1)))
    assert (wallet.at_ms, wallet.multi) == (9, False)


def test_a_wallet_of_usdt_alone_has_no_others():
    assert wallet_of(account(asset("USDT", "3")), 9).others == ()


@pytest.mark.parametrize("multi", [False, True])
def test_account_config_says_whether_other_assets_are_margin(told, multi):
    taken = told({"dualSidePosition": True, "multiAssetsMargin": multi}, asset("USDT", "3"), asset("BNB", "2"))
    assert isinstance(taken, SnapshotTaken)
    assert taken.wallet.multi is multi
    assert taken.wallet.others == (Holding("BNB", D(2)),)


UNSAID = (None, {"dualSidePosition": True}, {"dualSidePosition": True, "multiAssetsMargin": 1})


@pytest.mark.parametrize("config", UNSAID)
def test_unsaid_it_counts_as_margin_so_that_nothing_is_added_twice(told, config):
    taken = told(config, asset("USDT", "3"), asset("BNB", "2"))
    assert isinstance(taken, SnapshotTaken)
    assert taken.wallet.multi


@pytest.mark.parametrize("row", [{"asset": "BNB"}, {"marginBalance": "1"}, asset("BNB", 1.5), asset(None, "1"), 7])
def test_a_malformed_asset_is_a_failed_read(told, row):
    taken = told({"dualSidePosition": True, "multiAssetsMargin": False}, asset("USDT", "3"), row)
    assert isinstance(taken, ReadFailed)
    assert "account" in taken.why


def test_the_embedded_exchange_in_multi_assets_mode_is_seen_as_such(make_desk):
    desk = make_desk().boxed()
    desk.box.exchange.multi_assets = True
    taken = desk.run(desk.venue.snapshot())
    assert taken.wallet.multi
    assert taken.wallet.others == ()
