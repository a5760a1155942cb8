from datetime import UTC, datetime
from decimal import Decimal

import httpx
import msgspec
import pytest

from ropo_async.simulator import Rereads, Simulator

pytestmark = pytest.mark.anyio

FEED = "/jobs/statusupdates"


def ids(answer: httpx.Response) -> list[str]:
    return [record["statusid"] for record in answer.json()["result"]["status"]]


async def test_the_feed_hands_out_every_update_once_in_pages_and_then_answers_204(
    simulator: Simulator, client: httpx.AsyncClient
) -> None:
    added = [record["statusid"] for record in simulator.add_updates(count=2500)]
    answers = [await client.get(FEED) for _ in range(4)]
    assert [answer.status_code for answer in answers] == [200, 200, 200, 204]
    assert [len(ids(answer)) for answer in answers[:3]] == [1000, 1000, 500]
    assert [statusid for answer in answers[:3] for statusid in ids(answer)] == added == simulator.truth.recorded
    assert answers[3].content == b""
    assert "content-type" not in answers[3].headers
    assert [handout.delivered for handout in simulator.truth.handed_out] == [True] * 3
    assert simulator.truth.undelivered == []


async def test_filters_find_recorded_updates_and_record_nothing(
    simulator: Simulator, client: httpx.AsyncClient
) -> None:
    first, second = simulator.add_invoice(), simulator.add_invoice()
    old = {"statusid": "C1", "billnum": first.billnum, "statustime": "2026-01-02 23:59:59"}
    new = {"statusid": "C2", "billnum": second.billnum, "statustime": "2026-01-03 00:00:00"}
    simulator.add_updates([old], recorded=True)
    simulator.add_updates([new])
    assert ids(await client.get(FEED, params={"date": "2026-01-02"})) == ["C1"]
    assert ids(await client.get(FEED, params={"date": "2026-01-03"})) == ["C2"]
    assert ids(await client.get(FEED, params={"billnum": second.billnum})) == ["C2"]
    assert (await client.get(FEED, params={"date": "2026-01-04"})).status_code == 204
    assert (await client.get(FEED, params={"billnum": "none"})).status_code == 204
    assert simulator.truth.recorded == []
    assert ids(await client.get(FEED)) == ["C2"]


async def test_a_busy_day_can_be_capped(simulator: Simulator, client: httpx.AsyncClient) -> None:
    simulator.rereads = Rereads(limit=3)
    simulator.add_updates({"statusid": f"C{n}", "statustime": "2026-01-02 10:00:00"} for n in range(5))
    assert ids(await client.get(FEED, params={"date": "2026-01-02"})) == ["C0", "C1", "C2"]


@pytest.mark.parametrize(
    "query",
    [
        "date=2026-01-01&billnum=1",
        "date=2026-1-1",
        "date=2026-02-30",
        "date=",
        "billnum=",
        "date=2026-01-01&date=2026-01-02",
    ],
)
async def test_a_bad_query_is_refused_with_a_common_error(client: httpx.AsyncClient, query: str) -> None:
    answer = await client.get(f"{FEED}?{query}")
    assert answer.status_code == 400
    assert list(answer.json()["result"]) == ["commonerror"]


async def test_unknown_query_fields_change_nothing_and_are_logged_without_values(
    simulator: Simulator, client: httpx.AsyncClient
) -> None:
    simulator.add_updates(count=2)
    assert len(ids(await client.get(FEED, params={"page": "secret-value"}))) == 2
    assert simulator.truth.requests[-1].query == ("page",)
    assert "secret-value" not in repr(simulator.truth)


async def test_numbers_keep_their_own_digits(simulator: Simulator, client: httpx.AsyncClient) -> None:
    exact = {
        "a": Decimal("710.00"),
        "b": Decimal("0.10"),
        "c": Decimal("99999999999999999999.99"),
        "d": msgspec.Raw(b"1.50"),
    }
    simulator.add_updates([exact])
    text = (await client.get(FEED)).text
    assert text == '{"result":{"status":[{"a":710.00,"b":0.10,"c":99999999999999999999.99,"d":1.50}]}}'


def test_made_up_updates_look_like_the_vendors() -> None:
    simulator = Simulator(now=lambda: datetime(2026, 1, 10, 22, 30, tzinfo=UTC))
    records = simulator.make_updates(400, seed=1, days=2)
    payments = [record for record in records if record["statustype"] == "payment"]
    comments = [record for record in records if record["statustype"] == "comment"]
    assert len(payments) + len(comments) == 400
    assert min(len(payments), len(comments)) > 100
    assert all(r["statusid"].startswith("P") and r["statuscode"] == "" and r["paydate"] for r in payments)
    assert all(r["statustime"].endswith(" 00:00:00") and r["amount"].as_tuple().exponent == -2 for r in payments)
    assert all(
        r["statusid"].startswith("C") and r["paydate"] == "" == r["amount"] and r["statuscode"] for r in comments
    )
    # Half past midnight in Helsinki: the local day is the next one.
    assert {record["statustime"][:10] for record in records} == {"2026-01-09", "2026-01-10", "2026-01-11"}
    assert all(len(record) == 15 for record in records)


def test_the_same_seed_makes_the_same_updates_and_ids_never_repeat() -> None:
    def moment() -> datetime:
        return datetime(2026, 1, 10, tzinfo=UTC)

    assert Simulator(now=moment).make_updates(50, seed=3) == Simulator(now=moment).make_updates(50, seed=3)
    assert Simulator(now=moment).make_updates(50, seed=3) != Simulator(now=moment).make_updates(50, seed=4)
    simulator = Simulator()
    made = [record["statusid"] for seed in (3, 3) for record in simulator.make_updates(50, seed=seed)]
    assert len(set(made)) == 100
    assert not simulator.truth.updates


def test_records_are_copied_so_that_the_truth_stays_true() -> None:
    simulator, record = Simulator(), {"statusid": "C1"}
    simulator.add_updates([record])
    record["statusid"] = "changed"
    assert simulator.truth.updates == [{"statusid": "C1"}]
