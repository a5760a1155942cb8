"""Documents: the requests for them, and what an answer must look like to be one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from attrs import evolve

from ropo_async import operations
from ropo_async.codec._requests import request
from ropo_async.exchange import declared_length

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ropo_async._messages import Answer, Request
    from ropo_async.operations import Operation

__all__ = ["MARGIN", "document_end_problem", "document_start_problem", "job_document_request", "pdf_request"]

MARGIN = 1024
"""Bytes within which a PDF must show its mark, at its beginning and at its end, as PDF readers have it."""

_START, _END = b"%PDF-", b"%%EOF"
# A server that does not know its types says `octet-stream`; what is in it decides then.
_TYPES = frozenset({"", "application/pdf", "application/x-pdf", "application/octet-stream", "binary/octet-stream"})


def pdf_request(fields: Mapping[str, Any], *, max_bytes: int) -> Request:
    """Fetch the document of an invoice."""
    from ropo_async_generated.ropo_one_api.api import jobs

    return _limited(request(operations.PDF, jobs.jobs_get_pdf_action_request(**fields)), max_bytes)


def job_document_request(
    operation: Operation,
    content: Mapping[str, Any],
    headers: Mapping[str, str],
    *,
    max_bytes: int,
) -> Request:
    """Turn a job, in its envelope, into a document by `operations.PREVIEW` or `LOCALPRINT`."""
    from ropo_async_generated.ropo_one_api.api import jobs
    from ropo_async_generated.ropo_one_api.models import Job

    build = {
        operations.PREVIEW: jobs.jobs_preview_action_request,
        operations.LOCALPRINT: jobs.jobs_local_print_action_request,
    }[operation]
    return _limited(request(operation, build(body=Job.from_dict(content), **headers)), max_bytes)


def _limited(plain: Request, max_bytes: int) -> Request:
    operation = evolve(plain.operation, max_body=max_bytes)
    return evolve(plain, operation=operation, headers={**plain.headers, "Accept": "application/pdf"})


def document_start_problem(head: Answer, start: bytes) -> str | None:
    """Return why what begins so is no document; None where it is one.

    Args:
        head: the answer's head.
        start: its first `MARGIN` bytes, or all where there are fewer.
    """
    if head.headers.get("content-encoding", "identity").strip().lower() not in ("", "identity"):
        return "it is compressed, which was not asked for"
    if not start:
        return "it is empty"
    if head.headers.get("content-type", "").partition(";")[0].strip().lower() not in _TYPES:
        return "its content type is not that of a PDF"
    return None if _START in start[:MARGIN] else "it is no PDF"


def document_end_problem(head: Answer, end: bytes) -> str | None:
    """Return why a document whose length nobody told is not whole; None where nothing speaks against it.

    Args:
        head: the answer's head.
        end: its last `MARGIN` bytes, or all where there are fewer.
    """
    # A length that was told has been compared; without one, a connection that broke looks like an end.
    whole = declared_length(head.headers) is not None or _END in end[-MARGIN:]
    return None if whole else "it ends before the document does"
