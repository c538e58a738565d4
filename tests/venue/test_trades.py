"""Own trades: pages by id, windows of seven days, and the truth about what may be missing."""

from __future__ import annotations

import json
from urllib.parse import parse_qsl, urlsplit

import pytest

from hedgectl.core.model.input import ReadFailed, TradesTaken
from hedgectl.venue.limits import VenueLimits

NOW_MS = 1_767_225_600_000
DAY_MS = 86_400_000


def row(trade_id, at_ms):
    return {
        "symbol": "BTCUSDT", "id": trade_id, "orderId": 1, "side": "BUY", "positionSide": "LONG", "qty": "1",
        "price": "2", "commission": "0.1", "commissionAsset": "USDT", "realizedPnl": "0", "maker": False, "time": at_ms,
    }  # fmt: skip


@pytest.fixture
def account(make_desk, reply):
    """A desk whose exchange has these trades [(id, ms)] and answers as documented."""

    def make(trades, **limits):
        def answer(method, url):
            if url.endswith("/time"):
                return reply(200, json.dumps({"serverTime": NOW_MS}))
            asked = dict(parse_qsl(urlsplit(url).query))
            if "fromId" in asked:
                first, last, least = NOW_MS - 7 * DAY_MS, NOW_MS, int(asked["fromId"])
                assert "startTime" not in asked
            else:
                first, last, least = int(asked["startTime"]), int(asked["endTime"]), 0
                assert last - first < 7 * DAY_MS
            found = [row(*trade) for trade in trades if trade[0] >= least and first <= trade[1] <= last]
            return reply(200, json.dumps(found[: int(asked["limit"])]))

        return make_desk(limits=VenueLimits(**limits)).scripted(answer)

    return make


def read(desk, since_ms):
    return desk.run(desk.venue.trades("BTCUSDT", since_ms))


def test_a_short_page_is_everything(account):
    taken = read(account([(1, NOW_MS - 10), (2, NOW_MS - 5)]), NOW_MS - 7)
    assert isinstance(taken, TradesTaken)
    assert [each.trade_id for each in taken.rows] == [2]
    assert (taken.complete, taken.server_ms, taken.since_ms) == (True, NOW_MS, NOW_MS - 7)


def test_full_pages_continue_by_id_until_a_short_one(account):
    desk = account([(number, NOW_MS - 5000 + number) for number in range(1, 2501)])
    taken = read(desk, NOW_MS - 5000)
    assert [each.trade_id for each in taken.rows] == list(range(1, 2501))
    assert taken.complete
    assert sum("userTrades" in url for _, url, _ in desk.script.asked) == 3


def test_a_last_page_that_is_exactly_full_is_followed_by_an_empty_one(account):
    taken = read(account([(number, NOW_MS - 5000 + number) for number in range(1, 1001)]), NOW_MS - 5000)
    assert (len(taken.rows), taken.complete) == (1000, True)


def test_the_page_limit_makes_it_incomplete(account):
    desk = account([(number, NOW_MS - 5000 + number) for number in range(1, 2501)], trade_pages_max=2)
    taken = read(desk, NOW_MS - 5000)
    assert (len(taken.rows), taken.complete) == (2000, False)


def test_a_month_is_read_in_windows(account):
    trades = [(number, NOW_MS - 30 * DAY_MS + number * DAY_MS) for number in range(1, 30)]
    taken = read(account(trades), NOW_MS - 30 * DAY_MS)
    assert (len(taken.rows), taken.complete) == (29, True)


def test_a_full_page_of_an_old_window_cannot_be_continued_with_certainty(account):
    old = NOW_MS - 20 * DAY_MS
    taken = read(account([(number, old + number) for number in range(1, 1500)]), old)
    assert (len(taken.rows), taken.complete) == (1000, False)


def test_more_than_the_exchange_keeps_is_incomplete(account):
    taken = read(account([], trade_pages_max=50), NOW_MS - 200 * DAY_MS)
    assert not taken.complete


def test_a_failed_page_is_a_failed_read(make_desk, reply):
    desk = make_desk().scripted(reply(401, '{"code":-2015,"msg":"no"}'))
    failed = read(desk, NOW_MS)
    assert isinstance(failed, ReadFailed)
    assert (failed.what, failed.symbol) == ("trades", "BTCUSDT")


def test_a_failed_clock_says_0_and_the_trades_are_still_read(make_desk, reply):
    desk = make_desk().scripted(lambda method, url: reply(200, "{}" if url.endswith("/time") else "[]"))
    assert read(desk, NOW_MS - 1).server_ms == 0
