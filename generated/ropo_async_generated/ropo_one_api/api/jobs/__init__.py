# Generated from openapi/ropo-one/openapi.json. Do not edit: correct the overlay beside it, then run `make generate`.
"""Request builders of the operations, and `OPERATIONS`: operationId to method, path and documented statuses."""

from typing import Final

from .jobs_add_action import _get_kwargs as _jobs_add_action
from .jobs_add_credit_note_action import _get_kwargs as _jobs_add_credit_note_action
from .jobs_add_payment_action import _get_kwargs as _jobs_add_payment_action
from .jobs_dispute_action import _get_kwargs as _jobs_dispute_action
from .jobs_get_action import _get_kwargs as _jobs_get_action
from .jobs_get_pdf_action import _get_kwargs as _jobs_get_pdf_action
from .jobs_get_status_updates_action import _get_kwargs as _jobs_get_status_updates_action
from .jobs_local_print_action import _get_kwargs as _jobs_local_print_action
from .jobs_patch_action import _get_kwargs as _jobs_patch_action
from .jobs_patch_delivery_status_action import _get_kwargs as _jobs_patch_delivery_status_action
from .jobs_patch_open_sales_invoices_action import (
    _get_kwargs as _jobs_patch_open_sales_invoices_action,
)
from .jobs_preview_action import _get_kwargs as _jobs_preview_action
from .jobs_resolve_dispute_action import _get_kwargs as _jobs_resolve_dispute_action
from .jobs_send_transfer_confirmation_action import (
    _get_kwargs as _jobs_send_transfer_confirmation_action,
)

jobs_add_action_request = _jobs_add_action
jobs_add_credit_note_action_request = _jobs_add_credit_note_action
jobs_add_payment_action_request = _jobs_add_payment_action
jobs_dispute_action_request = _jobs_dispute_action
jobs_get_action_request = _jobs_get_action
jobs_get_pdf_action_request = _jobs_get_pdf_action
jobs_get_status_updates_action_request = _jobs_get_status_updates_action
jobs_local_print_action_request = _jobs_local_print_action
jobs_patch_action_request = _jobs_patch_action
jobs_patch_delivery_status_action_request = _jobs_patch_delivery_status_action
jobs_patch_open_sales_invoices_action_request = _jobs_patch_open_sales_invoices_action
jobs_preview_action_request = _jobs_preview_action
jobs_resolve_dispute_action_request = _jobs_resolve_dispute_action
jobs_send_transfer_confirmation_action_request = _jobs_send_transfer_confirmation_action

OPERATIONS: Final[dict[str, tuple[str, str, tuple[int, ...]]]] = {
    "JobsAddAction": (
        "POST",
        "/jobs",
        (201, 400, 401),
    ),
    "JobsAddCreditNoteAction": (
        "POST",
        "/jobs/creditnote",
        (201, 400, 401),
    ),
    "JobsAddPaymentAction": (
        "POST",
        "/jobs/payment",
        (201, 400, 401),
    ),
    "JobsDisputeAction": (
        "POST",
        "/jobs/dispute",
        (200, 400, 401, 404),
    ),
    "JobsGetAction": (
        "GET",
        "/jobs",
        (200, 400, 401, 404),
    ),
    "JobsGetPdfAction": (
        "GET",
        "/jobs/pdf",
        (200, 400, 401, 404),
    ),
    "JobsGetStatusUpdatesAction": (
        "GET",
        "/jobs/statusupdates",
        (200, 204, 400, 401),
    ),
    "JobsLocalPrintAction": (
        "POST",
        "/jobs/localprint",
        (200, 400, 401),
    ),
    "JobsPatchAction": (
        "PATCH",
        "/jobs",
        (200, 400, 401, 404),
    ),
    "JobsPatchDeliveryStatusAction": (
        "PATCH",
        "/jobs/deliverystatus",
        (200, 400, 401),
    ),
    "JobsPatchOpenSalesInvoicesAction": (
        "PATCH",
        "/jobs/opensalesinvoices",
        (200, 400, 401),
    ),
    "JobsPreviewAction": (
        "POST",
        "/jobs/preview",
        (200, 400, 401),
    ),
    "JobsResolveDisputeAction": (
        "POST",
        "/jobs/dispute/resolve",
        (200, 400, 401, 404),
    ),
    "JobsSendTransferConfirmationAction": (
        "GET",
        "/jobs/transferconfirmation",
        (200, 400, 401),
    ),
}
