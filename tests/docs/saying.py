"""What a page says about this repository that can be false, by kind: each function gives what is not so, in words.

A page is Markdown. Commands, flags, keys, variables, paths and proofs are judged where they stand in code; links and
exit codes anywhere.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import typer

from hedgectl.commands.app import app
from hedgectl.commands.codes import explained, known_codes
from hedgectl.commands.result import ExitCode
from hedgectl.config.catalogue import catalogue, sections
from hedgectl.core.model.codec import EVENTS

ROOT = Path(__file__).parents[2]
LINK = re.compile(r'\]\(([^)\s]+)(?: "([^"]*)")?\)')
FENCE = re.compile(r"(?ms)^```[^\n]*\n(.*?)^```$")
INDENTED = re.compile(r"(?m)^    (?=\S)(.*)$")
CODE = re.compile(r"`([^`\n]+)`")
COMMENT = re.compile(r"(?s)<!--.*?-->")
SHELL = ";|&<>()"
"""What a word of the shell begins with: there our command ends."""
PLACEHOLDER = re.compile(r"[A-Z.]")
NAMED_PATH = re.compile(r"([\w.*-]+(?:/[\w.*-]+)*/?)(?:::(\w+))?")
ELSEWHERE = {"hedgectl/hedgectl.toml"}
"""Paths that begin like ours and lie in the reader's own folders."""
OTHER_PROGRAMS = {"--check", "--global", "-9", "-n", "-a", "-m"}
"""Flags of ours that no command has: of generators, pytest, kill, cp."""


def links(page: Path, text: str) -> Iterator[str]:
    """Links that lead nowhere, headings that are not there, proofs that nobody wrote."""
    for target, proof in LINK.findall(CODE.sub("", FENCE.sub("", text))):
        if target.startswith(("http://", "https://", "mailto:")):
            continue
        name, _, heading = target.partition("#")
        path = (page.parent / name) if name else page
        if not path.exists():
            yield f"{target}: no such file"
        elif heading and heading not in slugs(path.read_text(encoding="utf-8")):
            yield f"{target}: no such heading"
        elif proof and not proves(path, proof):
            yield f"{target}: no test named {proof}"


def paths(page: Path, text: str) -> Iterator[str]:
    """Files and tests of this repository that are named and not there."""
    rooms = {each.name for each in (ROOT / "hedgectl").iterdir() if each.is_dir()}
    ours = rooms | {"hedgectl", "tests", "docs", "cassettes", "benchmarks", "config"}
    for code in CODE.findall(FENCE.sub("", text)):
        found = NAMED_PATH.fullmatch(code)
        if not found or "/" not in found[1] or found[1].partition("/")[0] not in ours or found[1] in ELSEWHERE:
            continue
        there = [each for top in (ROOT, ROOT / "hedgectl") for each in top.glob(found[1].rstrip("/"))]
        if not there:
            yield f"{code}: no such path"
        elif found[2] and not any(proves(each, found[2]) for each in there):
            yield f"{code}: no such test"


def commands(page: Path, text: str) -> Iterator[str]:
    """Command lines of ours that the program would not take."""
    root = typer.main.get_command(app)
    for line in spoken(text):
        for part in re.findall(r"(?:^|[\s;(&$|])(hedgectl(?: [^`]*)?)$", line):
            for each in re.split(r"(?<=[\s;&|])(?=hedgectl )", part):
                if wrong := not_taken(root, each):
                    yield f"{each}: {wrong}"


def flags(page: Path, text: str) -> Iterator[str]:
    """Flags that are named alone and that no command has."""
    known = {option for command in every(typer.main.get_command(app)) for option in options(command)}
    for code in CODE.findall(FENCE.sub("", text)):
        name = re.match(r"--?[a-z][\w-]*|-\d", code)
        if name and name[0] not in known | OTHER_PROGRAMS:
            yield f"{code}: no command has it"


