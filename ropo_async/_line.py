"""What the clients of several accounts share: connections, and how a transport is made over them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import define, field

from ropo_async._version import __version__
from ropo_async.config import Timeouts
from ropo_async.errors import ClientClosed, InvalidInput

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ropo_async import _http as http
    from ropo_async._messages import Incoming, Outgoing
    from ropo_async._pool import Pool
    from ropo_async.hooks import Hook
    from ropo_async.retry import RetryPolicy
    from ropo_async.transport import Transport


def _pool() -> Pool:
    """Return a pool. What carries calls is loaded with the first client, as the HTTP library itself does it."""
    from ropo_async._pool import Pool  # noqa: PLC0415 - as said

    return Pool()


@define
class Line:
    """The connections: ours, or those of a client that the user has handed in, which stays the user's to close."""

    http_client: http.AsyncClient | None = None
    pool: Pool = field(factory=_pool)
    closed: bool = False

    async def send(self, request: Outgoing) -> Incoming:
        if self.closed:
            raise ClientClosed("the client is closed; use it inside its `async with`")
        if self.http_client is None:
            return await self.pool.send(request)
        from ropo_async._bridge import send_by  # noqa: PLC0415 - for those alone who bring a client

        return await send_by(self.http_client, request)

    def transport(
        self, base: str, *, timeouts: Timeouts | None, retries: RetryPolicy | None, hooks: Sequence[Hook]
    ) -> Transport:
        """Return a transport to `base` that signs nothing.

        Raises:
            InvalidInput: a hook that is none.
        """
        # What reads a failure is loaded before there is one: with all files in use it could not be any more.
        from ropo_async.codec import errors as _  # noqa: F401, PLC0415 - as above
        from ropo_async.retry import Budget, RetryPolicy  # noqa: PLC0415 - as above
        from ropo_async.transport import Transport  # noqa: PLC0415 - as above

        if not all(callable(hook) for hook in hooks):
            raise InvalidInput("hooks must be callables that take one event")
        policy = retries or RetryPolicy()
        return Transport(
            sender=self.send,
            base=base,
            timeouts=timeouts or Timeouts(),
            policy=policy,
            budget=Budget(policy.capacity),
            hooks=tuple(hooks),
            user_agent=f"ropo-async/{__version__}",
        )

    async def aclose(self) -> None:
        self.closed = True
        await self.pool.aclose()
