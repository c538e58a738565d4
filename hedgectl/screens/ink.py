"""Lines with meaning: a Line is a row of parts, each a text and the name of its tone.

Screens are built of these, so that they can be measured, compared and cut without a terminal; `paint` turns one into
ANSI at the very edge. Signs carry the meaning, a tone only underlines it (DESIGN 6).
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum


class Tone(StrEnum):
    """Why a text stands out. `PLAIN` does not."""

    PLAIN = ""
    GOOD = "32"
    WARN = "33"
    BAD = "31"
    HINT = "36"
    DIM = "2"
    BOLD = "1"
    GREEN = "1;32"
    YELLOW = "1;33"
    ORANGE = "1;38;5;208"
    RED = "1;31"


Part = tuple[str, Tone]
COLUMN = re.compile(r" {4,}|.*?\S {2,}")
"""What stands before the second column of a row: its label, or the blank in the place of one."""
PIECES = re.compile(r" +|[^ ]+")
ASCII = str.maketrans("✓✗·—−…→▶×µ≤▁▂▃▄▅▆▇█", "+x.--~>>xu<_.:-=+*#")
"""Each sign of ours by one of ASCII, so that columns stay where they are."""


@dataclass(frozen=True, slots=True)
class Line:
    """One row of a screen."""

    parts: tuple[Part, ...] = ()

    @property
    def plain(self) -> str:
        """The text alone, without spaces at its end."""
        return "".join(text for text, _ in self.parts).rstrip()


def line(*parts: str | Part) -> Line:
    """A Line of texts and (text, tone) pairs.

    >>> line("posture ", ("RED", Tone.RED)).plain
    'posture RED'
    """
    return Line(tuple((part, Tone.PLAIN) if isinstance(part, str) else part for part in parts))


def cut(row: Line, width: int) -> Line:
    """The line in at most `width` columns; what had to go is marked by `…`.

    >>> cut(line("liquidation"), 6).plain
    'liqui…'
    """
    if len(row.plain) <= width:
        return row
    room, kept = max(width - 1, 0), []
    for text, tone in row.parts:
        kept.append((text[:room], tone))
        room -= len(text[:room])
    return Line((*kept, ("…", Tone.DIM)))


def folded(row: Line, width: int) -> list[Line]:
    """The line in rows of at most `width` columns, broken at spaces; what goes on stands below the second column. What
    is to be pasted (HINT) stays in one piece: where even a row of its own is too short, the terminal breaks it.

    >>> [each.plain for each in folded(line("why       the entry came too late"), 22)]
    ['why       the entry', '       came too late']
    """
    if len(row.plain) <= width:
        return [row]
    begins = COLUMN.match(row.plain)
    hang = min(begins.end() if begins else 0, width // 3)
    pieces = [
        (piece, tone) for text, tone in row.parts for piece in ([text] if tone is Tone.HINT else PIECES.findall(text))
    ]
    rows: list[list[Part]] = [[]]
    used = 0
    for text, tone in pieces:
        if used + len(text.rstrip()) > width and used > hang:
            rows.append([(" " * hang, Tone.PLAIN)])
            used, text = hang, text.lstrip()
        rows[-1].append((text, tone))
        used += len(text)
    return [Line(tuple(each)) for each in rows]


def spread(left: Line, right: Line, width: int) -> Line:
    """`left` and `right` at the two edges of `width` columns, at least two spaces apart; `left` gives way."""
    room = width - len(right.plain)
    left = cut(left, max(room - 2, 0))
    gap = " " * max(room - sum(len(text) for text, _ in left.parts), 2)
    return Line((*left.parts, (gap, Tone.PLAIN), *right.parts))


def paint(row: Line, *, color: bool, utf8: bool = True) -> str:
    """The line as a terminal takes it: ANSI colours if `color`, ASCII signs unless `utf8`. Never a control character
    of somebody else: texts may come from an exchange or a file."""
    made = []
    for text, tone in row.parts:
        text = "".join(char if char.isprintable() else "?" for char in text)
        made.append(f"\x1b[{tone.value}m{text}\x1b[0m" if color and tone and text.strip() else text)
    whole = "".join(made).rstrip()
    return whole if utf8 else whole.translate(ASCII)


def plain(rows: Iterable[Line]) -> str:
    """Several lines as one text, as a pipe gets them."""
    return "\n".join(row.plain for row in rows)
