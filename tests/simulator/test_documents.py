"""Documents: valid PDF files of any size, of invoices that are there or come to be, and what may go wrong with them."""

import re
import tracemalloc
from typing import Any

import httpx
import pytest

from ropo_async.simulator import Simulator
from ropo_async.simulator.messages import Answer, Filling
from ropo_async.simulator.pdf import pdf_of

from .test_jobs import JOB

pytestmark = pytest.mark.anyio

PDF = "GET /jobs/pdf"
JOBS = {"datastream": {"dataset": [JOB]}}


def check(pdf: bytes) -> bytes:
    """Follow the file's own references to each of its objects, and return what its pages say."""
    assert pdf.startswith(b"%PDF-")
    assert pdf.endswith(b"%%EOF\n")
    (start,) = re.findall(rb"startxref\n(\d+)\n", pdf)
    table = re.match(rb"xref\n0 (\d+)\n0000000000 65535 f \n((?:\d{10} 00000 n \n)+)trailer\n", pdf[int(start) :])
    assert table is not None
    places = [int(line[:10]) for line in table[2].splitlines()]
    assert len(places) + 1 == int(table[1]) == int(re.findall(rb"/Size (\d+)", pdf)[0])
    for number, place in enumerate(places, 1):
        assert pdf[place:].startswith(b"%d 0 obj\n" % number)
    for stream in re.finditer(rb"/Length (\d+) >>\nstream\n", pdf):
        assert pdf[stream.end() + int(stream[1]) :].startswith(b"\nendstream\nendobj\n")
    assert len(re.findall(rb"/Type /Page ", pdf)) == int(re.findall(rb"/Count (\d+)", pdf)[0])
    return b"\n".join(re.findall(rb"\((.*)\) '", pdf))


def solid(size: int, *pages: list[str]) -> bytes:
    return Answer(200, (), *pdf_of(pages, size)).solid().body


@pytest.mark.parametrize("size", [0, 1_000, 1_001, 70_000, 200_000])
def test_a_pdf_is_whole_at_any_size(size: int) -> None:
    pdf = solid(size, ["Lasku (1) \\", "Eräpäivä"], ["toinen"])
    assert check(pdf) == b"Lasku \\(1\\) \\\\\nEr\xe4p\xe4iv\xe4\ntoinen"
    assert len(pdf) == size or size < 1_000
    assert pdf == solid(size, ["Lasku (1) \\", "Eräpäivä"], ["toinen"])


@pytest.mark.parametrize("end", [None, 0, 3, 4, 65_540, 70_003, 70_004, 70_010, 10**9])
def test_a_filled_body_can_be_cut_anywhere(end: int | None) -> None:
    answer = Answer(200, (), b"abcdefg", Filling(4, 70_000))
    whole = b"abcd" + b" " * 70_000 + b"efg"
    assert b"".join(answer.pieces(end)) == whole[:end]
    assert answer.solid() == Answer(200, (), whole)
    assert answer.length == answer.solid().length == len(whole)


async def test_the_pdf_of_an_invoice_says_what_it_is_about(simulator: Simulator, client: httpx.AsyncClient) -> None:
    invoice = simulator.add_invoice(billnum="R1", amount="710.00")
    await client.post("/jobs/payment", json={"billnum": "R1", "amount": "10.00", "paydate": "2026-01-02"})
    answer = await client.get("/jobs/pdf", params={"jobid": invoice.jobid})
    assert (answer.status_code, answer.headers["Content-Type"]) == (200, "application/pdf")
    assert answer.headers["Content-Disposition"] == 'attachment; filename="R1.pdf"'
    said = check(answer.content)
    assert b"Lasku R1" in said
    assert b"710.00 EUR" in said
    assert b"700.00" not in said
    again = await client.get("/jobs/pdf", params={"jobid": invoice.jobid, "origdata": "1"})
    assert again.content == answer.content
    now = await client.get("/jobs/pdf", params={"jobid": invoice.jobid, "origdata": "0"})
    assert b"Avoinna 700.00 EUR" in check(now.content)


async def test_the_original_stays_as_it_was(simulator: Simulator, client: httpx.AsyncClient) -> None:
    invoice = simulator.add_invoice(billnum="R1", amount="710.00")
    first = await client.get("/jobs/pdf", params={"jobid": invoice.jobid})
    changes = JOB | {"billnum": "R2", "amount": "500.00", "person": "Maija Esimerkki", "billcode": "13"}
    assert (await client.patch("/jobs", params={"jobid": invoice.jobid}, json=changes)).status_code == 200
    original, now = [
        check((await client.get("/jobs/pdf", params={"billnum": "R2", "origdata": data})).content) for data in "10"
    ]
    assert original == check(first.content)
    assert [part in original for part in (b"Lasku R1", b"Matti", b"710.00")] == [True] * 3
    assert [part in now for part in (b"Lasku R2", b"Maija", b"500.00", b"Viite 13")] == [True] * 4


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ({"jobid": "7000001"}, 200),
        ({"billnum": "R1"}, 200),
        ({"contractnum": "C1"}, 200),
        ({"jobid": "7000001", "billnum": "R1", "contractnum": "C1"}, 200),
        ({"billnum": "R1", "documentdate": "2026-11-01"}, 200),
        ({"contractnum": "C1", "documentdate": "2026-11-01", "joistocolumn": "JobId", "documenttype": "x"}, 200),
        ({}, 400),
        ({"documentdate": "2026-11-01"}, 400),
        ({"jobid": "7000001", "documentdate": "2026-11-01"}, 400),
        ({"billnum": "R1", "documentdate": "1.11.2026"}, 400),
        ({"billnum": "R1", "origdata": "2"}, 400),
        ({"billnum": "R1", "joistocolumn": "x"}, 400),
        ({"jobid": "R1"}, 400),
        ({"billnum": ["R1", "R1"]}, 400),
        ({"jobid": "7000001", "billnum": "R2"}, 400),
        ({"jobid": "1"}, 404),
        ({"billnum": "F1"}, 404),
        ({"billnum": "R1", "documentdate": "2026-11-02"}, 404),
    ],
    ids=str,
)
async def test_parameters_of_the_pdf_must_go_together(
    simulator: Simulator, client: httpx.AsyncClient, query: dict[str, Any], status: int
) -> None:
    simulator.add_invoice(billnum="R1", dataset={"contractnum": "C1", "billdate": "2026-11-01"})
    simulator.add_invoice(billnum="R2")
    simulator.add_invoice(billnum="F1", foreign=True)
    answer = await client.get("/jobs/pdf", params=query)
    assert answer.status_code == status
    if status == 200:
        assert b"Lasku R1" in check(answer.content)
    else:
        assert list(answer.json()) == ["error"]


