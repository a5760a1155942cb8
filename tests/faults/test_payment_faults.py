"""Payments that broke off: booked at most once, and never a wrong word about which it was."""

import anyio
import httpx
import pytest

from ropo_async import (
    OutcomeUnknown,
    PaymentStatus,
    Phase,
    RopoClient,
    RopoError,
    StatusError,
    Timeouts,
    TransportError,
)
from ropo_async.simulator import CATALOGUE, Fault, Simulator
from tests.faults.calls import PAY, Connect, booked, pay, sent, token

pytestmark = pytest.mark.anyio

# --- sent, and nobody knows ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("processed", [False, True])
@pytest.mark.parametrize("status", [408, 409, 425, 499, 500, 501, 502, 503, 504, 520, 599, 999, 202, 206, 300, 304])
async def test_a_status_that_says_nothing_of_the_payment_leaves_it_unknown(
    status: int, *, processed: bool, simulator: Simulator, client: RopoClient
) -> None:
    simulator.fail(Fault.status(status, headers={"Retry-After": "0"}, processed=processed), operation=PAY)
    with pytest.raises(OutcomeUnknown) as caught:
        await pay(client)
    assert isinstance(caught.value.__cause__, StatusError)
    assert caught.value.__cause__.status == status
    assert (len(sent(simulator)), booked(simulator)) == (1, processed)


@pytest.mark.parametrize("processed", [False, True])
@pytest.mark.parametrize("status", [400, 403, 404, 409, 413, 418, 422, 429, 451])
async def test_a_page_for_people_leaves_it_unknown_whatever_its_status(
    status: int, *, processed: bool, simulator: Simulator, client: RopoClient
) -> None:
    simulator.fail(Fault.html(status, processed=processed), operation=PAY, times=9)
    with pytest.raises(OutcomeUnknown):
        await pay(client)
    assert (len(sent(simulator)), booked(simulator)) == (1, processed)


@pytest.mark.parametrize("own_http_client", [False, True])
@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
async def test_a_redirect_is_never_followed(
    status: int, *, own_http_client: bool, simulator: Simulator, connect: Connect
) -> None:
    async with httpx.AsyncClient(follow_redirects=True, trust_env=False) as http:
        client = connect(http_client=http if own_http_client else None)
        simulator.fail(Fault.status(status, headers={"Location": "/rest/jobs/statusupdates"}), operation=PAY)
        with pytest.raises(OutcomeUnknown, match="cannot be known"):
            await pay(client)
    assert [exchange.operation for exchange in simulator.truth.requests] == ["POST /token", PAY]


ENDLESS = [name for name, fault in CATALOGUE.items() if fault.endless]
# What is left of the catalogue when refusals, odd but whole answers and faults of other operations are taken out.
AMBIGUOUS = [
    "close_on_accept",
    *(f"{name}_{when}" for name in ("drop", "reset") for when in ("before", "after")),
    *("status_line", "raw_after", "long_header", "cut", "cut_by_reset", "unterminated_chunks", "bad_chunk_size"),
    *("close_delimited_1.1", "close_delimited_1.0", "two_lengths", "negative_length", "no_content_with_body"),
    *("html_502_before", "html_200_before", "gzip_stacked", "gzip_cut", "gzip_garbage", "gzip_bomb"),
    *("nan", "invalid_utf8", "deep_nesting", "huge_integer", "body", *(n for n in CATALOGUE if n.startswith("body "))),
]


@pytest.mark.parametrize("name", [*AMBIGUOUS, *ENDLESS])
async def test_an_ambiguous_end_is_unknown_and_is_never_sent_again(
    name: str, simulator: Simulator, connect: Connect, quick: Timeouts, patient: Timeouts
) -> None:
    fault = CATALOGUE[name]
    client = connect(timeouts=quick if fault.endless else patient)
    await client.status_updates.of_invoice("warm up")
    simulator.fail(fault, operation=None if fault.on_accept else PAY)
    with pytest.raises(OutcomeUnknown) as caught:
        await pay(client)
    assert caught.value.phase in (Phase.MAYBE_SENT, Phase.RECEIVED_PARTIAL)
    assert caught.value.operation == "payments.register"
    assert len(sent(simulator)) == (0 if fault.on_accept else 1)
    assert len(simulator.truth.payment_attempts) == booked(simulator) == int(fault.processed)
    assert simulator.truth.connections == 2  # the warm-up's and the payment's: it was not even tried again


