"""An overlay is applied as the standard says, and an action that matches nothing stops everything."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from scripts import overlay
from scripts.specs import SpecError

Document = dict[str, Any]

DOCUMENT: Document = {
    "info": {"title": "T", "tags": ["a"]},
    "paths": {
        "/a": {"get": {"parameters": [{"name": "x", "in": "query"}, {"name": "y", "in": "query"}]}},
        "/b": {"get": {"parameters": [{"name": "x", "in": "header"}]}},
    },
}


def applied(**action: Any) -> Document:
    return overlay.apply(DOCUMENT, {"actions": [action]})


def test_objects_merge_lists_grow_and_values_are_replaced() -> None:
    result = applied(target="$.info", update={"title": "U", "tags": ["b"], "new": {"deep": 1}})
    assert result["info"] == {"title": "U", "tags": ["a", "b"], "new": {"deep": 1}}


def test_a_list_takes_one_more_entry() -> None:
    assert applied(target="$.info.tags", update="b")["info"]["tags"] == ["a", "b"]


def test_the_whole_document_can_be_the_target() -> None:
    assert applied(target="$", update={"info": {"title": "U"}})["info"]["title"] == "U"


@pytest.mark.parametrize("target", ["$.paths.*.get.parameters[*]", "$['paths'][*]['get'].parameters.*"])
def test_a_wildcard_takes_all(target: str) -> None:
    result = applied(target=target, remove=True)
    assert [result["paths"][path]["get"]["parameters"] for path in ("/a", "/b")] == [[], []]


def test_a_filter_takes_what_it_names() -> None:
    result = applied(target="$.paths.*.*.parameters[?@.name=='x']", update={"seen": True})
    assert result["paths"]["/a"]["get"]["parameters"] == [
        {"name": "x", "in": "query", "seen": True},
        {"name": "y", "in": "query"},
    ]
    assert result["paths"]["/b"]["get"]["parameters"] == [{"name": "x", "in": "header", "seen": True}]


def test_an_index_takes_one_entry() -> None:
    result = applied(target="$.paths['/a'].get.parameters[1]", remove=True)
    assert [parameter["name"] for parameter in result["paths"]["/a"]["get"]["parameters"]] == ["x"]


def test_an_update_is_copied_to_each_match() -> None:
    result = applied(target="$.paths.*.get", update={"security": [{"bearer": []}]})
    result["paths"]["/a"]["get"]["security"][0]["bearer"].append("changed")
    assert result["paths"]["/b"]["get"]["security"] == [{"bearer": []}]


def test_the_document_itself_stays_as_it_is() -> None:
    before = copy.deepcopy(DOCUMENT)
    applied(target="$.paths.*.get", remove=True)
    assert before == DOCUMENT


@pytest.mark.parametrize(
    "target",
    [
        "$.nothing",
        "$.paths['/c']",
        "$.paths['/a'].get.parameters[2]",
        "$.paths['/a'].get.parameters[?@.name=='z']",
        "$.info.title.deeper",
        "$.info.tags.a",
    ],
)
def test_an_action_that_matches_nothing_fails(target: str) -> None:
    with pytest.raises(SpecError, match=r"action 1 matches nothing: \$"):
        applied(target=target, update={})


@pytest.mark.parametrize("target", ["paths", "$..paths", "$.paths[", "$.paths[?@.a>1]"])
def test_a_target_that_is_not_understood_fails(target: str) -> None:
    with pytest.raises(SpecError, match="overlay target"):
        applied(target=target, remove=True)


def test_an_overlay_without_actions_fails() -> None:
    with pytest.raises(SpecError, match="no actions"):
        overlay.apply(DOCUMENT, {"overlay": "1.0.0"})
