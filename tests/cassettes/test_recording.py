"""Goal: nothing on a tape tells who asked, and recording again gives the same tape (L8, O9).

A canary account is recorded, and every byte that was written is searched for its key and secret in every spelling.
"""

from __future__ import annotations

import asyncio
import re

import pytest
import yaml
from vcr.errors import CannotOverwriteExistingCassetteException

from hedgectl.venue.credentials import Credentials

from ..canary import spellings
from . import record as recorder
from . import venue_flows
from .library import TITLES, Title, play, record
from .tape import CASSETTES, Leaked

CANARY = Credentials("canaryKey_7f3a9c1e5b2d8460", "canarySecret_0d4e8b6a2c915f37")
ABOUT = {"flow": "canary", "from": "a test"}
KEPT = sorted(CASSETTES.rglob("*.yaml"))
TELLTALE = {
    "a signature": rb"(?i)signature",
    "a timestamp of a request": rb"[?&]timestamp=",
    "the key's header": rb"(?i)x-mbx-apikey",
    "64 hexadecimal digits": rb"(?<![0-9a-fA-F])[0-9a-fA-F]{64}(?![0-9a-fA-F])",
    "a listen key": rb'listenKey"\s*:\s*"(?!listen-key")',
    "this machine": rb"127\.0\.0\.1|localhost|\[::1\]",
    "a folder": rb"/(?:home|root|tmp|Users)/",
}


def told_by(raw):
    """What of a tape tells too much."""
    # A refusal's own words name the signature; they are no signature.
    raw = raw.replace(b"Signature for this request is not valid.", b"")
    return [what for what, pattern in TELLTALE.items() if re.search(pattern, raw)]


@pytest.mark.parametrize("path", KEPT, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_a_tape_tells_nothing_of_who_asked_and_says_where_it_comes_from(path):
    raw = path.read_bytes()
    assert told_by(raw) == []
    head = yaml.safe_load(raw)["recorded"]
    assert set(head) == {"flow", "from", "when", "ccxt", "again"}
    assert head["flow"] == f"{path.parent.name}/{path.stem}"
    assert raw.startswith(b"recorded:\n")


def test_every_tape_has_its_flow_and_every_flow_its_tape():
    assert [path.relative_to(CASSETTES) for path in KEPT] == sorted(title.path for title in TITLES)


@pytest.mark.parametrize(
    "raw, what",
    [
        (b"uri: /fapi/v1/order?a=1&signature=" + b"0a" * 32, ["a signature", "64 hexadecimal digits"]),
        (b"body: a=1&timestamp=1767225600000", ["a timestamp of a request"]),
        (b"X-Mbx-ApiKey: [sim]", ["the key's header"]),
        (b'{"listenKey":"abc"}', ["a listen key"]),
        (b"uri: http://127.0.0.1:40001/fapi", ["this machine"]),
    ],
)
def test_the_search_finds_what_must_not_be_there(raw, what):
    assert told_by(raw) == what


@pytest.mark.parametrize(
    "title",
    [title for title in TITLES if title.flow in ("account", "orders-hedge", "algos-one-way", "strangers", "reads")],
    ids=str,
)
def test_a_canary_account_leaves_no_trace(title, tmp_path):
    asyncio.run(record(title, tmp_path, ABOUT, CANARY))
    raw = (tmp_path / title.path).read_bytes()
    assert raw.count(b"/fapi/") >= 3, "there is something to search"
    assert told_by(raw) == []
    found = [each for each in (*spellings(CANARY.key), *spellings(CANARY.secret)) if each in raw]
    assert found == []


@pytest.mark.parametrize("secret", [CANARY.key, CANARY.secret])
def test_a_secret_that_no_rule_caught_stops_the_tape_from_being_written(secret, tmp_path, monkeypatch):
    monkeypatch.setattr(venue_flows, "client_id", lambda *_: secret)
    title = Title("venue", "refusals-hedge")
    with pytest.raises(Leaked) as told:
        asyncio.run(record(title, tmp_path, ABOUT, CANARY))
    assert secret not in str(told.value)
    assert list(tmp_path.rglob("*")) == []


@pytest.mark.parametrize("spelling", range(len(spellings(CANARY.secret))))
def test_every_spelling_is_known(spelling):
    assert len(spellings(CANARY.secret)[spelling]) >= 8


@pytest.mark.parametrize("title", TITLES, ids=str)
def test_recording_again_gives_the_same_tape(title, tmp_path):
    kept = yaml.safe_load((CASSETTES / title.path).read_bytes())
    if "demo" in kept["recorded"]["from"]:
        return  # a venue of others does not say the same twice; its tape is played, not compared
    asyncio.run(record(title, tmp_path, recorder.about(title, recorder.BOX)))
    again = yaml.safe_load((tmp_path / title.path).read_bytes())
    assert again["interactions"] == kept["interactions"], "the wire has changed: make cassettes"


def test_a_question_that_is_not_on_the_tape_gets_no_answer(monkeypatch):
    monkeypatch.setattr(venue_flows, "SYMBOL", "ETHUSDT")
    with pytest.raises(CannotOverwriteExistingCassetteException):
        asyncio.run(play(Title("venue", "orders-hedge")))


def test_keys_in_the_environment_mean_demo_and_half_a_key_is_refused(monkeypatch, capsys):
    assert recorder.demo_key() is None
    monkeypatch.setenv("HEDGECTL_API_KEY", CANARY.key)
    assert recorder.main() == 4
    assert "api_secret" in capsys.readouterr().err
    monkeypatch.setenv("HEDGECTL_API_SECRET", CANARY.secret)
    assert recorder.demo_key() == CANARY
