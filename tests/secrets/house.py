"""A house full of canaries: what is lived in it is kept, and searched for them (L8)."""

from __future__ import annotations

import re
import tempfile
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from hedgectl.commands.app import call, walk
from hedgectl.sim.http import Response
from hedgectl.sim.wire.sign import ApiKey

from ..canary import found_in, search
from ..checks.conftest import Served

PLACES = ("service", "variable", "file")
SENT = re.compile(r"signature=([0-9a-f]{64})")
PIECE = 20
COMMANDS = {name for name, _ in walk()}
NAMES = sorted(COMMANDS, key=len, reverse=True)
LOOKING = """
run --for 500ms
doctor --only exchange -v
reconcile --apply --json
route-dry-run --symbol ETHUSDT --side BUY --notional 100 --book live --nav read
config instruments --refresh --env demo
"""
BRIEFLY = "run --for 500ms -v"


def lines(text: str) -> list[str]:
    return text.strip().splitlines()


def secret(name: str) -> str:
    """A canary of the length and the alphabet of Binance's keys, another one for each name."""
    return f"{name}CANARY{sha256(name.encode()).hexdigest()}"[:64]


def pieces(canaries: dict[str, str]) -> dict[str, str]:
    """Each canary and parts of it: a leak that was cut is one too."""
    parts = {f"{name}[{at}]": each[at : at + PIECE] for name, each in canaries.items() for at in range(0, 44, PIECE)}
    return canaries | {name: each for name, each in parts.items() if len(each) == PIECE}


class House:
    """A user's folder with canaries in every place, the exchange that knows the key of one, and all that was said.

    `outside` holds what was planted; `folder` is searched.
    """

    def __init__(self, folder: Path, outside: Path, served: Served, patch: pytest.MonkeyPatch, capture: Any) -> None:
        self.folder, self.outside, self.served, self.patch, self.capture = folder, outside, served, patch, capture
        self.canaries = {f"{place}-{half}": secret(f"{place}{half}") for place in PLACES for half in ("key", "secret")}
        self.canaries |= {"user of a proxy": secret("proxy"), "netrc": secret("netrc"), "strange": secret("strange")}
        self.signatures: dict[str, str] = {}
        self.said: list[tuple[str, str]] = []
        self.named: set[str] = set()
        self.codes: set[int] = set()
        handle = served.box.handle

        def handled(request: Any, now_ms: int) -> Response:
            self.heard(request.query, request.body)
            return handle(request, now_ms)

        patch.setattr(served.box, "handle", handled)
        self._plant()
        self.use("variable")

    def heard(self, *texts: object) -> None:
        """Note the signatures that a request carries: they are canaries, too."""
        for each in SENT.findall(" ".join(map(str, texts))):
            self.signatures[f"signature {len(self.signatures)}"] = each

    @property
    def secret(self) -> str:
        return self.canaries["variable-secret"]

    def _plant(self) -> None:
        """A key in each place where one is looked for, and passwords where libraries look for them."""
        outside = self.outside
        files = {"service": outside / "service", "file": outside / "config" / "hedgectl" / "demo"}
        files["live"] = files["file"].with_name("live")
        for place, folder in files.items():
            folder.mkdir(parents=True)
            for half in ("key", "secret"):
                path = folder / f"api_{half}"
                path.touch(0o600)
                path.write_text(self.canaries[f"{'file' if place == 'live' else place}-{half}"] + "\n")
        (outside / ".netrc").write_text(f"machine 127.0.0.1 login desk password {self.canaries['netrc']}\n")
        proxy = f"http://desk:{self.canaries['user of a proxy']}@127.0.0.1:9"
        told = {"HOME": outside, "XDG_CONFIG_HOME": outside / "config", "XDG_RUNTIME_DIR": self.folder / "runtime"}
        told |= dict.fromkeys(("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy"), proxy)
        told |= {"PYTHONASYNCIODEBUG": "1", "TMPDIR": self.folder / "tmp", "NETRC": outside / ".netrc"}
        for name in ("tmp", "runtime"):
            (self.folder / name).mkdir(0o700)
        for name, value in told.items():
            self.patch.setenv(name, str(value))
        self.patch.setattr(tempfile, "tempdir", str(self.folder / "tmp"))

    def use(self, place: str) -> None:
        """Make `place` the first that has a key, and its key the one of the exchange."""
        for name in ("CREDENTIALS_DIRECTORY", "HEDGECTL_API_KEY", "HEDGECTL_API_SECRET"):
            self.patch.delenv(name, raising=False)
        if place == "service":
            self.patch.setenv("CREDENTIALS_DIRECTORY", str(self.outside / "service"))
        if place != "file":
            for half in ("key", "secret"):
                self.patch.setenv(f"HEDGECTL_API_{half.upper()}", self.canaries[f"variable-{half}"])
        key = ApiKey(self.canaries[f"{place}-key"], self.canaries[f"{place}-secret"].encode())
        self.served.hand(lambda it: setattr(it.box, "key", key))

    def hedgectl(self, line: str) -> int:
        """One command line, in this process; what it said is kept. Its exit code."""
        code = call(line.split())
        out, err = self.capture.readouterr()
        self.said.append((line, out + err))
        self.named |= {next((name for name in NAMES if f"{line} ".startswith(f"{name} ")), "")}
        self.codes.add(code)
        return code

    def leaks(self) -> list[str]:
        """What of the canaries, of real signatures and of listen keys stands in all that was said and written."""
        known = pieces(self.canaries) | self.signatures | {"listen key": self.served.box.streams.key or "-" * 64}
        found = search([self.folder], known, bytes_max=256 * 1024 * 1024, s_max=60)
        assert found.files
        assert found.unread == 0
        said = [f"{each} in {line!r}" for line, text in self.said for each in found_in(text.encode(), known)]
        return [*found.leaks, *said]
