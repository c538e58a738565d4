"""What was taken, refused or lost is not forgotten: by a restart, a clock that is a day wrong, or both (R2, R3)."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal as D

import pytest

from hedgectl.core.engine import decide
from hedgectl.core.model.evidence import Holding, Quote, Wallet
from hedgectl.core.model.input import (
    ClockMeasured,
    InstrumentsTaken,
    QuotesTaken,
    ReadFailed,
    SnapshotTaken,
    Started,
    Tick,
)
from hedgectl.core.model.moment import Moment
from hedgectl.core.model.order import Side
from hedgectl.core.orders.lanes import Budget
from hedgectl.core.settings import RiskLimits
from hedgectl.core.state.apply import apply
from hedgectl.core.state.volatile import fresh_state

T0 = 1_767_225_600_000
DAY_MS = 86_400_000
MINUTE = {"burst_window_ms": 60_000, "repeat_window_ms": 60_000, "errors_window_ms": 60_000, "errors_pause_ms": 120_000}


def wish(bench, name, symbol="METISUSDT", **more):
    """The code that an entry is refused with; "" when it went. On paper, which gates and throttles take for real
    and which needs no leverage set."""
    bench.quote("BTCUSDT", "50000", "50000.1")
    bench.quote("METISUSDT", "40", "40.01")
    bench.enter(name, symbol, **({"notional_usdt": D(50), "confidence": D(1), "paper": True} | more))
    return "" if bench.events[-1].kind == "order.prepared" else bench.events[-1].code


def worth(bench, usdt, others=(), multi=False):
    """A look at an account that is worth so much."""
    money = Wallet(D(usdt), D(0), D(usdt), D(usdt), T0 + bench.ms, others, multi)
    bench.say(replace(bench.snapshot(tuple(positions(bench))), wallet=money))


def positions(bench):
    for each in bench.state.durable.positions.values():
        yield bench.leg(str(each.quantity), each.symbol, each.leg)


def killed(bench):
    """kill -9: what the next process knows is what the journal says."""
    state = fresh_state(bench.state.settings, Budget())
    for event in bench.events:
        apply(state, event)
    assert state.durable == bench.state.durable
    bench.state = state


def started(bench, days=0, usdt=None):
    """The next process, whose clock is so many days wrong until it is measured: all that happens before, then that."""
    usdt = usdt or bench.state.durable.risk.day_nav_usdt or D(1_000)

    def say(given):
        wrong_ms = T0 + bench.ms + days * DAY_MS
        decision = decide(bench.state, given, Moment(bench.ms, wrong_ms, wrong_ms))
        bench.events += [noted.event for noted in decision.notes]
        bench.commands += decision.commands

    say(Started("run2", "0", "sim", "x"))
    say(bench.rules())
    look = bench.snapshot(tuple(positions(bench)))
    at_ms = T0 + bench.ms + days * DAY_MS
    money = Wallet(D(usdt), D(0), D(usdt), D(usdt), at_ms)
    say(SnapshotTaken(look.positions, (), (), money, look.mode, "{}", "accountConfig", at_ms))
    say(QuotesTaken((Quote("METISUSDT", D(40), D("40.01"), D(40), T0 + bench.ms),)))
    for _ in range(3):
        say(Tick())
    bench.enter("too soon", "METISUSDT", notional_usdt=D(50), confidence=D(1))
    assert bench.events[-1].code == "run.clock_unmeasured"
    bench.say(ClockMeasured(0, 10))
    worth(bench, usdt)


def taken(bench):
    """An entry that was taken and came to nothing: it counts all the same."""
    assert wish(bench, "k1") == ""
    bench.refuse(bench.sent[-1], -2019, "Margin is insufficient.")


def rest(make_bench):
    bench = make_bench(risk=RiskLimits(cooldown_ms=60_000)).start()
    taken(bench)
    return bench, "throttle.cooldown", 60_000


def burst(make_bench):
    bench = make_bench(risk=RiskLimits(burst_max=1, **MINUTE)).start()
    taken(bench)
    return bench, "throttle.burst", 60_000


def repeat(make_bench):
    bench = make_bench(risk=RiskLimits(repeat_max=1, **MINUTE)).start()
    taken(bench)
    return bench, "throttle.repeat", 60_000


def double(make_bench):
    bench = make_bench(risk=RiskLimits(double_window_ms=60_000)).start()
    taken(bench)
    return bench, "risk.doubled", 60_000


def errors(make_bench):
    bench = make_bench(risk=RiskLimits(errors_max=2, **MINUTE)).start()
    for name in ("k1", "k2"):
        assert wish(bench, name, paper=False) == ""
        bench.refuse(bench.sent[-1], -2019, "Margin is insufficient.")
    assert [event.code for event in bench.events if event.kind == "alert"] == ["throttle.errors"]
    return bench, "throttle.errors", 120_000


THROTTLES = pytest.mark.parametrize("throttle", [rest, burst, repeat, double, errors], ids=lambda each: each.__name__)
DAYS = pytest.mark.parametrize("days", [-1, 0, 1])


@THROTTLES
def test_a_throttle_ends_at_its_deadline_and_not_a_millisecond_before(make_bench, throttle):
    bench, code, lasts_ms = throttle(make_bench)
    bench.ms = lasts_ms - 1
    worth(bench, 1_000)
    assert wish(bench, "early") == code
    bench.ms = lasts_ms
    worth(bench, 1_000)
    assert wish(bench, "due") == ""


@DAYS
@THROTTLES
def test_neither_a_restart_nor_a_clock_a_day_off_makes_a_throttle_shorter(make_bench, throttle, days):
    bench, code, lasts_ms = throttle(make_bench)
    bench.ms = 10_000
    killed(bench)
    started(bench, days)
    assert wish(bench, "soon") == code
    bench.ms = lasts_ms - 1
    worth(bench, 1_000)
    assert wish(bench, "early") == code
    bench.ms = lasts_ms
    worth(bench, 1_000)
    assert wish(bench, "due") == ""


def lost(make_bench, usdt, **limits):
    """1,000 USDT this morning, so much now."""
    bench = make_bench(risk=RiskLimits(**limits)).start()
    bench.ms = 3_600_000
    worth(bench, usdt)
    return bench


DAILY, FALLEN = {"daily_loss_share": D("0.05")}, {"drawdown_share": D("0.2")}


@DAYS
@pytest.mark.parametrize("limits, usdt, code", [(DAILY, 950, "risk.daily_loss"), (FALLEN, 800, "risk.drawdown")])
def test_a_loss_is_measured_from_where_it_was_whatever_restarts_and_clocks_do(make_bench, limits, usdt, code, days):
    bench = lost(make_bench, usdt, **limits)
    assert wish(bench, "k1") == code
    killed(bench)
    started(bench, days, usdt)
    assert wish(bench, "k2") == code
    worth(bench, usdt + D("0.01"))
    assert wish(bench, "k3") == ""


def test_the_loss_of_a_day_ends_with_the_day_and_the_next_is_measured_from_its_own_start(make_bench):
    bench = lost(make_bench, 950, **DAILY)
    bench.ms = DAY_MS - 1
    worth(bench, 950)
    assert wish(bench, "late") == "risk.daily_loss"
    bench.ms = DAY_MS
    worth(bench, 950)
    assert wish(bench, "new day") == ""
    bench.ms += 1_000
    worth(bench, 902)
    assert wish(bench, "lost again") == "risk.daily_loss"


def test_a_day_that_began_while_nobody_ran_is_measured_from_the_first_look(make_bench):
    bench = lost(make_bench, 950, **DAILY)
    killed(bench)
    bench.ms = DAY_MS + 5_000
    started(bench, usdt=D(940))
    assert wish(bench, "k1") == ""
    assert bench.state.durable.risk.day_nav_usdt == D(940)


def test_a_drawdown_is_not_forgiven_by_a_new_day_and_a_new_peak_counts_at_once(make_bench):
    bench = lost(make_bench, 800, **FALLEN)
    bench.ms = 3 * DAY_MS
    worth(bench, 800)
    assert wish(bench, "k1") == "risk.drawdown"
    worth(bench, 2_000)
    assert wish(bench, "k2") == ""
    worth(bench, 1_600)
    assert wish(bench, "k3") == "risk.drawdown"


def test_errors_outside_the_window_do_not_add_up(make_bench):
    bench = make_bench(risk=RiskLimits(errors_max=2, **MINUTE)).start()
    for name, at_ms in (("k1", 0), ("k2", 60_000), ("k3", 120_000)):
        bench.ms = at_ms
        worth(bench, 1_000)
        assert wish(bench, name, paper=False) == ""
        bench.refuse(bench.sent[-1], -2019, "Margin is insufficient.")
    assert "risk.entries_paused" not in bench.kinds()


def test_an_entry_that_nobody_answers_counts_as_gone_wrong(make_bench):
    bench = make_bench(risk=RiskLimits(errors_max=1, **MINUTE)).start()
    assert wish(bench, "k1", paper=False) == ""
    bench.lose(bench.sent[-1])
    assert wish(bench, "k2", "BTCUSDT", notional_usdt=D(150)) == "throttle.errors"


def test_nav_is_unknown_stale_or_there(make_bench):
    bench = make_bench().start()
    bench.state.volatile.wallet = None
    assert wish(bench, "k1") == "nav.unknown"
    worth(bench, 1_000)
    assert wish(bench, "k2") == ""
    bench.ms += 60_000
    bench.state.volatile.snapshot_ms = T0 + bench.ms
    assert wish(bench, "k3", side=Side.SELL) == ""
    bench.ms += 1
    assert wish(bench, "k4", side=Side.SELL) == "nav.stale"


def test_a_look_stamped_by_a_clock_a_day_ahead_does_not_stay_fresh_for_a_day(make_bench):
    bench = make_bench().start()
    look = bench.snapshot()
    money = replace(look.wallet, at_ms=T0 + DAY_MS)
    bench.say(replace(look, asked_ms=T0 + DAY_MS, wallet=money))
    assert wish(bench, "k1") == "nav.stale"
    bench.say(replace(look, asked_ms=T0 + DAY_MS))
    assert wish(bench, "k2") == "belief.stale_truth"


def test_other_assets_count_with_the_age_of_their_price_unless_they_are_margin_already(make_bench):
    bench = make_bench(risk=RiskLimits(symbol_share=D("0.1"))).start()
    bnb = (Holding("BNB", D(1)),)
    bench.quote("BNBUSDT", "600", "601")
    worth(bench, 400, bnb)
    assert wish(bench, "k1", notional_usdt=D(2_000)) == ""
    assert bench.sent[-1].quantity == D("2.49")  # a tenth of 1,000 at 40.01
    worth(bench, 400, bnb, multi=True)
    assert wish(bench, "k2", "BTCUSDT", notional_usdt=D(150)) == "sizer_cap"
    worth(bench, 400, (Holding("FOO", D(1_000_000)),))
    assert wish(bench, "k3", "BTCUSDT", notional_usdt=D(150)) == "sizer_cap"


def test_reads_that_fail_leave_the_last_nav_to_grow_old(make_bench):
    bench = make_bench(truth_age_ms_max=10**9).start()
    for _ in range(2):
        bench.say(ReadFailed("snapshot", "", "503"), 31_000)
        bench.state.durable.belief.open.clear()
        bench.state.durable.belief.streak = 0
        bench.state.durable.belief.posture = "GREEN"
    assert wish(bench, "k1") == "nav.stale"


@pytest.mark.parametrize("parts", [1, 3])
def test_each_part_of_an_entry_spends_an_order_of_the_rate_budget(make_bench, make_instrument, parts):
    bench = make_bench().start()
    bench.say(InstrumentsTaken((make_instrument(market_max_qty=D("0.012") / parts),), 2400, 10, 1200))
    bench.enter("k1", notional_usdt=None, quantity=D("0.012"))
    assert len(bench.sent) == parts
    assert bench.state.volatile.budget.orders_10s.used == parts


def test_a_split_entry_cannot_spend_what_is_kept_for_protection(make_bench, make_instrument):
    bench = make_bench().start()
    bench.say(InstrumentsTaken((make_instrument(market_max_qty=D("0.001")),), 2400, 10, 1200))
    bench.enter("k1", notional_usdt=None, quantity=D("0.009"))
    assert (bench.events[-1].code, bench.events[-1].number, bench.events[-1].limit) == ("lane.rate_budget", "9", "8")
    assert not bench.sent


@DAYS
def test_a_posture_neither_falls_early_nor_stays_for_a_day_because_a_clock_was_wrong(make_bench, days):
    bench = make_bench().start()
    belief = bench.state.durable.belief
    belief.posture, belief.since_ms, belief.below_ms = "RED", T0 - 60_000, T0 - 1_000
    bench.state.volatile = fresh_state(bench.state.settings, Budget()).volatile
    started(bench, days)
    assert belief.posture == "RED"
    for _ in range(100):
        bench.tick(1_000)
        worth(bench, 1_000)
    assert belief.posture == "GREEN"


def test_the_first_nav_of_a_day_waits_for_the_price_of_what_can_be_priced(make_bench):
    bench = make_bench().start()
    bench.ms = DAY_MS
    metis = (Holding("METIS", D(10)),)
    bench.state.volatile.quotes.clear()
    worth(bench, 1_000, metis)
    assert bench.state.durable.risk.day_nav_usdt == D(1_000)
    assert bench.state.durable.risk.day == T0 // DAY_MS
    bench.quote("METISUSDT", "40", "40.01")
    worth(bench, 1_000, metis)
    assert bench.state.durable.risk.day_nav_usdt == D(1_400)
    assert bench.state.durable.risk.day == T0 // DAY_MS + 1
