"""The venue against the embedded exchange, through the real ccxt class: what it reads is what the exchange holds."""

from __future__ import annotations

from decimal import Decimal

import pytest

from hedgectl.core.model.input import (
    BracketsTaken,
    ClockMeasured,
    InstrumentsTaken,
    LeveragesTaken,
    LeverageTaken,
    QuotesTaken,
    ReadFailed,
    SnapshotTaken,
    TradesTaken,
)
from hedgectl.core.model.leverage import Bracket, SymbolLeverage
from hedgectl.core.model.order import Action, Kind, Leg, Mode, Purpose, Side, Tif
from hedgectl.core.model.reply import Fault, FaultKind
from hedgectl.core.orders.outcome import Accepted, Cancelled, classify_cancel, classify_create, error_of
from hedgectl.venue.endpoints import ORDER_GET
from hedgectl.venue.limits import VenueLimits
from hedgectl.venue.port import ModeTaken

SYMBOLS = ("BTCUSDT", "ETHUSDT", "SOLUSDT", "BNBUSDT", "XRPUSDT")


@pytest.fixture
def desk(make_desk):
    return make_desk().boxed()


def cover(desk, **changes):
    return desk.prepared(
        **{
            "client_id": "h1-c000001-lfb848c99b9a43ec7866a",
            "side": Side.SELL,
            "action": Action.CLOSE_ALL,
            "purpose": Purpose.COVER,
            "kind": Kind.STOP_MARKET,
            "quantity": None,
            "trigger_price": Decimal(1000),
        }
        | changes
    )


def test_a_market_entry_is_accepted_and_shows_in_the_snapshot_and_the_trades(desk):
    order = desk.prepared()
    outcome = classify_create(desk.run(desk.venue.send(order)), order)
    assert isinstance(outcome, Accepted)
    assert (outcome.status, outcome.executed) == ("FILLED", Decimal("0.01"))
    taken = desk.run(desk.venue.snapshot())
    assert isinstance(taken, SnapshotTaken)
    assert [(row.symbol, row.leg, row.quantity) for row in taken.positions if row.quantity] == [
        ("BTCUSDT", Leg.LONG, Decimal("0.01"))
    ]
    assert (taken.mode, taken.mode_source) == (Mode.HEDGE, "accountConfig")
    assert '"dualSidePosition":true' in taken.mode_raw
    assert taken.wallet.wallet > 99_000
    assert taken.weight_used > 0
    trades = desk.run(desk.venue.trades("BTCUSDT", order.timestamp_ms))
    assert isinstance(trades, TradesTaken)
    assert trades.complete
    assert sum(row.quantity for row in trades.rows) == Decimal("0.01")
    assert {row.order_id for row in trades.rows} == {outcome.order_id}


def test_a_cover_rests_in_the_algo_service_and_is_withdrawn_by_its_id(desk):
    desk.run(desk.venue.send(desk.prepared()))
    stop = cover(desk)
    assert isinstance(classify_create(desk.run(desk.venue.send(stop)), stop), Accepted)
    taken = desk.run(desk.venue.snapshot(("BTCUSDT",)))
    assert [(row.client_id, row.close_position, row.leg) for row in taken.algos] == [(stop.client_id, True, Leg.LONG)]
    assert taken.orders == ()
    found = desk.run(desk.venue.look(stop.client_id, "BTCUSDT", True))
    assert found.row == taken.algos[0]
    gone = desk.run(desk.venue.cancel(stop.client_id, "BTCUSDT", True))
    assert isinstance(classify_cancel(gone, stop.client_id), Cancelled)
    assert desk.run(desk.venue.snapshot()).algos == ()


def test_a_resting_limit_order_is_seen_by_one_symbol_and_by_all(desk):
    order = desk.prepared(kind=Kind.LIMIT, price=Decimal(10_000), quantity=Decimal("0.1"), tif=Tif.GTC)
    assert isinstance(classify_create(desk.run(desk.venue.send(order)), order), Accepted)
    one = desk.run(desk.venue.snapshot(("BTCUSDT",)))
    everything = desk.run(desk.venue.snapshot())
    assert one.orders == everything.orders
    assert one.orders[0].client_id == order.client_id
    found = desk.run(desk.venue.look(order.client_id, "BTCUSDT", False))
    assert found.row == one.orders[0]


def test_an_order_that_never_was_is_not_found_and_the_server_is_asked_the_time_afterwards(desk):
    found = desk.run(desk.venue.look("h1-e000001-nobody", "BTCUSDT", False))
    assert (found.row, found.not_found, found.why) == (None, True, "")
    assert found.server_ms == desk.clock.wall_ms()


