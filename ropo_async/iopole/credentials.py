"""What a client shows Iopole to get a token."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from attrs import field, frozen

from ropo_async.auth import Secret, StaticToken, secret_in
from ropo_async.errors import InvalidInput

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["IopoleCredentials", "credentials_from_env"]

_SECRET = ("IOPOLE_CLIENT_SECRET", "IOPOLE_CLIENT_SECRET_FILE")


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
    if "IOPOLE_TOKEN" in environ:
        if any(name in environ for name in _SECRET):
            raise InvalidInput(f"IOPOLE_TOKEN is set together with {' or '.join(_SECRET)}: keep one")
        return StaticToken(environ["IOPOLE_TOKEN"])
    if "IOPOLE_CLIENT_ID" not in environ:
        raise InvalidInput("IOPOLE_CLIENT_ID is not set, and neither is IOPOLE_TOKEN")
    match [name for name in _SECRET if name in environ]:
        case ["IOPOLE_CLIENT_SECRET"]:
            secret = environ["IOPOLE_CLIENT_SECRET"]
        case ["IOPOLE_CLIENT_SECRET_FILE"]:
            secret = secret_in("IOPOLE_CLIENT_SECRET_FILE", environ["IOPOLE_CLIENT_SECRET_FILE"])
        case _:
            raise InvalidInput(f"exactly one of {' and '.join(_SECRET)} must be set")
    return IopoleCredentials(environ["IOPOLE_CLIENT_ID"], secret, environ.get("IOPOLE_SCOPE"))
