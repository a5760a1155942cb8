"""What cannot be sent is refused where it is handed in, by every operation in the same words; it is never repeated."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from ropo_async import InvalidInput, RopoClient
from tests.contract.calls import CHANGE, prepared
from tests.contract.test_every_operation import connected

pytestmark = pytest.mark.anyio

SECRET = "080590-920X"
HALF = f"{SECRET}\ud800"
"""Text with half a surrogate pair, as a lenient decoder leaves it: no UTF-8 can be made of it."""
LONG = 10**5000
"""A number that Python itself does not write out."""
DAY = date(2026, 11, 20)


async def awaited(lazy: Any) -> Any:
    return await lazy


CALLS: dict[str, Callable[[RopoClient], Any]] = {
    "a payment": lambda ropo: ropo.payments.register(billnum=HALF, amount=1, paydate=DAY),
    "a payment's text": lambda ropo: ropo.payments.register(billnum="R-1", description=HALF, amount=1, paydate=DAY),
    "a payment's job": lambda ropo: ropo.payments.register(jobid=LONG, amount=1, paydate=DAY),
    "a credit note": lambda ropo: ropo.credit_notes.register(billnum=HALF, amount=1, date=DAY),
    "a job": lambda ropo: ropo.jobs.get(LONG),
    "a change": lambda ropo: ropo.jobs.modify(CHANGE, billnum=HALF),
    "a change of a job": lambda ropo: ropo.jobs.modify(CHANGE, jobid=LONG),
    "changes": lambda ropo: ropo.jobs.modify_open_sales_invoices(CHANGE, custnum=HALF, ordernumber="7"),
    "a delivery": lambda ropo: ropo.jobs.update_delivery_status(id=HALF),
    "a report": lambda ropo: ropo.jobs.send_transfer_report(HALF),
    "a dispute": lambda ropo: ropo.disputes.open(invoice_number=HALF),
    "a dispute of a job": lambda ropo: ropo.disputes.resolve(jobid=LONG),
    "a document": lambda ropo: awaited(ropo.documents.pdf(billnum=HALF)),
    "a document of a job": lambda ropo: awaited(ropo.documents.pdf(jobid=LONG)),
    "an invoice": lambda ropo: awaited(ropo.status_updates.of_invoice(HALF)),
}


@pytest.mark.parametrize("call", CALLS.values(), ids=CALLS)
async def test_what_cannot_be_sent_is_refused_before(call: Callable[[RopoClient], Any]) -> None:
    simulator = prepared()
    async with connected(simulator) as ropo:
        with pytest.raises(InvalidInput, match=r"must be (text that is UTF-8|a positive int of 64 bits)") as caught:
            await call(ropo)
    assert simulator.truth.requests == []
    error: BaseException | None = caught.value
    while error is not None:  # neither does what it was made of
        assert SECRET not in f"{error} {error!r} {vars(error)}"
        error = error.__cause__ or error.__context__
