"""The operations on jobs: what goes out, what comes of it, and how often it is sent."""

import json
from collections.abc import Callable
from decimal import Decimal
from functools import partial
from typing import Any, cast

import httpx
import pytest

from ropo_async import (
    BadRequest,
    DecodeError,
    InvalidInput,
    InvalidJob,
    OutcomeUnknown,
    RopoClient,
    ServerError,
    StatusError,
    TransportError,
)
from ropo_async.operations import OPERATIONS
from tests.unit.jobs import Answer, answered, bill, dataset

pytestmark = pytest.mark.anyio

Call = Callable[[RopoClient], Any]

JOB = b'{"jobid": 7}'
CALLS: dict[str, tuple[Call, tuple[str, str, dict[str, str]], Answer]] = {
    "jobs.get": (lambda ropo: ropo.jobs.get(7), ("GET", "/rest/jobs", {"jobid": "7"}), (200, {"content": JOB})),
    "jobs.submit": (
        lambda ropo: ropo.jobs.submit(bill()),
        ("POST", "/rest/jobs", {}),
        (201, {"json": {"accepted": 1}}),
    ),
    "jobs.modify": (
        lambda ropo: ropo.jobs.modify(dataset(), billnum="R 1/2&jobid=1"),
        ("PATCH", "/rest/jobs", {"billnum": "R 1/2&jobid=1"}),
        (200, {}),
    ),
    "jobs.modify_open_sales_invoices": (
        lambda ropo: ropo.jobs.modify_open_sales_invoices(dataset(), custnum="1022", ordernumber="10232"),
        ("PATCH", "/rest/jobs/opensalesinvoices", {"custnum": "1022", "ordernumber": "10232"}),
        (200, {"json": {}}),
    ),
    "jobs.update_delivery_status": (
        lambda ropo: ropo.jobs.update_delivery_status(id="D-1"),
        ("PATCH", "/rest/jobs/deliverystatus", {}),
        (200, {}),
    ),
    "jobs.send_transfer_report": (
        lambda ropo: ropo.jobs.send_transfer_report("B-1"),
        ("GET", "/rest/jobs/transferconfirmation", {"batchid": "B-1"}),
        (200, {}),
    ),
    "disputes.open": (
        lambda ropo: ropo.disputes.open(jobid=7),
        ("POST", "/rest/jobs/dispute", {"jobid": "7"}),
        (200, {"json": {"created_at": "2026-03-04 10:00:00"}}),
    ),
    "disputes.resolve": (
        lambda ropo: ropo.disputes.resolve(invoice_number="R-1"),
        ("POST", "/rest/jobs/dispute/resolve", {"invoice_number": "R-1"}),
        (200, {"json": {}}),
    ),
}
READS = {"jobs.get"}
SILENT = {"jobs.modify", "jobs.update_delivery_status", "jobs.send_transfer_report"}
"""Operations whose answers say nothing."""
every_call = pytest.mark.parametrize("name", CALLS)


@every_call
async def test_each_goes_to_its_place(name: str) -> None:
    call, line, answer = CALLS[name]
    async with answered(answer) as (ropo, sent):
        await call(ropo)
    (request,) = sent
    assert (request.method, request.url.path, dict(request.url.params)) == line
    assert request.headers["Authorization"] == "Bearer t"


KNOWN = {row.name: row.expects for row in OPERATIONS if row.name in CALLS}
STATUSES = [(name, status) for name in CALLS for status in (200, 201, 202, 204, 206, 302, 304)]


@pytest.mark.parametrize(("name", "status"), [pair for pair in STATUSES if pair[1] not in KNOWN[pair[0]]])
async def test_a_success_that_the_operation_does_not_have_is_none(name: str, status: int) -> None:
    call, _, (_, body) = CALLS[name]
    async with answered((status, body)) as (ropo, sent):
        with pytest.raises(StatusError if name in READS else OutcomeUnknown) as caught:
            await call(ropo)
    assert name in str(caught.value)
    assert len(sent) == (3 if name in READS else 1)


def test_the_successes_are_those_documented_and_their_likes() -> None:
    assert {name: sorted(statuses) for name, statuses in KNOWN.items()} == {
        "jobs.get": [200],
        "jobs.submit": [200, 201],
        "jobs.modify": [200, 204],
        "jobs.modify_open_sales_invoices": [200, 204],
        "jobs.update_delivery_status": [200, 204],
        "jobs.send_transfer_report": [200, 204],
        "disputes.open": [200, 201],
        "disputes.resolve": [200, 201],
    }


