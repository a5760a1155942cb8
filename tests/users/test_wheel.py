"""What is published: the wheel, built from the sdist and installed into an empty environment, imports and drains."""

import email
import subprocess
import sys
import tarfile
import textwrap
import tomllib
import venv
import zipfile
from pathlib import Path

import pytest

from ropo_async import __version__

pytestmark = [pytest.mark.slow, pytest.mark.timeout(400)]

ROOT = Path(__file__).parents[2]
PACKAGES = {"ropo_async", "ropo_async_generated", "ropo_async_pytest"}
IN_THE_SDIST = {
    *(".ci", ".github", "benchmarks", "docs", "examples", "generated", "openapi", "requirements", "ropo_async"),
    *("ropo_async_pytest", "scripts", "tests", ".gitignore", "CHANGELOG.md", "CONTRIBUTING.md", "LICENSE", "Makefile"),
    *("PKG-INFO", "README.md", "SECURITY.md", "mkdocs.yml", "pyproject.toml"),
}
DRAIN = """
    import anyio, ropo_async_generated
    from ropo_async import Credentials, RopoClient
    from ropo_async.simulator import Simulator, serve

    async def main():
        simulator = Simulator()
        simulator.add_updates(count=2500)
        async with serve(simulator) as running:
            async with RopoClient(running.url, Credentials(simulator.cid, simulator.apicode)) as ropo:
                print(len([update async for update in ropo.status_updates.drain()]), ropo_async_generated.__file__)

    anyio.run(main)
"""
A_PART = [
    "tests/unit/test_values.py",
    "tests/unit/test_codec_pages.py",
    "tests/contract/test_exports.py",
    "tests/release",
]
"""Tests that need the generated code, and the files that only the sdist has."""


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("built")
    build = [sys.executable, "-m", "build", "--outdir", str(folder), str(ROOT)]
    subprocess.run(build, check=True, capture_output=True, timeout=200)
    return folder


def empty_environment(folder: Path) -> Path:
    venv.create(folder, with_pip=True)
    return folder / "bin" / "python"


def install(python: Path, *what: str | Path) -> None:
    command = [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *what]
    subprocess.run(command, check=True, capture_output=True, timeout=300)


def test_the_wheel_holds_the_packages_and_what_must_go_with_them(built: Path) -> None:
    (file,) = built.glob("*.whl")
    wheel = zipfile.ZipFile(file)
    names = set(wheel.namelist())
    assert file.name == f"ropo_async-{__version__}-py3-none-any.whl"
    about = f"ropo_async-{__version__}.dist-info"
    assert {name.split("/")[0] for name in names} == {*PACKAGES, about}
    assert {"ropo_async/py.typed", "ropo_async_generated/py.typed", f"{about}/licenses/LICENSE"} <= names
    assert not [name for name in names if "test_" in name or "__pycache__" in name]

    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    metadata = email.message_from_bytes(wheel.read(f"{about}/METADATA"))
    assert metadata["Version"] == __version__
    assert metadata["License-Expression"] == "MIT"
    assert metadata["Requires-Python"] == ">=3.11"
    assert set(metadata.get_all("Provides-Extra", [])) == set(project["optional-dependencies"])
    always = [line for line in metadata.get_all("Requires-Dist", []) if "extra ==" not in line]
    assert len(always) == len(project["dependencies"])
    assert metadata.get_payload() == (ROOT / "README.md").read_text(encoding="utf-8")


def test_the_sdist_holds_what_is_kept_in_git_and_nothing_that_is_made(built: Path) -> None:
    (file,) = built.glob("*.tar.gz")
    with tarfile.open(file) as sdist:
        names = sdist.getnames()
    assert {name.split("/")[1] for name in names} == IN_THE_SDIST
    assert not [name for name in names if "__pycache__" in name or "/.venv" in name or name.endswith((".db", ".pyc"))]


def test_the_wheel_drains_in_an_empty_environment(built: Path, tmp_path: Path) -> None:
    python = empty_environment(tmp_path / "empty")
    install(python, *built.glob("*.whl"))
    done = subprocess.run(
        [str(python), "-W", "error", "-c", textwrap.dedent(DRAIN)],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.stderr == ""
    assert done.stdout.startswith(f"2500 {tmp_path}/empty/")


@pytest.mark.long
def test_the_sdist_tests_itself_with_what_its_own_lock_installs(built: Path, tmp_path: Path) -> None:
    (file,) = built.glob("*.tar.gz")
    with tarfile.open(file) as sdist:
        sdist.extractall(tmp_path, filter="data")
    sources = tmp_path / file.name.removesuffix(".tar.gz")
    python = empty_environment(tmp_path / "empty")
    install(python, "--require-hashes", "--requirement", sources / "requirements" / "dev.txt")
    install(python, "--no-deps", "--no-build-isolation", sources)
    tests = [str(python), "-m", "pytest", "-q", "-p", "no:cacheprovider", *A_PART]
    done = subprocess.run(tests, cwd=sources, capture_output=True, text=True, timeout=100, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
