"""Goal: installed from its wheel, in an empty folder and with nothing configured, every command works; so does a clone.

The wheel is built once by the build backend of the lock, unpacked into a folder of its own, and found there before any
other copy of the product: what is missing in it is missed.
"""

from __future__ import annotations

import email
import fcntl
import json
import os
import re
import shutil
import subprocess
import sys
import tomllib
import zipfile
from contextlib import contextmanager
from pathlib import Path

import pytest

from hedgectl import __version__
from hedgectl.commands.app import walk

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())
STARTED = "import sys; sys.argv[0] = 'hedgectl'; from hedgectl.__main__ import main; main()"
WORKS = """
version
config show --origin
config check
config explain run.state_dir
config instruments
explain risk.symbol_cap
sizing-check --nav 10000
route-dry-run --symbol ETHUSDT --side BUY --notional 100 --nav 10000 --position-mode hedge
service print systemd
service print timer
service print cron
service print tmux
doctor
run --for 5s --virtual --seed 3 -q
status
trace --last
trace --replay
run --once --sim-url URL -q
reconcile --sim-url URL
doctor --sim-url URL --deep
submit --symbol ETHUSDT --side BUY --notional 50
run --once -q
kill --mode entries --why test
rearm --why seen
archive-logs
archive-logs --list
drill --seeds 1-1 --profile mild
sim serve --for 100ms
config init hedgectl.toml
config check hedgectl.toml
status --json
"""


def build(into):
    """Build the wheel into a folder, from the sources as they are, with what is installed here."""
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(into)]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True, timeout=60)
    (wheel,) = into.glob("*.whl")
    return wheel


