"""Documents under faults: fetched again from the beginning while that may help, printed once, and no half file ever."""

import logging
import traceback
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import anyio
import pytest

from ropo_async import (
    AuthenticationError,
    BadRequest,
    DecodeError,
    NotFound,
    OutcomeUnknown,
    PermissionDenied,
    RateLimited,
    RetryPolicy,
    RopoClient,
    RopoError,
    ServerError,
    StatusError,
    Timeouts,
    TransportError,
)
from ropo_async.simulator import CATALOGUE, DOCUMENT_FAULTS, Fault, Simulator
from tests.faults.calls import BILLNUM, Connect
from tests.faults.papers import PDF, PREVIEW, PRINT, SIZE, archive, fetch, is_whole, names, print_it, printed
from tests.unit.papers import JOB

pytestmark = pytest.mark.anyio

EAGER = RetryPolicy(base=0.001, throttled_base=0.001, attempts=2)
LIMITS: dict[bool, Timeouts] = {False: Timeouts(read=10), True: Timeouts(read=0.15)}


async def preview(client: RopoClient, _folder: Path) -> object:
    return await client.documents.preview(JOB)


@pytest.fixture
def simulator() -> Simulator:
    return archive()


# --- what does no harm --------------------------------------------------------------------------------------------

HARMLESS = ["drip", "length_and_chunks", "trailing_bytes", "delay", "bom"]
ODD_NAMES = [name for name in DOCUMENT_FAULTS if name.startswith("disposition") and "null" not in name]
ODD_NAMES = [name for name in ODD_NAMES if "long" not in name]


@pytest.mark.parametrize("name", HARMLESS)
@pytest.mark.parametrize("act", [fetch, print_it])
async def test_what_is_only_odd_does_no_harm(
    name: str, act: Callable[..., Awaitable[Any]], simulator: Simulator, client: RopoClient, tmp_path: Path
) -> None:
    simulator.fail(CATALOGUE[name])
    saved = await act(client, tmp_path)
    assert saved.size == saved.path.stat().st_size
    assert is_whole(tmp_path)


@pytest.mark.parametrize("name", ODD_NAMES)
async def test_no_name_leaves_the_folder(name: str, simulator: Simulator, client: RopoClient, tmp_path: Path) -> None:
    inner = tmp_path / "inner"
    await anyio.Path(inner).mkdir()
    simulator.fail(DOCUMENT_FAULTS[name], operation=PDF)
    saved = await client.documents.pdf(billnum=BILLNUM).save_to(inner)
    assert saved.path.parent == inner
    assert saved.path.name in ("x.pdf", "_CON.pdf", "läsku.pdf", "document.pdf")
    assert (names(tmp_path), names(inner)) == (["inner"], [saved.path.name])


# --- what comes again ---------------------------------------------------------------------------------------------

TRANSPORT = ["drop_before", "drop_after", "reset_before", "reset_after", "status_line", "raw_after", "long_header"]
TRANSPORT += ["cut", "cut_by_reset", "unterminated_chunks", "bad_chunk_size", "two_lengths", "negative_length"]
TRANSPORT += ["close_delimited_1.1", "close_delimited_1.0"]
ENDLESS = ["hang_before", "hang_after", "stall"]
DECODE = ["html_200_before", "content_type", "gzip", "gzip_cut", "gzip_garbage", "gzip_stacked", "gzip_bomb"]
DECODE += ["body", "body {}", "body []"]
SERVER = [f"status_{code}_{when}" for code in (500, 502, 503, 504) for when in ("before", "after")]
SERVER += ["status_520_before", "html_502_before"]
OTHER = [f"status_{code}_before" for code in (301, 302, 303, 307, 308, 408, 425)] + ["no_content_with_body"]

AMBIGUOUS: list[tuple[Fault, type[RopoError]]] = [
    *(
        (CATALOGUE[name], kind)
        for kind, kinds in (
            (TransportError, TRANSPORT + ENDLESS),
            (DecodeError, DECODE),
            (ServerError, SERVER),
            (StatusError, OTHER),
        )
        for name in kinds
    ),
    (DOCUMENT_FAULTS["no_pdf"], DecodeError),
    (DOCUMENT_FAULTS["disposition null byte"], TransportError),
    (DOCUMENT_FAULTS["disposition long"], TransportError),
]
ambiguous = pytest.mark.parametrize(("fault", "kind"), AMBIGUOUS, ids=lambda value: getattr(value, "name", None))


