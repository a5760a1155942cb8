from collections.abc import Callable

import httpx
import pytest

from ropo_async.simulator import CATALOGUE, Fault, FaultPlan, Running, Simulator
from ropo_async.simulator.messages import Request

pytestmark = pytest.mark.anyio

FEED = "GET /jobs/statusupdates"


def request(operation: str = FEED, *query: str) -> Request:
    method, _, path = operation.partition(" ")
    return Request(0, method, path, operation, tuple((name, "x") for name in query))


def names(plan: FaultPlan, requests: list[Request]) -> list[str | None]:
    faults = [plan.for_request(request) for request in requests]
    return [fault.name if fault else None for fault in faults]


@pytest.fixture
def plan() -> FaultPlan:
    return FaultPlan()


def test_scripted_faults_strike_in_order_and_are_used_up(plan: FaultPlan) -> None:
    plan.script(Fault.cut(), times=2)
    plan.script(Fault.nan())
    assert names(plan, [request()] * 4) == ["cut", "cut", "nan", None]


def test_a_fault_waits_for_its_operation(plan: FaultPlan) -> None:
    plan.script(Fault.cut(), operation=FEED)
    assert names(plan, [request("POST /token"), request(), request()]) == [None, "cut", None]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        (None, ["cut", None, None]),
        ((), [None, "cut", None]),
        (("date",), ["cut", None, None]),
        (("billnum",), [None, None, "cut"]),
    ],
)
def test_a_fault_can_tell_the_poll_from_a_filter(
    plan: FaultPlan, query: tuple[str, ...] | None, expected: list[str | None]
) -> None:
    plan.script(Fault.cut(), query=query)
    assert names(plan, [request(FEED, "date"), request(), request(FEED, "billnum")]) == expected


def test_a_fault_lets_the_first_ones_pass(plan: FaultPlan) -> None:
    plan.script(Fault.cut(), operation=FEED, skip=2)
    requests = [request(), request("POST /token"), request(), request(), request()]
    assert names(plan, requests) == [None, None, None, "cut", None]


def test_faults_on_accept_strike_connections_and_no_requests(plan: FaultPlan) -> None:
    plan.script(Fault.close_on_accept(), skip=1)
    assert plan.for_request(request()) is None
    assert [bool(plan.for_connection()) for _ in range(3)] == [False, True, False]
    with pytest.raises(ValueError, match="before a request is read"):
        plan.script(Fault.reset_on_accept(), operation=FEED)
    with pytest.raises(ValueError, match="before a request is read"):
        plan.script(Fault.reset_on_accept(), query=())


def test_chance_is_seeded_and_keeps_its_rate(plan: FaultPlan) -> None:
    def draw(seed: int) -> list[str | None]:
        plan.random(rate=0.25, seed=seed)
        return names(plan, [request()] * 1000)

    assert draw(1) == draw(1) != draw(2)
    struck = [name for name in draw(1) if name]
    assert 150 < len(struck) < 350
    assert len(set(struck)) > 30
    assert not any(CATALOGUE[name].endless or CATALOGUE[name].on_accept for name in set(struck) & set(CATALOGUE))


def test_chance_keeps_to_its_kinds_and_its_operation(plan: FaultPlan) -> None:
    plan.random(rate=1.0, kinds=["nan", Fault.hang(processed=True)], operation=FEED)
    assert set(names(plan, [request()] * 50)) == {"nan", "hang_after"}
    assert names(plan, [request("POST /token")]) == [None]
    assert plan.for_connection() is None


def test_chance_strikes_connections_with_faults_on_accept(plan: FaultPlan) -> None:
    plan.random(rate=1.0, kinds=["reset_on_accept"])
    fault = plan.for_connection()
    assert fault is CATALOGUE["reset_on_accept"]
    assert plan.for_request(request()) is None


@pytest.mark.parametrize("end", [FaultPlan.clear, lambda plan: plan.random(rate=0)])
def test_chance_can_be_ended(plan: FaultPlan, end: Callable[[FaultPlan], None]) -> None:
    plan.random(rate=1.0)
    end(plan)
    assert names(plan, [request()] * 20) == [None] * 20


def test_what_is_scripted_comes_before_chance_and_is_cleared_too(plan: FaultPlan) -> None:
    plan.random(rate=1.0, kinds=["nan"])
    plan.script(Fault.cut(), times=5)
    assert names(plan, [request()]) == ["cut"]
    plan.clear()
    assert names(plan, [request()]) == [None]


async def test_under_chance_every_update_is_either_delivered_or_known_to_be_lost(
    simulator: Simulator, running: Running, bearer: dict[str, str]
) -> None:
    simulator.page_size = 5
    added = {record["statusid"] for record in simulator.add_updates(count=300)}
    kinds = [
        "drop_after",
        "drop_before",
        "reset_after",
        "cut",
        "status_503_after",
        "status_503_before",
        "reset_on_accept",
    ]
    simulator.faults.random(rate=0.3, seed=5, kinds=kinds)
    got: set[str] = set()
    done = False
    async with httpx.AsyncClient(base_url=running.url, headers=bearer, trust_env=False) as client:
        while not done:
            try:
                answer = await client.get("/jobs/statusupdates", headers={"Connection": "close"})
            except httpx.TransportError:
                continue
            done = answer.status_code == 204
            if answer.status_code == 200:
                got |= {record["statusid"] for record in answer.json()["result"]["status"]}
    lost = set(simulator.truth.undelivered)
    assert lost
    assert got | lost == added
    assert not got & lost
