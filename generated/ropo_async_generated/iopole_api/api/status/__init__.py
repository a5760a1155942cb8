# Generated from openapi/iopole/openapi.json. Do not edit: correct the overlay beside it, then run `make generate`.
"""Request builders of the operations, and `OPERATIONS`: operationId to method, path and documented statuses."""

from typing import Final

from .mark_status_as_seen import _get_kwargs as _mark_status_as_seen
from .search_status_by_id import _get_kwargs as _search_status_by_id
from .search_status_notseen import _get_kwargs as _search_status_notseen

mark_status_as_seen_request = _mark_status_as_seen
search_status_by_id_request = _search_status_by_id
search_status_notseen_request = _search_status_notseen

OPERATIONS: Final[dict[str, tuple[str, str, tuple[int, ...]]]] = {
    "MarkStatusAsSeen": (
        "PUT",
        "/v1/invoice/status/{statusId}/markAsSeen",
        (204, 401, 403, 404, 429),
    ),
    "SearchStatusById": (
        "GET",
        "/v1/invoice/{invoiceId}/status-history",
        (200, 401, 403, 404, 429),
    ),
    "SearchStatusNotseen": (
        "GET",
        "/v1/invoice/status/notSeen",
        (200, 401, 403, 404, 429),
    ),
}
