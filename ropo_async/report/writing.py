"""From a journal to a file."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import anyio.to_thread

from ropo_async._protect import finish
from ropo_async.documents._files import Part
from ropo_async.report.facts import gather
from ropo_async.report.page import html_report

if TYPE_CHECKING:
    import os
    from datetime import datetime

    from ropo_async.journal import Journal
    from ropo_async.report.facts import Facts

__all__ = ["write_report"]


async def write_report(
    journal: Journal, path: str | os.PathLike[str], *, days: int = 90, now: datetime | None = None
) -> Path:
    """Write a report on `journal` to `path`, in place of what is there, and return where it is.

    The file is whole or not there, and for its owner alone: it says who your customers at Ropo are.

    Args:
        journal: any journal; nothing in it is changed.
        path: the file, which should end in `.html`.
        days: how many days to report on, today in UTC included.
        now: the time, aware; the system's if left out.

    Raises:
        InvalidInput: `days` is no whole number from 1 to 3660, or `now` has no zone.
        JournalError: the journal cannot be read.
        OSError: the file cannot be written.
    """
    facts = await gather(journal, days=days, now=now)

    async def critical() -> Path:
        return await anyio.to_thread.run_sync(_write, Path(path), facts)

    return await finish(critical)


def _write(path: Path, facts: Facts) -> Path:
    part = Part(path.parent)
    try:
        part.create()
        part.write(html_report(facts).encode())
        return part.keep([path.name], overwrite=True)
    finally:
        part.discard()
