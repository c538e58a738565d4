"""One answer, one outcome: every code, fault and 503 text of the wire facts, and Unknown for all else (X6, L9)."""

from __future__ import annotations

import json
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hedgectl.core.model.order import Action, Kind
from hedgectl.core.model.reply import Fault, FaultKind, Reply
from hedgectl.core.orders.outcome import (
    Accepted,
    AlreadyGone,
    Cancelled,
    CancelRefused,
    CancelUnknown,
    Rejected,
    Unknown,
    classify_cancel,
    classify_create,
    error_of,
)
from hedgectl.core.orders.refusals import DEFINITE, NOT_PROOF, THERE, THROTTLED, Remedy

ID = "h1-e000001-lfb848c99b9a43ec7866a"
NONE, MODIFY, AGAIN = Remedy.NONE, Remedy.MODIFY, Remedy.AGAIN

# Section 4 of the wire facts, column A: Y with the remedy that the facts allow.
DEFINITELY_NOT = {
    NONE: """-1002 -1010 -1011 -1013 -1014 -1016 -1020 -1022 -1100 -1101 -1102 -1103 -1104 -1105 -1109 -1114 -1115 -1116
        -1117 -1118 -1119 -1121 -1122 -1128 -1130 -1136 -2010 -2014 -2015 -2017 -2018 -2019 -2023 -2025 -2026 -2027
        -2028 -4000 -4015 -4020 -4136 -4028 -4045 -4060 -4062 -4082 -4087 -4088 -4109 -4111 -4120 -4137 -4138 -4139
        -4140 -4141 -4144 -4192 -4400 -4401 -4402 -4403 -5000 -5037 -5038 -5039 -2008""",
    MODIFY: """-1106 -1111 -2021 -2022 -2024 -4001 -4002 -4003 -4004 -4005 -4013 -4014 -4016 -4023 -4024 -4061 -4112
        -4118 -4131 -4135 -4142 -4164 -4183 -4184 -4210 -4211 -5021 -5022 -5040 -5041""",
    AGAIN: "-1003 -1015 -1021 -1112 -2020 -5028",
}
MAY_HAVE_BEEN = "-1000 -1001 -1006 -1007 -1008 -2011 -2012 -2013 -4083"
LOOK_NOW = "-4116 -4117 -4130"
# Column A "-" or "unchanged": answers to other requests. They prove nothing about a create.
OF_OTHER_REQUESTS = """-1023 -1125 -4046 -4047 -4048 -4059 -4067 -4068 -4114 -4115 -4161 -4167 -4168 -4169 -4170 -4171
    -4172 -4202 -4203 -4205 -4206 -4208 -4209 -4531 -5024 -5025 -5026 -5027 -5029 -5043 -5047"""
ALGO_CANCELLED = f'{{"algoId":7,"clientAlgoId":"{ID}","code":"200","msg":"success"}}'
YES = [(int(code), remedy) for remedy, codes in DEFINITELY_NOT.items() for code in codes.split()]


def codes(text):
    return [int(code) for code in text.split()]


def error(code, status=400, msg="text"):
    return Reply(status, json.dumps({"code": code, "msg": msg}))


def accepted_body(**changes):
    body = {"orderId": 22542179, "clientOrderId": ID, "status": "FILLED", "executedQty": "0.010"} | changes
    return json.dumps({name: value for name, value in body.items() if value is not ...})


def test_every_code_of_the_table_is_placed_once_and_deliberately():
    placed = [code for code, _ in YES] + codes(MAY_HAVE_BEEN) + codes(LOOK_NOW) + codes(OF_OTHER_REQUESTS)
    assert len(placed) == len(set(placed))
    assert set(DEFINITE) == {code for code, _ in YES}
    assert {*NOT_PROOF, THROTTLED} == set(codes(MAY_HAVE_BEEN))
    assert set(THERE) == set(codes(LOOK_NOW))


@pytest.mark.parametrize("code, remedy", YES)
def test_a_definite_code_with_4xx_is_a_rejection_with_its_remedy(prepared, code, remedy):
    assert classify_create(error(code), prepared()) == Rejected(code, "text", remedy)


@pytest.mark.parametrize("code", [code for code, _ in YES])
@pytest.mark.parametrize("status", [200, 202, 302, 500, 502, 503, 504])
def test_a_definite_code_without_4xx_proves_nothing(prepared, code, status):
    assert isinstance(classify_create(error(code, status), prepared()), Unknown)


