"""The page: it shows the truth, lets nobody inject anything, and is no part of what clients of the API see."""

from copy import deepcopy

import httpx
import pytest

from ropo_async._markup import Markup, element, joined
from ropo_async.simulator import Fault, Rereads, Simulator, serve
from ropo_async.simulator.forms import FORMS
from ropo_async.simulator.page import View, document

from .pages import HOSTILE, TAGS, Reader, read

pytestmark = pytest.mark.anyio


def test_what_is_put_in_an_element_is_text() -> None:
    assert element("p", HOSTILE) == f"<p>{joined([HOSTILE])}</p>"
    assert "<" not in joined([HOSTILE])
    assert element("p", element("b", 1), "<", class_='a"b', hidden=True, id=None, aria_label="x") == (
        '<p class="a&quot;b" hidden aria-label="x"><b>1</b>&lt;</p>'
    )
    assert element("input", value=0) == '<input value="0">'
    # What was changed is no markup any more.
    assert joined([element("b") + "x"]) == "&lt;b&gt;&lt;/b&gt;x"
    assert isinstance(joined([]), Markup)


async def test_it_shows_the_truth(simulator: Simulator, browser: httpx.AsyncClient, api: httpx.AsyncClient) -> None:
    simulator.page_size = 2
    simulator.add_invoice(billnum="R1", amount="10.00")
    simulator.add_invoice(billnum="R2", closed=True)
    simulator.add_updates([{"statusid": f"C{number}"} for number in range(5)])
    simulator.add_updates([{"statusid": "OLD"}], recorded=True)
    simulator.fail(Fault.cut(), operation="GET /jobs/statusupdates", skip=1)
    simulator.fail(Fault.status(503), operation="POST /jobs/payment", query=("a", "b"), times=7)
    await api.get("/jobs/statusupdates")
    with pytest.raises(httpx.RemoteProtocolError):
        await api.get("/jobs/statusupdates")
    await api.get("/jobs/statusupdates?date=2026-01-02")
    await api.post("/jobs/creditnote", json={"billnum": "R1", "amount": "4.00", "date": "2026-01-02"})
    simulator.add_bank_payment(amount="1.50", paydate="2026-01-03", billnum="R1")
    tables = Reader((await browser.get("/")).text).tables
    assert [row[1:6] for row in tables["Requests"][1:]] == [
        ["POST /jobs/creditnote", "", "201", "", "yes"],
        ["GET /jobs/statusupdates", "date", "204", "", "yes"],
        ["GET /jobs/statusupdates", "", "200", "cut", "yes"],
        ["GET /jobs/statusupdates", "", "200", "", "yes"],
    ]
    assert [tuple(row[:2]) for row in tables["Status updates"][1:] if row[0][0] != "P"][-6:] == [
        ("OLD", "recorded long ago"),
        ("C4", "waiting"),
        ("C3", "recorded by request 1, not (yet) whole"),
        ("C2", "recorded by request 1, not (yet) whole"),
        ("C1", "recorded by request 0, sent whole"),
        ("C0", "recorded by request 0, sent whole"),
    ]
    assert [row[2:] for row in tables["Answers that recorded updates"][1:]] == [
        ["2", "C2", "C3", "not (yet) whole"],
        ["2", "C0", "C1", "sent whole"],
    ]
    assert [row[1:6:2] for row in tables["Invoices"][1:]] == [["R2", "100.00", "closed"], ["R1", "10.00", "open"]]
    assert [row[4] for row in tables["Invoices"][1:]] == ["0.00", "4.50"]
    assert tables["Payments and credit notes"][1:] == [
        ["credit note", "R1", "4.00", "2026-01-02", "request 3"],
        ["bank payment", "R1", "1.50", "2026-01-03", "a bank"],
    ]
    assert tables["Armed faults"][1:] == [["status_503_before", "POST /jobs/payment", "a, b", "0", "1.0", "7"]]


