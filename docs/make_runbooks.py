"""Lives the runbooks: `python docs/make_runbooks.py` types every console block and writes what it printed.

With `--check` it only tells. A page is one session in a fresh folder, on the embedded exchange: each line after `$ `
is typed into a real shell, in order. What cannot be the same twice (times, ages, ids, ports, prices) is not compared,
and a page whose words still hold is not rewritten. Of a block fenced as `console loosely` each command's first and last
row are compared: what happens at once comes in any order. What ends in `&` is waited for until it answers.
"""

from __future__ import annotations

import difflib
import os
import pty
import re
import select
import shlex
import socket
import subprocess
import sys
import tempfile
import termios
import time
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

from hedgectl.runtime.ask import ask

ROOT = Path(__file__).parents[1]
PAGES = ROOT / "docs" / "runbooks"
PORT = "8090"
HOME = "/home/desk"
READY_S_MAX = 20.0
COMMAND_S_MAX = 90
POLL_S = 0.05
CHUNK = 65_536
ROWS = 50
BLOCK = re.compile(r"(?ms)^```console( loosely)?\n(.*?)^```$")
FOREIGN = ("HEDGECTL_", "XDG_", "CREDENTIALS_", "NOTIFY_", "WATCHDOG_", "FORCE_COLOR", "COLUMNS", "LINES")
"""How names of variables begin that would make this shell another than the reader's."""
KILLED = re.compile(r"bash: line \d+: +\d+ Killed .*")
"""The shell's own word on a job that ended, which comes when it likes."""
ERASED = re.compile(r".*\r\x1b\[K")
MARK = "--- the end of what this command printed ---"

# What is never the same twice, and what stands for it in a comparison.
VOLATILE = (
    (re.compile(r"\d{4}-\d\d-\d\d(?:[ T]\d\d:\d\d:\d\d(?:\.\d+)?)?"), "DAY"),
    (re.compile(r"\d\d:\d\d:\d\d(?:\.\d+)?"), "TIME"),
    (re.compile(r"\bh1-[exmcb]\d{6}-[a-z][0-9a-f]{20}\b"), "ID"),
    (re.compile(r"\b(?=[0-9a-f]*\d)[0-9a-f]{10,}\b"), "ID"),
    (re.compile(r"(?:\d+(?:\.\d+)?(?:ms|[smhd])\d*)+(?:ms|[smhd])?\b"), "AGE"),
    (re.compile(r"[-+−]?\d+(?: \d{3})*(?:\.\d+)?"), "N"),
    (re.compile(r"[ \t]+"), " "),
)


def settled(text: str) -> str:
    """`text` with what is volatile replaced."""
    for pattern, word in VOLATILE:
        text = pattern.sub(word, text)
    return text.strip()


