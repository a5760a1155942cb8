"""Many documents into one folder: bounded, resumable, and none of them stopped by another."""

from __future__ import annotations

from collections.abc import AsyncIterable
from typing import TYPE_CHECKING

import anyio
from anyio import to_thread
from attrs import define, field, frozen

from ropo_async.documents._files import is_whole
from ropo_async.errors import InvalidInput, RopoError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

    from anyio.abc import TaskGroup

    from ropo_async.documents.download import Download

__all__ = ["SaveFailure", "SaveReport", "save_many"]


@frozen
class SaveFailure:
    """A document that could not be saved."""

    jobid: int
    """The job's number."""
    error: RopoError | OSError
    """A `RopoError` for the call, an `OSError` for the disk."""


@frozen(kw_only=True)
class SaveReport:
    """What became of many documents."""

    saved: int
    """How many were fetched and saved."""
    skipped: int
    """How many were there already, and whole."""
    failed: tuple[SaveFailure, ...]
    """Those that were not saved, each with its error, in the order in which they failed."""


async def save_many(
    fetch: Callable[[int], Download],
    jobids: Iterable[int] | AsyncIterable[int],
    folder: Path,
    concurrency: int,
) -> SaveReport:
    """Save what `fetch` returns for each of `jobids` as `<jobid>.pdf`; see `Documents.save_many`."""
    if not await to_thread.run_sync(folder.is_dir):
        raise InvalidInput("folder must be a folder that exists")
    saving, trouble = _Saving(fetch, folder, anyio.Semaphore(concurrency)), list[Exception]()
    async with anyio.create_task_group() as group:
        try:
            if isinstance(jobids, AsyncIterable):
                async for jobid in jobids:
                    await saving.begin(group, jobid)
            else:
                for jobid in jobids:
                    await saving.begin(group, jobid)
        except Exception as error:  # noqa: BLE001 - raised below, outside of the group that would wrap it
            trouble.append(error)
    if trouble:
        raise trouble.pop()
    return SaveReport(saved=saving.saved, skipped=saving.skipped, failed=tuple(saving.failed))


@define
class _Saving:
    fetch: Callable[[int], Download]
    folder: Path
    slots: anyio.Semaphore
    saved: int = 0
    skipped: int = 0
    failed: list[SaveFailure] = field(factory=list[SaveFailure])

    async def begin(self, group: TaskGroup, jobid: int) -> None:
        await self.slots.acquire()
        group.start_soon(self._one, jobid)

    async def _one(self, jobid: int) -> None:
        try:
            download = self.fetch(jobid)
            place = self.folder / f"{jobid}.pdf"
            if await to_thread.run_sync(is_whole, place):
                self.skipped += 1
            else:
                await download.save_to(place, overwrite=True)
                self.saved += 1
        except (RopoError, OSError) as error:
            self.failed.append(SaveFailure(jobid, error))
        finally:
            self.slots.release()
