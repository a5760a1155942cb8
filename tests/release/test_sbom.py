"""The bill of materials has what the lock has, and nothing else."""

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from scripts import changelog, sbom

ROOT = Path(__file__).parents[2]
RELEASE = ROOT / ".venv-release"
MADE = ("build", "dist", "site", ".venv*", ".git", ".hypothesis", ".*_cache", "__pycache__")

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


@pytest.mark.parametrize(("found", "status"), [("", 0), ("components[0]: no", 1)])
def test_what_is_not_valid_is_not_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], found: str, status: int
) -> None:
    monkeypatch.setattr(sbom, "problems", lambda _: found)
    made, lock, out = tmp_path / "made.json", tmp_path / "lock.txt", tmp_path / "out.json"
    made.write_text(json.dumps(bill(component("attrs", "26.1.0"))), encoding="utf-8")
    lock.write_text(LOCK, encoding="utf-8")
    assert sbom.main([str(made), str(lock), str(out)]) == status
    assert out.exists() == (status == 0)
    assert found in capsys.readouterr().err


@pytest.mark.slow
@pytest.mark.timeout(300)
@pytest.mark.skipif(not RELEASE.exists(), reason="needs `make release-env`")
def test_a_release_is_built_and_described_from_clean_sources(tmp_path: Path) -> None:
    sources = tmp_path / "sources"
    shutil.copytree(ROOT, sources, ignore=shutil.ignore_patterns(*MADE))
    make = ["make", "sbom", f"RELEASE={RELEASE}"]
    done = subprocess.run(make, cwd=sources, capture_output=True, text=True, timeout=280, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    version = changelog.version()
    assert sorted(file.name for file in (sources / "dist").iterdir()) == [
        "ropo-async.cdx.json",
        f"ropo_async-{version}-py3-none-any.whl",
        f"ropo_async-{version}.tar.gz",
    ]

    text = (sources / "dist" / "ropo-async.cdx.json").read_text(encoding="utf-8")
    bom = json.loads(text)
    main, components = bom["metadata"]["component"], {part["name"]: part for part in bom["components"]}
    assert (main["name"], main["version"], main["type"]) == ("ropo-async", version, "library")
    assert {"anyio", "attrs", "h11", "httpx", "msgspec", "stamina", "tzdata"} <= set(components)
    assert not {"pip", "setuptools", "pytest", "hypothesis"} & set(components)
    for part in components.values():
        assert part["licenses"]
        assert [reference for reference in part["externalReferences"] if reference.get("hashes")]
    (needs,) = [each["dependsOn"] for each in bom["dependencies"] if each["ref"] == main["bom-ref"]]
    assert len(needs) >= 7

    judge = "import sys; from scripts import sbom; print(bool(sbom.problems(sys.stdin.read())))"
    for bill_of, wrong in ((text, "False"), (text.replace('"type": "library"', '"type": "book"'), "True")):
        said = subprocess.run(
            [RELEASE / "bin" / "python", "-c", judge],
            cwd=ROOT,
            input=bill_of,
            capture_output=True,
            text=True,
            check=True,
        )
        assert said.stdout.strip() == wrong
