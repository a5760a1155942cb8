"""Jobs: submitted and changed as they were checked; of the answers everything is read that can be."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Any, cast

from ropo_async import _values as values
from ropo_async import operations
from ropo_async._reader import Reader
from ropo_async.codec._leniently import content_of, optional_content_of, said_error, sorted_out
from ropo_async.codec._requests import request
from ropo_async.errors import DecodeError
from ropo_async.job_records import JobInfo, JobOutcome, JobsResult, OpenSalesInvoicesResult

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ropo_async._messages import Answer, Request

__all__ = [
    "delivery_status_request",
    "job_request",
    "modify_open_request",
    "modify_request",
    "read_done",
    "read_job",
    "read_jobs_result",
    "read_open_result",
    "submit_request",
    "transfer_report_request",
]

_jobs = Reader(JobInfo)


def submit_request(body: Mapping[str, Any], **headers: str) -> Request:
    """Submit jobs; the headers are `data_identifier` and `data_type_identifier`."""
    from ropo_async_generated.ropo_one_api.api import jobs
    from ropo_async_generated.ropo_one_api.models import Job

    return request(operations.SUBMIT_JOBS, jobs.jobs_add_action_request(body=Job.from_dict(body), **headers))


def job_request(jobid: int) -> Request:
    """Read one job."""
    from ropo_async_generated.ropo_one_api.api import jobs

    return request(operations.GET_JOB, jobs.jobs_get_action_request(jobid=jobid))


def modify_request(body: Mapping[str, Any], **identifier: Any) -> Request:
    """Change the job with a `jobid` or a `billnum`."""
    from ropo_async_generated.ropo_one_api.api import jobs
    from ropo_async_generated.ropo_one_api.models import JobDataSet

    built = jobs.jobs_patch_action_request(body=JobDataSet.from_dict(body), **identifier)
    return request(operations.MODIFY_JOB, built)


def modify_open_request(body: Mapping[str, Any], *, custnum: str, ordernumber: str) -> Request:
    """Change the open invoices of a customer's order."""
    from ropo_async_generated.ropo_one_api.api import jobs
    from ropo_async_generated.ropo_one_api.models import JobDataSet

    built = jobs.jobs_patch_open_sales_invoices_action_request(
        body=JobDataSet.from_dict(body),
        custnum=custnum,
        ordernumber=ordernumber,
    )
    return request(operations.MODIFY_OPEN_JOBS, built)


def delivery_status_request(fields: Mapping[str, str]) -> Request:
    """Tell the status of a delivery."""
    from ropo_async_generated.ropo_one_api.api import jobs
    from ropo_async_generated.ropo_one_api.models import JobDeliveryStatusRequest

    built = jobs.jobs_patch_delivery_status_action_request(body=JobDeliveryStatusRequest.from_dict(fields))
    return request(operations.DELIVERY_STATUS, built)


def transfer_report_request(batchid: str) -> Request:
    """Have the report of a transfer sent."""
    from ropo_async_generated.ropo_one_api.api import jobs

    return request(operations.TRANSFER_REPORT, jobs.jobs_send_transfer_confirmation_action_request(batchid=batchid))


def _yes_or_no(raw: Any) -> bool | None:
    number = int(raw) if isinstance(raw, bool) else values.integer(raw)
    if number not in (None, 0, 1):
        raise ValueError("expected 0 or 1")
    return None if number is None else bool(number)


_OUTCOME: Mapping[str, values.Converter] = MappingProxyType(
    {
        "accepted": _yes_or_no,
        "jobid": values.integer,
        "billnum": values.text,
        "reference": values.text,
        "error": values.text,
    },
)


def read_jobs_result(answer: Answer) -> JobsResult:
    """Return what became of a submission, as far as the answer tells.

    Raises:
        DecodeError: it is no JSON object, so nothing can be known from it.
    """
    content, body = content_of(answer)
    known, extra = sorted_out(content, {"accepted": values.integer})
    rows = _rows(content)
    if rows is not None:
        extra.pop("row", None)
    return JobsResult(**known, jobs=rows or (), error=said_error(content), extra=extra, raw=body)


def _rows(content: Mapping[str, Any]) -> tuple[JobOutcome, ...] | None:
    """Return what is told of each job: one `row` a job, which may come without its list where there is only one."""
    inner: Any = content.get("result")
    place = content if "row" in content or not isinstance(inner, dict) else cast("dict[str, Any]", inner)
    found: Any = place.get("row")
    rows = cast("list[dict[str, Any]]", found) if isinstance(found, list) else [found]
    return tuple(map(_outcome, rows)) if all(isinstance(row, dict) for row in rows) else None


def _outcome(row: dict[str, Any]) -> JobOutcome:
    known, extra = sorted_out(row, _OUTCOME)
    return JobOutcome(**known, extra=extra)


def read_job(answer: Answer) -> JobInfo:
    """Return the job that an answer describes; a value that cannot be read stays in `extra`.

    Raises:
        DecodeError: there is no job in it.
    """
    content, body = content_of(answer)
    known, extra = sorted_out(content, _jobs.converters)
    if not known:
        raise DecodeError(answer.operation.name, "there is no job in it", raw=answer.body)
    return JobInfo(**known, extra=extra, raw=body)


def read_open_result(answer: Answer) -> OpenSalesInvoicesResult:
    """Return what the server says of a change of several invoices.

    Raises:
        DecodeError: it cannot be read, or contradicts itself.
    """
    content, body = optional_content_of(answer)
    return OpenSalesInvoicesResult(extra=content, raw=body)


def read_done(answer: Answer) -> None:
    """See that an answer that has nothing to say does not say anything else.

    Raises:
        DecodeError: it cannot be read, or contradicts itself.
    """
    optional_content_of(answer)