async def test_what_rereads_record_is_shown_with_them(
    browser: httpx.AsyncClient, api: httpx.AsyncClient, simulator: Simulator
) -> None:
    simulator.rereads = Rereads(consume=True)
    simulator.fail(Fault.html(), query=())
    simulator.add_updates([{"statusid": "C0", "billnum": "R1"}, {"statusid": "C1", "billnum": "R2"}])
    await api.get("/jobs/statusupdates?billnum=R1")
    await api.get("/jobs/statusupdates")
    tables = Reader((await browser.get("/")).text).tables
    assert [row[1] for row in tables["Status updates"][1:]] == ["waiting", "recorded by request 0, sent whole"]
    assert tables["Answers that recorded updates"][1:] == [
        ["0", "GET /jobs/statusupdates by billnum", "1", "C0", "C0", "sent whole"]
    ]
    assert tables["Requests"][1][3:6] == ["502", "html_502_before", "no"]


def test_only_the_last_rows_are_shown_and_long_texts_are_cut() -> None:
    simulator = Simulator()
    for number in range(31):
        simulator.add_invoice(billnum=f"{number} {'x' * 1000}")
    page = document(View(simulator, (simulator.cid,)))
    rows = Reader(page).tables["Invoices"][1:]
    assert [row[1].split()[0] for row in rows] == [str(number) for number in range(30, 0, -1)]
    assert {len(row[1]) for row in rows} == {101}
    assert "The last 30 of 31." in page


def test_faults_by_chance_are_shown_until_they_end() -> None:
    simulator = Simulator()
    simulator.faults.random(rate=0.25, kinds=["cut", "stall"], operation="GET /jobs")
    assert read(simulator).tables["Armed faults"][1:] == [["one of 2", "GET /jobs", "any", "0", "0.25", "any number"]]
    simulator.faults.random(rate=1, kinds=["cut"], limit=0, operation="POST /jobs")
    simulator.faults.random(rate=0, operation="GET /jobs")
    assert "Armed faults" not in read(simulator).tables


async def test_hostile_data_stays_text(
    simulator: Simulator, browser: httpx.AsyncClient, api: httpx.AsyncClient
) -> None:
    simulator.add_invoice(billnum=HOSTILE, billcode=HOSTILE, amount="5.00", dataset={"person": HOSTILE})
    simulator.add_updates([{"statusid": HOSTILE, "billnum": HOSTILE, "amount": [HOSTILE]}, {"paydate": None}])
    simulator.add_bank_payment(amount="1.00", paydate="2026-01-02", billnum=HOSTILE)
    simulator.fail(Fault.status(503), operation=HOSTILE, query=[HOSTILE])
    await api.get("/jobs/statusupdates")
    await api.get(f"/{HOSTILE}", params={HOSTILE: HOSTILE})
    asked = {"done": HOSTILE, "invoice": HOSTILE, "live": ""}
    pages = [
        await browser.get("/", params={"invoice": HOSTILE, "done": HOSTILE}),
        await browser.get("/", params=asked),
        await browser.post("/payment", data={"invoice": HOSTILE, "amount": HOSTILE, "way": HOSTILE}),
        await browser.post("/invoice", data={"person": HOSTILE, "amount": "x"}),
    ]
    for page in pages:
        reader = Reader(page.text)
        assert {tag for tag, _ in reader.tags} <= TAGS
        assert "alert" not in repr([(tag, sorted(attributes)) for tag, attributes in reader.tags])
        assert reader.tables["Invoices"][1][1] == HOSTILE
        assert reader.tables["Requests"][1][1] == f"GET /{HOSTILE}"
        assert reader.tables["Armed faults"][1][1:3] == [HOSTILE, HOSTILE]
    fields = [field["value"] for field in Reader(pages[2].text).attributes("input") if field["name"] == "invoice"]
    assert HOSTILE in fields


