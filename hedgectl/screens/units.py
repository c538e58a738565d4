"""Units, timers, cron lines and a tmux line for this very installation: pure text, nothing is installed (O8).

Paths may hold spaces, quotes, per cents and dollars; each format has its own way of saying so. After exit codes that a
restart cannot cure (usage, configuration, credentials, lock, halt) nothing is restarted.
"""

from __future__ import annotations

import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

NAME = "hedgectl"
WATCHDOG_S = 30
START_S_MAX = 90
STOP_S_EXTRA = 5
NO_RESTART = "2 3 4 6 7"
SECRET_NAMES = ("api_key", "api_secret")
HOMES = ("/home/", "/root/", "/run/user/")
STATE = f"%S/{NAME}"
"""The state folder that systemd makes: the only word here in which it shall replace something."""


@dataclass(frozen=True, slots=True)
class Installation:
    """What the texts are about: how this program was started, as whom, with which files.

    `program` are its first words; `python_path` a folder that Python must be told of, "" where it knows. A person named
    `state_dir` where `state_chosen`; else systemd makes one of its own. `secrets`: where api_key and api_secret are,
    None in the box. Every path is absolute.
    """

    version: str
    program: tuple[str, ...]
    python_path: str
    user: str
    uid: int
    environment: str
    config: Path | None
    state_dir: Path
    state_chosen: bool
    secrets: Path | None
    stop_s_max: int


@dataclass(frozen=True, slots=True)
class Errand:
    """A command for a timer. `calendar` is systemd's, `cron` cron's; `missed`: done later when the machine was off."""

    what: str
    words: tuple[str, ...]
    calendar: str
    cron: str
    missed: bool = False


ERRANDS = {
    "doctor": Errand("checks of machine, exchange and book", ("doctor", "-q"), "*:0/10", "*/10 * * * *"),
    "reconcile": Errand("belief against the exchange", ("reconcile", "-q"), "*:17", "17 * * * *"),
    "archive-logs": Errand("logs into the archive", ("archive-logs", "-q"), "*-*-* 00:20 UTC", "20 0 * * *", True),
}


def systemd(at: Installation) -> dict[str, str]:
    """The unit of `run`."""
    unit = f"{NAME}.service"
    state = str(at.state_dir) if at.state_chosen else f"/var/lib/{NAME}"
    text = f"""\
# {unit}, for {_one_line(at.user)}, printed by hedgectl {at.version}
#   hedgectl service print systemd | sudo tee /etc/systemd/system/{unit}
#   sudo systemctl daemon-reload && sudo systemctl enable --now {NAME}
#   systemctl status {NAME}; hedgectl status --state-dir {shlex.quote(state)}
{_keys_note(at)}
[Unit]
Description=hedgectl run ({at.environment})
Documentation=man:systemd.service(5)
Wants=network-online.target
After=network-online.target time-sync.target
StartLimitIntervalSec=600
StartLimitBurst=10

[Service]
Type=notify
NotifyAccess=main
ExecStart={_exec((*at.program, "run", *_where(at), *_files(at, systemd=True)))}
# ready is told once the account was seen; until then each turn of the loop asks for more time
TimeoutStartSec={START_S_MAX}
WatchdogSec={WATCHDOG_S}
Restart=on-failure
RestartSec=5
RestartPreventExitStatus={NO_RESTART}
# entries off, resting entries withdrawn, stops left in place: run.stop_s_max is {at.stop_s_max}
TimeoutStopSec={at.stop_s_max + STOP_S_EXTRA}
KillMode=mixed
{_surroundings(at)}
[Install]
WantedBy=multi-user.target
"""
    return {unit: text}


def timers(at: Installation) -> dict[str, str]:
    """A service and a timer for each errand."""
    texts: dict[str, str] = {}
    for name, errand in ERRANDS.items():
        unit = f"{NAME}-{name}"
        texts[f"{unit}.service"] = f"""\
# {unit}.service, printed by hedgectl {at.version}
[Unit]
Description=hedgectl {name}: {errand.what}

[Service]
Type=oneshot
ExecStart={_exec((*at.program, *errand.words, *_files(at, systemd=True)))}
TimeoutStartSec=300
{_surroundings(at)}"""
        texts[f"{unit}.timer"] = f"""\
# {unit}.timer, printed by hedgectl {at.version}
[Unit]
Description=hedgectl {name}, by the clock

[Timer]
OnCalendar={errand.calendar}
RandomizedDelaySec=20
Persistent={"true" if errand.missed else "false"}

[Install]
WantedBy=timers.target
"""
    return texts


def cron(at: Installation) -> dict[str, str]:
    """Lines for `crontab -e`: silent while all is well, a mail by cron when something is said."""
    rows = [
        f"# hedgectl {at.version}: add these lines with crontab -e",
        f"HEDGECTL_RUN__ENVIRONMENT={at.environment}",
        *([f"PYTHONPATH={at.python_path}"] if at.python_path else []),
    ]
    rows += [f"{each.cron} {_cron_words((*at.program, *each.words, *_files(at)))}" for each in ERRANDS.values()]
    once = _cron_words((*at.program, "run", "--once", "-q", *_where(at), *_files(at)))
    rows += ["# instead of a run that lives, one pass over the inbox each minute:", f"# * * * * * {once}"]
    return {"crontab": "\n".join(rows) + "\n"}


