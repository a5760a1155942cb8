"""What is wrong with jobs, all of it at once, before anything is sent.

Only what is documented without a contradiction is refused; the rest is the server's to judge.
"""

from __future__ import annotations

from decimal import Context, Decimal, localcontext
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from attrs import evolve

from ropo_async.datasets._fields import NULL, fields_of
from ropo_async.datasets._part import Part, misfits, parts_of, sound
from ropo_async.datasets._rules import RULES
from ropo_async.datasets.job_data_set import JobDataSet
from ropo_async.datasets.job_submission import JobSubmission
from ropo_async.datasets.rows import Attachment, Image, Instalment, PayPlan, PayRow, PropertyRow
from ropo_async.errors import InvalidInput, InvalidJob, Problem

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

__all__ = ["change", "envelope", "problems_of"]

COMPANY, PERSON = 1, 2
PAYMENT_NOTICE, MAILING, PART_OF_COLLECTION = 1, 301, 602

REQUIRED = ("jobtype", "customertype", "address", "city")
_BILL = ("postcode", "billdate", "paydate", "payrow")
MINIMUM: Mapping[int, tuple[str, ...]] = MappingProxyType(
    {
        0: _BILL,
        PAYMENT_NOTICE: ("amount", "billcode"),
        2: ("noticedate", "billcode", "amount", "billnum", "postcode", "billdate"),
        300: _BILL,
        MAILING: ("sendtype", "postcode", "addresscountry", "countryname", "image", "propertyrow"),
        PART_OF_COLLECTION: ("origbillnum",),
    },
)
"""What a job needs by its `jobtype`, beside what every job needs."""
NAMES: Mapping[int, str] = MappingProxyType({COMPANY: "company", PERSON: "person"})
"""Where the customer's name is, by `customertype`."""
CALCULATED = ("payplaninterval", "payplanamount", "payplancount")
"""The fields of a payment plan that Ropo calculates."""
CENT = Decimal("0.01")
EXACT = Context(prec=60, traps=[])
"""For sums: the caller's own context may round, or refuse to."""

Remark = tuple[str, str]
"""A field's name, and what is wrong with it."""


def envelope(jobs: Iterable[JobSubmission], *, checkbillnum: bool = False) -> dict[str, Any]:
    """Return the body that submits jobs.

    Args:
        jobs: one or more.
        checkbillnum: set `checkbillnum` to 1 on each job that says nothing of it itself.

    Raises:
        InvalidInput: there is no job.
        InvalidJob: everything that is wrong with them.
    """
    given = tuple(jobs)
    if not given:
        raise InvalidInput("there is no job to submit")
    if problems := problems_of(*given):
        raise InvalidJob(problems)
    asked = [evolve(job, checkbillnum=1) if checkbillnum and job.checkbillnum is None else job for job in given]
    return {"datastream": {"dataset": [job.to_wire() for job in asked]}}


def change(dataset: JobDataSet) -> dict[str, Any]:
    """Return the body that changes a job.

    Raises:
        InvalidJob: everything that is wrong with it.
    """
    if type(dataset) is not JobDataSet:
        raise InvalidJob([Problem("dataset", "must be of the class JobDataSet; a change takes no rows")])
    if problems := tuple(_problems(dataset, "dataset", _required)):
        raise InvalidJob(problems)
    return dataset.to_wire()


def problems_of(*jobs: JobSubmission) -> tuple[Problem, ...]:
    """Return everything that keeps jobs from being submitted; empty where nothing is known to."""
    return tuple(problem for place, job in enumerate(jobs) for problem in _of_job(job, f"dataset[{place}]"))


def _of_job(job: Any, path: str) -> Iterator[Problem]:
    if type(job) is JobSubmission:
        return _problems(job, path, _required, _minimum, _name, _sums_of_job, _payplan, _fixedfee)
    return iter([Problem(path, "must be of the class JobSubmission")])


def _problems(job: Any, path: str, *checks: Callable[[Any], Iterator[Remark]]) -> Iterator[Problem]:
    found = list(misfits(job, path))
    yield from found
    told = tuple(f"{problem.path}{after}" for problem in found for after in (".", "["))
    for problem in _doubts(sound(job) if found else job, path, checks):
        if not f"{problem.path}.".startswith(told):  # what does not fit is told once, and looked at no further
            yield problem


def _doubts(job: Any, path: str, checks: Iterable[Callable[[Any], Iterator[Remark]]]) -> Iterator[Problem]:
    for inner, part in parts_of(job, path):
        for check in (_broken_rules, *CHECKS.get(type(part), ())):
            yield from (Problem(f"{inner}.{name}", words) for name, words in check(part))
    for check in checks:
        yield from (Problem(f"{path}.{name}", words) for name, words in check(job))


