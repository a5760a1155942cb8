"""What a journal knows, and its care."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from attrs import asdict

from ropo_async import Gap, GapState, Journal
from ropo_async.cli.work.screen import as_it_came
from ropo_async.cli.work.status import Status
from ropo_async.cli.work.watch import Feed, drained
from ropo_async.report import write_report

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Sequence
    from pathlib import Path

    from ropo_async.cli.work.desk import Desk
    from ropo_async.journal import DeadLetter, Quarantined

__all__ = ["backfill", "dead", "export", "gaps", "purge", "quarantine", "read_again", "report", "requeue", "status"]

_UNCLOSED = (GapState.OPEN, GapState.BACKFILLED)
_NAMES = {
    "drained": "last read to its end",
    "lag": "behind by",
    "records": "updates",
    "waiting": "waiting for a consumer",
    "oldest": "oldest of them",
    "dead": "tried too often",
    "quarantined": "unreadable",
    "open_gaps": "gaps, being read again",
    "unresolved_gaps": "gaps, unresolved",
    "seen_only_by_sweep": "seen by sweeps alone",
    "duplicates": "known already",
    "pages": "pages",
}
"""What is shown of `Health`, in words."""


async def status(desk: Desk) -> Status:
    """Tell how it is doing."""
    async with desk.journal() as journal:
        health = await journal.health(now=datetime.now(UTC))
    facts = asdict(health)
    lag = None if health.lag is None else health.lag.total_seconds()
    record = {name: value for name, value in facts.items() if name != "lag"} | {"lag_seconds": lag}
    desk.screen.show({words: facts[name] for name, words in _NAMES.items()}, record)
    return Status.OPEN if health.open_gaps else Status.DONE


async def gaps(desk: Desk, *, everything: bool) -> Status:
    """List gaps."""
    async with desk.journal() as journal:
        found = await journal.gaps()
    shown = [gap for gap in found if everything or gap.state is not GapState.CLOSED]
    desk.screen.list(
        ("gap", "cid", "state", "since", "until", "days", "reason"),
        [(gap.id, gap.account.cid, gap.state.value, gap.since, gap.until, len(gap.days), gap.reason) for gap in shown],
        records=map(_gap, shown),
        none="ropo: there is none",
    )
    return Status.OPEN if any(gap.state in _UNCLOSED for gap in shown) else Status.DONE


def _gap(gap: Gap) -> dict[str, Any]:
    return {
        "id": gap.id,
        "server": gap.account.server,
        "cid": gap.account.cid,
        "state": gap.state.value,
        "since": gap.since,
        "until": gap.until,
        "bounded": gap.bounded,
        "reason": gap.reason,
        "days": [asdict(day) for day in gap.days],
    }


async def backfill(desk: Desk, feed: Feed, first: date, last: date | None) -> Status:
    """Have days read again, and do it."""
    async with desk.both() as (ropo, journal):
        inbox = feed.inbox(desk, ropo, journal)
        await inbox.reread(first, last)
        done = drained(desk, await inbox.drain())
        gap = (await inbox.gaps())[-1]
    desk.screen.list(
        ("day", "state", "updates", "doubt"),
        [(day.day, day.state.value, day.rows, day.doubt) for day in gap.days],
        records=[asdict(day) for day in gap.days],
    )
    desk.screen.note(f"ropo: {gap.reason}")
    return Status.OPEN if gap.state is GapState.OPEN else done


async def quarantine(desk: Desk, *, content: bool) -> Status:
    """List what could not be read."""
    async with desk.journal() as journal:
        found = [record async for record in _quarantined(journal)]
    columns = ("id", "cid", "arrived", "source", "reason", *(("content",) if content else ()))
    desk.screen.list(
        columns,
        [tuple(_unread(record, content=content).values()) for record in found],
        none="ropo: there is none",
    )
    return Status.DONE


async def _quarantined(journal: Journal) -> AsyncIterator[Quarantined]:
    after = 0
    while page := await journal.quarantined(after=after):
        after = page[-1].id
        for record in page:
            yield record


def _unread(record: Quarantined, *, content: bool) -> dict[str, Any]:
    shown = {"content": record.body.decode("utf-8", "replace")} if content else {}
    return {
        "id": record.id,
        "cid": record.account.cid,
        "arrived": record.arrived,
        "source": record.source.value,
        "reason": record.reason,
        **shown,
    }


async def read_again(desk: Desk, feed: Feed) -> Status:
    """Read once more what could not be read."""
    async with desk.both() as (ropo, journal):
        read = await feed.inbox(desk, ropo, journal).redecode()
    desk.screen.note(f"ropo: can be delivered now: {read}")
    return Status.DONE


async def dead(desk: Desk) -> Status:
    """List what was tried too often."""
    async with desk.journal() as journal:
        letters = await journal.dead()
    desk.screen.list(
        ("seq", "cid", "key", "attempts", "error"),
        [tuple(_letter(letter).values()) for letter in letters],
        none="ropo: there is none",
    )
    return Status.DONE


def _letter(letter: DeadLetter) -> dict[str, Any]:
    return {
        "seq": letter.seq,
        "cid": letter.account.cid,
        "key": letter.key,
        "attempts": letter.attempts,
        "error": letter.error,
    }


async def requeue(desk: Desk, seqs: Sequence[int] | None) -> Status:
    """Let them be delivered again."""
    async with desk.journal() as journal:
        count = await journal.requeue(seqs=seqs)
    desk.screen.note(f"ropo: delivered again: {count}")
    return Status.DONE if count or seqs is None else Status.FAILED


async def export(desk: Desk) -> Status:
    """Print all of it."""
    async with desk.journal() as journal:
        after = 0
        while page := await journal.records(after=after):
            after = page[-1].seq
            for record in page:
                body = None if record.body is None else as_it_came(record.body)
                told = asdict(record, filter=lambda field, _: field.name != "body")
                desk.screen.record({"update": body, **told})
        for gap in await journal.gaps():
            desk.screen.record({"gap": _gap(gap)})
        async for unread in _quarantined(journal):
            desk.screen.record({"unreadable": _unread(unread, content=True)})
    return Status.DONE


async def purge(desk: Desk, days: int) -> Status:
    """Remove the content of what was dealt with so long ago."""
    async with desk.journal() as journal:
        count = await journal.purge(acked_older_than=datetime.now(UTC) - timedelta(days=days))
    desk.screen.note(f"ropo: content removed: {count}")
    return Status.DONE


async def report(desk: Desk, html: Path, days: int) -> Status:
    """Write a page of figures."""
    async with desk.journal() as journal:
        place = await write_report(journal, html, days=days)
    desk.screen.line(str(place))
    return Status.DONE
