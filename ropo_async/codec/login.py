"""The login: credentials out, a token in."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ropo_async import operations
from ropo_async._body import plain
from ropo_async._reader import UNREADABLE, read_object
from ropo_async._values import is_visible
from ropo_async.codec._requests import request
from ropo_async.errors import DecodeError

if TYPE_CHECKING:
    from ropo_async._messages import Answer, Request

__all__ = ["read_token", "token_request"]


def token_request(cid: str, apicode: str) -> Request:
    """Ask for a token."""
    from ropo_async_generated.ropo_one_api.api import auth
    from ropo_async_generated.ropo_one_api.models import AuthLogin

    return request(operations.TOKEN, auth.auth_token_action_request(body=AuthLogin(cid=cid, apicode=apicode)))


def read_token(answer: Answer) -> str:
    """Return the token of a login."""
    try:
        token = read_object(plain(answer)).get("token")
    except (DecodeError, *UNREADABLE):
        token = None
    if not isinstance(token, str) or not is_visible(token):
        raise DecodeError(answer.operation.name, "there is no token in it", raw=b"")  # what is in it may be a secret
    return token
