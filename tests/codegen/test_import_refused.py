"""What cannot be used is said on stderr, and nothing is written."""

from __future__ import annotations

import copy
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Document = dict[str, Any]
Edit = Callable[[Document], object]
Run = Callable[..., tuple[int, list[str], str]]
Vendor = Callable[..., Document]
Page = Callable[..., Path]

POLL = ("/jobs/statusupdates", "get")
RECORD = "JobsStatusUpdatesStatusRecord"


@pytest.fixture(params=["page", "swagger"])
def publish(request: pytest.FixtureRequest) -> Page:
    form: Page = request.getfixturevalue(request.param)
    return form


def other_title(document: Document) -> None:
    document["info"]["title"] = "Another API"


def other_paths(document: Document) -> None:
    document["paths"] = {"/pets": document["paths"]["/jobs/statusupdates"]}


def no_paths(document: Document) -> None:
    del document["paths"]


def no_info(document: Document) -> None:
    del document["info"]


def dangling(document: Document) -> None:
    del document["components"]["schemas"]["JobsStatusUpdatesResult"]


def misshapen(document: Document) -> None:
    document["paths"]["/jobs/statusupdates"]["get"]["responses"] = ["200"]


@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        (other_title, "describes another API: 'Another API', not 'Ropo One'"),
        (no_info, "describes another API: None, not 'Ropo One'"),
        (other_paths, "describes another API: no path in common"),
        (no_paths, "holds no paths"),
        (dangling, "leads nowhere"),
        (misshapen, "not laid out as OpenAPI 3"),
    ],
)
def test_what_cannot_be_used_is_said_and_nothing_is_written(
    run: Run, vendor: Vendor, publish: Page, spoil: Edit, message: str
) -> None:
    document = vendor(POLL)
    spoil(document)
    status, lines, complaint = run(publish(document), "--apply")
    assert (status, lines) == (64, [])
    assert complaint.startswith("spec-import: ")
    assert message in complaint


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("# A page\n\nWords.\n", "neither JSON nor a page with an OpenAPI fragment"),
        ('```json\n{"openapi": "3.1.0",\n```\n', "fragment: not JSON"),
        ('```json\n{"example": 1}\n```\n', "neither JSON nor a page"),
        ('{% hint %}\n```json\n{"openapi": "3.1.0"}\n```\n', "holds no paths"),
        ('{"openapi": "3.1.0"', "not JSON"),
        ("", "neither JSON nor a page"),
    ],
)
def test_a_file_of_another_kind_is_said(run: Run, tmp_path: Path, text: str, message: str) -> None:
    (tmp_path / "file").write_text(text, encoding="utf-8")
    status, _, complaint = run(tmp_path / "file", "--apply")
    assert (status, message in complaint) == (64, True)


def test_a_file_that_is_not_there_is_said(run: Run, tmp_path: Path) -> None:
    assert run(tmp_path / "nothing.md")[::2] == (
        64,
        f"spec-import: {tmp_path / 'nothing.md'}: No such file or directory\n",
    )
    assert run("")[0] == 64
    assert run(tmp_path, "--api", "none")[0] == 64


def test_fragments_that_contradict_each_other_are_refused(run: Run, page: Page, vendor: Vendor) -> None:
    other = copy.deepcopy(vendor(POLL))
    other["components"]["schemas"][RECORD]["properties"]["jobid"]["type"] = "string"
    status, _, complaint = run(page(vendor(POLL), other), "--apply")
    assert status == 64
    assert (
        "contradict each other at components.schemas.JobsStatusUpdatesStatusRecord.properties.jobid.type" in complaint
    )


def test_a_result_that_would_not_be_valid_is_not_written(run: Run, page: Page, vendor: Vendor) -> None:
    document = vendor(POLL)
    document["components"]["schemas"][RECORD]["properties"]["jobid"]["type"] = "word"
    status, _, complaint = run(page(document), "--apply")
    assert status == 64
    assert "failed" in complaint


def test_what_no_operation_refers_to_must_be_well_shaped_too(run: Run, page: Page, vendor: Vendor) -> None:
    document = vendor(POLL)
    document["paths"]["/jobs/statusupdates"]["get"]["operationId"] = "Renamed"
    document["components"]["responses"] = []
    status, _, complaint = run(page(document), "--apply")
    assert (status, "not laid out as OpenAPI 3" in complaint) == (64, True)
