"""Jobs as Python objects: their data and rows, their way to the wire and back, and what is wrong with them.

Everything has the API's own field names. `JobSubmission` is a new job, `JobDataSet` what changes one.
"""

from ropo_async.datasets._fields import NULL, Null, is_json
from ropo_async.datasets.checks import change, envelope, problems_of
from ropo_async.datasets.job_data_set import JobDataSet
from ropo_async.datasets.job_submission import JobSubmission
from ropo_async.datasets.rows import (
    AccountRow,
    Attachment,
    CashDiscountRow,
    Image,
    Instalment,
    PackageDetails,
    Payee,
    PayPlan,
    PayRow,
    PropertyRow,
)

__all__ = [
    "NULL",
    "AccountRow",
    "Attachment",
    "CashDiscountRow",
    "Image",
    "Instalment",
    "JobDataSet",
    "JobSubmission",
    "Null",
    "PackageDetails",
    "PayPlan",
    "PayRow",
    "Payee",
    "PropertyRow",
    "change",
    "envelope",
    "is_json",
    "problems_of",
]
