"""Who is let in to the page: nobody by a name that was made up, no form of another site, and no script."""

import re

import httpx
import pytest

from ropo_async.simulator import Fault, Running, Simulator, serve

pytestmark = pytest.mark.anyio


async def test_without_being_asked_for_there_is_no_page(running: Running) -> None:
    assert (running.page, running.page_port) == (None, None)


async def test_a_page_port_that_is_taken_leaves_nothing_open(visited: Running) -> None:
    async with serve(Simulator()) as before:
        pass
    with pytest.raises(OSError):
        async with serve(Simulator(), port=before.port, page=visited.page_port):
            pytest.fail("two pages on one port")  # pragma: no cover
    async with serve(Simulator(), port=before.port) as after:
        assert after.url == before.url


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/", 200),
        ("HEAD", "/", 200),
        ("POST", "/", 405),
        ("GET", "/payment", 405),
        ("GET", "/nowhere", 404),
        ("POST", "/nowhere", 404),
        ("GET", "/rest/jobs", 404),
        ("GET", "/?cid=7", 404),
        ("POST", "/calm?cid=7", 404),
        ("POST", "/calm", 415),
        ("GET", "/?" + "a=1&" * 60, 400),
    ],
)
async def test_what_is_there_is_told_from_what_is_not(
    browser: httpx.AsyncClient, method: str, path: str, status: int
) -> None:
    answer = await browser.request(method, path)
    assert answer.status_code == status
    assert bool(answer.content) == (method != "HEAD")


def hosts(port: int) -> dict[str, bool]:
    return {
        f"127.0.0.1:{port}": True,
        "127.9.8.7": True,
        f"LocalHost:{port}": True,
        f"[::1]:{port}": True,
        "rebound.example": False,
        f"127.0.0.1.rebound.example:{port}": False,
        "localhost.rebound.example": False,
        "127.0.0.1@rebound.example": False,
        "rebound.example@127.0.0.1": False,
        "192.168.1.5": False,
        "[::1": False,
        "": False,
    }


@pytest.mark.parametrize("host", hosts(7))
@pytest.mark.parametrize("method", ["GET", "POST"])
async def test_a_name_that_was_made_to_point_here_is_refused(
    simulator: Simulator, browser: httpx.AsyncClient, method: str, host: str
) -> None:
    simulator.fail(Fault.html())
    path, data = ("/calm", {"x": "y"}) if method == "POST" else ("/", None)
    answer = await browser.request(method, path, data=data, headers={"Host": host})
    admitted = hosts(7)[host]
    assert answer.status_code == ({"GET": 200, "POST": 303}[method] if admitted else 403)
    assert bool(simulator.faults.armed) == (method == "GET" or not admitted)


async def test_the_address_it_is_bound_to_is_admitted() -> None:
    simulator = Simulator()
    async with serve(simulator, host="0.0.0.0", page=0) as running:
        assert running.page == f"http://0.0.0.0:{running.page_port}/"
        here = f"http://127.0.0.1:{running.page_port}/"
        async with httpx.AsyncClient(base_url=here, trust_env=False) as browser:
            assert (await browser.get("/", headers={"Host": "0.0.0.0"})).status_code == 200
            assert (await browser.get("/", headers={"Host": "10.0.0.1"})).status_code == 403


@pytest.mark.parametrize(
    ("headers", "admitted"),
    [
        ({}, 1),
        ({"Origin": "{here}"}, 1),
        ({"Referer": "{here}/?cid=1"}, 1),
        ({"Origin": "null"}, 0),
        ({"Origin": "http://evil.example"}, 0),
        ({"Origin": "https://{host}"}, 0),
        ({"Origin": "{here}.evil.example"}, 0),
        ({"Origin": "http://127.0.0.1:1"}, 0),
        ({"Origin": "http://evil.example", "Referer": "{here}/"}, 0),
        ({"Referer": "http://evil.example/?{here}"}, 0),
        ({"Referer": "http://[evil"}, 0),
    ],
    ids=str,
)
async def test_forms_of_other_sites_are_refused(
    simulator: Simulator, browser: httpx.AsyncClient, visited: Running, headers: dict[str, str], admitted: int
) -> None:
    host = f"127.0.0.1:{visited.page_port}"
    sent = {name: value.format(here=f"http://{host}", host=host) for name, value in headers.items()}
    answer = await browser.post("/invoice", data={"person": "Maija Esimerkki", "amount": "1"}, headers=sent)
    assert answer.status_code == (303 if admitted else 403)
    assert len(simulator.truth.invoices) == admitted


async def test_the_browser_is_told_to_run_nothing(browser: httpx.AsyncClient) -> None:
    answer = await browser.get("/")
    assert re.match(
        r"default-src 'none'; style-src 'sha256-\S+'; form-action 'self'", answer.headers["content-security-policy"]
    )
    assert {name: answer.headers[name] for name in ("cache-control", "x-content-type-options", "referrer-policy")} == {
        "cache-control": "no-store",
        "x-content-type-options": "nosniff",
        "referrer-policy": "same-origin",
    }
