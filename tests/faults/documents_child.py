"""Downloads a document as a user would, in a process of its own; prints by how many bytes its memory grew at most.

How: `save` (to a file), `many` (by save_many), or `naive` (into memory, then to a file), which is the control.
"""

import re
import sys
from pathlib import Path

import anyio

from ropo_async import Credentials, RopoClient

MAX_BYTES = 300 * 1024 * 1024


def peak() -> int:
    """Return the most memory that this process has held since it was reset, in bytes.

    `ru_maxrss` would not do: a child inherits it from whoever started it.
    """
    found = re.search(r"VmHWM:\s*(\d+) kB", Path("/proc/self/status").read_text())
    assert found
    return int(found[1]) * 1024


def reset_peak() -> None:
    Path("/proc/self/clear_refs").write_text("5")


async def fetch(client: RopoClient, how: str, folder: Path, jobid: int) -> None:
    if how == "save":
        await client.documents.pdf(jobid=jobid, max_bytes=MAX_BYTES).save_to(folder / f"{jobid}.pdf")
    elif how == "many":
        report = await client.documents.save_many([jobid], folder, max_bytes=MAX_BYTES)
        assert report.saved == 1, report
    else:
        document = await client.documents.pdf(jobid=jobid, max_bytes=MAX_BYTES)
        await anyio.Path(folder / f"{jobid}.pdf").write_bytes(document.content)


async def main(url: str, how: str, folder: str, accounts: list[str]) -> None:
    for place, account in enumerate(accounts):  # the first has a small document, which loads what is loaded late
        cid, apicode, jobid = account.split(",")
        await anyio.Path(folder, str(place)).mkdir()
        async with RopoClient(url, Credentials(cid, apicode)) as client:
            reset_peak()
            before = peak()
            await fetch(client, how, Path(folder, str(place)), int(jobid))
    sys.stdout.write(f"{peak() - before}\n")


if __name__ == "__main__":
    backend, url, how, folder, *accounts = sys.argv[1:]
    anyio.run(main, url, how, folder, accounts, backend=backend)
