"""Every refusal the exchange knows: code, exact text, HTTP status, and how a state of the exchange reaches it.

A row that no state reaches names the fact that makes it so. A Refusal carries a code and arguments; words live here.
Source: wire facts section 4 (official error page, observed texts). Requirement L6.
"""

from __future__ import annotations

from collections.abc import Sequence

import orjson

from hedgectl.sim.http import Request, Response
from hedgectl.sim.wire.refusals import ACCOUNT, GENERAL, Row
from hedgectl.sim.wire.refusals_order import ORDER

HEADERS = {"Content-Type": "application/json;charset=UTF-8"}
TABLE: dict[int, Row] = GENERAL | ACCOUNT | ORDER


def error_text(code: int, texts: Sequence[object]) -> tuple[str, int]:
    """(text, HTTP status) of a refusal: the template that `texts` opens with, else the first that its values fit.

    >>> error_text(-1106, ["reduceonly"])
    ("Parameter 'reduceonly' sent when not required.", 400)
    """
    rows = TABLE[code].texts
    for template, status in rows:
        if texts and texts[0] == template:
            return (template % tuple(texts[1:]) if len(texts) > 1 else template), status
    for template, status in rows:
        if template.count("%s") == len(texts):
            return (template % tuple(texts) if texts else template), status
    return rows[0]


def error_body(code: int, texts: Sequence[object]) -> dict[str, object]:
    """The JSON object of a refusal: what a leg of a batch answers inside HTTP 200."""
    return {"code": code, "msg": error_text(code, texts)[0]}


def error_response(code: int, texts: Sequence[object], request: Request) -> Response:
    """The HTTP answer of a refusal; -5000 names the request's own path and method when no texts are given."""
    if code == -5000 and not texts:
        texts = (request.path, request.method)
    text, status = error_text(code, texts)
    return Response(status, dict(HEADERS), orjson.dumps({"code": code, "msg": text}))
