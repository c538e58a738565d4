"""Draws the README's picture from the program itself: `python docs/make_screens.py`, SVG into docs/screens/.

It is the live screen of a run in virtual time, so that the same code draws the same picture. The file loads nothing
from anywhere: no font of somebody else's server, and the same columns in every viewer.
"""

from __future__ import annotations

import contextlib
import io
import re
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

COLUMNS = 100
ROWS = 24
SEED = 3
FOR_S = 150.0
COLUMN_PX = 12.2
"""How wide rich draws a column."""
PICTURE = Path(__file__).parent / "screens" / "run.svg"
FONTS = 'ui-monospace, "SFMono-Regular", Menlo, "DejaVu Sans Mono", monospace'
FONT_FACE = re.compile(r"(?s)\s*@font-face \{.*?\n    \}")
CELL = re.compile(r'x="([\d.]+)" y="([\d.]+)" textLength="([\d.]+)"([^>]*)>((?:&#160;)+)([^<\s])')


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


def live_screen() -> str:
    """The live screen of a run in the box, as it stood when its time was up, with its colours."""
    output = LastView()
    with tempfile.TemporaryDirectory() as name, contextlib.chdir(name):
        config = load({"box.seed": SEED}, {"XDG_CONFIG_HOME": name}).config  # nobody's configuration
        run(RunOptions(for_s=FOR_S, virtual=True), config, output)
    assert output.view is not None
    return "\n".join(paint(line, color=True, utf8=True) for line in run_lines(output.view, COLUMNS - 2, ROWS))


def svg(text: str, title: str) -> str:
    """An ANSI text as a picture of a terminal."""
    console = Console(record=True, width=COLUMNS, file=io.StringIO(), force_terminal=True, color_system="truecolor")
    console.print(Text.from_ansi(text))
    drawn = console.export_svg(title=title, theme=MONOKAI, unique_id="hedgectl")
    return CELL.sub(_begun, FONT_FACE.sub("", drawn).replace("Fira Code, monospace", FONTS)).rstrip() + "\n"


def _begun(cell: re.Match[str]) -> str:
    """A text that begins with blanks, begun behind them: some viewers leave such blanks out."""
    x, y, length, rest, blanks, first = cell.groups()
    gone = COLUMN_PX * blanks.count("&#160;")
    return f'x="{float(x) + gone:g}" y="{y}" textLength="{float(length) - gone:g}"{rest}>{first}'


def picture() -> str:
    """The picture as it would be drawn now."""
    return svg(f"$ hedgectl run\n{live_screen()}\n ", "hedgectl run")  # a row below, else the last one is cut


def words(drawn: str) -> list[str]:
    """What a picture says, row by row: how it is drawn may change with rich, what it says may not."""
    rows: dict[str, str] = {}
    for y, text in re.findall(r'<text class="[^"]*" x="[^"]*" y="([^"]*)"[^>]*>([^<]*)</text>', drawn):
        rows[y] = rows.get(y, "") + text.replace("&#160;", " ") + " "
    return [" ".join(each.split()) for each in rows.values() if each.strip()]


def main() -> int:
    PICTURE.parent.mkdir(parents=True, exist_ok=True)
    now = picture()
    if not PICTURE.exists() or PICTURE.read_text(encoding="utf-8") != now:
        PICTURE.write_text(now, encoding="utf-8")
        print(Path("docs") / "screens" / PICTURE.name)
    return 0


if __name__ == "__main__":
    sys.exit(main())
