"""The wheel, built from the sdist and installed into an empty environment, imports and drains."""

import subprocess
import sys
import textwrap
import venv
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
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


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_the_wheel_drains_in_an_empty_environment(tmp_path: Path) -> None:
    build = [sys.executable, "-m", "build", "--outdir", str(tmp_path), str(ROOT)]
    subprocess.run(build, check=True, capture_output=True, timeout=200)
    (wheel,) = tmp_path.glob("*.whl")
    assert len(list(tmp_path.glob("*.tar.gz"))) == 1

    names = zipfile.ZipFile(wheel).namelist()
    folders = {name.split("/")[0] for name in names}
    assert {folder for folder in folders if not folder.endswith(".dist-info")} == {
        "ropo_async",
        "ropo_async_cli",
        "ropo_async_generated",
        "ropo_async_pytest",
    }
    assert {"ropo_async/py.typed", "ropo_async_generated/py.typed"} <= set(names)

    venv.create(tmp_path / "empty", with_pip=True)
    python = tmp_path / "empty" / "bin" / "python"
    install = [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", str(wheel)]
    subprocess.run(install, check=True, capture_output=True, timeout=200)
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
