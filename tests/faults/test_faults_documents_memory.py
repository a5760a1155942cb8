"""A large document goes to the disk in little memory; measured in a process of its own."""

import subprocess
import sys
from pathlib import Path

import anyio
import pytest

from ropo_async.simulator import Simulator, serve

pytestmark = pytest.mark.anyio

SIZE = 200_000_000
LITTLE = 20_000_000
CHILD = Path(__file__).with_name("documents_child.py")


async def growth(backend: str, how: str, folder: Path) -> int:
    """Have a child download a document of `SIZE` bytes and return by how many bytes it grew."""
    accounts: list[str] = []
    simulators: list[Simulator] = []
    for cid, size in (("1000001", 0), ("1000002", SIZE)):
        simulator = Simulator(cid=cid, apicode="only-for-tests", pdf_bytes=size)
        jobid = simulator.add_invoice().jobid
        accounts.append(f"{cid},only-for-tests,{jobid}")
        simulators.append(simulator)
    async with serve(*simulators) as running:
        command = [sys.executable, str(CHILD), backend, running.url, how, str(folder), *accounts]
        done = await anyio.run_process(command, stderr=subprocess.STDOUT, check=False)
    assert done.returncode == 0, done.stdout.decode()
    (saved,) = (folder / "1").iterdir()
    assert saved.stat().st_size >= SIZE
    return int(done.stdout)


@pytest.mark.parametrize("how", ["save", pytest.param("many", marks=pytest.mark.slow)])
async def test_a_large_document_is_saved_in_little_memory(how: str, anyio_backend: str, tmp_path: Path) -> None:
    assert await growth(anyio_backend, how, tmp_path) < LITTLE


@pytest.mark.slow
async def test_the_measure_tells_when_a_document_is_held_in_memory(anyio_backend: str, tmp_path: Path) -> None:
    assert await growth(anyio_backend, "naive", tmp_path) > SIZE * 0.9
