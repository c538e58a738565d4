"""Goal: a run compares on demand, in either mode; repairs only when told to, within its bounds; twice does nothing.

The product's own run in virtual time on the embedded exchange; a person's hands act on the account without telling.
"""

from __future__ import annotations

from decimal import Decimal as D

import orjson
import pytest

from hedgectl.config.options import RunOptions
from hedgectl.config.sources import load
from hedgectl.core.model.input import ReadFailed
from hedgectl.core.model.order import Leg, Purpose
from hedgectl.core.orders.clientid import client_id
from hedgectl.core.reconcile.finding import REPAIRS, Finding, Kind
from hedgectl.drill.life import live
from hedgectl.runtime.ask import LINE_BYTES_MAX
from hedgectl.runtime.reconciling import FINDINGS_MAX, REPAIRS_MAX, TEXT_CHARS_MAX, Unread, repairs
from hedgectl.screens.reconcile import Compared, Reconciled, Repair
from hedgectl.sim.model import NewAlgo, NewOrder

SYMBOL = "ETHUSDT"
REPAIR_KINDS = {"position.corrected", "cover.seen", "cancel.sent", "order.absent", "order.prepared", "mode.read"}


@pytest.fixture
def living(tmp_path):
    """living(story, **flags) -> Life: a run without strategy, whose own look is too rare to repair anything first."""

    def run(story, *, seconds=60, **flags):
        keys = {name.replace("__", "."): value for name, value in flags.items()}
        keys |= {"run.state_dir": str(tmp_path), "journal.synchronous": "OFF", "run.cycle_s": 600}
        config = load(keys, {}).config

        async def once(trader):
            while not (trader.state.volatile.checked and trader.state.durable.instruments):
                await trader.clock.sleep_ms(100)
            await trader.clock.sleep_ms(2_000)
            await story(trader)

        return live(config, tmp_path, once, options=RunOptions(seconds, virtual=True, demo=False))

    return run


def hands(trader):
    return trader.place.box.exchange.hands


def price(trader):
    return trader.place.box.exchange.world.books[SYMBOL].quote.mark


def take(trader, qty="0.5", leg="LONG"):
    """A position that nobody was told of."""
    hands(trader).set_position(SYMBOL, leg, D(qty), price(trader))


def kinds(compared):
    return [each.kind for each in compared.findings]


@pytest.mark.parametrize(
    "mode, leg, qty", [("hedge", "LONG", "0.5"), ("hedge", "SHORT", "-0.5"), ("one-way", "BOTH", "-0.5")]
)
def test_a_report_tells_and_touches_nothing(living, mode, leg, qty):
    async def story(trader):
        take(trader, qty, leg)
        seq, sent = trader.journal.last_seq, trader.place.box.exchange.ledger.added
        told = await trader.reconciler.report("", False)
        assert kinds(told.first) == [Kind.ORPHAN, Kind.NAKED]
        assert (told.left, told.repaired, told.live) == (None, (), True)
        assert (trader.journal.last_seq, trader.place.box.exchange.ledger.added) == (seq, sent)
        assert not trader.state.durable.positions

    living(story, box__position_mode=mode)


@pytest.mark.parametrize("mode, leg, qty", [("hedge", "SHORT", "-0.5"), ("one-way", "BOTH", "0.5")])
def test_applied_an_orphan_is_taken_on_and_covered_and_a_second_pass_does_nothing(living, mode, leg, qty):
    async def story(trader):
        take(trader, qty, leg)
        told = await trader.reconciler.report("", True)
        assert told.left.findings == ()
        assert [each.word for each in told.repaired] == ["corrected", "send", "cover"]
        assert trader.state.durable.positions[f"{SYMBOL}|{leg}"].quantity == D(qty)
        seq = trader.journal.last_seq
        again = await trader.reconciler.report("", True)
        assert (again.first.findings, again.left, trader.journal.last_seq) == ((), None, seq)

    life = living(story, box__position_mode=mode)
    assert [event.kind for event in life.events("position.corrected", "cancel.sent")] == ["position.corrected"]


def test_applied_a_phantom_is_cleared_once_no_lagging_view_explains_it(living):
    async def story(trader):
        take(trader)
        await trader.reconciler.report("", True)
        take(trader, "0")
        begun_ms = trader.clock.mono_ms()
        told = await trader.reconciler.report("", True)
        assert Kind.PHANTOM in kinds(told.first)
        assert told.left.findings == ()
        assert not trader.state.durable.positions
        assert 10_000 <= trader.clock.mono_ms() - begun_ms <= 16_000

    living(story)


