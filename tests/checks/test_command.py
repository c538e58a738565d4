"""Goal: the command: what it names, chooses, keeps, shares and exits with; and that `run` asks before it starts."""

from __future__ import annotations

import json
import os
import pty
import select
import subprocess
import sys
import time
from pathlib import Path

import pytest

from hedgectl.checks.registry import all_checks
from hedgectl.core.model.codec import decode
from hedgectl.core.model.event import RunStarted
from hedgectl.store.reader import open_reader

ROOT = Path(__file__).parents[2]


def doctor(patient, *args):
    code, out = patient.hedgectl("doctor", *args, *patient.args)
    return code, out


def told(patient, *args):
    code, out = doctor(patient, *args, "--json")
    return code, json.loads(out)


def test_the_list_names_every_check_and_loads_no_exchange_client(folder):
    command = [sys.executable, "-X", "importtime", "-m", "hedgectl", "doctor", "--list"]
    environ = os.environ | {"PYTHONPATH": str(ROOT)}
    done = subprocess.run(command, cwd=folder, env=environ, capture_output=True, text=True, timeout=60)
    loaded = {line.rsplit("|", 1)[1].strip().partition(".")[0] for line in done.stderr.splitlines() if "|" in line}
    assert loaded & {"ccxt", "aiohttp", "pydantic_settings", "textual"} == set()
    for name in all_checks():
        assert f"\n  {name} " in done.stdout
    assert not (folder / "state").exists()


def test_the_local_group_and_the_last_examination_need_no_exchange_client(folder):
    environ = os.environ | {"PYTHONPATH": str(ROOT)}
    for args in (["--only", "local"], ["--cached"]):
        command = [sys.executable, "-X", "importtime", "-m", "hedgectl", "doctor", *args]
        done = subprocess.run(command, cwd=folder, env=environ, capture_output=True, text=True, timeout=60)
        assert "| ccxt" not in done.stderr.replace("|   ", "|")
        assert " aiohttp\n" not in done.stderr


def test_names_and_groups_are_chosen_and_an_unknown_one_gets_the_nearest(patient):
    _, found = told(patient, "--only", "clock", "--only", "book")
    assert [each["id"] for each in found["data"]["checks"] if each["group"] != "book"] == ["clock"]
    assert {each["group"] for each in found["data"]["checks"]} == {"exchange", "book"}
    code, found = told(patient, "--only", "clok")
    assert code == 2
    assert "did you mean clock?" in found["problems"][0]["what"]


def test_a_need_that_failed_is_told_though_nobody_chose_it(patient):
    patient.served.shut()
    _, found = told(patient, "--only", "clock")
    assert [(each["id"], each["severity"]) for each in found["data"]["checks"]] == [
        ("reach", "fail"),
        ("clock", "skip"),
    ]
    patient.served.open()


def test_warnings_are_no_failure_unless_it_is_strict(patient):
    (patient.state / "inbox" / "refused").mkdir(parents=True)
    (patient.state / "inbox" / "refused" / "1.json").write_text("{")
    code, found = told(patient, "--only", "inbox")
    assert (code, found["status"], found["problems"][0]["severity"]) == (0, "ok", "warn")
    assert told(patient, "--only", "inbox", "--strict")[0] == 1


def test_the_envelope_holds_every_row_and_a_problem_for_each_that_is_wrong(patient):
    patient.served.hand(lambda it: setattr(it.box.key, "withdrawals", True))
    code, found = told(patient)
    assert (code, found["status"]) == (1, "partial")
    (problem,) = found["problems"]
    assert (problem["code"], problem["check"]) == ("doctor.key-permissions", "key-permissions")
    assert problem["hint"] == "API Management at the exchange: turn withdrawals off for this key"
    data = found["data"]
    assert list(data) == ["environment", "place", "at_ms", "took_s", "age_s", "redacted", "counts", "checks"]
    assert [each["id"] for each in data["checks"]] == list(all_checks())
    assert data["counts"]["fail"] == 1
    keys = ["id", "group", "severity", "value", "expected", "fix", "details", "about", "took_ms"]
    assert all(list(each) == keys for each in data["checks"])
    assert all(each["expected"] for each in data["checks"] if each["severity"] != "skip")


