"""The account at Iopole, as the settings name it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from ropo_async import InvalidInput, StaticToken
from ropo_async.iopole import IopoleClient, IopoleCredentials

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ropo_async.hooks import Hook

__all__ = ["iopole_client"]


def iopole_client(settings: Mapping[str, str], hooks: Sequence[Hook]) -> IopoleClient:
    """Return its client.

    Raises:
        InvalidInput: something is missing, or cannot be right.
    """
    if "IOPOLE_SERVER" not in settings:
        raise InvalidInput("IOPOLE_SERVER is not set: SANDBOX, PRODUCTION, or a URL")
    return IopoleClient(
        settings["IOPOLE_SERVER"],
        _login(settings),
        customer_id=settings.get("IOPOLE_CUSTOMER_ID"),
        hooks=hooks,
    )


def _login(settings: Mapping[str, str]) -> IopoleCredentials | StaticToken:
    if "IOPOLE_TOKEN" in settings:
        return StaticToken(settings["IOPOLE_TOKEN"])
    if "IOPOLE_CLIENT_ID" not in settings:
        raise InvalidInput("IOPOLE_CLIENT_ID is not set, and neither is IOPOLE_TOKEN")
    return IopoleCredentials(settings["IOPOLE_CLIENT_ID"], _secret(settings))


def _secret(settings: Mapping[str, str]) -> str:
    match [name for name in ("IOPOLE_CLIENT_SECRET", "IOPOLE_CLIENT_SECRET_FILE") if name in settings]:
        case ["IOPOLE_CLIENT_SECRET"]:
            return settings["IOPOLE_CLIENT_SECRET"]
        case ["IOPOLE_CLIENT_SECRET_FILE"]:
            try:
                return Path(settings["IOPOLE_CLIENT_SECRET_FILE"]).read_text(encoding="ascii").strip()
            except (OSError, UnicodeError):
                raise InvalidInput("the file that IOPOLE_CLIENT_SECRET_FILE names cannot be read") from None
        case _:
            raise InvalidInput("exactly one of IOPOLE_CLIENT_SECRET and IOPOLE_CLIENT_SECRET_FILE must be set")
