"""Tokens that look like the vendor's, expire, and can be revoked."""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from typing import TYPE_CHECKING

from attrs import field, mutable

from ropo_async.simulator.messages import dumps

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

__all__ = ["Tokens", "bearer"]


def _part(value: bytes) -> str:
    return base64.urlsafe_b64encode(value).rstrip(b"=").decode()


@mutable
class Tokens:
    """Every token ever given; its generation is its place in the order, counted from 1."""

    life: float
    """Seconds that a token lives."""
    clock: Callable[[], float]
    now: Callable[[], datetime]
    _key: bytes = field(factory=lambda: secrets.token_bytes(32), repr=False, init=False)
    _expiry: dict[str, float] = field(factory=dict[str, float], repr=False, init=False)

    def issue(self, cid: str) -> tuple[str, int]:
        """Return a new token and its generation; older ones stay live."""
        issued = int(self.now().timestamp())
        claims = {"cid": cid, "iat": issued, "exp": issued + int(self.life), "jti": secrets.token_hex(8)}
        unsigned = ".".join(_part(dumps(part)) for part in ({"alg": "HS256", "typ": "JWT"}, claims))
        token = f"{unsigned}.{_part(hmac.digest(self._key, unsigned.encode(), hashlib.sha256))}"
        self._expiry[token] = self.clock() + self.life
        return token, len(self._expiry)

    def revoke(self) -> None:
        """End the life of every token given so far."""
        self._expiry = dict.fromkeys(self._expiry, float("-inf"))

    def __contains__(self, token: str) -> bool:
        return token in self._expiry

    def generation(self, headers: Mapping[str, str]) -> int | None:
        """Tell which token came with a request, live or not."""
        token = bearer(headers)
        return list(self._expiry).index(token) + 1 if token in self else None

    def admits(self, headers: Mapping[str, str]) -> bool:
        """Tell whether a request came with a live token."""
        return self._expiry.get(bearer(headers), float("-inf")) > self.clock()


def bearer(headers: Mapping[str, str]) -> str:
    """Return the token that came with a request, `""` without one."""
    scheme, _, token = headers.get("authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else ""
