"""Faults by chance: a seed repeats them, rates hold for each fault and operation, and the truth tells what struck."""

import subprocess
import sys
from collections import Counter
from collections.abc import Mapping

import httpx
import pytest

from ropo_async.simulator import Fault, FaultPlan, Running, Simulator
from ropo_async.simulator.messages import Request

FEED, PAY = "GET /jobs/statusupdates", "POST /jobs/payment"


def struck(plan: FaultPlan, operation: str, count: int) -> list[str | None]:
    request = Request(0, "", "", operation)
    faults = [plan.for_request(request) for _ in range(count)]
    return [fault.name if fault else None for fault in faults]


def test_each_fault_has_its_rate() -> None:
    plan = FaultPlan()
    rates: dict[Fault | str, float] = {"cut": 0.3, Fault.delay(0.0): 0.1, "nan": 0.0, "close_on_accept": 0.5}
    plan.random(rate=rates, seed=4)
    counted = Counter(struck(plan, FEED, 10_000))
    assert set(counted) == {None, "cut", "delay"}
    assert counted["cut"] == pytest.approx(3000, abs=200)
    assert counted["delay"] == pytest.approx(1000, abs=150)
    accepted = [plan.for_connection() for _ in range(10_000)]
    assert {fault.name for fault in accepted if fault} == {"close_on_accept"}
    assert sum(fault is not None for fault in accepted) == pytest.approx(5000, abs=250)


def test_an_operation_meets_the_same_whatever_comes_between() -> None:
    alone, among = FaultPlan(), FaultPlan()
    for plan in (alone, among):
        plan.random(rate=0.4, seed=9)
    mixed = [(struck(among, FEED, 3), among.for_connection(), struck(among, PAY, 1)) for _ in range(200)]
    assert [pay for *_, (pay,) in mixed] == struck(alone, PAY, 200)
    assert [fault for feed, *_ in mixed for fault in feed] == struck(alone, FEED, 600)


def test_operations_do_not_march_in_step() -> None:
    plan = FaultPlan()
    plan.random(rate=0.4, seed=9)
    assert struck(plan, PAY, 200) != struck(plan, FEED, 200)


def test_another_process_throws_the_same() -> None:
    program = (
        "from ropo_async.simulator import FaultPlan; from ropo_async.simulator.messages import Request;"
        f"plan = FaultPlan(); plan.random(rate=0.5, seed=3); request = Request(0, '', '', '{PAY}');"
        "print(*(fault and fault.name for fault in (plan.for_request(request) for _ in range(100))), sep='\\n')"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    plan = FaultPlan()
    plan.random(rate=0.5, seed=3)
    assert done.stdout.splitlines() == list(map(str, struck(plan, PAY, 100)))


def test_operations_have_rates_of_their_own() -> None:
    plan = FaultPlan()
    plan.random(rate=1.0, kinds=["cut"])
    plan.random(rate={"drop_after": 1.0}, operation=PAY)
    assert struck(plan, PAY, 3) == ["drop_after"] * 3
    assert struck(plan, FEED, 3) == ["cut"] * 3
    plan.random(rate=0, operation=PAY)
    assert struck(plan, PAY, 3) == [None] * 3
    assert struck(plan, FEED, 3) == ["cut"] * 3


def test_a_limit_ends_it() -> None:
    plan = FaultPlan()
    plan.random(rate=0.5, limit=7)
    assert sum(name is not None for name in struck(plan, FEED, 500)) == 7
    assert plan.for_connection() is None


def test_a_rate_of_one_strikes_always() -> None:
    plan = FaultPlan()
    plan.random(rate=1.0)
    assert None not in struck(plan, FEED, 2000)


@pytest.mark.parametrize(
    "rate",
    [1.1, -0.1, float("nan"), {"cut": 0.6, "nan": 0.6}, {"cut": -0.1, "nan": 0.2}, {"no-such-fault": 0.1}],
    ids=["above", "below", "nan", "sum", "one below", "name"],
)
def test_what_is_no_rate_is_refused(rate: float | Mapping[Fault | str, float]) -> None:
    plan = FaultPlan()
    with pytest.raises(ValueError, match=r"shares from 0 to 1|no such fault"):
        plan.random(rate=rate)
    assert struck(plan, FEED, 50) == [None] * 50


def test_rates_for_each_leave_nothing_to_kinds() -> None:
    with pytest.raises(ValueError, match="kinds"):
        FaultPlan().random(rate={"cut": 0.1}, kinds=["cut"])


@pytest.mark.anyio
async def test_the_truth_tells_which_fault_struck_which_request(
    simulator: Simulator, running: Running, client: httpx.AsyncClient
) -> None:
    expected = FaultPlan()
    for plan in (simulator.faults, expected):
        plan.random(rate={"status_503_before": 0.3, "html_502_before": 0.3}, seed=8)
    seen = [(await client.get("/jobs/statusupdates")).status_code for _ in range(40)]
    faults = struck(expected, FEED, 40)
    assert [exchange.fault for exchange in simulator.truth.requests] == faults
    assert set(faults) == {None, "status_503_before", "html_502_before"}
    assert [status != 204 for status in seen] == [fault is not None for fault in faults]
