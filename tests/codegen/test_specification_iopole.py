"""Iopole's specification: what the vendor documents with its contradictions, and our corrections of them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from oas_patch.overlay import apply_overlay  # type: ignore[import-untyped]
from openapi_spec_validator import validate

from scripts import overlay, specs
from scripts.tools import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator

    Document = dict[str, Any]

API = ROOT / "openapi" / "iopole"
NAMES = ("source.json", "overlay.json", "openapi.json")


@pytest.fixture
def both() -> tuple[Document, Document]:
    return specs.load(API / "source.json"), specs.load(API / "openapi.json")


def test_the_operations_are_these(both: tuple[Document, Document]) -> None:
    for document in both:
        assert [f"{method.upper()} {path}" for path, method in specs.operations(document)] == [
            "POST /realms/iopole/protocol/openid-connect/token",
            "GET /v1/invoice/{invoiceId}/status-history",
            "GET /v1/invoice/status/notSeen",
            "PUT /v1/invoice/status/{statusId}/markAsSeen",
        ]


def test_the_source_keeps_the_mistakes_and_the_result_mends_them(both: tuple[Document, Document]) -> None:
    told, mended = (document["components"]["schemas"] for document in both)
    assert len(told["StatusCode"]["properties"]["code"]["enum"]) == 16
    assert "enum" not in mended["StatusCode"]["properties"]["code"]
    assert mended["StatusCode"]["properties"]["code"]["x-known-values"][0] == "SUBMITTED"
    assert told["InvoiceStatus"]["additionalProperties"] is False
    assert {schema["additionalProperties"] for schema in mended.values()} == {True}
    assert list(told["UnseenStatuses"]["properties"]) == ["invoiceId", "newstatus"]
    assert list(mended["UnseenStatuses"]["properties"]) == ["invoiceId", "newstatus", "newStatus"]
    assert mended["UnseenStatuses"]["required"] == ["invoiceId"]
    assert mended["DocumentReference"]["properties"]["typeCode"]["type"] == ["string", "integer"]


def test_the_example_on_the_page_is_no_list_and_goes(both: tuple[Document, Document]) -> None:
    media = [
        document["paths"]["/v1/invoice/{invoiceId}/status-history"]["get"]["responses"]["200"]["content"]
        for document in both
    ]
    assert media[0]["application/json"]["schema"]["type"] == "array"
    assert isinstance(media[0]["application/json"]["example"], dict)
    assert "example" not in media[1]["application/json"]


def test_only_the_call_that_hands_out_tokens_goes_without_one(both: tuple[Document, Document]) -> None:
    wanting = [path for (path, _), operation in specs.operations(both[1]).items() if operation["security"] == []]
    assert wanting == ["/realms/iopole/protocol/openid-connect/token"]


def test_what_is_marked_as_inferred_is_there(both: tuple[Document, Document]) -> None:
    marked = list(_inferred(both[0]))
    assert len(marked) == 10
    for node in marked:
        assert set(node["x-inferred"]) <= node.keys()


def _inferred(node: Any) -> Iterator[Document]:
    if isinstance(node, dict):
        if "x-inferred" in node:
            yield node
        for item in node.values():
            yield from _inferred(item)
    elif isinstance(node, list):
        for item in node:
            yield from _inferred(item)


def test_the_committed_result_is_the_source_with_the_overlay(both: tuple[Document, Document]) -> None:
    result = overlay.apply(both[0], specs.load(API / "overlay.json"))
    assert (API / "openapi.json").read_text(encoding="utf-8") == specs.dump(result)


def test_another_overlay_tool_comes_to_the_same_result() -> None:
    theirs = apply_overlay(*(json.loads((API / name).read_bytes()) for name in ("source.json", "overlay.json")))
    assert json.dumps(theirs) == json.dumps(json.loads((API / "openapi.json").read_bytes()))


@pytest.mark.parametrize("name", ["source.json", "openapi.json"])
def test_the_specification_is_valid(name: str) -> None:
    validate(json.loads((API / name).read_bytes()))


@pytest.mark.parametrize("name", NAMES)
def test_reading_and_writing_changes_no_byte(name: str) -> None:
    text = (API / name).read_text(encoding="utf-8")
    assert specs.dump(specs.parse(text, name)) == text


def test_every_correction_has_a_reason_and_a_page_that_shows_it() -> None:
    for action in specs.load(API / "overlay.json")["actions"]:
        assert len(action["description"]) > 20
        assert action["x-link"].startswith("https://docs.ppd.iopole.fr/")
