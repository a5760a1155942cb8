"""Disputes, and the two calls that only leave a note: delivery statuses and transfer reports."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import evolve

from ropo_async.simulator.asking import body_of, invoice_named, only, parameters, stamp
from ropo_async.simulator.books import DeliveryStatus, Dispute, TransferReport
from ropo_async.simulator.messages import Answer, Refusal, json_answer
from ropo_async.simulator.updates import DISPUTED, RESOLVED, Comment

if TYPE_CHECKING:
    from ropo_async.simulator.books import Invoice
    from ropo_async.simulator.messages import Request
    from ropo_async.simulator.simulator import Simulator

__all__ = ["dispute", "report_delivery", "resolve", "send_transfer_report"]


def dispute(simulator: Simulator, request: Request) -> Answer:
    """`POST /jobs/dispute`."""
    invoice, details = _invoice(simulator, request), body_of("JobDisputeRequest", request)
    if invoice.disputed:
        raise Refusal("The job is disputed already")
    simulator.truth.disputes.append(Dispute(request.index, invoice.jobid, details))
    return _become(simulator, invoice, DISPUTED, disputed=True)


def resolve(simulator: Simulator, request: Request) -> Answer:
    """`POST /jobs/dispute/resolve`."""
    invoice = _invoice(simulator, request)
    body_of("JobResolveDisputeRequest", request)
    if not invoice.disputed:
        raise Refusal("The job is not disputed")
    disputes = simulator.truth.disputes
    place = max(place for place, known in enumerate(disputes) if known.jobid == invoice.jobid)
    disputes[place] = evolve(disputes[place], resolved=request.index)
    return _become(simulator, invoice, RESOLVED, disputed=False)


def report_delivery(simulator: Simulator, request: Request) -> Answer:
    """`PATCH /jobs/deliverystatus`."""
    details = body_of("JobDeliveryStatusRequest", request)
    simulator.truth.delivery_statuses.append(DeliveryStatus(request.index, details))
    return Answer(200)


def send_transfer_report(simulator: Simulator, request: Request) -> Answer:
    """`GET /jobs/transferconfirmation`: a report is sent each time."""
    sent = parameters(request, "batchid")
    if not sent:
        raise Refusal("batchid is required")
    simulator.truth.transfer_reports.append(TransferReport(request.index, sent["batchid"]))
    return Answer(200)


def _invoice(simulator: Simulator, request: Request) -> Invoice:
    names = ("jobid", "invoice_number")
    return invoice_named(simulator, only(parameters(request, *names), names, exactly=True))


def _become(simulator: Simulator, invoice: Invoice, comment: Comment, *, disputed: bool) -> Answer:
    left = evolve(invoice, disputed=disputed)
    simulator.truth.invoices[left.jobid] = left
    simulator.show(simulator.maker.comment(left, comment))
    return json_answer(200, {"created_at": stamp(simulator)})
