"""L2: a protective exit is never refused or delayed by us. By types, and in every combination of what stops entries."""

from __future__ import annotations

import ast
import importlib
import inspect
import itertools
import pkgutil
import typing
from decimal import Decimal as D
from pathlib import Path

import pytest

import hedgectl.core.belief
import hedgectl.core.risk
from hedgectl.core.engine import leaving
from hedgectl.core.engine.believing import knobs_for
from hedgectl.core.engine.entries import consider_entry, desk_for, vet
from hedgectl.core.model.event import IntentDone, OrderVoided
from hedgectl.core.model.intent import Entry, Exit
from hedgectl.core.model.order import Mode, Purpose, Side
from hedgectl.core.risk.exposure import EXPOSURE
from hedgectl.core.risk.identity import IDENTITY
from hedgectl.core.settings import RiskLimits
from hedgectl.core.state.apply import apply
from hedgectl.core.state.durable import Kill

T0 = 1_767_225_600_000
FULL = 1 << 40
RISK = RiskLimits(cooldown_ms=60_000, burst_max=1, repeat_max=1, daily_loss_share=D("0.05"), drawdown_share=D("0.2"))


def killed(mode):
    def on(durable, volatile):
        durable.kill = Kill(mode, "a drill", "test", T0)

    return on


def held(posture):
    def on(durable, volatile):
        durable.belief.posture = posture

    return on


def cooling(durable, volatile):
    durable.entry_ms["BTCUSDT"] = FULL * 2


def weight_spent(durable, volatile):
    volatile.budget.weight.index, volatile.budget.weight.used = FULL, FULL


def orders_spent(durable, volatile):
    volatile.budget.orders_10s.index, volatile.budget.orders_10s.used = FULL, FULL


def told_to_wait(durable, volatile):
    volatile.budget.entries_after_ms = FULL * 2


def banned(durable, volatile):
    volatile.budget.told(418, FULL * 2)


def nav_stale(durable, volatile):
    volatile.wallet = volatile.wallet and type(volatile.wallet)(D(1), D(0), D(1), D(1), 0)


def nav_unknown(durable, volatile):
    volatile.wallet = None


def lost_today(durable, volatile):
    durable.risk.day_nav_usdt = durable.risk.peak_nav_usdt = D(100_000)


def journal_dead(durable, volatile):
    volatile.journal_dead = "disk full"


def stopping(durable, volatile):
    durable.stopping = "SIGTERM"


def unchecked(durable, volatile):
    volatile.checked = volatile.clock_measured = False
    volatile.failures = {"snapshot": 9, "quotes": 9, "clock": 9}


def paused(durable, volatile):
    durable.risk.paused_until_ms = FULL * 2


def left_alone(durable, volatile):
    durable.left["BTCUSDT|SHORT"] = D(-1)


def nothing(durable, volatile):
    """All is well."""


OBSTACLES = (
    (nothing, killed("entries"), killed("cancel"), killed("flatten")),
    (nothing, held("YELLOW"), held("ORANGE"), held("RED")),
    (nothing, weight_spent, orders_spent, told_to_wait, banned),
    (nothing, nav_stale, nav_unknown, lost_today),
    (nothing, cooling),
    (nothing, journal_dead),
    (nothing, stopping),
    (nothing, unchecked),
    (nothing, paused),
    (nothing, left_alone),
)
ALONE = [(row, at) for row, choices in enumerate(OBSTACLES) for at in range(1, len(choices))]
DURABLE = ("kill", "stopping")
MARKS = ("day_nav_usdt", "peak_nav_usdt", "paused_until_ms")
VOLATILE = ("wallet", "journal_dead", "checked", "clock_measured", "failures")


def as_it_was(state):
    """Puts back what obstacles change."""
    durable, volatile, budget = state.durable, state.volatile, state.volatile.budget
    kept = [(durable, name, getattr(durable, name)) for name in DURABLE]
    kept += [(durable.risk, name, getattr(durable.risk, name)) for name in MARKS]
    kept += [(volatile, name, getattr(volatile, name)) for name in VOLATILE]
    kept += [(durable.belief, "posture", durable.belief.posture)]
    kept += [(budget, name, getattr(budget, name)) for name in ("entries_after_ms", "reads_after_ms")]
    kept += [(each, name, getattr(each, name)) for each in (budget.weight, budget.orders_10s) for name in
             ("index", "used")]  # fmt: skip
    entry_ms = dict(durable.entry_ms)

    def restore():
        for owner, name, value in kept:
            setattr(owner, name, value)
        durable.entry_ms.clear()
        durable.entry_ms.update(entry_ms)
        durable.left.clear()

    return restore


def holding(make_bench, mode):
    """Long in BTCUSDT, covered; what was entered does not throttle the next entry by itself."""
    bench = make_bench(mode, risk=RISK).start()
    bench.holding()
    bench.state.durable.risk.entries.clear()
    bench.state.durable.entry_ms.clear()
    return bench


