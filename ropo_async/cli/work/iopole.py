"""The statuses of Iopole's invoices."""

from __future__ import annotations

from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from attrs import frozen

from ropo_async import Inbox
from ropo_async.cli.work.screen import as_it_came, cell
from ropo_async.cli.work.settings import is_iopole_production
from ropo_async.cli.work.status import Status

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator

    from ropo_async import Journal
    from ropo_async.cli.work.desk import Desk
    from ropo_async.iopole import InvoiceStatus

__all__ = ["Statuses", "history"]


async def history(desk: Desk, invoice_id: str) -> Status:
    """Show all statuses of one invoice."""
    async with desk.iopole() as client:
        statuses = await client.invoices.status_history(invoice_id)
    desk.screen.list(
        ("date", "code", "in French", "to", "message"),
        [(status.date, status.code, _french(status), status.dest_type, status.message) for status in statuses],
        records=[as_it_came(status.raw) for status in statuses],
        none="ropo: there is none, as of an invoice that is new, or was received",
    )
    if statuses.undecoded:
        desk.screen.note(f"ropo: statuses that could not be read: {len(statuses.undecoded)}")
    return Status.DONE


def _french(status: InvoiceStatus) -> str | None:
    return None if status.life_cycle is None else status.life_cycle.french


@frozen
class Statuses:
    """The statuses that nobody has marked as seen, to be watched."""

    def is_production(self, desk: Desk) -> bool:
        """Whether the server is none for tests."""
        return is_iopole_production(desk.settings)

    @asynccontextmanager
    async def opened(self, desk: Desk) -> AsyncGenerator[tuple[Inbox[InvoiceStatus], Journal]]:
        """Open their inbox, and the journal that this is on."""
        async with desk.iopole() as client, desk.journal() as journal:
            yield Inbox(client.statuses, journal), journal

    def line(self, record: InvoiceStatus) -> str:
        """Return a status on one line, in columns."""
        return (
            f"{cell(record.date):20}  {cell(record.invoice_id):36}  {cell(record.code):16}  "
            f"{cell(record.dest_type):8}  {cell(record.message) if record.message else ''}"
        ).rstrip()
