"""The version is stated once, and the changelog agrees with it."""

import re
from itertools import pairwise
from pathlib import Path

import httpx
import pytest
from packaging.version import Version

from ropo_async import RopoClient, StaticToken, __version__
from scripts import changelog

ROOT = Path(__file__).parents[2]
SAMPLE = """# Changelog

## Unreleased

### Added

- Not yet.

## 0.2.0 - 2026-11-21

### Fixed

- A thing.

## 0.1.0 - 2026-10-01

- The first.
"""


def told(text: str, version: str) -> str | None:
    """What is wrong with a changelog, at a version; None where nothing is."""
    first, *_ = found = changelog.headings(text)
    released = [heading for heading in found if heading != "Unreleased"]
    if "Unreleased" in found[1:] or not all(
        re.fullmatch(r"\d+\.\d+\.\d+ - \d{4}-\d\d-\d\d", each) for each in released
    ):
        return "headings"
    dated = [(Version(each.split(" - ")[0]), each.split(" - ")[1]) for each in released]
    if any(new[0] <= old[0] or new[1] < old[1] for new, old in pairwise(dated)):
        return "order"
    newest = dated[0][0] if dated else Version("0")
    return None if Version(version) == newest or (first == "Unreleased" and Version(version) > newest) else "version"


def test_the_changelog_and_the_version_agree() -> None:
    assert told((ROOT / "CHANGELOG.md").read_text(encoding="utf-8"), __version__) is None


@pytest.mark.parametrize(
    ("text", "version", "wrong"),
    [
        (SAMPLE, "0.2.0", None),
        (SAMPLE, "0.3.0", None),
        (SAMPLE, "0.1.0", "version"),
        (SAMPLE.replace("## Unreleased", "### Unreleased"), "0.3.0", "version"),
        (SAMPLE.replace("0.2.0 -", "0.0.9 -"), "0.2.0", "order"),
        (SAMPLE.replace("2026-11-21", "2026-09-21"), "0.2.0", "order"),
        (SAMPLE.replace(" - 2026-11-21", ""), "0.2.0", "headings"),
        (SAMPLE + "\n## Unreleased\n", "0.2.0", "headings"),
    ],
)
def test_what_disagrees_shows(text: str, version: str, wrong: str | None) -> None:
    assert told(text, version) == wrong


@pytest.fixture
def sources(tmp_path: Path) -> Path:
    (tmp_path / "ropo_async").mkdir()
    (tmp_path / "ropo_async" / "_version.py").write_text('"""One."""\n\n__version__ = "0.2.0"\n', encoding="utf-8")
    (tmp_path / "CHANGELOG.md").write_text(SAMPLE, encoding="utf-8")
    return tmp_path


def test_a_tag_gives_the_text_of_its_release(sources: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert changelog.main(["v0.2.0"], sources) == 0
    assert capsys.readouterr().out == "### Fixed\n\n- A thing.\n"


@pytest.mark.parametrize("tag", ["v0.1.0", "0.2.0", "v0.2", "v0.2.0-rc1", ""])
def test_another_tag_is_refused(sources: Path, capsys: pytest.CaptureFixture[str], tag: str) -> None:
    assert changelog.main([tag], sources) == 1
    assert "is not that of version 0.2.0" in capsys.readouterr().err


@pytest.mark.parametrize("old", ["## 0.2.0 - 2026-11-21", " - 2026-11-21", "### Fixed\n\n- A thing."])
def test_a_version_without_its_section_is_not_released(
    sources: Path, capsys: pytest.CaptureFixture[str], old: str
) -> None:
    (sources / "CHANGELOG.md").write_text(SAMPLE.replace(old, ""), encoding="utf-8")
    assert changelog.main(["v0.2.0"], sources) == 1
    assert "no section '0.2.0 - <date>'" in capsys.readouterr().err


def test_sources_without_a_version_are_not_released(sources: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (sources / "ropo_async" / "_version.py").write_text("", encoding="utf-8")
    assert changelog.main(["v0.2.0"], sources) == 1
    assert "states no version" in capsys.readouterr().err


def test_nothing_else_states_the_version() -> None:
    assert changelog.version() == __version__
    folders = ("ropo_async", "ropo_async_pytest", "examples", "docs", "scripts", ".github")
    files = [ROOT / "README.md", ROOT / "pyproject.toml", ROOT / "mkdocs.yml"]
    files += [
        path for folder in folders for path in (ROOT / folder).rglob("*") if path.suffix in {".py", ".md", ".yml"}
    ]
    stating = [
        path for path in files if re.search(rf"(?<![\d.]){re.escape(__version__)}(?![\d.])", path.read_text("utf-8"))
    ]
    assert stating == [ROOT / "ropo_async" / "_version.py"]


@pytest.mark.anyio
async def test_a_server_is_told_the_version() -> None:
    agents: list[str] = []

    def answer(request: httpx.Request) -> httpx.Response:
        agents.append(request.headers["User-Agent"])
        return httpx.Response(204)

    async with httpx.AsyncClient(transport=httpx.MockTransport(answer)) as http:
        ropo = RopoClient("https://example.invalid/rest", StaticToken("t"), http_client=http)
        assert [update async for update in ropo.status_updates.drain()] == []
    assert agents == [f"ropo-async/{__version__}"]
