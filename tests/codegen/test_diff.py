"""Two specifications are compared fact by fact, and each difference is weighed for those who use the client."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest

from scripts import compare, spec_diff, tools
from scripts.shape import shape

if TYPE_CHECKING:
    from pathlib import Path

Document = dict[str, Any]
Edit = Callable[[Document], object]
Compared = Callable[[Edit], list[compare.Change]]
Diff = Callable[[Edit], tuple[int, list[str]]]

STATUS = ("components", "schemas", "JobsStatusUpdatesStatusRecord")
PAYMENT = ("components", "schemas", "JobAddPayment")
POLL = ("paths", "/jobs/statusupdates", "get")


def at(document: Document, *keys: Any) -> Any:
    for key in keys:
        document = document[key]
    return document


def put(*keys: Any, value: Any) -> Edit:
    def change(document: Document) -> None:
        at(document, *keys[:-1])[keys[-1]] = value

    return change


def drop(*keys: Any) -> Edit:
    def change(document: Document) -> None:
        del at(document, *keys[:-1])[keys[-1]]

    return change


def both(*edits: Edit) -> Edit:
    def change(document: Document) -> None:
        for edit in edits:
            edit(document)

    return change


@pytest.fixture
def compared(openapi: Document) -> Compared:
    def compared(change: Edit) -> list[compare.Change]:
        old = shape(json.loads(json.dumps(openapi)), "old")
        change(openapi)
        return compare.changes(old, shape(openapi, "new"))

    return compared


BREAKING: list[tuple[Edit, str, str]] = [
    (drop("paths", "/jobs/dispute"), "POST /jobs/dispute", "operation removed"),
    (put(*POLL, "security", value=[{"other": []}]), "GET /jobs/statusupdates", "security bearerAuth -> other"),
    (drop(*POLL, "responses", "204"), "GET /jobs/statusupdates", "204: removed"),
    (drop(*STATUS, "properties", "paydate"), "GET /jobs/statusupdates", "200.result.status[].paydate: removed"),
    (
        put(*STATUS, "properties", "jobid", "type", value="string"),
        "GET /jobs/statusupdates",
        "200.result.status[].jobid: type integer -> string",
    ),
    (
        put(*STATUS, "properties", "jobid", "type", value="number"),
        "GET /jobs/statusupdates",
        "200.result.status[].jobid: type integer -> number",
    ),
    (
        put(*STATUS, "properties", "statustime", "format", value="date-time"),
        "GET /jobs/statusupdates",
        "200.result.status[].statustime: format (none) -> date-time",
    ),
    (
        both(
            put(*PAYMENT, "properties", "channel", value={"type": "string"}),
            lambda document: at(document, *PAYMENT, "required").append("channel"),
        ),
        "POST /jobs/payment",
        "request.channel: added (string, required)",
    ),
    (
        lambda document: at(document, *PAYMENT, "required").append("identifier"),
        "POST /jobs/payment",
        "request.identifier: required False -> True",
    ),
    (drop(*PAYMENT, "properties", "identifier"), "POST /jobs/payment", "request.identifier: removed"),
    (
        put(*PAYMENT, "properties", "amount", "type", value="integer"),
        "POST /jobs/payment",
        "request.amount: type number -> integer",
    ),
    (
        put(*PAYMENT, "properties", "type", "enum", value=["directpayment"]),
        "POST /jobs/payment",
        "request.type: enum (none) -> directpayment",
    ),
    (
        lambda document: at(document, *POLL, "parameters")[0].update(required=True),
        "GET /jobs/statusupdates",
        "query date: required False -> True",
    ),
    (
        lambda document: at(document, *POLL, "parameters").append(
            {"name": "zone", "in": "query", "required": True, "schema": {"type": "string"}},
        ),
        "GET /jobs/statusupdates",
        "query zone: added (string, required)",
    ),
    (
        put("paths", "/jobs/pdf", "get", "responses", "200", "content", value={"image/png": {"schema": {}}}),
        "GET /jobs/pdf",
        "200: media type application/pdf -> image/png",
    ),
]
HARMLESS: list[tuple[Edit, str, str]] = [
    (
        put("paths", "/jobs/new", value={"get": {"responses": {"200": {"description": ""}}}}),
        "GET /jobs/new",
        "operation added",
    ),
    (
        put(*POLL, "operationId", value="Another"),
        "GET /jobs/statusupdates",
        "operationId JobsGetStatusUpdatesAction -> Another",
    ),
    (
        put(*POLL, "responses", "429", value={"description": ""}),
        "GET /jobs/statusupdates",
        "429: added",
    ),
    (
        put(*STATUS, "properties", "channel", value={"type": ["string", "null"]}),
        "GET /jobs/statusupdates",
        "200.result.status[].channel: added (string, nullable)",
    ),
    (
        put(*STATUS, "properties", "billnum", "type", value=["string", "null"]),
        "GET /jobs/statusupdates",
        "200.result.status[].billnum: nullable False -> True",
    ),
    (
        put(*STATUS, "properties", "statustype", "enum", value=["payment", "comment", "refund"]),
        "GET /jobs/statusupdates",
        "200.result.status[].statustype: enum (none) -> payment/comment/refund",
    ),
    (
        put(*STATUS, "properties", "statustype", "x-known-values", value=["payment"]),
        "GET /jobs/statusupdates",
        "200.result.status[].statustype: known values payment/comment -> payment",
    ),
    (
        put(*STATUS, "properties", "openamount", "type", value="integer"),
        "GET /jobs/statusupdates",
        "200.result.status[].openamount: type number -> integer",
    ),
    (
        put(*PAYMENT, "properties", "channel", value={"type": "string"}),
        "POST /jobs/payment",
        "request.channel: added (string)",
    ),
    (
        put(*PAYMENT, "properties", "jobid", "type", value=["integer", "string"]),
        "POST /jobs/payment",
        "request.jobid: type integer -> integer/string",
    ),
    (
        put(*PAYMENT, "required", value=["amount"]),
        "POST /jobs/payment",
        "request.paydate: required True -> False",
    ),
]


@pytest.mark.parametrize(("change", "operation", "line"), BREAKING, ids=[line for *_, line in BREAKING])
def test_what_breaks_users_is_told(compared: Compared, change: Edit, operation: str, line: str) -> None:
    found = compared(change)
    assert f"breaking      {line}" in [str(one) for one in found if one.operation == operation]
    assert compare.verdict(found) == (2, "breaking")


@pytest.mark.parametrize(("change", "operation", "line"), HARMLESS, ids=[line for *_, line in HARMLESS])
def test_what_breaks_nobody_is_told_as_such(compared: Compared, change: Edit, operation: str, line: str) -> None:
    found = compared(change)
    assert [str(one) for one in found if one.operation == operation] == [f"not breaking  {line}"]
    assert compare.verdict(found) == (1, "not breaking")


def test_values_of_a_list_in_a_request_may_grow_but_not_shrink(openapi: Document, compared: Compared) -> None:
    put(*PAYMENT, "properties", "type", "enum", value=["a", "b"])(openapi)
    assert compare.verdict(compared(put(*PAYMENT, "properties", "type", "enum", value=["a", "b", "c"])))[0] == 1
    assert compare.verdict(compared(put(*PAYMENT, "properties", "type", "enum", value=["a", "b"])))[0] == 2
    assert compare.verdict(compared(drop(*PAYMENT, "properties", "type", "enum")))[0] == 1


def test_a_schema_that_moves_whole_is_one_line(compared: Compared) -> None:
    found = compared(drop(*POLL, "responses", "200", "content"))
    assert [str(change) for change in found] == [
        "breaking      200: type object -> (none)",
        "breaking      200: media type application/json -> (none)",
        "breaking      200.result: removed",
    ]


def test_words_are_no_difference(compared: Compared) -> None:
    def reword(document: Document) -> None:
        at(document, *POLL)["summary"] = "Other words."
        at(document, *STATUS, "properties", "jobid")["description"] = "Other words."
        at(document, *STATUS)["title"] = "Another"

    assert compared(reword) == []


@pytest.fixture
def diff(tmp_path: Path, openapi: Document, capsys: pytest.CaptureFixture[str]) -> Diff:
    def run(change: Edit) -> tuple[int, list[str]]:
        old, new = tmp_path / "old.json", tmp_path / "new.json"
        old.write_text(json.dumps(openapi), encoding="utf-8")
        change(openapi)
        new.write_text(json.dumps(openapi), encoding="utf-8")
        return spec_diff.main([str(old), str(new)]), capsys.readouterr().out.splitlines()

    return run


def test_the_exit_status_and_the_last_line_say_the_class(diff: Diff) -> None:
    assert diff(lambda _: None) == (0, ["spec-diff: no difference"])
    assert diff(HARMLESS[1][0])[0] == 1
    status, lines = diff(drop("paths", "/jobs/dispute"))
    assert (status, lines) == (
        2,
        ["POST /jobs/dispute", "  breaking      operation removed", "spec-diff: breaking"],
    )


BAD = {
    "not JSON": b"{",
    "a JSON object was expected, not list": b"[]",
    "not an OpenAPI 3 document": b'{"swagger": "2.0", "paths": {}}',
    "not UTF-8": b"\xff\xfe{",
    "NaN is no JSON": b'{"a": NaN}',
    "RecursionError|recursion|not JSON": b"[" * 200_000,
    "not laid out as OpenAPI 3": b'{"openapi": "3.1.0", "paths": []}',
}


@pytest.mark.parametrize("message", BAD)
def test_a_file_that_cannot_be_used_is_said_on_stderr(
    tmp_path: Path, api: Path, capsys: pytest.CaptureFixture[str], message: str
) -> None:
    bad = tmp_path / "bad.json"
    bad.write_bytes(BAD[message])
    assert spec_diff.main([str(api / "openapi.json"), str(bad)]) == 64
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.startswith(f"spec-diff: {bad}: ")
    assert any(part in said.err for part in message.split("|"))


@pytest.mark.parametrize("argv", [[], ["one"], ["", "two"], ["/nothing/here.json", "/nothing/there.json"]])
def test_a_file_that_is_not_there_or_not_named_is_said_on_stderr(
    capsys: pytest.CaptureFixture[str], argv: list[str]
) -> None:
    assert spec_diff.main(argv) == 64
    assert capsys.readouterr().err.startswith(("usage: make spec-diff", "spec-diff: /nothing/here.json: No such file"))


def test_it_runs_as_a_program(api: Path) -> None:
    command = [sys.executable, "-B", "-m", "scripts.spec_diff", str(api / "source.json"), str(api / "openapi.json")]
    done = subprocess.run(command, cwd=tools.ROOT, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout.splitlines()[-1]) == (2, "spec-diff: breaking")