async def test_a_preview_leaves_nothing_behind(simulator: Simulator, client: httpx.AsyncClient) -> None:
    job = JOB | {"billnum": "R1", "pdfname": "preview.pdf"}
    answer = await client.post("/jobs/preview", json={"datastream": {"dataset": [job, JOB | {"billnum": "R2"}]}})
    assert answer.status_code == 200
    assert (answer.headers["pdfname"], answer.headers["Content-Disposition"]) == (
        "preview.pdf",
        'attachment; filename="preview.pdf"',
    )
    said = check(answer.content)
    assert b"Lasku R1" in said
    assert b"Lasku R2" in said
    assert b"Yhteens\xe4 25.10 EUR" in said
    truth = simulator.truth
    assert (truth.invoices, truth.submissions, truth.updates) == ({}, [], [])
    assert simulator.add_invoice().jobid == 7_000_001


async def test_a_local_print_makes_the_invoice(simulator: Simulator, client: httpx.AsyncClient) -> None:
    answer = await client.post("/jobs/localprint", json={"datastream": {"dataset": [JOB | {"billnum": "R1"}, JOB]}})
    assert answer.status_code == 200
    assert answer.headers["pdfname"] == "R1.pdf"
    one, two = simulator.truth.invoices.values()
    assert check(answer.content).count(b"Lasku ") == 2
    assert simulator.truth.submissions[0].jobids == (one.jobid, two.jobid)
    assert [(update["statuscode"], update["jobid"]) for update in simulator.truth.updates] == [
        (9140, one.jobid),
        (9140, two.jobid),
    ]
    assert (await client.get("/jobs", params={"jobid": one.jobid})).json()["billnum"] == "R1"


@pytest.mark.parametrize("path", ["/jobs/preview", "/jobs/localprint"])
async def test_one_bad_job_spoils_a_print(simulator: Simulator, client: httpx.AsyncClient, path: str) -> None:
    twice = JOB | {"billnum": "R1", "checkbillnum": 1}
    for jobs, error in (([JOB, JOB | {"city": ""}], "city is required"), ([twice, twice], "billnum is already in use")):
        answer = await client.post(path, json={"datastream": {"dataset": jobs}})
        assert (answer.status_code, answer.json()) == (400, {"error": error})
    assert (simulator.truth.invoices, simulator.truth.updates, simulator.truth.submissions) == ({}, [], [])


@pytest.mark.parametrize(
    ("name", "header", "disposition"),
    [
        ("lasku 1.pdf", "lasku 1.pdf", 'attachment; filename="lasku 1.pdf"'),
        ('a"b\\c.pdf', "a%22b%5Cc.pdf", 'attachment; filename="a\\"b\\\\c.pdf"'),
        ("lä.pdf", "l%C3%A4.pdf", "attachment; filename=\"l_.pdf\"; filename*=UTF-8''l%C3%A4.pdf"),
        ("a\r\nX: y", "a%0D%0AX%3A y", "attachment; filename=\"a__X: y\"; filename*=UTF-8''a%0D%0AX%3A%20y"),
    ],
)
async def test_no_name_breaks_out_of_its_header(
    client: httpx.AsyncClient, name: str, header: str, disposition: str
) -> None:
    answer = await client.post("/jobs/preview", json={"datastream": {"dataset": [JOB | {"pdfname": name}]}})
    assert (answer.headers["pdfname"], answer.headers["Content-Disposition"]) == (header, disposition)
    assert "X" not in answer.headers


async def test_a_large_pdf_is_never_in_memory(simulator: Simulator, client: httpx.AsyncClient) -> None:
    simulator.add_invoice(billnum="R1")
    await client.get("/jobs/pdf", params={"billnum": "R1"})
    simulator.pdf_bytes = 100_000_000
    size = 0
    tracemalloc.start()
    try:
        async with client.stream("GET", "/jobs/pdf", params={"billnum": "R1"}) as answer:
            assert answer.headers["Content-Length"] == "100000000"
            async for piece in answer.aiter_raw():
                size += len(piece)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert size == 100_000_000
    assert peak < 5_000_000


async def test_a_large_pdf_is_valid_as_it_arrives(simulator: Simulator, client: httpx.AsyncClient) -> None:
    simulator.pdf_bytes = 1_500_000
    simulator.add_invoice(billnum="R1")
    answer = await client.get("/jobs/pdf", params={"billnum": "R1"})
    assert len(answer.content) == 1_500_000
    assert b"Lasku R1" in check(answer.content)