def test_the_position_mode_comes_with_its_payload_and_the_sources_tried(patient):
    _, found = told(patient, "--only", "position-mode")
    about = found["data"]["checks"][0]["about"]
    assert about["dualSide"] == "true"
    assert json.loads(about["dualSide_raw"])["dualSidePosition"] is True
    assert (about["source"], about["tried"]) == ("accountConfig", "accountConfig")


def test_an_unreadable_mode_names_every_source_and_is_never_one_way(patient):
    patient.served.hand(lambda it: setattr(it.box.key, "revoked", True))
    _, found = told(patient, "--only", "position-mode")
    severities = {each["id"]: each["severity"] for each in found["data"]["checks"]}
    assert severities == {"key": "fail", "position-mode": "skip"}
    assert "accountConfig" in found["data"]["checks"][0]["value"]
    assert "positionSide/dual" in found["data"]["checks"][0]["value"]


def test_the_whole_examination_is_kept_with_its_age_and_a_part_of_it_is_not(patient):
    assert told(patient, "--only", "config")[0] == 0
    code, out = patient.hedgectl("doctor", "--cached", "--json")
    assert (code, json.loads(out)["problems"][0]["code"]) == (1, "doctor.none")
    patient.served.hand(lambda it: setattr(it.box.key, "withdrawals", True))
    _, before = told(patient)
    kept = patient.state / "doctor.json"
    assert kept.stat().st_mode & 0o777 == 0o600
    assert not list(patient.state.glob(".doctor*"))
    patient.served.shut()  # nobody to ask
    code, out = patient.hedgectl("doctor", "--cached", "--json")
    found = json.loads(out)
    assert (code, found["problems"]) == (1, before["problems"])
    assert found["data"]["checks"] == before["data"]["checks"]
    assert found["data"]["age_s"] >= 0
    assert before["data"]["age_s"] is None
    assert " ago" in patient.hedgectl("doctor", "--cached")[1].splitlines()[0]
    code, out = patient.hedgectl("doctor", "--cached", "--only", "clock", "--json")
    assert (code, [each["id"] for each in json.loads(out)["data"]["checks"]]) == (0, ["clock"])
    patient.served.open()


def test_a_damaged_last_examination_is_told_and_the_one_before_it_serves(patient):
    for _ in range(2):
        doctor(patient)
    (patient.state / "doctor.json").write_text("{")
    assert patient.hedgectl("doctor", "--cached")[0] == 0
    (patient.state / "doctor.prev.json").write_text("{}")
    code, out = patient.hedgectl("doctor", "--cached", "--json")
    assert code == 1
    assert "not JSON" in json.loads(out)["problems"][0]["what"]


def test_what_is_shared_names_no_key_no_host_no_folder_and_no_amount(patient):
    patient.served.hand(
        lambda it: it.exchange.hands.set_position(
            "ETHUSDT", "LONG", __import__("decimal").Decimal("0.5"), __import__("decimal").Decimal(2600)
        )
    )
    patient.run_once()
    for args in ((), ("--json",)):
        _, out = doctor(patient, "--share", *args)
        for word in (
            patient.served.url,
            "127.0.0.1",
            str(patient.folder),
            os.uname().nodename,
            "10 000",
            "2 600",
            "0.5 @",
        ):
            assert word not in out, word
        assert "<amount>" in out
        assert "<host>" in out
    _, found = told(patient, "--share")
    assert found["data"]["redacted"]["amount"] > 3
    assert doctor(patient, "--share")[1].splitlines()[-1].startswith("redacted: ")
    code, out = patient.hedgectl("doctor", "--cached", "--share")
    assert (code, "10 000" in out, "<amount>" in out) == (0, False, True)
    assert "10 000" in patient.hedgectl("doctor", "--cached")[1]


