"""A real browser of the width of a phone, driven over the W3C WebDriver protocol."""

import re
import shutil
import subprocess
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from attrs import frozen

__all__ = ["NEEDED", "Browser", "browser", "driver"]

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
CHROMEDRIVER = shutil.which("chromedriver")
FLAGS = ("headless", "no-sandbox", "disable-gpu", "disable-dev-shm-usage", "no-first-run")
QUIET = ("disable-background-networking", "disable-component-update", "disable-sync", "no-proxy-server")
KEY = "element-6066-11e4-a52e-4f735466cecf"

NEEDED = pytest.mark.skipif(not (CHROMIUM and CHROMEDRIVER), reason="chromium and chromedriver are not installed")


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

    async def develop(self, command: str, **params: Any) -> Any:
        """Give a command of the protocol for developers."""
        return await self.tell("goog/cdp/execute", cmd=command, params=params)

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
