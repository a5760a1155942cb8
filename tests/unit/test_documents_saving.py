"""Saving one document: a file that is whole or not there, whatever happens on its way."""

import asyncio
import errno
import os
import time
from pathlib import Path
from typing import Any

import anyio
import httpx
import pytest

from ropo_async import DecodeError, InvalidInput, OutcomeUnknown, RetryPolicy, Timeouts, TransportError
from ropo_async.documents import SavedDocument
from ropo_async.documents._files import STALE, Part
from tests.unit.papers import JOB, LARGE, PDF, SMALL, Pieces, desk, unmeasured, whole

pytestmark = pytest.mark.anyio

NAMED = {"content-disposition": 'attachment; filename="../../R-1.pdf"'}


def names(folder: Path) -> list[str]:
    return sorted(entry.name for entry in folder.iterdir())


async def test_a_document_is_saved_where_the_caller_says(tmp_path: Path) -> None:
    async with desk(lambda: whole(LARGE, headers=NAMED)) as (client, _):
        saved = await client.documents.pdf(jobid=7).save_to(tmp_path / "mine.pdf")
    assert saved == SavedDocument(
        path=tmp_path / "mine.pdf", size=len(LARGE), content_type="application/pdf", suggested_filename="R-1.pdf"
    )
    assert names(tmp_path) == ["mine.pdf"]
    assert saved.path.read_bytes() == LARGE
    assert saved.path.stat().st_mode & 0o777 == 0o600
    assert "R-1" not in repr(saved)


async def test_a_folder_takes_the_name_of_the_server(tmp_path: Path) -> None:
    async with desk(lambda: whole(headers=NAMED)) as (client, _):
        for name in ("R-1.pdf", "R-1 (2).pdf", "R-1 (3).pdf"):
            assert (await client.documents.pdf(jobid=7).save_to(str(tmp_path))).path == tmp_path / name
        await client.documents.pdf(jobid=7).save_to(tmp_path, overwrite=True)
    assert names(tmp_path) == ["R-1 (2).pdf", "R-1 (3).pdf", "R-1.pdf"]


async def test_a_folder_takes_a_name_of_ours_where_the_server_has_none(tmp_path: Path) -> None:
    async with desk() as (client, _):
        documents = client.documents
        for download in (documents.pdf(jobid=7), documents.pdf(billnum="R/1"), documents.localprint(JOB)):
            await download.save_to(tmp_path)
    assert names(tmp_path) == ["7.pdf", "document.pdf", "localprint.pdf"]


async def test_a_file_that_is_there_stops_it_before_anything_is_sent(tmp_path: Path) -> None:
    (tmp_path / "a.pdf").write_bytes(b"old")
    async with desk() as (client, server):
        for download in (client.documents.pdf(jobid=7), client.documents.localprint(JOB)):
            with pytest.raises(FileExistsError):
                await download.save_to(tmp_path / "a.pdf")
        assert not server.requests
        assert (tmp_path / "a.pdf").read_bytes() == b"old"
        await client.documents.pdf(jobid=7).save_to(tmp_path / "a.pdf", overwrite=True)
    assert (tmp_path / "a.pdf").read_bytes() == SMALL
    assert names(tmp_path) == ["a.pdf"]


async def test_a_folder_that_is_not_there_stops_it_before_anything_is_sent(tmp_path: Path) -> None:
    async with desk() as (client, server):
        download = client.documents.localprint(JOB)
        with pytest.raises(FileNotFoundError):
            await download.save_to(tmp_path / "nowhere" / "a.pdf")
        assert not server.requests
        await download.save_to(tmp_path)  # nothing was sent, so it is not a second time
    assert names(tmp_path) == ["localprint.pdf"]


async def test_a_file_that_comes_meanwhile_is_left_alone(tmp_path: Path) -> None:
    def answer() -> httpx.Response:
        (tmp_path / "a.pdf").write_bytes(b"other")
        return whole()

    async with desk(answer) as (client, _):
        with pytest.raises(FileExistsError):
            await client.documents.pdf(jobid=7).save_to(tmp_path / "a.pdf")
    assert names(tmp_path) == ["a.pdf"]
    assert (tmp_path / "a.pdf").read_bytes() == b"other"


