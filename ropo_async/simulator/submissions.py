"""Submissions: which jobs are taken in, and what comes of them."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final, cast

from ropo_async.simulator.books import Submission
from ropo_async.simulator.invoices import invoice_of, total_of
from ropo_async.simulator.ledger import CREDIT_NOTES, book, find
from ropo_async.simulator.messages import Answer, Refusal, json_answer, loads
from ropo_async.simulator.schema import problems
from ropo_async.simulator.values import is_day, is_missing, is_number

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from ropo_async.simulator.books import Invoice, Record
    from ropo_async.simulator.messages import Request
    from ropo_async.simulator.simulator import Simulator

__all__ = ["checked", "submit", "take_in"]

NEEDED: Final[Mapping[int, tuple[str, ...]]] = MappingProxyType(
    {
        0: ("postcode", "billdate", "paydate", "payrow"),
        1: ("amount", "billcode"),
        2: ("noticedate", "billcode", "amount", "billnum", "postcode", "billdate"),
        300: (),
        301: (),
        602: ("origbillnum",),
    }
)
"""What the guides ask for beyond the schema, by jobtype."""

_DAYS: Final = ("billdate", "paydate", "noticedate")
_REFUNDED: Final[Mapping[str, str]] = MappingProxyType({"jobid": "refundtojobid", "billnum": "refundtobillnum"})


def submit(simulator: Simulator, request: Request) -> Answer:
    """`POST /jobs`: each job is taken in or not, whatever becomes of the others."""
    rows: list[Record] = []
    jobids: list[int] = []
    for dataset, error in _judged(simulator, _datasets(request)):
        if error:
            rows.append({"accepted": 0, "billnum": _number(dataset) or "", "error": error})
            continue
        invoice = _take_in(simulator, request.index, cast("Record", dataset))
        jobids.append(invoice.jobid)
        named = {"billnum": invoice.billnum, "jobid": invoice.jobid, "reference": invoice.billcode}
        rows.append({"accepted": 1, **named, "error": ""})
    _note(simulator, request, jobids, len(rows) - len(jobids))
    # Only `accepted` is published. The rows are those of the API before this one.
    return json_answer(201, {"accepted": len(jobids), "row": rows})


def take_in(simulator: Simulator, request: Request) -> list[Invoice]:
    """Take in all jobs of a request, for calls whose answer cannot tell of each.

    Raises:
        Refusal: one of them cannot be taken in, so none is.
    """
    invoices = [_take_in(simulator, request.index, dataset) for dataset in checked(simulator, request)]
    _note(simulator, request, [invoice.jobid for invoice in invoices], 0)
    return invoices


def checked(simulator: Simulator, request: Request) -> list[Record]:
    """Return the datasets of a request, all of which can be taken in.

    Raises:
        Refusal: one of them cannot.
    """
    datasets = _datasets(request)
    for error in [error for _, error in _judged(simulator, datasets) if error]:
        raise Refusal(error)
    return cast("list[Record]", datasets)


def _datasets(request: Request) -> list[object]:
    """Unpack the envelope.

    Raises:
        Refusal: it is none, or it is empty.
    """
    try:
        stream = loads(request.body).get("datastream")
    except ValueError as error:
        raise Refusal("The request is not a JSON object") from error
    datasets = cast("Mapping[str, Any]", stream).get("dataset") if isinstance(stream, dict) else None
    if not isinstance(datasets, list) or not datasets:
        raise Refusal("datastream.dataset must be a list of jobs")
    return cast("list[object]", datasets)


def _note(simulator: Simulator, request: Request, jobids: list[int], rejected: int) -> None:
    identifier = request.headers.get("dataidentifier", "")
    simulator.truth.submissions.append(Submission(request.index, tuple(jobids), rejected, identifier))


def _take_in(simulator: Simulator, request: int, dataset: Record) -> Invoice:
    invoice = invoice_of(simulator.new_jobid(), dataset, simulator.today, request)
    simulator.truth.invoices[invoice.jobid] = invoice
    refunded = _refunded(simulator, dataset)
    if refunded is not None:
        day = dataset.get("billdate") or simulator.today.isoformat()
        details = {"creditnotebillnum": invoice.billnum}
        book(CREDIT_NOTES, simulator, refunded, request=request, amount=-invoice.amount, day=day, details=details)
    return invoice


def _number(dataset: object) -> str | None:
    number = cast("Mapping[str, Any]", dataset).get("billnum") if isinstance(dataset, Mapping) else None
    return number if isinstance(number, str) else None


def _judged(simulator: Simulator, datasets: list[object]) -> Iterator[tuple[object, str | None]]:
    """Go through jobs with what is wrong with each; whoever asks for the next has taken in the one before."""
    numbers = {invoice.billnum for invoice in simulator.truth.ours}
    for dataset in datasets:
        error = next(problems("JobSubmission", dataset), None) or next(
            _objections(simulator, cast("Record", dataset), numbers), None
        )
        numbers |= set() if error else {_number(dataset) or ""}
        yield dataset, error


def _objections(simulator: Simulator, job: Record, numbers: set[str]) -> Iterator[str]:
    """Say why a job whose fields are well-formed cannot be taken in."""
    for rule in _RULES:
        yield from rule(job)
    if str(job.get("checkbillnum")) == "1" and job.get("billnum") and job["billnum"] in numbers:
        yield "billnum is already in use"
    if _is_refund(job) and _refunded(simulator, job) is None:
        yield "there is no job to refund to"


def _what_the_type_needs(job: Record) -> Iterator[str]:
    jobtype = int(job["jobtype"])
    if jobtype not in NEEDED:
        yield "jobtype is not known"
        return
    yield from (f"{name} is required" for name in NEEDED[jobtype] if is_missing(job.get(name)))
    if jobtype == 1 and job.get("payrow"):
        yield "payrow is not allowed in a payment notice"


def _who_is_billed(job: Record) -> Iterator[str]:
    if int(job["customertype"]) not in {1, 2}:
        yield "customertype must be 1 or 2"
    if not (job.get("person") or job.get("company")):
        yield "person or company is required"


def _days(job: Record) -> Iterator[str]:
    yield from (f"{name} must be YYYY-MM-DD" for name in _DAYS if job.get(name) and not is_day(job[name]))


def _fixed_fee(job: Record) -> Iterator[str]:
    if job.get("fixedfee") == "1" and (int(job["customertype"]) != 1 or str(job.get("finance") or 0) != "0"):
        yield "fixedfee is for companies only, and not with finance"


def _sums(job: Record) -> Iterator[str]:
    total = total_of(job)
    if not is_number(total):
        yield "the sums are out of range"
    elif _is_refund(job) and total >= 0:
        yield "the sums of a refund must be negative"


_RULES: Final[tuple[Callable[[Record], Iterator[str]], ...]] = (
    _what_the_type_needs,
    _who_is_billed,
    _days,
    _fixed_fee,
    _sums,
)


def _is_refund(job: Record) -> bool:
    return any(job.get(name) for name in _REFUNDED.values())


def _refunded(simulator: Simulator, dataset: Record) -> Invoice | None:
    return find(simulator.truth.ours, {key: dataset.get(name) for key, name in _REFUNDED.items()})
