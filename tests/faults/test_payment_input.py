"""What goes into a payment: only what can be right, digit for digit, and on a connection of its own."""

from datetime import UTC, datetime
from decimal import Decimal
from functools import partial
from typing import Any

import anyio
import httpx
import pytest

from ropo_async import InvalidInput, RopoClient
from ropo_async.simulator import Fault, Simulator
from tests.faults.calls import PAY, Connect, booked, pay, sent, token

pytestmark = pytest.mark.anyio

INVALID: list[dict[str, Any]] = [
    *(
        {"amount": amount}
        for amount in (7.1, True, "7.10", None, Decimal("NaN"), Decimal("-Infinity"), Decimal("sNaN"))
    ),
    *({"amount": amount} for amount in (10**16, Decimal("1E+16"), Decimal("1E-16"), 7 + 0j)),
    *({"paydate": day} for day in (None, "2026-03-01", datetime(2026, 3, 1, tzinfo=UTC), 20260301)),
    *({"billnum": text} for text in (None, "", "  ", 4711, b"R-4711", "R-4711\ud800")),
    *({"billnum": None, "jobid": jobid} for jobid in (0, -1, True, 1.0, "1", 2**63, 10**5000)),
    *({"billnum": None, "billcode": text} for text in ("", "\t", 1009)),
    *({"jobid": 7_000_001}, {"billcode": "70000018"}, {"billnum": "R-4711", "jobid": 1, "billcode": "2"}),
    *(
        {name: wrong}
        for name in ("identifier", "type", "creditnotebillnum", "description")
        for wrong in ("", 5, "\udfff")
    ),
]


@pytest.mark.parametrize("fields", INVALID)
async def test_what_cannot_be_right_is_not_sent(fields: dict[str, Any], simulator: Simulator, connect: Connect) -> None:
    with pytest.raises(InvalidInput):
        await pay(connect(), **fields)
    assert not simulator.truth.connections


# --- on the wire --------------------------------------------------------------------------------------------------

AMOUNTS: list[tuple[Decimal | int, str]] = [
    *((Decimal(text), text) for text in ("710.10", "0.01", "710.100", "8999.99", "0.1", "1", "-5.00", "0")),
    *(
        (Decimal(given), text)
        for given, text in (("7E+2", "700"), ("7.1E+2", "710"), ("71E-1", "7.1"), ("1E-6", "0.000001"))
    ),
    *((Decimal("0.1") + Decimal("0.2"), "0.3"), (710, "710"), (Decimal("1234567890123.45"), "1234567890123.45")),
    *((Decimal(text), text) for text in ("0.0000001", "0.0000000", "12345.12345678901234567890")),
]


@pytest.mark.parametrize(("amount", "text"), AMOUNTS)
async def test_the_amount_goes_out_digit_for_digit(
    amount: Decimal | int, text: str, simulator: Simulator, connect: Connect
) -> None:
    bodies: list[bytes] = []

    async def note(request: httpx.Request) -> None:
        bodies.append(request.content)

    async with httpx.AsyncClient(event_hooks={"request": [note]}, trust_env=False) as http:
        client = connect(http_client=http, auth=token(simulator))
        simulator.fail(Fault.body(b'{"statusid":6}', status=201), operation=PAY)
        await pay(client, amount=amount)
    assert bodies == [b'{"amount":%s,"paydate":"2026-03-01","billnum":"R-4711"}' % text.encode()]


async def test_every_field_goes_out_under_the_apis_own_name(simulator: Simulator, client: RopoClient) -> None:
    invoice = simulator.add_invoice(billcode="70000018")
    details = {"identifier": "insurance", "type": "directpayment", "creditnotebillnum": "1", "description": "Ä €\n\0"}
    await pay(client, billnum=None, billcode="70000018", **details)
    (payment,) = simulator.truth.payments
    assert payment.details == details
    assert (payment.jobid, payment.amount, payment.paydate) == (invoice.jobid, Decimal("710.10"), "2026-03-01")


async def test_every_payment_has_a_connection_of_its_own(simulator: Simulator, client: RopoClient) -> None:
    async with anyio.create_task_group() as group:
        for _ in range(10):
            group.start_soon(partial(pay, client, amount=1))
    for _ in range(3):
        await pay(client, amount=1)
    connections = {exchange.connection for exchange in sent(simulator)}
    assert len(connections) == booked(simulator) == 13
    assert all(simulator.truth.requests_per_connection[number] == 1 for number in connections)
