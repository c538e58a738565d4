"""A desk that has lived, a terminal of a width, and what a person sees on it: every command is shown on this stage."""

from __future__ import annotations

import io
import json
import os
import re
import shutil
import sys
import time
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from rich.cells import cell_len

from hedgectl.commands.app import call
from hedgectl.runtime.clock import VIRTUAL_EPOCH_MS

LIVED_S = 40
NOW_NS = (VIRTUAL_EPOCH_MS + 160_000) * 1_000_000
"""Two minutes after the desk's run."""

ANSI = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")
COLOUR = re.compile(r"\x1b\[[0-9;]*m")
BARS = re.compile("[█·▶]+")
MOVES = re.compile(r"\x1b\[([0-9;?]*)([A-Za-z])|(\r)|(\n)|([^\x1b\r\n]+)")
PASSING = {
    r"\d+(\.\d+)? [GMk]i?B free": "N GiB free",
    r" *\b\d+(\.\d+)? k?i?B\b": " N B",
    r"\b\d+\.\d+ KiB": "N KiB",
    r"[+-]\d+ ms ±": "N ms ±",
    r"(?<![\w.+])-?\d+(\.\d+)? ?ms\b": "N ms",
    r" in (\d+ ?ms|\d+s)\b": " in N s",
    r"\d+\.\d s +exit": "N s   exit",
    r"set up [\d.]+  lived [\d.]+  judged [\d.]+": "set up N  lived N  judged N",
    r"age_ms \d+": "age_ms N",
    r"timestamp=\d+": "timestamp=N",
    r"\d+ of 2400 this minute": "N of 2400 this minute",
    r"\d+ of \d+ (keys|values) set": r"N of N \1 set",
    r"settings [0-9a-f]{12}": "settings N",
    r"(seq \d+  )[0-9a-f]{16}": r"\1N",
    r"127\.0\.0\.1:\d+": "127.0.0.1:N",
    r"(?m)\b\d+\.\d+\.\d+(?=$|  )": "N.N.N",
}
"""What a machine or a moment makes of it, and nothing else."""


ALIKE = 12


class Terminal(io.StringIO):
    """Keeps what is written to a terminal of a kind."""

    encoding = "utf-8"

    def isatty(self) -> bool:
        return True


class Pipe(io.StringIO):
    encoding = "utf-8"


@dataclass(frozen=True)
class Seen:
    """What came of a command line, as bytes would: with every escape."""

    code: int
    out: str
    err: str

    @property
    def text(self) -> str:
        """What stands there in the end: stdout, and of stderr what stays when a progress line has gone."""
        return still(COLOUR.sub("", self.out) + "\n".join(row for row in screen(self.err) if row))

    @property
    def json(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.out)
        return found


class Stage:
    """One desk in one folder. Each `show` begins with the desk as it was."""

    def __init__(self, desk: Path | None, folder: Path, patch: pytest.MonkeyPatch) -> None:
        self._desk, self._folder, self._patch, self._shown = desk, folder, patch, 0

    def show(self, args: list[str], width: int = 0, *, colour: bool = False, moving: bool = False) -> Seen:
        """One command line on a terminal of `width` columns; 0: into a pipe. `moving`: the clock goes on, which an
        exchange needs."""
        self._shown += 1
        place = self._folder / str(self._shown)
        if self._desk is not None:
            shutil.copytree(self._desk, place)
        else:
            place.mkdir()
        (place / "config").mkdir(exist_ok=True)
        with self._patch.context() as patch:
            patch.chdir(place)
            return seen(patch, args, width, colour=colour, moving=moving)


def seen(patch: pytest.MonkeyPatch, args: list[str], width: int, *, colour: bool, moving: bool) -> Seen:
    """The command line in this process, in this folder."""
    out, err = (Terminal(), Terminal()) if width else (Pipe(), Pipe())
    patch.setattr(sys, "stdout", out)
    patch.setattr(sys, "stderr", err)
    patch.setenv("TERM", "xterm-256color")
    patch.setenv("LINES", "40")
    for name in ("COLUMNS", "NO_COLOR"):
        patch.delenv(name, raising=False)
    if width:
        patch.setenv("COLUMNS", str(width))
        if not colour:
            patch.setenv("NO_COLOR", "1")
    at(patch, NOW_NS, moving=moving)
    patch.setattr("getpass.getuser", lambda: "desk")
    patch.setattr("hedgectl.commands.service._program", lambda: (("/usr/bin/hedgectl",), ""))
    patch.setattr("hedgectl.commands.service.Path.absolute", lambda self: Path("/srv/desk") / self)
    code = call(args)
    return Seen(code, out.getvalue(), err.getvalue())