class Session:
    """A shell in a folder laid out as a clone is, with this very program as `hedgectl`. Use it as a context.

    What is typed writes into a pipe, or onto a terminal of so many `columns`.
    """

    def __init__(self, folder: Path, columns: int = 0) -> None:
        self.home, self.work = folder / "home", folder / "home" / "work"
        (folder / "bin").mkdir(parents=True)
        (self.work / "config").mkdir(parents=True)  # as in a clone: state lies here
        program = folder / "bin" / "hedgectl"
        program.write_text(f'#!/bin/sh\nexec {shlex.quote(sys.executable)} -m hedgectl "$@"\n')
        program.chmod(0o755)
        with socket.create_server(("127.0.0.1", 0)) as free:
            self.port = str(free.getsockname()[1])
        environ = {name: text for name, text in os.environ.items() if not name.startswith(FOREIGN)}
        environ |= {
            "PATH": f"{folder / 'bin'}:{os.environ['PATH']}",
            "HOME": str(self.home),
            "PYTHONPATH": str(ROOT),
            "PYTHONUTF8": "1",
            "NO_COLOR": "1",
            "USER": "desk",
            "LOGNAME": "desk",
            "TERM": "xterm",
        }
        self.told, written = _terminal(columns) if columns else os.pipe()
        self.shell = subprocess.Popen(
            ["bash", "--noprofile", "--norc"],
            cwd=self.work,
            env=environ,
            stdin=subprocess.PIPE,
            stdout=written,
            stderr=subprocess.DEVNULL,  # what the shell says of its jobs; commands speak on stdout below
            text=True,
        )
        os.close(written)
        self._type("set -m")

    def __enter__(self) -> Session:
        return self

    def __exit__(self, *_: object) -> None:
        """End what still runs, by its job, and the shell."""
        self._type("for job in $(jobs -p); do kill -KILL -- -$job; done; exit")
        self.shell.communicate(timeout=20)
        os.close(self.told)

    def run(self, command: str) -> str:
        """What a command prints on either stream, as a reader would see it."""
        typed = command.replace(PORT, self.port)
        self._type(f"{{ {typed}\n}} 2>&1 < /dev/null; code=$?; echo; echo '{MARK}'; (exit $code)")
        told = self._told(command)
        if command.endswith("&"):
            self._answers(command)
        rows = [ERASED.sub("", row) for row in told.split("\n") if not KILLED.match(row)]
        text = "\n".join(rows).replace(str(self.home), HOME).replace(self.port, PORT)
        return text.rstrip("\n") + "\n" if text.strip() else ""

    def _told(self, command: str) -> str:
        """What comes until the command has ended."""
        told = b""
        until = time.monotonic() + COMMAND_S_MAX
        while MARK.encode() not in told:
            if not select.select([self.told], [], [], max(until - time.monotonic(), 0))[0]:
                raise TimeoutError(f"{command}: not at its end within {COMMAND_S_MAX} s")
            told += os.read(self.told, CHUNK)
        return told.decode().partition(MARK)[0]

    def _type(self, line: str) -> None:
        assert self.shell.stdin is not None
        self.shell.stdin.write(line + "\n")
        self.shell.stdin.flush()

    def _answers(self, command: str) -> None:
        """Wait until what was started into the background answers."""
        there = self._exchange_is_there if "sim serve" in command else self._run_is_there
        until = time.monotonic() + READY_S_MAX
        while not _quietly(there):
            if time.monotonic() > until:
                raise TimeoutError(f"{command}: no answer in {READY_S_MAX:.0f} s")
            time.sleep(POLL_S)

    def _exchange_is_there(self) -> bool:
        with socket.create_connection(("127.0.0.1", int(self.port)), 1):
            return True

    def _run_is_there(self) -> bool:
        return bool(ask(self.work / "state", {"do": "status"}, 1.0).get("checked"))


def _terminal(columns: int) -> tuple[int, int]:
    """Both ends of a terminal that changes nothing of what is written to it."""
    reader, writer = pty.openpty()
    termios.tcsetwinsize(writer, (ROWS, columns))
    modes = termios.tcgetattr(writer)
    modes[1] &= ~termios.OPOST
    termios.tcsetattr(writer, termios.TCSANOW, modes)
    return reader, writer


def _quietly(question: Callable[[], bool]) -> bool:
    try:
        return question()
    except (OSError, ValueError):
        return False


def lived(page: str) -> str:
    """The page with what its commands print now."""

    def block(found: re.Match[str]) -> str:
        commands = [row.removeprefix("$ ") for row in found[2].splitlines() if row.startswith("$ ")]
        told = "".join(f"$ {each}\n{session.run(each)}" for each in commands)
        return f"```console{found[1] or ''}\n{told}```"

    with tempfile.TemporaryDirectory(prefix="hedgectl-page-") as name, Session(Path(name)) as session:
        return BLOCK.sub(block, page)


def difference(page: str, now: str) -> list[str]:
    """Where two tellings of a page differ, volatile things aside."""
    before, after = ([settled(row) for row in BLOCK.sub(_compared, each).splitlines()] for each in (page, now))
    return list(difflib.unified_diff(before, after, "page", "now", n=1, lineterm=""))


def _compared(block: re.Match[str]) -> str:
    """A block, or of a loose one each command with its first and last row."""
    if not block[1]:
        return block[0]
    rows = block[2].splitlines()
    starts = [at for at, row in enumerate(rows) if row.startswith("$ ")] + [len(rows)]
    kept = [
        row
        for begin, end in pairwise(starts)
        for at, row in enumerate(rows[begin:end])
        if at < 2 or begin + at == end - 1
    ]
    return "\n".join(kept)


def main(args: list[str]) -> int:
    """Exit code 1 when a page says something else than the program, with `--check`."""
    wrong = 0
    for path in sorted(PAGES.glob("*.md")):
        page = path.read_text()
        if not BLOCK.search(page):
            continue
        now = lived(page)
        differs = difference(page, now)
        if differs and "--check" in args:
            wrong = 1
            print(f"{path.name}\n" + "\n".join(differs))
        elif differs:
            path.write_text(now)
            print(path.relative_to(ROOT))
    return wrong


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
