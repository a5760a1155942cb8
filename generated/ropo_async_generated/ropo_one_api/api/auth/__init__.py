# Generated from openapi/ropo-one/openapi.json. Do not edit: correct the overlay beside it, then run `make generate`.
"""Request builders of the operations, and `OPERATIONS`: operationId to method, path and documented statuses."""

from typing import Final

from .auth_token_action import _get_kwargs as _auth_token_action

auth_token_action_request = _auth_token_action

OPERATIONS: Final[dict[str, tuple[str, str, tuple[int, ...]]]] = {
    "AuthTokenAction": (
        "POST",
        "/token",
        (201, 400),
    ),
}