async def test_an_attempt_that_failed_leaves_nothing_in_the_file(tmp_path: Path) -> None:
    async with desk(lambda: unmeasured(LARGE, error=httpx.ReadError("x")), whole) as (client, _):
        await client.documents.pdf(jobid=7).save_to(tmp_path / "a.pdf")
    assert (tmp_path / "a.pdf").read_bytes() == SMALL
    assert names(tmp_path) == ["a.pdf"]


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (lambda: unmeasured(LARGE, error=httpx.ReadError("x")), TransportError),
        (lambda: unmeasured(LARGE[:-10]), TransportError),
        (lambda: whole(b"<html>"), DecodeError),
        (lambda: whole(LARGE), TransportError),
    ],
    ids=["broken", "cut", "no document", "too large"],
)
async def test_a_download_that_fails_leaves_nothing_behind(answer: Any, kind: type[Exception], tmp_path: Path) -> None:
    async with desk(answer) as (client, _):
        with pytest.raises(kind):
            await client.documents.pdf(jobid=7, max_bytes=len(LARGE) - 5).save_to(tmp_path / "a.pdf")
    assert not names(tmp_path)


async def test_a_proposal_with_a_path_stays_in_the_folder(tmp_path: Path) -> None:
    inner = tmp_path / "inner"
    inner.mkdir()
    for proposal in ("/etc/passwd", "..\\..\\x", "%2e%2e/x", "..", "", "a/"):
        header = {"content-disposition": f'attachment; filename="{proposal}"'}
        async with desk(lambda header=header: whole(headers=header)) as (client, _):  # type: ignore[misc]
            await client.documents.pdf(jobid=7).save_to(inner)
    assert names(tmp_path) == ["inner"]
    assert len(names(inner)) == 6


# --- progress and time --------------------------------------------------------------------------------------------


async def test_progress_is_told_and_begins_anew_with_each_attempt(tmp_path: Path) -> None:
    told: list[tuple[int, int | None]] = []
    answers = [lambda: unmeasured(SMALL, error=httpx.ReadError("x")), lambda: whole(LARGE, step=200_000)]
    async with desk(*answers) as (client, _):
        await client.documents.pdf(jobid=7).save_to(tmp_path, progress=lambda *step: told.append(step))
    size = len(LARGE)
    assert told == [(0, None), (len(SMALL), None), (0, size), (200_000, size), (size, size)]


async def test_what_a_progress_raises_comes_out_as_it_is(tmp_path: Path) -> None:
    class Enough(Exception):
        pass

    def progress(done: int, _total: int | None) -> None:
        if done:
            raise Enough

    async with desk() as (client, server):
        with pytest.raises(Enough) as caught:
            await client.documents.pdf(jobid=7).save_to(tmp_path, progress=progress)
    assert len(server.requests) == 1
    assert not names(tmp_path)
    assert caught.value.__cause__ is None


class Slow(Pieces):
    """Comes piece by piece, each after a while."""

    pause = 0.03

    async def __aiter__(self) -> Any:
        for piece in self.pieces:
            await anyio.sleep(self.pause)
            yield piece


LIMITS = Timeouts(total=0.3)


async def test_a_large_document_may_take_longer_than_a_call() -> None:
    pieces = [SMALL[:9], *([b" " * 8192] * 30), SMALL[9:]]  # 240 KiB, which buy 3.75 s, in about a second
    answer = httpx.Response(200, headers=PDF, stream=Slow(pieces))
    async with desk(lambda: answer, timeouts=LIMITS) as (client, _):
        started = anyio.current_time()
        document = await client.documents.pdf(jobid=7)
        assert anyio.current_time() - started > LIMITS.total * 2
    assert document.content == b"".join(pieces)


async def test_a_document_that_trickles_is_given_up() -> None:
    answer = httpx.Response(200, headers=PDF, stream=Slow([SMALL, *([b" "] * 1000)]))
    async with desk(lambda: answer, timeouts=LIMITS, retries=RetryPolicy(attempts=1)) as (client, _):
        with anyio.fail_after(10), pytest.raises(TransportError, match=r"0\.3 s") as caught:
            await client.documents.pdf(jobid=7)
    assert caught.value.status == 200


# --- the disk -----------------------------------------------------------------------------------------------------


