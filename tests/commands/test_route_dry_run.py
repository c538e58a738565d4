"""Goal: `route-dry-run` answers the command line: what would happen, from what, and never by a guess (T10).

That its answer is the run's is proven in tests/drills/test_route_agrees.py and test_route_dry_run.py.
"""

from __future__ import annotations

import io
import os
import re
import shutil
import subprocess
import sys
from dataclasses import replace
from decimal import Decimal as D
from pathlib import Path
from types import SimpleNamespace

import orjson
import pytest

from hedgectl.config.instruments import NAME, Listed, read_instruments, written

ROOT = Path(__file__).parents[2]
CLIENTS = {"ccxt", "aiohttp"}
SEED = '[risk]\norder_notional_usdt_min = 10\nsymbol_notional_usdt_min = ["BTCUSDT=15"]\n[run]\nsymbols = ["BTCUSDT"]\n'
ENTRY = ("--symbol", "BTCUSDT", "--side", "BUY", "--notional", "300")
CLOSE = ("--symbol", "BTCUSDT", "--side", "BUY", "--exit")
KNOWN = ("--nav", "5000", "--position-mode", "hedge")


@pytest.fixture(autouse=True)
def _own_folder(monkeypatch, tmp_path):
    """A snapshot that is taken here is seen by no other test."""
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "user"))


@pytest.fixture
def dry(hedgectl):
    """dry(...): the command's answer."""
    return lambda *args: hedgectl("route-dry-run", *args)


@pytest.fixture
def seed(folder):
    """The earlier system's desk: price 50,000, step 0.0001, exchange minimum 5; floors 10 and 15, cap 8 % of NAV."""
    each = read_instruments(None).listed["BTCUSDT"]
    rules = replace(each.rules, market_step=D("0.0001"), market_min_qty=D("0.0001"), min_notional=D(5))
    (folder / NAME).write_bytes(written("sim", 4_000_000_000_000, (Listed(D(50_000), rules),)))
    (folder / "hedgectl.toml").write_text(SEED)
    return folder


@pytest.fixture
def held(folder):
    """held(leg, quantity): a book file with that position."""

    def made(leg, quantity="0.5"):
        quote = {"symbol": "BTCUSDT", "bid": "60000", "ask": "60000.1"}
        leg = {"symbol": "BTCUSDT", "leg": leg, "quantity": quantity, "entry_price": "60000"}
        (folder / "book.json").write_bytes(orjson.dumps({"quotes": [quote], "positions": [leg]}))
        return folder / "book.json"

    return made


def sent(answer):
    """The requests of the only intent, as (path, parameters)."""
    (act,) = answer.json["data"]["intents"]
    pairs = [each["query"].split("&") for each in act["requests"]]
    return [
        (each["path"], dict(pair.split("=") for pair in query))
        for each, query in zip(act["requests"], pairs, strict=True)
    ]


@pytest.mark.parametrize(("nav", "code"), [("187.49", 1), ("187.50", 0), ("400", 0)])
def test_the_seeds_case_trades_from_187_50_and_is_refused_as_sizer_cap_at_187_49(dry, seed, nav, code):
    wish = ("--symbol", "BTCUSDT", "--side", "BUY", "--notional", "15", "--position-mode", "hedge", "--nav", nav)
    answer, data = dry(*wish), dry(*wish, "--json")
    assert (answer.code, data.code, answer.err) == (code, code, "")
    assert ("✗ refused  sizer_cap" in answer.out) is bool(code)
    (act,) = data.json["data"]["intents"]
    if code:
        assert (act["refusal"]["code"], act["requests"]) == ("sizer_cap", [])
        assert [each["gate"] for each in act["gates"] if each["verdict"] == "refused"] == ["size"]
    else:
        assert (act["outcome"], act["size"]["notional_usdt"]) == ("would_send", "15")
        assert sent(data)[-1][1]["quantity"] == "0.0003"


