"""The edge: a Result to stdout and stderr, as text or as JSON, in colour or not."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable
from typing import TextIO

from hedgectl.commands.result import ExitCode, Problem, Result, envelope
from hedgectl.screens.ink import Line, Tone, line, paint

SIGNS = {"fail": ("✗", Tone.BAD), "warn": ("!", Tone.WARN)}


def color_wanted(stream: TextIO, refused: bool) -> bool:
    """Whether this stream gets colours: `--no-color` and NO_COLOR say no, FORCE_COLOR yes, else a terminal does."""
    if refused or os.environ.get("NO_COLOR"):
        return False
    if os.environ.get("FORCE_COLOR"):
        return True
    return stream.isatty() and os.environ.get("TERM") != "dumb"


def is_utf8(stream: TextIO) -> bool:
    return (stream.encoding or "").lower().replace("-", "").startswith("utf8")


def write(rows: Iterable[Line], stream: TextIO, no_color: bool) -> None:
    """Lines to a stream as it can show them."""
    color, utf8 = color_wanted(stream, no_color), is_utf8(stream)
    text = "".join(paint(row, color=color, utf8=utf8) + "\n" for row in rows)
    stream.write(text if utf8 else text.encode("ascii", "replace").decode())
    stream.flush()


def problem_lines(problem: Problem) -> list[Line]:
    """A problem as people read it: sign, code, what; below it the hint."""
    sign, tone = SIGNS[problem.severity]
    rows = [line((f"{sign} ", tone), (f"{problem.code:<22} ", Tone.BOLD), problem.what)]
    if problem.hint:
        rows.append(line(("  fix", Tone.DIM), " " * 20, (problem.hint, Tone.HINT)))
    return rows


def render(result: Result, *, json: bool, quiet: int, no_color: bool) -> None:
    """Print a result. A result with lines speaks for itself; one without tells its problems on stderr."""
    if json:
        _render_json(result)
        return
    if result.lines and not (quiet and result.exit_code is ExitCode.OK):
        write(result.lines, sys.stdout, no_color)
    if not result.lines or result.status == "error":
        write([row for problem in result.problems for row in problem_lines(problem)], sys.stderr, no_color)


def _render_json(result: Result) -> None:
    from datetime import UTC, datetime

    import orjson

    at = datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    sys.stdout.write(orjson.dumps(envelope(result, at), default=str, option=orjson.OPT_NON_STR_KEYS).decode() + "\n")
    sys.stdout.flush()
