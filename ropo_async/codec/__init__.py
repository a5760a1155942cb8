"""Between bytes and values, both ways. Pure, and the only room that knows the generated code.

What goes out is built by the generated request builders. What comes in is read leniently, piece by piece.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ropo_async._late import homes, late

if TYPE_CHECKING:
    from ropo_async.codec.disputes import dispute_request, read_dispute, resolve_dispute_request
    from ropo_async.codec.documents import (
        MARGIN,
        document_end_problem,
        document_start_problem,
        job_document_request,
        pdf_request,
    )
    from ropo_async.codec.errors import VendorError, read_vendor_error, status_error
    from ropo_async.codec.jobs import (
        delivery_status_request,
        job_request,
        modify_open_request,
        modify_request,
        read_done,
        read_job,
        read_jobs_result,
        read_open_result,
        submit_request,
        transfer_report_request,
    )
    from ropo_async.codec.login import read_token, token_request
    from ropo_async.codec.payments import credit_note_request, payment_request, read_credit_receipt, read_receipt
    from ropo_async.codec.updates import page_steps, poll_request, read_page, read_update, reread_request, salvage_page

__all__ = [
    "MARGIN",
    "VendorError",
    "credit_note_request",
    "delivery_status_request",
    "dispute_request",
    "document_end_problem",
    "document_start_problem",
    "job_document_request",
    "job_request",
    "modify_open_request",
    "modify_request",
    "page_steps",
    "payment_request",
    "pdf_request",
    "poll_request",
    "read_credit_receipt",
    "read_dispute",
    "read_done",
    "read_job",
    "read_jobs_result",
    "read_open_result",
    "read_page",
    "read_receipt",
    "read_token",
    "read_update",
    "read_vendor_error",
    "reread_request",
    "resolve_dispute_request",
    "salvage_page",
    "status_error",
    "submit_request",
    "token_request",
    "transfer_report_request",
]

# Each room is loaded for what it is needed for: a client that only pays need not know what a job is.
_ROOMS = {
    "disputes": "dispute_request read_dispute resolve_dispute_request",
    "documents": "MARGIN document_end_problem document_start_problem job_document_request pdf_request",
    "errors": "VendorError read_vendor_error status_error",
    "jobs": (
        "delivery_status_request job_request modify_open_request modify_request read_done read_job read_jobs_result "
        "read_open_result submit_request transfer_report_request"
    ),
    "login": "read_token token_request",
    "payments": "credit_note_request payment_request read_credit_receipt read_receipt",
    "updates": "page_steps poll_request read_page read_update reread_request salvage_page",
}

_HOMES = homes(_ROOMS)

__getattr__ = late(__name__, _HOMES)
