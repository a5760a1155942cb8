"""Iopole, the French platform for electronic invoices: the history of an invoice's statuses, and those not yet seen.

It stands on the same transport, retries, errors, events and connections as the client of Ropo One.
"""

from ropo_async.iopole.client import IopoleClient
from ropo_async.iopole.config import IopoleEnvironment, IopoleServer
from ropo_async.iopole.credentials import IopoleCredentials
from ropo_async.iopole.invoices import Invoices
from ropo_async.iopole.life_cycle import LIFE_CYCLE, LifeCycleCode, life_cycle_code
from ropo_async.iopole.records import InvoiceStatus, Rejection, RejectionError, StatusList
from ropo_async.iopole.statuses import Statuses, Unseen, UnseenStatus

__all__ = [
    "LIFE_CYCLE",
    "InvoiceStatus",
    "Invoices",
    "IopoleClient",
    "IopoleCredentials",
    "IopoleEnvironment",
    "IopoleServer",
    "LifeCycleCode",
    "Rejection",
    "RejectionError",
    "StatusList",
    "Statuses",
    "Unseen",
    "UnseenStatus",
    "life_cycle_code",
]
