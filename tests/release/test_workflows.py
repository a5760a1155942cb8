"""The workflows run only what they name by its digest, may do only what they need, and keep no secret."""

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / ".github" / "workflows"
FILES = sorted(FOLDER.glob("*.yml"))
PINNED = re.compile(r"^[\w.-]+/[\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$")
MAY = {
    "announce": {"contents: write"},
    "attest": {"attestations: write", "id-token: write"},
    "publish": {"id-token: write"},
}
"""The jobs of a release that may do more than read the sources."""


def problems(text: str) -> list[str]:
    """What is careless in a workflow."""
    flow: dict[Any, Any] = yaml.safe_load(text)
    uses = re.findall(r"^\s*(?:- )?uses:\s*(.+)$", text, re.MULTILINE)
    on = flow[True]  # YAML reads `on` as a truth
    found = [f"uses {each}" for each in uses if not PINNED.match(each)]
    found += [f"secret in {line.strip()}" for line in text.splitlines() if re.search(r"\bsecrets\b|password:", line)]
    found += ["pull_request_target"] if {"pull_request_target", "workflow_run"} & set(on) else []
    found += ["permissions"] if flow.get("permissions") != {} else []
    found += ["concurrency"] if "concurrency" not in flow else []
    # What an outsider may choose, such as the name of a branch, is never put into a command; only into its environment.
    found += [f"{{{{ in {run}" for run in re.findall(r"run:[^\n]*\$\{\{[^\n]*", text)]
    for name, job in flow["jobs"].items():
        rights = {f"{right}: {level}" for right, level in job.get("permissions", {"none": "said"}).items()}
        found += [f"{name}: {rights}"] if rights != MAY.get(name, {"contents: read"}) else []
        found += [f"{name}: no timeout"] if "timeout-minutes" not in job else []
        found += [
            f"{name}: keeps the credentials"
            for step in job["steps"]
            if step.get("uses", "").startswith("actions/checkout@")
            and step.get("with", {}).get("persist-credentials") is not False
        ]
    return found


def test_there_are_three() -> None:
    assert [file.name for file in FILES] == ["audit.yml", "ci.yml", "release.yml"]


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_a_workflow_is_careful(file: Path) -> None:
    assert problems(file.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ("checkout@11bd71901bbe5b1630ceea73d27597364c9af683 # v4.2.2", "checkout@v4", "uses actions/checkout@v4"),
        (" # v5.6.0", "", "uses actions/setup-python@"),
        ("permissions: {}\n", "", "permissions"),
        ("permissions: {}", "permissions: write-all", "permissions"),
        ("      contents: read", "      contents: write", "build: {'contents: write'}"),
        ("    permissions:\n      contents: read\n", "", "build: {'none: said'}"),
        ("timeout-minutes: 60", "continue-on-error: false", "build: no timeout"),
        ("persist-credentials: false", "submodules: false", "build: keeps the credentials"),
        ("environment: pypi", "environment: ${{ secrets.WHERE }}", "secret in"),
        ('tags: ["v*"]', 'tags: ["v*"]\n  pull_request_target:', "pull_request_target"),
        ("run: make sbom", "run: echo ${{ github.head_ref }}", "{{ in run: echo"),
    ],
)
def test_a_careless_workflow_shows(old: str, new: str, problem: str) -> None:
    text = (FOLDER / "release.yml").read_text(encoding="utf-8")
    assert old in text
    found = problems(text.replace(old, new, 1))
    assert any(each.startswith(problem) for each in found), found


def test_the_same_bytes_are_built_attested_and_published() -> None:
    flow = yaml.safe_load((FOLDER / "release.yml").read_text(encoding="utf-8"))
    jobs = flow["jobs"]
    order = ["build", "attest", "publish", "announce"]
    assert list(jobs) == order
    assert [jobs[name].get("needs") for name in order] == [None, "build", "attest", "publish"]
    assert jobs["publish"]["environment"] == "pypi"
    assert not [step for name in order[1:] for step in jobs[name]["steps"] if "checkout" in step.get("uses", "")]
    for name in order[1:]:
        (bytes_of,) = [
            step["with"] for step in jobs[name]["steps"] if step.get("with", {}).get("name") == "distributions"
        ]
        assert bytes_of["path"] == "dist"
    tag, *_ = [step["run"] for step in jobs["build"]["steps"] if "run" in step]
    assert tag == 'python -m scripts.changelog "$GITHUB_REF_NAME"', "before anything is built"


def test_every_python_that_is_promised_is_tested() -> None:
    flow = yaml.safe_load((FOLDER / "ci.yml").read_text(encoding="utf-8"))
    promised = re.findall(r"Python :: (3\.\d+)\"", (ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    assert flow["jobs"]["test"]["strategy"]["matrix"]["python"] == promised


def test_what_the_workflows_make_is_there_to_be_made() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    targets = {name for file in FILES for name in re.findall(r"run: make ([a-z-]+)", file.read_text(encoding="utf-8"))}
    assert {"api-diff", "audit", "build", "check", "sbom", "test", "torture"} <= targets
    assert not [target for target in targets if f"\n{target}:" not in makefile]


def test_the_actions_are_kept_fresh() -> None:
    settings = yaml.safe_load((FOLDER.parent / "dependabot.yml").read_text(encoding="utf-8"))
    assert [update["package-ecosystem"] for update in settings["updates"]] == ["github-actions"]
