"""Whose updates a journal holds."""

from __future__ import annotations

import hashlib
from functools import lru_cache

from attrs import frozen

__all__ = ["Account"]


# Asked for with every update.
@lru_cache(maxsize=1024)
def _provider(server: str) -> str:
    name, _, url = server.partition(":")
    return name if url.startswith(("https://", "http://")) else "ropo"


@lru_cache(maxsize=1024)
def _name(server: str, cid: str) -> str:
    provider = _provider(server)
    if provider == "ropo" or not cid:
        return cid or server
    return f"{provider}:{hashlib.sha256(f'{server} {cid}'.encode()).hexdigest()[:12]}"


@frozen(order=True)
class Account:
    """Whose updates they are."""

    server: str
    """The server's base URL; that of another API than Ropo's with its name and a colon before it."""
    cid: str
    """The customer id there; empty where the API needs none."""

    @property
    def provider(self) -> str:
        """Which API it is: `ropo`, or the name before the URL, such as `iopole`."""
        return _provider(self.server)

    @property
    def name(self) -> str:
        """What events and messages call it: Ropo's customer id; of a customer at another API a digest.

        That is `iopole:` and twelve hexadecimal digits, always the same for one server and customer id, which does not
        show: there it is sent with every request. An account without one goes by its server.
        """
        return _name(self.server, self.cid)

    def __repr__(self) -> str:
        return f"Account({self.server!r}, {self.name!r})"
