"""From a URL to an open journal."""

from __future__ import annotations

from contextlib import asynccontextmanager
from typing import TYPE_CHECKING
from urllib.parse import unquote

import anyio

from ropo_async.errors import InvalidInput
from ropo_async.journal._schema import migrate
from ropo_async.journal._sql import SqlJournal

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Callable

    from ropo_async.journal.base import Journal
    from ropo_async.journal.engine import Engine

__all__ = ["opened"]


@asynccontextmanager
async def opened(url: str, *, clock: Callable[[], float] | None = None) -> AsyncGenerator[Journal]:
    """Open the journal at `url` for the length of the block; see `Journal.open`."""
    journal = SqlJournal(await _engine(url, clock))
    try:
        await journal.engine.run(migrate)
        yield journal
    finally:
        with anyio.CancelScope(shield=True):
            await journal.aclose()


async def _engine(url: str, clock: Callable[[], float] | None) -> Engine:
    scheme, found, rest = url.partition(":") if isinstance(url, str) else ("", "", "")
    match scheme:
        case "memory" if not rest:
            from ropo_async.journal.sqlite import open_sqlite  # noqa: PLC0415 - loads only what is used

            return await open_sqlite(None, clock=clock)
        case "sqlite" if rest.startswith("///") and len(rest) > len("///"):
            from ropo_async.journal.sqlite import open_sqlite  # noqa: PLC0415 - as above

            return await open_sqlite(unquote(rest.removeprefix("///")), clock=clock)
        case "postgresql" | "postgres" if found:
            from ropo_async.journal.postgres import open_postgres  # noqa: PLC0415 - as above

            return await open_postgres(url, clock=clock)
        case _:
            raise InvalidInput(
                "a journal is sqlite:///file.db, postgresql://user@host/database, or memory: (gone when closed)"
            )
