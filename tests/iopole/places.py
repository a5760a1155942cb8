"""A client of Iopole, a journal, and an inbox on them."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from attrs import define

from ropo_async.hooks import Anomaly
from ropo_async.inbox import Delivery, Inbox
from ropo_async.iopole import InvoiceStatus, IopoleClient
from ropo_async.journal import Journal
from ropo_async.simulator.iopole import IopoleSimulator
from tests.iopole.world import connected

CUSTOMER = "01a015f1-c49c-734e-8000-000000000777"


@define
class Place:
    """A client, a journal, an inbox on them, and what the hooks were told."""

    simulator: IopoleSimulator
    iopole: IopoleClient
    journal: Journal
    inbox: Inbox[InvoiceStatus]
    events: list[Any]

    async def taken(self, **terms: Any) -> list[Delivery[InvoiceStatus]]:
        """Handle all that can be had now."""
        found = []
        async for delivery in self.inbox.deliveries(forever=False, **terms):
            async with delivery:
                found.append(delivery)
        return found

    async def ids(self) -> list[str | None]:
        return [delivery.update.status_id for delivery in await self.taken()]

    def anomalies(self) -> list[str]:
        return [event.what for event in self.events if isinstance(event, Anomaly)]


@asynccontextmanager
async def placed(simulator: IopoleSimulator, *, url: str = "memory:", **options: Any) -> AsyncIterator[Place]:
    events: list[Any] = []
    async with connected(simulator, hooks=[events.append], **options) as iopole, Journal.open(url) as journal:
        yield Place(simulator, iopole, journal, Inbox(iopole.statuses, journal), events)


def ids(simulator: IopoleSimulator) -> list[str]:
    return [entry.status_id for entry in simulator.truth.statuses]


def filled(invoices: int, **options: Any) -> IopoleSimulator:
    simulator = IopoleSimulator(**options)
    for _ in range(invoices):
        simulator.add_invoice()
    return simulator