def test_an_entry_is_shown_with_every_gate_each_step_of_its_size_and_the_requests(dry):
    answer = dry(*ENTRY, *KNOWN)
    assert (answer.code, answer.err) == (0, "")
    heads = [row.split()[0] for row in answer.out.splitlines() if row[:1].isalpha()]
    assert heads == [
        "NAV", "mode", "rules", "market", "past", "intent", "leg", "gates", "asked", "caps", "rounded", "floor",
        "route", "leverage", "send", "send", "cover", "send",
    ]  # fmt: skip
    assert "0 of 38 refuse" in answer.out
    assert "nav.usdt 5000" in answer.out
    assert "rounded   0.004 by step 0.001 = 247.20 USDT" in answer.out
    assert "floor     0.002 = 123.61 USDT" in answer.out
    assert answer.out.endswith("✓ would send  1 order, 0.004 BTCUSDT  (nothing was sent)\n")


def test_what_is_shown_and_what_json_says_are_the_same_requests(dry):
    shown = re.findall(r"^ +(timestamp=\S+)", dry(*ENTRY, *KNOWN).out, re.MULTILINE)
    (act,) = dry(*ENTRY, *KNOWN, "--json").json["data"]["intents"]
    told = [each["query"] for each in (*act["requests"], *act["cover"])]
    assert [timeless(each) for each in shown] == [timeless(each) for each in told]
    assert len(told) == 3


@pytest.mark.parametrize("width", [60, 80, 140])
def test_on_a_narrow_terminal_a_request_is_broken_at_its_parameters_and_joins_to_what_is_sent(dry, monkeypatch, width):
    monkeypatch.setattr("hedgectl.commands.route_answer.WIDTH_IN_A_PIPE", width)
    rows = dry(*ENTRY, *KNOWN).out.splitlines()
    joined = "".join(row.strip() + ("" if row.startswith(" " * 10) else "\n") for row in rows)
    joined = re.findall(r"timestamp=\S+?recvWindow=\d+", joined)
    (act,) = dry(*ENTRY, *KNOWN, "--json").json["data"]["intents"]
    assert [timeless(each) for each in joined] == [
        timeless(each["query"]) for each in (*act["requests"], *act["cover"])
    ]
    assert max(map(len, rows)) <= width


def timeless(text):
    return re.sub(r"timestamp=\d+", "", re.sub(r"h1-[-a-z0-9]+", "", text))


def test_a_buy_close_without_a_leg_is_short_in_hedge_mode_with_its_reason_and_no_reduce_only(dry, held):
    answer = dry(*CLOSE, "--nav", "5000", "--book", held("SHORT"))
    assert answer.code == 0
    assert "leg       SHORT, inferred: BUY closes SHORT" in answer.out
    assert "as SHORT without reduceOnly: the leg says it" in answer.out
    assert "gates     none: nothing may refuse an exit" in answer.out
    ((path, query),) = sent(dry(*CLOSE, "--nav", "5000", "--book", held("SHORT"), "--json"))
    assert (path, query["side"], query["positionSide"], query["quantity"]) == ("/fapi/v1/order", "BUY", "SHORT", "0.5")
    assert "reduceOnly" not in query


def test_the_same_close_in_one_way_mode_is_both_with_reduce_only(dry, held):
    data = dry(*CLOSE, "--nav", "5000", "--book", held("BOTH", "-0.5"), "--json")
    ((_, query),) = sent(data)
    assert (query["positionSide"], query["reduceOnly"], query["quantity"]) == ("BOTH", "true", "0.5")
    (act,) = data.json["data"]["intents"]
    assert act["inferred"] == {"leg": "SHORT", "why": "BUY closes SHORT"}
    assert "as BOTH with reduceOnly" in dry(*CLOSE, "--nav", "5000", "--book", held("BOTH", "-0.5")).out


def test_where_the_mode_is_not_known_both_are_shown(dry):
    data = dry(*ENTRY, "--nav", "5000", "--json").json["data"]
    assert [each["mode"] for each in data["intents"]] == ["hedge", "one-way"]
    assert "gates     as in hedge mode" in dry(*ENTRY, "--nav", "5000").out


