"""Where a run's screens go: a live screen on a terminal, a line per event in a pipe, nothing when asked for JSON.

The runtime observes with `on_notes` and calls `show` a few times a second; it never asks which kind it has.
"""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from typing import Protocol, TextIO

from rich.console import Console
from rich.live import Live
from rich.style import Style
from rich.text import Text

from hedgectl.core.decision import Noted
from hedgectl.core.model.moment import Moment
from hedgectl.screens.ink import Line, Tone, fitted, paint
from hedgectl.screens.live import run_lines
from hedgectl.screens.trace import event_line, noted
from hedgectl.screens.view import RunView

STYLES = {
    Tone.PLAIN: Style(),
    Tone.GOOD: Style(color="green"),
    Tone.WARN: Style(color="yellow"),
    Tone.BAD: Style(color="red"),
    Tone.HINT: Style(color="cyan"),
    Tone.DIM: Style(dim=True),
    Tone.BOLD: Style(bold=True),
    Tone.GREEN: Style(color="green", bold=True),
    Tone.YELLOW: Style(color="yellow", bold=True),
    Tone.ORANGE: Style(color="dark_orange", bold=True),
    Tone.RED: Style(color="red", bold=True),
}


class Output(Protocol):
    """What a run reports to while it lives. Calls never block for long and never raise."""

    wants_views: bool
    """Whether `show` does anything: a view need not be made otherwise."""

    def on_notes(self, notes: Sequence[Noted], now: Moment) -> None: ...

    def show(self, view: RunView) -> None: ...

    def close(self) -> None: ...


def rich_text(row: Line) -> Text:
    """A Line as rich draws it."""
    made = Text(no_wrap=True, overflow="crop", end="")
    for text, tone in row.parts:
        made.append(text, STYLES[tone])
    return made


def rich_screen(rows: list[Line]) -> Text:
    """Several Lines as one renderable."""
    return Text("\n", no_wrap=True, overflow="crop", end="").join(rich_text(row) for row in rows)


class LiveScreen:
    """The live screen on a terminal. Redrawn only by `show`: no thread of its own."""

    wants_views = True

    def __init__(self, stream: TextIO, *, color: bool) -> None:
        self._console = Console(file=stream, color_system="auto" if color else None, highlight=False)
        self._live = Live(console=self._console, auto_refresh=False, transient=False)
        self._started = False

    def on_notes(self, notes: Sequence[Noted], now: Moment) -> None:
        """The screen shows states, not events."""

    def show(self, view: RunView) -> None:
        if not self._started:
            self._live.start()
            self._started = True
        size = self._console.size
        self._live.update(rich_screen(run_lines(view, size.width, size.height)), refresh=True)

    def close(self) -> None:
        if self._started:
            self._live.stop()
            self._started = False


class EventLines:
    """One line per event. A reader that went away is no reason to stop trading: then it is silent."""

    wants_views = False

    def __init__(self, stream: TextIO, *, color: bool, utf8: bool) -> None:
        self._stream, self._color, self._utf8 = stream, color, utf8
        self._folds = stream.isatty()
        self._open = True

    def on_notes(self, notes: Sequence[Noted], now: Moment) -> None:
        if not self._open:
            return
        rows = [event_line(noted(each, now.wall_ms)) for each in notes]
        if self._folds:
            rows = fitted(rows, shutil.get_terminal_size().columns)
        text = "".join(paint(row, color=self._color, utf8=self._utf8) + "\n" for row in rows)
        try:
            self._stream.write(text)
            self._stream.flush()
        except OSError:
            self._open = False

    def show(self, view: RunView) -> None:
        """Lines show events, not states."""

    def close(self) -> None:
        """Nothing is held."""


class Silent:
    """No screen: the answer comes at the end."""

    wants_views = False

    def on_notes(self, notes: Sequence[Noted], now: Moment) -> None:
        """Not shown."""

    def show(self, view: RunView) -> None:
        """Not shown."""

    def close(self) -> None:
        """Nothing is held."""
