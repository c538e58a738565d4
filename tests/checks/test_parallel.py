"""Goal: checks of a group run at once, each within its time and all within theirs; what hangs, breaks or is needed and
failed is a row that says so. Real threads, a real loop; the waits are tenths of a second."""

from __future__ import annotations

import asyncio
import subprocess
import sys
import threading
import time
from collections import Counter
from pathlib import Path

import pytest

from hedgectl.checks import registry
from hedgectl.checks.asked import Asked
from hedgectl.checks.context import Context
from hedgectl.checks.finding import failed, passed, skipped, warned
from hedgectl.checks.parallel import examine
from hedgectl.checks.redact import each_text, hidden, opened, redacted
from hedgectl.checks.registry import Check, UnknownCheck, all_checks, check, chosen, with_needs
from hedgectl.screens.doctor import Row, Severity

ROOT = Path(__file__).parents[2]


def made(id, look, group="local", needs=(), limit_s=5.0):
    return Check(id, group, "about", needs, (), False, limit_s, look)


def rows(*checks, deadline_s=5.0, told=None):
    heard = told if told is not None else []

    async def work():
        return await examine(Context(Asked(), {}), checks, heard.append, deadline_s)

    return {each.id: each for each in asyncio.run(work())}


def good(ctx):
    return passed("well")


def test_checks_of_a_group_run_at_once_in_threads_and_on_the_loop():
    both, alive = threading.Barrier(2, timeout=5), asyncio.Event()

    def file(ctx):
        both.wait()
        return passed("met")

    async def first(ctx):
        await alive.wait()
        return passed("woken")

    async def second(ctx):
        alive.set()
        return passed("woke")

    found = rows(made("a", file), made("b", file), made("c", first), made("d", second))
    assert {each.severity for each in found.values()} == {Severity.PASS}


def test_groups_follow_each_other_and_rows_keep_the_order_of_the_checks():
    order = []

    def noting(name):
        def look(ctx):
            order.append(name)
            return passed(name)

        return look

    checks = [made("z", noting("z")), made("a", noting("a"), "exchange"), made("b", noting("b"), "book")]
    assert list(rows(*checks)) == ["z", "a", "b"]
    assert order == ["z", "a", "b"]


@pytest.mark.parametrize("kind", ["thread", "loop"])
def test_what_does_not_answer_in_its_time_fails_and_holds_nobody_up(kind):
    let_go = threading.Event()

    def hangs(ctx):
        let_go.wait(20)
        return passed("late")

    async def sleeps(ctx):
        await asyncio.sleep(20)
        return passed("late")

    begun_s = time.monotonic()
    slow = made("slow", hangs if kind == "thread" else sleeps, limit_s=0.1)
    found = rows(slow, made("quick", good))
    let_go.set()
    assert time.monotonic() - begun_s < 3
    assert (found["slow"].severity, found["slow"].value) == (Severity.FAIL, "no answer in 0.1 s")
    assert found["slow"].fix == "hedgectl doctor --only slow"
    assert found["quick"].severity is Severity.PASS


def test_all_of_them_have_a_deadline_and_who_comes_too_late_is_skipped_with_the_reason():
    async def sleeps(ctx):
        await asyncio.sleep(20)
        return passed("late")

    found = rows(made("slow", sleeps), made("next", good, "book"), deadline_s=0.1)
    assert found["slow"].severity is Severity.FAIL
    assert found["next"].severity is Severity.SKIP
    assert "used up" in found["next"].value


def test_a_timeout_that_a_check_raises_itself_is_no_limit_of_ours():
    def times_out(ctx):
        raise TimeoutError("the socket said so")

    assert rows(made("a", times_out))["a"].severity is Severity.CRASH


