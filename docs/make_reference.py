"""Writes the reference from the program itself: `python docs/make_reference.py`, Markdown files into docs/.

Commands, exit codes, codes and environment variables are told where they are made; a test fails when a page is stale.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import typer

from hedgectl.checks.registry import GROUPS, all_checks
from hedgectl.commands.app import EXAMPLES, app, walk
from hedgectl.commands.codes import known_codes
from hedgectl.commands.common import PANEL
from hedgectl.commands.result import ExitCode
from hedgectl.config.catalogue import catalogue, sections, shown

DOCS = Path(__file__).parent
MADE = "<!-- made by docs/make_reference.py: change the program, then make it again -->"
PANELS = ("Trade", "Look", "Repair", "Setup")
RESTARTED = {
    ExitCode.OK: "no: it is done",
    ExitCode.PROBLEMS: "no: a person must look",
    ExitCode.USAGE: "no: a person must look",
    ExitCode.CONFIG: "no: a person must look",
    ExitCode.CREDENTIALS: "no: a person must look",
    ExitCode.VENUE: "yes: it may be back",
    ExitCode.LOCKED: "no: another one trades",
    ExitCode.HALTED: "no: a person must look",
    ExitCode.BUG: "yes: the journal settles what was in flight",
    ExitCode.INTERRUPTED: "no: somebody ended it",
}
"""Whether a service manager should start `run` again."""
VARIABLES = {
    "HEDGECTL_API_KEY": "The account's key; with HEDGECTL_API_SECRET. Files are safer.",
    "HEDGECTL_API_SECRET": "The secret of that key.",
    "CREDENTIALS_DIRECTORY": "A service's credential folder with api_key and api_secret; set by systemd, comes first.",
    "XDG_CONFIG_HOME": "Where `hedgectl/hedgectl.toml` is looked for last, and keys by environment.",
    "XDG_RUNTIME_DIR": "Where locks are, if it is private; else the state folder.",
    "PYTHONPATH": "Python's own: where the package was found; `service print` puts it into the texts.",
    "NO_COLOR": "Not empty: no colours. `--no-color` does the same.",
    "FORCE_COLOR": "Not empty: colours in a pipe, too.",
    "TERM": "`dumb`: no colours.",
    "NOTIFY_SOCKET": "Where `run` tells the service manager that it is ready; set by systemd.",
    "WATCHDOG_USEC": "How often the service manager wants a sign of life; set by systemd.",
    "WATCHDOG_PID": "Whose sign of life it wants; set by systemd.",
}
"""Variables that are no keys of the configuration."""


def pages() -> Mapping[str, str]:
    """Every page of the reference by its file name."""
    made = {
        "commands.md": commands(),
        "exit-codes.md": exit_codes(),
        "codes.md": codes(),
        "environment.md": environment(),
        "doctor.md": doctor(),
    }
    return {name: "\n".join([MADE, "", *rows]).rstrip("\n") + "\n" for name, rows in made.items()}


def commands() -> Iterator[str]:
    root: Any = typer.main.get_command(app)
    found = list(walk())
    panels = {path: _panel(root, path) for path, _ in found}
    yield from ("# Commands", "", root.help, "")
    yield from (*ALONE, "", *_examples(EXAMPLES), "")
    order = sorted(found, key=lambda each: [*PANELS, panels[each[0]]].index(panels[each[0]]))
    for panel in dict.fromkeys(panels[path] for path, _ in order):
        yield from (f"## {panel}", "", "| command | what it does |", "|---|---|")
        for path, command in (each for each in order if panels[each[0]] == panel):
            yield f"| [`{path}`](#hedgectl-{path.replace(' ', '-')}) | {_cell(_help(command))} |"
        yield ""
    yield from ("## Common options", "", "Before or after a command's name.", "", *_options(root, common=True), "")
    yield from ("## The JSON envelope", "", *ENVELOPE, "")
    for path, command in order:
        yield from _command(path, command)


ALONE = (
    "Alone, `hedgectl` shows the status of the last run; where there is none, its help. It answers on stdout and",
    "tells progress and problems on stderr, takes `--json` for [one envelope](#the-json-envelope), and ends with",
    "an [exit code](exit-codes.md).",
)
ENVELOPE = (
    "One object on one line, its keys always these and in this order; keys are only ever added.",
    "",
    '    {"hedgectl": "1", "command": ["trace"], "status": "ok|partial|error", "exit_code": 0,',
    '     "at": "2026-01-02T03:04:05.678Z", "data": {...}, "problems": [...]}',
    "",
    "`status` is `ok` (0), `partial` (1: it ran and found problems) or `error` (it could not run). A problem has",
    "`code`, `severity` (fail, warn), `what`, `hint` (what to do), and what it is about (`symbol` ...).",
    "Money, prices and quantities are texts, so that nothing is rounded. Usage errors and bugs speak it, too.",
)


def _command(path: str, command: Any) -> Iterator[str]:
    arguments = [each for each in command.params if each.param_type_name == "argument"]
    usage = " ".join(["hedgectl", path, "[OPTIONS]", *(each.metavar or each.name for each in arguments)])
    yield from (f"## hedgectl {path}", "", _help(command), "", f"    {usage}", "")
    if arguments:
        yield from ("| argument | |", "|---|---|")
        yield from (f"| `{_cell(each.metavar or each.name)}` | {_cell(each.help or '')} |" for each in arguments)
        yield ""
    if rows := _options(command, common=False):
        yield from (*rows, "")
    if command.epilog:
        yield from (*(f"    {_plain(row)}" for row in command.epilog.splitlines()), "")


def _options(command: Any, *, common: bool) -> list[str]:
    rows = []
    for each in command.params:
        own = each.param_type_name == "option" and each.rich_help_panel != PANEL
        if (each.rich_help_panel == PANEL) if common else (own and each.name != "help"):
            flags = ", ".join(each.opts) + (f" {each.metavar}" if each.metavar else "")
            must = " Required." if each.required else ""
            default = f" Default: {each.default}." if each.default and not each.required else ""
            rows.append(f"| `{_cell(flags)}` | {_cell(each.help or '')}{must}{default} |")
    return ["| option | |", "|---|---|", *rows] if rows else []


def exit_codes() -> Iterator[str]:
    yield from ("# Exit codes", "", "The same for every command. `hedgectl explain exit.5` tells one.", "")
    yield from ("| code | meaning | start `run` again? |", "|---|---|---|")
    yield from (f"| {int(each)} | {each.meaning} | {RESTARTED[each]} |" for each in ExitCode)


def codes() -> Iterator[str]:
    yield from ("# Codes", "", "Every refusal, problem and alert has one; `hedgectl explain CODE` tells it.", "")
    yield from ("| code | meaning |", "|---|---|")
    for code, text in known_codes().items():
        if not code.partition(".")[2].isdecimal():  # exit codes have a page of their own
            yield f"| `{code}` | {_cell(text)} |"


def doctor() -> Iterator[str]:
    checks = all_checks()
    yield from ("# What doctor looks at", "", *(text.format(count=len(checks)) for text in EXAMINATION), "")
    for group in GROUPS:
        yield from (f"## {group}", "", "| check | passes when this holds | else | needs |", "|---|---|---|---|")
        for each in (each for each in checks.values() if each.group == group):
            name = f"**`{each.id}`**" if each.cheap else f"`{each.id}`"
            needs = ", ".join(f"`{need}`" for need in each.needs)
            yield f"| {name} | {_cell(each.about)} | {' or '.join(each.may) or 'skipped'} | {needs} |"
        yield ""


EXAMINATION = (
    "`hedgectl doctor` makes {count} checks, group after group, those of a group at once: each in its time, all in",
    "10 s. It places no order and changes nothing; what it found is kept in the state folder, and `--cached` tells it.",
    "",
    "- **pass**: it was looked at, and is as it should be.",
    "- **warn**: it works, and somebody should know. `--strict` counts it as a problem.",
    "- **fail**: don't trade before it is cured. No answer in time is a failure, too.",
    "- **skip**: it was not looked at, and why; never the same as all right. Who needs a check that did not succeed is",
    "  skipped for the same reason.",
    "- **crash**: the check itself broke, which is a fault of ours. It counts as a failure and takes no other down.",
    "",
    "Each row holds what was found, what was expected, and a cure to be pasted: a command, or a line of the",
    "configuration. Exit code 1 if something fails. `hedgectl run` makes the **bold** checks before it starts, and",
    "refuses on a failure unless `--despite` names the check, which the journal notes. `--share` takes out keys,",
    "hosts, paths, names and amounts.",
)


def environment() -> Iterator[str]:
    yield from ("# Environment variables", "")
    yield "A flag beats a variable, a variable the file, the file the default; `hedgectl config show --origin` says"
    yield from ("which it was. Secrets are never flags and never keys.", "", "| variable | |", "|---|---|")
    yield from (f"| `{name}` | {text} |" for name, text in VARIABLES.items())
    for section, about in sections().items():
        yield from ("", f"## {section}", "", about, "", "| variable | default | |", "|---|---|---|")
        for key in catalogue().values():
            if key.name.startswith(f"{section}."):
                yield f"| `{key.variable}` | `{shown(key.default)}` | {_cell(key.about)}: {_cell(key.expected)} |"


def _panel(root: Any, path: str) -> str:
    return root.commands[path.partition(" ")[0]].rich_help_panel or PANELS[-1]


def _help(command: Any) -> str:
    return " ".join((command.help or "").split())


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


def _examples(rows: tuple[str, ...]) -> Iterator[str]:
    width = max(len(row.partition(" # ")[0]) for row in rows)
    for row in rows:
        line, _, about = row.partition(" # ")
        yield f"    {line:<{width}}  # {about}"


def _plain(row: str) -> str:
    return row.replace("[dim]", "# ").replace("[/dim]", "").replace("\\[", "[").rstrip(" #")


def main() -> None:
    for name, text in pages().items():
        (DOCS / name).write_text(text, encoding="utf-8")
        print(Path("docs") / name)


if __name__ == "__main__":
    main()
