"""Jobs that can be submitted, all of them fictitious, and clients whose answers are made up."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import date
from decimal import Decimal
from typing import Any

import httpx

from ropo_async import JobDataSet, JobSubmission, PayRow, RetryPolicy, RopoClient, StaticToken

Answer = tuple[int, dict[str, Any]]
"""A status, and what `httpx.Response` makes the rest of it from."""

DAY = date(2026, 3, 4)
ROW = PayRow(desc="Hieronta", count=1, itemtype="h", amount=Decimal("35.00"), taxpr=Decimal("25.5"))
RECIPIENT: dict[str, Any] = {
    "customertype": 2,
    "person": "Testi Henkilö",
    "address": "Esimerkkikatu 1",
    "postcode": "70100",
    "city": "KUOPIO",
}


def bill(**fields: Any) -> JobSubmission:
    """Return a bill that has what it must, and `fields`."""
    given = {"jobtype": 0, **RECIPIENT, "billdate": DAY, "paydate": date(2026, 3, 18), "payrow": [ROW]}
    return JobSubmission(**given | fields)


def dataset(**fields: Any) -> JobDataSet:
    """Return the data of a job without rows."""
    return JobDataSet(**{"jobtype": 0, **RECIPIENT} | fields)


@asynccontextmanager
async def answered(
    answer: Callable[[httpx.Request], httpx.Response] | Answer,
) -> AsyncIterator[tuple[RopoClient, list[httpx.Request]]]:
    """Give a client whose requests get `answer`, and the list of them."""
    sent = list[httpx.Request]()

    def handle(request: httpx.Request) -> httpx.Response:
        sent.append(request)
        return answer(request) if callable(answer) else httpx.Response(answer[0], **answer[1])

    async with httpx.AsyncClient(transport=httpx.MockTransport(handle)) as http:
        retries = RetryPolicy(base=0.001, throttled_base=0.001)
        yield RopoClient("https://example.invalid/rest", StaticToken("t"), http_client=http, retries=retries), sent
