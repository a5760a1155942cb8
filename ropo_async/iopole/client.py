"""The client of Iopole: what a user opens."""

from __future__ import annotations

import math
import os
from copy import copy
from functools import partial
from typing import TYPE_CHECKING, Any, Self

from attrs import evolve

from ropo_async._line import Line
from ropo_async.auth import Grant, TokenCache, TokenProvider
from ropo_async.codec import iopole as codec
from ropo_async.errors import InvalidInput
from ropo_async.hooks import log_events
from ropo_async.iopole._identifiers import optional_uuid, uuid
from ropo_async.iopole.config import IopoleEnvironment, IopoleServer, server_from_env, server_of
from ropo_async.iopole.credentials import IopoleCredentials, credentials_from_env
from ropo_async.iopole.invoices import Invoices
from ropo_async.iopole.statuses import Statuses

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from types import TracebackType
    from uuid import UUID

    from ropo_async import _http as http
    from ropo_async.auth import StaticToken
    from ropo_async.config import Timeouts
    from ropo_async.hooks import Hook
    from ropo_async.retry import RetryPolicy
    from ropo_async.transport import Transport

__all__ = ["IopoleClient"]

_ADVICE = "check the client id and its secret, and that they belong to this environment"


class IopoleClient:
    """One account of Iopole: an asynchronous context manager, for asyncio and trio.

    ```python
    async with IopoleClient(IopoleEnvironment.SANDBOX, IopoleCredentials(client_id, secret)) as iopole:
        for status in await iopole.invoices.status_history(invoice_id):
            print(status.date, status.code)
    ```

    Args:
        server: an `IopoleEnvironment` or its name, an `IopoleServer` with addresses of yours, or the URL of an API. A
            URL that is not Iopole's own stands for the host of the tokens, too.
        credentials: `IopoleCredentials`, a `StaticToken`, or a `TokenProvider` of yours.
        customer_id: the customer to act for, sent with every call; each call can name another. Iopole calls it
            optional, and accounts of operators need it.
        timeouts: seconds; see `Timeouts`.
        retries: how often and how patiently to try again; see `RetryPolicy`.
        hooks: callables that are told of every attempt, retry and call; by default they go to the logger `ropo_async`.
        http_client: an `httpx.AsyncClient` of yours to send with; see `RopoClient`.
        history_interval: seconds between two calls of `invoices.status_history`, at least. The limit is not published.

    Raises:
        InvalidInput: a server, credentials, an id or numbers that cannot be right.
    """

    invoices: Invoices
    """The history of an invoice."""
    statuses: Statuses
    """What has become of invoices since the last time."""

    def __init__(
        self,
        server: IopoleEnvironment | IopoleServer | str,
        credentials: IopoleCredentials | StaticToken | TokenProvider,
        *,
        customer_id: str | UUID | None = None,
        timeouts: Timeouts | None = None,
        retries: RetryPolicy | None = None,
        hooks: Sequence[Hook] = (log_events,),
        http_client: http.AsyncClient | None = None,
        history_interval: float = 2.0,
    ) -> None:
        place, customer = server_of(server), optional_uuid("customer_id", customer_id, None)
        if isinstance(history_interval, bool) or not 0 <= history_interval < math.inf:
            raise InvalidInput("history_interval must be a number of seconds, 0 or above")
        self._owns, self._line = True, Line(http_client)
        plain = self._line.transport(place.api, timeouts=timeouts, retries=retries, hooks=hooks)
        transport = evolve(plain, auth=_provider(credentials, evolve(plain, base=place.auth)))
        self.invoices = Invoices.limited(transport, customer, history_interval)
        self.statuses = Statuses(transport, customer)

    @classmethod
    def from_env(cls, environ: Mapping[str, str] | None = None, **options: Any) -> Self:
        """Return a client for the account that the environment names.

        `IOPOLE_SERVER` is an `IopoleEnvironment`'s name or the origin of an API; `IOPOLE_AUTH_SERVER` the origin of the
        host of its tokens, where that is another than follows from it. Then either `IOPOLE_TOKEN`, or
        `IOPOLE_CLIENT_ID` with `IOPOLE_CLIENT_SECRET` or with `IOPOLE_CLIENT_SECRET_FILE`, a file that holds the secret
        alone, and `IOPOLE_SCOPE` if there is one. `IOPOLE_CUSTOMER_ID` is the customer to act for, if any.

        Args:
            environ: where to look; `os.environ` if left out.
            options: further arguments of `IopoleClient`, such as `timeouts`; a `customer_id` goes before the variable.

        Raises:
            InvalidInput: a variable is missing, contradicts another, or names a file that cannot be read.
        """
        given = {name: text for name, text in (os.environ if environ is None else environ).items() if text}
        options.setdefault("customer_id", given.get("IOPOLE_CUSTOMER_ID"))
        return cls(server_from_env(given), credentials_from_env(given), **options)

    def for_customer(self, customer_id: str | UUID) -> Self:
        """Return a client that acts for another customer of the same account, over the connections of this one.

        They share the token and the limit of histories, which are the account's; its statuses have a retry budget of
        their own. Closing it closes nothing; it works until this client is closed.

        Raises:
            InvalidInput: it is no UUID.
        """
        customer, other = uuid("customer_id", customer_id), copy(self)
        other._owns = False  # noqa: SLF001 - its own class
        other.invoices, other.statuses = self.invoices.of_customer(customer), self.statuses.of_customer(customer)
        return other

    async def aclose(self) -> None:
        """Close the client's own connections."""
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
        return f"IopoleClient({'closed' if self._line.closed else 'open'})"


def _provider(credentials: object, transport: Transport) -> TokenProvider:
    if isinstance(credentials, IopoleCredentials):
        return TokenCache(partial(_login, transport, credentials), transport.hooks, advice=_ADVICE)
    if isinstance(credentials, TokenProvider):
        return credentials
    raise InvalidInput("credentials must be IopoleCredentials, a StaticToken, or an object with a `token` method")


async def _login(transport: Transport, credentials: IopoleCredentials) -> Grant:
    request = codec.token_request(credentials.client_id, credentials.client_secret.reveal(), credentials.scope)
    return await transport.send(request, codec.read_grant)
