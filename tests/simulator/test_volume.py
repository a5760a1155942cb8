"""A million updates: what a call costs goes by what it answers, not by all there ever was."""

import time
from collections import Counter
from typing import Any

import pytest

from ropo_async.simulator import Rereads, Simulator

WELL_BEHAVED, CONSUMING = Rereads(), Rereads(consume=True)


class Watched(dict[str, Any]):
    """A record that counts how often it is looked at."""

    looks = 0

    def get(self, *args: Any) -> Any:
        Watched.looks += 1
        return super().get(*args)


def day(number: int) -> str:
    return f"2026-01-{number % 20 + 1:02}"


@pytest.mark.parametrize("count", [200_000, pytest.param(1_000_000, marks=pytest.mark.slow)])
def test_it_takes_a_time_in_proportion(count: int) -> None:
    simulator = Simulator()
    truth = simulator.truth
    simulator.add_updates(
        {"statusid": f"C{number}", "statustime": f"{day(number)} 10:00:00"} for number in range(count)
    )
    # Parsing and sending are left out: they take longest and cannot grow.
    started = time.process_time()
    # One day is gone before the feed comes to it, a twentieth of each page.
    consumed = len(truth.reread(0, "date", day(3), CONSUMING))
    request = 1
    while truth.take(request, simulator.page_size):
        truth.delivered(request, delivered=request % 2 == 0)
        truth.reread(-request, "date", "2027-01-01", WELL_BEHAVED)
        request += 1
    found = [len(truth.reread(-request, "date", day(number), WELL_BEHAVED)) for number in range(20)]
    recorded, undelivered = Counter(truth.recorded), set(truth.undelivered)
    assert time.process_time() - started < count * 20e-6

    assert found == [count // 20] * 20
    assert (consumed, request) == (count // 20, count * 19 // 20_000 + 1)
    assert recorded == dict.fromkeys((f"C{number}" for number in range(count)), 1)
    assert 0.5 <= len(undelivered) / count < 0.6
    assert not truth.pending


@pytest.mark.parametrize("by", ["statustime", "paydate"])
def test_no_read_looks_at_what_an_earlier_one_has_sorted(by: Any) -> None:
    truth = Simulator().truth
    for number in range(1000):
        truth.add_update(Watched(statusid=f"C{number}", statustime=day(number), paydate=day(number)))
    Watched.looks = 0
    assert len(truth.reread(0, "date", day(1), Rereads(by=by))) == 50
    assert Watched.looks == 1000
    truth.add_update(Watched(statusid="late", statustime=day(2), paydate=day(2)))
    assert len(truth.reread(1, "date", day(2), Rereads(by=by))) == 51
    assert Watched.looks == 1001