def test_applied_what_carries_our_name_in_no_book_is_withdrawn_and_a_strangers_order_stays(living):
    async def story(trader):
        name = client_id("lost", Leg.LONG, Purpose.ENTRY)
        stop = client_id("lost", Leg.LONG, Purpose.COVER)
        low = (price(trader) * D("0.8")).quantize(D("0.01"))
        for own in (name, ""):
            hands(trader).place_manual(NewOrder(SYMBOL, "BUY", "LIMIT", "LONG", "GTC", D(1), low, client_id=own))
        hands(trader).place_manual_algo(
            NewAlgo(SYMBOL, "SELL", "STOP_MARKET", "LONG", trigger_price=low, close_position=True, client_id=stop)
        )
        told = await trader.reconciler.report("", True)
        assert set(kinds(told.first)) == {Kind.LEFTOVER_ORDER, Kind.STRAY_COVER, Kind.FOREIGN_ORDER}
        assert kinds(told.left) == [Kind.FOREIGN_ORDER]
        assert told.left.differences == 0
        left = trader.place.box.exchange.world.orders.open_of(SYMBOL).values()
        assert [order.client_id for order in left] == [told.left.findings[0].order]

    living(story)


def test_one_symbol_is_told_of_while_the_whole_account_is_handed_over(living):
    async def story(trader):
        take(trader)
        hands(trader).set_position("BTCUSDT", "LONG", D("0.1"), D(60_000))
        told = await trader.reconciler.report("BTCUSDT", True)
        assert {each.symbol for each in told.first.findings} == {"BTCUSDT"}
        assert told.first.legs == 1
        assert set(trader.state.durable.positions) == {"BTCUSDT|LONG", f"{SYMBOL}|LONG"}

    living(story)


def test_without_room_in_the_budget_nothing_is_read(living):
    async def story(trader):
        budget, now_ms = trader.state.volatile.budget, trader.exchange.now_ms()
        budget.weight.spend(budget.weight.left(budget.shares.reconcile, now_ms), now_ms)
        reply = await trader.reconciler.reconcile({"do": "reconcile"})
        assert (reply["ok"], reply["code"]) == (False, "lane.rate_budget")
        assert reply["hint"]

    living(story)


def test_an_account_that_cannot_be_read_is_never_an_empty_one_and_a_ban_is_remembered(living):
    async def story(trader):
        until_ms = trader.exchange.now_ms() + 60_000

        async def banned(symbols=None):
            return ReadFailed("snapshot", "", "418 -1003 banned", 418, until_ms)

        trader.place.venue.snapshot = banned
        with pytest.raises(Unread, match="-1003"):
            await trader.reconciler.report("", False)
        with pytest.raises(Unread, match=r"lane\.rate_stop"):
            await trader.reconciler.report("", False)

    living(story)


def test_what_only_one_of_two_looks_shows_is_no_difference_yet(living):
    async def story(trader):
        real = trader.place.venue.snapshot
        take(trader)
        flicker = [await real()]
        take(trader, "0")
        hands(trader).set_position("BTCUSDT", "LONG", D("0.1"), D(60_000))

        async def snapshot(symbols=None):
            return flicker.pop() if flicker else await real()

        trader.place.venue.snapshot = snapshot
        told = await trader.reconciler.report("", False)
        assert (told.first.findings, flicker) == ((), [])

    living(story)


def test_repairing_is_bounded_where_nothing_helps(living):
    async def story(trader):
        take(trader)
        taken = await trader.place.venue.snapshot()

        async def snapshot(symbols=None):
            return taken  # a page that never moves: what was repaired can't be seen

        trader.reconciler._venue.snapshot = snapshot
        begun_ms, seen = trader.clock.mono_ms(), len(trader.executor.observers)
        told = await trader.reconciler.report("", True)
        assert Kind.NAKED in kinds(told.left)
        assert trader.clock.mono_ms() - begun_ms <= 20_000
        assert len(trader.executor.observers) == seen

    living(story)


@pytest.mark.parametrize("request_", [{"symbol": 7}, {"apply": "yes"}, {"symbol": None}])
def test_a_bad_request_is_refused(living, request_):
    async def story(trader):
        with pytest.raises(ValueError, match="symbol"):
            await trader.reconciler.reconcile(request_)

    living(story, seconds=5)


def test_the_largest_answer_fits_a_line_of_the_control_socket():
    name = client_id("x", Leg.LONG, Purpose.COVER)
    worst = Finding(
        Kind.LEFTOVER_ORDER, "1000000MOGUSDT", "SHORT", "0.00012345678 @ 0.0000123456", "SELL TRAILING_STOP_MARKET "
        "1234567890.12345 @ 0.0000123456", 10**9, max(REPAIRS.values(), key=len), name
    )  # fmt: skip
    seen = Compared("one-way", 999, 999, 999, 10**6, (worst,) * FINDINGS_MAX, 999)
    repaired = (Repair(10**12, "1000000MOGUSDT", "corrected", "x" * TEXT_CHARS_MAX),) * REPAIRS_MAX
    told = Reconciled("live", True, "1000000MOGUSDT", seen, 0.0, repaired, seen, 10**6)
    assert len(orjson.dumps({"ok": True, "seq": 10**9, "report": told})) < LINE_BYTES_MAX


def test_what_counts_as_a_repair(script):
    assert not repairs(script.sent(script.order()).event)
    assert repairs(script.noted("x").event)
