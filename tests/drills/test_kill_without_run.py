"""The kill switch without a run, on the real venue over the real box: what it withdraws, closes, leaves and says (R7).

The account is all that it goes by; in either mode each order's sides come from the mode table.
"""

from __future__ import annotations

import asyncio
from dataclasses import replace
from decimal import Decimal as D

import orjson
import pytest

from hedgectl.core.model.codec import decoder
from hedgectl.core.model.input import ReadFailed
from hedgectl.core.model.order import Action, Kind, Leg, Mode, Prepared, Purpose, Side, Tif
from hedgectl.core.model.reply import Fault, FaultKind, Reply
from hedgectl.core.orders.clientid import client_id, parse_client_id
from hedgectl.core.settings import Settings
from hedgectl.runtime import kill_file
from hedgectl.runtime.flattening import LATE_LOOKS_MS, LOOKS_MS, Errand, carried_out
from hedgectl.runtime.kill_file import Pulled

MODES = pytest.mark.parametrize("mode", list(Mode))
SETTINGS = Settings(symbols=("BTCUSDT",))
LATE_MS = SETTINGS.entry_recv_window_ms + 1_000 + SETTINGS.settle_margin_ms


def errand(bench, folder, how="flatten"):
    return Errand(bench.venue, bench.time, SETTINGS, folder, Pulled(how, "a test", "ann", 7))


async def carry_out(bench, errand):
    """Carry it out while the exchange's time goes on."""
    done = asyncio.ensure_future(carried_out(errand))
    while not done.done():
        await bench.wait(10)
    return done.result()


async def hold(bench, quantity, leg=Leg.LONG):
    side = Side.BUY if leg is Leg.LONG else Side.SELL
    answer = await bench.venue.send(bench.order(Kind.MARKET, side, leg, Action.OPEN, quantity=D(quantity)))
    assert answer.status == 200, answer


async def rest(bench, purpose=Purpose.ENTRY, action=Action.OPEN, side=Side.BUY, price=D(59_900)):
    order = bench.order(Kind.LIMIT, side, Leg.LONG, action, quantity=D("0.01"), price=price, tif=Tif.GTC)
    order = replace(order, client_id=client_id(f"r{bench.sent}", Leg.LONG, purpose), purpose=purpose)
    assert (await bench.venue.send(order)).status == 200
    return order.client_id


async def cover(bench):
    stop = bench.order(Kind.STOP_MARKET, Side.SELL, Leg.LONG, Action.CLOSE_ALL, trigger_price=D(50_000))
    stop = replace(stop, client_id=client_id("c", Leg.LONG, Purpose.COVER), purpose=Purpose.COVER)
    assert (await bench.venue.send(stop)).status == 200
    return stop.client_id


def rows(folder):
    return kill_file.claim(folder) or []


@MODES
def test_flatten_withdraws_entries_and_closes_every_position(bench, tmp_path, mode):
    async def story(bench):
        await hold(bench, "0.05")
        if mode is Mode.HEDGE:
            await hold(bench, "0.03", Leg.SHORT)
        await cover(bench)
        resting = await rest(bench)
        begun_ms = bench.clock.mono_ms()
        done = await carry_out(bench, errand(bench, tmp_path))
        assert (done.left, done.unread, done.unlogged) == ((), "", "")
        assert bench.clock.mono_ms() - begun_ms >= LATE_MS  # an entry on its way would have shown itself by then
        assert {bench.position(leg) for leg in (Leg.LONG, Leg.SHORT)} == {D(0)}
        assert (await bench.venue.snapshot()).algos == ()  # the stop went with its position
        outcomes = {act.what: act.outcome for act in done.acts}
        assert outcomes.pop("cancel BTCUSDT entry") == "withdrawn"
        legs = ["LONG 0.05", "SHORT 0.03"] if mode is Mode.HEDGE else ["LONG 0.05"]
        assert outcomes == {f"close BTCUSDT {each}": "accepted" for each in legs}
        assert resting in {act.client_id for act in done.acts}

    bench(mode, story)
    sent = [decoder(Prepared)(row["order"]) for row in rows(tmp_path) if row["do"] == "send"]
    assert {order.purpose for order in sent} == {Purpose.EMERGENCY}
    assert {order.reduce_only for order in sent} == ({True} if mode is Mode.ONE_WAY else {None})
    assert {order.position_side for order in sent} == ({"BOTH"} if mode is Mode.ONE_WAY else {"LONG", "SHORT"})
    assert sent[0].intent_id == f"kill:BTCUSDT|{'BOTH' if mode is Mode.ONE_WAY else 'LONG'}:7"


@MODES
def test_a_short_is_bought_back(bench, tmp_path, mode):
    async def story(bench):
        await hold(bench, "0.05", Leg.SHORT)
        done = await carry_out(bench, errand(bench, tmp_path))
        assert [act.what for act in done.acts] == ["close BTCUSDT SHORT 0.05"]
        assert done.left == ()
        assert bench.position(Leg.SHORT) == 0

    bench(mode, story)


@MODES
def test_cancel_leaves_positions_exits_stops_and_orders_of_others(bench, tmp_path, mode):
    async def story(bench):
        await hold(bench, "0.05")
        stop, entry = await cover(bench), await rest(bench)
        exit_ = await rest(bench, Purpose.EXIT, Action.CLOSE, Side.SELL, D(60_100))
        order = bench.order(
            Kind.LIMIT, Side.BUY, Leg.LONG, Action.OPEN, quantity=D("0.01"), price=D(59_800), tif=Tif.GTC
        )
        await bench.venue.send(replace(order, client_id="web_person"))
        done = await carry_out(bench, errand(bench, tmp_path, "cancel"))
        assert [act.client_id for act in done.acts] == [entry]
        after = await bench.venue.snapshot()
        assert {row.client_id for row in after.orders} == {exit_, "web_person"}
        assert [row.client_id for row in after.algos] == [stop]
        assert bench.position(Leg.LONG) == D("0.05")

    bench(mode, story)


