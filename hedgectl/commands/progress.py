"""How far a long command is, on stderr: a bar on a terminal, a line every few seconds in a pipe, nothing when quiet."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from hedgectl.commands.common import Common

if TYPE_CHECKING:
    from rich.progress import Progress

LINE_EVERY_MS = 5_000
LONG_BYTES = 64_000_000


@contextmanager
def progress_for(common: Common, total: int) -> Iterator[Callable[[bool], None]]:
    """Call what it gives once for each piece done, with whether it failed."""
    done = failing = 0
    with progress_of(common) as told:

        def one(failed: bool) -> None:
            nonlocal done, failing
            done, failing = done + 1, failing + failed
            told(done, total, failing)

        yield one


@contextmanager
def progress_of(common: Common) -> Iterator[Callable[..., None]]:
    """Call what it gives with (done, total), and how many failed if that is known."""
    import sys

    if common.quiet:
        yield lambda done, total, failing=0: None
    elif sys.stderr.isatty():
        yield from _bar(common)
    else:
        yield _lines(common)


def _bar(common: Common) -> Iterator[Callable[..., None]]:
    import sys

    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    from hedgectl.commands.output import color_wanted

    console = Console(file=sys.stderr, no_color=not color_wanted(sys.stderr, common.no_color), highlight=False)
    failing = TextColumn("{task.fields[failing]} failing")
    bar: Progress = Progress(BarColumn(), MofNCompleteColumn(), failing, TimeRemainingColumn(), console=console,
                             transient=True)  # fmt: skip
    task = bar.add_task("drill", total=None, failing=0)
    with bar:
        yield lambda done, total, failing=0: bar.update(task, completed=done, total=total, failing=failing)


def _lines(common: Common) -> Callable[..., None]:
    import sys

    from hedgectl.commands.output import write
    from hedgectl.runtime.clock import RealClock
    from hedgectl.screens.drill import progress_line

    clock = RealClock()
    said_ms = clock.mono_ms()

    def told(done: int, total: int, failing: int = 0) -> None:
        nonlocal said_ms
        now_ms = clock.mono_ms()
        if now_ms - said_ms >= LINE_EVERY_MS or done == total:
            said_ms = now_ms
            write([progress_line(done, total, failing)], sys.stderr, common.no_color)

    return told


@contextmanager
def bytes_progress(common: Common) -> Iterator[Callable[..., None]]:
    """Call what it gives with (done, total) in bytes. A bar on a terminal, once there is much to do; else nothing."""
    import sys

    if common.quiet or common.json or not sys.stderr.isatty():
        yield lambda done, total=0: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, DownloadColumn, Progress, TimeRemainingColumn

    from hedgectl.commands.output import color_wanted

    console = Console(file=sys.stderr, no_color=not color_wanted(sys.stderr, common.no_color), highlight=False)
    bar: Progress = Progress(BarColumn(), DownloadColumn(), TimeRemainingColumn(), console=console, transient=True)
    task = bar.add_task("bytes", total=None)

    def told(done: int, total: int = 0) -> None:
        if total >= LONG_BYTES:
            bar.start()
            bar.update(task, completed=done, total=total)

    try:
        yield told
    finally:
        bar.stop()
