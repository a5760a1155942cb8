"""What a client shows Iopole to get a token."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from attrs import field, frozen

from ropo_async.auth import Secret, StaticToken, login_from_env
from ropo_async.errors import InvalidInput

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["IopoleCredentials", "credentials_from_env"]


def _is_name(_: object, __: object, name: Any) -> None:
    if not isinstance(name, str) or not name.isprintable() or not name.strip():
        raise InvalidInput("client_id must be text, as Iopole hands it out")


def _is_scope(_: object, __: object, scope: Any) -> None:
    if scope is not None and (not isinstance(scope, str) or not scope.isprintable()):
        raise InvalidInput("scope must be names with spaces between them")


def _secret(text: str | Secret) -> Secret:
    return text if isinstance(text, Secret) else Secret(text)


@frozen
class IopoleCredentials:
    """A client id, which may be a mail address, and its secret; each environment has its own.

    See https://docs.ppd.iopole.fr/docs/iopole-api/authentication.

    Raises:
        InvalidInput: values that cannot be right.
    """

    client_id: str = field(validator=_is_name, repr=False)
    client_secret: Secret = field(converter=_secret)
    scope: str | None = field(default=None, validator=_is_scope)


def credentials_from_env(environ: Mapping[str, str]) -> IopoleCredentials | StaticToken:
    """Return what the environment gives to log in with: `IOPOLE_TOKEN`, or `IOPOLE_CLIENT_ID` and its secret.

    Raises:
        InvalidInput: a variable is missing, contradicts another, or names a file that cannot be read.
    """
    make = partial(IopoleCredentials, scope=environ.get("IOPOLE_SCOPE"))
    return login_from_env(environ, ("IOPOLE_TOKEN", "IOPOLE_CLIENT_ID", "IOPOLE_CLIENT_SECRET"), make)
