"""What keeps a ledger from sending."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import frozen

from ropo_async.errors._base import InvalidInput, RopoError

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["FileProblem", "InvalidFile", "InvoiceBusy", "OperationIdReused", "ResendRefused"]

SHOWN = 10
"""Problems that a message shows; `InvalidFile.problems` has more of them."""


@frozen
class FileProblem:
    """One thing that is wrong with a file: where, and what, without the value."""

    line: int
    """From 1 on; where something spans lines, the first of them."""
    field: str | None
    """The column, or None where it is the whole line."""
    words: str

    def __str__(self) -> str:
        return f"line {self.line}: {'' if self.field is None else f'{self.field} '}{self.words}"


class InvalidFile(InvalidInput):
    """A file of payments and credit notes was refused.

    Nothing of it was sent, unless it was changed while it was being worked off: then nothing from that line on.

    Attributes:
        problems: what is wrong with it, in the order of its lines.
        more: how many there are beyond those.
    """

    def __init__(self, problems: Iterable[FileProblem], more: int = 0) -> None:
        self.problems, self.more = tuple(problems), more
        hidden = len(self.problems) - SHOWN
        beyond = max(hidden, 0) + more
        shown = "; ".join(map(str, self.problems[:SHOWN]))
        super().__init__(f"{shown}; and {beyond} more, see `.problems`" if beyond else shown)


class OperationIdReused(InvalidInput):
    """The operation id stands for something else already; nothing was sent.

    Attributes:
        operation_id: the id.
    """

    def __init__(self, operation_id: str) -> None:
        super().__init__(
            f"operation id {operation_id!r} was used before, for something else; nothing was sent; "
            "use an id of its own for each payment",
        )
        self.operation_id = operation_id


class InvoiceBusy(RopoError):
    """Another booking for the same invoice may still take effect; nothing was sent.

    Sending this one meanwhile would leave nobody able to tell which of them an invoice shows.

    Attributes:
        operation_id: the id of what was not sent.
        other: the id of what is in flight; None where it has just ended.
    """

    def __init__(self, operation_id: str, other: str | None) -> None:
        name = "another one" if other is None else repr(other)
        super().__init__(
            f"{operation_id!r} was not sent: for the same invoice {name} may still take effect; "
            "verify that one, then register this one again",
        )
        self.operation_id, self.other = operation_id, other


class ResendRefused(RopoError):
    """It is not sent again, because it is not known to be absent.

    Attributes:
        operation_id: the id.
        state: its state, such as `unknown` or `applied`.
    """

    def __init__(self, operation_id: str, state: str) -> None:
        super().__init__(
            f"{operation_id!r} is {state}, and only what is probably_absent is sent again; "
            "where somebody has looked and knows, say so with `resolve` first",
        )
        self.operation_id, self.state = operation_id, state
