"""The edge: a Result to stdout and stderr, as text or as JSON, in colour or not.

A reader that went away (`hedgectl trace ID | head -1`) is no error: the rest is said to nobody, and the exit code stays
the command's. An answer that cannot be written for another reason (a full disk) is an Unwritable.
"""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Iterable
from typing import TextIO

from hedgectl.commands.result import ExitCode, Problem, Result, envelope
from hedgectl.screens.ink import Line, Tone, fitted, line, paint

SIGNS = {"fail": ("✗", Tone.BAD), "warn": ("!", Tone.WARN)}


class Unwritable(RuntimeError):
    """The answer is there, and the place that it should go to takes nothing; the text says why."""


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
    """Lines to a stream as it can show them. On a terminal a long line goes on below where its second column begins."""
    color, utf8 = color_wanted(stream, no_color), is_utf8(stream)
    if stream.isatty():
        rows = fitted(rows, shutil.get_terminal_size().columns)
    say("".join(paint(row, color=color, utf8=utf8) + "\n" for row in rows), stream)


def say(text: str, stream: TextIO) -> None:
    """Text to a stream, now. Raises Unwritable; a pipe that nobody reads any more is silenced instead."""
    try:
        stream.write(text if is_utf8(stream) else text.encode("ascii", "replace").decode())
        stream.flush()
    except BrokenPipeError:
        silence(stream)
    except OSError as wrong:
        silence(stream)
        raise Unwritable(wrong.strerror or str(wrong)) from wrong


def silence(stream: TextIO) -> None:
    """What is buffered and what still comes goes nowhere, so that the interpreter's last flush says nothing either."""
    with open(os.devnull, "wb") as nowhere:
        os.dup2(nowhere.fileno(), stream.fileno())


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
    made = orjson.dumps(envelope(result, at), default=str, option=orjson.OPT_NON_STR_KEYS).decode()
    say(made + "\n", sys.stdout)
