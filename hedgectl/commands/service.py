"""`hedgectl service print`: the texts by which a service manager, cron or tmux runs this very installation (O8).

Nothing is installed: it is printed, or written where one asks for it.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from hedgectl.commands.common import Common, command, group
from hedgectl.commands.result import ExitCode, Problem, Result

if TYPE_CHECKING:
    from hedgectl.screens.units import Installation

FILE_MODE = 0o644
EXAMPLES = (
    "hedgectl service print systemd --env live # a unit",
    "hedgectl service print cron # for archive-logs and doctor",
    "hedgectl service print timer --into DIR # as files",
)


def register(app: typer.Typer) -> None:
    room = group(app, "service", "Units, timers, cron lines: to run it as a service.", "Setup")
    command(room, "print", examples=EXAMPLES)(print_)


def print_(
    common: Common,
    kind: Annotated[str, typer.Argument(metavar="systemd|timer|cron|tmux", help="What to print.")],
    env: Annotated[str, typer.Option("--env", metavar="sim|demo|live", help="Which; else as configured.")] = "",
    into: Annotated[Path | None, typer.Option("--into", metavar="DIR", help="Write the files there instead.")] = None,
) -> Result:
    """Print how this installation is run by systemd, by timers, by cron or in tmux. Installs nothing."""
    from hedgectl.screens.ink import line
    from hedgectl.screens.units import KINDS, together

    if kind not in KINDS:
        raise typer.BadParameter(f"{kind} is none of {', '.join(KINDS)}", param_hint="systemd|timer|cron|tmux")
    texts = KINDS[kind](_installation(common, env))
    if into is not None:
        return _written(into, texts)
    rows = tuple(line(row, whole=True) for row in together(texts).splitlines())
    return Result("service print", data={"files": texts}, lines=rows)


def _written(folder: Path, texts: dict[str, str]) -> Result:
    """Write each text; one that is there and says something else is not overwritten."""
    from hedgectl.screens.ink import Tone, line

    paths = {folder / name: text for name, text in texts.items()}
    try:
        other = [path for path, text in paths.items() if path.exists() and path.read_text() != text]
        if other:
            found = tuple(Problem("service.there", f"{path} says something else", f"rm {path}") for path in other)
            return Result("service print", ExitCode.PROBLEMS, problems=found)
        folder.mkdir(parents=True, exist_ok=True)
        for path, text in paths.items():
            path.write_text(text)
            path.chmod(FILE_MODE)
    except OSError as wrong:
        what = f"{wrong.filename or folder}: {wrong.strerror or wrong}"
        problem = Problem("service.unwritable", what, "name another folder by --into")
        return Result("service print", ExitCode.PROBLEMS, problems=(problem,))
    rows = tuple(line(("✓ ", Tone.GOOD), str(path)) for path in paths)
    return Result("service print", data={"written": [str(path) for path in paths]}, lines=rows)


def _installation(common: Common, env: str) -> Installation:
    """This process, as others shall start it. Raises ConfigRefused; BadParameter for a path that no unit can hold."""
    import getpass
    import os

    from hedgectl import __version__
    from hedgectl.config.secrets import secrets_folder
    from hedgectl.config.sources import load
    from hedgectl.screens.units import Installation

    loaded = load({"run.environment": env or None}, os.environ, common.config)
    environment = loaded.config.run.environment
    chosen = loaded.origins["run.state_dir"] != "default" or common.state_dir is not None
    program, python_path = _program()
    made = Installation(
        version=__version__,
        program=program,
        python_path=python_path,
        user=getpass.getuser(),
        uid=os.getuid(),
        environment=environment,
        config=loaded.file.absolute() if loaded.file else None,
        state_dir=(common.state_dir or Path(loaded.config.run.state_dir)).absolute(),
        state_chosen=chosen,
        secrets=secrets_folder(environment) if environment != "sim" else None,
        stop_s_max=loaded.config.run.stop_s_max,
    )
    for path in (*program, python_path, made.config, made.state_dir, made.secrets):
        if not str(path).isprintable():
            raise typer.BadParameter(f"{str(path)!r} holds characters that no unit can hold", param_hint="path")
    return made


def _program() -> tuple[tuple[str, ...], str]:
    """The words that start this program, and the folder that Python must be told of ("" when it knows)."""
    import os
    import sys
    from importlib.metadata import PackageNotFoundError, distribution

    script = Path(sys.argv[0]).absolute()
    if script.name == "hedgectl" and script.is_file():
        return (str(script),), ""
    root = str(Path(__file__).parents[2])
    told = root in os.environ.get("PYTHONPATH", "").split(os.pathsep)
    try:
        distribution("hedgectl")
    except PackageNotFoundError:
        told = True
    return (sys.executable, "-m", "hedgectl"), root if told else ""
