"""Goal: summary, status and trace are stable texts; every event has words; nobody's text can drive the terminal."""

from __future__ import annotations

import io
import typing
from dataclasses import replace
from decimal import Decimal as D

import pytest

from hedgectl.core.decision import Noted
from hedgectl.core.model import event as e
from hedgectl.core.model.codec import encode
from hedgectl.core.model.evidence import TradeRow
from hedgectl.core.model.intent import Entry
from hedgectl.core.model.moment import Moment
from hedgectl.core.model.order import Action, Kind, Lane, Leg, Prepared, Purpose, Side
from hedgectl.screens.describe import TELLERS
from hedgectl.screens.ink import Tone, cut, fitted, line, paint, plain, spread
from hedgectl.screens.status import LegView, OtherView, StatusView, status_lines
from hedgectl.screens.summary import summary_lines
from hedgectl.screens.terminal import EventLines, LiveScreen, Silent
from hedgectl.screens.trace import Told, event_line, noted, tell, trace_lines

NOW = 1_790_000_000_000
NAME = "a46370f5fb"
CLIENT = "h1-e000001-la46370f5fb6bc67162ea"
ENTRY = Entry("k7", "ETHUSDT", Side.BUY, NOW, notional_usdt=D(100), source="breakout v3")
ORDER = Prepared(
    CLIENT, "k7", NAME, "ETHUSDT", Leg.LONG, Side.BUY, Action.OPEN, Purpose.ENTRY, Kind.MARKET, Lane.ENTRY, "LONG",
    None, NOW, 2500, quantity=D("0.037")
)  # fmt: skip
COVER = replace(
    ORDER, purpose=Purpose.COVER, kind=Kind.STOP_MARKET, side=Side.SELL, quantity=None, trigger_price=D("2625.8")
)
TRADE = TradeRow(
    "ETHUSDT", 9, 8389, CLIENT, Side.BUY, Leg.LONG, D("0.037"), D("2679.4"), D("0.0496"), "USDT", D(0), False, NOW
)
STORY = [
    (0, e.EntryAccepted(ENTRY, NAME, Leg.LONG, D("0.037"), D("99.13"))),
    (0, e.OrderPrepared(ORDER)),
    (2_500, e.OrderUnknown(CLIENT, "read timeout")),
    (6_600, e.OrderMissed(CLIENT, NOW)),
    (7_100, e.OrderAccepted(CLIENT, 8389, "FILLED", D("0.037"), "look")),
    (7_110, e.Filled(TRADE, Leg.LONG, CLIENT, "k7", NAME, Purpose.ENTRY, "trades")),
    (7_110, e.IntentDone("k7", NAME, "ETHUSDT", "filled", D("0.037"))),
    (7_111, e.OrderPrepared(COVER)),
    (7_160, e.CoverSeen("ETHUSDT", Leg.LONG, Leg.LONG, CLIENT, 77, D("2625.8"), True)),
]


def rows(story):
    return [Told(n, NOW + after, each.kind, NAME, "ETHUSDT", each) for n, (after, each) in enumerate(story)]


def test_a_trace(snapshot):
    assert plain(trace_lines(rows(STORY))) == snapshot


def test_a_refusal_traced(snapshot):
    refused = e.IntentRefused("k7", NAME, "BTCUSDT", "risk.order_cap", "1500", "1000", "size at most 1000 USDT")
    assert plain(trace_lines(rows([(0, refused)]))) == snapshot


def test_event_lines_of_a_pipe(snapshot):
    assert plain(event_line(row) for row in rows(STORY)) == snapshot


def test_every_event_has_words_of_its_own():
    assert set(TELLERS) == set(typing.get_args(e.Event))


def test_a_row_of_another_version_is_shown_by_its_kind():
    for kind, body in (("order.teleported", b"{}"), ("order.filled", b'{"new": 1}')):
        row = tell(1, NOW, kind, NAME, "ETHUSDT", body)
        assert kind in event_line(row).plain
        assert "not readable" in event_line(row).plain


def test_a_journal_row_says_the_same_as_the_event_itself():
    event = STORY[5][1]
    assert tell(3, NOW, event.kind, NAME, "ETHUSDT", encode(event)).event == event


def test_a_summary(summary, snapshot):
    assert plain(summary_lines(summary)) == snapshot