@ambiguous
async def test_a_failed_download_is_tried_again_and_then_raised(
    fault: Fault, kind: type[RopoError], simulator: Simulator, connect: Connect, tmp_path: Path
) -> None:
    client = connect(timeouts=LIMITS[fault.endless], retries=EAGER)
    simulator.fail(fault, operation=PDF, times=3)
    with pytest.raises(kind, match=r"^documents\.pdf: "):
        await fetch(client, tmp_path)
    assert simulator.truth.count(PDF) == 2
    assert not names(tmp_path)
    await fetch(client, tmp_path)  # its second attempt is answered
    assert simulator.truth.count(PDF) == 4
    assert is_whole(tmp_path)


@ambiguous
async def test_a_failed_print_is_not_sent_again(
    fault: Fault, kind: type[RopoError], simulator: Simulator, connect: Connect, tmp_path: Path
) -> None:
    client = connect(timeouts=LIMITS[fault.endless])
    simulator.fail(fault, operation=PRINT)
    with pytest.raises(OutcomeUnknown, match=r"documents\.pdf\(billnum") as caught:
        await print_it(client, tmp_path)
    assert isinstance(caught.value.__cause__, kind)
    assert simulator.truth.count(PRINT) == 1
    assert printed(simulator) == int(fault.processed)
    assert not names(tmp_path)


@pytest.mark.parametrize("fault", [Fault.drop(processed=True), Fault.cut(), Fault.status(500)], ids=lambda f: f.name)
async def test_a_failed_preview_is_not_sent_again(fault: Fault, simulator: Simulator, client: RopoClient) -> None:
    simulator.fail(fault, operation=PREVIEW)
    with pytest.raises(OutcomeUnknown, match="presumed to create nothing"):
        await client.documents.preview(JOB)
    assert simulator.truth.count(PREVIEW) == 1
    assert (await client.documents.preview(JOB)).content.startswith(b"%PDF-")
    assert printed(simulator) == 0


@pytest.mark.parametrize("act", [fetch, print_it])
async def test_what_never_left_is_tried_again_whatever_it_does(
    act: Callable[..., Awaitable[Any]], connect: Connect, tmp_path: Path
) -> None:
    client = connect(server="http://127.0.0.1:1/rest", retries=EAGER)
    with pytest.raises(TransportError, match="nothing was sent"):
        await act(client, tmp_path)
    assert not names(tmp_path)


# --- what is refused ----------------------------------------------------------------------------------------------

REFUSALS: list[tuple[int, type[StatusError]]] = [(400, BadRequest), (403, PermissionDenied), (404, NotFound)]


@pytest.mark.parametrize(("status", "kind"), [*REFUSALS, (409, StatusError)])
async def test_a_refusal_is_final(
    status: int, kind: type[StatusError], simulator: Simulator, client: RopoClient, tmp_path: Path
) -> None:
    simulator.fail(Fault.status(status, body=b'{"error":"No such document"}'), operation=PDF)
    with pytest.raises(kind) as caught:
        await fetch(client, tmp_path)
    assert (type(caught.value), caught.value.vendor_text) == (kind, "No such document")
    assert simulator.truth.count(PDF) == 1
    assert not names(tmp_path)


@pytest.mark.parametrize(("status", "kind"), [*REFUSALS, (409, OutcomeUnknown)])
async def test_a_refused_print_is_final(
    status: int, kind: type[RopoError], simulator: Simulator, client: RopoClient, tmp_path: Path
) -> None:
    simulator.fail(Fault.status(status), operation=PRINT)
    with pytest.raises(kind):
        await print_it(client, tmp_path)
    assert (simulator.truth.count(PRINT), printed(simulator)) == (1, 0)


@pytest.mark.parametrize(("act", "operation"), [(fetch, PDF), (print_it, PRINT)])
async def test_a_401_is_renewed_once_and_a_second_one_is_final(
    act: Callable[..., Awaitable[Any]], operation: str, simulator: Simulator, client: RopoClient, tmp_path: Path
) -> None:
    simulator.fail(Fault.status(401), operation=operation, times=2)
    with pytest.raises(AuthenticationError):
        await act(client, tmp_path)
    simulator.revoke_tokens()
    await act(client, tmp_path)
    assert simulator.truth.count(operation) == 4
    assert is_whole(tmp_path)


