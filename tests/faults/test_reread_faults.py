"""Re-reads under faults: repeated while that may help, then a typed error; nothing hangs."""

import anyio
import pytest
from attrs import evolve

from ropo_async import (
    AuthenticationError,
    BadRequest,
    DecodeError,
    NotFound,
    PermissionDenied,
    Phase,
    RateLimited,
    RetryPolicy,
    RopoClient,
    RopoError,
    ServerError,
    StatusError,
    Timeouts,
    TransportError,
    _body,
    operations,
)
from ropo_async.hooks import Event, Finished, Retrying
from ropo_async.simulator import CATALOGUE, Fault, Simulator
from tests.faults.calls import REREAD, Connect
from tests.faults.rereads import all_ids, ids, of_the_invoice, on_the_day, rereads

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("recorded")]

# --- what comes again ---------------------------------------------------------------------------------------------

TRANSPORT = ["drop_before", "drop_after", "reset_before", "reset_after", "status_line", "raw_after", "long_header"]
TRANSPORT += ["cut", "cut_by_reset", "unterminated_chunks", "bad_chunk_size", "two_lengths", "negative_length"]
ENDLESS = ["hang_before", "hang_after", "stall"]
DECODE = ["close_delimited_1.1", "close_delimited_1.0", "html_200_before", "gzip_cut", "gzip_garbage", "gzip_stacked"]
DECODE += ["body", "body {}", "body []", 'body {"result":[]}', 'body {"result":{"status":null}}', "gzip_bomb"]
SERVER = [f"status_{code}_{when}" for code in (500, 502, 503, 504) for when in ("before", "after")]
SERVER += ["status_520_before", "html_502_before"]
OTHER = [f"status_{code}_before" for code in (301, 302, 303, 307, 308, 408, 425)]

REPEATED: list[tuple[Fault, type[RopoError]]] = [
    (CATALOGUE[name], kind)
    for kind, names in (
        (TransportError, TRANSPORT + ENDLESS),
        (DecodeError, DECODE),
        (ServerError, SERVER),
        (StatusError, OTHER),
        (RateLimited, ["status_429_before"]),
    )
    for name in names
]


@pytest.mark.parametrize(("fault", "kind"), REPEATED, ids=lambda value: getattr(value, "name", None))
async def test_a_failure_is_tried_again_and_then_raised(
    fault: Fault, kind: type[RopoError], simulator: Simulator, connect: Connect
) -> None:
    limits = Timeouts(read=0.15 if fault.endless else 10)
    client = connect(timeouts=limits, retries=RetryPolicy(base=0.001, throttled_base=0.001, attempts=2))
    simulator.fail(fault, operation=REREAD, times=3)
    with pytest.raises(kind, match=r"^status_updates\.on: "):
        await on_the_day(client)
    assert rereads(simulator) == 2
    assert ids(await of_the_invoice(client)) == all_ids()  # its second attempt is answered
    assert (rereads(simulator), simulator.truth.count("POST /token")) == (4, 1)
    assert not simulator.truth.handed_out


async def test_a_connection_that_is_refused_at_the_door_is_tried_again(
    simulator: Simulator, client: RopoClient
) -> None:
    for fault in (Fault.reset_on_accept(), Fault.close_on_accept()):
        simulator.fail(fault)
        async with anyio.create_task_group() as group:  # beyond the one connection that is open
            for _ in range(5):
                group.start_soon(on_the_day, client)
    assert rereads(simulator) >= 10


REFUSALS: list[tuple[int, type[StatusError]]] = [
    (400, BadRequest),
    (403, PermissionDenied),
    (404, NotFound),
    *((status, BadRequest) for status in (405, 413, 415, 422)),
    *((status, StatusError) for status in (402, 409, 418)),
]


@pytest.mark.parametrize(("status", "kind"), REFUSALS)
async def test_a_refusal_is_final(
    status: int, kind: type[StatusError], simulator: Simulator, client: RopoClient
) -> None:
    simulator.fail(Fault.status(status, body=b'{"result":{"commonerror":"Invalid date"}}'), operation=REREAD)
    with pytest.raises(kind) as caught:
        await on_the_day(client)
    assert (type(caught.value), caught.value.vendor_text) == (kind, "Invalid date")
    assert rereads(simulator) == 1


async def test_a_401_is_renewed_once_and_a_second_one_is_final(simulator: Simulator, client: RopoClient) -> None:
    simulator.revoke_tokens()
    assert ids(await on_the_day(client)) == all_ids()
    simulator.fail(Fault.status(401), operation=REREAD, times=2)
    with pytest.raises(AuthenticationError):
        await on_the_day(client)
    assert (rereads(simulator), simulator.truth.count("POST /token")) == (4, 3)


@pytest.mark.parametrize(("status", "kind"), [(429, RateLimited), (503, ServerError)])
async def test_a_retry_after_beyond_the_cap_is_raised_at_once(
    status: int, kind: type[StatusError], simulator: Simulator, connect: Connect
) -> None:
    simulator.fail(Fault.status(status, headers={"Retry-After": "121"}), operation=REREAD)
    with anyio.fail_after(10), pytest.raises(kind):
        await on_the_day(connect(timeouts=Timeouts(total=1e6)))  # the deadline is not what ends it
    assert rereads(simulator) == 1


async def test_a_retry_after_beyond_the_deadline_is_raised_at_once(simulator: Simulator, connect: Connect) -> None:
    simulator.fail(Fault.status(429, headers={"Retry-After": "60"}), operation=REREAD)
    with anyio.fail_after(10), pytest.raises(RateLimited):
        await on_the_day(connect(timeouts=Timeouts(total=30)))
    assert rereads(simulator) == 1


