"""Credentials, and the tokens that they are exchanged for.

A token comes from `POST /token`, lives for two hours, and is fetched by one task however many need it.
See https://dev.ropo.com/guides/basics/authentication.
"""

from __future__ import annotations

import binascii
import copy
import hmac
import json
import os
import time
from base64 import urlsafe_b64decode
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn, Protocol, TypeVar, runtime_checkable

import anyio
from attrs import define, field, frozen

from ropo_async._values import is_visible
from ropo_async.errors import AuthenticationError, InvalidInput, StatusError
from ropo_async.hooks import Hook, TokenRenewed, emit
from ropo_async.hooks._log import logger

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping, Sequence

__all__ = ["Credentials", "Grant", "Secret", "StaticToken", "TokenCache", "TokenProvider"]

T = TypeVar("T")

LIFETIME = 2 * 60 * 60.0
"""Seconds that a token lives where it does not say so itself."""
LOGIN_PAUSE = 30.0
"""Seconds for which a refused login is not tried again, lest the account be locked."""


class Secret:
    """A text that shows as `***` everywhere, and does not pickle.

    Raises:
        InvalidInput: it is no visible ASCII text, or has spaces in it.
    """

    __slots__ = ("_text",)

    def __init__(self, text: str) -> None:
        if not isinstance(text, str) or not is_visible(text):
            raise InvalidInput("a secret must be visible ASCII text without spaces")
        self._text = text

    def reveal(self) -> str:
        """Return the text itself."""
        return self._text

    def __repr__(self) -> str:
        return "Secret('***')"

    __str__ = __repr__

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and hmac.compare_digest(self._text, other._text)

    def __hash__(self) -> int:
        return hash((Secret, self._text))

    def __reduce__(self) -> NoReturn:
        """Refuse: a pickle is a file like any other."""
        raise TypeError("a secret does not pickle")


def _secret(text: str | Secret) -> Secret:
    return text if isinstance(text, Secret) else Secret(text)


def _is_cid(_: object, __: object, cid: Any) -> None:
    if not isinstance(cid, str) or not cid.isascii() or not cid.isprintable() or not cid.strip():
        raise InvalidInput("cid must be the customer id, a text such as '1000011'")


@runtime_checkable
class TokenProvider(Protocol):
    """Where tokens come from, if neither credentials nor one token will do: a vault, or a service that shares them."""

    async def token(self, *, rejected: str | None, valid_for: float) -> str:
        """Return a token.

        Args:
            rejected: the token that the server has just refused. Return a newer one, or the same if there is none: then
                the refusal stands. It is None on an ordinary call.
            valid_for: seconds for which the token is going to be needed.

        Raises:
            Exception: whatever it raises comes out of the call that needed the token; nothing of that was sent.
        """
        ...


@frozen
class Credentials:
    """A customer id and its api code, as Ropo hands them out.

    Raises:
        InvalidInput: a value that cannot be right.

    See https://dev.ropo.com/guides/basics/authentication.
    """

    cid: str = field(validator=_is_cid)
    """The customer id, such as `1000011`. It shows in logs and events."""
    apicode: Secret = field(converter=_secret)
    """The api code; a text becomes a `Secret`, which shows nowhere."""


@frozen
class StaticToken:
    """One token that somebody else has fetched and renews. A refusal of it is final.

    Raises:
        InvalidInput: it cannot be a token.
    """

    value: Secret = field(converter=_secret)
    """The token; a text becomes a `Secret`, which shows nowhere."""

    async def token(self, *, rejected: str | None, valid_for: float) -> str:  # noqa: ARG002 - there is just the one
        """Return the token."""
        return self.value.reveal()


@frozen
class Grant:
    """A new token, where its life is told beside it: in seconds, 0 for one that is not to be kept."""

    text: str = field(repr=False)
    lifetime: float

    @classmethod
    def of(cls, told: str | Grant) -> Grant:
        """Return what a login gave, with the life that a bare token tells itself."""
        return told if isinstance(told, Grant) else cls(told, lifetime_of(told))


@frozen
class _Token:
    text: str = field(repr=False)
    lifetime: float
    expires: float

    def lasts(self, seconds: float, now: float) -> bool:
        """Whether it lives for so long; of a token that never does, half a life is all that can be asked."""
        return self.expires - now > min(seconds, self.lifetime / 2)