async def test_nothing_secret_is_shown(
    simulator: Simulator, browser: httpx.AsyncClient, api: httpx.AsyncClient, bearer: dict[str, str]
) -> None:
    await api.post("/token", json={"cid": simulator.cid, "apicode": simulator.apicode})
    await api.get("/jobs/statusupdates", params={"billnum": "a-searched-number"})
    page = (await browser.get("/")).text
    assert "billnum" in Reader(page).tables["Requests"][1][2]
    for secret in (simulator.apicode, bearer["Authorization"].split()[1], "a-searched-number"):
        assert secret not in page


async def test_looking_changes_nothing(
    simulator: Simulator, browser: httpx.AsyncClient, api: httpx.AsyncClient
) -> None:
    simulator.add_invoice()
    simulator.add_updates(count=5)
    simulator.faults.random(rate=0.5, seed=1)
    simulator.fail(Fault.reset_on_accept())
    simulator.fail(Fault.html(), skip=2)
    before, armed = deepcopy(simulator.truth.requests), simulator.faults.armed
    pending = list(simulator.truth.pending)
    for path in ("/", "/?live=1", "/nowhere", "/rest/jobs", "/favicon.ico"):
        async with httpx.AsyncClient(base_url=browser.base_url, trust_env=False) as visitor:
            for method in ("GET", "HEAD", "POST", "PUT"):
                await visitor.request(method, path)
    assert simulator.truth.requests == before == []
    assert (simulator.truth.connections, simulator.faults.armed) == (0, armed)
    assert list(simulator.truth.pending) == pending
    with pytest.raises(httpx.HTTPError):
        await api.get("/jobs")
    assert simulator.truth.connections == 1


async def test_one_of_several_customers_is_chosen(anyio_backend: str) -> None:
    one, other = Simulator(cid="1000011"), Simulator(cid="1000022")
    one.add_invoice(billnum="ONE")
    other.add_invoice(billnum="OTHER")
    async with (
        serve(one, other, page=0) as running,
        httpx.AsyncClient(base_url=str(running.page), trust_env=False) as browser,
    ):
        shown = {asked: Reader((await browser.get(f"/{asked}")).text) for asked in ("", "?cid=1000011", "?cid=1000022")}
        assert [reader.tables["Invoices"][1][1] for reader in shown.values()] == ["ONE", "ONE", "OTHER"]
        assert {"/?cid=1000022"} < {link["href"] for link in shown[""].attributes("a")}
        [action] = [form["action"] for form in shown["?cid=1000022"].attributes("form") if form["id"] == "invoice"]
        answer = await browser.post(str(action), data={"person": "Maija Esimerkki", "amount": "7"})
        assert answer.headers["location"] == "/?cid=1000022&done=invoice"
    assert (len(one.truth.invoices), len(other.truth.invoices)) == (1, 2)


def test_a_page_that_loads_itself_again_has_no_forms_to_lose() -> None:
    simulator = Simulator()
    still, live = read(simulator), read(simulator, live=True)
    assert len(still.attributes("form")) == len(FORMS)
    assert [meta for meta in live.attributes("meta") if meta.get("http-equiv") == "refresh"]
    assert (live.attributes("form"), [meta for meta in still.attributes("meta") if "http-equiv" in meta]) == ([], [])


def test_every_field_has_its_label_and_every_id_is_one_of_a_kind() -> None:
    reader = read(Simulator())
    fields = [field["id"] for tag in ("input", "select") for field in reader.attributes(tag)]
    assert sorted(map(str, fields)) == sorted(str(label["for"]) for label in reader.attributes("label"))
    ids = [attributes["id"] for _, attributes in reader.tags if "id" in attributes]
    assert len(ids) == len(set(ids))
    described = {attributes["aria-describedby"] for _, attributes in reader.tags if "aria-describedby" in attributes}
    anchors = {str(link["href"])[1:] for link in reader.attributes("a") if str(link["href"]).startswith("#")}
    assert described | anchors <= set(ids)
    assert ("html", {"lang": "en"}) in reader.tags
