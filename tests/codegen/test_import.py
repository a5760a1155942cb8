"""What the vendor publishes is compared with the source and taken over: the facts, not the words."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from scripts import spec_import, specs, tools

Document = dict[str, Any]
Edit = Callable[[Document], object]
Run = Callable[..., tuple[int, list[str], str]]
Vendor = Callable[..., Document]
Page = Callable[..., Path]

POLL = ("/jobs/statusupdates", "get")
PAY = ("/jobs/payment", "post")
RECORD = ("components", "schemas", "JobsStatusUpdatesStatusRecord")
PAYMENT = ("components", "schemas", "JobAddPayment")


def at(document: Document, keys: Any) -> Any:
    for key in keys:
        document = document[key]
    return document


def test_what_we_know_is_no_difference(run: Run, page: Page, vendor: Vendor, root: Path) -> None:
    before = (root / "openapi/ropo-one/source.json").read_bytes()
    for documents in ([vendor(POLL)], [vendor(POLL), vendor(PAY)], [vendor(POLL), vendor(POLL)]):
        assert run(page(*documents), "--apply") == (0, ["spec-import: 0 differences, 0 breaking"], "")
    assert (root / "openapi/ropo-one/source.json").read_bytes() == before


def test_the_whole_api_as_we_know_it_is_no_difference(run: Run, vendor: Vendor, swagger: Page) -> None:
    assert run(swagger(vendor())) == (0, ["spec-import: 0 differences, 0 breaking"], "")


@pytest.fixture
def moved(vendor: Vendor) -> Document:
    """A page of the vendor's on which something of every kind has changed."""
    document = vendor(POLL, PAY)
    fields = at(document, RECORD)["properties"]
    fields["jobid"]["type"] = "string"
    fields["billnum"]["type"] = ["string", "null"]
    fields["statustype"]["enum"].append("refund")
    fields["channel"] = {"type": "string", "description": "The vendor's words.", "x-vendor": 1}
    fields["description"] = {"type": "integer"}
    del fields["paydate"]
    at(document, PAYMENT)["required"] = ["amount"]
    poll = document["paths"]["/jobs/statusupdates"]["get"]
    poll["parameters"].append({"name": "limit", "in": "query", "description": "W.", "schema": {"type": "integer"}})
    del poll["parameters"][0]
    poll["responses"]["429"] = {"description": "The vendor's words."}
    del poll["responses"]["400"]
    poll["operationId"] = "Renamed"
    return document


LINES = [
    "GET /jobs/statusupdates",
    "  not breaking  operationId JobsGetStatusUpdatesAction -> Renamed",
    "  breaking      query date: removed",
    "  breaking      200.result.status[].jobid: type integer -> string",
    "  not breaking  200.result.status[].billnum: nullable False -> True",
    "  not breaking  200.result.status[].statustype: enum payment/comment -> payment/comment/refund",
    "  breaking      200.result.status[].paydate: removed",
    "  breaking      400: removed",
    "  not breaking  query limit: added (integer)",
    "  not breaking  200.result.status[].channel: added (string)",
    "  not breaking  200.result.status[].description: added (integer)",
    "  not breaking  429: added",
    "POST /jobs/payment",
    "  not breaking  request.paydate: required True -> False",
]


def test_a_page_is_compared_field_by_field(run: Run, page: Page, moved: Document) -> None:
    status, lines, _ = run(page(moved))
    assert status == 0
    assert lines == [*LINES, "spec-import: 12 differences, 4 breaking"]


def test_the_facts_are_taken_over_and_our_words_are_kept(
    run: Run, page: Page, moved: Document, source: Document, kept: Callable[[], Document]
) -> None:
    status, lines, _ = run(page(moved), "--apply")
    assert (status, lines[-1].startswith("spec-import: 12 differences, 4 breaking; ")) == (0, True)
    result = kept()
    fields, before = (at(document, RECORD)["properties"] for document in (result, source))
    assert fields["jobid"] == before["jobid"] | {"type": "string"}
    assert fields["billnum"] == before["billnum"] | {"type": ["string", "null"]}
    assert fields["statustype"]["enum"] == ["payment", "comment", "refund"]
    assert fields["channel"] == {"type": "string", "x-undescribed": True}
    assert fields["description"] == {"type": "integer"}
    assert "paydate" not in fields
    poll = result["paths"]["/jobs/statusupdates"]["get"]
    assert [parameter["name"] for parameter in poll["parameters"]] == ["billnum", "limit"]
    assert poll["parameters"][0] == source["paths"]["/jobs/statusupdates"]["get"]["parameters"][1]
    assert poll["parameters"][1]["x-undescribed"] is True
    assert poll["responses"]["429"] == {"description": "", "x-undescribed": True}
    assert poll["operationId"] == "Renamed"
    assert "The vendor's words." not in specs.dump(result)
    assert "W." not in specs.dump(result)
    untouched = [path for path in source["paths"] if path not in {"/jobs/statusupdates", "/jobs/payment"}]
    assert [result["paths"][path] for path in untouched] == [source["paths"][path] for path in untouched]


