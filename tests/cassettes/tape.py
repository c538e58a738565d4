"""Recorded HTTP: what goes onto a tape, what never does, and how a replayed request finds its answer (O9, L8).

Order requests carry timestamp and signature in the form body, reads carry them in the query, the key is a header: all
three are cleaned. Headers are kept by a list of what is allowed, since a venue may add some at any time. The last gate
stands before the file: a tape that holds a secret in any spelling is not written.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit, urlunsplit

import vcr
import yaml
from vcr.persisters.filesystem import FilesystemPersister
from vcr.request import Request
from vcr.serialize import serialize

from ..canary import spellings

ROOT = Path(__file__).parents[2]
CASSETTES = ROOT / "cassettes"
LOOPBACK = frozenset(("127.0.0.1", "::1", "localhost"))
PRODUCTION = "https://fapi.binance.com"
UNSAID = frozenset(("signature", "timestamp", "listenkey", "apikey"))
REQUEST_HEADERS = frozenset(("content-type",))
RESPONSE_HEADERS = re.compile(r"content-type|retry-after|x-mbx-(used-weight|order-count)-\w+")
LISTEN_KEY = re.compile(rb'("listenKey"\s*:\s*)"[^"]*"')
CALLER = re.compile(rb"(request ip: )[0-9a-fA-F.:]+")
SYMBOLS = ("BTCUSDT", "ETHUSDT", "SOLUSDT")


class Leaked(RuntimeError):
    """A secret was about to be written. The text says which kind, never its value."""


def cleaned_request(request: Request) -> Request:
    """What is kept of a request: its path, its query and form without what changes or tells who asks."""
    parts = urlsplit(request.uri)
    base = urlsplit(PRODUCTION if parts.hostname in LOOPBACK else f"https://{parts.hostname}")
    request.uri = urlunsplit((base.scheme, base.netloc, parts.path, _cleaned(parts.query), ""))
    body = request.body
    request.body = _cleaned(body.decode() if isinstance(body, bytes) else body or "") or None
    request.headers = {name: value for name, value in request.headers.items() if name.lower() in REQUEST_HEADERS}
    return request


def cleaned_response(response: dict[str, Any]) -> dict[str, Any]:
    """What is kept of an answer: status, body, the headers that somebody decides by. Our symbols stand for all."""
    headers = response["headers"].items()
    body = LISTEN_KEY.sub(rb'\1"listen-key"', response["body"].get("string", b""))
    body = CALLER.sub(b"\\g<1>192.0.2.1", body)
    return response | {
        "headers": {name: value for name, value in sorted(headers) if RESPONSE_HEADERS.fullmatch(name.lower())},
        "body": {"string": _ours(body)},
    }


def _cleaned(query: str) -> str:
    return "&".join(part for part in query.split("&") if part.partition("=")[0].lower() not in UNSAID)


def _ours(body: bytes) -> bytes:
    """A list of every symbol of a venue cut to ours; as received where there is nothing to cut."""
    try:
        data = json.loads(body)
    except ValueError:
        return body
    rows = data.get("symbols") if isinstance(data, dict) else data
    if not isinstance(rows, list):
        return body
    kept = [row for row in rows if not isinstance(row, dict) or row.get("symbol", SYMBOLS[0]) in SYMBOLS]
    if len(kept) == len(rows):
        return body
    return json.dumps(kept if rows is data else data | {"symbols": kept}, separators=(",", ":")).encode()


def same_question(asked: Request, kept: Request) -> None:
    """Method, path, query and form agree, whatever their order; who asks and when does not matter."""
    for one, other in zip(_question(asked), _question(kept), strict=True):
        assert one == other, f"{one} != {other}"


def _question(request: Request) -> tuple[object, ...]:
    body = request.body.decode() if request.body else ""
    parts = urlsplit(request.uri)
    return request.method, parts.path, sorted(parse_qsl(parts.query)), sorted(parse_qsl(body))


class Held:
    """vcrpy's keeper of files: reads tapes, and holds what it would write until the gate has seen it."""

    def __init__(self) -> None:
        self.text: str | None = None

    load_cassette = staticmethod(FilesystemPersister.load_cassette)

    def save_cassette(self, path: str, cassette: dict[str, Any], serializer: Any) -> None:
        self.text = str(serialize(cassette, serializer))


@contextmanager
def tape(
    path: Path, *, about: Mapping[str, str] | None = None, secrets: tuple[str, ...] = ()
) -> Iterator[vcr.cassette.Cassette]:
    """Replay `path`; with `about`, its header, record it anew. In a replay nothing that is not on the tape is answered.

    Raises Leaked where one of `secrets` was about to be written. What failed on its way is not written either.
    """
    held = Held()
    player = vcr.VCR(
        record_mode=vcr.mode.ALL if about is not None else vcr.mode.NONE,
        match_on=("same_question",),
        before_record_request=cleaned_request,
        before_record_response=cleaned_response,
        decode_compressed_response=True,
        record_on_exception=False,
    )
    player.register_matcher("same_question", same_question)
    player.register_persister(held)
    if about is not None:
        path.unlink(missing_ok=True)
    with player.use_cassette(str(path)) as cassette:
        yield cassette
    if about is not None and held.text is not None:
        text = yaml.safe_dump({"recorded": dict(about)}, sort_keys=False, width=120) + held.text
        check(text, secrets)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)


def check(text: str, secrets: tuple[str, ...]) -> None:
    """The gate: raises Leaked where a secret stands in `text`, in any spelling."""
    written = text.encode()
    for number, secret in enumerate(secrets, 1):
        if any(each in written for each in spellings(secret)):
            raise Leaked(f"secret {number} of {len(secrets)} was about to be written")
