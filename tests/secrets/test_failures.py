"""Goal: what fails shows no secret while it is told: refusals, errors of libraries, answers that repeat a request."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import aiohttp
import orjson
import pytest

from hedgectl.core.model.reply import Answer, Fault, FaultKind, Reply
from hedgectl.venue.transports.aiohttp_ import Http

from .house import BRIEFLY, LOOKING, House, lines


def refuse(**changes: Any) -> Callable[[House], None]:
    """The exchange changes its mind about our key."""
    return lambda house: house.served.hand(lambda it: [setattr(it.box.key, *each) for each in changes.items()])


REFUSALS = {
    "revoked": refuse(revoked=True),
    "locked": refuse(locked=True),
    "another secret": refuse(secret=b"other"),
    "late": lambda house: house.served.hand(lambda it: setattr(it.box, "clock_offset_ms", 10**9)),
}


@pytest.mark.parametrize("why", REFUSALS)
def test_a_refusal_of_the_exchange_shows_no_secret(house, why):
    REFUSALS[why](house)
    for line in lines(LOOKING):
        house.hedgectl(line)
    assert house.codes & {1, 4, 5}
    assert "\n".join(house.leaks()) == ""


def told(method: str, url: str, headers: Any, body: Any) -> str:
    """A request as somebody who wants to help might repeat it, the worst of it first: texts are cut."""
    return f"{(body or str(url)).rpartition('&')[2]} {method} {url} {headers!r} {headers} {body}"


BREAKS = {
    "a bug": RuntimeError,
    "a bad URL": aiohttp.InvalidURL,
    "no connection": aiohttp.ClientConnectionError,
    "the socket": OSError,
    "a value": ValueError,
}


@pytest.mark.parametrize("where", ["", "/private/ws"])
@pytest.mark.parametrize("kind", BREAKS)
def test_an_error_that_repeats_the_request_is_told_without_it(house, kind, where, monkeypatch):
    request = aiohttp.ClientSession._request

    async def broken(self: Any, method: str, url: Any, **more: Any) -> Any:
        house.heard(str(url), str(more.get("data")))
        if where in str(url):
            raise BREAKS[kind](f"{told(method, url, more.get('headers'), more.get('data'))} {house.secret}")
        return await request(self, method, url, **more)

    monkeypatch.setattr(aiohttp.ClientSession, "_request", broken)
    asked_again = issubclass(BREAKS[kind], aiohttp.ClientError | OSError)
    for line in lines(BRIEFLY if where or asked_again else LOOKING):
        house.hedgectl(line)
    if kind == "a bug" and not where:
        assert 70 in house.codes
        assert list((house.folder / "tmp").glob("hedgectl-*.txt"))
    assert "\n".join(house.leaks()) == ""


ECHOES: dict[str, Callable[[str], Answer]] = {
    "a page": lambda text: Reply(403, f"<html>{text}</html>"),
    "a busy page": lambda text: Reply(502, text),
    "a code": lambda text: Reply(400, orjson.dumps({"code": -1102, "msg": text}).decode()),
    "a code with a signature": lambda text: Reply(400, orjson.dumps({"code": -1022, "msg": text}).decode()),
    "a strange answer": lambda text: Reply(200, orjson.dumps({"listenKey": [text], "serverTime": text}).decode()),
    "no answer": lambda text: Reply(200, text),
    "a fault": lambda text: Fault(FaultKind.RESET, text),
}


ASKED_AGAIN = ("a busy page", "no answer", "a fault")


@pytest.mark.parametrize("kind", ECHOES)
def test_an_answer_that_repeats_the_request_is_told_without_it(house, kind, monkeypatch):
    ask = Http.__call__

    async def echoing(self: Http, method: str, url: str, headers: Any, body: Any, timeout_ms: int) -> Any:
        house.heard(url, body)
        answer = await ask(self, method, url, headers, body, timeout_ms)
        return ECHOES[kind](told(method, url, headers, body)) if "signature=" in f"{url}{body}" else answer

    monkeypatch.setattr(Http, "__call__", echoing)
    for line in lines(BRIEFLY if kind in ASKED_AGAIN else LOOKING):
        house.hedgectl(line)
    assert "\n".join(house.leaks()) == ""
