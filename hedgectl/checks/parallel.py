"""Making checks: those of a group at once, group after group, each within its time and all within DEADLINE_S.

A check that needs another waits for it. What does not answer in time fails, what breaks is a row that says so, and
nothing takes the others down. Files are looked at in threads that a disk which hangs cannot make us wait for.
"""

from __future__ import annotations

import asyncio
import inspect
import threading
import time
import traceback
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, Any, TypeVar

from hedgectl.checks.finding import Finding, failed, skipped
from hedgectl.checks.registry import GROUPS, Check
from hedgectl.screens.doctor import Row, Severity
from hedgectl.venue.credentials import scrub

if TYPE_CHECKING:
    from hedgectl.checks.context import Context

DEADLINE_S = 10.0
TEXT_CHARS_MAX = 300

T = TypeVar("T")
OnRow = Callable[[Row], None]


def nobody(row: Row) -> None:
    """Nobody watches."""


async def examine(
    context: Context, checks: Sequence[Check], on_row: OnRow = nobody, deadline_s: float = DEADLINE_S
) -> list[Row]:
    """A row for each check, in their order. `checks` holds all that they need; `on_row` hears of each as it is done."""
    ends_s = time.monotonic() + deadline_s
    done: dict[str, asyncio.Task[Row]] = {}
    roots: dict[str, str] = {}
    for group in GROUPS:
        now = [each for each in checks if each.group == group]
        for each in now:
            done[each.id] = asyncio.create_task(_row(each, context, done, roots, ends_s, on_row))
        await asyncio.gather(*(done[each.id] for each in now))
    return [done[each.id].result() for each in checks]


async def _row(
    check: Check,
    context: Context,
    done: dict[str, asyncio.Task[Row]],
    roots: dict[str, str],
    ends_s: float,
    on_row: OnRow,
) -> Row:
    """Make one check once those that it needs are done. `roots`: why a check could not be made, by its name; who needs
    it tells the same, for that is what must be cured."""
    await asyncio.sleep(0)  # those of this group that it may need are all there now
    found, took_ms = None, 0
    for need in check.needs:
        row = await done[need]
        if found is None and (row.severity.bad or row.severity is Severity.SKIP):
            roots[check.id] = roots.get(need, f"needs {need}, which {_said(row)}")
            found = skipped(roots[check.id])
    if found is None:
        begun_s = time.monotonic()
        found = await _made(check, context, min(check.limit_s, ends_s - begun_s))
        took_ms = round((time.monotonic() - begun_s) * 1000)
    row = Row(
        check.id, check.group, found.severity, found.value, found.expected, found.fix, tuple(found.details),
        dict(found.about), took_ms,
    )  # fmt: skip
    on_row(row)
    return row


def _said(row: Row) -> str:
    return "was skipped" if row.severity is Severity.SKIP else f"{row.severity.value}s"


async def _made(check: Check, context: Context, limit_s: float) -> Finding:
    """What one check finds; its time and its faults are findings too."""
    again = context.asked.again(check.id)
    if limit_s <= 0:
        return skipped(f"the time of all checks was used up before its turn: {again}")
    try:
        async with asyncio.timeout(limit_s) as limit:
            return await _looked(check, context)
    except Exception as wrong:
        if limit.expired():
            return failed(f"no answer in {limit_s:.1f} s", "an answer in time", again)
        at = traceback.extract_tb(wrong.__traceback__)[-1]
        what = scrub(f"{type(wrong).__name__}: {wrong}")[:TEXT_CHARS_MAX]
        where = f"{at.filename.rpartition('/')[2]}:{at.lineno}"
        fix = f"{again} --share    # and report what it says"
        return Finding(Severity.CRASH, f"{what} ({where})", "a finding", fix)


async def _looked(check: Check, context: Context) -> Finding:
    if inspect.iscoroutinefunction(check.look):
        found: Finding = await check.look(context)
        return found
    return await in_thread(lambda: _plain(check.look(context)))


def _plain(found: Any) -> Finding:
    if not isinstance(found, Finding):
        raise TypeError(f"{type(found).__name__} is no finding")
    return found


def in_thread(work: Callable[[], T]) -> Awaitable[T]:
    """The result of `work`, made in a thread of its own that nobody waits for at the end."""
    loop = asyncio.get_running_loop()
    future: asyncio.Future[T] = loop.create_future()

    def tell(how: Callable[[Any], None], what: object) -> None:
        def told() -> None:
            if not future.done():
                how(what)

        with suppress(RuntimeError):  # the loop has ended: it was too late
            loop.call_soon_threadsafe(told)

    def run() -> None:
        try:
            made = work()
        except Exception as wrong:
            tell(future.set_exception, wrong)
        else:
            tell(future.set_result, made)

    threading.Thread(target=run, name="check", daemon=True).start()
    return future
