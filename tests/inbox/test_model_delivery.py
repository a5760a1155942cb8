"""The same machine with consumers on it: who has what on loan, and who may settle it."""

import sqlite3
from contextlib import closing

import pytest
from attrs import define
from hypothesis import strategies as st
from hypothesis.stateful import rule, run_state_machine_as_test

from ropo_async.errors import LeaseLost
from ropo_async.inbox import Delivery
from tests.inbox.lives import Life
from tests.inbox.test_model import Feed, examples
from tests.inbox.worlds import DAY, MINUTE, rows

LEASE, ATTEMPTS = 60.0, 4
FAR = 2 * 24 * 3600.0
"""Seconds ahead that no lease reaches, so that what is due later was dated by a clock that has jumped since."""
WORK = st.tuples(
    st.sampled_from(("takes one", "takes one", "time passes", "acked", "put off", "given back")),
    st.integers(0, 3),
)


@define(eq=False)
class Loan:
    """An update that a consumer believes to have."""

    life: Life
    delivery: Delivery
    seq: int
    token: int
    until: float


class Consumers(Feed):
    """Two consumers, slow ones and dying ones among them, while everything else goes on."""

    def __init__(self) -> None:
        super().__init__()
        self.loans: list[Loan] = []
        self.acked: list[str] = []

    @rule(what=st.lists(WORK, min_size=3, max_size=12))
    def consumers_are_at_work(self, *, what: list[tuple[str, int]]) -> None:
        for how, number in what:
            self.run(self.work(how, number))

    async def work(self, how: str, number: int) -> None:
        if how == "takes one":
            await self.take(number % 2)
        elif how == "time passes":
            self.world.pass_(number * MINUTE)
        elif self.loans:
            await self.settle(self.loans[number % len(self.loans)], how)

    @rule()
    def dead_letters_are_tried_again(self) -> None:
        self.run(self.inboxes[0].requeue())

    async def take(self, who: int) -> Loan | None:
        """Take an update: it is on disk, and nobody else has it."""
        now = self.world.clock.shared()
        lent = {loan.seq for loan in self.loans if self.is_lent(loan, now)}
        deliveries = self.inboxes[who].deliveries(lease=LEASE, batch=2, attempts=ATTEMPTS, forever=False)
        async for delivery in deliveries:
            leased = delivery._leased
            state, token, due = self.on_disk(leased.seq)
            current = (state, token) == ("leased", leased.token)
            # What was fetched long ago may be somebody else's by now, who then cannot be told from here.
            assert not (current and leased.seq in lent)
            loan = Loan(self.lives[who], delivery, leased.seq, leased.token, due if current and due else 0.0)
            self.loans.append(loan)
            return loan
        return None

    def is_lent(self, loan: Loan, now: float) -> bool:
        return now < loan.until <= now + FAR and self.holds(loan)

    def holds(self, loan: Loan) -> bool:
        """Tell whether nobody has had it since."""
        return self.on_disk(loan.seq)[:2] == ("leased", loan.token)

    def on_disk(self, seq: int) -> tuple[str, int, float | None]:
        """Return a record's state as another process sees it, with the token of its last lease and when it is due."""
        with closing(sqlite3.connect(f"file:{self.folder.name}/journal.db?mode=ro", uri=True)) as connection:
            found = connection.execute("SELECT state, lease, due FROM record WHERE seq = ?", (seq,)).fetchone()
        assert found is not None, "delivered, and not on disk"
        return str(found[0]), int(found[1]), found[2]

    async def settle(self, loan: Loan, how: str) -> None:
        """Settle a loan, which must succeed if, and only if, nobody has had the update since."""
        if loan.life.dead:
            return
        before, held = self.on_disk(loan.seq), self.holds(loan)
        try:
            match how:
                case "acked":
                    await loan.delivery.ack()
                    self.acked.append(loan.delivery.key)
                case "put off":
                    await loan.delivery.retry()
                case _:
                    await loan.delivery.give_back()
        except LeaseLost:
            assert not held
            assert self.on_disk(loan.seq) == before
        else:
            assert held or how == "given back"
            assert held or self.on_disk(loan.seq) == before
        assert len(self.acked) == len(set(self.acked))

    async def end(self) -> None:
        """Let all be well: everything is delivered, and settled once."""
        await super().end()
        self.loans.clear()
        journal = self.lives[0].journal
        while await rows(journal, "SELECT seq FROM record WHERE state != 'acked'"):
            self.world.pass_(DAY)
            await self.inboxes[0].requeue()
            while (loan := await self.take(0)) is not None:
                await self.settle(loan, "acked")
        keys = await rows(journal, "SELECT key, ordinal, revision FROM record")
        assert sorted(self.acked) == sorted(f"{key}#{ordinal}.{revision}" for key, ordinal, revision in keys)


@pytest.mark.timeout(300)
def test_what_is_delivered_is_on_disk_and_settled_once() -> None:
    run_state_machine_as_test(Consumers, settings=examples(12))


@pytest.mark.long
@pytest.mark.slow
@pytest.mark.timeout(3600)
def test_what_is_delivered_is_on_disk_and_settled_once_for_long() -> None:
    run_state_machine_as_test(Consumers, settings=examples(60))
