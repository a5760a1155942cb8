"""What is let slip: nothing personal and no secret, and other users of the HTTP library lose no line."""

import logging
import traceback
from decimal import Decimal

import httpx
import pytest

from ropo_async import RopoError
from ropo_async.simulator import Fault, Running, Simulator
from tests.faults.calls import PAY, REREAD, Connect, pay

pytestmark = pytest.mark.anyio

BILLNUM, AMOUNT = "R-271828", Decimal("31415.92")


@pytest.mark.parametrize("own", [False, True])
async def test_nothing_personal_and_no_secret_in_logs_and_errors(
    *, own: bool, simulator: Simulator, connect: Connect, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    simulator.add_invoice(billnum=BILLNUM, amount=10**6)
    shown: list[str] = []
    async with httpx.AsyncClient(trust_env=False) as http:
        client = connect(http_client=http if own else None)
        for status in (429, 401):
            simulator.fail(Fault.status(status), operation=PAY)
            shown.append(repr(await pay(client, billnum=BILLNUM, amount=AMOUNT)))
        for fault in (
            Fault.cut(),
            Fault.drop(processed=True),
            Fault.status(400, body=b'{"error":"R-271828 owes 31415.92"}'),
            Fault.status(400, body=b'{"statusid":5,"statustext":"R-271828 owes 31415.92"}'),
            Fault.body(b"R-271828"),
        ):
            simulator.fail(fault, operation=PAY)
            with pytest.raises(RopoError) as caught:
                await pay(client, billnum=BILLNUM, amount=AMOUNT)
            shown += [*traceback.format_exception(caught.value), repr(caught.value)]
        simulator.fail(Fault.status(500), operation=REREAD)
        page = await client.status_updates.of_invoice(BILLNUM)
        shown += [repr(thing) for thing in (page, client, client.payments, client.status_updates)]
        await client.aclose()
    assert len(simulator.truth.payments) == 5
    assert len(page) > 5  # each has made comments, too
    assert len(caplog.records) > 20
    shown += [f"{record.getMessage()} {record.__dict__}" for record in caplog.records]
    secrets = [BILLNUM, str(AMOUNT), "only-for-tests", *simulator.tokens._expiry]
    assert len(secrets) == 5
    assert [secret for secret in secrets if any(secret in line for line in shown)] == []


async def test_other_uses_of_the_http_library_are_logged_as_before(
    running: Running, connect: Connect, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    async with httpx.AsyncClient(trust_env=False) as http:
        await pay(connect(http_client=http))
        assert not [record for record in caplog.records if record.name.startswith("http")]
        await http.get(f"{running.url}/mine")
    names = {
        record.name.rstrip("2") for record in caplog.records
    }  # the library's successor calls itself the same, and 2
    assert "httpx" in names
    assert any(name.startswith("httpcore") and name.endswith("http11") for name in names)
    assert "/rest/mine" in caplog.text