@define
class TokenCache:
    """Keeps the token of one account, and renews it before it expires or after it is refused.

    Of many tasks that need a new token one fetches it; if that one is cancelled, the next goes on. A login that was
    refused is not tried again for 30 seconds: the same error is raised instead.
    """

    login: Callable[[], Awaitable[str | Grant]]
    hooks: Sequence[Hook] = ()
    clock: Callable[[], float] = time.monotonic
    advice: str = "check the credentials (customer id and api code)"
    """What to do about a login that was refused."""
    _token: _Token | None = field(default=None, init=False)
    _logins: int = field(default=0, init=False)
    _refused: tuple[float, AuthenticationError] | None = field(default=None, init=False, repr=False)
    _lock: anyio.Lock = field(factory=anyio.Lock, init=False, repr=False)

    async def token(self, *, rejected: str | None = None, valid_for: float = 0.0) -> str:
        """Return a token that is not `rejected` and lasts `valid_for` seconds, if tokens last that long."""
        known = self._usable(rejected, valid_for)
        if known is not None:
            return known
        logins = self._logins
        async with self._lock:
            if self._logins != logins and self._token is not None:
                return self._token.text  # somebody else has fetched it meanwhile
            return await self._renew()

    def _usable(self, rejected: str | None, valid_for: float) -> str | None:
        token = self._token
        if token is None or token.text == rejected or not token.lasts(valid_for, self.clock()):
            return None
        return token.text

    async def _renew(self) -> str:
        if self._refused is not None and self.clock() - self._refused[0] < LOGIN_PAUSE:
            raise copy.copy(self._refused[1])
        asked = self.clock()
        try:
            grant = Grant.of(await self.login())
        except StatusError as error:
            if error.status not in (400, 401, 403):
                raise
            refusal = AuthenticationError(
                error.operation,
                error.status,
                headers=error.headers,
                body=error.body,
                vendor_code=error.vendor_code,
                vendor_text=error.vendor_text,
            )
            refusal.args = (f"{error.operation}: the login was refused; {self.advice}",)
            self._refused = (asked, refusal)
            raise copy.copy(refusal) from None
        self._logins += 1
        self._token, self._refused = _Token(grant.text, grant.lifetime, asked + grant.lifetime), None
        emit(self.hooks, TokenRenewed(grant.lifetime))
        return grant.text


def auth_from_env(environ: Mapping[str, str]) -> Credentials | StaticToken:
    """Return what the environment gives to log in with: `ROPO_TOKEN`, or `ROPO_CID` and an api code.

    Raises:
        InvalidInput: a variable is missing, contradicts another, or names a file that cannot be read.
    """
    return login_from_env(environ, ("ROPO_TOKEN", "ROPO_CID", "ROPO_APICODE"), Credentials)


def login_from_env(
    environ: Mapping[str, str], names: tuple[str, str, str], make: Callable[[str, str], T]
) -> T | StaticToken:
    """Return what an API's variables give to log in with: a token, or what `make` makes of an id and its secret.

    Args:
        environ: the variables; one that is empty counts as set.
        names: the variables of a token, of the id, and of the secret; with `_FILE` behind it the last one names a file
            that holds the secret alone.
        make: is given the id and the secret.

    Raises:
        InvalidInput: a variable is missing, contradicts another, or names a file that cannot be read.
    """
    token, who, secret = names
    ways = (secret, f"{secret}_FILE")
    given = [name for name in ways if name in environ]
    if token in environ:
        if given:
            raise InvalidInput(f"{token} is set together with {' or '.join(ways)}: keep one")
        return StaticToken(environ[token])
    if who not in environ:
        raise InvalidInput(f"{who} is not set, and neither is {token}")
    if len(given) != 1:
        raise InvalidInput(f"exactly one of {' and '.join(ways)} must be set")
    (way,) = given
    return make(environ[who], environ[way] if way == secret else _secret_in(way, environ[way]))


def _secret_in(variable: str, name: str) -> str:
    """Return what a file holds that a variable of the environment names: a secret, and nothing else.

    Raises:
        InvalidInput: it cannot be read.
    """
    path = Path(name)
    try:
        text = path.read_text(encoding="ascii").strip()
        mode = path.stat().st_mode
    except (OSError, UnicodeError):
        raise InvalidInput(f"the file that {variable} names cannot be read") from None
    if os.name == "posix" and mode & 0o077:
        logger.warning("the file that %s names can be read by others: chmod 600", variable)
    return text


def lifetime_of(token: str) -> float:
    """Return how long a new token lives, in seconds: by its own two times, if it has them: our clock does not count."""
    try:
        payload = token.split(".")[1]
        claims = json.loads(urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
        lifetime = float(claims["exp"]) - float(claims["iat"])
    except (IndexError, KeyError, TypeError, ValueError, binascii.Error, RecursionError, OverflowError):
        return LIFETIME
    return min(lifetime, LIFETIME) if lifetime > 0 else LIFETIME