@pytest.mark.parametrize(("act", "operation"), [(fetch, PDF), (print_it, PRINT)])
async def test_a_429_is_waited_for_and_one_that_lasts_is_raised(
    act: Callable[..., Awaitable[Any]], operation: str, simulator: Simulator, client: RopoClient, tmp_path: Path
) -> None:
    simulator.fail(Fault.status(429, headers={"Retry-After": "121"}), operation=operation)
    with pytest.raises(RateLimited):
        await act(client, tmp_path)
    simulator.fail(Fault.status(429), operation=operation)
    await act(client, tmp_path)
    assert simulator.truth.count(operation) == 3
    assert is_whole(tmp_path)


async def test_a_document_beyond_the_cap_is_refused_once(simulator: Simulator, client: RopoClient) -> None:
    with pytest.raises(TransportError, match="too large"):
        await client.documents.pdf(billnum=BILLNUM, max_bytes=SIZE // 2)
    with pytest.raises(OutcomeUnknown):
        await client.documents.localprint(JOB, max_bytes=SIZE // 2)
    assert (simulator.truth.count(PDF), simulator.truth.count(PRINT), printed(simulator)) == (1, 1, 1)


@pytest.mark.parametrize("fault", [Fault.endless_interim(), Fault.drip(0.1), Fault.stall()], ids=lambda f: f.name)
async def test_one_deadline_covers_all_attempts(
    fault: Fault, simulator: Simulator, connect: Connect, tmp_path: Path
) -> None:
    simulator.fail(fault, operation=PDF, times=100)
    limits = Timeouts(total=0.7, read=0.3 if fault.name != "stall" else 30)
    with anyio.fail_after(20), pytest.raises(TransportError, match=r"s in all"):
        await fetch(connect(timeouts=limits, retries=RetryPolicy(attempts=1)), tmp_path)
    assert not names(tmp_path)


async def test_nothing_personal_and_no_secret_in_logs_and_errors(
    simulator: Simulator, connect: Connect, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    client, shown = connect(retries=EAGER), list[str]()
    await fetch(client, tmp_path)
    for fault in (Fault.cut(), Fault.status(404, body=b'{"error":"R-4711 is unknown"}'), Fault.body(b"R-4711")):
        for act, operation in ((fetch, PDF), (print_it, PRINT), (preview, PREVIEW)):
            await anyio.Path(tmp_path / "a.pdf").unlink(missing_ok=True)
            simulator.fail(fault, operation=operation, times=2)
            with pytest.raises(RopoError) as caught:
                await act(client, tmp_path)
            simulator.faults.clear()
            shown += [*traceback.format_exception(caught.value), repr(caught.value)]
    document = await client.documents.pdf(billnum=BILLNUM)
    saved = await client.documents.pdf(billnum=BILLNUM).save_to(tmp_path)
    assert saved.path.name == f"{BILLNUM}.pdf"
    shown += [repr(thing) for thing in (document, saved, client.documents, client.documents.pdf(billnum=BILLNUM))]
    shown += [f"{record.getMessage()} {record.__dict__}" for record in caplog.records]
    assert len(caplog.records) > 10
    secrets = [BILLNUM, "Testinen", "only-for-tests", *simulator.tokens._expiry]
    assert [secret for secret in secrets if any(secret in line for line in shown)] == []


# --- everything at once -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("seed", range(2))
async def test_whatever_happens_a_file_is_whole(
    seed: int, simulator: Simulator, connect: Connect, tmp_path: Path
) -> None:
    jobids = [simulator.add_invoice().jobid for _ in range(40)]
    kinds = [fault for fault, _ in AMBIGUOUS if not fault.endless and fault.name != "gzip_bomb"]
    simulator.faults.random(rate=0.4, seed=seed, operation=PDF, kinds=kinds)
    policy = RetryPolicy(base=0.001, throttled_base=0.001, capacity=10**6, attempts=2)
    client = connect(retries=policy)
    report = await client.documents.save_many(jobids, tmp_path, concurrency=8)
    assert report.failed
    assert report.saved + len(report.failed) == len(jobids)
    assert all(isinstance(failure.error, RopoError) for failure in report.failed)
    simulator.faults.clear()
    again = await client.documents.save_many(jobids, tmp_path, concurrency=8)
    assert (again.saved, again.skipped, again.failed) == (len(report.failed), report.saved, ())
    assert names(tmp_path) == sorted(f"{jobid}.pdf" for jobid in jobids)
    async for path in anyio.Path(tmp_path).iterdir():
        content = await path.read_bytes()
        assert len(content) >= SIZE
        assert content.endswith(b"%%EOF\n")
