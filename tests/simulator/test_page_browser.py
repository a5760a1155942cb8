"""The page in a real browser, of the width of a phone."""

from collections.abc import AsyncIterator
from decimal import Decimal
from urllib.parse import quote

import httpx
import pytest

from ropo_async.simulator import Running, Simulator, serve
from tests.browser import NEEDED, Browser, browser, driver

__all__ = ["browser", "driver"]

HOSTILE = "\"'><script>alert(1)</script><img src=x onerror=alert(2)>"

pytestmark = [pytest.mark.anyio, pytest.mark.slow, NEEDED]


@pytest.fixture
async def running(anyio_backend: str, simulator: Simulator) -> AsyncIterator[Running]:
    async with serve(simulator, page=0) as running:
        yield running


async def test_a_visitor_submits_an_invoice_and_pays_it(
    simulator: Simulator, running: Running, browser: Browser
) -> None:
    await browser.tell("url", url=running.page)
    await browser.fill("#invoice-amount", "12.50")
    await browser.fill("#invoice-billnum", HOSTILE)
    await browser.click("#invoice button")
    await browser.find("p[role=status]")
    await browser.tell("refresh")
    [invoice] = simulator.truth.invoices.values()
    assert (invoice.billnum, invoice.amount) == (HOSTILE, Decimal("12.50"))
    await browser.click(f"//a[@aria-label='Pay {invoice.jobid}']")
    await browser.click("#payment button")
    await browser.find("//td[.='bank payment']")
    assert [(paid.jobid, paid.amount) for paid in simulator.truth.bank_payments] == [(invoice.jobid, Decimal("12.50"))]
    assert simulator.truth.invoices[invoice.jobid].open == 0
    # Nothing was injected: no script has run, no element has come in.
    alert = await browser.client.get(f"/session/{browser.session}/alert/text")
    assert alert.json()["value"]["error"] == "no such alert"
    assert await browser.run("document.querySelectorAll('script, img').length") == 0
    assert (simulator.truth.requests, simulator.truth.connections) == ([], 0)


async def test_a_visitor_arms_a_fault_for_the_next_client(
    simulator: Simulator, running: Running, browser: Browser, client: httpx.AsyncClient
) -> None:
    await browser.tell("url", url=running.page)
    await browser.click("//select[@id='fault-fault']/option[.='reset_on_accept']")
    await browser.click("#fault button")
    await browser.find("//section[@id='armed-faults']//td[.='reset_on_accept']")
    with pytest.raises(httpx.HTTPError):
        await client.get("/jobs")
    assert (await client.get("/jobs?jobid=1")).status_code == 404
    assert simulator.truth.connections == 2


async def test_a_page_that_follows_what_happens_shows_it_by_itself(
    simulator: Simulator, running: Running, browser: Browser
) -> None:
    await browser.tell("url", url=running.page)
    await browser.click("//a[.='Follow what happens']")
    await browser.find("//nav/a[.='Stop following']")
    simulator.add_updates([{"statusid": "C-fresh"}])
    await browser.find("//td[.='C-fresh']")


async def test_the_style_is_let_through_and_fits_a_phone(
    simulator: Simulator, running: Running, browser: Browser
) -> None:
    simulator.add_invoice(billnum="9" * 90)
    simulator.add_updates(count=40)
    await browser.tell("url", url=running.page)
    assert await browser.run("getComputedStyle(document.querySelector('form')).display") == "flex"
    assert await browser.run("document.documentElement.scrollWidth <= 360 && innerWidth == 360") is True
    low = "[...document.querySelectorAll('button, input, select')].filter(it => it.getBoundingClientRect().height < 24)"
    assert await browser.run(f"{low}.length") == 0


async def test_a_form_of_another_site_does_nothing(simulator: Simulator, running: Running, browser: Browser) -> None:
    fields = "<input name=person value=Maija><input name=amount value=1><button>x</button>"
    form = f"<form method=post action={running.page}invoice>{fields}</form>"
    await browser.tell("url", url=f"data:text/html,{quote(form)}")
    await browser.click("button")
    await browser.find("//*[contains(., 'The form is not one of this page')]")
    assert simulator.truth.invoices == {}
