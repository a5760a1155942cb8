"""Invoices saved as PDF."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from anyio import to_thread
from attrs import frozen

from ropo_async import InvalidInput, SaveFailure
from ropo_async.cli.work.status import Status, lines_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from ropo_async.cli.work.desk import Desk

__all__ = ["Wanted", "jobids_in", "save"]


@frozen
class Wanted:
    """What a command asks for."""

    jobids: tuple[int, ...]
    billnum: str | None
    source: Path | None
    into: Path
    concurrency: int
    original: bool | None

    @property
    def origdata(self) -> int | None:
        """As the API calls it."""
        return None if self.original is None else int(self.original)


async def save(desk: Desk, wanted: Wanted) -> Status:
    """Save what is wanted."""
    listed = await to_thread.run_sync(_listed, wanted.source)
    jobids = list(dict.fromkeys((*wanted.jobids, *listed)))
    if bool(jobids) == (wanted.billnum is not None):
        raise InvalidInput("say which: job ids, or --billnum")
    wanted.into.mkdir(parents=True, exist_ok=True)
    return await (_one(desk, wanted) if wanted.billnum is not None else _many(desk, wanted, jobids))


async def _one(desk: Desk, wanted: Wanted) -> Status:
    async with desk.client() as ropo:
        download = ropo.documents.pdf(billnum=wanted.billnum, origdata=wanted.origdata)
        with desk.screen.progress("bytes", None) as show:
            saved = await download.save_to(wanted.into, progress=show)
    desk.screen.list(("saved", "bytes"), [(str(saved.path), saved.size)])
    return Status.DONE


async def _many(desk: Desk, wanted: Wanted, jobids: Sequence[int]) -> Status:
    async with desk.client() as ropo:
        with desk.screen.progress("saving", len(jobids)) as show:
            report = await ropo.documents.save_many(
                _counted(jobids, show), wanted.into, concurrency=wanted.concurrency, origdata=wanted.origdata
            )
    failed = {failure.jobid: failure for failure in report.failed}
    if desk.screen.as_json:
        for jobid in jobids:
            desk.screen.record({"jobid": jobid, **_outcome(wanted.into / f"{jobid}.pdf", failed.get(jobid))})
    else:
        for jobid in jobids:
            if jobid not in failed:
                desk.screen.line(str(wanted.into / f"{jobid}.pdf"))
        for failure in report.failed:
            desk.screen.note(f"ropo: {failure.jobid}: {_why(failure)}")
    desk.screen.note(f"ropo: saved: {report.saved}, there already: {report.skipped}, failed: {len(report.failed)}")
    return Status.FAILED if report.failed else Status.DONE


def _counted(jobids: Sequence[int], show: Callable[[int, int | None], None]) -> Iterator[int]:
    """Yield them, and say each time how many were taken before: one is taken when another has ended."""
    for place, jobid in enumerate(jobids):
        show(place, len(jobids))
        yield jobid


def _outcome(place: Path, failure: SaveFailure | None) -> dict[str, object]:
    return {"path": str(place)} if failure is None else {"error": _why(failure)}


def _why(failure: SaveFailure) -> str:
    return "; ".join(lines_of(failure.error))


def _listed(source: Path | None) -> list[int]:
    if source is None:
        return []
    lines = sys.stdin.readlines() if str(source) == "-" else source.read_text(encoding="utf-8").splitlines()
    return jobids_in(lines)


def jobids_in(lines: Sequence[str]) -> list[int]:
    """Return the job ids of a file, one a line; empty lines, and what follows a #, do not count.

    Raises:
        InvalidInput: all lines that hold no job id, by their numbers.
    """
    words = {number: line.partition("#")[0].strip() for number, line in enumerate(lines, 1)}
    given = {number: word for number, word in words.items() if word}
    wrong = [str(number) for number, word in given.items() if not (word.isascii() and word.isdigit() and int(word))]
    if wrong:
        raise InvalidInput(f"no job id stands on line {', '.join(wrong[:20])}{' ...' if len(wrong) > 20 else ''}")
    return [int(word) for word in given.values()]
