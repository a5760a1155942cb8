"""Documents: what is asked for, what is taken for one, and what is refused."""

import json
from datetime import date, datetime
from typing import Any

import httpx
import pytest
from attrs import evolve

from ropo_async import DecodeError, InvalidInput, InvalidJob, OutcomeUnknown, TransportError
from ropo_async.documents import Document
from ropo_async.errors import Phase
from tests.unit.papers import JOB, LARGE, PDF, SMALL, Pieces, desk, unmeasured, whole

pytestmark = pytest.mark.anyio


# --- what is asked for --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("asked", "query"),
    [
        ({"jobid": 7}, "jobid=7"),
        ({"billnum": "R 1"}, "billnum=R+1"),
        ({"contractnum": "C&1", "documentdate": date(2026, 3, 1)}, "contractnum=C%261&documentdate=2026-03-01"),
        ({"billnum": "R", "documentdate": "1.3.2026"}, "billnum=R&documentdate=1.3.2026"),
        ({"jobid": 7, "billnum": "R", "origdata": 0}, "jobid=7&billnum=R&origdata=0"),
        (
            {"jobid": 7, "origdata": 1, "documenttype": "x", "joistocolumn": "Laskunumero"},
            "jobid=7&origdata=1&documenttype=x&joistocolumn=Laskunumero",
        ),
    ],
)
async def test_what_goes_out(asked: dict[str, Any], query: str) -> None:
    async with desk() as (client, server):
        await client.documents.pdf(**asked)
    (request,) = server.requests
    assert (request.method, request.url.path) == ("GET", "/rest/jobs/pdf")
    assert httpx.QueryParams(query) == request.url.params
    assert (request.headers["accept"], request.headers["accept-encoding"]) == ("application/pdf", "identity")


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        ({}, "none is given"),
        ({"origdata": 1}, "none is given"),
        ({"jobid": 0}, "jobid"),
        ({"jobid": True}, "jobid"),
        ({"jobid": "7"}, "jobid"),
        ({"billnum": " "}, "billnum"),
        ({"contractnum": 7}, "contractnum"),
        ({"jobid": 7, "documentdate": date(2026, 3, 1)}, "documentdate"),
        ({"billnum": "R", "documentdate": ""}, "documentdate"),
        ({"billnum": "R", "documentdate": datetime(2026, 3, 1)}, "documentdate"),  # noqa: DTZ001 - refused anyway
        ({"jobid": 7, "origdata": 2}, "origdata"),
        ({"jobid": 7, "origdata": True}, "origdata"),
        ({"jobid": 7, "origdata": "1"}, "origdata"),
        ({"jobid": 7, "documenttype": ""}, "documenttype"),
        ({"jobid": 7, "joistocolumn": "jobid"}, "joistocolumn"),
        ({"jobid": 7, "max_bytes": 0}, "max_bytes"),
        ({"jobid": 7, "max_bytes": 1.5}, "max_bytes"),
    ],
)
async def test_what_cannot_be_meant_is_refused_at_once(asked: dict[str, Any], words: str) -> None:
    async with desk() as (client, server):
        with pytest.raises(InvalidInput, match=words):
            client.documents.pdf(**asked)
    assert not server.requests


@pytest.mark.parametrize("operation", ["preview", "localprint"])
async def test_a_job_goes_out_in_its_envelope(operation: str) -> None:
    async with desk() as (client, server):
        make = getattr(client.documents, operation)
        assert (await make(JOB, data_identifier="mine 1", data_type_identifier="t")).content == SMALL
    (request,) = server.requests
    assert (request.method, request.url.path) == ("POST", f"/rest/jobs/{operation}")
    assert (request.headers["dataidentifier"], request.headers["datatypeidentifier"]) == ("mine 1", "t")
    assert request.headers["accept"] == "application/pdf"
    (sent,) = json.loads(request.content)["datastream"]["dataset"]
    assert (sent["billnum"], sent.get("checkbillnum")) == ("R-1", 1 if operation == "localprint" else None)
    assert b"10.10" in request.content


