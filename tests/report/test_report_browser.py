"""A report in a real browser: on a phone, in the dark, and on paper's own terms."""

import os
from base64 import b64decode
from pathlib import Path

import anyio
import pytest

from ropo_async import Journal
from ropo_async.report import write_report
from tests.browser import NEEDED, Browser, browser, driver
from tests.report.conftest import NOW

__all__ = ["browser", "driver"]

pytestmark = [pytest.mark.anyio, pytest.mark.slow, NEEDED]

PALE = """(() => {
  const light = (rgb) => rgb.slice(0, 3).map(c => c / 255).map(c => c < .04 ? c / 12.92 : ((c + .055) / 1.055) ** 2.4)
    .reduce((sum, c, place) => sum + c * [.2126, .7152, .0722][place], 0);
  const parts = (colour) => colour.match(/[0-9.]+/g).map(Number);
  const under = (it) => { for (; it; it = it.parentElement) {
    const found = parts(getComputedStyle(it).backgroundColor); if (found.length < 4 || found[3] > 0) return found; }
    return [255, 255, 255]; };
  const ratio = (it) => { const [dim, bright] = [light(parts(getComputedStyle(it).color)), light(under(it))]
    .sort((one, other) => one - other); return (bright + .05) / (dim + .05); };
  return [...document.body.querySelectorAll('*')].filter(it => !it.closest('svg') &&
    [...it.childNodes].some(node => node.nodeType === 3 && node.data.trim())).filter(it => ratio(it) < 4.5)
    .map(it => `${it.tagName} ${it.className} ${it.textContent} ${ratio(it)}`);
})()"""
"""What has too little contrast to be read, by the rule of WCAG."""
WIDE = """[...document.querySelectorAll('body *')].filter(it => !it.closest('.scroll') &&
  it.getBoundingClientRect().right > innerWidth + 1).map(it => `${it.tagName} ${it.className}`)"""
PAPER = "getComputedStyle(document.body).backgroundColor"


async def pictured(browser: Browser, name: str) -> None:
    """Keep a picture of the whole page, where somebody asks for them."""
    if folder := os.environ.get("ROPO_PICTURES"):
        shot = await browser.develop("Page.captureScreenshot", captureBeyondViewport=True)
        await anyio.Path(folder, f"{name}.png").write_bytes(b64decode(shot["data"]))


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("days", [1, 90, 365])
async def test_it_can_be_read_on_a_phone_by_day_and_by_night(
    journal: Journal, browser: Browser, tmp_path: Path, scheme: str, days: int
) -> None:
    await write_report(journal, tmp_path / "report.html", days=days, now=NOW)
    await browser.develop("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": scheme}])
    await browser.tell("url", url=(tmp_path / "report.html").as_uri())
    await pictured(browser, f"{scheme}-{days}")
    assert await browser.run(PAPER) == {"light": "rgb(255, 255, 255)", "dark": "rgb(20, 23, 26)"}[scheme]
    await browser.run("document.querySelectorAll('details').forEach(it => it.open = true)")
    assert await browser.run("document.documentElement.scrollWidth") == 360
    assert await browser.run(WIDE) == []
    assert await browser.run(PALE) == []
    assert await browser.run("parseFloat(getComputedStyle(document.querySelector('.axis')).fontSize)") >= 12


async def test_every_picture_has_its_words_and_some_height(journal: Journal, browser: Browser, tmp_path: Path) -> None:
    await write_report(journal, tmp_path / "report.html", days=90, now=NOW)
    await browser.tell("url", url=(tmp_path / "report.html").as_uri())
    small = "[...document.querySelectorAll('svg')].filter(it => it.getBoundingClientRect().height < 8).length"
    assert await browser.run(small) == 0
    told = "svg:not([aria-hidden])"
    assert await browser.run(f"document.querySelectorAll('{told}').length") >= 6
    mute = f"[...document.querySelectorAll('{told}')].filter(it => !it.querySelector('desc').textContent).length"
    assert await browser.run(mute) == 0


async def test_an_empty_journal_has_a_page_too(anyio_backend: str, browser: Browser, tmp_path: Path) -> None:
    async with Journal.open("memory:") as journal:
        await write_report(journal, tmp_path / "report.html", now=NOW)
    await browser.tell("url", url=(tmp_path / "report.html").as_uri())
    await pictured(browser, "empty")
    assert "The journal is empty" in await browser.run("document.body.innerText")
    assert await browser.run("document.documentElement.scrollWidth") == 360
