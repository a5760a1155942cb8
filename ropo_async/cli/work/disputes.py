"""Disputes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ropo_async.cli.work.jobs import content_of
from ropo_async.cli.work.screen import as_it_came
from ropo_async.cli.work.status import Status

if TYPE_CHECKING:
    from pathlib import Path

    from ropo_async import DisputeReceipt
    from ropo_async.cli.work.desk import Desk

__all__ = ["begin", "resolve"]


async def begin(desk: Desk, jobid: int | None, invoice_number: str | None, details: Path | None) -> Status:
    """Open one."""
    given = await _details(details)
    async with desk.client() as ropo:
        return _told(
            desk, "disputed", await ropo.disputes.open(jobid=jobid, invoice_number=invoice_number, details=given)
        )


async def resolve(desk: Desk, jobid: int | None, invoice_number: str | None, details: Path | None) -> Status:
    """Resolve one."""
    given = await _details(details)
    async with desk.client() as ropo:
        receipt = await ropo.disputes.resolve(jobid=jobid, invoice_number=invoice_number, details=given)
        return _told(desk, "resolved", receipt)


async def _details(file: Path | None) -> Any:
    return None if file is None else await content_of(file)


def _told(desk: Desk, what: str, receipt: DisputeReceipt) -> Status:
    desk.screen.show({what: receipt.created_at or "yes"}, as_it_came(receipt.raw))
    return Status.DONE
