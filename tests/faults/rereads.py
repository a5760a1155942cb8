"""What the tests of re-reads share: thirty updates about one invoice on one day, and two ways to read them again."""

from datetime import date

from ropo_async import Page, RopoClient
from ropo_async.simulator import Simulator
from tests.faults.calls import BILLNUM, REREAD

DAY = date(2026, 3, 1)
RECORDS = [
    {"statusid": f"C{number}", "billnum": BILLNUM, "statustime": "2026-03-01 08:15:00", "statustype": "comment"}
    for number in range(30)
]


async def on_the_day(client: RopoClient) -> Page:
    return await client.status_updates.on(DAY)


async def of_the_invoice(client: RopoClient) -> Page:
    return await client.status_updates.of_invoice(BILLNUM)


def ids(page: Page) -> list[str | None]:
    return [update.statusid for update in page]


def all_ids() -> list[str | None]:
    return [str(record["statusid"]) for record in RECORDS]


def rereads(simulator: Simulator) -> int:
    return simulator.truth.count(REREAD)