def keys(page: Path, text: str) -> Iterator[str]:
    """Keys, codes and events whose section exists and whose name does not."""
    families = set(sections()) | {code.partition(".")[0] for code in known_codes()}
    for code in CODE.findall(FENCE.sub("", text)):
        name = re.match(r"([a-z_]+)\.([a-z_]+)(?= = |$)", code)
        if name and name[1] in families and name[2] not in ("py", "md", "toml", "json", "db", "gz", "sock"):
            family = "" if name[1] in sections() else explained(name[0])
            if not family and name[0] not in {*catalogue(), *known_codes(), *EVENTS}:
                yield f"{code}: no such key, code or event"


def variables(page: Path, text: str) -> Iterator[str]:
    """Variables of ours that nobody reads."""
    known = {key.variable for key in catalogue().values()} | {"HEDGECTL_API_KEY", "HEDGECTL_API_SECRET"}
    for name in re.findall(r"\bHEDGECTL_[A-Z_]*[A-Z]\b", text):
        if name not in known:
            yield f"{name}: nobody reads it"


def exit_codes(page: Path, text: str) -> Iterator[str]:
    """Exit codes that no command ends with."""
    for numbers in re.findall(r"[Ee]xit codes? ((?:\d+(?:, | or | and )?)+)", text):
        for number in re.findall(r"\d+", numbers):
            if int(number) not in set(map(int, ExitCode)):
                yield f"exit code {number}: there is none"


def targets(page: Path, text: str) -> Iterator[str]:
    """Targets of make that the Makefile does not have."""
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    for line in spoken(text):
        found = re.match(r"make ([a-z-]+)", line)
        if found and not re.search(rf"(?m)^{found[1]}:", makefile):
            yield f"make {found[1]}: no such target"


KINDS: dict[str, Callable[[Path, str], Iterator[str]]] = {
    each.__name__: each for each in (links, paths, commands, flags, keys, variables, exit_codes, targets)
}


def slugs(text: str) -> set[str]:
    """The anchors of a page's headings, as they are made of their words."""
    headings = re.findall(r"(?m)^#+ (.*)$", FENCE.sub("", text))
    return {re.sub(r"[^\w -]", "", each.lower()).replace(" ", "-") for each in headings}


def proves(path: Path, name: str) -> bool:
    """Whether a file has a test of this name."""
    return path.is_file() and bool(re.search(rf"(?m)^\s*(?:async )?def {name}\(", path.read_text(encoding="utf-8")))


def spoken(text: str) -> Iterator[str]:
    """Every line that a reader may type: what is behind `$`, all of a block without it, and code in a sentence."""
    text = COMMENT.sub("", text)
    for block in FENCE.findall(text):
        rows = block.replace("\\\n", " ").splitlines()
        prompted = [row.removeprefix("$ ") for row in rows if row.startswith("$ ")]
        yield from prompted or rows
    rest = FENCE.sub("", text)
    yield from INDENTED.findall(rest)
    yield from CODE.findall(rest)


def every(command: Any) -> Iterator[Any]:
    """A command, and all below it."""
    yield command
    for child in getattr(command, "commands", {}).values():
        yield from every(child)


def options(command: Any) -> dict[str, bool]:
    """Its options, and whether each takes a value."""
    plain = {"--install-completion": False, "--show-completion": False, "-h": False, "--help": False}
    return plain | {
        name: not (getattr(each, "is_flag", False) or getattr(each, "count", False))
        for each in command.params
        for name in each.opts
        if name.startswith("-")
    }


def not_taken(root: Any, line: str) -> str:
    """Why the program would not take a line, "" if it would. What is in capitals stands for something."""
    words = shlex.shlex(line, posix=True, punctuation_chars=True)
    words.whitespace_split = True
    at, valued = root, False
    for word in list(words)[1:]:
        if word[0] in SHELL:
            return ""
        if valued:
            valued = False
        elif re.match(r"--?[A-Za-z]", word):
            name = word.partition("=")[0]
            known = options(root) | options(at)
            letters = {f"-{letter}" for letter in name[1:]}
            if name not in known and not (re.fullmatch(r"-[vq]+", name) and letters <= known.keys()):
                return f"no option {name}"
            valued = known.get(name, False) and "=" not in word
        elif children := getattr(at, "commands", {}):
            if PLACEHOLDER.match(word):
                return ""
            if word not in children:
                return f"no command {word}"
            at = children[word]
    return ""
