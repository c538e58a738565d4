"""Lives the README: `python docs/make_readme.py` types its console blocks and writes what they printed.

The page is one session in a fresh folder, on a terminal of 80 columns: each line after `$ ` is typed into a real
shell, in order; what stands in a comment that begins `<!-- typed` is typed too and not shown. Markets are seeded, or
stand still, so that every price, quantity and sum is the same on every machine and compared to the digit. What a clock,
a disk or a port says is not compared. With `--check` it only tells.
"""

from __future__ import annotations

import difflib
import importlib.util
import re
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "README.md"
COLUMNS = 80
TYPED = re.compile(r"(?ms)^```console\n(.*?)^```$|^<!-- typed[^\n]*\n(.*?)^-->$")
COMMAND = re.compile(r"(?m)^\$ ((?:.*[\\|]\n)*.*)$")
"""A command goes on below a `\\` or a `|` at the end of its line."""
SEEDED = r"(?!2026-01-01|2024-08-08)"
"""Days that are the same for everybody: where virtual time begins, and when the shipped prices were recorded."""
VOLATILE = (
    (re.compile(SEEDED + r"\d{4}-\d\d-\d\d[ T]\d\d:\d\d:\d\d(?:\.\d+)?"), "MOMENT"),
    (re.compile(r"\b\d{8}T\d{6}Z"), "MOMENT"),
    (re.compile(r"\btimestamp=\d+"), "timestamp=MOMENT"),
    (re.compile(r"(?:\d+(?:\.\d+)? ?(?:ms|[smhd])\d*)+(?:ms|[smhd])?\b"), "AGE"),
    (re.compile(r"[\d.]+ (?:B|kB|MB|GiB|MiB)(?=\s|$|,)"), "BYTES"),
    (re.compile(r"\bccxt [\d.]+"), "ccxt VERSION"),
    (re.compile(r"\bjsonl +\d+"), "jsonl LINES"),
    (re.compile(r"\s*\w*…$"), ""),  # where a row is cut depends on how long an age is
    (re.compile(r"[ \t]+"), " "),
)
FOLDED = re.compile(r"\n {6,}")
"""Where a row goes on below: that depends on how long an age is, too."""

_spec = importlib.util.spec_from_file_location("make_runbooks", ROOT / "docs" / "make_runbooks.py")
assert _spec is not None
assert _spec.loader is not None
runbooks = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(runbooks)


def settled(row: str) -> str:
    """A row with what a clock, a disk or a port says replaced."""
    for pattern, word in VOLATILE:
        row = pattern.sub(word, row)
    return row.strip()


def lived(page: str) -> str:
    """The page with what its commands print now."""

    def block(found: re.Match[str]) -> str:
        told = "".join(f"$ {each}\n{session.run(each)}" for each in COMMAND.findall(found[1] or found[2]))
        return f"```console\n{told}```" if found[1] else found[0]

    with (
        tempfile.TemporaryDirectory(prefix="hedgectl-readme-") as name,
        runbooks.Session(Path(name), columns=COLUMNS) as session,
    ):
        return TYPED.sub(block, page)


def difference(page: str, now: str) -> list[str]:
    """Where two tellings of a page differ."""
    before, after = ([settled(row) for row in FOLDED.sub(" ", each).splitlines()] for each in (page, now))
    return list(difflib.unified_diff(before, after, "README.md", "now", n=1, lineterm=""))


def main(args: list[str]) -> int:
    """Exit code 1 when the page says something else than the program, with `--check`."""
    page = PAGE.read_text(encoding="utf-8")
    now = lived(page)
    differs = difference(page, now)
    if not differs:
        return 0
    if "--check" in args:
        print("\n".join(differs))
        return 1
    PAGE.write_text(now, encoding="utf-8")
    print(PAGE.name)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
