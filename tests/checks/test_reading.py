"""Goal: what cannot be read is told as such, in time, and never as all right; nothing is left open or behind."""

from __future__ import annotations

import asyncio
import json
import re
import threading
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal as D
from typing import Any

import pytest

from hedgectl import __version__
from hedgectl.checks.account import permitted
from hedgectl.checks.asked import Asked
from hedgectl.checks.context import Context
from hedgectl.checks.exchange import in_time
from hedgectl.checks.limits import Limits
from hedgectl.checks.once import Once
from hedgectl.checks.registry import all_checks
from hedgectl.core.model.input import ClockMeasured
from hedgectl.core.model.order import Leg, Purpose
from hedgectl.core.orders.clientid import client_id
from hedgectl.runtime.clock import RealClock
from hedgectl.runtime.control import Control
from hedgectl.sim.model import NewAlgo
from hedgectl.venue.rights import KeyRights

SYMBOL = "ETHUSDT"
GOOD = KeyRights(reading=True, futures=True, withdrawals=False, ip_bound=True, surplus=())


def naked(it: Any) -> None:
    it.exchange.hands.set_position(SYMBOL, "LONG", D("0.5"), D(2600))


def covered(it: Any) -> None:
    stop = NewAlgo(SYMBOL, "SELL", "STOP_MARKET", "LONG", trigger_price=D(2000), close_position=True)
    it.exchange.hands.place_manual_algo(stop)


def barred(symbol: str, until_ms: int) -> bytes:
    """What apiTradingStatus says where entries of a symbol are refused."""
    rule = {"isLocked": True, "plannedRecoverTime": until_ms, "indicator": "UFR", "value": 0.05, "triggerValue": 0.995}
    return json.dumps({"indicators": {symbol: [rule]}, "updateTime": 1}).encode()


def answering(patient: Any, **handlers: Callable[[Any], Any]) -> None:
    """A run that answers on the control socket, and what else it answers."""

    async def status(request: Any) -> Any:
        return {"run_id": "r1", "checked": True, "symbols": [], "pid": 1, "seq": 1, "version": __version__}

    async def work() -> Any:
        control = Control(patient.state, patient.state, {"status": status, **handlers})
        await control.open()
        return control

    patient.state.mkdir(exist_ok=True)
    control = patient.served._run(work())
    patient.stop = lambda: patient.served._run(control.close())


@pytest.mark.parametrize("path", ["/time", "/v3/account"])
def test_beside_a_silent_exchange_positions_are_told_as_believed_and_in_time(patient, path):
    patient.served.hand(naked)
    patient.run_once()
    patient.limits = Limits(read_s_max=0.3)
    patient.served.silent.append(path)
    row = patient.row("positions")
    assert row["value"] == "unreadable: silent for 0.3 s"
    assert "ETHUSDT LONG 0.5 @ 2 600.00" in row["details"][0]
    assert row["took_ms"] < 3_000


def test_a_question_that_nobody_answers_is_waited_for_once(patient):
    """A check that asks again gets the failure at once, so that all of them stay within their time."""
    patient.run_once()
    patient.limits = Limits(read_s_max=0.5)
    patient.served.silent.append("/v3/account")
    row = patient.row("sizing")  # asks for NAV, then for what rules and prices are now
    assert row["severity"] == "pass", row
    assert 400 < row["took_ms"] < 900


def test_sizes_by_a_nav_of_the_journal_say_so(patient):
    patient.run_once()
    patient.served.hand(lambda it: setattr(it.box.key, "revoked", True))
    for check in ("sizing", "throttles"):
        row = patient.row(check)
        assert (row["severity"], ", by the NAV noted " in row["value"]) == ("pass", True), row


def account(usdt: str, **others: str) -> bytes:
    """What v3/account says of a wallet in single-asset mode."""
    rows = {"USDT": usdt} | others
    assets = [
        {"asset": name, "walletBalance": worth, "unrealizedProfit": "0", "marginBalance": worth}
        for name, worth in rows.items()
    ]
    totals = dict.fromkeys(("totalWalletBalance", "totalMarginBalance", "availableBalance"), usdt)
    return json.dumps(totals | {"totalUnrealizedProfit": "0", "assets": assets, "positions": []}).encode()


def test_what_is_beside_usdt_counts_at_its_price_and_what_nobody_prices_is_named(patient):
    patient.served.bodies["/v3/account"] = account("100", BTC="0.01", XYZ="5")
    row = patient.row("nav")
    worth = D(row["value"].partition(" USDT")[0].replace(" ", "").replace("\u2009", ""))
    assert worth > 300, row
    assert row["details"] == ["not priced, not counted: XYZ"]