def test_after_it_has_been_taken_over_nothing_differs(run: Run, page: Page, moved: Document) -> None:
    run(page(moved), "--apply")
    assert run(page(moved))[1] == ["spec-import: 0 differences, 0 breaking"]


def test_what_was_inferred_is_inferred_no_more_once_it_is_documented(
    run: Run, page: Page, vendor: Vendor, kept: Callable[[], Document]
) -> None:
    document = vendor(("/jobs", "post"))
    document["components"]["schemas"]["Job"] = {"type": "object", "properties": {"datastream": {"type": "object"}}}
    document["paths"]["/jobs"]["post"]["operationId"] = "JobsPostAction"
    run(page(document), "--apply")
    job, operation = kept()["components"]["schemas"]["Job"], kept()["paths"]["/jobs"]["post"]
    assert "x-undocumented" not in job
    assert job["x-inferred"] == ["additionalProperties"]
    assert operation["operationId"] == "JobsPostAction"
    assert "x-inferred" not in operation


def test_what_was_inferred_and_is_not_mentioned_is_no_difference(run: Run, page: Page, vendor: Vendor) -> None:
    document = vendor(("/jobs", "post"), ("/jobs/preview", "post"))
    for path in ("/jobs", "/jobs/preview"):
        del document["paths"][path]["post"]["operationId"]
        del document["paths"][path]["post"]["requestBody"]["required"]
    del document["components"]["schemas"]["Job"]["properties"]
    document["paths"]["/jobs/preview"]["post"]["responses"] = {}
    assert run(page(document))[1] == ["spec-import: 0 differences, 0 breaking"]


def test_the_prefix_of_the_paths_and_schemas_written_out_make_no_difference(
    run: Run, page: Page, vendor: Vendor, source: Document, kept: Callable[[], Document]
) -> None:
    document = vendor(POLL)
    document["paths"] = {f"/rest{path}": item for path, item in document["paths"].items()}
    content = document["paths"]["/rest/jobs/statusupdates"]["get"]["responses"]["400"]["content"]["application/json"]
    content["schema"] = document["components"]["schemas"]["JobsStatusUpdatesCommonErrorResult"]
    assert run(page(document))[1] == ["spec-import: 0 differences, 0 breaking"]

    at(document, RECORD)["properties"]["new"] = {"type": "string"}
    run(page(document), "--apply")
    words = source["components"]["schemas"]["JobsStatusUpdatesCommonErrorResult"]["description"]
    answer = kept()["paths"]["/jobs/statusupdates"]["get"]["responses"]["400"]
    assert answer["content"]["application/json"]["schema"]["description"] == words


def test_a_page_may_show_an_operation_that_is_new(
    run: Run, page: Page, vendor: Vendor, kept: Callable[[], Document]
) -> None:
    document = vendor(POLL)
    item = document["paths"].pop("/jobs/statusupdates")
    item["get"]["operationId"] = "JobsGetHistoryAction"
    document["paths"]["/jobs/history"] = item
    status, lines, _ = run(page(document), "--apply")
    assert (status, lines[:2]) == (0, ["GET /jobs/history", "  not breaking  operation added"])
    added = kept()["paths"]["/jobs/history"]["get"]
    assert added["x-undescribed"] is True
    assert added["responses"]["204"] == {"description": "", "x-undescribed": True}


def test_the_whole_api_tells_what_was_removed_and_a_part_does_not(
    run: Run, vendor: Vendor, swagger: Page, kept: Callable[[], Document]
) -> None:
    whole = vendor()
    del whole["paths"]["/jobs/dispute"]
    assert run(swagger(whole))[1] == [
        "POST /jobs/dispute",
        "  breaking      operation removed",
        "spec-import: 1 differences, 1 breaking",
    ]
    assert run(swagger(whole), "--part")[1] == ["spec-import: 0 differences, 0 breaking"]
    assert run(swagger(vendor(POLL)))[1] == ["spec-import: 0 differences, 0 breaking"]
    assert run(swagger(vendor(POLL)), "--whole")[1][-1] == "spec-import: 14 differences, 14 breaking"

    run(swagger(whole), "--apply")
    assert "/jobs/dispute" not in kept()["paths"]
    assert "/jobs/dispute/resolve" in kept()["paths"]


def test_a_write_that_fails_leaves_the_file_as_it_was(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = root / "openapi/ropo-one/source.json"
    before = path.read_bytes()
    with pytest.raises(UnicodeEncodeError):
        specs.write(path, "\ud800")
    assert path.read_bytes() == before
    assert sorted(item.name for item in path.parent.iterdir()) == ["openapi.json", "overlay.json", "source.json"]


def test_help_is_no_failure(capsys: pytest.CaptureFixture[str]) -> None:
    assert spec_import.main(["--help"]) == 0
    assert "--apply" in capsys.readouterr().out


def test_it_runs_as_a_program(page: Page, vendor: Vendor) -> None:
    command = [sys.executable, "-B", "-m", "scripts.spec_import", str(page(vendor(POLL)))]
    done = subprocess.run(command, cwd=tools.ROOT, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, "spec-import: 0 differences, 0 breaking\n")