@pytest.mark.parametrize("conditional", [False, True])
def test_a_lost_answer_is_never_not_found(make_desk, conditional):
    desk = make_desk().scripted(Fault(FaultKind.RESET))
    found = desk.run(desk.venue.look("x", "BTCUSDT", conditional))
    assert (found.row, found.not_found, found.why, found.server_ms) == (None, False, "reset", 0)


@pytest.mark.parametrize("status, body", [(503, '{"code":-2013,"msg":"no"}'), (400, '{"code":-1121,"msg":"no"}')])
def test_only_the_two_codes_with_4xx_say_not_found(make_desk, reply, status, body):
    desk = make_desk().scripted(reply(status, body))
    assert not desk.run(desk.venue.look("x", "BTCUSDT", False)).not_found


def test_another_order_in_the_answer_is_not_ours(make_desk, reply):
    desk = make_desk().boxed()
    order = desk.prepared(kind=Kind.LIMIT, price=Decimal(10_000), quantity=Decimal("0.1"), tif=Tif.GTC)
    desk.run(desk.venue.send(order))
    params = {"symbol": "BTCUSDT", "origClientOrderId": order.client_id}
    shown = desk.run(desk.venue.client.ask(ORDER_GET, params, 1000))
    found = desk.scripted(shown.answer)
    looked = found.run(found.venue.look("h1-e000001-another", "BTCUSDT", False))
    assert (looked.row, looked.not_found) == (None, False)
    assert "another order" in looked.why


def test_instruments_and_limits_of_the_wished_symbols(desk):
    taken = desk.run(desk.venue.instruments(("ETHUSDT", "BTCUSDT")))
    assert isinstance(taken, InstrumentsTaken)
    assert {each.symbol for each in taken.instruments} == {"BTCUSDT", "ETHUSDT"}
    assert (taken.weight_limit_1m, taken.order_limit_10s, taken.order_limit_1m) == (2400, 300, 1200)
    assert all(each.tradable and each.tick > 0 and each.min_notional >= 5 for each in taken.instruments)


def test_an_unlisted_symbol_fails_by_name(desk):
    assert desk.run(desk.venue.instruments(("BTCUSDT", "NOPEUSDT"))) == ReadFailed(
        "instruments", "NOPEUSDT", "not listed: NOPEUSDT"
    )


@pytest.mark.parametrize("count", [1, 2, 5])
def test_quotes_of_one_few_and_all_symbols(desk, count):
    taken = desk.run(desk.venue.quotes(SYMBOLS[:count]))
    assert isinstance(taken, QuotesTaken)
    assert tuple(quote.symbol for quote in taken.quotes) == SYMBOLS[:count]
    assert all(0 < quote.bid < quote.ask and quote.mark > 0 for quote in taken.quotes)
    assert taken.weight_used > 0


@pytest.mark.parametrize("hedge, mode", [(True, Mode.HEDGE), (False, Mode.ONE_WAY)])
def test_mode_is_what_the_account_says(make_desk, hedge, mode):
    desk = make_desk().boxed(hedge=hedge)
    taken = desk.run(desk.venue.mode())
    assert isinstance(taken, ModeTaken)
    assert (taken.mode, taken.source, taken.tried) == (mode, "accountConfig", ("accountConfig",))


def test_mode_falls_back_to_the_second_source_and_says_so(make_desk, reply):
    def answer(method, url):
        return reply(200, '{"dualSidePosition":true}') if "positionSide" in url else reply(403, "<html>")

    taken = make_desk().scripted(answer)
    found = taken.run(taken.venue.mode())
    assert (found.mode, found.source) == (Mode.HEDGE, "positionSide/dual")
    assert found.tried[0].startswith("GET accountConfig: 403")


def test_an_unreadable_mode_is_an_error_with_both_reasons_never_one_way(make_desk, reply):
    desk = make_desk().scripted(reply(200, '{"dualSidePosition":"true"}'))
    failed = desk.run(desk.venue.mode())
    assert isinstance(failed, ReadFailed)
    assert "accountConfig" in failed.why
    assert "positionSide/dual" in failed.why