@pytest.mark.parametrize("code", codes(MAY_HAVE_BEEN) + codes(OF_OTHER_REQUESTS) + [-9999, -42, 1])
@pytest.mark.parametrize("status", [400, 503])
def test_a_code_that_proves_nothing_is_unknown(prepared, code, status):
    outcome = classify_create(error(code, status), prepared())
    assert isinstance(outcome, Unknown)
    assert not outcome.look_now


@pytest.mark.parametrize("code", codes(LOOK_NOW))
def test_already_there_means_look_now_and_never_rejected(prepared, code):
    outcome = classify_create(error(code), prepared())
    assert isinstance(outcome, Unknown)
    assert outcome.look_now


@pytest.mark.parametrize("believed, outcome", [(False, Unknown), (True, Rejected)])
def test_throttled_is_a_failure_only_when_a_setting_says_so(prepared, believed, outcome):
    assert isinstance(classify_create(error(-1008, 503), prepared(), throttled_is_failure=believed), outcome)


@pytest.mark.parametrize("kind", list(FaultKind))
def test_only_a_request_that_never_left_may_be_sent_again(prepared, kind):
    outcome = classify_create(Fault(kind), prepared())
    if kind in (FaultKind.REFUSED, FaultKind.DNS, FaultKind.CONNECT_TIMEOUT):
        assert outcome == Rejected(0, f"never left: {kind.value}", AGAIN)
    else:
        assert outcome == Unknown(f"no answer: {kind.value}")


@pytest.mark.parametrize(
    "status, body, remedy",
    [
        (503, "Service Unavailable.", AGAIN),
        (503, " Service Unavailable.\n", AGAIN),
        (503, '{"code":0,"msg":"Service Unavailable."}', AGAIN),
        (503, "Unknown error, please check your request or try again later.", None),
        (503, '{"code":0,"msg":"Unknown error, please check your request or try again later."}', None),
        (503, '{"code":-1000,"msg":"Unknown error, please check your request or try again later."}', None),
        (503, "Internal error; unable to process your request. Please try again.", None),
        (503, '{"code":-1001,"msg":"Internal error; unable to process your request. Please try again."}', None),
        (503, '{"code":-1000,"msg":"Service Unavailable."}', None),
        (503, "<html><h1>503 Service Unavailable</h1></html>", None),
        (503, "", None),
        (500, "Request occur unknown error.", None),
        (500, "Service Unavailable.", None),
        (502, "<html>", None),
        (504, "", None),
        (408, '{"code":-1007,"msg":"Timeout waiting for response from backend server."}', None),
        (408, "", None),
        (400, "<html>", None),
        (401, "", None),
        (451, "", None),
        (403, "<html>WAF</html>", NONE),
        (404, "<html>", NONE),
        (418, "<html>", AGAIN),
        (429, "", AGAIN),
        (429, '{"code":-9999,"msg":"new"}', AGAIN),
        (418, '{"code":-1003,"msg":"Way too many requests; IP banned until 1700000000000."}', AGAIN),
        (429, '{"code":-1015,"msg":"Too many new orders"}', AGAIN),
    ],
)
def test_http_statuses_and_texts(prepared, status, body, remedy):
    outcome = classify_create(Reply(status, body), prepared())
    assert (outcome.remedy if isinstance(outcome, Rejected) else None) is remedy


def test_accepted_needs_an_exchange_id_and_our_echo(prepared):
    assert classify_create(Reply(200, accepted_body()), prepared()) == Accepted(22542179, "FILLED", Decimal("0.010"))


def test_a_conditional_order_is_accepted_by_its_own_ids(prepared):
    order = prepared(kind=Kind.STOP_MARKET, trigger_price=Decimal(1), action=Action.CLOSE_ALL, quantity=None)
    body = json.dumps({"algoId": 7, "clientAlgoId": ID, "algoStatus": "NEW", "code": "200"})
    assert classify_create(Reply(200, body), order) == Accepted(7, "NEW", Decimal(0))
    assert isinstance(classify_create(Reply(200, accepted_body()), order), Unknown)


