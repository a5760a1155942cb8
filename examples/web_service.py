"""A web service on FastAPI: payments over HTTP, each sent once, and the feed followed in the background.

`uvicorn web_service:app`. ROPO_SERVER, ROPO_CID and ROPO_APICODE name the account, ROPO_JOURNAL the journal.
"""

import asyncio
import os
from collections import Counter
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from datetime import date, timedelta
from decimal import Decimal
from typing import Annotated

from attrs import field, frozen
from fastapi import Depends, FastAPI, Request
from fastapi.responses import JSONResponse
from pydantic import BaseModel

from ropo_async import Inbox, InvalidInput, InvoiceBusy, Journal, Payment, PaymentLedger, RopoClient, RopoError

EVERY = timedelta(minutes=1)
ANSWERS = ((InvoiceBusy, 409), (InvalidInput, 422), (RopoError, 503))
"""What a caller is told. It may ask again with the same id in any case: what was sent is not sent again."""


@frozen
class Service:
    """What the requests share."""

    inbox: Inbox
    ledger: PaymentLedger
    booked: Counter[str] = field(factory=Counter[str])
    """Updates handled, by kind: your own work goes in its place."""

    async def follow(self) -> None:
        """Handle one update after the other."""
        async for delivery in self.inbox:
            async with delivery as update:  # left normally: acknowledged; by an exception: delivered again later
                self.booked[update.statustype or "unknown"] += 1


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncGenerator[None]:
    """Open one client and one journal for as long as the service runs; poll, verify and consume beside it."""
    async with RopoClient.from_env() as ropo, Journal.open(os.environ["ROPO_JOURNAL"]) as journal:
        app.state.service = service = Service(Inbox(ropo.status_updates, journal), PaymentLedger(ropo, journal))
        async with service.inbox.polling(every=EVERY), service.ledger.verifying(), asyncio.TaskGroup() as tasks:
            following = tasks.create_task(service.follow())
            yield
            following.cancel()


def service_of(request: Request) -> Service:
    """Return what the lifespan has opened."""
    service: Service = request.app.state.service
    return service


class Order(BaseModel):
    """A payment to register."""

    billnum: str
    amount: Decimal
    paydate: date


app = FastAPI(title="Payments", lifespan=lifespan)
TheService = Annotated[Service, Depends(service_of)]


@app.exception_handler(RopoError)
async def refuse(_: Request, error: Exception) -> JSONResponse:
    """Answer where there is no booking to tell of."""
    status = next(status for kind, status in ANSWERS if isinstance(error, kind))
    return JSONResponse({"detail": str(error)}, status)


@app.put("/payments/{operation_id}")
async def pay(operation_id: str, order: Order, service: TheService) -> dict[str, str]:
    """Register a payment under the caller's id; to ask again with the same id sends nothing."""
    payment = Payment(billnum=order.billnum, amount=order.amount, paydate=order.paydate)
    booking = await service.ledger.register(operation_id, payment)
    return {"state": booking.state, "reason": booking.reason}


@app.get("/health")
async def health(service: TheService) -> dict[str, float | None]:
    """Tell how far behind the feed is, and what waits or is in doubt."""
    found = await service.inbox.health()
    lag = None if found.lag is None else found.lag.total_seconds()
    return {"lag": lag, "waiting": found.waiting, "open_gaps": found.open_gaps, "handled": service.booked.total()}