async def test_a_job_may_be_printed_without_a_look_at_its_number() -> None:
    async with desk() as (client, server):
        await client.documents.localprint(JOB, checkbillnum=False)
    assert b"checkbillnum" not in server.requests[0].content


@pytest.mark.parametrize("operation", ["preview", "localprint"])
async def test_a_job_that_cannot_be_meant_is_refused_at_once(operation: str) -> None:
    async with desk() as (client, server):
        make = getattr(client.documents, operation)
        with pytest.raises(InvalidJob):
            make(evolve(JOB, address=""))
        with pytest.raises(InvalidInput, match="data_identifier"):
            make(JOB, data_identifier="a\r\nX-Evil: 1")
        with pytest.raises(InvalidInput, match="max_bytes"):
            make(JOB, max_bytes=-1)
    assert not server.requests


# --- what comes back ----------------------------------------------------------------------------------------------


async def test_a_document_in_memory() -> None:
    headers = {"content-disposition": 'attachment; filename="../secret.pdf"', "content-type": "Application/PDF; x=1"}
    async with desk(lambda: whole(LARGE, headers=headers)) as (client, _):
        document = await client.documents.pdf(jobid=7)
    assert document == Document(content=LARGE, content_type="Application/PDF; x=1", suggested_filename="secret.pdf")
    assert "secret" not in repr(document)
    assert "%PDF" not in repr(document)


async def test_nothing_is_sent_before_it_is_awaited_and_a_pdf_may_be_read_again() -> None:
    async with desk() as (client, server):
        download = client.documents.pdf(billnum="hunter2")
        assert not server.requests
        assert "hunter2" not in repr(download)
        for count in (1, 2):
            assert (await download).content == SMALL
            assert len(server.requests) == count


@pytest.mark.parametrize("operation", ["preview", "localprint"])
async def test_what_is_written_is_sent_once_only(operation: str) -> None:
    async with desk() as (client, server):
        download = getattr(client.documents, operation)(JOB)
        await download
        with pytest.raises(InvalidInput, match="already"):
            await download
    assert len(server.requests) == 1


@pytest.mark.parametrize("content_type", ["application/octet-stream", "application/x-pdf", "binary/octet-stream", ""])
async def test_a_server_may_not_know_its_types(content_type: str) -> None:
    async with desk(lambda: whole(headers={"content-type": content_type})) as (client, _):
        assert (await client.documents.pdf(jobid=7)).content == SMALL


@pytest.mark.parametrize("junk", [b"\n", b"\xef\xbb\xbf", b" " * 1019])
async def test_the_mark_of_a_pdf_may_come_late(junk: bytes) -> None:
    async with desk(lambda: whole(junk + LARGE, step=100)) as (client, _):
        assert (await client.documents.pdf(jobid=7)).content == junk + LARGE


HTML = b"<html>" + b"x" * 5000
REFUSED: dict[str, tuple[Any, str]] = {
    "nothing": (lambda: whole(b""), "empty"),
    "nothing unmeasured": (unmeasured, "empty"),
    "no pdf": (lambda: whole(b"x" * 5000), "no PDF"),
    "a little of no pdf": (lambda: whole(b"%PD"), "no PDF"),
    "a mark too late": (lambda: whole(b" " * 1020 + LARGE), "no PDF"),
    "a page": (lambda: whole(HTML, headers={"content-type": "text/html"}), "content type"),
    "an error": (lambda: whole(b'{"error":"x"}', headers={"content-type": "application/json"}), "content type"),
    "a pdf that is called a page": (lambda: whole(headers={"content-type": "text/html"}), "content type"),
    "compressed": (lambda: whole(headers={"content-encoding": "gzip"}), "compressed"),
    "compressed twice": (lambda: whole(headers={"content-encoding": "gzip, br"}), "compressed"),
}


