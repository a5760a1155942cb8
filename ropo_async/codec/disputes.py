"""Disputes: their details are not documented and go out as they are given."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from ropo_async import _values as values
from ropo_async import operations
from ropo_async.codec._leniently import optional_content_of, sorted_out
from ropo_async.codec._requests import request
from ropo_async.job_records import DisputeReceipt

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ropo_async._messages import Answer, Request

__all__ = ["dispute_request", "read_dispute", "resolve_dispute_request"]

_RECEIPT: Mapping[str, values.Converter] = MappingProxyType({"created_at": values.text})


def dispute_request(details: Mapping[str, Any], **identifier: str) -> Request:
    """Dispute the job with a `jobid` or an `invoice_number`."""
    from ropo_async_generated.ropo_one_api.api import jobs
    from ropo_async_generated.ropo_one_api.models import JobDisputeRequest

    built = jobs.jobs_dispute_action_request(body=JobDisputeRequest.from_dict(details), **identifier)
    return request(operations.DISPUTE, built)


def resolve_dispute_request(details: Mapping[str, Any], **identifier: str) -> Request:
    """Resolve the dispute of the job with a `jobid` or an `invoice_number`."""
    from ropo_async_generated.ropo_one_api.api import jobs
    from ropo_async_generated.ropo_one_api.models import JobResolveDisputeRequest

    built = jobs.jobs_resolve_dispute_action_request(body=JobResolveDisputeRequest.from_dict(details), **identifier)
    return request(operations.RESOLVE_DISPUTE, built)


def read_dispute(answer: Answer) -> DisputeReceipt:
    """Return what the server says of a dispute.

    Raises:
        DecodeError: it cannot be read, or contradicts itself.
    """
    content, body = optional_content_of(answer)
    known, extra = sorted_out(content, _RECEIPT)
    return DisputeReceipt(**known, extra=extra, raw=body)
