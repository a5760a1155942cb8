"""When the invoice of an unknown outcome is looked at: pure."""

from datetime import UTC, datetime, time, timedelta
from typing import Any

import pytest

from ropo_async.errors import (
    InvalidInput,
)
from ropo_async.ledger import LedgerPolicy
from ropo_async.simulator.archive import HELSINKI


def at(*moment: int, fold: int = 0) -> datetime:
    return datetime(*moment, tzinfo=HELSINKI, fold=fold).astimezone(UTC)  # type: ignore[arg-type, misc]


@pytest.mark.parametrize(
    ("sent", "morning"),
    [
        (at(2026, 3, 11, 12), at(2026, 3, 12, 8)),
        (at(2026, 3, 11, 0, 0), at(2026, 3, 12, 8)),
        (at(2026, 3, 11, 23, 59), at(2026, 3, 12, 8)),
        (datetime(2026, 3, 11, 22, 30, tzinfo=UTC), at(2026, 3, 13, 8)),  # past midnight in Helsinki
        (at(2026, 3, 28, 20), at(2026, 3, 29, 8)),  # the night that is an hour shorter
        (at(2026, 10, 24, 20), at(2026, 10, 25, 8)),  # and the one that is longer
        (at(2026, 10, 25, 3, 30), at(2026, 10, 26, 8)),
        (at(2026, 10, 25, 3, 30, fold=1), at(2026, 10, 26, 8)),
    ],
)
@pytest.mark.parametrize("zone", [UTC, HELSINKI])
def test_the_looks_end_on_the_next_morning(sent: datetime, morning: datetime, zone: Any) -> None:
    looks = LedgerPolicy().looks(sent.astimezone(zone))
    assert [(look - sent).total_seconds() for look in looks[:-1]] == [5, 30, 120, 600, 3600]
    assert looks[-1] == morning
    assert looks == sorted(looks)


@pytest.mark.parametrize("fold", [0, 1])
def test_no_look_is_skipped_when_an_hour_comes_twice(fold: int) -> None:
    policy, sent = LedgerPolicy(), datetime(2026, 10, 25, 3, 55, tzinfo=HELSINKI, fold=fold)
    looks, now = list[float](), sent
    while (following := policy.next_check(sent, now)) is not None:
        looks.append((following - sent.astimezone(UTC)).total_seconds())
        now = following.astimezone(HELSINKI)
    morning = (at(2026, 10, 26, 8) - sent.astimezone(UTC)).total_seconds()
    assert looks == [5, 30, 120, 600, 3600, morning]


@pytest.mark.parametrize(
    ("after", "following"),
    [(-9, 5), (0, 5), (4.999, 5), (5, 30), (29, 30), (31, 120), (3600, 20 * 3600), (20 * 3600, None), (1e7, None)],
)
def test_the_next_look_is_the_first_that_is_still_to_come(after: float, following: float | None) -> None:
    sent = at(2026, 3, 11, 12)
    found = LedgerPolicy().next_check(sent, sent + timedelta(seconds=after))
    assert found == (None if following is None else sent + timedelta(seconds=following))


def test_a_policy_may_look_in_its_own_way() -> None:
    sent = at(2026, 3, 11, 12)
    assert LedgerPolicy(checks=(), morning=None).next_check(sent, sent) is None
    assert LedgerPolicy(checks=[timedelta(hours=2)], morning=None).looks(sent) == [sent + timedelta(hours=2)]
    assert LedgerPolicy(checks=(), morning=time(6, 30)).looks(sent) == [at(2026, 3, 12, 6, 30)]


@pytest.mark.parametrize("checks", [(timedelta(-1),), (timedelta(2), timedelta(1)), (5,)])
def test_looks_that_cannot_be_are_refused(checks: Any) -> None:
    with pytest.raises(InvalidInput, match=r"LedgerPolicy\.checks"):
        LedgerPolicy(checks=checks)
