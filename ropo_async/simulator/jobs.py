"""Jobs that are there: what `GET /jobs` tells of one, and what the `PATCH` calls change."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ropo_async.simulator.asking import body_of, invoice_named, only, parameters
from ropo_async.simulator.books import Modification
from ropo_async.simulator.invoices import job_info, merged
from ropo_async.simulator.messages import Answer, Refusal, json_answer
from ropo_async.simulator.updates import MODIFIED
from ropo_async.simulator.values import is_number

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ropo_async.simulator.books import Invoice, Record
    from ropo_async.simulator.messages import Request
    from ropo_async.simulator.simulator import Simulator

__all__ = ["get_job", "modify", "modify_open"]


def get_job(simulator: Simulator, request: Request) -> Answer:
    """`GET /jobs`."""
    return json_answer(200, job_info(invoice_named(simulator, _ids(request, "jobid"))))


def modify(simulator: Simulator, request: Request) -> Answer:
    """`PATCH /jobs`: what is sent takes the place of what was there; whether the vendor merges is not published."""
    invoice = invoice_named(simulator, _ids(request, "jobid", "billnum"))
    changes = _changes(request)
    if not _is_open(invoice):
        raise Refusal("The job is closed")
    _modify(simulator, request.index, [invoice], changes)
    return Answer(200)


def modify_open(simulator: Simulator, request: Request) -> Answer:
    """`PATCH /jobs/opensalesinvoices`: the same for all open invoices of a customer's order."""
    sent = parameters(request, "custnum", "ordernumber")
    for name in ("custnum", "ordernumber"):
        if name not in sent:
            raise Refusal(f"{name} is required")
    changes = _changes(request)
    meant = [invoice for invoice in simulator.truth.ours if _is_open(invoice) and _is_of(invoice, sent)]
    _modify(simulator, request.index, meant, changes)
    # Nothing of this answer is published.
    return json_answer(200, {"updated": len(meant), "jobid": [invoice.jobid for invoice in meant]})


def _ids(request: Request, *names: str) -> dict[str, str]:
    return only(parameters(request, *names), names, exactly=False)


def _is_open(invoice: Invoice) -> bool:
    return invoice.open > 0 and not invoice.cancelled


def _is_of(invoice: Invoice, sent: Mapping[str, str]) -> bool:
    # `ordernumber` is a string in the query and an integer in the dataset.
    return all(str(invoice.dataset.get(name)) == value for name, value in sent.items())


def _changes(request: Request) -> Record:
    # The schema has no rows here. Where they come all the same they must be rows.
    return body_of("JobSubmission", request)


def _modify(simulator: Simulator, request: int, invoices: list[Invoice], changes: Record) -> None:
    changed = [merged(invoice, changes) for invoice in invoices]
    if not all(is_number(left.amount) for left in changed):
        raise Refusal("the sums are out of range")
    for left in changed:
        simulator.truth.invoices[left.jobid] = left
        simulator.truth.modifications.append(Modification(request, left.jobid, tuple(changes)))
        simulator.show(simulator.maker.comment(left, MODIFIED))