@pytest.fixture(params=["restart", "write", "keep"])
def _full(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise OSError(errno.ENOSPC, "full")

    monkeypatch.setattr(Part, request.param, refuse)


@pytest.mark.usefixtures("_full")
async def test_a_full_disk_ends_a_download_at_once(tmp_path: Path) -> None:
    async with desk() as (client, server):
        with pytest.raises(OSError, match="full"):
            await client.documents.pdf(jobid=7).save_to(tmp_path)
    assert len(server.requests) == 1
    assert not names(tmp_path)


@pytest.mark.usefixtures("_full")
async def test_a_full_disk_leaves_a_doubt_about_a_print(tmp_path: Path) -> None:
    async with desk() as (client, server):
        download = client.documents.localprint(JOB)
        with pytest.raises(OutcomeUnknown, match="invoice may exist") as caught:
            await download.save_to(tmp_path)
        with pytest.raises(InvalidInput, match="already"):
            await download.save_to(tmp_path)
    assert isinstance(caught.value.__cause__, OSError)
    assert len(server.requests) == 1
    assert not names(tmp_path)


async def test_part_files_of_dead_processes_go_with_the_next_download(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    left = tmp_path / (".ropo-" + "0" * 32 + ".part")
    left.write_bytes(b"%PDF-")
    os.utime(left, (time.time() - STALE - 60,) * 2)
    looks: list[Path] = []
    scandir = os.scandir

    def watched(folder: Path) -> Any:
        looks.append(folder)
        return scandir(folder)

    monkeypatch.setattr(os, "scandir", watched)
    async with desk(lambda: whole(headers=NAMED)) as (client, _):
        for _attempt in range(3):
            await client.documents.pdf(jobid=7).save_to(tmp_path, overwrite=True)
    assert looks == [tmp_path]  # a large folder is not gone through again and again
    assert names(tmp_path) == ["R-1.pdf"]  # Python 3.13 looks into it for that


# --- cancellation -------------------------------------------------------------------------------------------------


class Endless(Pieces):
    """Comes without an end."""

    async def __aiter__(self) -> Any:
        yield SMALL
        while True:
            await anyio.sleep(0.001)
            yield b" " * 1000


@pytest.mark.parametrize("moment", [0, 1, 5_000])
async def test_a_cancelled_download_leaves_nothing_behind(moment: int, tmp_path: Path) -> None:
    body = Endless([])
    async with desk(lambda: httpx.Response(200, headers=PDF, stream=body)) as (client, _):
        with anyio.CancelScope() as scope:
            await client.documents.pdf(jobid=7).save_to(
                tmp_path, progress=lambda done, _: scope.cancel() if done >= moment else None
            )
    assert scope.cancelled_caught
    assert body.closed
    assert not names(tmp_path)


@pytest.mark.parametrize("anyio_backend", ["asyncio"])
async def test_a_download_that_is_cancelled_in_the_midst_of_a_write_leaves_nothing_behind(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun = anyio.Event()
    loop = asyncio.get_running_loop()
    write = Part.write

    def slow(part: Part, piece: bytes) -> None:
        loop.call_soon_threadsafe(begun.set)
        time.sleep(0.1)
        write(part, piece)

    monkeypatch.setattr(Part, "write", slow)
    async with desk() as (client, _):
        task = asyncio.ensure_future(client.documents.pdf(jobid=7).save_to(tmp_path))
        await begun.wait()
        task.cancel()  # unlike a scope of anyio, this does not wait for the thread
        with pytest.raises(asyncio.CancelledError):
            await task
        assert not names(tmp_path)
        await asyncio.sleep(0.2)
    assert not names(tmp_path)


async def test_a_print_is_carried_to_its_end_with_its_document(tmp_path: Path) -> None:
    async with desk(lambda: whole(LARGE, step=10_000)) as (client, server):
        with anyio.CancelScope() as scope:
            await client.documents.localprint(JOB).save_to(
                tmp_path, progress=lambda done, _: scope.cancel() if done else None
            )
    assert scope.cancelled_caught
    assert len(server.requests) == 1
    assert names(tmp_path) == ["localprint.pdf"]
    assert (tmp_path / "localprint.pdf").read_bytes() == LARGE
