"""Goal: what is printed is understood by those it is printed for, whatever a path holds, and restarts what may restart.

Units are read by a strict parser of our own, which knows every key that we use, and by systemd where it is there.
"""

from __future__ import annotations

import re
import shlex
import shutil
import subprocess
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hedgectl.commands.result import ExitCode
from hedgectl.screens.units import KINDS, NO_RESTART, Installation, cron, systemd, timers, tmux

ODD = 'a b/5% $HOME/it\'s "so"; #x\\y'
CREDENTIALS = "LoadCredential"
REPEATED = {"Environment", CREDENTIALS}
KEYS = {
    "Unit": {"Description", "Documentation", "Wants", "After", "StartLimitIntervalSec", "StartLimitBurst"},
    "Timer": {"OnCalendar", "RandomizedDelaySec", "Persistent"},
    "Install": {"WantedBy"},
    "Service": {
        "Type", "NotifyAccess", "ExecStart", "TimeoutStartSec", "WatchdogSec", "Restart", "RestartSec",
        "RestartPreventExitStatus", "TimeoutStopSec", "KillMode", "User", "Environment", CREDENTIALS, "StateDirectory",
        "StateDirectoryMode", "UMask", "NoNewPrivileges", "ProtectSystem", "ProtectHome", "ReadWritePaths",
        "PrivateDevices", "ProtectClock", "ProtectHostname", "ProtectKernelTunables", "ProtectKernelModules",
        "ProtectKernelLogs", "ProtectControlGroups", "RestrictAddressFamilies", "RestrictNamespaces",
        "RestrictRealtime", "RestrictSUIDSGID", "LockPersonality", "CapabilityBoundingSet", "SystemCallArchitectures",
        "SystemCallFilter",
    },
}  # fmt: skip


def installation(**changes):
    whole = {
        "version": "1.2.3",
        "program": ("/opt/hedge/bin/hedgectl",),
        "python_path": "",
        "user": "desk",
        "uid": 1000,
        "environment": "live",
        "config": Path("/etc/hedgectl.toml"),
        "state_dir": Path("/srv/state"),
        "state_chosen": False,
        "secrets": Path("/home/desk/.config/hedgectl/live"),
        "stop_s_max": 10,
    }
    return Installation(**(whole | changes))


def parsed(text):
    """{section: {key: value, or the values of a repeated key}}; fails on anything that it does not know."""
    found, section = {}, ""
    for row in text.splitlines():
        if not row or row.startswith("#"):
            continue
        if header := re.fullmatch(r"\[(\w+)\]", row):
            section = header[1]
            assert section in KEYS
            assert section not in found
            found[section] = {}
            continue
        key, equals, value = row.partition("=")
        assert equals
        assert key in KEYS[section], key
        if key in REPEATED:
            found[section].setdefault(key, []).append(value)
        else:
            assert key not in found[section], key
            found[section][key] = value
    return found


def words_of(command, state="/var/lib"):
    """The words that systemd makes of an ExecStart: quotes, escapes, specifiers and dollars undone in its order."""
    words, word, quoted, at = [], None, False, 0
    while at < len(command):
        char = command[at]
        if char == "\\":
            at += 1
            word = (word or "") + command[at]
        elif char == '"':
            quoted, word = not quoted, word or ""
        elif char == " " and not quoted:
            words += [] if word is None else [word]
            word = None
        else:
            word = (word or "") + char
        at += 1
    assert not quoted
    words += [] if word is None else [word]
    specified = [re.sub(r"%(.)", lambda it: {"%": "%", "S": state}[it[1]], each) for each in words]
    for each in specified[1:]:
        assert not re.search(r"(?<!\$)\$(?:\$\$)*(?!\$)", each), "a variable that is none of ours"
    return [specified[0], *(each.replace("$$", "$") for each in specified[1:])]


def test_the_unit_of_a_run():
    ((name, text),) = systemd(installation()).items()
    service = parsed(text)["Service"]
    assert name == "hedgectl.service"
    wanted = {
        "Type": "notify",
        "WatchdogSec": "30",
        "Restart": "on-failure",
        "RestartPreventExitStatus": "2 3 4 6 7",
        "StateDirectory": "hedgectl",
        "TimeoutStopSec": "15",
        "NoNewPrivileges": "yes",
        "ProtectSystem": "strict",
        "User": "desk",
    }
    assert {key: service[key] for key in wanted} == wanted
    assert service[CREDENTIALS] == [
        "api_key:/home/desk/.config/hedgectl/live/api_key",
        "api_secret:/home/desk/.config/hedgectl/live/api_secret",
    ]
    assert words_of(service["ExecStart"]) == [
        "/opt/hedge/bin/hedgectl", "run", "--env", "live", "--live",
        "--config", "/etc/hedgectl.toml", "--state-dir", "/var/lib/hedgectl",
    ]  # fmt: skip


def test_what_a_restart_cannot_cure_is_not_restarted_and_the_rest_is():
    prevented = {ExitCode(int(each)) for each in NO_RESTART.split()}
    assert prevented == {
        ExitCode.USAGE, ExitCode.CONFIG, ExitCode.CREDENTIALS, ExitCode.LOCKED, ExitCode.HALTED,
    }  # fmt: skip


@pytest.mark.parametrize("stop_s_max", [1, 10, 120])
def test_systemd_waits_longer_than_a_run_takes_to_end(stop_s_max):
    (text,) = systemd(installation(stop_s_max=stop_s_max)).values()
    assert int(parsed(text)["Service"]["TimeoutStopSec"]) > stop_s_max


def test_the_box_has_no_credentials():
    (text,) = systemd(installation(environment="sim", secrets=None)).values()
    assert CREDENTIALS not in parsed(text)["Service"]
    assert "--live" not in text


