"""PDFs, a server that hands them out as a test wants it, and a client of it."""

from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import date
from decimal import Decimal
from typing import Any

import anyio.lowlevel
import httpx
from attrs import define, field

from ropo_async import JobSubmission, PayRow, RetryPolicy, RopoClient, StaticToken

SMALL = b"%PDF-1.4\n1 0 obj\nendobj\ntrailer\n%%EOF\n"
LARGE = SMALL[:9] + b" " * 300_000 + SMALL[9:]
PDF: Mapping[str, str] = {"content-type": "application/pdf"}

JOB = JobSubmission(
    jobtype=0,
    customertype=2,
    person="Testi Testinen",
    address="Katu 1",
    postcode="70100",
    city="Kuopio",
    billnum="R-1",
    billcode="13",
    billdate=date(2026, 3, 1),
    paydate=date(2026, 3, 15),
    payrow=[PayRow(desc="Lasku", amount=Decimal("10.10"))],
)


@define
class Pieces(httpx.AsyncByteStream):
    """A body that comes in pieces and then perhaps breaks off."""

    pieces: Sequence[bytes]
    error: Exception | None = None
    pulled: int = 0
    closed: bool = False

    async def __aiter__(self) -> AsyncIterator[bytes]:
        for piece in self.pieces:
            await anyio.lowlevel.checkpoint()
            self.pulled += 1
            yield piece
        if self.error is not None:
            raise self.error

    async def aclose(self) -> None:
        self.closed = True


def whole(content: bytes = SMALL, headers: Mapping[str, str] | None = None, *, step: int = 65_536) -> httpx.Response:
    """Answer with a document of known length, in pieces."""
    pieces = [content[place : place + step] for place in range(0, len(content), step)]
    length = {"content-length": str(len(content))}
    return httpx.Response(200, headers={**PDF, **length, **(headers or {})}, stream=Pieces(pieces))


def unmeasured(
    *pieces: bytes, headers: Mapping[str, str] | None = None, error: Exception | None = None
) -> httpx.Response:
    """Answer with pieces whose length nobody told."""
    return httpx.Response(200, headers={**PDF, **(headers or {})}, stream=Pieces(pieces, error))


@define
class Desk:
    """Answers one request after the other, the last answer again and again."""

    answers: list[Callable[[], httpx.Response]]
    requests: list[httpx.Request] = field(factory=list[httpx.Request])

    async def __call__(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        await anyio.lowlevel.checkpoint()
        return self.answers[min(len(self.requests), len(self.answers)) - 1]()


@asynccontextmanager
async def desk(*answers: Callable[[], httpx.Response], **options: Any) -> AsyncIterator[tuple[RopoClient, Desk]]:
    """Have a client of a server that gives these answers."""
    server = Desk(list(answers) or [whole])
    async with (
        httpx.AsyncClient(transport=httpx.MockTransport(server)) as http_client,
        RopoClient(
            "https://invoicing.test/rest",
            StaticToken("only-for-tests"),
            http_client=http_client,
            **{"retries": RetryPolicy(base=0.001)} | options,
        ) as client,
    ):
        yield client, server
