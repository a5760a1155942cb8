"""Faults by chance, which a seed repeats: the same requests meet the same faults."""

from __future__ import annotations

import random
from bisect import bisect_right
from collections import Counter
from itertools import accumulate
from typing import TYPE_CHECKING, Final, Self

from attrs import field, mutable

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from ropo_async.simulator.faults import Fault

__all__ = ["CONNECTION", "Chance"]

CONNECTION: Final = "connection"
"""What faults strike that know no operation yet."""
_ROUNDING: Final = 1e-9


@mutable
class Chance:
    """Shares of requests that go wrong, and of connections where a fault strikes on accept.

    Each operation has dice of its own. So the third payment meets what it meets however many logins, polls and
    connections came between: only the order within an operation counts.
    """

    rates: Mapping[Fault, float]
    seed: int = 0
    left: int | None = None
    """How many more may strike; `None` is any number."""
    _dice: dict[str, random.Random] = field(factory=dict[str, random.Random], init=False, repr=False)

    def __attrs_post_init__(self) -> None:
        for on_accept in (False, True):
            _, ends = self._ladder(on_accept=on_accept)
            if not all(0 <= rate <= 1 for rate in self.rates.values()) or ends[-1:] > [1 + _ROUNDING]:
                raise ValueError("rates are shares from 0 to 1, and together no more than 1")

    @classmethod
    def evenly(cls, rate: float, faults: Collection[Fault], seed: int = 0, left: int | None = None) -> Self:
        """Share out one rate among faults: that of requests, and that of connections among those on accept."""
        alike = Counter(fault.on_accept for fault in faults)
        return cls({fault: rate / alike[fault.on_accept] for fault in faults}, seed, left)

    @property
    def rate(self) -> float:
        """The share of requests that go wrong, or of connections where all strike on accept."""
        return max((end for on_accept in (False, True) for end in self._ladder(on_accept=on_accept)[1]), default=0.0)

    def strikes(self, what: str) -> Fault | None:
        """Throw the dice for the next request of an operation, or the next `CONNECTION`, and return what it meets."""
        faults, ends = self._ladder(on_accept=what == CONNECTION)
        if not faults or self.left == 0:
            return None
        # A string seeds alike in every process, where its hash would not.
        dice = self._dice.setdefault(what, random.Random(f"{self.seed} {what}"))  # noqa: S311 - a dice, no secret
        place = bisect_right(ends, dice.random())
        if place == len(faults):
            return None
        if self.left is not None:
            self.left -= 1
        return faults[place]

    def _ladder(self, *, on_accept: bool) -> tuple[list[Fault], list[float]]:
        """The faults that may strike, and where on the way from 0 to 1 the share of each ends."""
        rates = {fault: rate for fault, rate in self.rates.items() if fault.on_accept == on_accept}
        return list(rates), list(accumulate(rates.values()))