def at(patch: pytest.MonkeyPatch, now_ns: int, *, moving: bool) -> None:
    """The wall clock stands at a moment, or goes on from there."""
    began_ns = time.monotonic_ns()

    def wall_ns() -> int:
        return now_ns + (time.monotonic_ns() - began_ns if moving else 0)

    patch.setattr(time, "time_ns", wall_ns)
    patch.setattr(time, "time", lambda: wall_ns() / 1e9)


def lived(folder: Path, patch: pytest.MonkeyPatch) -> Path:
    """A desk after a run of 40 virtual seconds, with telemetry, an archive and an examination."""
    moment_ns = (VIRTUAL_EPOCH_MS + LIVED_S * 1000) * 1_000_000
    (folder / "config").mkdir()  # laid out as a clone is: state lies here
    with patch.context() as here:
        here.chdir(folder)
        for args in (["run", "--for", f"{LIVED_S}s", "--virtual", "--seed", "1", "-q"], ["doctor", "-q"]):
            assert seen(here, args, 0, colour=False, moving=True).code == 0, args
        log = folder / "logs" / "execution" / "events.jsonl"
        log.parent.mkdir(parents=True, exist_ok=True)
        log.write_text("".join(f'{{"seq":{number}}}\n' for number in range(1, 61)))
        assert seen(here, ["archive-logs", "-q"], 0, colour=False, moving=False).code == 0
        log.write_text('{"seq":61}\n')
    for each in folder.rglob("*"):
        os.utime(each, ns=(moment_ns, moment_ns))
    return folder


def still(text: str) -> str:
    """What was seen, without what another machine or moment makes of it."""
    for pattern, instead in PASSING.items():
        text = re.sub(pattern, instead, text)
    return "\n".join(row.rstrip() for row in text.splitlines())


def wide(rows: str, width: int) -> list[str]:
    """The rows that take more cells than the terminal has."""
    return [row for row in rows.splitlines() if cell_len(row) > width]


def squeezed(text: str) -> str:
    """What is said, wherever its rows break, and however long its bars are."""
    return "".join(BARS.sub("", text).split())


def broken_words(narrow: str, whole: str) -> list[str]:
    """Words that two rows share, of those that stand in one piece in `whole`. A request or a document may break at its
    own signs."""
    words = set(whole.split())
    rows = [row for row in narrow.splitlines() if row.strip()]
    found = []
    for upper, lower in pairwise(rows):
        first, second = upper.split()[-1], lower.split()[0]
        if first + second in words and not (second.startswith("&") or first.endswith(",")):
            found.append(first + second)
    return found


def screen(written: str) -> list[str]:
    """What a terminal shows after all that was written, scrolled lines included: as far as live screens go."""
    rows, row, column = [""], 0, 0
    for found in MOVES.finditer(written):
        count, final, back, feed, text = found.groups()
        if back:
            column = 0
        elif feed:
            row, column = row + 1, 0
            rows += [""] * (row + 1 - len(rows))
        elif final == "A":
            row = max(row - int(count or 1), 0)
        elif final == "K":
            rows[row] = "" if count == "2" else rows[row][:column]
        elif text:
            before, after = rows[row].ljust(column)[:column], rows[row][column + len(text) :]
            rows[row], column = before + text + after, column + len(text)
        else:
            assert final in "mhl", f"an escape that this terminal does not know: {found.group()!r}"
    return [each.rstrip() for each in rows]


def shape(value: object) -> object:
    """The keys of an answer and what kind of value each has; of a list the first item, of a long dictionary of things
    that are alike one of them."""
    if isinstance(value, dict):
        shapes = {key: shape(each) for key, each in value.items()}
        first = next(iter(shapes.values()), None)
        alike = len(shapes) >= ALIKE and all(each == first for each in shapes.values())
        return {"*": first} if alike else shapes
    if isinstance(value, list):
        return [shape(value[0])] if value else []
    return (
        "null"
        if value is None
        else {"str": "text", "int": "number", "float": "number"}.get(type(value).__name__, type(value).__name__)
    )