def test_many_intents_are_summed_up_by_the_code_that_refuses_them(dry, folder):
    rows = [{"intent_id": f"k{number}", "symbol": "BTCUSDT", "side": "BUY", "notional_usdt": 3} for number in range(5)]
    rows += [{"intent_id": "good", "symbol": "BTCUSDT", "side": "BUY", "notional_usdt": 300}]
    rows += [{"intent_id": "bad", "symbol": "BTCUSDT", "side": "UP", "notional_usdt": 300}]
    rows += [{"intent_id": "other", "symbol": "XRPUSDT", "side": "BUY", "notional_usdt": 300}]
    (folder / "many.jsonl").write_bytes(b"\n".join(map(orjson.dumps, rows)))
    answer = dry("many.jsonl", *KNOWN)
    assert answer.code == 1
    assert "8 intents, each by itself: 6 refused, 1 would send, 1 malformed" in answer.out
    assert re.findall(r"^✗ ([a-z_.]+) +(\d+)  line (\d)", answer.out, re.MULTILINE) == [
        ("sizer.below_minimum", "5", "1"), ("intent.not_allowed", "1", "7"), ("risk.not_listed", "1", "8")
    ]  # fmt: skip
    problems = dry("many.jsonl", *KNOWN, "--json").json["problems"]
    counts = {each["code"]: each["count"] for each in problems if each["severity"] == "fail"}
    assert counts["sizer.below_minimum"] == "5"
    assert counts["risk.not_listed"] == "1"


def test_of_many_that_wait_it_is_said_what_for(dry, folder):
    rows = [{"intent_id": name, "symbol": "BTCUSDT", "side": "SELL", "action": "exit"} for name in ("x1", "x2")]
    (folder / "many.jsonl").write_bytes(b"\n".join(map(orjson.dumps, rows)))
    answer = dry("many.jsonl", "--position-mode", "hedge")
    assert (answer.code, "2 waits" in answer.out) == (0, True)
    assert 'state "positions" in a book file' in answer.out


def test_stdin_an_array_and_flags_come_to_the_same(dry, monkeypatch):
    wish = orjson.dumps({"intent_id": "k1", "symbol": "BTCUSDT", "side": "BUY", "notional_usdt": 300})
    monkeypatch.setattr("sys.stdin", SimpleNamespace(buffer=io.BytesIO(wish)))
    told = [
        dry("-", *KNOWN, "--json"),
        dry(f"[{wish.decode()}]", *KNOWN, "--json"),
        dry(*ENTRY, "--id", "k1", *KNOWN, "--json"),
    ]
    queries = [[timeless(each["query"]) for each in answer.json["data"]["intents"][0]["requests"]] for answer in told]
    assert queries[0] == queries[1] == queries[2] != []


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("nope = 1\n", "config.unknown_key"),
        ('[risk]\nsymbol_nav_pct_max = "x"\n', "config.wrong_type"),
        ("[risk\n", "config.not_toml"),
        ('[run]\nsymbols = ["FOOUSDT"]\n', "config."),
    ],
)
def test_a_broken_configuration_is_told_and_nothing_is_assumed_instead(dry, folder, text, code):
    (folder / "hedgectl.toml").write_text(text)
    told = dry(*ENTRY, *KNOWN, "--json").json
    assert (told["exit_code"], told["data"]) == (3, {})
    assert code in told["problems"][0]["code"]


@pytest.mark.parametrize("text", [b"{}", b"[", b"\xff", b'{"source": "sim", "taken": "x", "listed": []}'])
def test_broken_rules_are_told_and_the_shipped_ones_not_taken_instead(dry, folder, text):
    (folder / NAME).write_bytes(text)
    told = dry(*ENTRY, *KNOWN, "--json").json
    assert (told["exit_code"], told["data"], told["problems"][0]["code"]) == (3, {}, "config.instruments")


def test_a_damaged_journal_is_told_and_left_out_only_when_it_is_asked_for(dry, folder):
    (folder / "state" / "sim" / "000001-seed1").mkdir(parents=True)
    (folder / "state" / "sim" / "000001-seed1" / "journal.db").write_bytes(b"not a journal" * 100)
    told = dry(*ENTRY, *KNOWN, "--json").json
    assert (told["exit_code"], told["data"], told["problems"][0]["code"]) == (1, {}, "journal.unusable")
    assert dry(*ENTRY, *KNOWN, "--fresh").code == 0


def test_the_kill_switch_of_the_folder_counts(dry, folder):
    (folder / "state").mkdir()
    (folder / "state" / "KILL").write_text('{"mode": "entries", "why": "lunch", "by": "me"}')
    told = dry(*ENTRY, *KNOWN, "--json").json
    assert told["data"]["intents"][0]["refusal"]["code"] == "kill.entries"
    assert dry(*CLOSE, *KNOWN).code == 0