@pytest.mark.parametrize("path", ["positionRisk", "openOrders", "openAlgoOrders", "v3/account", "dual|accountConfig"])
@pytest.mark.parametrize("body", ["{}", "", "[{}]", '{"code":200,"msg":"success"}'])
def test_one_broken_part_fails_the_whole_snapshot_and_is_named(make_desk, reply, path, body):
    desk = make_desk().boxed()
    whole = desk.venue.client.transport

    class Broken:
        async def __call__(self, method, url, headers, sent, timeout_ms):
            if any(name in url for name in path.split("|")):
                return reply(200, body)
            return await whole(method, url, headers, sent, timeout_ms)

    failed = desk.over(Broken()).run(desk.venue.snapshot())
    assert isinstance(failed, ReadFailed)
    assert failed.what == "snapshot"
    assert any(name.removeprefix("v3/") in failed.why for name in path.split("|"))


def test_the_clock_is_measured_and_told(make_desk):
    desk = make_desk(offset_ms=1234).boxed(latency_ms=40)
    measured = desk.run(desk.venue.clock())
    assert isinstance(measured, ClockMeasured)
    assert (measured.offset_ms, measured.round_trip_ms) == (1234, 80)
    assert desk.exchange_time.now_ms() == desk.clock.wall_ms() + 1234


def test_a_refused_timestamp_measures_the_clock_and_the_read_succeeds(make_desk):
    desk = make_desk(offset_ms=60_000).boxed()
    taken = desk.run(desk.venue.mode())
    assert isinstance(taken, ModeTaken)
    assert [event[3][:9] for event in desk.retries] == ["400 -1021"]
    assert [each.offset_ms for each in desk.measured] == [60_000]


def test_resyncs_are_bounded_in_their_window_and_come_again_after_it(make_desk, reply):
    stale = reply(400, '{"code":-1021,"msg":"Timestamp for this request is outside of the recvWindow."}')

    def answer(method, url):
        return reply(200, '{"serverTime":1767225600000}') if url.endswith("/time") else stale

    desk = make_desk().scripted(answer)
    assert isinstance(desk.run(desk.venue.leverage("BTCUSDT")), ReadFailed)
    assert len(desk.retries) == VenueLimits().read_attempts_max - 1
    assert len(desk.measured) == VenueLimits().resyncs_max
    desk.run(desk.clock.sleep_ms(VenueLimits().resync_window_ms))
    assert isinstance(desk.run(desk.venue.leverage("BTCUSDT")), ReadFailed)
    assert len(desk.measured) == 2 * VenueLimits().resyncs_max


def test_leverage_is_set_and_read_back(desk):
    taken = desk.run(desk.venue.set_leverage("BTCUSDT", 7))
    assert isinstance(taken, LeverageTaken)
    assert (taken.symbol, taken.leverage, taken.answer.status) == ("BTCUSDT", 7, 200)
    assert desk.run(desk.venue.leverage("BTCUSDT")) == 7


def test_a_refused_leverage_shows_what_holds(desk):
    before = desk.run(desk.venue.leverage("BTCUSDT"))
    taken = desk.run(desk.venue.set_leverage("BTCUSDT", 100_000))
    assert isinstance(taken, LeverageTaken)
    assert (taken.leverage, error_of(taken.answer)) == (before, (-4028, "Leverage 100000 is not valid"))


def test_a_set_without_an_answer_is_given_up_as_a_read_is_and_read_back(make_desk, reply):
    def answer(method, url):
        return Fault(FaultKind.READ_TIMEOUT) if method == "POST" else reply(200, '[{"symbol":"BTCUSDT","leverage":7}]')

    desk = make_desk().scripted(answer)
    taken = desk.run(desk.venue.set_leverage("BTCUSDT", 7))
    assert taken == LeverageTaken("BTCUSDT", 7, Fault(FaultKind.READ_TIMEOUT))
    assert desk.script.timeouts_ms[0] == VenueLimits().read_timeout_ms
    assert [method for method, _, _ in desk.script.asked] == ["POST", "GET"]


def test_what_a_set_came_to_is_unread_when_the_account_cannot_be_read(make_desk, reply):
    desk = make_desk().scripted(reply(200, '{"leverage":7}'))
    failed = desk.run(desk.venue.set_leverage("BTCUSDT", 7))
    assert isinstance(failed, ReadFailed)
    assert (failed.what, failed.symbol) == ("leverage", "BTCUSDT")
    assert "symbolConfig" in failed.why


def test_leverages_of_all_wished_symbols_are_one_question(desk):
    desk.run(desk.venue.set_leverage("ETHUSDT", 7))
    asked_ms = desk.exchange_time.now_ms()
    taken = desk.run(desk.venue.leverages(("BTCUSDT", "ETHUSDT")))
    assert taken == LeveragesTaken((SymbolLeverage("BTCUSDT", 20), SymbolLeverage("ETHUSDT", 7)), asked_ms)


