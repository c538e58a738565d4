"""The suite's own canary (L8): planted in the environment before a test is collected, and looked for at the end in all
that tests wrote or printed, in cassettes and snapshots. A leak fails the session, whichever test it was that leaked.

Tests that clear the environment are respected. Signatures of requests are looked for as well: every test that signs is
covered by that.
"""

from __future__ import annotations

import os
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from .canary import Search, found_in, search

ROOT = Path(__file__).parents[1]
CORE = "SuiteCANARYneverToBeSeen7f3a9c1e"
PLANTED = {"HEDGECTL_API_KEY": f"key{CORE}", "HEDGECTL_API_SECRET": f"secret{CORE}"}
CANARIES = {"the suite's canary": CORE}
BYTES_MAX = 1024 * 1024 * 1024
S_MAX = 15.0
REPORTS = "hedgectl-*.txt"
SHOWN_MAX = 50


class SuiteCanary:
    """The plugin, in the process that reports. `search` is what finds."""

    def __init__(self, config: pytest.Config) -> None:
        self._config = config
        self._begun_s = time.time()
        self._printed: list[str] = []
        self._found: Search | None = None

    @property
    def leaks(self) -> tuple[str, ...]:
        return (*dict.fromkeys(self._printed), *(self._found.leaks if self._found is not None else ()))

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """What a test printed is written nowhere: it is looked through as it comes."""
        said = "".join(text for _, text in report.sections) + report.longreprtext
        if said and (leaks := found_in(said.encode(errors="replace"), CANARIES)):
            self._printed.append(f"{', '.join(leaks)} in what {report.nodeid} printed")

    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        self._found = search(self._written(), CANARIES, bytes_max=BYTES_MAX, s_max=S_MAX)
        if self.leaks:
            session.exitstatus = pytest.ExitCode.TESTS_FAILED

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        if self.leaks:
            terminalreporter.section(f"{len(self.leaks)} times a secret left (L8)", red=True)
            for each in self.leaks[:SHOWN_MAX]:
                terminalreporter.write_line(each, red=True)
        if self._found is not None and self._found.unread:
            terminalreporter.write_line(f"{self._found.unread} files were not looked through for secrets", yellow=True)

    def _written(self) -> Iterator[Path]:
        """What tests may have written: the smallest files first, so that one that is huge hides no other."""
        places = [ROOT / "cassettes", ROOT / "logs", ROOT / "state", *(ROOT / "tests").rglob("__snapshots__")]
        if (factory := getattr(self._config, "_tmp_path_factory", None)) is not None:
            places.append(factory.getbasetemp())
        files = [path for place in places for path in place.rglob("*") if path.is_file() and not path.is_symlink()]
        reports = Path(tempfile.gettempdir()).glob(REPORTS)
        files += [path for path in reports if path.stat().st_mtime >= self._begun_s]
        yield from sorted(files, key=lambda path: path.stat().st_size)


def plant(config: pytest.Config) -> None:
    """Plant the canary; in the process that reports, watch for it too."""
    os.environ.update(PLANTED)
    if not hasattr(config, "workerinput"):  # of many processes the last word is their parent's
        config.pluginmanager.register(SuiteCanary(config))
