# Generated from openapi/iopole/openapi.json. Do not edit: correct the overlay beside it, then run `make generate`.
"""Request builders of the operations, and `OPERATIONS`: operationId to method, path and documented statuses."""

from typing import Final

from .get_token import _get_kwargs as _get_token

get_token_request = _get_token

OPERATIONS: Final[dict[str, tuple[str, str, tuple[int, ...]]]] = {
    "GetToken": (
        "POST",
        "/realms/iopole/protocol/openid-connect/token",
        (200, 400, 401),
    ),
}