def test_a_summary_without_measures(summary, snapshot):
    bare = replace(
        summary, wrongness_usd_s=None, naked_usd_s=None, repair_ms=None, positions_open=0, refusals=(), faults=(),
        nav_start_usdt=None, last_trace="", seed=None, real_s=600.0
    )  # fmt: skip
    assert plain(summary_lines(bare)) == snapshot


def test_a_naked_end_is_shouted(summary):
    assert "2 WITHOUT A STOP" in plain(summary_lines(replace(summary, naked_open=2)))


def status(**changes):
    made = StatusView(
        journal="state/journal.db",
        run_id="000012-live",
        environment="live",
        version="0.1.0",
        started_ms=NOW - 3_600_000,
        last_ms=NOW,
        age_s=1.1,
        live=True,
        legs=(
            LegView("BTCUSDT", "LONG", D("0.002"), D("61180"), D("60410")),
            LegView("ETHUSDT", "SHORT", D("0.031"), D("2995.2"), None),
        ),
        unknown_orders=1,
        intents=41,
        refused=9,
        done=31,
        fills=1287,
        fees=(("USDT", D("0.41")), ("BNB", D("0.0002"))),
        realised_usdt=D("3.2"),
        refusals=(("risk.order_cap", 5), ("intent.expired", 4)),
        alerts=(("cover.vanished", "ETHUSDT a stop was acknowledged and is gone", "look at the account"),),
    )
    return replace(made, **changes)


def test_a_status_with_problems(snapshot):
    assert plain(status_lines(status())) == snapshot


@pytest.mark.parametrize(
    "changes, said",
    [
        ({"live": False, "ended": "SIGTERM"}, "ended by SIGTERM"),
        ({"live": False}, "did not end in order"),
        ({"legs": ()}, "flat"),
        ({"complete": False}, "only its last rows were read"),
    ],
)
def test_a_status_says_how_the_run_is(changes, said):
    assert said in plain(status_lines(status(**changes)))


def test_a_foreign_text_cannot_drive_the_terminal():
    row = line("\x1b[2J\x07", ("evil\r\n", Tone.BAD))
    for color in (True, False):
        painted = paint(row, color=color)
        assert "\x1b[2J" not in painted
        assert not {"\x07", "\r", "\n"} & set(painted)


def test_signs_have_ascii_forms():
    assert paint(line("✓ a · b → c …"), color=False, utf8=False).isascii()


@pytest.mark.parametrize("width", range(1, 30))
def test_cut_and_spread_keep_the_width(width):
    row = line("liquidation ", ("price", Tone.BAD), " near")
    assert len(cut(row, width).plain) <= width
    if width >= 8:
        assert len(spread(row, line("right"), width).plain) <= width


def test_lines_go_on_when_the_reader_has_gone():
    class Gone(io.StringIO):
        def write(self, text):
            raise BrokenPipeError

    output = EventLines(Gone(), color=False, utf8=True)
    for _ in range(3):
        output.on_notes([Noted(STORY[0][1], NAME, "ETHUSDT")], Moment(0, NOW, NOW))


def test_lines_and_live_screen_draw_on_a_stream(view):
    stream = io.StringIO()
    lines = EventLines(stream, color=False, utf8=True)
    lines.on_notes([Noted(each, NAME, "ETHUSDT") for _, each in STORY], Moment(0, NOW, NOW))
    assert len(stream.getvalue().splitlines()) == len(STORY)
    assert noted(Noted(STORY[0][1], NAME, "ETHUSDT"), NOW).kind == "intent.accepted"
    screen = LiveScreen(stream, color=False)
    screen.show(view)
    screen.close()
    assert "ETHUSDT" in stream.getvalue()
    for output in (screen, lines, Silent()):
        output.close()


def test_a_journal_that_was_not_read_whole_is_never_shown_as_flat():
    view = StatusView("j", "r", "sim", "0", 0, 0, 0.0, False, complete=False)
    text = plain(status_lines(view))
    assert "unknown: the journal is longer" in text
    assert "flat" not in text
    assert "realised unknown" in text


def test_a_journal_beside_this_one_keeps_its_column_in_a_narrow_terminal():
    other = OtherView("state/sim/000002-seed3-virtual/journal.db", "state/sim/000002-seed3-virtual", 139.0)
    rows = [row.plain for row in fitted(status_lines(status(others=(other,))), 80)]
    at = next(number for number, row in enumerate(rows) if row.startswith("beside it"))
    assert rows[at + 1] == " " * 10 + "hedgectl status --state-dir state/sim/000002-seed3-virtual"
