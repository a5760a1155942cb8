"""The machine must be able to fail: an inbox that forgets one rule is found out, whichever rule it is."""

from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from attrs import evolve
from hypothesis import Phase
from hypothesis.stateful import run_state_machine_as_test
from msgspec.structs import replace

from ropo_async.inbox import _losses
from ropo_async.journal import DayState, Entry, Gap, Loss, Merged, StoredPoll
from ropo_async.journal._sql import SqlJournal
from ropo_async.journal.gaps import judged
from tests.inbox.test_model import Feed, examples
from tests.inbox.test_model_delivery import Consumers

settle, merge, unfinished, save_gap = SqlJournal.settle, SqlJournal.merge, SqlJournal.unfinished, SqlJournal.save_gap


async def forgets_the_gap_of_a_lost_answer(
    self: SqlJournal, *args: Any, loss: Loss | None = None, **options: Any
) -> None:
    await settle(self, *args, **options)


async def takes_a_loss_for_a_clean_drain(
    self: SqlJournal, *args: Any, at: datetime, loss: Loss | None = None, clean_since: datetime | None = None
) -> None:
    await settle(self, *args, at=at, loss=loss, clean_since=clean_since if loss is None else at)


async def forgets_the_gap_of_a_cut_answer(
    self: SqlJournal, *args: Any, loss: Loss | None = None, **options: Any
) -> Merged:
    return await merge(self, *args, **options)


async def drops_revisions(self: SqlJournal, poll: int, entries: Sequence[Entry], *args: Any, **options: Any) -> Merged:
    same = [replace(entry, hash=b"") if entry.identified else entry for entry in entries]
    return await merge(self, poll, same, *args, **options)


async def takes_equal_records_for_one(
    self: SqlJournal, poll: int, entries: Sequence[Entry], *args: Any, **options: Any
) -> Merged:
    return await merge(self, poll, list({entry.key: entry for entry in entries}.values()), *args, **options)


async def closes_a_gap_after_one_reading(self: SqlJournal, gap: Gap) -> bool:
    days = [evolve(day, state=DayState.CONFIRMED) if day.state is DayState.READ else day for day in gap.days]
    return await save_gap(self, judged(evolve(gap, days=tuple(days))))


async def overlooks_what_was_under_way(self: SqlJournal, *args: Any) -> list[StoredPoll]:
    return [poll for poll in await unfinished(self, *args) if poll.received is not None]


async def overlooks_what_has_arrived(self: SqlJournal, *args: Any) -> list[StoredPoll]:
    return [poll for poll in await unfinished(self, *args) if poll.received is None]


def knows_one_zone_only(since: datetime, until: datetime, *, lateness: timedelta) -> tuple[date, ...]:
    first, last = (since.astimezone(UTC) - lateness).date(), until.astimezone(UTC).date()
    return tuple(first + timedelta(days=offset) for offset in range((last - first).days + 1))


MUTANTS: dict[Callable[..., Any], tuple[Any, str]] = {
    forgets_the_gap_of_a_lost_answer: (SqlJournal, "settle"),
    forgets_the_gap_of_a_cut_answer: (SqlJournal, "merge"),
    takes_a_loss_for_a_clean_drain: (SqlJournal, "settle"),
    drops_revisions: (SqlJournal, "merge"),
    takes_equal_records_for_one: (SqlJournal, "merge"),
    closes_a_gap_after_one_reading: (SqlJournal, "save_gap"),
    overlooks_what_was_under_way: (SqlJournal, "unfinished"),
    overlooks_what_has_arrived: (SqlJournal, "unfinished"),
    knows_one_zone_only: (_losses, "days_at_risk"),
}


@pytest.mark.slow
@pytest.mark.timeout(300)
@pytest.mark.parametrize("mutant", MUTANTS, ids=[mutant.__name__ for mutant in MUTANTS])
def test_an_inbox_that_forgets_a_rule_is_found_out(mutant: Callable[..., Any], monkeypatch: pytest.MonkeyPatch) -> None:
    place, name = MUTANTS[mutant]
    monkeypatch.setattr(place, name, mutant)
    found_out(Feed)


async def settles_whatever_it_is_told(self: SqlJournal, leased: Any, *_: Any, **__: Any) -> bool:
    await self.engine.run(
        lambda tx: tx.run("UPDATE record SET state = 'acked', due = NULL WHERE seq = ?", (leased.seq,))
    )
    return False


@pytest.mark.slow
@pytest.mark.timeout(300)
@pytest.mark.parametrize("name", ["ack", "put_off"])
def test_a_journal_that_believes_every_consumer_is_found_out(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(SqlJournal, name, settles_whatever_it_is_told)
    found_out(Consumers)


def found_out(machine: type[Feed]) -> None:
    """Run the machine until it fails, which it must."""
    with pytest.raises(AssertionError):
        run_state_machine_as_test(machine, settings=examples(100, phases=[Phase.generate]))