def test_an_empty_account_has_no_sizes_to_judge(patient):
    patient.served.hand(lambda it: it.exchange.hands.set_wallet(D(0)))
    row = patient.row("sizing")
    assert (row["severity"], row["value"]) == ("skip", "the account is worth nothing: nothing can be entered")


def test_a_damaged_journal_is_put_aside_once_its_run_has_ended(patient):
    patient.state.mkdir()
    (patient.state / "journal.db").write_text("x" * 99)
    assert patient.row("journal")["fix"].startswith("mkdir -p state/damaged && find ")
    answering(patient)
    first, second = patient.row("journal")["fix"].splitlines()
    patient.stop()
    assert first == "kill -TERM 1    # and wait for its end"
    assert second.startswith("mkdir -p state/damaged && find ")


def test_of_a_full_inbox_no_more_is_counted_than_is_looked_at(patient):
    (patient.state / "inbox").mkdir(parents=True)
    for name in ("1.json", "2.json", "3.json"):
        (patient.state / "inbox" / name).write_text("{}")
    patient.limits = Limits(inbox_listed_max=2)
    assert patient.row("inbox")["value"].startswith("at least 2 files waiting without a run")


def test_telemetry_that_nobody_wants_is_not_looked_for(patient):
    patient.write("x", "logs")
    patient.write('[telemetry]\nevents = "off"\n')
    row = patient.row("telemetry")
    assert (row["severity"], row["value"]) == ("skip", "telemetry is off: telemetry.events")
    patient.write("[rum]\n")  # a configuration that cannot be used is no reason to pass it over
    assert patient.row("telemetry")["severity"] == "fail"


def test_what_is_left_of_the_weight_belongs_to_a_run_and_what_was_not_asked_is_no_failure(patient):
    patient.served.hand(naked)
    patient.run_once()
    patient.served.use_weight(1_850)
    patient.served.asked.clear()
    _, out = patient.hedgectl("doctor", "--json", *patient.args)
    assert {path.rpartition("/")[2] for path in patient.served.asked} == {"time"}
    rows = {each["id"]: each for each in json.loads(out)["data"]["checks"]}
    told = {name: each["severity"] for name, each in rows.items() if each["severity"] != "pass"}
    assert {name for name, severity in told.items() if severity == "warn"} == {"weight", "positions"}
    assert set(told.values()) == {"warn", "skip"}
    assert re.fullmatch("not asked: [0-9]+ of this minute's weight are used already", rows["key"]["value"])
    assert "ETHUSDT LONG 0.5 @ 2 600.00" in rows["positions"]["details"][0]


def test_a_ban_tells_how_long_and_is_not_asked_on(patient):
    patient.served.answers["/time"] = (418, -1003)
    row = patient.row("reach")
    assert row["value"].startswith("asks us to wait 30 s: GET time: 418 -1003")
    assert row["fix"].startswith("sleep 30 ")
    assert [path for path in patient.served.asked if path.endswith("/time")] == ["/fapi/v1/time"]


def test_what_the_run_does_not_compare_is_skipped_and_no_crash(patient):
    async def reconcile(request: Any) -> Any:
        raise ValueError("busy")

    answering(patient, reconcile=reconcile)
    for check in ("orders", "belief"):
        row = patient.row(check)
        assert (row["severity"], "busy" in row["value"]) == ("skip", True), row
    patient.stop()


def test_an_order_of_ours_is_no_stranger_though_nothing_says_what_it_is(patient):
    """A stop of ours whose position was closed a moment ago, and a run that is too busy to compare."""

    async def reconcile(request: Any) -> Any:
        raise ValueError("busy")

    name = client_id("x", Leg.LONG, Purpose.COVER)
    stop = NewAlgo(SYMBOL, "SELL", "STOP_MARKET", "LONG", trigger_price=D(2000), qty=D(1), client_id=name)
    patient.served.hand(lambda it: it.exchange.hands.place_manual_algo(stop))
    answering(patient, reconcile=reconcile)
    row = patient.row("orders")
    patient.stop()
    assert (row["severity"], row["details"]) == ("skip", []), row


@pytest.mark.parametrize("placed, severity", [(True, "pass"), (False, "fail")])
def test_beside_a_run_a_position_is_bare_when_it_is_so_in_two_looks(patient, placed, severity):
    answering(patient)
    patient.served.hand(naked)
    patient.limits = Limits(cover_s_max=0.5)
    looked = patient.served.asked.append

    class Asked(list[str]):
        """The run places its stop once the first look is over."""

        def append(self, path: str) -> None:
            looked(path)
            if placed and path.endswith("/v3/positionRisk") and not self:
                super().append(path)
                patient.served._loop.call_later(0.1, covered, patient.served)

    patient.served.asked = Asked()
    row = patient.row("positions")
    patient.stop()
    assert row["severity"] == severity, row


