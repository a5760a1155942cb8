"""What really happened at the pretended Iopole."""

from __future__ import annotations

from attrs import field, mutable

from ropo_async.simulator.iopole.shapes import Entry
from ropo_async.simulator.traffic import Traffic

__all__ = ["IopoleTruth"]


@mutable
class IopoleTruth(Traffic):
    """Everything a test may want to compare a client with."""

    statuses: list[Entry] = field(factory=list[Entry])
    """Every status that there is, in the order in which it was added."""
    marked: list[str] = field(factory=list[str])
    """The ids that were marked as seen, each time that it was done."""
    customers: list[str | None] = field(factory=list["str | None"])
    """The `customer-id` of each request that was processed with a token."""
    history_calls: list[float] = field(factory=list[float])
    """When histories were asked for, by the simulator's clock, refused or not."""

    @property
    def seen(self) -> set[str]:
        """The ids of what is marked as seen."""
        return set(self.marked)

    @property
    def unseen(self) -> list[Entry]:
        """What is not marked as seen, oldest first."""
        return sorted((one for one in self.statuses if one.status_id not in self.seen), key=lambda one: one.date)
