"""The client's requests before Prism, somebody else's reading of the specification: it finds nothing wrong in them."""

import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import date
from decimal import Decimal
from typing import Any

import httpx
import pytest
from attrs import frozen

from ropo_async import Credentials, DecodeError, OutcomeUnknown, RetryPolicy, RopoClient
from ropo_async.operations import OPERATIONS
from tests.contract.calls import BILLNUM, CALLS, DAY, JOBID, SPECIFICATION, Call

pytestmark = [pytest.mark.anyio, pytest.mark.slow]

PATHS: dict[str, Any] = json.loads(SPECIFICATION.read_text(encoding="utf-8"))["paths"]
GUARDED = [
    f"{method.upper()} {path}"
    for path, methods in PATHS.items()
    for method, operation in methods.items()
    if operation["security"]
]
EXPECTED = {row.name: row.expects for row in OPERATIONS}
NO_PDF = {"documents.pdf", "documents.preview", "documents.localprint"}
"""Whose answers Prism makes up as text."""


@frozen
class Heard:
    """One request, and what Prism thought of it."""

    request: str
    status: int
    violations: str


@asynccontextmanager
async def heard(prism: str) -> AsyncIterator[tuple[RopoClient, list[Heard]]]:
    found = list[Heard]()

    async def note(response: httpx.Response) -> None:
        sent = f"{response.request.method} {response.request.url.path}"
        found.append(Heard(sent, response.status_code, response.headers.get("sl-violations", "")))

    async with httpx.AsyncClient(event_hooks={"response": [note]}, trust_env=False) as http:
        credentials = Credentials("1000011", "only-for-tests")
        yield RopoClient(prism, credentials, http_client=http, retries=RetryPolicy(attempts=1), hooks=()), found


async def accepted(prism: str, name: str, call: Call) -> None:
    async with heard(prism) as (ropo, found):
        if name in NO_PDF:
            with pytest.raises((DecodeError, OutcomeUnknown)):
                await call.make(ropo)
        else:
            await call.make(ropo)
    asked = [entry for entry in found if entry.request == call.request]
    assert len(asked) == 1
    assert asked[0].status in EXPECTED[name]
    assert [entry for entry in found if entry.violations] == []


@pytest.mark.parametrize("name", CALLS)
async def test_every_operation_asks_as_the_specification_says(prism: str, name: str) -> None:
    await accepted(prism, name, CALLS[name])


FURTHER: dict[str, tuple[str, Callable[[RopoClient], Awaitable[Any]]]] = {
    "every way to name a document": (
        "documents.pdf",
        lambda ropo: ropo.documents.pdf(contractnum="C 1", documentdate=DAY, origdata=0, documenttype="ä&b"),
    ),
    "an invoice whose number must be quoted": (
        "status_updates.on",
        lambda ropo: ropo.status_updates.of_invoice("R 1/2&ä=?#"),
    ),
    "a payment by its reference": (
        "payments.register",
        lambda ropo: ropo.payments.register(billcode="1232", amount=Decimal("0.10"), paydate=date(2026, 12, 31)),
    ),
}
"""Calls with other parameters than those in the table."""


@pytest.mark.parametrize("case", FURTHER)
async def test_other_parameters_are_as_the_specification_says(prism: str, case: str) -> None:
    name, make = FURTHER[case]
    await accepted(prism, name, Call(make, CALLS[name].request))


@pytest.mark.parametrize("request_", GUARDED)
async def test_prism_lets_nobody_in_without_a_token(prism: str, request_: str) -> None:
    method, path = request_.split()
    async with httpx.AsyncClient(trust_env=False) as http:
        answer = await http.request(method, prism + path)
    assert (answer.status_code, "security" in answer.headers["sl-violations"]) == (401, True)


async def test_prism_minds_what_is_wrong(prism: str) -> None:
    # Otherwise the tests above would prove nothing.
    async with httpx.AsyncClient(base_url=prism, headers={"Authorization": "Bearer x"}, trust_env=False) as http:
        answers = [
            await http.get("/jobs", params={"jobid": "seven"}),
            await http.post("/jobs/payment", json={"billnum": BILLNUM, "amount": "ten", "paydate": "2026-03-04"}),
            await http.post("/jobs", json={"datastream": {"dataset": [{"jobtype": 0}]}}),
            await http.patch("/jobs", params={"jobid": JOBID}, json={"jobtype": "0"}),
        ]
    assert [answer.status_code for answer in answers] == [400] * 4
    assert all(answer.headers["sl-violations"] for answer in answers)