@pytest.mark.parametrize(
    ("name", "phase"),
    [("drop_after", Phase.MAYBE_SENT), ("cut", Phase.RECEIVED_PARTIAL), ("stall", "received_partial")],
)
async def test_the_cause_says_how_it_broke_off(
    name: str, phase: Phase, simulator: Simulator, connect: Connect, quick: Timeouts
) -> None:
    client = connect(timeouts=quick)
    simulator.fail(CATALOGUE[name], operation=PAY)
    with pytest.raises(OutcomeUnknown) as caught:
        await pay(client)
    cause = caught.value.__cause__
    assert isinstance(cause, TransportError)
    assert cause.phase == caught.value.phase == phase
    assert (cause.status == 201) is (phase == Phase.RECEIVED_PARTIAL)


async def test_a_reset_on_accept_is_never_booked_twice(simulator: Simulator, client: RopoClient) -> None:
    simulator.fail(Fault.reset_on_accept())
    try:  # the RST races the request, so either is right: sent again because nothing was, or unknown
        await pay(client)
    except OutcomeUnknown:
        assert len(sent(simulator)) == booked(simulator) == 0
    else:
        assert len(sent(simulator)) == booked(simulator) == 1


async def test_a_dripping_answer_ends_at_the_deadline(simulator: Simulator, connect: Connect) -> None:
    # Nothing but the deadline can end it, however busy the machine is.
    client = connect(timeouts=Timeouts(connect=10, read=10, write=10, pool=10, total=1.5), auth=token(simulator))
    simulator.fail(Fault.drip(0.1), operation=PAY)  # each byte in time, all of them never
    with pytest.raises(OutcomeUnknown) as caught, anyio.fail_after(10):
        await pay(client)
    assert "1.5 s in all" in str(caught.value.__cause__)
    assert (len(sent(simulator)), booked(simulator)) == (1, 1)


WHOLE = [
    *(CATALOGUE[name] for name in ("delay", "drip", "gzip", "bom", "content_type", "length_and_chunks")),
    *(CATALOGUE["trailing_bytes"], Fault.close_delimited(at=10**6), Fault.close_delimited(at=10**6, version="1.0")),
]


@pytest.mark.parametrize("fault", WHOLE, ids=lambda fault: fault.name)
async def test_an_odd_but_whole_answer_is_taken(fault: Fault, simulator: Simulator, client: RopoClient) -> None:
    simulator.fail(fault, operation=PAY)
    assert (await pay(client)).statusid == PaymentStatus.OHISPAY
    assert (len(sent(simulator)), booked(simulator)) == (1, 1)


# --- everything at once -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("seed", range(4))
async def test_whatever_happens_the_word_about_a_payment_is_true(
    seed: int, simulator: Simulator, client: RopoClient
) -> None:
    kinds = [fault for fault in CATALOGUE.values() if not fault.endless and not fault.on_accept]
    simulator.faults.random(rate=0.5, seed=seed, operation=PAY, kinds=kinds)
    outcomes: dict[str, str] = {}

    async def settle(billnum: str) -> None:
        try:
            await pay(client, billnum=billnum, amount=1)
        except RopoError as error:
            outcomes[billnum] = type(error).__name__
        else:
            outcomes[billnum] = "booked"

    async with anyio.create_task_group() as group:
        for number in range(60):
            group.start_soon(settle, simulator.add_invoice(billnum=f"S-{number}").billnum)
    paid = [payment.billnum for payment in simulator.truth.payments]
    assert len(paid) == len(set(paid))
    for billnum, outcome in outcomes.items():
        assert outcome == "OutcomeUnknown" or (outcome == "booked") is (billnum in paid), billnum
    assert set(outcomes.values()) >= {"booked", "OutcomeUnknown"}