def test_what_is_shared_holds_no_secret(patient, monkeypatch):
    for name in ("KEY", "SECRET"):
        monkeypatch.setenv(f"HEDGECTL_API_{name}", f"very{name.lower()}verylong")
    _, out = patient.hedgectl("doctor", "--env", "demo", "--only", "local", "--share", "--json")
    assert "verylong" not in out
    assert "verylong" not in patient.hedgectl("doctor", "--env", "demo", "--only", "local")[1]


def test_without_a_run_a_fresh_exchange_is_opened_and_it_says_so(hedgectl_alone):
    code, out = hedgectl_alone("doctor")
    assert code == 0
    assert out.startswith("doctor  sim  a fresh embedded exchange, opened for this look: no run serves one\n")
    assert "- belief" in out


def test_orders_are_tried_only_when_asked_and_none_is_placed(patient):
    _, found = told(patient, "--only", "order-types")
    assert found["data"]["checks"][0]["severity"] == "skip"
    for hedge in (True, False):
        if not hedge:
            patient.served.hand(lambda it: it.exchange.hands.flip_mode())
        _, found = told(patient, "--only", "order-types", "--only", "conditional-orders", "--deep")
        rows = {each["id"]: each for each in found["data"]["checks"]}
        assert rows["order-types"]["severity"] == "pass"
        sides = {text.split(":")[0].split()[-1] for text in rows["order-types"]["details"]}
        assert sides == ({"LONG", "SHORT"} if hedge else {"BOTH"})
        assert len(rows["order-types"]["details"]) == 10
        assert "no test endpoint" in rows["conditional-orders"]["value"]
        assert rows["conditional-orders"]["severity"] == "skip"
    assert patient.served.hand(lambda it: (it.exchange.open_orders(), it.exchange.all_orders(None))) == ([], [])


@pytest.mark.parametrize(
    "args",
    [
        ["--env", "foo"],
        ["--env", "live", "--deep"],
        ["--env", "demo", "--sim-url", "http://127.0.0.1:9"],
        ["--sim-url", "http://x.org"],
    ],
)
def test_flags_that_contradict_each_other_are_a_usage_error(hedgectl_alone, args):
    assert hedgectl_alone("doctor", *args)[0] == 2


def test_a_wrong_configuration_is_a_row_and_what_needs_it_is_skipped(patient):
    patient.write("[run]\ncycle_s = 0\n")
    code, found = told(patient)
    severities = {each["id"]: each["severity"] for each in found["data"]["checks"]}
    assert (code, severities["config"], severities["kill-switch"]) == (1, "fail", "pass")
    assert severities["clock"] == severities["positions"] == "skip"
    assert not [name for name, severity in severities.items() if severity == "crash"]


def test_an_examination_that_cannot_be_kept_says_so_and_still_answers(patient):
    patient.write("x", "state")
    code, found = told(patient)
    assert code == 1
    assert "doctor.not_kept" in [each["code"] for each in found["problems"]]
    assert "! not kept: " in doctor(patient)[1]


def test_a_terminal_sees_a_first_line_before_the_exchange_client_is_loaded(folder):
    """The first line is there within the time that loading ccxt alone takes; in a pipe there is none."""
    master, slave = pty.openpty()
    command = [sys.executable, "-X", "importtime", "-m", "hedgectl", "doctor", "--only", "clock"]
    piped = subprocess.run(
        [sys.executable, "-m", "hedgectl", "doctor", "--only", "clock"], cwd=folder,
        env=os.environ | {"PYTHONPATH": str(ROOT)}, capture_output=True, timeout=60,
    )  # fmt: skip
    assert piped.stderr == b""
    process = subprocess.Popen(
        command, cwd=folder, env=os.environ | {"PYTHONPATH": str(ROOT), "TERM": "xterm"}, stdout=subprocess.DEVNULL,
        stderr=slave,
    )  # fmt: skip
    os.close(slave)
    seen = b""
    ends_s = time.monotonic() + 60
    while time.monotonic() < ends_s and select.select([master], [], [], 30)[0]:
        try:
            part = os.read(master, 65536)
        except OSError:
            break
        if not part:
            break
        seen += part
    os.close(master)
    assert process.wait(30) == 0
    first, client = seen.find(b"looking at this machine"), seen.find(b" ccxt.async_support")
    assert 0 < first < client