def test_brackets_of_the_wished_symbols_rise_in_notional_and_fall_in_leverage(desk):
    taken = desk.run(desk.venue.brackets(("BTCUSDT",)))
    assert isinstance(taken, BracketsTaken)
    assert taken.brackets[0] == Bracket("BTCUSDT", Decimal("300000.0"), 150)
    assert {each.symbol for each in taken.brackets} == {"BTCUSDT"}
    caps = [each.notional_usdt_max for each in taken.brackets]
    assert caps == sorted(caps)


@pytest.mark.parametrize(
    "body",
    [
        "{}",
        '[{"symbol":"BTCUSDT"}]',
        '[{"symbol":"BTCUSDT","brackets":[{"notionalCap":"1","initialLeverage":5}]}]',
        '[{"symbol":"BTCUSDT","brackets":[{"notionalCap":true,"initialLeverage":5}]}]',
        '[{"symbol":"BTCUSDT","brackets":[{"notionalCap":1,"initialLeverage":"5"}]}]',
    ],
)
def test_a_bracket_of_another_shape_is_a_failed_read(make_desk, reply, body):
    desk = make_desk().scripted(reply(200, body))
    failed = desk.run(desk.venue.brackets(("BTCUSDT",)))
    assert isinstance(failed, ReadFailed)
    assert failed.what == "brackets"


def test_a_listen_key_is_made_kept_and_ended(desk):
    key = desk.run(desk.venue.create_listen_key())
    assert isinstance(key, str)
    assert desk.run(desk.venue.keep_listen_key()) == key
    desk.run(desk.venue.delete_listen_key())
    failed = desk.run(desk.venue.keep_listen_key())
    assert isinstance(failed, ReadFailed)
    assert "-1125" in failed.why


def test_writes_are_sent_once_whatever_comes_back(make_desk, reply, prepared):
    desk = make_desk().scripted(reply(503, "Service Unavailable."))
    desk.run(desk.venue.send(prepared()))
    desk.run(desk.venue.cancel("x", "BTCUSDT", False))
    assert len(desk.script.asked) == 2
    assert desk.retries == []
    assert desk.noted[0] == ("POST order", "ExchangeNotAvailable")


def test_a_send_is_given_up_when_the_exchange_can_no_longer_accept_it(make_desk, reply, prepared):
    desk = make_desk().scripted(Fault(FaultKind.READ_TIMEOUT))
    desk.run(desk.venue.send(prepared(recv_window_ms=1500)))
    assert desk.script.timeouts_ms == [2500]


def test_a_paper_order_never_reaches_the_wire(make_desk, reply, prepared):
    desk = make_desk().scripted(reply(200, "{}"))
    with pytest.raises(ValueError, match="paper"):
        desk.run(desk.venue.send(prepared(paper=True)))
    assert desk.script.asked == []


def test_rates_follow_the_headers(desk):
    desk.run(desk.venue.send(desk.prepared()))
    assert (desk.venue.rates.orders_10s, desk.venue.rates.orders_1m) == (1, 1)
    assert desk.venue.rates.at_ms == desk.exchange_time.now_ms()


def test_a_read_refused_by_a_ban_says_until_when(make_desk, reply):
    banned = reply(418, '{"code":-1003,"msg":"Way too many requests; IP banned until 1."}', **{"retry-after": "120"})
    desk = make_desk().scripted(banned)
    failed = desk.run(desk.venue.quotes(SYMBOLS))
    assert isinstance(failed, ReadFailed)
    assert failed.status == 418
    assert 119_000 <= failed.until_ms - desk.exchange_time.now_ms() <= 120_000


def test_when_the_minutes_weight_seems_used_only_the_rules_are_read_for_they_tell_how_much_there_is(desk):
    """After a restart the limit is not known yet, and whoever was here before may have used more than is usual."""
    now_ms = desk.exchange_time.now_ms()
    desk.venue.rates.weight_1m, desk.venue.rates.at_ms = 2_350, now_ms
    assert isinstance(desk.run(desk.venue.snapshot()), ReadFailed)
    assert isinstance(desk.run(desk.venue.instruments(SYMBOLS)), InstrumentsTaken)
    desk.venue.rates.weight_1m, desk.venue.rates.retry_after_ms = 0, now_ms + 5_000
    assert isinstance(desk.run(desk.venue.instruments(SYMBOLS)), ReadFailed)
