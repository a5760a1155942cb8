"""What is measured: the tables that events and health become metrics by."""

from __future__ import annotations

from operator import attrgetter
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from attrs import frozen

from ropo_async import hooks

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

    from ropo_async.journal import Health

__all__ = ["CALLS", "COUNTERS", "GAUGES", "LAGS", "NAMES", "Counted"]

CALLS = (0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1.0, 2.5, 5.0, 7.5, 10.0, 30.0, 60.0, 300.0)
LAGS = (1.0, 5.0, 15.0, 60.0, 300.0, 900.0, 3600.0, 6 * 3600.0, 24 * 3600.0)
"""Bounds of histograms, in seconds."""

NAMES: Mapping[str, str] = MappingProxyType(
    {
        "cid": "ropo.account",
        "drained": "ropo.drained",
        "error": "error.type",
        "kind": "ropo.kind",
        "operation": "ropo.operation",
        "outcome": "ropo.outcome",
        "proven": "ropo.proven",
        "state": "ropo.state",
    }
)
"""Fields of events that are attributes, and their names as such."""


@frozen
class Counted:
    """What is counted of one kind of event."""

    name: str
    unit: str
    text: str
    event: type[hooks.Event]
    by: tuple[str, ...]
    count: Callable[[Any], int] = lambda _: 1


COUNTERS: tuple[Counted, ...] = (
    Counted("ropo.client.retries", "{retry}", "Attempts that another one followed", hooks.Retrying, ("operation",)),
    Counted("ropo.client.token.renewals", "{token}", "Logins", hooks.TokenRenewed, ()),
    Counted(
        "ropo.client.undecoded",
        "{record}",
        "Records of answers that could not be read",
        hooks.RecordsUndecoded,
        ("operation",),
        attrgetter("count"),
    ),
    Counted("ropo.client.anomalies", "{answer}", "Answers that are odd, and were taken", hooks.Anomaly, ("operation",)),
    Counted("ropo.feed.rounds", "{round}", "Times that the feed was followed", hooks.RoundFinished, ("cid", "drained")),
    Counted("ropo.feed.failures", "{failure}", "Errors of background pollers", hooks.PollFailed, ("cid", "error")),
    Counted("ropo.feed.pages", "{page}", "Pages of the feed", hooks.RoundFinished, ("cid",), attrgetter("pages")),
    Counted("ropo.feed.received", "{update}", "Updates on them", hooks.RoundFinished, ("cid",), attrgetter("records")),
    Counted("ropo.feed.stored", "{update}", "Those that were new", hooks.RoundFinished, ("cid",), attrgetter("new")),
    Counted("ropo.feed.swept", "{update}", "Found by sweeps alone", hooks.SweepFound, ("cid",), attrgetter("count")),
    Counted("ropo.feed.gaps.opened", "{gap}", "Times that updates may have been lost", hooks.GapOpened, ("cid",)),
    Counted("ropo.feed.gaps.ended", "{gap}", "Gaps closed, or not to be closed", hooks.GapEnded, ("cid", "proven")),
    Counted("ropo.feed.delivered", "{update}", "Updates that were lent to consumers", hooks.Delivered, ("cid",)),
    Counted(
        "ropo.feed.redelivered",
        "{update}",
        "Those that had been lent before",
        hooks.Delivered,
        ("cid",),
        lambda it: int(it.attempt > 1),
    ),
    Counted(
        "ropo.feed.settled", "{update}", "Updates that consumers were done with", hooks.Settled, ("cid", "outcome")
    ),
    Counted("ropo.feed.dead_lettered", "{update}", "Updates tried too often", hooks.DeadLettered, ("cid",)),
    Counted(
        "ropo.ledger.bookings",
        "{booking}",
        "Payments and credit notes by the state they have come to",
        hooks.BookingChanged,
        ("cid", "kind", "state"),
    ),
    Counted(
        "ropo.ledger.failures",
        "{failure}",
        "Invoices that could not be looked at",
        hooks.VerificationFailed,
        ("cid", "error"),
    ),
)

GAUGES: Mapping[str, tuple[str, str, Callable[[Health, datetime], float]]] = MappingProxyType(
    {
        "ropo.feed.waiting": ("{update}", "Updates that are not acknowledged", lambda it, _: it.waiting),
        "ropo.feed.oldest_unacked": (
            "s",
            "Age of the oldest update that is not acknowledged",
            lambda it, now: 0.0 if it.oldest is None else (now - it.oldest).total_seconds(),
        ),
        "ropo.feed.gaps.open": ("{gap}", "Gaps that are being closed", lambda it, _: it.open_gaps),
        "ropo.feed.gaps.unresolved": ("{gap}", "Gaps that cannot be closed", lambda it, _: it.unresolved_gaps),
        "ropo.feed.dead": ("{update}", "Dead letters", lambda it, _: it.dead),
        "ropo.feed.quarantined": ("{record}", "Records that cannot be read", lambda it, _: it.quarantined),
    }
)