def test_run_refuses_to_start_on_a_failed_check_and_starts_in_spite_of_it_when_told_to(patient):
    patient.state.mkdir()
    patient.state.chmod(0o777)
    run = ["run", "--once", "--sim-url", patient.served.url]
    code, out = patient.hedgectl(*run, "--json")
    (problem,) = json.loads(out)["problems"]
    assert (code, problem["code"]) == (3, "doctor.state-folder")
    assert "--despite state-folder" in problem["what"]
    assert problem["hint"] == "chmod go-w state"
    assert not (patient.state / "journal.db").exists()

    assert patient.hedgectl(*run, "-q", "--despite", "state-folder")[0] == 0
    with open_reader(patient.state / "journal.db") as reader:
        (row,) = reader.by_kind(RunStarted.kind, 1)
    assert decode(RunStarted, row[-1]).despite == ("state-folder",)
    assert (
        "despite state-folder"
        in patient.hedgectl("trace")[1] + patient.hedgectl("run", *run[1:], "--despite", "state-folder")[1]
    )

    patient.paste(problem["hint"])
    assert patient.hedgectl(*run, "-q")[0] == 0


def test_only_checks_that_a_run_makes_can_be_overridden(hedgectl_alone):
    code, out = hedgectl_alone("run", "--once", "--despite", "disc", "--json")
    assert code == 2
    assert "did you mean disk?" in json.loads(out)["problems"][0]["what"]


def test_a_run_warns_below_nav_500_by_what_was_noted_and_by_an_alert(patient, capsys):
    from decimal import Decimal

    patient.served.hand(lambda it: it.exchange.hands.set_wallet(Decimal(182)))
    assert patient.hedgectl("run", "--once", "--sim-url", patient.served.url)[0] == 0
    with open_reader(patient.state / "journal.db") as reader:
        alerts = [json.loads(row[-1]) for row in reader.by_kind("alert", 10)]
    (alert,) = [each for each in alerts if each["code"] == "risk.low_nav"]
    assert (alert["what"].partition(":")[0], alert["hint"]) == ("NAV 182 is below 500 USDT", "hedgectl sizing-check")
    from hedgectl.commands.app import call

    capsys.readouterr()
    assert call(["run", "--once", "--sim-url", patient.served.url]) == 0
    assert "risk.low_nav" in capsys.readouterr().err
    assert call(["run", "--once", "--sim-url", patient.served.url, "-q"]) == 0
    assert capsys.readouterr().err == ""


def test_live_and_beside_it_the_same_words(patient):
    """Through a live run: its lock, its answers and its report, and no difference for being asked while it trades."""
    process = patient.start("-m", "hedgectl", "run", "--no-demo", "-q")
    patient.attached = False
    patient.until(lambda: (patient.state / "sim.json").exists() and patient.row("run")["severity"] == "pass")
    code, found = told(patient)
    rows = {each["id"]: each for each in found["data"]["checks"]}
    assert code == 0, [each for each in rows.values() if each["severity"] in ("fail", "crash")]
    assert f"pid {process.pid}, which answers" in rows["lock"]["value"]
    assert rows["belief"]["severity"] == "pass"
    assert found["data"]["place"].startswith("http://127.0.0.1:")
    process.terminate()
    assert process.wait(20) == 0
    assert "a fresh embedded exchange" in told(patient)[1]["data"]["place"]
