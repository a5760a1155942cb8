"""Runs of many payments, and what became of them."""

from typing import Any

from ropo_async import (
    BulkResult,
    Registration,
)
from tests.ledger.office import Office, payment


def asked(count: int, *, first: int = 0) -> list[Registration]:
    """Return payments of 1 euro, each for an invoice of its own."""
    return [Registration(f"op-{n}", payment(billnum=f"R-{n}", amount=1)) for n in range(first, first + count)]


def known(office: Office, count: int) -> None:
    for number in range(count):
        office.simulator.add_invoice(billnum=f"R-{number}", amount="100.00")


async def collect(found: list[BulkResult], office: Office, source: Any, **options: Any) -> None:
    """Run to the end, and keep what came until then."""
    async with office.ledger.register_many(source, **options) as run:
        async for result in run:
            found.append(result)  # noqa: PERF401 - what came before an error counts


async def results(office: Office, source: Any, **options: Any) -> dict[str, BulkResult]:
    found = list[BulkResult]()
    await collect(found, office, source, **options)
    return {result.operation_id: result for result in found}


def states(found: dict[str, BulkResult]) -> dict[str, str]:
    return {
        operation_id: str(result.booking.state) if result.booking else type(result.error).__name__
        for operation_id, result in found.items()
    }


def booked(office: Office) -> list[str]:
    return sorted(payment.billnum for payment in office.simulator.truth.payments)
