"""The APIs whose feeds an inbox can follow, as a table: how each is followed, and how its records are read."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from attrs import frozen

from ropo_async import codec
from ropo_async.codec import iopole
from ropo_async.errors import JournalError, JournalProblem
from ropo_async.inbox.consuming import Consuming
from ropo_async.inbox.marking import Marking
from ropo_async.journal.entries import entry_of, status_entry_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from ropo_async.inbox.feeds import Follower
    from ropo_async.iopole.records import InvoiceStatus
    from ropo_async.journal import Account
    from ropo_async.journal.values import Entry
    from ropo_async.records import StatusUpdate

__all__ = ["PROVIDERS", "Provider", "provider_of"]


@frozen
class Provider:
    """One API."""

    follow: Callable[..., Follower]
    """From a feed, its journal and account, the time, the policy, and from when on all is to be complete."""
    read: Callable[[bytes], Any]
    """From the JSON of a record to the record; raises `DecodeError`."""
    enter: Callable[[Any], Entry]
    """From a record to its entry in the journal."""

    def entry(self, record: bytes) -> Entry:
        """Return the entry of a record as it came.

        Raises:
            DecodeError: it cannot be read.
        """
        return self.enter(self.read(record))


def _update(record: bytes) -> StatusUpdate:
    return codec.read_update(record)


def _status(record: bytes) -> InvoiceStatus:
    return iopole.read_record(record)


PROVIDERS: Mapping[str, Provider] = MappingProxyType(
    {
        "ropo": Provider(Consuming.follow, _update, entry_of),
        "iopole": Provider(Marking.follow, _status, status_entry_of),
    }
)
"""By the name that an account has for its API."""


def provider_of(account: Account) -> Provider:
    """Return the API of an account.

    Raises:
        JournalError: a newer version of this library has put it into the journal.
    """
    found = PROVIDERS.get(account.provider)
    if found is None:
        raise JournalError(JournalProblem.NEWER, "it has an account of an API that this one does not know")
    return found
