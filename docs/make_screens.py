"""Draws the README's pictures from the program itself: `python docs/make_screens.py`, SVG files into docs/screens/.

Each picture is one command line, run in an empty folder in virtual time, so that the same code draws the same picture.
"""

from __future__ import annotations

import io
import os
import shlex
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from rich.console import Console
from rich.terminal_theme import MONOKAI
from rich.text import Text

from hedgectl.config.options import RunOptions
from hedgectl.config.sources import load
from hedgectl.core.decision import Noted
from hedgectl.core.model.moment import Moment
from hedgectl.runtime.assembly import run
from hedgectl.screens.ink import paint
from hedgectl.screens.live import run_lines
from hedgectl.screens.view import RunView

WIDTH = 112
ROOT = Path(__file__).parents[1]
SCREENS = ROOT / "docs" / "screens"
RUN = "hedgectl run --for 2m --virtual --seed 3"
PICTURES = {
    "summary": RUN,
    "status": "hedgectl status",
    "trace": "hedgectl trace --last",
    "refused": 'hedgectl submit \'{"symbol":"btcusdt","side":"BUY","notional_usdt":100}\'',
    "config": "hedgectl config explain cover",
    "sizing": "hedgectl sizing-check --nav 800",
}
QUIET = {"summary"}  # only what it says at the end


def shot(command: str, folder: Path) -> str:
    """What a command prints on a colour terminal."""
    words = [sys.executable, "-m", *shlex.split(command)]
    environ = {**os.environ, "PYTHONPATH": str(ROOT), "FORCE_COLOR": "1", "PYTHONUTF8": "1"}
    done = subprocess.run(words, cwd=folder, env=environ, capture_output=True, text=True, check=False, timeout=120)
    return done.stdout + done.stderr


def svg(text: str, title: str) -> str:
    """An ANSI text as a picture of a terminal."""
    console = Console(record=True, width=WIDTH, file=io.StringIO(), force_terminal=True, color_system="truecolor")
    console.print(Text.from_ansi(text))
    return console.export_svg(title=title, theme=MONOKAI, unique_id="hedgectl")


class LastView:
    """An output that keeps the last moment of a run, as the live screen would show it."""

    wants_views = True
    view: RunView | None = None

    def on_notes(self, notes: Sequence[Noted], now: Moment) -> None:
        """The screen shows states, not events."""

    def show(self, view: RunView) -> None:
        self.view = replace(view, pid=None)

    def close(self) -> None:
        """Nothing is held."""


def live_screen(folder: Path) -> str:
    """The live screen of a run in the box, as it stood when its time was up, and the summary below it."""
    output = LastView()
    config = load({"box.seed": 3, "run.state_dir": str(folder)}, {}).config
    run(RunOptions(for_s=150, virtual=True), config, output)
    assert output.view is not None
    return "\n".join(paint(line, color=True, utf8=True) for line in run_lines(output.view, WIDTH - 12))


def main() -> None:
    SCREENS.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as name:
        (SCREENS / "run.svg").write_text(svg("$ hedgectl run\n" + live_screen(Path(name)), "hedgectl run"))
        print(SCREENS.relative_to(ROOT) / "run.svg")
    with tempfile.TemporaryDirectory() as name:
        for picture, command in PICTURES.items():
            text = shot(command, Path(name))
            if picture in QUIET:
                text = text[text.rindex("\x1b[2mrun ") :]
            (SCREENS / f"{picture}.svg").write_text(svg(f"$ {command}\n{text}", command.partition("'")[0].strip()))
            print(SCREENS.relative_to(ROOT) / f"{picture}.svg")


if __name__ == "__main__":
    main()
