"""The page in a real browser, of the width of a phone, driven over the W3C WebDriver protocol."""

import re
import shutil
import subprocess
from collections.abc import AsyncIterator, Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any
from urllib.parse import quote

import httpx
import pytest
from attrs import frozen

from ropo_async.simulator import Running, Simulator, serve

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
CHROMEDRIVER = shutil.which("chromedriver")
FLAGS = ("headless", "no-sandbox", "disable-gpu", "disable-dev-shm-usage", "no-first-run")
QUIET = ("disable-background-networking", "disable-component-update", "disable-sync", "no-proxy-server")
HOSTILE = "\"'><script>alert(1)</script><img src=x onerror=alert(2)>"
KEY = "element-6066-11e4-a52e-4f735466cecf"

pytestmark = [
    pytest.mark.anyio,
    pytest.mark.slow,
    pytest.mark.skipif(not (CHROMIUM and CHROMEDRIVER), reason="chromium and chromedriver are not installed"),
]


@frozen
class Browser:
    """One browser, by the commands of its driver; elements that are not there yet are waited for."""

    client: httpx.AsyncClient
    session: str

    async def tell(self, command: str, **body: Any) -> Any:
        answer = await self.client.post(f"/session/{self.session}/{command}", json=body)
        assert answer.status_code == 200, answer.text
        return answer.json()["value"]

    async def find(self, selector: str) -> str:
        using = "xpath" if selector.startswith("//") else "css selector"
        return str((await self.tell("element", using=using, value=selector))[KEY])

    async def fill(self, selector: str, text: str) -> None:
        found = await self.find(selector)
        await self.tell(f"element/{found}/clear")
        await self.tell(f"element/{found}/value", text=text)

    async def click(self, selector: str) -> None:
        await self.tell(f"element/{await self.find(selector)}/click")

    async def run(self, script: str) -> Any:
        return await self.tell("execute/sync", script=f"return {script}", args=[])


@pytest.fixture
def driver() -> Iterator[str]:
    """A driver on a free port of its own choice."""
    command = [str(CHROMEDRIVER), "--port=0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as process:
        try:
            assert process.stdout is not None
            ports = (re.search(r"started successfully on port (\d+)", line) for line in process.stdout)
            yield next(f"http://127.0.0.1:{port[1]}" for port in ports if port)
        finally:
            process.terminate()


@pytest.fixture
async def browser(anyio_backend: str, driver: str, tmp_path: Path) -> AsyncIterator[Browser]:
    options = {
        "binary": CHROMIUM,
        "args": [f"--{flag}" for flag in (*FLAGS, *QUIET, f"user-data-dir={tmp_path / 'profile'}")],
        "mobileEmulation": {"deviceMetrics": {"width": 360, "height": 780, "pixelRatio": 1}},
    }
    wanted = {"browserName": "chrome", "goog:chromeOptions": options, "timeouts": {"implicit": 15_000}}
    async with httpx.AsyncClient(base_url=driver, timeout=50, trust_env=False) as client:
        answer = await client.post("/session", json={"capabilities": {"alwaysMatch": wanted}})
        assert answer.status_code == 200, answer.text
        session = answer.json()["value"]["sessionId"]
        yield Browser(client, session)
        await client.delete(f"/session/{session}")


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