def tmux(at: Installation) -> dict[str, str]:
    """One line for a shell: a run in a session of its own, and how to look at it."""
    words = (*at.program, "run", *_where(at), *_files(at))
    python = ("env", f"PYTHONPATH={at.python_path}") if at.python_path else ()
    start = shlex.join(("tmux", "new-session", "-d", "-s", NAME, *python, *words))
    return {"tmux": f"{start}\n# look: tmux attach -t {NAME}    leave: Ctrl-b d    end it: Ctrl-c inside\n"}


KINDS = {"systemd": systemd, "timer": timers, "cron": cron, "tmux": tmux}


def _keys_note(at: Installation) -> str:
    if at.secrets is None:
        return "# the embedded exchange needs no keys"
    folder = shlex.quote(str(at.secrets))
    return f"# key and secret: {_one_line(folder)}/api_key and api_secret, mode 0600; handed over by LoadCredential"


def _surroundings(at: Installation) -> str:
    """Who it is, what it may read and write. Alike for the run and for its errands: they share state, keys and lock."""
    read = (at.config, at.state_dir if at.state_chosen else None, at.python_path, *at.program)
    at_home = any(str(each).startswith(HOMES) for each in read if each)
    # telemetry lies beside a state folder that is named so
    kept = at.state_dir.parent if at.state_dir.name == "state" else at.state_dir
    writable = ["/tmp", f"-/run/user/{at.uid}", *([_quoted(str(kept))] if at.state_chosen else [])]
    keys = [f"LoadCredential={name}:{_specifiers(str(at.secrets / name))}" for name in SECRET_NAMES if at.secrets]
    rows = [
        f"User={at.user}",
        f"Environment={_quoted(f'HEDGECTL_RUN__ENVIRONMENT={at.environment}')}",
        *([f"Environment={_quoted(f'PYTHONPATH={at.python_path}')}"] if at.python_path else []),
        *keys,
        *([] if at.state_chosen else [f"StateDirectory={NAME}", "StateDirectoryMode=0700"]),
        "UMask=0077",
        "NoNewPrivileges=yes",
        "ProtectSystem=strict",
        f"ProtectHome={'read-only' if at_home else 'yes'}",
        "# no PrivateTmp: the lock of the account lies in the user's runtime folder, the same one for everybody",
        f"ReadWritePaths={' '.join(writable)}",
        "PrivateDevices=yes",
        "ProtectClock=yes",
        "ProtectHostname=yes",
        "ProtectKernelTunables=yes",
        "ProtectKernelModules=yes",
        "ProtectKernelLogs=yes",
        "ProtectControlGroups=yes",
        "RestrictAddressFamilies=AF_UNIX AF_INET AF_INET6",
        "RestrictNamespaces=yes",
        "RestrictRealtime=yes",
        "RestrictSUIDSGID=yes",
        "LockPersonality=yes",
        "CapabilityBoundingSet=",
        "SystemCallArchitectures=native",
        "SystemCallFilter=@system-service",
    ]
    return "\n".join(rows) + "\n"


def _where(at: Installation) -> tuple[str, ...]:
    return "--env", at.environment, *(("--live",) if at.environment == "live" else ())


def _files(at: Installation, *, systemd: bool = False) -> tuple[str, ...]:
    config = ("--config", str(at.config)) if at.config else ()
    state = STATE if systemd and not at.state_chosen else str(at.state_dir)
    return (*config, "--state-dir", state)


def _exec(words: Sequence[str]) -> str:
    """A command line as ExecStart reads it (systemd.service(5), "Command lines")."""
    first, *others = words
    return " ".join((_quoted(first), *(each if each == STATE else _quoted(each.replace("$", "$$")) for each in others)))


def _quoted(word: str) -> str:
    """A word as systemd reads it: quoted where it must be, specifiers off.

    >>> _quoted("a b"), _quoted("plain"), _quoted('5% "x"')
    ('"a b"', 'plain', '"5%% \\\\"x\\\\""')
    """
    text = _specifiers(word).replace("\\", "\\\\").replace('"', '\\"')
    return text if text == word and text and not set(text) & set(" \t';#") else f'"{text}"'


def _specifiers(text: str) -> str:
    return text.replace("%", "%%")


def _cron_words(words: Sequence[str]) -> str:
    """Words for cron's shell. A per cent sign would end the line there."""
    return shlex.join(words).replace("%", "\\%")


def _one_line(text: str) -> str:
    return " ".join(text.split())


def together(texts: Mapping[str, str]) -> str:
    """All texts below each other; each says in its first line which file it is."""
    return "\n".join(texts.values())
