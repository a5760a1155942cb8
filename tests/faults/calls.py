"""The calls that the fault tests make, and what the simulator knows of them afterwards."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

from ropo_async import PaymentReceipt, RopoClient, StaticToken
from ropo_async.simulator import Exchange, Simulator

Connect = Callable[..., RopoClient]

LOGIN, PAY = "POST /token", "POST /jobs/payment"
POLL = REREAD = "GET /jobs/statusupdates"  # a query makes it a re-read

BILLNUM = "R-4711"
ORDER: dict[str, Any] = {"billnum": BILLNUM, "amount": Decimal("710.10"), "paydate": date(2026, 3, 1)}


async def pay(client: RopoClient, **fields: Any) -> PaymentReceipt:
    return await client.payments.register(**ORDER | fields)


async def read(client: RopoClient) -> None:
    await client.status_updates.of_invoice(BILLNUM)


def sent(simulator: Simulator) -> list[Exchange]:
    return [exchange for exchange in simulator.truth.requests if exchange.operation == PAY]


def booked(simulator: Simulator) -> int:
    return len(simulator.truth.payments)


def token(simulator: Simulator) -> StaticToken:
    return StaticToken(simulator.tokens.issue(simulator.cid)[0])
