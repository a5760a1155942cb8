# Generated from openapi/iopole/openapi.json. Do not edit: correct the overlay beside it, then run `make generate`.
"""Contains all the data models used in inputs/outputs"""

from .coded_role import CodedRole
from .document_reference import DocumentReference
from .document_response import DocumentResponse
from .identification import Identification
from .invoice_status import InvoiceStatus
from .life_cycle import LifeCycle
from .note import Note
from .party import Party
from .rejection_detail import RejectionDetail
from .rejection_error import RejectionError
from .status_code import StatusCode
from .token import Token
from .token_error import TokenError
from .token_request import TokenRequest
from .token_request_grant_type import TokenRequestGrantType
from .unseen_statuses import UnseenStatuses

__all__ = (
    "CodedRole",
    "DocumentReference",
    "DocumentResponse",
    "Identification",
    "InvoiceStatus",
    "LifeCycle",
    "Note",
    "Party",
    "RejectionDetail",
    "RejectionError",
    "StatusCode",
    "Token",
    "TokenError",
    "TokenRequest",
    "TokenRequestGrantType",
    "UnseenStatuses",
)