@pytest.mark.parametrize("folder, home", [("/home/desk/venv/bin", "read-only"), ("/opt/hedge/bin", "yes")])
def test_a_home_is_hidden_unless_the_program_lives_there(folder, home):
    (text,) = systemd(installation(program=(f"{folder}/hedgectl",))).values()
    assert parsed(text)["Service"]["ProtectHome"] == home


def test_the_lock_of_the_account_stays_the_same_for_a_service_and_a_shell():
    (text,) = systemd(installation()).values()
    service = parsed(text)["Service"]
    assert "PrivateTmp" not in service
    assert service["ReadWritePaths"].split() == ["/tmp", "-/run/user/1000"]


def test_errands_by_timer_share_state_and_keys_with_the_run():
    texts = timers(installation(state_chosen=True))
    assert [name for name in texts if name.endswith(".timer")] == [
        f"hedgectl-{name}.timer" for name in ("doctor", "reconcile", "archive-logs")
    ]
    for name, text in texts.items():
        found = parsed(text)
        if name.endswith(".timer"):
            assert found["Install"]["WantedBy"] == "timers.target"
            continue
        service = found["Service"]
        assert (service["Type"], service["User"], len(service[CREDENTIALS])) == ("oneshot", "desk", 2)
        words = words_of(service["ExecStart"])
        assert f"hedgectl-{words[1]}.service" == name
        assert words[-2:] == ["--state-dir", "/srv/state"]
        assert service["ReadWritePaths"].split()[-1] == "/srv", "telemetry lies beside a state folder named state"


@given(st.lists(st.text(st.characters(codec="ascii", exclude_categories=["Cc"]), min_size=1), min_size=1, max_size=4))
def test_any_path_survives_every_format(words):
    at = installation(program=("/bin/x", *words), state_dir=Path("/", *words), state_chosen=True)
    (unit,), (tab,), (line,) = systemd(at).values(), cron(at).values(), tmux(at).values()
    assert words_of(parsed(unit)["Service"]["ExecStart"])[: len(words) + 1] == list(at.program)
    commands = [row.split(" ", 5)[5] for row in tab.splitlines() if row[0] in "*1234567890"]
    assert len(commands) == 3
    for each in commands:
        assert not re.search(r"(?<!\\)%", each), "cron ends a line at a bare per cent sign"
        assert shlex.split(each.replace("\\%", "%"))[: len(words) + 1] == list(at.program)
    started = shlex.split(line.splitlines()[0])
    assert started[5 : 6 + len(words)] == list(at.program)
    assert started[-1] == str(at.state_dir)


def test_cron_knows_where_its_state_is(hedgectl, folder):
    answer = hedgectl("service", "print", "cron")
    assert answer.code == 0
    rows = [row for row in answer.out.splitlines() if row[0] in "*1"]
    assert all(f"--state-dir {folder / 'state'}" in row for row in rows)
    assert sum(row.startswith("# * * * * *") for row in answer.out.splitlines()) == 1


@pytest.mark.parametrize("kind", KINDS)
def test_a_pipe_gets_the_file_itself(hedgectl, kind):
    shown, told = hedgectl("service", "print", kind), hedgectl("service", "print", kind, "--json")
    files = told.json["data"]["files"]
    assert shown.out == "\n".join(text.rstrip("\n") + "\n" for text in files.values())
    assert "\x1b" not in shown.out


def test_systemd_accepts_them(hedgectl, folder):
    odd = folder / "a b 5% 'q' $A"
    (odd / "bin").mkdir(parents=True)
    for kind in ("systemd", "timer"):
        answer = hedgectl("service", "print", kind, "--env", "live", "--into", folder / "units", "--state-dir", odd)
        assert answer.code == 0
    paths = sorted((folder / "units").iterdir())
    assert len(paths) == 7
    for path in paths:
        assert parsed(path.read_text())
    if program := shutil.which("systemd-analyze"):
        command = [program, "verify", "--man=no", *paths]
        done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
        assert (done.returncode, done.stderr) == (0, "")


def test_what_is_there_is_not_overwritten(hedgectl, folder):
    assert hedgectl("service", "print", "systemd", "--into", "units").code == 0
    assert hedgectl("service", "print", "systemd", "--into", "units").code == 0, "the same again is no harm"
    (folder / "units" / "hedgectl.service").write_text("mine")
    answer = hedgectl("service", "print", "systemd", "--into", "units")
    assert (answer.code, "service.there" in answer.err) == (1, True)
    assert (folder / "units" / "hedgectl.service").read_text() == "mine"


def test_a_kind_that_is_none_is_a_usage_error(hedgectl):
    answer = hedgectl("service", "print", "upstart")
    assert (answer.code, "systemd, timer, cron, tmux" in answer.err) == (2, True)


def test_a_configuration_that_is_wrong_gives_no_unit(hedgectl, folder):
    (folder / "hedgectl.toml").write_text("[run]\ncycle = 3\n")
    answer = hedgectl("service", "print", "systemd")
    assert (answer.code, answer.out) == (3, "")


def test_the_words_of_a_unit_start_this_program(hedgectl, folder):
    (text,) = hedgectl("service", "print", "systemd", "--json").json["data"]["files"].values()
    service = parsed(text)["Service"]
    environ = dict(each.strip('"').split("=", 1) for each in service["Environment"])
    words = words_of(service["ExecStart"], state=str(folder))
    done = subprocess.run(
        [*words, "--for", "1s", "--json"], cwd="/", env=environ, capture_output=True, text=True, timeout=60, check=False
    )
    assert (done.returncode, '"command":["run"]' in done.stdout) == (0, True), done.stderr
    assert (folder / "hedgectl" / "sim").is_dir()