def _is_given(value: Any) -> bool:
    if isinstance(value, str):
        return bool(value.strip())
    return value not in (None, NULL, (), b"")


def _missing(part: Any, *names: str) -> Iterator[Remark]:
    return ((name, "is missing") for name in names if not _is_given(getattr(part, name)))


def _broken_rules(part: Part) -> Iterator[Remark]:
    for name in fields_of(type(part)):
        value = getattr(part, name)
        if name in RULES and value not in (None, NULL) and not RULES[name].holds(value):
            yield name, RULES[name].words


# --- jobs ---------------------------------------------------------------------------------------------------------


def _required(job: JobDataSet) -> Iterator[Remark]:
    return _missing(job, *REQUIRED)


def _minimum(job: JobSubmission) -> Iterator[Remark]:
    yield from _missing(job, *MINIMUM.get(job.jobtype, ()))
    if job.jobtype == PAYMENT_NOTICE and job.payrow:
        yield "payrow", "must be empty: a payment notice has no rows"
    if job.jobtype == MAILING:
        if isinstance(job.image, Image):
            yield from ((f"image.{name}", words) for name, words in _missing(job.image, "filename", "file"))
        if job.propertyrow and "documenttype" not in {row.propname for row in job.propertyrow}:
            yield "propertyrow", "lacks the property documenttype"


def _name(job: JobSubmission) -> Iterator[Remark]:
    name = NAMES.get(job.customertype)
    if name is not None and job.jobtype in MINIMUM and job.jobtype != PART_OF_COLLECTION:
        yield from _missing(job, name)


def _sums_of_job(job: JobSubmission) -> Iterator[Remark]:
    yield from _sums(job)
    if not job.payrow or _is_given(job.advancepayment):
        return  # what an advance payment does to the totals is not documented
    for name in ("netamount", "vatamount", "totalamount"):
        total: Any = getattr(job, name)
        rows: list[Any] = [getattr(row, name) for row in job.payrow]
        if _is_given(total) and None not in rows and _differ(rows, total, cents=len(rows)):
            yield name, "differs from the sum of the rows by more than a cent for each of them"


def _payplan(job: JobSubmission) -> Iterator[Remark]:
    interval, *sizes = (_is_given(getattr(job, name)) for name in CALCULATED)
    calculated = interval or any(sizes)
    if calculated and not interval:
        yield "payplaninterval", "is missing"
    if calculated and sizes.count(True) != 1:
        yield "payplanamount", "or payplancount must be given, and not both"
    if calculated and job.payplan is not None:
        yield "payplan", "must not be given where Ropo calculates the instalments (payplaninterval)"
    if (calculated or job.payplan is not None) and job.customertype == PERSON:
        yield "payplan" if job.payplan else "payplaninterval", "must not be given: a consumer has no payment plan"


def _fixedfee(job: JobSubmission) -> Iterator[Remark]:
    if job.fixedfee == "1" and job.customertype == PERSON:
        yield "fixedfee", "must not be given: it is for companies only"
    if job.fixedfee == "1" and job.finance not in (None, NULL, 0):
        yield "fixedfee", "must not be given together with finance"


# --- parts --------------------------------------------------------------------------------------------------------


def _sums(part: PayRow | JobSubmission) -> Iterator[Remark]:
    amounts: list[Any] = [part.netamount, part.vatamount, part.totalamount]
    if all(map(_is_given, amounts)) and _differ(amounts[:2], amounts[2], cents=1):
        yield "totalamount", "differs from netamount and vatamount by more than a cent"


def _differ(amounts: list[Decimal], total: Decimal, *, cents: int) -> bool:
    with localcontext(EXACT):
        return abs(sum(amounts, Decimal()) - total) > CENT * cents


def _attachment(attachment: Attachment) -> Iterator[Remark]:
    if not _is_given(attachment.attachmentid):
        yield from _missing(attachment, "attachmentname", "attachmentfile")
    elif attachment.attachmentfile is not None:
        yield "attachmentid", "must not be given beside attachmentfile"


CHECKS: Mapping[type[Part], tuple[Callable[[Any], Iterator[Remark]], ...]] = MappingProxyType(
    {
        PayRow: (_sums,),
        Attachment: (_attachment,),
        Instalment: (lambda instalment: _missing(instalment, "date", "amount"),),
        PropertyRow: (lambda row: _missing(row, "propname"),),
        PayPlan: (lambda plan: _missing(plan, "instalment"),),
    },
)
"""What is looked at beyond single fields, by the part's class."""
