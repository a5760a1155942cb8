"""One table: which operation has which effect. A retry may be safe for an operation, never for an HTTP verb."""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING

from attrs import field, frozen

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["OPERATIONS", "Effect", "Operation", "effect_of"]


MEBIBYTE = 1024 * 1024


class Effect(Enum):
    """What sending an operation a second time would do."""

    READ = "read"
    """Nothing: it may be repeated."""
    CONSUME = "consume"
    """Take the next page, and lose the one that went missing."""
    WRITE = "write"
    """Do it again, as far as anyone knows."""


def _statuses(statuses: Iterable[int]) -> frozenset[int]:
    return frozenset(statuses)


@frozen
class Operation:
    """One row: an operation of the API and how it must be treated."""

    id: str
    """The operationId in `openapi.json`."""
    name: str
    """The facade's name, as errors and events show it."""
    effect: Effect = Effect.WRITE
    expects: frozenset[int] = field(default=frozenset({200}), converter=_statuses)
    """The HTTP statuses whose body the codec reads; any other is a `StatusError`."""
    money: bool = False
    """Moves money: sent on a connection of its own, so that a stale one never turns a sure answer into a doubt."""
    max_body: int = 8 * MEBIBYTE
    """Bytes of an answer that are read."""
    patient: bool = False
    """Waits as long as the poll does: giving up early would lose what the server was about to send."""
    check: str = "look at the invoice in Ropo One before doing it again"
    """What a person does when the outcome is unknown."""

    @property
    def fresh(self) -> bool:
        """Whether it gets a connection of its own."""
        return self.money or self.effect is Effect.CONSUME


TOKEN = Operation("AuthTokenAction", "token", Effect.READ, expects=(200, 201))
POLL = Operation(
    "JobsGetStatusUpdatesAction",
    "status_updates.pages",
    Effect.CONSUME,
    expects=(200, 204),
    max_body=256 * MEBIBYTE,  # what it holds is nowhere else
    patient=True,
    check="read the days in `.dates` again with status_updates.on(date)",
)
REREAD = Operation(
    "JobsGetStatusUpdatesAction",
    "status_updates.on",
    Effect.READ,
    expects=(200, 204),
    max_body=256 * MEBIBYTE,  # a busy day, if the vendor does not cap it
)
PAYMENT = Operation(
    "JobsAddPaymentAction",
    "payments.register",
    expects=(200, 201, 204, 400),
    money=True,
    check="look for the payment with status_updates.of_invoice(billnum) before registering it again",
)
CREDIT_NOTE = Operation(
    "JobsAddCreditNoteAction",
    "credit_notes.register",
    expects=(200, 201, 204, 400),
    money=True,
    check="look for the credit note with status_updates.of_invoice(billnum) before registering it again",
)

GET_JOB = Operation("JobsGetAction", "jobs.get", Effect.READ)
SUBMIT_JOBS = Operation(
    "JobsAddAction",
    "jobs.submit",
    expects=(200, 201),
    check=(
        "look for the billnum of each job in Ropo One before submitting it again; GET /jobs knows only job ids, and "
        "checkbillnum=1 makes the server refuse a bill number that it has"
    ),
)
MODIFY_JOB = Operation(
    "JobsPatchAction",
    "jobs.modify",
    expects=(200, 204),
    check="look at the job in Ropo One, or with jobs.get(jobid), before changing it again",
)
MODIFY_OPEN_JOBS = Operation(
    "JobsPatchOpenSalesInvoicesAction",
    "jobs.modify_open_sales_invoices",
    expects=(200, 204),
    check="look at the customer's open invoices in Ropo One, as some may be changed and others not",
)
DELIVERY_STATUS = Operation(
    "JobsPatchDeliveryStatusAction",
    "jobs.update_delivery_status",
    expects=(200, 204),
    check="look at the delivery in Ropo One before telling its status again",
)
# A GET that sends a report: its verb says nothing.
TRANSFER_REPORT = Operation(
    "JobsSendTransferConfirmationAction",
    "jobs.send_transfer_report",
    expects=(200, 204),
    check="ask whoever receives the report whether it came, before sending it again",
)
DISPUTE = Operation(
    "JobsDisputeAction",
    "disputes.open",
    expects=(200, 201),
    check="look in Ropo One whether the job is disputed, before disputing it again",
)
RESOLVE_DISPUTE = Operation(
    "JobsResolveDisputeAction",
    "disputes.resolve",
    expects=(200, 201),
    check="look in Ropo One whether the dispute is resolved, before resolving it again",
)
PDF = Operation("JobsGetPdfAction", "documents.pdf", Effect.READ)
# Presumed to leave nothing behind; as that is not documented, it is not repeated.
PREVIEW = Operation(
    "JobsPreviewAction",
    "documents.preview",
    expects=(200, 201),
    check="it is presumed to create nothing: ask for the preview again",
)
LOCALPRINT = Operation(
    "JobsLocalPrintAction",
    "documents.localprint",
    expects=(200, 201),
    check="the invoice may exist: look for it in Ropo One, and fetch it with documents.pdf(billnum=...)",
)

OPERATIONS = (
    TOKEN,
    POLL,
    REREAD,
    PAYMENT,
    CREDIT_NOTE,
    GET_JOB,
    SUBMIT_JOBS,
    MODIFY_JOB,
    MODIFY_OPEN_JOBS,
    DELIVERY_STATUS,
    TRANSFER_REPORT,
    PDF,
    PREVIEW,
    LOCALPRINT,
    DISPUTE,
    RESOLVE_DISPUTE,
)
"""Every operation of the API; `JobsGetStatusUpdatesAction` has two rows, as its filter decides whether it consumes."""


def effect_of(operation_id: str) -> Effect:
    """Return the effect that an operation must be treated as having: the worst of its rows, and WRITE without one."""
    rows = {row.effect for row in OPERATIONS if row.id == operation_id}
    return next((effect for effect in (Effect.CONSUME, Effect.READ) if rows and effect in rows), Effect.WRITE)
