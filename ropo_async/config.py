"""Where to connect and how long to wait."""

from __future__ import annotations

import ipaddress
import math
from enum import Enum
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from attrs import Attribute, field, frozen

from ropo_async.errors import InvalidInput

if TYPE_CHECKING:
    from ropo_async.operations import Operation

__all__ = ["Environment", "Timeouts", "base_url", "checked_url"]


class Environment(Enum):
    """Ropo One's servers, by country and purpose.

    The Norwegian production address is inferred from the others; Ropo confirms it with the credentials.
    See https://dev.ropo.com/guides.
    """

    FI_TEST = "https://rc.ropo24.fi/rest"
    FI_PRODUCTION = "https://ropo24.fi/rest"
    SE_TEST = "https://rc.ropo24.se/rest"
    SE_PRODUCTION = "https://ropo24.se/rest"
    NO_TEST = "https://rc.ropo24.no/rest"
    NO_PRODUCTION = "https://ropo24.no/rest"


def _positive(_: object, attribute: Attribute[float], value: float) -> None:
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value) or value <= 0:
        raise InvalidInput(f"Timeouts.{attribute.name} must be a number of seconds above 0, never None")


@frozen(kw_only=True)
class Timeouts:
    """Seconds. Every one of them is finite: a call always ends.

    Raises:
        InvalidInput: a value is no finite number above 0.
    """

    connect: float = field(default=10.0, validator=_positive)
    """To connect, TLS included."""
    write: float = field(default=30.0, validator=_positive)
    """Between two pieces of a request."""
    read: float = field(default=60.0, validator=_positive)
    """Of silence while waiting for the next piece of an answer."""
    pool: float = field(default=30.0, validator=_positive)
    """To wait for a free connection."""
    total: float = field(default=180.0, validator=_positive)
    """For one call, all its attempts and waits included. A document puts it off by a second for every 64 KiB."""
    poll_read: float = field(default=300.0, validator=_positive)
    """As `read`, for the destructive poll, where giving up early loses what the server was about to send."""
    poll_total: float = field(default=600.0, validator=_positive)
    """As `total`, for the destructive poll. Cancelling a poll may take as long."""

    def read_of(self, operation: Operation) -> float:
        """Return the `read` that holds for an operation."""
        return self.poll_read if operation.patient else self.read

    def total_of(self, operation: Operation) -> float:
        """Return the `total` that holds for an operation."""
        return self.poll_total if operation.patient else self.total


def base_url(server: Environment | str) -> str:
    """Return the base URL of `server`, without a slash at its end.

    Args:
        server: an `Environment`, the name of one (`FI_TEST`, `fi-test`), or a URL that includes the `/rest`.

    Raises:
        InvalidInput: not an https URL (http is for loopback alone), or one with a user, query, fragment or odd
            characters.
    """
    if isinstance(server, Environment):
        return server.value
    if not isinstance(server, str):  # pyright: ignore[reportUnnecessaryIsInstance] - callers without a type checker
        raise InvalidInput("server must be an Environment or a URL")
    name = server.strip().upper().replace("-", "_")
    if name in Environment.__members__:
        return Environment[name].value
    return checked_url(server.rstrip("/"))


def checked_url(url: str) -> str:
    """Return `url`.

    Raises:
        InvalidInput: not an https URL (http is for loopback alone), or one with a user, query, fragment or odd
            characters.
    """
    if not url.isascii() or not url.isprintable() or any(character in url for character in ' \\?#@"<>^`{|}%;'):
        raise InvalidInput("the server's URL must be plain: no user, query, fragment, spaces or special characters")
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError:
        raise InvalidInput("the server's URL cannot be read") from None
    if parts.scheme not in ("https", "http") or not host or port == 0 or parts.netloc.endswith(":"):
        names = ", ".join(Environment.__members__)
        raise InvalidInput(f"server must be a URL such as https://host/rest, or one of {names}")
    if parts.scheme == "http" and not _is_loopback(host):
        raise InvalidInput("http is accepted for loopback addresses alone; use https")
    if ".." in parts.path.split("/"):
        raise InvalidInput("the server's URL must not climb in its path")
    return url


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
