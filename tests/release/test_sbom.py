"""The bill of materials has what the lock has, and nothing else."""

from typing import Any

import pytest

from scripts import sbom

A, B, C = "a" * 64, "b" * 64, "c" * 64
LOCK = f"""# made
attrs==26.1.0 \\
    --hash=sha256:{A} \\
    --hash=sha256:{B}
    # via x
typing-extensions==4.16.0 ; python_full_version < '3.15' \\
    --hash=sha256:{C}
"""


def component(name: str, version: str) -> dict[str, Any]:
    return {"name": name, "version": version, "purl": f"pkg:pypi/{name}@{version}", "licenses": ["MIT"]}


def bill(*components: dict[str, Any]) -> dict[str, Any]:
    return {"metadata": {"component": {"name": "ropo-async", "type": "library"}}, "components": [*components]}


def test_each_component_has_the_hashes_of_its_files() -> None:
    made = bill(component("attrs", "26.1.0"), component("typing_extensions", "4.16.0"))
    found = sbom.with_hashes(made, LOCK, "1.2.3")
    digests = [[each["content"] for each in part["externalReferences"][0]["hashes"]] for part in found["components"]]
    assert digests == [[A, B], [C]]
    assert [part["licenses"] for part in found["components"]] == [["MIT"], ["MIT"]]
    assert found["metadata"]["component"] == {"name": "ropo-async", "type": "library", "version": "1.2.3"}
    assert "externalReferences" not in made["components"][0], "what was given stays as it was"


def test_what_a_component_says_about_itself_stays() -> None:
    told = component("attrs", "26.1.0") | {"externalReferences": [{"type": "website", "url": "x"}]}
    (part,) = sbom.with_hashes(bill(told), LOCK, "1.2.3")["components"]
    assert [reference["type"] for reference in part["externalReferences"]] == ["website", "distribution"]


@pytest.mark.parametrize(("name", "version"), [("pip", "23.2.1"), ("attrs", "25.0.0")])
def test_what_is_not_in_the_lock_is_refused(name: str, version: str) -> None:
    with pytest.raises(ValueError, match=f"not in the lock: {name}"):
        sbom.with_hashes(bill(component(name, version)), LOCK, "1.2.3")