VENDOR: dict[str, tuple[dict[str, Any], str | None]] = {
    "login": ({"json": {"errorId": 5, "errorText": "said so"}}, "said so"),
    "updates": ({"json": {"result": {"commonerror": "said so"}}}, "said so"),
    "jobs": ({"json": {"error": "said so"}}, "said so"),
    "problem": ({"json": {"status": 400, "type": None, "title": "t", "detail": "said so"}}, "said so"),
    "profile": ({"json": {"Code": 5, "Message": "said so"}}, "said so"),
    "html": ({"html": "<html>said so</html>"}, None),
    "empty": ({"content": b""}, None),
}


@every_call
@pytest.mark.parametrize("shape", VENDOR)
async def test_a_refusal_is_read_in_whichever_shape_it_comes(name: str, shape: str) -> None:
    """A page for people is nobody's refusal: behind it a write may have been answered."""
    body, said = VENDOR[shape]
    doubtful = shape == "html" and name not in READS
    async with answered((400, body)) as (ropo, sent):
        with pytest.raises(OutcomeUnknown if doubtful else BadRequest) as caught:
            await CALLS[name][0](ropo)
    refusal = caught.value.__cause__ if doubtful else caught.value
    assert isinstance(refusal, BadRequest)
    assert (refusal.operation, refusal.vendor_text) == (name, said)
    assert "said so" not in f"{caught.value} {refusal}"
    assert len(sent) == 1


@every_call
@pytest.mark.parametrize("shape", VENDOR)
async def test_a_failure_of_the_server_leaves_a_write_in_doubt(name: str, shape: str) -> None:
    async with answered((500, VENDOR[shape][0])) as (ropo, sent):
        with pytest.raises(ServerError if name in READS else OutcomeUnknown):
            await CALLS[name][0](ropo)
    assert len(sent) == (3 if name in READS else 1)


@every_call
@pytest.mark.parametrize("failure", [httpx.ConnectError, httpx.ReadTimeout, httpx.ReadError])
async def test_only_a_read_is_sent_again_when_it_may_have_arrived(name: str, failure: type[Exception]) -> None:
    def fail(_: httpx.Request) -> httpx.Response:
        raise failure("in the middle")

    async with answered(fail) as (ropo, sent):
        with pytest.raises(TransportError if name in READS else OutcomeUnknown) as caught:
            await CALLS[name][0](ropo)
    assert len(sent) == (3 if name in READS else 1)
    if isinstance(caught.value, OutcomeUnknown):
        assert caught.value.operation == name
        assert len(caught.value.check) > 30


@every_call
async def test_what_was_refused_for_now_is_sent_again(name: str) -> None:
    call, _, (status, body) = CALLS[name]
    statuses = iter([429, status])

    def answer(_: httpx.Request) -> httpx.Response:
        now = next(statuses)
        return httpx.Response(now, **(body if now == status else {}))

    async with answered(answer) as (ropo, sent):
        await call(ropo)
    assert len(sent) == 2


ODD: dict[str, dict[str, Any]] = {
    "html": {"html": "<html>Welcome to the hotel's network</html>"},
    "cut": {"content": b'{"accepted": 1'},
    "array": {"content": b"[1]"},
    "error": {"json": {"error": "duplicate"}},
    "inner error": {"json": {"result": {"commonerror": "no such job"}}},
}


@every_call
@pytest.mark.parametrize("oddity", ODD)
async def test_a_success_that_says_something_else_is_none(name: str, oddity: str) -> None:
    call, _, (status, _) = CALLS[name]
    async with answered((status, ODD[oddity])) as (ropo, sent):
        if name == "jobs.submit" and "error" in oddity:
            result = await call(ropo)
            assert result.error == {"error": "duplicate", "inner error": "no such job"}[oddity]
            assert not result.complete
        else:
            with pytest.raises(DecodeError if name in READS else OutcomeUnknown):
                await call(ropo)
    assert len(sent) == (3 if name in READS else 1)


@pytest.mark.parametrize("name", sorted(SILENT | {"jobs.modify_open_sales_invoices"}))
@pytest.mark.parametrize("status", [200, 204])
@pytest.mark.parametrize("body", [b"", b" \r\n", b"null", b"[]", b"{}", b'""', b'{"message": "changed"}'])
async def test_an_answer_that_has_nothing_to_say_may_say_it_anyhow(name: str, status: int, body: bytes) -> None:
    async with answered((status, {"content": body if status == 200 else b""})) as (ropo, _):
        answer = await CALLS[name][0](ropo)
    assert (answer is None) == (name in SILENT)


# --- submit -------------------------------------------------------------------------------------------------------


async def test_jobs_go_out_together_in_one_envelope() -> None:
    async with answered((201, {"json": {"accepted": 2}})) as (ropo, sent):
        result = await ropo.jobs.submit(
            bill(billnum="R-1"),
            bill(billnum="R-2", checkbillnum=0),
            data_identifier="batch 7",
            data_type_identifier="invoices",
        )
    (request,) = sent
    body = json.loads(request.content)
    assert list(body) == ["datastream"]
    assert [job["billnum"] for job in body["datastream"]["dataset"]] == ["R-1", "R-2"]
    assert [job["checkbillnum"] for job in body["datastream"]["dataset"]] == [1, 0]
    assert b'"amount":35.00' in request.content
    assert request.headers["DataIdentifier"] == "batch 7"
    assert request.headers["DataTypeIdentifier"] == "invoices"
    assert request.headers["Content-Type"] == "application/json"
    assert (result.submitted, result.accepted, result.complete) == (2, 2, True)