async def test_the_calls_of_a_client_share_a_budget_of_retries(simulator: Simulator, connect: Connect) -> None:
    events: list[Event] = []
    policy = RetryPolicy(base=0.001, attempts=10, capacity=45)
    client = connect(retries=policy, hooks=[events.append])
    simulator.fail(Fault.status(500), operation=REREAD, times=100)
    for _ in range(3):
        with pytest.raises(ServerError):
            await on_the_day(client)
    # 45 tokens pay for three retries at 14; the other calls have one attempt each.
    assert [event.tokens for event in events if isinstance(event, Retrying)] == [31, 17, 3]
    reread = [event for event in events if isinstance(event, Finished) and event.operation == "status_updates.on"]
    assert [event.attempts for event in reread] == [4, 1, 1]
    assert rereads(simulator) == 6


async def test_without_retries_there_is_one_attempt(simulator: Simulator, connect: Connect) -> None:
    simulator.fail(Fault.status(500), operation=REREAD)
    with pytest.raises(ServerError):
        await on_the_day(connect(retries=RetryPolicy(attempts=1)))
    assert rereads(simulator) == 1


# --- limits -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("fault", [Fault.hang(processed=True), Fault.endless_interim(), Fault.drip(0.1), Fault.stall()])
async def test_one_deadline_covers_all_attempts(fault: Fault, simulator: Simulator, connect: Connect) -> None:
    simulator.fail(fault, operation=REREAD, times=100)
    client = connect(timeouts=Timeouts(total=0.7, read=0.3), retries=RetryPolicy(attempts=100, base=0.001))
    started = anyio.current_time()
    with anyio.fail_after(10), pytest.raises(TransportError) as caught:
        await on_the_day(client)
    assert "0.7 s in all" in str(caught.value)
    assert anyio.current_time() - started >= 0.7
    assert rereads(simulator) <= 3
    assert (caught.value.status == 200) is (fault.name == "stall")


async def test_what_arrived_of_a_cut_answer_is_kept(simulator: Simulator, client: RopoClient) -> None:
    simulator.fail(Fault.cut(100), operation=REREAD, times=3)
    with pytest.raises(TransportError) as caught:
        await on_the_day(client)
    assert (caught.value.phase, caught.value.status) == (Phase.RECEIVED_PARTIAL, 200)
    assert len(caught.value.partial) == 100


CAP = 300_000


@pytest.fixture
def _capped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(operations, "REREAD", evolve(operations.REREAD, max_body=CAP))


@pytest.mark.usefixtures("_capped")
@pytest.mark.parametrize("status", [200, 500])
async def test_a_body_beyond_the_cap_is_not_read_to_its_end(
    status: int, simulator: Simulator, connect: Connect
) -> None:
    body = b'{"result":{"status":[' + b" " * (CAP + 100_000) + b"]}}"
    simulator.fail(Fault.body(body, status=status), operation=REREAD)
    client = connect(retries=RetryPolicy(attempts=1))
    with pytest.raises(RopoError) as caught:
        await on_the_day(client)
    if status == 200:
        assert isinstance(caught.value, TransportError)
        assert (caught.value.phase, len(caught.value.partial)) == (Phase.RECEIVED_PARTIAL, CAP)
    else:
        assert isinstance(caught.value, ServerError)
        assert len(caught.value.body) == 64 * 1024
    assert ids(await on_the_day(client)) == all_ids()


@pytest.mark.usefixtures("_capped")
async def test_a_body_as_long_as_the_cap_is_read(simulator: Simulator, client: RopoClient) -> None:
    body = b'{"result":{"status":[%s{"statusid":"C1"}]}}'
    padded = body % (b" " * (CAP - len(body) + len(b"%s")))
    assert len(padded) == CAP
    simulator.fail(Fault.body(padded), operation=REREAD)
    assert ids(await on_the_day(client)) == ["C1"]


async def test_a_compressed_body_has_a_cap_of_its_own(
    simulator: Simulator, client: RopoClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(_body, "MAX_DECODED", 1_000_000)
    simulator.fail(Fault.gzip_bomb(10_000_000), operation=REREAD, times=3)
    with pytest.raises(DecodeError, match="too large") as caught:
        await on_the_day(client)
    assert len(caught.value.raw) < 100_000  # it is kept as it came


# --- everything at once -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("seed", range(3))
async def test_whatever_happens_a_page_is_whole(seed: int, simulator: Simulator, connect: Connect) -> None:
    lies = {"no_content_with_body", "malformed_record", "single_record", "repeat_page", "drip", "nan", "invalid_utf8"}
    lies |= {"deep_nesting", "huge_integer", 'body {"result":{"status":[]}}'}
    kinds = [fault for name, fault in CATALOGUE.items() if not fault.endless and name not in lies]
    simulator.faults.random(rate=0.4, seed=seed, operation=REREAD, kinds=kinds)
    outcomes: list[str] = []
    client = connect(retries=RetryPolicy(base=0.001, throttled_base=0.001, capacity=10**6))

    async def settle() -> None:
        try:
            page = await on_the_day(client)
        except RopoError as error:
            outcomes.append(type(error).__name__)
        else:
            outcomes.append("whole")
            assert ids(page) == all_ids()

    async with anyio.create_task_group() as group:
        for _ in range(100):
            group.start_soon(settle)
    assert len(outcomes) == 100
    assert outcomes.count("whole") > 40
    assert set(outcomes) > {"whole"}
    simulator.faults.clear()
    assert ids(await on_the_day(client)) == all_ids()
