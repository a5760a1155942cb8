"""What may go wrong with a document on its way."""

from collections.abc import Awaitable, Callable

import httpx
import pytest

from ropo_async.simulator import CATALOGUE, DOCUMENT_FAULTS, Fault, Simulator

from .conftest import Heard
from .test_documents import JOBS, PDF

pytestmark = pytest.mark.anyio


def request(bearer: dict[str, str]) -> bytes:
    lines = ["GET /rest/jobs/pdf?billnum=R1 HTTP/1.1", "Host: x", f"Authorization: {bearer['Authorization']}"]
    return "\r\n".join([*lines, "Connection: close", "", ""]).encode()


@pytest.mark.parametrize("name", [name for name, fault in CATALOGUE.items() if not fault.on_accept])
async def test_every_fault_strikes_documents_too(
    simulator: Simulator, ask: Callable[..., Awaitable[Heard]], bearer: dict[str, str], name: str
) -> None:
    fault = CATALOGUE[name]
    simulator.pdf_bytes = 200_000
    simulator.add_invoice(billnum="R1")
    whole = await ask(request(bearer))
    assert len(whole.body) == 200_000
    simulator.fail(fault, operation=PDF)
    silent = fault.endless and "hang" in name
    heard = await ask(request(bearer), patience=0.3 if fault.endless else 20, silence=0.3 if silent else 20)
    # What goes for records only leaves a document as it is; what shows the latest page shows that there is none.
    records_only = {"single_record", "malformed_record"}
    intact = heard.head == whole.head and heard.body == whole.body and heard.ended == "fin"
    assert intact == (name in records_only | {"drip", "delay"})
    assert simulator.truth.requests[-1].fault == fault.name
    after = await ask(request(bearer))
    assert after.body == whole.body


@pytest.mark.parametrize(
    ("fault", "length"),
    [(Fault.cut(), 150_000), (Fault.cut(7), 7), (Fault.stall(100_000), 100_000)],
    ids=["half", "beginning", "stall"],
)
async def test_a_large_document_is_cut_where_asked(
    simulator: Simulator, ask: Callable[..., Awaitable[Heard]], bearer: dict[str, str], fault: Fault, length: int
) -> None:
    simulator.pdf_bytes = 300_000
    simulator.add_invoice(billnum="R1")
    simulator.fail(fault, operation=PDF)
    heard = await ask(request(bearer), patience=1.0 if fault.endless else 20)
    assert (len(heard.body), heard.ended) == (length, "open" if fault.endless else "fin")
    assert b"Content-Length: 300000" in heard.head


async def test_what_rewrites_a_large_document_rewrites_all_of_it(
    simulator: Simulator, client: httpx.AsyncClient
) -> None:
    simulator.pdf_bytes = 300_000
    simulator.add_invoice(billnum="R1")
    whole = await client.get("/jobs/pdf", params={"billnum": "R1"})
    for fault, prefix in ((Fault.gzip(), b""), (Fault.bom(), b"\xef\xbb\xbf")):
        simulator.fail(fault)
        answer = await client.get("/jobs/pdf", params={"billnum": "R1"})
        assert answer.content == prefix + whole.content


@pytest.mark.parametrize("name", DOCUMENT_FAULTS)
async def test_documents_have_faults_of_their_own(
    simulator: Simulator, ask: Callable[..., Awaitable[Heard]], bearer: dict[str, str], name: str
) -> None:
    simulator.add_invoice(billnum="R1")
    whole = await ask(request(bearer))
    simulator.fail(DOCUMENT_FAULTS[name], operation=PDF)
    heard = await ask(request(bearer))
    assert heard.head.startswith(b"HTTP/1.1 200 OK\r\n")
    if name == "empty":
        assert (heard.body, b"application/pdf" in heard.head) == (b"", True)
    elif name == "no_pdf":
        assert b"%PDF-" + heard.body == whole.body
    elif name == "content_type":
        assert (heard.body, b"text/html" in heard.head) == (whole.body, True)
    else:
        assert heard.body == whole.body
        assert heard.head.count(b"Content-Disposition: ") == 1
        assert heard.head != whole.head


@pytest.mark.parametrize(
    ("name", "text"),
    [("null byte", b"x\0.pdf"), ("second header", b"\r\nX-Injected: yes\r\n"), ("path up", b'"../../x.pdf"')],
)
async def test_hostile_names_are_sent_as_they_are(
    simulator: Simulator, ask: Callable[..., Awaitable[Heard]], bearer: dict[str, str], name: str, text: bytes
) -> None:
    simulator.add_invoice(billnum="R1")
    simulator.fail(DOCUMENT_FAULTS[f"disposition {name}"], operation=PDF)
    assert text in (await ask(request(bearer))).head + b"\r\n"


async def test_a_print_whose_answer_is_lost_is_in_the_truth(simulator: Simulator, client: httpx.AsyncClient) -> None:
    for fault, made in ((Fault.drop(processed=False), 0), (Fault.drop(processed=True), 1)):
        simulator.fail(fault, operation="POST /jobs/localprint")
        with pytest.raises(httpx.TransportError):
            await client.post("/jobs/localprint", json=JOBS)
        assert (len(simulator.truth.invoices), len(simulator.truth.submissions)) == (made, made)
