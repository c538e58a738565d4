"""Goal: who reads through `Reads` and `GetOnly` can't change anything, however it tries (T10)."""

from __future__ import annotations

import asyncio

import pytest

from hedgectl.config.options import RunOptions
from hedgectl.config.sources import load
from hedgectl.core.model.input import ClockMeasured, QuotesTaken, SnapshotTaken
from hedgectl.core.model.order import Kind
from hedgectl.core.model.reply import Reply
from hedgectl.runtime.clock import ExchangeTime, RealClock
from hedgectl.runtime.place import open_place
from hedgectl.venue.reading import GetOnly, Reads, WriteRefused
from hedgectl.venue.wire import leverage_write, order_write

WRITES = ("send", "cancel", "set_leverage", "create_listen_key", "keep_listen_key", "delete_listen_key", "client")


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH", "get"])
def test_a_transport_that_reads_refuses_anything_else_before_it_leaves(make_desk, method):
    desk = make_desk().scripted(Reply(200, "{}"))
    with pytest.raises(WriteRefused, match="nothing is written here"):
        desk.run(GetOnly(desk.script)(method, "https://fapi.binance.com/fapi/v1/order?signature=deadbeef", {}, "", 100))
    assert desk.script.asked == []


def test_a_read_with_a_body_is_no_read(make_desk):
    desk = make_desk().scripted(Reply(200, "{}"))
    with pytest.raises(WriteRefused) as refused:
        desk.run(GetOnly(desk.script)("GET", "https://fapi.binance.com/fapi/v1/order?signature=deadbeef", {}, "a=b", 1))
    assert "deadbeef" not in str(refused.value)
    assert desk.script.asked == []


@pytest.mark.parametrize("name", WRITES)
def test_a_reader_has_no_way_to_write(make_desk, name):
    assert not hasattr(Reads(make_desk().boxed().venue), name)


def test_the_venue_of_a_dry_run_reads_and_cannot_write_however_it_is_asked(folder, prepared):
    """The place as `route-dry-run` opens it, and its inner venue dug out: every write is tried on it."""
    config = load({"box.latency_ms": 0}, {}).config

    async def try_it():
        exchange = ExchangeTime(RealClock())
        place = open_place(RunOptions(), config, None, exchange.clock, exchange, through=GetOnly)
        reads = Reads(place.venue)
        assert isinstance(await reads.clock(), ClockMeasured)
        assert isinstance(await reads.snapshot(), SnapshotTaken)
        assert isinstance(await reads.quotes(place.symbols), QuotesTaken)
        ledger = place.box.exchange.ledger
        before, configs = len(ledger), dict(place.box.exchange.configs)
        inner = reads.snapshot.__self__
        stop = {"kind": Kind.STOP_MARKET, "trigger_price": prepared().quantity}
        for attempt in (
            lambda: inner.send(prepared()),
            lambda: inner.send(prepared(**stop)),
            lambda: inner.cancel("h1-e000001-lfb848c99b9a43ec7866a", "BTCUSDT", False),
            lambda: inner.set_leverage("BTCUSDT", 3),
            lambda: inner.delete_listen_key(),
        ):
            with pytest.raises(WriteRefused):
                await attempt()
        assert len(ledger) == before
        assert dict(place.box.exchange.configs) == configs
        await reads.close()

    asyncio.run(try_it())


def test_a_write_says_its_method_path_and_text(prepared):
    write = order_write(prepared())
    assert (write.method, write.path) == ("POST", "/fapi/v1/order")
    assert write.encoded(5).startswith("timestamp=1767225600000&symbol=BTCUSDT&side=BUY&type=MARKET&positionSide=LONG")
    assert leverage_write("BTCUSDT", 3).encoded(5) == "timestamp=5&symbol=BTCUSDT&leverage=3&recvWindow=5000"
    assert order_write(prepared(kind=Kind.STOP_MARKET, trigger_price=prepared().quantity)).path == "/fapi/v1/algoOrder"


def test_a_paper_order_has_no_text(prepared):
    with pytest.raises(ValueError, match="never reaches an exchange"):
        order_write(prepared(paper=True))
