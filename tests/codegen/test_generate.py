"""`generated/` is what the specifications give, byte for byte, and nothing is left out or left behind."""

from __future__ import annotations

import ast
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from scripts import generate, specs, tools
from scripts.specs import SpecError

if TYPE_CHECKING:
    from collections.abc import Callable

    Document = dict[str, Any]
    Actions = list[Document]

PACKAGE = Path("generated/ropo_async_generated")
OPENAPI = "openapi/ropo-one/openapi.json"


def files(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def program(folder: Path, name: str, script: str) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_text(f"#!/bin/sh\n{script}\n", encoding="utf-8")
    (folder / name).chmod(0o755)


def edit_overlay(root: Path, change: Callable[[Actions], None]) -> None:
    path = root / "openapi/ropo-one/overlay.json"
    overlay = specs.load(path)
    change(overlay["actions"])
    path.write_text(specs.dump(overlay), encoding="utf-8")


def test_the_committed_tree_is_up_to_date(built: Path) -> None:
    assert generate.differences(tools.ROOT, built) == {}


@pytest.mark.slow
@pytest.mark.parametrize("seed", ["0", "4711"])
def test_the_bytes_are_always_the_same(built: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, seed: str) -> None:
    monkeypatch.setenv("PYTHONHASHSEED", seed)
    program(tmp_path / "bin", "ruff", "exit 1")
    monkeypatch.setenv("PATH", f"{tmp_path / 'bin'}{os.pathsep}{os.environ['PATH']}")
    generate.build(tools.ROOT, tmp_path / "again")
    assert files(tmp_path / "again") == files(built)


@pytest.mark.slow
def test_the_bytes_are_the_same_without_a_ruff_on_the_path(
    built: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    generate.build(tools.ROOT, tmp_path / "again")
    assert files(tmp_path / "again") == files(built)


def pythons() -> dict[str, str | Path]:
    """This Python, and one of every other supported version that this machine has."""
    on_path = (shutil.which(f"python3.{minor}") for minor in range(11, 16))
    elsewhere = Path.home().glob(".pyenv/versions/3.1[1-5].*/bin/python3")
    candidates: list[str | Path] = [*filter(None, on_path), *elsewhere, sys.executable]
    ask = "import sys; print(sys.version_info[:2])"
    answers = ((subprocess.run([it, "-c", ask], capture_output=True, text=True, check=False), it) for it in candidates)
    return {done.stdout: python for done, python in answers if done.returncode == 0}


@pytest.mark.slow
def test_every_python_finds_the_tree_up_to_date() -> None:
    for python in pythons().values():
        command = [python, "-B", "-m", "scripts.generate", "--check"]
        done = subprocess.run(command, cwd=tools.ROOT, capture_output=True, text=True, check=False)
        assert (python, done.returncode, done.stdout, done.stderr) == (python, 0, "", "")


def test_every_operation_has_a_module_a_builder_and_a_row(built: Path, openapi: Document) -> None:
    for (path, method), operation in specs.operations(openapi).items():
        folder = built / PACKAGE / "ropo_one_api/api" / operation["tags"][0]
        names = {module.stem for module in folder.glob("*.py")}
        tree = ast.parse((folder / "__init__.py").read_text(encoding="utf-8"))
        rows = next(
            ast.literal_eval(node.value) for node in tree.body if isinstance(node, ast.AnnAssign) and node.value
        )
        builders = {ast.unparse(node.targets[0]) for node in tree.body if isinstance(node, ast.Assign)}
        assert builders == {f"{name}_request" for name in names - {"__init__"}}
        assert len(rows) == len(builders)
        statuses = tuple(sorted(int(status) for status in operation["responses"]))
        assert rows[operation["operationId"]] == (method.upper(), path, statuses)


def test_documents_are_bytes_and_only_the_token_goes_without_a_token(built: Path) -> None:
    api = built / PACKAGE / "ropo_one_api/api"
    for name in ("pdf", "preview", "local_print"):
        module = next((api / "jobs").glob(f"*{name}_action.py")).read_text(encoding="utf-8")
        assert "File(payload=BytesIO(response.content))" in module
    for path in api.glob("jobs/*_action.py"):
        assert "    client: AuthenticatedClient,\n" in path.read_text(encoding="utf-8")
    token = (api / "auth/auth_token_action.py").read_text(encoding="utf-8")
    assert "    client: AuthenticatedClient | Client,\n" in token


def test_the_package_is_typed_and_every_file_says_where_it_comes_from(built: Path) -> None:
    assert (built / PACKAGE / "py.typed").read_bytes() == b""
    modules = list((built / PACKAGE).rglob("*.py"))
    assert len(modules) > 50
    for module in modules:
        first = module.read_text(encoding="utf-8").splitlines()[0]
        assert first.startswith("# Generated from openapi/")
        assert first.endswith("Do not edit: correct the overlay beside it, then run `make generate`.")


def test_the_generated_code_passes_strict_type_checking() -> None:
    command = [sys.executable, "-m", "mypy", str(PACKAGE)]
    done = subprocess.run(command, cwd=tools.ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


def test_the_builders_work() -> None:
    from ropo_async_generated.ropo_one_api.api import jobs

    assert jobs.jobs_get_status_updates_action_request(date="2026-01-31") == {
        "method": "get",
        "url": "/jobs/statusupdates",
        "params": {"date": "2026-01-31"},
    }
    assert jobs.OPERATIONS["JobsGetStatusUpdatesAction"] == ("GET", "/jobs/statusupdates", (200, 204, 400, 401))


def test_the_rows_of_a_job_come_on_top_of_its_fields() -> None:
    import attrs

    from ropo_async_generated.ropo_one_api import models

    plain = {field.name for field in attrs.fields(models.JobDataSet)}
    whole = {field.name for field in attrs.fields(models.JobSubmission)}
    rows = {"payrow", "accountrow", "cashdiscountrow", "payplan", "attachment", "propertyrow", "fixedfee"}
    assert len(plain - {"additional_properties"}) == 100
    assert whole - plain == rows


@pytest.mark.parametrize(
    ("word", "path", "spoil"),
    [
        ("different", f"{PACKAGE}/ropo_one_api/types.py", lambda path: path.write_text("edited", encoding="utf-8")),
        ("different", OPENAPI, lambda path: path.write_bytes(path.read_bytes() + b"\n")),
        ("missing", f"{PACKAGE}/py.typed", Path.unlink),
        ("missing", OPENAPI, Path.unlink),
        ("stale", f"{PACKAGE}/ropo_one_api/models/old.py", Path.touch),
        ("stale", "generated/elsewhere.txt", Path.touch),
    ],
)
def test_drift_is_found_and_mended(
    root: Path, built: Path, word: str, path: str, spoil: Callable[[Path], object]
) -> None:
    spoil(root / path)
    found = generate.differences(root, built)
    assert found == {path: word}
    generate._bring(root, built, found)
    assert files(root / "generated") == files(built / "generated")
    assert generate.differences(root, built) == {}


def test_a_package_that_went_leaves_no_folder(root: Path, built: Path) -> None:
    (root / PACKAGE / "gone_api/models").mkdir(parents=True)
    (root / PACKAGE / "gone_api/models/old.py").touch()
    generate._bring(root, built, generate.differences(root, built))
    assert not (root / PACKAGE / "gone_api").exists()


def test_caches_are_not_compared(root: Path, built: Path) -> None:
    for name in ("__pycache__", ".ruff_cache", ".mypy_cache"):
        (root / PACKAGE / name).mkdir()
        (root / PACKAGE / name / "x.pyc").touch()
    assert generate.differences(root, built) == {}


@pytest.mark.slow
def test_a_changed_specification_is_told_and_generated(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    edit_overlay(root, lambda actions: actions.append({"target": "$.info", "update": {"version": "1.0.1"}}))
    before = files(root)
    assert generate.main(["--check", "--root", str(root)]) == 1
    assert "make generate" in (said := capsys.readouterr().out)
    assert f"different: {OPENAPI}" in said
    assert files(root) == before

    assert generate.main(["--root", str(root)]) == 0
    assert generate.main(["--check", "--root", str(root)]) == 0
    assert '"version": "1.0.1"' in (root / OPENAPI).read_text(encoding="utf-8")
    assert files(root).keys() == before.keys()


def test_an_overlay_that_no_longer_fits_stops_it_and_changes_nothing(
    root: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    edit_overlay(root, lambda actions: actions.append({"target": "$.paths['/gone']", "remove": True}))
    before = files(root)
    assert generate.main(["--root", str(root)]) == 1
    assert "matches nothing: $.paths['/gone']" in capsys.readouterr().err
    assert files(root) == before


def keep_no_security(actions: Actions) -> None:
    actions[:] = [action for action in actions if "security" not in json.dumps(action)]


def guess_an_answer(actions: Actions) -> None:
    answer = {"2XX": {"description": "Done."}}
    actions.append({"target": "$.paths['/jobs'].get.responses", "update": answer})


def break_the_document(actions: Actions) -> None:
    actions.append({"target": "$.info", "update": {"title": 5}})


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (keep_no_security, "GET /jobs does not state security"),
        (guess_an_answer, "GET /jobs has answers without a status of their own: 200, 401, 400, 404, 2XX"),
        (break_the_document, "python failed"),
    ],
)
def test_a_specification_that_the_generator_would_misread_is_refused(
    root: Path, tmp_path: Path, change: Callable[[Actions], None], message: str
) -> None:
    edit_overlay(root, change)
    with pytest.raises(SpecError, match=message):
        generate.build(root, tmp_path / "out")


def test_an_answer_that_the_generator_skips_is_an_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    codegen = shutil.copytree(generate.CODEGEN, tmp_path / "codegen")
    (codegen / "config.json").write_text('{"post_hooks": []}', encoding="utf-8")
    monkeypatch.setattr(generate, "CODEGEN", codegen)
    with pytest.raises(SpecError, match="application/pdf"):
        generate.build(tools.ROOT, tmp_path / "out")


def test_an_operation_that_is_left_out_in_silence_is_an_error(tmp_path: Path) -> None:
    programs = tmp_path / "tools/bin"
    forgetful = 'for part in "$@"; do case $part in --output-path=*) mkdir "${part#--output-path=}";; esac; done'
    program(programs, "openapi-python-client", forgetful)
    program(programs, "ruff", "exit 0")
    program(programs, "python", f'exec "{tools.TOOLS}/bin/python" "$@"')
    with pytest.raises(SpecError, match=r"iopole: .* differ in GetToken, .*SearchStatusById"):
        generate.build(tools.ROOT, tmp_path / "out", tmp_path / "tools")


def test_a_folder_without_specifications_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(SpecError, match="no folder with a specification"):
        generate.build(tmp_path, tmp_path / "out")


def test_a_missing_environment_is_an_error(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert generate.main(["--check", "--tools", str(tmp_path)]) == 1
    assert "make codegen-env" in capsys.readouterr().err


def test_other_versions_than_the_pinned_ones_are_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    pins = tmp_path / "codegen.txt"
    lock = (
        *(
            "# the tools",
            "ruff==0.0.1 \\",
            f"    --hash=sha256:{'a' * 64}",
            "    # via x",
            "attrs==26.1.0 \\",
            "    --hash=y",
        ),
        *("ruamel-yaml==0.19.1", "colorama==0.4.6 ; sys_platform == 'win32' \\", f"    --hash=sha256:{'b' * 64}"),
    )
    pins.write_text("\n".join(lock), encoding="utf-8")
    monkeypatch.setattr(tools, "PINS", pins)
    assert generate.main(["--check"]) == 1
    assert "does not hold the pinned ruff: run `make codegen-env`" in capsys.readouterr().err
