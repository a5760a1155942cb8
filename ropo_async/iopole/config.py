"""Where Iopole is: an API and the host that hands out its tokens, which belong together."""

from __future__ import annotations

from enum import Enum
from types import MappingProxyType
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from attrs import evolve, field, frozen

from ropo_async.config import checked_url
from ropo_async.errors import InvalidInput

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["IopoleEnvironment", "IopoleServer", "server_from_env", "server_of"]


def _origin(url: str) -> str:
    if not isinstance(url, str):  # pyright: ignore[reportUnnecessaryIsInstance] - callers without a type checker
        raise InvalidInput("an address of Iopole must be a URL")
    origin = checked_url(url.rstrip("/"))
    if urlsplit(origin).path:
        raise InvalidInput("an address of Iopole must be an origin such as https://host: the paths belong to the calls")
    return origin


@frozen
class IopoleServer:
    """The origin of an API, and the origin of the host that hands out its tokens; https, except on loopback.

    Raises:
        InvalidInput: a URL that cannot be right, or hosts of two different environments.
    """

    api: str = field(converter=_origin)
    auth: str = field(converter=_origin)

    def __attrs_post_init__(self) -> None:
        known = {name for url in (self.api, self.auth) if (name := _HOSTS.get(urlsplit(url).hostname or ""))}
        if len(known) > 1:
            raise InvalidInput(f"the API and the host of its tokens belong to {' and '.join(sorted(known))}: keep one")


_HOSTS: Mapping[str, str] = MappingProxyType(
    {
        "api.ppd.iopole.fr": "SANDBOX",
        "auth.ppd.iopole.fr": "SANDBOX",
        "auth.preprod.iopole.fr": "SANDBOX",  # another name of the same host
        "api.iopole.com": "PRODUCTION",
        "auth.iopole.com": "PRODUCTION",
    }
)


class IopoleEnvironment(Enum):
    """Iopole's own servers. See https://docs.ppd.iopole.fr/docs/iopole-api/reference."""

    SANDBOX = IopoleServer("https://api.ppd.iopole.fr", "https://auth.ppd.iopole.fr")
    """Pre-production too: both are behind the same hosts."""
    PRODUCTION = IopoleServer("https://api.iopole.com", "https://auth.iopole.com")


def server_of(server: IopoleEnvironment | IopoleServer | str) -> IopoleServer:
    """Return the pair of addresses that `server` stands for.

    Args:
        server: an `IopoleEnvironment` or its name, an `IopoleServer`, or a URL. The URL of one of Iopole's own APIs
            brings its own host of tokens; any other URL stands for both, as with a simulator or a proxy.

    Raises:
        InvalidInput: none of these.
    """
    if isinstance(server, IopoleServer):
        return server
    if isinstance(server, IopoleEnvironment):
        return server.value
    if isinstance(server, str) and (name := server.strip().upper()) in IopoleEnvironment.__members__:
        return IopoleEnvironment[name].value
    origin = _origin(server)
    found = [known.value for known in IopoleEnvironment if known.value.api == origin]
    if not found and urlsplit(origin).hostname in _HOSTS:
        raise InvalidInput("that is not the address of an API of Iopole; name an IopoleEnvironment")
    return found[0] if found else IopoleServer(origin, origin)


def server_from_env(environ: Mapping[str, str]) -> IopoleServer:
    """Return the addresses that the environment gives: `IOPOLE_SERVER`, and `IOPOLE_AUTH_SERVER` for a pair of yours.

    Raises:
        InvalidInput: `IOPOLE_SERVER` is missing, or the two cannot be right together.
    """
    if "IOPOLE_SERVER" not in environ:
        names = ", ".join(IopoleEnvironment.__members__)
        raise InvalidInput(f"IOPOLE_SERVER is not set: the origin of an API, or one of {names}")
    server = server_of(environ["IOPOLE_SERVER"])
    return evolve(server, auth=environ["IOPOLE_AUTH_SERVER"]) if "IOPOLE_AUTH_SERVER" in environ else server
