"""The history of an invoice's statuses, to look at and to audit; what follows statuses is `statuses.unseen`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import define, evolve, field

from ropo_async import hooks
from ropo_async.codec import iopole as codec
from ropo_async.iopole._identifiers import optional_uuid, uuid
from ropo_async.iopole._limiter import Limiter

if TYPE_CHECKING:
    from uuid import UUID

    from ropo_async.iopole.records import StatusList
    from ropo_async.retry import RetryPolicy
    from ropo_async.transport import Transport

__all__ = ["Invoices"]


@define
class Invoices:
    """The invoices of an account."""

    _transport: Transport = field(repr=False)
    _customer_id: UUID | None = field(default=None, repr=False)

    @classmethod
    def limited(cls, transport: Transport, customer_id: UUID | None, interval: float) -> Invoices:
        """Return them with a limit of their own: one request at a time, `interval` seconds apart."""
        limiter = Limiter(transport.sender, interval)
        return cls(evolve(transport, sender=limiter.send, policy=_unthrottled(transport.policy)), customer_id)

    def of_customer(self, customer_id: UUID) -> Invoices:
        """Return those of another customer, within the same limit."""
        return evolve(self, customer_id=customer_id)

    async def status_history(self, invoice_id: str | UUID, *, customer_id: str | UUID | None = None) -> StatusList:
        """Return all statuses that an invoice ever had: a list by date, each status once.

        **Not for polling.** Iopole forbids that and keeps a very low limit of calls, beyond which it may block the
        account; it does not say which. So calls of a client wait for each other, at least `history_interval` seconds
        apart, and a 429 is raised and never sent again by itself: the next call then waits until the time that the
        server names, or for a minute. To follow statuses use `statuses.unseen`.

        An empty list is no error: a new invoice has no status for a moment, and the received copy of an invoice may
        have none at all. An entry that cannot be read costs itself alone and is in the list's `undecoded`. Reading
        changes nothing, and marks nothing as seen.

        Args:
            invoice_id: Iopole's own id of the invoice.
            customer_id: the customer that the invoice belongs to, where it is not the client's.

        Returns:
            a `StatusList` of `InvoiceStatus`, by date and then by id; dates are aware and in UTC.

        Raises:
            InvalidInput: an id that is no UUID.
            NotFound, PermissionDenied, AuthenticationError: the server refused.
            RateLimited: too many calls; `retry_after` holds the seconds that the server asked to wait, if it did.
            StatusError, TransportError, DecodeError: after repeated attempts.

        See https://docs.ppd.iopole.fr/docs/iopole-api/apiDescriptions/status/searchStatusById.
        """
        customer = optional_uuid("customer_id", customer_id, self._customer_id)
        request = codec.history_request(uuid("invoice_id", invoice_id), customer)
        statuses = await self._transport.send(request, codec.read_history)
        if statuses.undecoded:
            event = hooks.RecordsUndecoded(request.operation.name, len(statuses.undecoded))
            hooks.emit(self._transport.hooks, event)
        return statuses


def _unthrottled(policy: RetryPolicy) -> RetryPolicy:
    """Return a policy under which nothing that was throttled is sent again: it costs more than the budget can hold."""
    return evolve(policy, throttled_cost=policy.capacity + 1)
