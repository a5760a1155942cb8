"""The committed specification holds what the vendor documents, all of it, and our corrections."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

import pytest
from oas_patch.overlay import apply_overlay  # type: ignore[import-untyped]
from openapi_spec_validator import validate

from scripts import overlay, specs

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    Document = dict[str, Any]

FIELDS = {
    "JobDataSet": (100, 4, 94),
    "JobJobInfo": (27, 0, 1),
    "JobAddPaymentResponse": (17, 0, 0),
    "JobsStatusUpdatesStatusRecord": (15, 0, 0),
    "JobAddPayment": (9, 2, 0),
    "JobAddCreditNote": (8, 2, 0),
    "JobDeliveryStatusRequest": (3, 0, 0),
    "AuthLogin": (2, 2, 0),
    "AuthToken": (1, 0, 0),
    "AuthError": (2, 0, 0),
}
"""Fields, those that are required, those that may be null."""
COUNTED = "counted on the vendor's pages by hand: when they have changed, change the table in this test"
PARAMETERS = {
    "GET /jobs": ["query jobid"],
    "POST /jobs": ["header DataIdentifier", "header DataTypeIdentifier", "header Content-Type"],
    "PATCH /jobs": ["query jobid", "query billnum"],
    "GET /jobs/statusupdates": ["query date", "query billnum"],
    "GET /jobs/pdf": [
        "query jobid",
        "query billnum",
        "query contractnum",
        "query documentdate",
        "query origdata",
        "query documenttype",
        "query joistocolumn",
    ],
    "PATCH /jobs/opensalesinvoices": ["query custnum", "query ordernumber"],
    "PATCH /jobs/deliverystatus": [],
    "POST /jobs/preview": ["header DataIdentifier", "header DataTypeIdentifier"],
    "POST /jobs/localprint": ["header DataIdentifier", "header DataTypeIdentifier"],
    "POST /jobs/payment": [],
    "POST /jobs/creditnote": [],
    "GET /jobs/transferconfirmation": ["query batchid"],
    "POST /jobs/dispute": ["query jobid", "query invoice_number"],
    "POST /jobs/dispute/resolve": ["query jobid", "query invoice_number"],
    "POST /token": [],
}


def _nullable(field: Document) -> bool:
    return "null" in field.get("type", ()) or {"type": "null"} in field.get("oneOf", ())


@pytest.mark.parametrize("name", FIELDS)
def test_each_schema_has_the_documented_fields(source: Document, name: str) -> None:
    schema = source["components"]["schemas"][name]
    fields = schema["properties"].values()
    found = (len(fields), len(schema.get("required", ())), sum(map(_nullable, fields)))
    assert found == FIELDS[name], f"{name}: {COUNTED}"


def test_each_operation_has_the_documented_parameters(source: Document) -> None:
    found = {
        f"{method.upper()} {path}": [f"{p['in']} {p['name']}" for p in operation.get("parameters", ())]
        for (path, method), operation in specs.operations(source).items()
    }
    assert found == PARAMETERS, COUNTED


def test_the_source_keeps_the_mistakes_and_the_result_mends_them(source: Document, openapi: Document) -> None:
    paid, mended = (doc["components"]["schemas"]["JobAddPaymentResponse"]["properties"] for doc in (source, openapi))
    assert (paid["statustext"]["type"], paid["statusid"]["type"]) == ("number", "number")
    assert (mended["statustext"]["type"], mended["statusid"]["type"]) == ("string", "integer")

    told, record = (doc["components"]["schemas"]["JobsStatusUpdatesStatusRecord"] for doc in (source, openapi))
    assert "enum" in told["properties"]["statustype"]
    assert told["properties"]["statuscode"]["type"] == "integer"
    assert "enum" not in record["properties"]["statustype"]
    assert record["properties"]["statuscode"]["type"] == ["integer", "string", "null"]
    assert record["properties"]["paydate"]["type"] == ["string", "null"]


def test_an_enum_that_is_opened_lists_what_is_documented(source: Document, openapi: Document) -> None:
    for name, schema in source["components"]["schemas"].items():
        for field, told in schema.get("properties", {}).items():
            known = openapi["components"]["schemas"][name]["properties"].get(field, {}).get("x-known-values")
            if known and "enum" in told:
                place = f"openapi/ropo-one/overlay.json: x-known-values of {name}.{field}"
                assert known == told["enum"], f"{place}: the source has other values"


def test_only_the_call_that_hands_out_tokens_goes_without_one(source: Document, openapi: Document) -> None:
    assert source["security"] == [{"bearerAuth": []}]
    assert source["paths"]["/token"]["post"]["security"] == []
    wanting = {place for place, operation in specs.operations(openapi).items() if operation["security"] == []}
    assert wanting == {("/token", "post")}


def test_everything_is_described_in_words_of_ours(source: Document) -> None:
    wanting = list(_undescribed(source, "$"))
    assert not wanting, "openapi/ropo-one/source.json: write a description, and remove x-undescribed:\n" + "\n".join(
        wanting
    )


def _undescribed(node: Any, place: str) -> Iterator[str]:
    for key, item in node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ():
        if key == "x-undescribed":
            yield f"{place}.{node['name']}" if "name" in node else place
        else:
            yield from _undescribed(item, f"{place}.{key}")


def test_every_parameter_tells_its_meaning_in_its_schema(openapi: Document) -> None:
    for operation in specs.operations(openapi).values():
        for parameter in operation.get("parameters", ()):
            assert parameter["schema"].get("description") == parameter.get("description")


def test_what_is_marked_as_inferred_is_there(source: Document) -> None:
    marked = list(_inferred(source))
    assert len(marked) > 40
    for node in marked:
        assert set(node["x-inferred"]) <= node.keys()


def _inferred(node: Any) -> Iterator[Document]:
    if isinstance(node, dict):
        if isinstance(node.get("x-inferred"), list):
            yield node
        for item in node.values():
            yield from _inferred(item)
    elif isinstance(node, list):
        for item in node:
            yield from _inferred(item)


def test_only_the_documented_operation_id_is_not_inferred(source: Document) -> None:
    sure = [
        operation["operationId"]
        for operation in specs.operations(source).values()
        if "operationId" not in operation.get("x-inferred", ())
    ]
    assert sure == ["JobsGetStatusUpdatesAction"]


def test_what_the_pages_name_without_describing_stays_open(source: Document) -> None:
    for name in ("Job", "JobDisputeRequest", "JobResolveDisputeRequest", "JobPatchOpenSalesInvoicesResponse"):
        schema = source["components"]["schemas"][name]
        assert schema["x-undocumented"] is True
        assert schema["additionalProperties"] is True


def test_the_committed_result_is_the_source_with_the_overlay(api: Path, source: Document) -> None:
    result = overlay.apply(source, specs.load(api / "overlay.json"))
    assert (api / "openapi.json").read_text(encoding="utf-8") == specs.dump(result)


def test_another_overlay_tool_comes_to_the_same_result(api: Path) -> None:
    theirs = apply_overlay(*(json.loads((api / name).read_bytes()) for name in ("source.json", "overlay.json")))
    assert json.dumps(theirs) == json.dumps(json.loads((api / "openapi.json").read_bytes()))


@pytest.mark.parametrize("name", ["source.json", "openapi.json"])
def test_the_specification_is_valid(api: Path, name: str) -> None:
    validate(json.loads((api / name).read_bytes()))


@pytest.mark.parametrize("name", ["source.json", "overlay.json", "openapi.json"])
def test_reading_and_writing_changes_no_byte(api: Path, name: str) -> None:
    text = (api / name).read_text(encoding="utf-8")
    assert specs.dump(specs.parse(text, name)) == text


def test_money_keeps_its_text(api: Path) -> None:
    assert re.search(r'"example": 710\.00\b', (api / "openapi.json").read_text(encoding="utf-8"))


def test_every_correction_has_a_reason_and_a_page_that_shows_it(api: Path) -> None:
    for action in specs.load(api / "overlay.json")["actions"]:
        assert len(action["description"]) > 20
        assert action["x-link"].startswith("https://dev.ropo.com/")
