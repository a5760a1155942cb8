"""One call for each row of the table of effects."""

from collections.abc import Awaitable, Callable, Mapping
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

from attrs import frozen

from ropo_async import JobDataSet, JobSubmission, PayRow, RopoClient
from ropo_async.simulator import Simulator

BILLNUM, JOBID = "R-1", 4711
DAY = date(2026, 3, 4)
PEOPLE: dict[str, Any] = {"customertype": 2, "person": "Testi Henkilö", "address": "Esimerkkikatu 1", "city": "OULU"}
JOB = JobSubmission(
    jobtype=0,
    billnum="R-2",
    postcode="90100",
    billdate=DAY,
    paydate=DAY,
    payrow=[PayRow(desc="Hieronta", count=1, amount=Decimal("35.00"), taxpr=Decimal("25.5"))],
    **PEOPLE,
)
CHANGE = JobDataSet(jobtype=0, **PEOPLE)


def nothing(_: Simulator) -> int:
    """Count the effects of what has none."""
    return 0


@frozen
class Call:
    """How a user calls an operation, and what counts what it did."""

    make: Callable[[RopoClient], Awaitable[Any]]
    request: str
    """Method and path, as in the specification."""
    effects: Callable[[Simulator], int] = nothing
    """How often it took effect."""


async def _all(pages: Any) -> list[Any]:
    return [page async for page in pages]


async def _resolve(ropo: RopoClient) -> Any:
    await ropo.disputes.open(jobid=JOBID)
    return await ropo.disputes.resolve(jobid=JOBID)


async def _one(lazy: Any) -> Any:
    return await lazy


CALLS: Mapping[str, Call] = {
    "token": Call(lambda ropo: ropo.status_updates.prepare(), "POST /token"),
    "status_updates.pages": Call(
        lambda ropo: _all(ropo.status_updates.pages(max_pages=1)),
        "GET /jobs/statusupdates",
        lambda simulator: len(simulator.truth.handed_out),
    ),
    "status_updates.on": Call(lambda ropo: _one(ropo.status_updates.on(DAY)), "GET /jobs/statusupdates"),
    "payments.register": Call(
        lambda ropo: ropo.payments.register(billnum=BILLNUM, amount=Decimal("10.00"), paydate=DAY),
        "POST /jobs/payment",
        lambda simulator: len(simulator.truth.payments),
    ),
    "credit_notes.register": Call(
        lambda ropo: ropo.credit_notes.register(billnum=BILLNUM, amount=Decimal("10.00"), date=DAY),
        "POST /jobs/creditnote",
        lambda simulator: len(simulator.truth.credit_notes),
    ),
    "jobs.get": Call(lambda ropo: ropo.jobs.get(JOBID), "GET /jobs"),
    "jobs.submit": Call(
        lambda ropo: ropo.jobs.submit(JOB), "POST /jobs", lambda simulator: len(simulator.truth.submissions)
    ),
    "jobs.modify": Call(
        lambda ropo: ropo.jobs.modify(CHANGE, billnum=BILLNUM),
        "PATCH /jobs",
        lambda simulator: len(simulator.truth.modifications),
    ),
    "jobs.modify_open_sales_invoices": Call(
        lambda ropo: ropo.jobs.modify_open_sales_invoices(CHANGE, custnum="1022", ordernumber="7"),
        "PATCH /jobs/opensalesinvoices",
        lambda simulator: len(simulator.truth.modifications),
    ),
    "jobs.update_delivery_status": Call(
        lambda ropo: ropo.jobs.update_delivery_status(id="D-1", service="post"),
        "PATCH /jobs/deliverystatus",
        lambda simulator: len(simulator.truth.delivery_statuses),
    ),
    "jobs.send_transfer_report": Call(
        lambda ropo: ropo.jobs.send_transfer_report("B-1"),
        "GET /jobs/transferconfirmation",
        lambda simulator: len(simulator.truth.transfer_reports),
    ),
    "documents.pdf": Call(lambda ropo: _one(ropo.documents.pdf(jobid=JOBID)), "GET /jobs/pdf"),
    "documents.preview": Call(lambda ropo: _one(ropo.documents.preview(JOB)), "POST /jobs/preview"),
    "documents.localprint": Call(
        lambda ropo: _one(ropo.documents.localprint(JOB)),
        "POST /jobs/localprint",
        lambda simulator: len(simulator.truth.submissions),
    ),
    "disputes.open": Call(
        lambda ropo: ropo.disputes.open(jobid=JOBID),
        "POST /jobs/dispute",
        lambda simulator: len(simulator.truth.disputes),
    ),
    "disputes.resolve": Call(
        _resolve,
        "POST /jobs/dispute/resolve",
        lambda simulator: sum(dispute.resolved is not None for dispute in simulator.truth.disputes),
    ),
}


def prepared() -> Simulator:
    """Return a server on which every call of the table succeeds."""
    simulator = Simulator(apicode="only-for-tests")
    simulator.add_invoice(billnum=BILLNUM, jobid=JOBID, amount="100.00")
    simulator.add_invoice(amount="5.00", dataset=PEOPLE | {"custnum": "1022", "ordernumber": 7})
    simulator.add_updates(count=3)
    return simulator


SPECIFICATION = Path(__file__).parents[2] / "openapi" / "ropo-one" / "openapi.json"
