"""Documents that are too large, and answers that are none: what is read of them, and what they come to."""

from typing import Any

import httpx
import pytest

from ropo_async import OutcomeUnknown, TransportError
from ropo_async.errors import BadRequest, NotFound, ServerError
from tests.unit.papers import JOB, PDF, SMALL, Pieces, desk, unmeasured, whole

pytestmark = pytest.mark.anyio


@pytest.mark.parametrize("measured", [True, False])
@pytest.mark.parametrize("excess", [0, 1, 100_000])
async def test_a_document_beyond_the_cap_is_refused_once(excess: int, *, measured: bool) -> None:
    content = SMALL + b" " * (200_000 + excess - len(SMALL) - 6) + b"%%EOF\n"
    answer = (
        (lambda: whole(content, step=1000)) if measured else (lambda: unmeasured(content[:150_000], content[150_000:]))
    )
    async with desk(answer) as (client, server):
        download = client.documents.pdf(jobid=7, max_bytes=200_000)
        if excess:
            with pytest.raises(TransportError, match="too large") as caught:
                await download
            assert caught.value.permanent
        else:
            assert (await download).content == content
    assert len(server.requests) == 1


async def test_a_document_that_says_it_is_too_large_is_not_read() -> None:
    body = Pieces([SMALL] * 10)
    answer = httpx.Response(200, headers={**PDF, "content-length": "100000"}, stream=body)
    async with desk(lambda: answer) as (client, _):
        with pytest.raises(TransportError, match="too large"):
            await client.documents.pdf(jobid=7, max_bytes=99_999)
    assert (body.pulled, body.closed) == (0, True)


async def test_a_print_that_is_too_large_leaves_a_doubt() -> None:
    async with desk() as (client, server):
        with pytest.raises(OutcomeUnknown, match="invoice may exist"):
            await client.documents.localprint(JOB, max_bytes=10)
    assert len(server.requests) == 1


@pytest.mark.parametrize(
    ("status", "kind", "count"),
    [(400, BadRequest, 1), (404, NotFound, 1), (500, ServerError, 3), (502, ServerError, 3)],
)
async def test_an_error_is_kept_in_memory(status: int, kind: type[Any], count: int) -> None:
    body = b'{"error":"No such document"}'
    async with desk(lambda: httpx.Response(status, stream=Pieces([body[:5], body[5:]]))) as (client, server):
        with pytest.raises(kind) as caught:
            await client.documents.pdf(jobid=7)
    assert (caught.value.body, caught.value.vendor_text) == (body, "No such document")
    assert len(server.requests) == count


async def test_of_a_huge_error_only_the_beginning_is_read() -> None:
    body = Pieces([b"x" * 10_000] * 1000)
    async with desk(lambda: httpx.Response(400, stream=body)) as (client, _):
        with pytest.raises(BadRequest) as caught:
            await client.documents.pdf(jobid=7)
    assert len(caught.value.body) == 64 * 1024
    assert body.pulled < 10
    assert body.closed


@pytest.mark.parametrize(("status", "kind"), [(400, BadRequest), (422, BadRequest), (500, OutcomeUnknown)])
async def test_a_refused_print_is_an_error_and_a_failed_one_a_doubt(status: int, kind: type[Any]) -> None:
    async with desk(lambda: httpx.Response(status, json={"error": "x"})) as (client, server):
        with pytest.raises(kind):
            await client.documents.localprint(JOB)
    assert len(server.requests) == 1