@pytest.fixture
def lived_here(folder, lived):
    """The state of a finished run of the box, as the state folder of this one."""
    (journal,) = lived.glob("sim/*/journal.db")
    (folder / "state").mkdir()
    shutil.copy(journal, folder / "state" / "journal.db")
    return folder


def test_what_the_journal_holds_counts_and_what_is_doubtful_about_it_is_told(dry, lived_here, monkeypatch):
    told = dry(*ENTRY, "--nav", "5000", "--json").json
    assert told["data"]["journal"] == "state/journal.db"
    assert told["data"]["modes"] == ["hedge"]
    assert "route.journal_nav" in {each["code"] for each in told["problems"]}
    assert told["data"]["intents"][0]["refusal"]["code"] in ("risk.daily_loss", "risk.drawdown", "risk.already_held")
    fresh = dry(*ENTRY, "--nav", "5000", "--fresh", "--json").json
    assert (fresh["exit_code"], fresh["data"]["journal"], len(fresh["data"]["modes"])) == (0, None, 2)
    monkeypatch.setenv("HEDGECTL_RUN__ENVIRONMENT", "demo")
    codes = {each["code"]: each["what"] for each in dry(*ENTRY, "--nav", "5000", "--json").json["problems"]}
    assert codes["route.other_journal"] == "the journal is of sim, the run is set to demo"


@pytest.mark.parametrize(
    "args, hint",
    [
        ((), "give intents by flags"),
        ((*ENTRY, "x.json"), "give intents by flags"),
        (("nothing.json", *KNOWN), "No such file"),
        (ENTRY, "give --nav 400, or --nav read"),
        ((*ENTRY, "--nav", "much"), "write 400 or 412.18"),
        ((*ENTRY, "--nav", "0"), "not above 0"),
        ((*ENTRY, *KNOWN, "--book", "nothing.json"), "No such file"),
        ((*ENTRY, "--nav", "400", "--position-mode", "both"), "one of one-way, hedge, read"),
        ((*ENTRY, *KNOWN, "--env", "live"), "nothing is read without"),
        ((*ENTRY, "--nav", "read", "--env", "demo", "--sim-url", "http://127.0.0.1:9"), "works in the box only"),
        ((*ENTRY, "--nav", "read", "--sim-url", "http://example.com"), "is reached at http://127.0.0.1"),
    ],
)
def test_a_wrong_command_line_says_what_to_write(dry, args, hint):
    answer = dry(*args)
    assert answer.code == 2
    assert hint in answer.err


def test_a_book_of_one_mode_does_not_stand_for_the_other(dry, held):
    answer = dry(*CLOSE, *KNOWN, "--book", held("BOTH", "-0.5"))
    assert answer.code == 2
    assert "BOTH is the leg of one-way mode" in answer.err


def test_without_a_key_a_look_at_a_real_account_says_where_one_belongs(dry):
    answer = dry(*ENTRY, "--nav", "read", "--env", "live")
    assert answer.code == 4
    assert "no API key for live" in answer.err


def test_a_venue_that_is_not_there_is_told(dry):
    answer = dry(*ENTRY, "--nav", "read", "--sim-url", "http://127.0.0.1:9")
    assert answer.code == 5
    assert "venue.unreadable" in answer.err


def test_a_look_at_a_fresh_box_reads_the_account_and_sends_nothing(dry):
    data = dry(*ENTRY, "--nav", "read", "--position-mode", "read", "--book", "live", "--json").json["data"]
    assert data["sources"]["venue"].startswith("a fresh embedded exchange")
    assert (data["sent"], data["modes"], data["nav_usdt"]) == (0, ["hedge"], "10000")


def test_from_files_no_exchange_client_is_loaded(folder, held):
    """A book file too is no reason to load one; without it see test_startup."""
    code = "import sys; from hedgectl.commands.app import call; call(sys.argv[1:]); print(*sys.modules)"
    args = ["route-dry-run", *CLOSE, "--nav", "5000", "--book", str(held("SHORT"))]
    environ = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        [sys.executable, "-c", code, *args], cwd=folder, env=environ, capture_output=True, text=True, timeout=60
    )
    assert "would send" in done.stdout
    assert not CLIENTS & set(done.stdout.splitlines()[-1].split())
