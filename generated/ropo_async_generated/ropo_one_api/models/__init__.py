# Generated from openapi/ropo-one/openapi.json. Do not edit: correct the overlay beside it, then run `make generate`.
"""Contains all the data models used in inputs/outputs"""

from .auth_error import AuthError
from .auth_login import AuthLogin
from .auth_token import AuthToken
from .job import Job
from .job_account_row import JobAccountRow
from .job_add_credit_note import JobAddCreditNote
from .job_add_credit_note_response import JobAddCreditNoteResponse
from .job_add_payment import JobAddPayment
from .job_add_payment_response import JobAddPaymentResponse
from .job_attachment import JobAttachment
from .job_cash_discount_row import JobCashDiscountRow
from .job_data_set import JobDataSet
from .job_data_stream import JobDataStream
from .job_delivery_status_request import JobDeliveryStatusRequest
from .job_dispute_request import JobDisputeRequest
from .job_dispute_response import JobDisputeResponse
from .job_image import JobImage
from .job_instalment import JobInstalment
from .job_job_info import JobJobInfo
from .job_package_details import JobPackageDetails
from .job_patch_open_sales_invoices_response import JobPatchOpenSalesInvoicesResponse
from .job_pay_plan import JobPayPlan
from .job_pay_row import JobPayRow
from .job_payee import JobPayee
from .job_property_row import JobPropertyRow
from .job_resolve_dispute_request import JobResolveDisputeRequest
from .job_response import JobResponse
from .job_response_errors import JobResponseErrors
from .job_submission import JobSubmission
from .jobs_status_updates_common_error import JobsStatusUpdatesCommonError
from .jobs_status_updates_common_error_result import JobsStatusUpdatesCommonErrorResult
from .jobs_status_updates_result import JobsStatusUpdatesResult
from .jobs_status_updates_status import JobsStatusUpdatesStatus
from .jobs_status_updates_status_record import JobsStatusUpdatesStatusRecord

__all__ = (
    "AuthError",
    "AuthLogin",
    "AuthToken",
    "Job",
    "JobAccountRow",
    "JobAddCreditNote",
    "JobAddCreditNoteResponse",
    "JobAddPayment",
    "JobAddPaymentResponse",
    "JobAttachment",
    "JobCashDiscountRow",
    "JobDataSet",
    "JobDataStream",
    "JobDeliveryStatusRequest",
    "JobDisputeRequest",
    "JobDisputeResponse",
    "JobImage",
    "JobInstalment",
    "JobJobInfo",
    "JobPackageDetails",
    "JobPatchOpenSalesInvoicesResponse",
    "JobPayee",
    "JobPayPlan",
    "JobPayRow",
    "JobPropertyRow",
    "JobResolveDisputeRequest",
    "JobResponse",
    "JobResponseErrors",
    "JobsStatusUpdatesCommonError",
    "JobsStatusUpdatesCommonErrorResult",
    "JobsStatusUpdatesResult",
    "JobsStatusUpdatesStatus",
    "JobsStatusUpdatesStatusRecord",
    "JobSubmission",
)