async def test_no_header_goes_out_that_was_not_given() -> None:
    async with answered((201, {"json": {"accepted": 1}})) as (ropo, sent):
        await ropo.jobs.submit(bill(), checkbillnum=False)
    assert not {"dataidentifier", "datatypeidentifier"} & set(sent[0].headers)
    assert b"checkbillnum" not in sent[0].content


def _submit_as(text: Any, ropo: RopoClient) -> Any:
    return ropo.jobs.submit(bill(), data_identifier=text)


def _get(jobid: Any, ropo: RopoClient) -> Any:
    return ropo.jobs.get(jobid)


NOT_SENT: dict[str, tuple[Call, type[InvalidInput]]] = {
    "no job": (lambda ropo: ropo.jobs.submit(), InvalidInput),
    "a bad job": (lambda ropo: ropo.jobs.submit(bill(), bill(city=None)), InvalidJob),
    "a dataset": (lambda ropo: ropo.jobs.submit(cast("Any", dataset())), InvalidJob),
    **{f"header {text!r}": (partial(_submit_as, text), InvalidInput) for text in ("", " a", "a\r\nX: y", "ä", 7)},
    "type header": (lambda ropo: ropo.jobs.submit(bill(), data_type_identifier="\n"), InvalidInput),
    **{f"jobid {jobid!r}": (partial(_get, jobid), InvalidInput) for jobid in (0, True, "7")},
    "modify nothing": (lambda ropo: ropo.jobs.modify(dataset()), InvalidInput),
    "modify two": (lambda ropo: ropo.jobs.modify(dataset(), jobid=1, billnum="R"), InvalidInput),
    "modify blank": (lambda ropo: ropo.jobs.modify(dataset(), billnum=" "), InvalidInput),
    "modify negative": (lambda ropo: ropo.jobs.modify(dataset(), jobid=-1), InvalidInput),
    "modify with rows": (lambda ropo: ropo.jobs.modify(bill(), jobid=1), InvalidJob),
    "modify badly": (lambda ropo: ropo.jobs.modify(dataset(color=3), jobid=1), InvalidJob),
    "open badly": (
        lambda ropo: ropo.jobs.modify_open_sales_invoices(dataset(city=5), custnum="1", ordernumber="2"),
        InvalidJob,
    ),
    "open by number": (
        lambda ropo: ropo.jobs.modify_open_sales_invoices(dataset(), custnum="1", ordernumber=cast("Any", 2)),
        InvalidInput,
    ),
    "open of nobody": (
        lambda ropo: ropo.jobs.modify_open_sales_invoices(dataset(), custnum="", ordernumber="2"),
        InvalidInput,
    ),
    "no status": (lambda ropo: ropo.jobs.update_delivery_status(), InvalidInput),
    "blank status": (lambda ropo: ropo.jobs.update_delivery_status(id="x", service=""), InvalidInput),
    "no batch": (lambda ropo: ropo.jobs.send_transfer_report(""), InvalidInput),
}


@pytest.mark.parametrize("name", NOT_SENT)
async def test_what_cannot_be_right_is_not_sent(name: str) -> None:
    call, expected = NOT_SENT[name]
    async with answered((200, {})) as (ropo, sent):
        with pytest.raises(expected) as caught:
            await call(ropo)
    assert sent == []
    assert type(caught.value) is expected


async def test_a_change_carries_its_dataset_and_its_job() -> None:
    async with answered((200, {})) as (ropo, sent):
        await ropo.jobs.modify(dataset(amount=Decimal("710.10"), extra={"new": 1}), jobid=7)
        await ropo.jobs.modify_open_sales_invoices(dataset(), custnum="1022", ordernumber="10232")
        await ropo.jobs.update_delivery_status(created_at="2026-03-04T10:00:00Z", id="D-1", service="post")
    assert dict(sent[0].url.params) == {"jobid": "7"}
    assert b'"amount":710.10' in sent[0].content
    assert json.loads(sent[0].content)["new"] == 1
    assert json.loads(sent[1].content) == dataset().to_wire()
    assert json.loads(sent[2].content) == {"created_at": "2026-03-04T10:00:00Z", "id": "D-1", "service": "post"}


async def test_a_resource_shows_nothing_of_its_transport() -> None:
    async with answered((200, {})) as (ropo, _):
        assert [repr(ropo.jobs), repr(ropo.disputes)] == ["Jobs()", "Disputes()"]