@pytest.mark.parametrize("name", REFUSED)
async def test_what_is_no_document_is_refused(name: str) -> None:
    answer, words = REFUSED[name]
    async with desk(answer, answer, answer, whole) as (client, server):
        with pytest.raises(DecodeError, match=words) as caught:
            await client.documents.pdf(jobid=7)
        assert len(server.requests) == 3
        assert caught.value.raw == b"".join(answer().stream.pieces)[:1024]
        assert (await client.documents.pdf(jobid=7)).content == SMALL


async def test_what_shows_to_be_no_document_is_not_read_to_its_end() -> None:
    body = Pieces([b"x" * 1000] * 1000)
    async with desk(lambda: httpx.Response(200, headers=PDF, stream=body)) as (client, _):
        with pytest.raises(DecodeError):
            await client.documents.pdf(jobid=7)
    assert body.pulled <= 3 * 2
    assert body.closed


@pytest.mark.parametrize("operation", ["preview", "localprint"])
@pytest.mark.parametrize("name", REFUSED)
async def test_a_good_status_without_a_document_leaves_a_doubt_about_a_write(name: str, operation: str) -> None:
    async with desk(REFUSED[name][0]) as (client, server):
        with pytest.raises(OutcomeUnknown) as caught:
            await getattr(client.documents, operation)(JOB)
    assert isinstance(caught.value.__cause__, DecodeError)
    assert caught.value.check
    assert len(server.requests) == 1


CUTS = {
    "no end": lambda: unmeasured(LARGE[:-10]),
    "an end long ago": lambda: unmeasured(SMALL, b" " * 2000),
    "an error": lambda: unmeasured(SMALL, error=httpx.ReadError("x")),
    "an error of a measured one": lambda: httpx.Response(
        200, headers={**PDF, "content-length": "99999"}, stream=Pieces([SMALL], httpx.RemoteProtocolError("x"))
    ),
    "silence": lambda: unmeasured(SMALL, error=httpx.ReadTimeout("x")),
    "chunks beside a length": lambda: unmeasured(
        LARGE[:-10], headers={"content-length": "1", "transfer-encoding": "chunked"}
    ),
}


@pytest.mark.parametrize("name", CUTS)
async def test_a_cut_document_is_fetched_again_from_its_beginning(name: str) -> None:
    async with desk(CUTS[name], whole) as (client, server):
        assert (await client.documents.pdf(jobid=7)).content == SMALL
    assert len(server.requests) == 2
    async with desk(CUTS[name]) as (client, server):
        with pytest.raises(TransportError) as caught:
            await client.documents.pdf(jobid=7)
    assert (caught.value.phase, caught.value.status) == (Phase.RECEIVED_PARTIAL, 200)
    assert len(server.requests) == 3


@pytest.mark.parametrize("operation", ["preview", "localprint"])
@pytest.mark.parametrize("name", CUTS)
async def test_a_cut_answer_to_a_write_is_not_asked_for_again(name: str, operation: str) -> None:
    async with desk(CUTS[name]) as (client, server):
        with pytest.raises(OutcomeUnknown, match=operation) as caught:
            await getattr(client.documents, operation)(JOB)
    assert caught.value.phase is Phase.RECEIVED_PARTIAL
    assert len(server.requests) == 1


async def test_a_document_whose_length_nobody_told_is_whole_by_its_end() -> None:
    async with desk(lambda: unmeasured(LARGE[:100], LARGE[100:], b"\0" * 1000)) as (client, _):
        assert (await client.documents.pdf(jobid=7)).content == LARGE + b"\0" * 1000


async def test_a_measured_document_may_end_as_it_likes() -> None:
    async with desk(lambda: whole(LARGE + b" " * 5000)) as (client, _):
        assert (await client.documents.pdf(jobid=7)).content == LARGE + b" " * 5000
