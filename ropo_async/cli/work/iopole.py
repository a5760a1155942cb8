"""The statuses of Iopole's invoices."""

from __future__ import annotations

from typing import TYPE_CHECKING

import anyio

from ropo_async.cli.work.screen import as_it_came, cell
from ropo_async.cli.work.status import Status

if TYPE_CHECKING:
    from ropo_async.cli.work.desk import Desk
    from ropo_async.iopole import InvoiceStatus, IopoleClient

__all__ = ["forever", "history", "once"]


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
    _tell_unread(desk, len(statuses.undecoded))
    return Status.DONE


def _french(status: InvoiceStatus) -> str | None:
    return None if status.life_cycle is None else status.life_cycle.french


async def once(desk: Desk) -> Status:
    """Print what nobody has seen yet."""
    async with desk.iopole() as client:
        await _take(desk, client)
    return Status.DONE


async def forever(desk: Desk, every: int) -> Status:
    """Print what nobody has seen yet, again and again."""
    async with desk.iopole() as client:
        desk.screen.note("ropo: watching; Ctrl-C ends it, and loses nothing")
        while True:
            await _take(desk, client)
            await anyio.sleep(every)


async def _take(desk: Desk, client: IopoleClient) -> None:
    taken = client.statuses.unseen()
    async for unseen in taken:
        async with unseen as status:
            if desk.screen.as_json:
                desk.screen.record(as_it_came(status.raw))
            else:
                desk.screen.line(_line(status))
    _tell_unread(desk, len(taken.undecoded))


def _tell_unread(desk: Desk, count: int) -> None:
    if count:
        desk.screen.note(f"ropo: statuses that could not be read: {count}")


def _line(status: InvoiceStatus) -> str:
    return (
        f"{cell(status.date):20}  {cell(status.invoice_id):36}  {cell(status.code):16}  {cell(status.dest_type):8}  "
        f"{cell(status.message) if status.message else ''}"
    ).rstrip()
