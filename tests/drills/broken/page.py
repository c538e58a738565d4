"""The generated part of docs/drills.md: laws, the broken products that each catches, declared states. Made from the
code, so that it can't be old.

`python -m tests.drills.broken.page` writes it; a test compares.
"""

from __future__ import annotations

import inspect
from pathlib import Path

from hedgectl.drill import aftermath
from hedgectl.drill.oracle import LAWS
from hedgectl.drill.sometimes import DECLARED

from .catalogue import BROKEN

PAGE = Path(__file__).parents[3] / "docs" / "drills.md"
MARK = "<!-- below: written by python -m tests.drills.broken.page -->"


def generated() -> str:
    """Everything below the mark."""
    return "\n".join([MARK, "", *laws(), "", *states(), ""])


def laws() -> list[str]:
    """Each law in its own words, with the broken products that it catches."""
    lines = ["## Laws, and the broken products that each catches", "", "| law | says | catches |", "|---|---|---|"]
    for law in (*LAWS.values(), *aftermath.LAWS):
        mine = [f"**{each.name}** ({each.ids}): {each.about}" for each in BROKEN.values() if each.law == law.__name__]
        lines.append(f"| `{law.__name__}` | {first(law)} | {'<br>'.join(mine)} |")
    return lines


def first(documented: object) -> str:
    """The first paragraph of a docstring, on one line."""
    return " ".join((inspect.getdoc(documented) or "").partition("\n\n")[0].split())


def states() -> list[str]:
    """The states that a sweep must reach, by the number of seeds within which."""
    lines = ["## Declared states", ""]
    for within in sorted(set(DECLARED.values())):
        names = ", ".join(name for name, most in DECLARED.items() if most == within)
        lines.append(f"- within {within} seeds: {names}")
    return lines


def written(text: str) -> str:
    """A page with its generated part made anew."""
    return text.partition(MARK)[0] + generated()


if __name__ == "__main__":
    PAGE.write_text(written(PAGE.read_text()))