@pytest.fixture(scope="session")
def wheel(tmp_path_factory):
    """The wheel and the folder in which it is unpacked, made by the first of many processes that asks."""
    base = tmp_path_factory.getbasetemp()
    shared = (base.parent if os.environ.get("PYTEST_XDIST_WORKER") else base) / "wheel"
    shared.mkdir(exist_ok=True)
    with (shared / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (shared / "installed").is_dir():
            with zipfile.ZipFile(build(shared)) as packed:
                packed.extractall(shared / "fresh")
            (shared / "fresh").rename(shared / "installed")
    return next(shared.glob("*.whl")), shared / "installed"


class Machine:
    """A user's home in which nothing is configured, and an empty folder; `place` is where the product is found."""

    def __init__(self, folder, place):
        self.here, self.home = folder / "empty", folder / "home"
        for each in (self.here, self.home):
            each.mkdir()
        kept = ("PATH", "LANG", "LC_ALL", "TMPDIR", "LD_LIBRARY_PATH")
        self.environ = {name: os.environ[name] for name in kept if name in os.environ}
        self.environ |= {"HOME": str(self.home), "PYTHONPATH": str(place), "PYTHONSAFEPATH": "1"}
        self.state = self.home / ".local" / "state" / "hedgectl"

    @contextmanager
    def serving(self):
        """An exchange that is served from the wheel; its URL."""
        command = [sys.executable, "-c", STARTED, "sim", "serve"]
        with subprocess.Popen(command, cwd=self.here, env=self.environ, stdout=subprocess.PIPE, text=True) as served:
            try:
                yield re.search(r"http://\S+", served.stdout.readline())[0]
            finally:
                served.terminate()

    def hedgectl(self, *args):
        command = [sys.executable, "-c", STARTED, *args]
        return subprocess.run(
            command, cwd=self.here, env=self.environ, capture_output=True, text=True, timeout=60, check=False
        )


def metadata(installed):
    (path,) = installed.glob("*.dist-info/METADATA")
    return email.message_from_string(path.read_text()), path.parent


def test_the_wheel_holds_the_product_and_nothing_else(wheel):
    with zipfile.ZipFile(wheel[0]) as packed:
        names = set(packed.namelist())
    sources = {str(path.relative_to(ROOT)) for path in (ROOT / "hedgectl").rglob("*") if path.is_file()}
    sources = {name for name in sources if "__pycache__" not in name}
    info = {name for name in names if ".dist-info/" in name}
    assert names - info == sources | {"hedgectl/config/instruments.json"}
    assert {name.rpartition("/")[2] for name in info} == {"METADATA", "WHEEL", "RECORD", "LICENSE", "entry_points.txt"}
    assert "hedgectl/py.typed" in names


def test_its_metadata_is_whole(wheel):
    told, info = metadata(wheel[1])
    project = PROJECT["project"]
    assert (told["Name"], told["Summary"], told["License-Expression"]) == ("hedgectl", project["description"], "MIT")
    assert told["Version"] == __version__
    assert told.get_payload().startswith("# hedgectl")
    classifiers = told.get_all("Classifier")
    pythons = {each.rpartition(" ")[2] for each in classifiers if re.search(r":: 3\.\d+$", each)}
    assert pythons == {"3.11", "3.12", "3.13"}
    assert {"Operating System :: POSIX :: Linux", "Typing :: Typed", "Environment :: Console"} <= set(classifiers)
    assert (info / "entry_points.txt").read_text().split() == [
        "[console_scripts]", "hedgectl", "=", "hedgectl.__main__:main",
    ]  # fmt: skip
    assert (info / "licenses" / "LICENSE").read_text() == (ROOT / "LICENSE").read_text()


def test_every_command_works_in_an_empty_folder_with_state_in_the_platforms_place(wheel, tmp_path):
    machine, named = Machine(tmp_path, wheel[1]), set()
    known = sorted((name for name, _ in walk()), key=len, reverse=True)
    assert machine.hedgectl("-c").returncode == 2
    with machine.serving() as url:
        for line in WORKS.strip().splitlines():
            done = machine.hedgectl(*line.replace("URL", url).split())
            assert (done.returncode, "Traceback" in done.stderr) == (0, False), f"{line}: {done.stdout}{done.stderr}"
            named.add(next(name for name in known if f"{line} ".startswith(f"{name} ")))
    assert named == set(known), "a new command works from a wheel, too"
    assert {path.name for path in machine.here.iterdir()} == {"hedgectl.toml"}
    assert (machine.state / "sim").is_dir()
    assert list((machine.state / "logs" / "archive").glob("2*"))
    assert json.loads(machine.hedgectl("status", "--json").stdout)["data"]["journal"].startswith(str(machine.state))
    assert {str(path.relative_to(machine.home)) for path in machine.home.iterdir()} == {".local"}


def test_it_is_the_wheel_that_was_tried(wheel, tmp_path):
    machine = Machine(tmp_path, wheel[1])
    (wheel_file,) = (wheel[1] / "hedgectl").glob("__init__.py")
    where = "import hedgectl; from hedgectl.config.instruments import read_instruments as it; "
    command = [sys.executable, "-c", where + "print(hedgectl.__file__, it(None).path)"]
    done = subprocess.run(command, cwd=machine.here, env=machine.environ, capture_output=True, text=True, timeout=60)
    assert done.stdout.split() == [str(wheel_file), str(wheel[1] / "hedgectl" / "config" / "instruments.json")]


def test_a_bare_clone_keeps_its_state_in_the_clone(tmp_path):
    clone = tmp_path / "a clone"
    for name in ("hedgectl", "config"):
        shutil.copytree(ROOT / name, clone / name, ignore=shutil.ignore_patterns("__pycache__"))
    (clone / "state").mkdir()
    shutil.copyfile(ROOT / "state" / ".gitkeep", clone / "state" / ".gitkeep")
    machine = Machine(tmp_path, clone)
    machine.here = clone
    for line in ("run --for 5s --virtual -q", "status", "sizing-check --nav 10000", "config check"):
        assert machine.hedgectl(*line.split()).returncode == 0, line
    assert list((clone / "state" / "sim").iterdir())
    assert list(machine.home.iterdir()) == []
