"""Where many registrations come from: an iterable, or a file that is checked whole before anything of it is sent."""

from __future__ import annotations

from collections import deque
from collections.abc import AsyncIterable, AsyncIterator, Iterable, Mapping, Sized
from contextlib import asynccontextmanager
from functools import partial
from itertools import islice
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Literal, TypeAlias

from anyio import to_thread
from attrs import define, field, frozen

from ropo_async.errors import FileProblem, InvalidFile, InvalidInput
from ropo_async.ledger._files import FORMATS, Ids, Pages, mark_of
from ropo_async.ledger.registrations import Registration, registration_of

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Callable, Iterator
    from typing import BinaryIO

    from ropo_async.ledger._files import Row

__all__ = ["Format", "Source", "SourceOf", "opened"]

KEPT = 100
"""Problems of a file that are kept; of the others only their number."""
BATCH = 1000
"""Lines that a thread reads before the event loop has its turn."""
SUSPECTS = 1000
"""Ids that may be there twice, and are looked for a second time."""
_END = object()
SUFFIXES = {".csv": "csv", ".jsonl": "jsonl", ".ndjson": "jsonl"}

Format: TypeAlias = Literal["csv", "jsonl"]
SourceOf: TypeAlias = "Iterable[Registration] | AsyncIterable[Registration] | str | PathLike[str]"
Numbered: TypeAlias = tuple[int | None, Registration]
"""A registration, with its line where it is from a file."""


@frozen
class Source:
    """Registrations to come."""

    items: AsyncIterator[Numbered]
    total: int | None
    """How many there are, where that is known."""


@asynccontextmanager
async def opened(source: SourceOf, format: Format | None) -> AsyncGenerator[Source]:  # noqa: A002 - what it is
    """Open a source for the length of the block; see `PaymentLedger.register_many`."""
    if not isinstance(source, str | PathLike):
        if format is not None:
            raise InvalidInput("format says what a file is, and there is none")
        yield Source(_Items(source), len(source) if isinstance(source, Sized) else None)
        return
    path = Path(source)
    read = FORMATS.get(format or SUFFIXES.get(path.suffix.lower(), ""))
    if read is None:
        raise InvalidInput(f"a file is one of {', '.join(SUFFIXES)}; if it has another name, give format")
    with await to_thread.run_sync(_open, path) as file:
        pages = Pages(file)
        check = _Check(pages, read)
        await check.run()
        yield Source(_Lines(read(pages.lines())), check.total)


def _open(path: Path) -> BinaryIO:
    if path.exists() and not path.is_file():  # a pipe cannot be read twice
        raise InvalidInput("the source must be a file")
    return path.open("rb")


class _Items(AsyncIterator[Numbered]):
    """What a caller's iterable gives."""

    def __init__(self, source: Iterable[Registration] | AsyncIterable[Registration]) -> None:
        if not isinstance(source, Iterable | AsyncIterable):
            raise InvalidInput("the source must be an iterable of Registration, or the path of a file")
        self._items = aiter(source) if isinstance(source, AsyncIterable) else iter(source)

    async def __anext__(self) -> Numbered:
        item = await anext(self._items) if isinstance(self._items, AsyncIterator) else next(self._items, _END)
        if item is _END:
            raise StopAsyncIteration
        if not isinstance(item, Registration):
            raise InvalidInput("the source must give Registrations")
        return None, item


@define
class _Lines(AsyncIterator[Numbered]):
    """What a checked file holds, read in a thread."""

    rows: Iterator[tuple[int, Row]]
    _ready: deque[Numbered] = field(factory=deque[Numbered])

    async def __anext__(self) -> Numbered:
        if not self._ready:
            self._ready.extend(await to_thread.run_sync(self._read))
        if not self._ready:
            raise StopAsyncIteration
        return self._ready.popleft()

    def _read(self) -> list[Numbered]:
        return [(line, _certain(line, row)) for line, row in islice(self.rows, BATCH)]


def _certain(line: int, row: Row) -> Registration:
    found = _judged(row)
    assert isinstance(found, Registration), f"line {line} was checked"
    return found


def _judged(row: Row) -> Registration | list[tuple[str | None, str]]:
    return row if isinstance(row, list) else registration_of(row)


def _id_in(row: Row) -> str | None:
    found = row.get("operation_id") if isinstance(row, Mapping) else None
    return found if isinstance(found, str) else None


@define
class _Check:
    """Reads a file once, and finds all that is wrong with it."""

    pages: Pages
    read: Callable[[Iterator[bytes]], Iterator[tuple[int, Row]]]
    total: int = 0
    _problems: list[FileProblem] = field(factory=list[FileProblem])
    _count: int = 0
    _ids: Ids = field(factory=Ids)

    async def run(self) -> None:
        """Check it.

        Raises:
            InvalidFile: everything that is wrong with it.
        """
        await self._each(self._look)
        suspects = await to_thread.run_sync(self._suspects)
        if suspects:
            await self._each(partial(self._look_again, suspects, {}))
        if self._count:
            kept = sorted(self._problems, key=lambda problem: problem.line)[:KEPT]
            raise InvalidFile(kept, self._count - len(kept))

    async def _each(self, look: Callable[[int, Row], None]) -> None:
        rows = self.read(self.pages.lines())

        def batch() -> int:
            size = 0
            for line, row in islice(rows, BATCH):
                size += 1
                look(line, row)
            return size

        while await to_thread.run_sync(batch):
            pass

    def _look(self, line: int, row: Row) -> None:
        self.total += 1
        if (operation_id := _id_in(row)) is not None:
            self._ids.add(operation_id)
        found = _judged(row)
        if not isinstance(found, Registration):
            self._note(FileProblem(line, name, words) for name, words in found)

    def _suspects(self) -> set[int]:
        repeats = self._ids.repeats()
        suspects = {mark for mark, _ in islice(repeats, SUSPECTS)}
        self._count += sum(times for _, times in repeats)
        return suspects

    def _look_again(self, suspects: set[int], first: dict[str, int], line: int, row: Row) -> None:
        operation_id = _id_in(row)
        if operation_id is not None and mark_of(operation_id) in suspects:
            before = first.setdefault(operation_id, line)
            if before != line:
                self._note([FileProblem(line, "operation_id", f"is that of line {before} too")])

    def _note(self, problems: Iterable[FileProblem]) -> None:
        for problem in problems:
            self._count += 1
            if len(self._problems) < 2 * KEPT:
                self._problems.append(problem)