@pytest.mark.parametrize("row, at", ALONE, ids=lambda each: str(each))
def test_each_obstacle_is_real_it_stops_an_entry_by_itself(make_bench, row, at):
    bench = holding(make_bench, Mode.HEDGE)
    wish = {"notional_usdt": D(150), "confidence": D("0.1")}
    OBSTACLES[row][at](bench.state.durable, bench.state.volatile)
    bench.enter("k2", **wish)
    assert bench.events[-1].kind == "intent.refused"
    assert bench.sent[-1].purpose is not Purpose.ENTRY


def test_without_an_obstacle_an_entry_goes(make_bench):
    bench = holding(make_bench, Mode.HEDGE)
    bench.enter("k2", notional_usdt=D(150), confidence=D("0.1"))
    assert bench.sent[-1].purpose is Purpose.ENTRY


@pytest.mark.parametrize("mode", Mode)
def test_an_exit_is_sent_in_the_decision_that_takes_it_whatever_stops_entries(make_bench, mode):
    bench = holding(make_bench, mode)
    state, quantity = bench.state, bench.sent[0].quantity
    restore = as_it_was(state)
    for number, obstacles in enumerate(itertools.product(*OBSTACLES)):
        for put in obstacles:
            put(state.durable, state.volatile)
        decision = bench.leave(f"x{number}")
        (order,) = [command.order for command in decision.commands]
        assert (order.purpose, order.quantity) == (Purpose.EXIT, quantity), obstacles
        assert [noted.event.kind for noted in decision.notes][-2:] == ["exit.accepted", "order.prepared"]
        apply(state, OrderVoided(order.client_id, "the next combination"))
        apply(state, IntentDone(order.intent_id, order.correlation_id, "BTCUSDT", "voided", D(0)))
        state.durable.intents_done.clear()
        state.durable.done.clear()
        bench.events.clear()
        bench.commands.clear()
        restore()


def functions_of(package):
    """Every function and class of a room."""
    for found in pkgutil.iter_modules(package.__path__, package.__name__ + "."):
        module = importlib.import_module(found.name)
        for made in vars(module).values():
            if (inspect.isfunction(made) or inspect.isclass(made)) and made.__module__ == found.name:
                yield made


def mentions(hint, wanted):
    return hint is wanted or any(mentions(each, wanted) for each in typing.get_args(hint))


@pytest.mark.parametrize("gate", [*IDENTITY, *EXPOSURE, vet, desk_for, consider_entry], ids=lambda each: each.__name__)
def test_a_gate_takes_an_entry_and_nothing_else(gate):
    assert typing.get_type_hints(gate)["entry"] is Entry


@pytest.mark.parametrize("room", [hedgectl.core.risk, hedgectl.core.belief], ids=lambda room: room.__name__)
def test_nothing_in_the_rooms_of_risk_and_belief_can_be_handed_an_exit(room):
    found = list(functions_of(room))
    assert found
    for made in found:
        for hint in typing.get_type_hints(made).values():
            assert not mentions(hint, Exit), made
    assert Entry in typing.get_type_hints(vet).values()


def test_a_gate_that_took_an_exit_would_be_seen():
    def careless(intent: Entry | Exit) -> None: ...

    assert any(mentions(hint, Exit) for hint in typing.get_type_hints(careless).values())


def test_knobs_are_asked_about_a_symbol_and_never_about_an_intent():
    assert set(inspect.signature(knobs_for).parameters) == {"work", "symbol"}


def test_the_path_of_an_exit_takes_nothing_from_risk_but_its_own_name_and_how_to_split():
    allowed = {"DUPLICATE", "quantity_max", "split"}
    for path in ("leaving.py", "covering.py", "killing.py", "sending.py"):
        tree = ast.parse((Path(inspect.getfile(leaving)).parent / path).read_text())
        imports = [node for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)]
        taken = {name.name for node in imports if "core.risk" in (node.module or "") for name in node.names}
        assert taken <= allowed, path
        assert not [node for node in imports if "core.belief" in (node.module or "")], path


@pytest.mark.parametrize("mode, left", [(Mode.HEDGE, "BTCUSDT|SHORT"), (Mode.ONE_WAY, "BTCUSDT|BOTH")])
def test_a_leg_that_is_left_alone_is_closed_at_once_when_the_desk_asks(make_bench, mode, left):
    bench = make_bench(mode).start()
    bench.state.durable.left[left] = D("-0.004")
    bench.leave(side=Side.BUY)
    assert [(order.purpose, order.quantity) for order in bench.sent] == [(Purpose.EXIT, D("0.004"))]
    bench.leave("x2", side=Side.SELL)
    assert len(bench.sent) == 1