@pytest.mark.parametrize(
    "body",
    [
        "",
        "{}",
        "[]",
        "null",
        "<html>",
        '{"code":200,"msg":"success"}',
        '{"code":-2022,"msg":"ReduceOnly Order is rejected."}',
        accepted_body()[:-1],
        accepted_body()[:20],
        accepted_body(orderId=...),
        accepted_body(orderId=None),
        accepted_body(orderId="22542179"),
        accepted_body(orderId=True),
        accepted_body(orderId=0),
        accepted_body(orderId=-1),
        accepted_body(clientOrderId=...),
        accepted_body(clientOrderId=None),
        accepted_body(clientOrderId=ID + "x"),
        accepted_body(clientOrderId=..., clientAlgoId=ID),
        accepted_body(executedQty="many"),
        accepted_body(executedQty="NaN"),
        accepted_body(executedQty=0.01),
        "[" + accepted_body() + "]",
        accepted_body(code=-2010, msg="x"),
        '{"orderId":1,"clientOrderId":"\\ud800"}',
        "[" * 2000,
    ],
)
def test_a_200_that_proves_less_is_unknown(prepared, body):
    assert isinstance(classify_create(Reply(200, body), prepared()), Unknown)


@pytest.mark.parametrize(
    "status, body, outcome",
    [
        (200, accepted_body(status="CANCELED", executedQty="0.004"), Cancelled("CANCELED", Decimal("0.004"))),
        (200, ALGO_CANCELLED, Cancelled("CANCELED", Decimal(0))),
        (400, '{"code":-2011,"msg":"Unknown order sent."}', AlreadyGone()),
        (400, '{"code":-2013,"msg":"Order does not exist."}', AlreadyGone()),
        (400, '{"code":-4117,"msg":"stop order is triggering"}', CancelRefused(-4117, "stop order is triggering")),
        (401, '{"code":-2015,"msg":"key"}', CancelRefused(-2015, "key")),
        (400, '{"code":-1021,"msg":"late"}', CancelRefused(-1021, "late")),
        (503, "Service Unavailable.", CancelRefused(0, "Service Unavailable.")),
    ],
)
def test_cancels(status, body, outcome):
    assert classify_cancel(Reply(status, body), ID) == outcome


@pytest.mark.parametrize(
    "answer",
    [
        Reply(200, ""),
        Reply(200, "{}"),
        Reply(200, '{"code":200,"msg":"success"}'),
        Reply(200, accepted_body(clientOrderId="another")),
        Reply(200, accepted_body(executedQty="x")),
        Reply(200, '{"code":-2011,"msg":"Unknown order sent."}'),
        Reply(503, '{"code":-2011,"msg":"Unknown order sent."}'),
        Reply(400, '{"code":-1000,"msg":"x"}'),
        Reply(503, "Unknown error, please check your request or try again later."),
        Reply(400, '{"code":-9999,"msg":"x"}'),
        Fault(FaultKind.RESET),
        Fault(FaultKind.READ_TIMEOUT),
    ],
)
def test_a_cancel_that_proves_nothing_is_unknown(answer):
    assert isinstance(classify_cancel(answer, ID), CancelUnknown)


def test_a_cancel_that_never_left_withdrew_nothing():
    assert classify_cancel(Fault(FaultKind.DNS), ID) == CancelRefused(0, "never left: dns")


@pytest.mark.parametrize(
    "answer, found",
    [
        (error(-2022), (-2022, "text")),
        (Reply(200, '{"code":"-2011","msg":"x"}'), (-2011, "x")),
        (Reply(200, '{"code":200,"msg":"success"}'), None),
        (Reply(200, '{"code":"200","msg":"success"}'), None),
        (Reply(200, '{"code":0}'), None),
        (Reply(200, '{"code":"--5"}'), None),
        (Reply(200, '{"code":true}'), None),
        (Reply(200, "[1]"), None),
        (Reply(500, "<html>"), None),
        (Fault(FaultKind.RESET), None),
    ],
)
def test_error_of(answer, found):
    assert error_of(answer) == found


def test_texts_are_bounded(prepared):
    assert len(classify_create(error(-2022, msg="x" * 10_000), prepared()).text) <= 200
    assert len(classify_create(Reply(500, "x" * 10_000), prepared()).why) <= 250


@settings(max_examples=300, deadline=None, derandomize=True)
@given(st.integers(100, 599), st.text(max_size=40) | st.just(accepted_body()))
def test_nothing_crashes_and_nothing_is_accepted_without_a_good_body(prepared, status, body):
    outcome = classify_create(Reply(status, body), prepared())
    classify_cancel(Reply(status, body), ID)
    assert isinstance(outcome, Accepted) is (200 <= status < 300 and body == accepted_body())
