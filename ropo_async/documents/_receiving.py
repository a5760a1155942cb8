"""Taking a document in piece by piece, and looking at it on its way."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Protocol

from attrs import define, field

from ropo_async import codec
from ropo_async.errors import DecodeError, Phase, TransportError
from ropo_async.exchange import declared_length

if TYPE_CHECKING:
    from ropo_async._messages import Answer

__all__ = ["Memory", "Progress", "Receiver", "Store"]

Progress = Callable[[int, int | None], object]
"""Told the bytes so far and the bytes in all, None where the server does not say. Another attempt begins at 0."""


class Store(Protocol):
    """Where the pieces go."""

    async def restart(self) -> None:
        """Forget what was written."""
        ...

    async def write(self, piece: bytes, /) -> None:
        """Append a piece."""
        ...


@define
class Memory:
    """Keeps the pieces."""

    pieces: list[bytes] = field(factory=list[bytes])

    async def restart(self) -> None:
        """Forget them."""
        self.pieces.clear()

    async def write(self, piece: bytes, /) -> None:
        """Append a piece."""
        self.pieces.append(piece)


@define
class Receiver:
    """A sink that passes the pieces on, and refuses what is no document as soon as that shows."""

    store: Store
    progress: Progress | None = None
    size: int = 0
    head: Answer | None = None
    start: bytes = b""
    end: bytes = b""

    async def begin(self, head: Answer, /) -> None:
        """Take the head of an answer."""
        self.head, self.size, self.start, self.end = head, 0, b"", b""
        await self.store.restart()
        self._tell()

    async def write(self, piece: bytes, /) -> None:
        """Take the next piece.

        Raises:
            DecodeError: it shows that this is no document.
        """
        self.size += len(piece)
        self.end = (self.end + piece)[-codec.MARGIN :]
        if len(self.start) < codec.MARGIN:
            self.start = (self.start + piece)[: codec.MARGIN]
            if len(self.start) == codec.MARGIN:
                self._look_at_start()
        await self.store.write(piece)
        self._tell()

    def finish(self, answer: Answer) -> Answer:
        """Return the answer without its body, if what came is a whole document.

        Raises:
            DecodeError: it is no document.
            TransportError: it is not whole.
        """
        self._look_at_start()
        if problem := codec.document_end_problem(answer, self.end):
            raise TransportError(answer.operation.name, Phase.RECEIVED_PARTIAL, problem, status=answer.status)
        return answer

    def _look_at_start(self) -> None:
        if self.head and (problem := codec.document_start_problem(self.head, self.start)):
            raise DecodeError(self.head.operation.name, problem, raw=self.start)

    def _tell(self) -> None:
        if self.progress and self.head:
            self.progress(self.size, declared_length(self.head.headers))