def test_a_margin_mode_that_no_source_states_is_skipped(patient):
    patient.served.answers["/accountConfig"] = (400, -1130)
    assert patient.row("position-mode")["severity"] == "pass"
    tried = patient.row("position-mode")["about"]["tried"]
    assert tried.startswith("GET accountConfig: 400 -1130")
    assert tried.endswith(" -> positionSide/dual")
    row = patient.row("multi-assets")
    assert (row["severity"], row["value"]) == ("skip", "positionSide/dual does not say, which alone could be read")


def test_a_loss_is_not_judged_without_a_nav_and_that_is_no_pass(patient):
    from hedgectl.core.model.event import RunStarted

    patient.journal(RunStarted("r1", "0", "sim", "x"))
    assert patient.row("throttles")["severity"] == "pass"
    patient.served.hand(lambda it: setattr(it.box.key, "revoked", True))
    row = patient.row("throttles")
    assert (row["severity"], "cannot be judged" in row["value"]) == ("skip", True), row


def test_a_key_that_is_refused_names_the_address_that_asked(patient):
    patient.served.hand(lambda it: setattr(it.box.key, "revoked", True))
    row = patient.row("key")
    assert "-2015" in row["value"]
    assert "Does it name the address 127.0.0.1, and may it trade futures?" in row["fix"]
    _, out = patient.hedgectl("doctor", "--share", "--json", *patient.args)
    assert "127.0.0.1" not in out


def test_what_the_exchange_bars_for_other_symbols_is_none_of_ours(patient):
    patient.served.bodies["/apiTradingStatus"] = barred("XRPUSDT", RealClock().wall_ms() + 90_000)
    assert patient.row("trading-rules")["severity"] == "pass"
    patient.served.bodies["/apiTradingStatus"] = barred("ACCOUNT", RealClock().wall_ms() + 90_000)
    row = patient.row("trading-rules")
    assert row["value"].startswith("ACCOUNT by UFR, until ")
    assert 80 <= int(row["fix"].split()[1]) <= 90
    patient.served.answers["/apiTradingStatus"] = (400, -1130)
    assert patient.row("trading-rules")["severity"] == "skip"


def test_rights_that_nobody_tells_are_skipped_with_the_reason(patient):
    patient.served.answers["/apiRestrictions"] = (400, -2015)
    row = patient.row("key-permissions")
    assert (row["severity"], "-2015" in row["value"]) == ("skip", True), row


@pytest.mark.parametrize(
    "offset_ms, round_trip_ms, severity",
    [
        (0, 2, "pass"),
        (749, 2, "pass"),
        (750, 2, "warn"),
        (700, 102, "warn"),
        (1_500, 2, "warn"),
        (1_501, 2, "fail"),
        (-499, 2, "pass"),
        (-500, 2, "warn"),
        (-1_000, 2, "warn"),
        (-1_001, 2, "fail"),
        (0, 1_500, "pass"),
        (0, 1_501, "fail"),
    ],
)
def test_a_clock_is_judged_by_what_the_exchange_bears_with_the_doubt_of_its_measure(offset_ms, round_trip_ms, severity):
    found = in_time(ClockMeasured(offset_ms, round_trip_ms), 1_500, D("0.5"))
    assert (found.severity.value, bool(found.fix)) == (severity, severity != "pass")


@pytest.mark.parametrize(
    "changed, environment, severity, says",
    [
        ({}, "live", "pass", "bound to addresses"),
        ({"ip_bound": False}, "live", "warn", "any address may use the key"),
        ({"ip_bound": False}, "sim", "pass", "no withdrawals"),
        ({"surplus": ("enableMargin",)}, "live", "warn", "more than is needed: enableMargin"),
        ({"surplus": ("enableMargin",), "ip_bound": False}, "live", "warn", "any address may use the key; more than"),
        ({"futures": False, "ip_bound": False}, "live", "fail", "futures is not enabled"),
        ({"reading": False}, "live", "fail", "reading is not enabled"),
        ({"withdrawals": True, "ip_bound": False, "futures": False}, "live", "fail", "withdrawals are enabled"),
    ],
)
def test_what_a_key_may_do_is_judged(changed, environment, severity, says):
    found = permitted(replace(GOOD, **changed), environment)
    assert (found.severity.value, says in found.value) == (severity, True), found
    assert bool(found.fix) is (severity != "pass")


