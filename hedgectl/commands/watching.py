"""Which output a run gets: a live screen on a terminal, lines in a pipe; with --json -v the lines go to stderr."""

from __future__ import annotations

import sys

from hedgectl.commands.common import Common
from hedgectl.commands.output import color_wanted, is_utf8
from hedgectl.screens.terminal import EventLines, LiveScreen, Output, Silent


def output_for(common: Common) -> Output:
    """The output that the options and the streams ask for."""
    stream = sys.stderr if common.json else sys.stdout
    color = color_wanted(stream, common.no_color)
    if common.quiet or (common.json and not common.verbose):
        return Silent()
    if stream.isatty() and is_utf8(stream) and not common.verbose:
        return LiveScreen(stream, color=color)
    return EventLines(stream, color=color, utf8=is_utf8(stream))
