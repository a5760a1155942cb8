"""Jobs that cannot be sent as they are."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import frozen

from ropo_async.errors._base import InvalidInput

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["InvalidJob", "Problem"]

SHOWN = 10
"""Problems that a message shows; all of them are in `InvalidJob.problems`."""


@frozen
class Problem:
    """One thing that is wrong with a job: where, such as `dataset[2].payrow[0].taxpr`, and what, without the value."""

    path: str
    words: str

    def __str__(self) -> str:
        return f"{self.path} {self.words}"


class InvalidJob(InvalidInput):
    """Jobs were refused before anything was sent; every problem of every job is told at once.

    Attributes:
        problems: all of them, job by job.
    """

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        shown = "; ".join(map(str, self.problems[:SHOWN]))
        more = f"; and {len(self.problems) - SHOWN} more, see `.problems`" if len(self.problems) > SHOWN else ""
        super().__init__(f"{shown}{more}")
