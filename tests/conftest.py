"""No test sees this user's configuration, keys or state."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

import pytest
from hypothesis import settings

from . import suite_canary

settings.register_profile("house", deadline=None, derandomize=True, print_blob=True)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "house"))


def pytest_configure(config: pytest.Config) -> None:
    """Before any module is read, since some copy the environment then: no state of this user's, and a canary."""
    os.environ["XDG_STATE_HOME"] = str(Path(tempfile.gettempdir()) / f"hedgectl-tests-{os.getpid()}")
    suite_canary.plant(config)


@pytest.fixture(autouse=True)
def _alone(
    request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """The environment of a user who has configured nothing."""
    for name in [each for each in os.environ if each.startswith("HEDGECTL_")]:
        monkeypatch.delenv(name)
    for name in ("CREDENTIALS_DIRECTORY", "NO_COLOR", "FORCE_COLOR", "NOTIFY_SOCKET", "WATCHDOG_USEC"):
        monkeypatch.delenv(name, raising=False)
    base = tmp_path_factory.getbasetemp()
    monkeypatch.setenv("XDG_CONFIG_HOME", str(base / "no-config"))
    monkeypatch.setenv("XDG_STATE_HOME", str(base / "no-state" / f"{abs(hash(request.node.nodeid)):x}"))


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A working folder that is empty, but for a folder `config`: what is lived in it leaves its state in it."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "config").mkdir(0o700)
    return tmp_path