def test_a_position_above_the_largest_order_goes_in_parts(bench, tmp_path):
    async def story(bench):
        await hold(bench, "0.5")
        bench.exchange.hands.change_filters("BTCUSDT", market_max_qty=D("0.2"))
        done = await carry_out(bench, errand(bench, tmp_path))
        assert sorted(act.what.split()[-1] for act in done.acts) == ["0.166", "0.167", "0.167"]
        assert {parse_client_id(act.client_id).part for act in done.acts} == {0, 1, 2}
        assert bench.position(Leg.LONG) == 0

    bench(Mode.HEDGE, story)


@MODES
def test_an_exit_that_uses_up_the_position_gives_way(bench, tmp_path, mode):
    async def story(bench):
        world = bench.exchange.world
        world.switches = replace(world.switches, closing_budget_strict=True)
        await hold(bench, "0.01")
        await rest(bench, Purpose.EXIT, Action.CLOSE, Side.SELL, D(60_100))
        done = await carry_out(bench, errand(bench, tmp_path))
        assert [(act.what, act.outcome) for act in done.acts] == [
            ("close BTCUSDT LONG 0.01", "rejected"),
            ("cancel BTCUSDT exit", "withdrawn"),
            ("close BTCUSDT LONG 0.01", "accepted"),
        ]
        assert (done.left, bench.position(Leg.LONG)) == ((), 0)

    bench(mode, story)


def test_without_the_rules_it_closes_whole(bench, tmp_path):
    async def story(bench):
        await hold(bench, "0.05")

        async def instruments(symbols):
            return ReadFailed("instruments", "", "503")

        bench.venue.instruments = instruments
        assert (await carry_out(bench, errand(bench, tmp_path))).left == ()

    bench(Mode.HEDGE, story)


@pytest.mark.parametrize("lost", ["before", "after"])
def test_an_unknown_close_is_looked_at_and_never_sent_again_under_its_name(bench, tmp_path, lost):
    async def story(bench):
        await hold(bench, "0.05")
        send, sent = bench.venue.send, []

        async def unreliable(order):
            sent.append(order.client_id)
            if len(sent) > 1:
                return await send(order)
            if lost == "after":
                await send(order)
            return Fault(FaultKind.READ_TIMEOUT)

        bench.venue.send = unreliable
        done = await carry_out(bench, errand(bench, tmp_path))
        assert (done.left, bench.position(Leg.LONG)) == ((), 0)
        assert len(sent) == len(set(sent)) == (1 if lost == "after" else 2)
        assert [act.outcome for act in done.acts] == ["unknown", "accepted"][: len(sent)]

    bench(Mode.HEDGE, story)


def test_each_order_stands_in_the_log_before_it_leaves(bench, tmp_path):
    async def story(bench):
        await hold(bench, "0.05")
        send = bench.venue.send

        async def watched(order):
            text = (tmp_path / kill_file.LOG).read_text()
            assert order.client_id in text
            return await send(order)

        bench.venue.send = watched
        assert (await carry_out(bench, errand(bench, tmp_path))).left == ()

    bench(Mode.HEDGE, story)
    assert [row["do"] for row in rows(tmp_path)] == ["send", "answer"]


def test_what_cannot_be_closed_is_said_to_be_left_after_a_bounded_number_of_attempts(bench, tmp_path):
    async def story(bench):
        await hold(bench, "0.05")
        refusals = []

        async def refused(order):
            refusals.append(order.client_id)
            return Reply(400, orjson.dumps({"code": -4141, "msg": "Symbol is closed."}).decode())

        bench.venue.send = refused
        done = await carry_out(bench, errand(bench, tmp_path))
        assert [(each.symbol, each.leg, each.quantity) for each in done.left] == [("BTCUSDT", "LONG", "0.05")]
        assert len(refusals) == len(set(refusals)) == len(LOOKS_MS) + len(LATE_LOOKS_MS) - 1
        assert {act.outcome for act in done.acts} == {"rejected"}

    bench(Mode.HEDGE, story)


def test_an_entry_that_arrives_late_is_closed_too(bench, tmp_path):
    async def story(bench):
        async def late():
            await bench.clock.sleep_ms(LATE_MS - 200)
            await hold(bench, "0.02")

        arriving = asyncio.ensure_future(late())
        done = await carry_out(bench, errand(bench, tmp_path))
        await arriving
        assert (done.left, len(done.acts), bench.position(Leg.LONG)) == ((), 1, 0)

    bench(Mode.HEDGE, story)


@pytest.mark.parametrize(("status", "looks"), [(0, 2), (418, 1)])
def test_an_account_that_cannot_be_read_is_never_nothing_left(bench, tmp_path, status, looks):
    async def story(bench):
        asked = []

        async def snapshot(symbols=None):
            asked.append(symbols)
            return ReadFailed("snapshot", "", "positions: 503", status)

        bench.venue.snapshot = snapshot
        done = await carry_out(bench, errand(bench, tmp_path))
        assert (done.unread, len(asked)) == ("positions: 503", looks)

    bench(Mode.HEDGE, story)


def test_a_full_disk_does_not_keep_a_position_open(bench, tmp_path, monkeypatch):
    def full(folder, row):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(kill_file, "note", full)

    async def story(bench):
        await hold(bench, "0.05")
        done = await carry_out(bench, errand(bench, tmp_path))
        assert (done.left, bench.position(Leg.LONG)) == ((), 0)
        assert done.unlogged.endswith("No space left on device")

    bench(Mode.HEDGE, story)
