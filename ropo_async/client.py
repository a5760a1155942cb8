"""The client: what a user opens."""

from __future__ import annotations

import os
from copy import copy
from functools import cached_property, partial
from typing import TYPE_CHECKING, Any, Self

from attrs import evolve

from ropo_async import codec
from ropo_async._line import Line
from ropo_async.auth import Credentials, StaticToken, TokenCache, TokenProvider, auth_from_env
from ropo_async.config import Environment, base_url
from ropo_async.errors import InvalidInput
from ropo_async.hooks import log_events

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from types import TracebackType

    from ropo_async import _http as http
    from ropo_async.config import Timeouts
    from ropo_async.credit_notes import CreditNotes
    from ropo_async.disputes import Disputes
    from ropo_async.documents import Documents
    from ropo_async.hooks import Hook
    from ropo_async.jobs import Jobs
    from ropo_async.payments import Payments
    from ropo_async.retry import RetryPolicy
    from ropo_async.status_updates import StatusUpdates
    from ropo_async.transport import Transport

__all__ = ["RopoClient"]


class RopoClient:
    """One account of Ropo One: an asynchronous context manager, for asyncio and trio.

    ```python
    async with RopoClient(Environment.FI_TEST, Credentials("1000011", apicode)) as ropo:
        async for update in ropo.status_updates.drain():
            print(update.statusid, update.amount)
    ```

    Args:
        server: an `Environment`, or a base URL that includes `/rest`. https, except on loopback.
        auth: `Credentials`, a `StaticToken`, or a `TokenProvider` of yours.
        timeouts: seconds; see `Timeouts`.
        retries: how often and how patiently to try again; see `RetryPolicy`.
        hooks: callables that are told of every attempt, retry and call; by default they go to the logger `ropo_async`.
        http_client: an `httpx.AsyncClient` of yours to send with, for its proxies, certificates or mock transport. It
            stays yours to close; its own headers, cookies, parameters, authentication and redirects are not used.
            Without one, connections come from a pool that survives cancellation, and what moves money gets a connection
            of its own.

    Raises:
        InvalidInput: a server, credentials or hooks that cannot be right.

    Besides what it names itself, every call may raise `ClientClosed`; and where it needs a token first, what the login
    ends in: `AuthenticationError` or another `StatusError`, `TransportError`, `DecodeError`, or what a `TokenProvider`
    of yours raises. Nothing of the call was sent then.

    See https://dev.ropo.com/guides/basics/authentication.
    """

    def __init__(
        self,
        server: Environment | str,
        auth: Credentials | StaticToken | TokenProvider,
        *,
        timeouts: Timeouts | None = None,
        retries: RetryPolicy | None = None,
        hooks: Sequence[Hook] = (log_events,),
        http_client: http.AsyncClient | None = None,
    ) -> None:
        self._owns, self._line = True, Line(http_client)
        plain = self._line.transport(base_url(server), timeouts=timeouts, retries=retries, hooks=hooks)
        self._serve(plain, auth)

    def _serve(self, plain: Transport, auth: Credentials | StaticToken | TokenProvider) -> None:
        self._plain = plain
        cid = auth.cid if isinstance(auth, Credentials) else None
        self._transport = evolve(plain, cid=cid, auth=_provider(auth, plain))

    # --- resources: each is loaded when it is first asked for, as all together take longer than the HTTP library ---

    @cached_property
    def status_updates(self) -> StatusUpdates:
        """The life cycle of the account's invoices."""
        from ropo_async.status_updates import StatusUpdates

        return StatusUpdates(self._transport)

    @cached_property
    def jobs(self) -> Jobs:
        """Invoices, payment notices, collections and letters."""
        from ropo_async.jobs import Jobs

        return Jobs(self._transport)

    @cached_property
    def disputes(self) -> Disputes:
        """Jobs whose claim is contested."""
        from ropo_async.disputes import Disputes

        return Disputes(self._transport)

    @cached_property
    def documents(self) -> Documents:
        """The account's invoices as PDF."""
        from ropo_async.documents import Documents

        return Documents(self._transport)

    @cached_property
    def payments(self) -> Payments:
        """Payments that reached you and not Ropo."""
        from ropo_async.payments import Payments

        return Payments(self._transport)

    @cached_property
    def credit_notes(self) -> CreditNotes:
        """Credit notes for the account's invoices."""
        from ropo_async.credit_notes import CreditNotes

        return CreditNotes(self._transport)

    # --- opening and closing ----------------------------------------------------------------------------------------

    @classmethod
    def from_env(cls, environ: Mapping[str, str] | None = None, **options: Any) -> Self:
        """Return a client for the account that the environment names.

        `ROPO_SERVER` is an `Environment`'s name or a URL. Then either `ROPO_TOKEN`, or `ROPO_CID` with `ROPO_APICODE`
        or with `ROPO_APICODE_FILE`, a file that holds the api code alone.

        Args:
            environ: where to look; `os.environ` if left out.
            options: further arguments of `RopoClient`, such as `timeouts`.

        Raises:
            InvalidInput: a variable is missing, contradicts another, or names a file that cannot be read.
        """
        given = {name: text for name, text in (os.environ if environ is None else environ).items() if text}
        if "ROPO_SERVER" not in given:
            raise InvalidInput(f"ROPO_SERVER is not set: a URL, or one of {', '.join(Environment.__members__)}")
        return cls(given["ROPO_SERVER"], auth_from_env(given), **options)

    def for_account(self, auth: Credentials | StaticToken | TokenProvider) -> Self:
        """Return a client of another account on the same server, over the connections of this one.

        It has a token and a retry budget of its own, so that the trouble of one account is not the other's. Closing it
        closes nothing; it works until this client is closed.

        Raises:
            InvalidInput: credentials that cannot be right.
        """
        from ropo_async.retry import Budget

        other = copy(self)
        for resource in _RESOURCES:
            vars(other).pop(resource, None)
        other._owns = False  # noqa: SLF001 - its own class
        other._serve(evolve(self._plain, budget=Budget(self._plain.policy.capacity)), auth)  # noqa: SLF001 - as above
        return other

    async def aclose(self) -> None:
        """Close the client's own connections. Calls that are under way are carried to their end."""
        if self._owns:
            await self._line.aclose()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self.aclose()

    def __repr__(self) -> str:
        return f"RopoClient({'closed' if self._line.closed else 'open'})"


_RESOURCES = [name for name, member in vars(RopoClient).items() if isinstance(member, cached_property)]


def _provider(auth: object, transport: Transport) -> TokenProvider:
    if isinstance(auth, Credentials):
        return TokenCache(partial(_login, transport, auth), transport.hooks)
    if isinstance(auth, TokenProvider):
        return auth
    raise InvalidInput("auth must be Credentials, a StaticToken, or an object with a `token` method")


async def _login(transport: Transport, credentials: Credentials) -> str:
    request = codec.token_request(credentials.cid, credentials.apicode.reveal())
    return await transport.send(request, codec.read_token)
