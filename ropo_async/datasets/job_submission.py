"""A new job: its data, and the rows that go with it."""

from __future__ import annotations

from collections.abc import Sequence  # noqa: TC003 - the types of the fields are looked at

from attrs import frozen

from ropo_async.datasets._fields import as_declared
from ropo_async.datasets.job_data_set import JobDataSet
from ropo_async.datasets.rows import (  # noqa: TC001 - as above
    AccountRow,
    Attachment,
    CashDiscountRow,
    PayPlan,
    PayRow,
    PropertyRow,
)

__all__ = ["JobSubmission"]


@frozen(kw_only=True, field_transformer=as_declared)
class JobSubmission(JobDataSet):
    """A new job: the fields of `JobDataSet`, and its rows. A list is kept as a tuple.

    `datasets.problems_of(job)` tells what is wrong with it without sending it.

    See https://dev.ropo.com/guides/basics/invoice.
    """

    payrow: Sequence[PayRow] = ()
    """The rows of the bill; a payment notice (`jobtype` 1) has none."""
    accountrow: Sequence[AccountRow] = ()
    """How the bill is booked."""
    cashdiscountrow: Sequence[CashDiscountRow] = ()
    """Discounts for paying early."""
    payplan: PayPlan | None = None
    """Instalments of your own; `payplaninterval` and its neighbours have Ropo calculate them."""
    attachment: Sequence[Attachment] = ()
    """Files that go with the bill."""
    propertyrow: Sequence[PropertyRow] = ()
    """Further properties by name."""
    fixedfee: str | None = None
    """`1` = a fixed fee for late payment; companies only, and not together with `finance`."""
