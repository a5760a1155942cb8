"""What the tests of documents share: an archive with one invoice, two ways to get a file, and what became of them."""

from pathlib import Path

from ropo_async import RopoClient
from ropo_async.documents import SavedDocument
from ropo_async.simulator import Simulator
from tests.faults.calls import BILLNUM
from tests.unit.papers import JOB

PDF, PREVIEW, PRINT = "GET /jobs/pdf", "POST /jobs/preview", "POST /jobs/localprint"
SIZE = 300_000  # several pieces


def archive() -> Simulator:
    simulator = Simulator(apicode="only-for-tests", pdf_bytes=SIZE)
    simulator.add_invoice(billnum=BILLNUM)
    return simulator


async def fetch(client: RopoClient, folder: Path) -> SavedDocument:
    return await client.documents.pdf(billnum=BILLNUM).save_to(folder / "a.pdf")


async def print_it(client: RopoClient, folder: Path) -> SavedDocument:
    return await client.documents.localprint(JOB).save_to(folder / "a.pdf")


def printed(simulator: Simulator) -> int:
    return sum(invoice.billnum == JOB.billnum for invoice in simulator.truth.invoices.values())


def names(folder: Path) -> list[str]:
    return sorted(entry.name for entry in folder.iterdir())


def is_whole(folder: Path) -> bool:
    content = (folder / "a.pdf").read_bytes()
    return names(folder) == ["a.pdf"] and len(content) >= SIZE and content.endswith(b"%%EOF\n")
