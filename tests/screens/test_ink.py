"""Goal: a line fits the terminal in the cells that it takes, whatever it says; nothing of it is lost or damaged."""

from __future__ import annotations

import pytest
from rich.cells import cell_len

from hedgectl.screens.ink import Line, Tone, cells, cut, folded, line, spread

TEXTS = [
    "the exchange said so",
    "币安合约交易所维护",
    "e\u0301te\u0301 à la carte",
    "マーク价格 61 240.00",
    "🚀 to the moon",
]
WIDTHS = range(24, 141)


def rows_of(row: Line, width: int) -> list[str]:
    return [each.plain for each in folded(row, width)]


@pytest.mark.parametrize("text", TEXTS)
def test_cells_are_those_of_a_terminal(text):
    assert cells(text) == cell_len(text)


@pytest.mark.parametrize("text", TEXTS)
def test_a_folded_line_fits_and_says_everything(text):
    row = line(("kill      ", Tone.DIM), ("cancel: no entries", Tone.BAD), f"  by desk: {text}  {text}")
    for width in WIDTHS:
        rows = rows_of(row, width)
        assert max(cell_len(each) for each in rows) <= width
        assert "".join("".join(rows).split()) == "".join(row.plain.split())


@pytest.mark.parametrize("text", TEXTS)
def test_a_cut_line_fits_and_says_that_it_was_cut(text):
    for width in range(1, 40):
        short = cut(line("why  ", (text, Tone.BAD)), width)
        assert cell_len(short.plain) <= width
        assert short.plain.endswith("…") or short.plain == f"why  {text}"
        assert width < 8 or cell_len(spread(line(text), line("end"), width).plain) <= width


def test_rows_below_stand_under_the_text_that_goes_on():
    labelled = line(f"{'archive.other_disk':<28}", "logs/archive is on another disk than logs")
    assert rows_of(labelled, 56)[1] == " " * 28 + "disk than logs"
    assert rows_of(line("+12 ms  policy  ", "refused because of a cap", hang=16), 34)[1] == " " * 16 + "a cap"
    assert rows_of(line("  a list of symbols that is long"), 20)[1] == "  that is long"


def test_a_second_column_past_the_middle_leaves_the_words_their_room():
    assert rows_of(line(f"{'word':<30}", "and much more to say"), 36)[1] == "much more to say"


@pytest.mark.parametrize(
    "text", ["hedgectl reconcile --state-dir /srv/desk/state --apply", "[tier_core] symbol_nav_pct_max = 30.91"]
)
def test_what_is_pasted_stays_in_one_piece(text):
    for width in WIDTHS:
        rows = rows_of(line(("  fix                    ", Tone.DIM), (text, Tone.HINT)), width)
        assert [each for each in rows if text in each] != []


def test_a_hint_in_words_is_broken_between_them_only_when_it_must():
    hint = "check the network and the exchange's status page, then kill again"
    for width in WIDTHS:
        rows = rows_of(line(("  fix                    ", Tone.DIM), (hint, Tone.HINT)), width)
        assert max(len(each) for each in rows) <= width
        assert any(hint in each for each in rows) is (width - 4 >= len(hint))


def test_a_row_of_a_file_is_never_broken():
    row = line("ExecStart=/usr/bin/hedgectl run --state-dir /srv/desk/state", whole=True)
    assert folded(row, 20) == [row]


def test_a_number_is_never_broken_between_its_groups():
    row = line("nav       ", "10 000.00  day began at 1 234 567.89 and 61 799.10 taker 12 lots")
    for width in WIDTHS:
        text = "\n".join(rows_of(row, width))
        assert all(number in text for number in ("10 000.00", "1 234 567.89", "61 799.10"))