def test_a_crash_is_a_row_that_says_where_and_shows_no_secret():
    def breaks(ctx):
        raise KeyError("signature=abcdef0123")

    async def breaks_too(ctx):
        return 1 // 0

    found = rows(made("a", breaks), made("b", breaks_too), made("c", lambda ctx: None), made("d", good))
    assert [each.severity.value for each in found.values()] == ["crash", "crash", "crash", "pass"]
    assert "KeyError" in found["a"].value
    assert "test_parallel.py:" in found["a"].value
    assert "abcdef0123" not in found["a"].value
    assert found["a"].fix.startswith("hedgectl doctor --only a --share")
    assert "NoneType is no finding" in found["c"].value


@pytest.mark.parametrize(
    "finding, why",
    [
        (failed("bad", "good", "do"), "needs a, which fails"),
        (skipped("no"), "needs a, which was skipped"),
        (warned("so so", "good", "do"), ""),
        (passed("well"), ""),
    ],
)
def test_a_check_whose_need_failed_is_skipped_with_the_reason(finding, why):
    called = []

    def needing(ctx):
        called.append(1)
        return passed("well")

    checks = (made("a", lambda ctx: finding), made("b", needing, needs=("a",)), made("c", good, "book", ("b",)))
    found = rows(*checks)
    assert bool(called) is not bool(why)
    assert found["b"].severity is (Severity.SKIP if why else Severity.PASS)
    assert found["b"].value == (why or "well")
    assert found["c"].value == (why or "well")  # the root, not the link before it


def test_somebody_may_watch():
    told = []
    rows(made("a", good), made("b", good, "book"), told=told)
    assert [each.id for each in told] == ["a", "b"]


def test_every_need_is_a_check_of_this_group_or_one_before():
    checks = all_checks()
    for each in checks.values():
        for need in each.needs:
            assert registry.GROUPS.index(checks[need].group) <= registry.GROUPS.index(each.group), each.id
    assert list(dict.fromkeys(each.group for each in checks.values())) == list(registry.GROUPS)


def test_names_and_groups_choose_and_bring_what_they_need():
    checks = all_checks()
    assert [each.id for each in chosen(["clock"], checks)] == ["clock"]
    assert {each.group for each in chosen(["book"], checks)} == {"book"}
    assert len(chosen([], checks)) == len(checks)
    needed = [each.id for each in with_needs(chosen(["clock"], checks), checks)]
    assert needed == ["config", "secrets", "hosts", "client", "reach", "clock"]
    with pytest.raises(UnknownCheck) as wrong:
        chosen(["clok"], checks)
    assert wrong.value.near == "clock"


def test_a_check_is_registered_once_and_in_a_group():
    all_checks()
    for name, group in (("clock", "exchange"), ("new", "nowhere")):
        with pytest.raises(ValueError, match="registered twice, or of no group"):
            check(name, group)


def test_the_order_of_checks_does_not_depend_on_who_imports_what_first():
    code = "import hedgectl.checks.history, hedgectl.checks.registry as r; print(*r.all_checks())"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, cwd=ROOT)
    assert done.stdout.split() == list(all_checks())


def test_every_check_says_what_it_is_about():
    for each in all_checks().values():
        assert each.about.endswith((")", ".")), each.id
        assert each.limit_s <= 8


def test_what_is_marked_is_shown_to_the_person_and_to_nobody_else():
    taken = Counter()
    nav, url = hidden("amount", "412.18"), hidden("host", "http://127.0.0.1:9")
    text = f"NAV {nav} at {url} by http://10.1.2.3:80/x, key k7k7k7"
    assert opened(text) == "NAV 412.18 at http://127.0.0.1:9 by http://10.1.2.3:80/x, key k7k7k7"
    assert redacted(text, {"k7k7k7": "key"}, taken) == "NAV <amount> at <host> by <host>/x, key <key>"
    assert taken == {"amount": 1, "host": 2, "key": 1}


def test_every_text_of_a_row_is_changed():
    row = Row("a", "local", Severity.FAIL, "x", "x", "x", ("x", "x"), {"x": "x"})
    changed = each_text(row, lambda text: text + "!")
    assert (changed.value, changed.expected, changed.fix) == ("x!", "x!", "x!")
    assert (changed.details, changed.about) == (("x!", "x!"), {"x": "x!"})
