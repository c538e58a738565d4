"""Lines with meaning: a Line is a row of parts, each a text and the name of its tone.

Screens are built of these, so that they can be measured, compared and cut without a terminal; `paint` turns one into
ANSI at the very edge. Signs carry the meaning, a tone only underlines it (DESIGN 6).
"""

from __future__ import annotations

import re
import unicodedata
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
PIECES = re.compile(r" +|(?:[^ ]|(?<=\d) (?=\d{3}(?!\d)))+")
"""Words and the blanks between them; a blank that groups the digits of a number is a part of it."""

PASTED = re.compile(r"hedgectl [^,;]*|\[\w+\] \w+ = .*")
"""A command for a shell or a line for the configuration, and not a sentence about one."""
INDENT = 4
ASCII = str.maketrans("✓✗·—−…→▶×µ≤▁▂▃▄▅▆▇█", "+x.--~>>xu<_.:-=+*#")
"""Each sign of ours by one of ASCII, so that columns stay where they are."""


@dataclass(frozen=True, slots=True)
class Line:
    """One row of a screen. `hang`: the column in which its last text begins, where what goes on below stands too; 0 for
    the second column. `whole`: a row of a file that is there to be copied, which a break would damage."""

    parts: tuple[Part, ...] = ()
    hang: int = 0
    whole: bool = False

    @property
    def plain(self) -> str:
        """The text alone, without spaces at its end."""
        return "".join(text for text, _ in self.parts).rstrip()


def line(*parts: str | Part, hang: int = 0, whole: bool = False) -> Line:
    """A Line of texts and (text, tone) pairs.

    >>> line("posture ", ("RED", Tone.RED)).plain
    'posture RED'
    """
    return Line(tuple((part, Tone.PLAIN) if isinstance(part, str) else part for part in parts), hang, whole)


def cells(text: str) -> int:
    """The columns that a terminal gives a text: two for a wide character, none for one that sits on another.

    >>> cells("naked"), cells("币安"), cells("e\u0301")
    (5, 4, 1)
    """
    if text.isascii():
        return len(text)
    return sum(0 if unicodedata.combining(each) else 2 if unicodedata.east_asian_width(each) in "WF" else 1
               for each in text)  # fmt: skip


def _beginning(text: str, room: int) -> str:
    """As much of a text as fits into `room` columns."""
    if text.isascii():
        return text[:room]
    end = len(text)
    while cells(text[:end]) > room:
        end -= 1
    return text[:end]


def cut(row: Line, width: int) -> Line:
    """The line in at most `width` columns; what had to go is marked by `…`.

    >>> cut(line("liquidation"), 6).plain
    'liqui…'
    """
    if cells(row.plain) <= width:
        return row
    room, kept = max(width - 1, 0), []
    for text, tone in row.parts:
        kept.append((_beginning(text, room), tone))
        room -= cells(kept[-1][0])
        if kept[-1][0] != text:
            break
    return Line((*kept, ("…", Tone.DIM)))


def folded(row: Line, width: int) -> list[Line]:
    """The line in rows of at most `width` columns, broken at spaces; what goes on stands below the last column, or the
    second. What is to be pasted (HINT) stays in one piece, on a row of its own where it must; a command even when that
    is too short: then the terminal breaks it.

    >>> [each.plain for each in folded(line("why       the entry came too late"), 24)]
    ['why       the entry came', '          too late']
    """
    if row.whole or cells(row.plain) <= width:
        return [row]
    hang = _hang(row, width)
    pieces = [piece for part in row.parts for piece in _pieces(part, width)]
    rows: list[list[Part]] = [[]]
    used = 0
    for text, tone in pieces:
        needs = cells(text.rstrip())
        helps = used > hang or (used > INDENT and needs <= width - INDENT)
        if used + needs > width and helps:
            text = text.lstrip()
            used = hang if hang + needs <= width else INDENT
            rows.append([(" " * used, Tone.PLAIN)])
        rows[-1].append((text, tone))
        used += cells(text)
    return [Line(tuple(each)) for each in rows]


def fitted(rows: Iterable[Line], width: int) -> list[Line]:
    """Every line folded: nothing of them is lost in a narrow terminal."""
    return [part for row in rows for part in folded(row, width)]


def _hang(row: Line, width: int) -> int:
    """Where rows below the first begin: never past the middle, where words would have no room."""
    text = row.plain
    second = COLUMN.match(text)
    own = len(text) - len(text.lstrip())
    for column in (row.hang, second.end() if second else 0):
        if 0 < column <= width // 2:
            return column
    return own if own <= width // 2 else 0


def _pieces(part: Part, width: int) -> list[Part]:
    """What of a part may stand on different rows."""
    text, tone = part
    if tone is Tone.HINT and (PASTED.fullmatch(text.strip()) or cells(text.strip()) <= width - INDENT):
        return [part]
    return [(piece, tone) for piece in PIECES.findall(text)]


def spread(left: Line, right: Line, width: int) -> Line:
    """`left` and `right` at the two edges of `width` columns, at least two spaces apart; `left` gives way."""
    room = width - cells(right.plain)
    left = cut(left, max(room - 2, 0))
    gap = " " * max(room - sum(cells(text) for text, _ in left.parts), 2)
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