def test_the_demo_environment_says_no_rights(patient):
    """The place that says so has no URL for it; there is nothing that could be taken for a yes."""
    from hedgectl.venue.environment import PLACES, Environment
    from hedgectl.venue.rights import NO_ANSWER_HERE, read_rights

    assert PLACES[Environment.DEMO].rights == ""

    class Silent:
        class client:
            rights = PLACES[Environment.DEMO].rights

        class limits:
            read_timeout_ms = 1

    found = asyncio.run(read_rights(Silent))
    assert (found.why, found.what) == (NO_ANSWER_HERE, "rights")


def test_a_look_leaves_nothing_behind_but_what_it_keeps(patient):
    patient.state.mkdir()
    before = sorted(patient.folder.rglob("*"))
    patient.hedgectl("doctor", "--only", "local", "--json")
    assert sorted(patient.folder.rglob("*")) == before
    patient.until(lambda: not [each for each in threading.enumerate() if each.name == "check"])


def test_a_secret_in_the_configuration_is_in_no_row(patient):
    patient.write('[run]\napi_secret = "abcdefghij"\n')
    code, out = patient.hedgectl("doctor", "--json", *patient.args)
    assert (code, "abcdefghij" in out) == (1, False)


def test_cheap_checks_need_cheap_checks_and_wait_for_no_exchange():
    checks = all_checks()
    for each in checks.values():
        if each.cheap:
            assert each.group == "local"
            assert all(checks[need].cheap for need in each.needs), each.id


def test_a_fresh_exchange_is_not_judged_by_the_journal_of_the_last_one(hedgectl_alone, folder):
    from hedgectl.core.model.codec import encode
    from hedgectl.core.model.event import BeliefState
    from hedgectl.store.journal import Journal

    async def work() -> None:
        journal = Journal(folder / "state" / "sim" / "r1" / "journal.db", live=True)
        red = BeliefState("RED", "GREEN", 1, 0, 0, 4.0, 1, 2, 4.0, 0.0, 1)
        journal.append([(1, red.kind, "", "", encode(red))])
        await journal.durable(journal.last_seq)
        journal.close()

    (folder / "state" / "sim" / "r1").mkdir(parents=True)
    asyncio.run(work())
    code, out = hedgectl_alone("doctor", "--only", "posture", "--only", "throttles", "--json")
    rows = json.loads(out)["data"]["checks"]
    assert (code, {each["severity"] for each in rows}) == (0, {"skip"})
    assert all("begins anew" in each["value"] for each in rows)


def test_a_reading_is_made_once_and_goes_on_for_the_others():
    made = []

    async def reading() -> int:
        made.append(1)
        await asyncio.sleep(0.05)
        return len(made)

    async def impatient(once: Once) -> int:
        async with asyncio.timeout(0.01):
            return await once.read("x", reading)

    async def work() -> list[Any]:
        once = Once()
        return await asyncio.gather(impatient(once), once.read("x", reading), return_exceptions=True)

    late, found = asyncio.run(work())
    assert isinstance(late, TimeoutError)
    assert (found, len(made)) == (1, 1)


def test_what_threads_share_is_made_once_and_an_error_is_made_again():
    once, made = Once(), []
    both = threading.Barrier(4, timeout=5)

    def ask() -> None:
        both.wait()
        once.made("x", lambda: made.append(1))

    threads = [threading.Thread(target=ask) for _ in range(4)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert len(made) == 1
    for _ in range(2):
        with pytest.raises(ZeroDivisionError):
            once.made("y", lambda: 1 // 0)


def test_readings_under_way_are_ended_and_what_came_of_the_others_is_told():
    async def stuck() -> None:
        await asyncio.Event().wait()

    async def quick() -> int:
        return 7

    async def wrong() -> int:
        raise OSError("gone")

    async def work() -> tuple[dict[str, Any], int]:
        once = Once()
        waiting = asyncio.ensure_future(once.read("stuck", stuck))
        await asyncio.gather(once.read("quick", quick), once.read("wrong", wrong), return_exceptions=True)
        ended = await once.end()
        waiting.cancel()
        await asyncio.gather(waiting, return_exceptions=True)
        return ended, len(asyncio.all_tasks())

    assert asyncio.run(work()) == ({"quick": 7}, 1)


def test_a_context_is_let_go_of_while_its_exchange_is_still_being_opened(folder):
    async def work() -> int:
        context = Context(Asked(), {})
        opening = asyncio.ensure_future(context.place())
        await asyncio.sleep(0)
        await context.close()
        await asyncio.gather(opening, return_exceptions=True)
        return len(asyncio.all_tasks())

    assert asyncio.run(work()) == 1
