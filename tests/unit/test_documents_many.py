"""Saving many documents: bounded, resumable, and none of them stopped by another."""

from collections.abc import AsyncIterator, Callable, Iterable, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import anyio
import anyio.lowlevel
import httpx
import pytest
from attrs import define, field

from ropo_async import DecodeError, InvalidInput, NotFound, RetryPolicy, RopoClient, StaticToken
from tests.unit.papers import SMALL, whole

pytestmark = pytest.mark.anyio


@define
class Archive:
    """Has a document for each number, but for those that it answers otherwise; counts what is open at a time."""

    others: dict[int, Callable[[], httpx.Response]] = field(factory=dict[int, "Callable[[], httpx.Response]"])
    asked: list[int] = field(factory=list[int])
    open: int = 0
    most: int = 0
    gate: anyio.Event | None = None
    awaited: dict[int, anyio.Event] = field(factory=dict[int, anyio.Event])

    async def __call__(self, request: httpx.Request) -> httpx.Response:
        jobid = int(request.url.params["jobid"])
        self.asked.append(jobid)
        if event := self.awaited.get(len(self.asked)):
            event.set()
        self.open += 1
        self.most = max(self.most, self.open)
        try:
            await (self.gate.wait() if self.gate else anyio.sleep(0.001))
        finally:
            self.open -= 1
        return self.others.get(jobid, lambda: whole(content(jobid)))()

    async def until_asked(self, count: int) -> None:
        await self.awaited.setdefault(count, anyio.Event()).wait()


def content(jobid: int) -> bytes:
    return SMALL.replace(b"obj", b"obj%d" % jobid)


@asynccontextmanager
async def opened(archive: Archive) -> AsyncIterator[RopoClient]:
    async with (
        httpx.AsyncClient(transport=httpx.MockTransport(archive)) as http_client,
        RopoClient(
            "https://invoicing.test/rest",
            StaticToken("only-for-tests"),
            http_client=http_client,
            retries=RetryPolicy(base=0.001),
        ) as client,
    ):
        yield client


def files(folder: Path) -> dict[str, bytes]:
    return {entry.name: entry.read_bytes() for entry in folder.iterdir()}


def saved(jobids: Iterable[int]) -> dict[str, bytes]:
    return {f"{jobid}.pdf": content(jobid) for jobid in jobids}


async def stream(jobids: Iterable[Any]) -> AsyncIterator[Any]:
    for jobid in jobids:
        await anyio.lowlevel.checkpoint()
        yield jobid


@pytest.mark.parametrize("source", [iter, list, stream], ids=["iterator", "list", "async"])
async def test_each_document_has_its_file(source: Any, tmp_path: Path) -> None:
    archive = Archive()
    async with opened(archive) as client:
        report = await client.documents.save_many(source(range(1, 21)), tmp_path)
    assert (report.saved, report.skipped, report.failed) == (20, 0, ())
    assert files(tmp_path) == saved(range(1, 21))
    assert sorted(archive.asked) == list(range(1, 21))


async def test_there_may_be_nothing_to_do(tmp_path: Path) -> None:
    async with opened(Archive()) as client:
        report = await client.documents.save_many([], tmp_path)
    assert (report.saved, report.skipped, report.failed) == (0, 0, ())


@pytest.mark.parametrize("concurrency", [1, 3])
async def test_no_more_than_asked_for_are_open_and_no_number_is_taken_early(concurrency: int, tmp_path: Path) -> None:
    archive = Archive(gate=anyio.Event())
    taken: list[int] = []

    def jobids() -> Iterator[int]:
        for jobid in range(1, 11):
            taken.append(jobid)
            yield jobid

    async with opened(archive) as client, anyio.create_task_group() as group:
        group.start_soon(lambda: client.documents.save_many(jobids(), tmp_path, concurrency=concurrency))
        await archive.until_asked(concurrency)
        await anyio.wait_all_tasks_blocked()
        assert len(archive.asked) == concurrency
        assert len(taken) == concurrency + 1  # the next one waits for its turn
        assert archive.gate
        archive.gate.set()
    assert archive.most == concurrency
    assert len(files(tmp_path)) == 10


async def test_one_failure_does_not_stop_the_others(tmp_path: Path) -> None:
    archive = Archive({2: lambda: httpx.Response(404), 3: lambda: whole(b"<html>")})
    (tmp_path / "4.pdf").mkdir()
    async with opened(archive) as client:
        jobids: list[Any] = [1, 2, 3, 4, "5", None, 6]
        report = await client.documents.save_many(jobids, tmp_path)
    assert (report.saved, report.skipped) == (2, 0)
    failed = {failure.jobid: failure.error for failure in report.failed}
    kinds = {jobid: type(error) for jobid, error in failed.items()}
    assert kinds == {2: NotFound, 3: DecodeError, 4: IsADirectoryError, "5": InvalidInput, None: InvalidInput}
    (tmp_path / "4.pdf").rmdir()
    assert files(tmp_path) == saved([1, 6])


async def test_a_second_run_goes_on_where_the_first_ended(tmp_path: Path) -> None:
    (tmp_path / "1.pdf").write_bytes(content(1))
    (tmp_path / "2.pdf").write_bytes(content(2)[:-8])  # somebody else's half
    archive = Archive({3: lambda: httpx.Response(404)})
    async with opened(archive) as client:
        report = await client.documents.save_many([1, 2, 3], tmp_path)
        assert (report.saved, report.skipped, len(report.failed)) == (1, 1, 1)
        archive.others.clear()
        report = await client.documents.save_many([1, 2, 3], tmp_path)
    assert (report.saved, report.skipped, len(report.failed)) == (1, 2, 0)
    assert files(tmp_path) == saved([1, 2, 3])
    assert sorted(archive.asked) == [2, 3, 3]


async def test_a_number_twice_is_one_file(tmp_path: Path) -> None:
    async with opened(Archive()) as client:
        report = await client.documents.save_many([1] * 20, tmp_path)
    assert report.saved + report.skipped == 20
    assert files(tmp_path) == saved([1])


@pytest.mark.parametrize("source", [iter, stream], ids=["iterator", "async"])
async def test_trouble_with_the_numbers_comes_out_as_it_is_and_ends_nothing_halfway(
    source: Any, tmp_path: Path
) -> None:
    def jobids() -> Iterator[int]:
        yield from (1, 2, 3)
        raise LookupError("no more")

    async with opened(Archive()) as client:
        with pytest.raises(LookupError, match="no more"):
            await client.documents.save_many(source(jobids()), tmp_path)
    assert files(tmp_path) == saved([1, 2, 3])


async def test_a_cancellation_leaves_whole_files_alone(tmp_path: Path) -> None:
    archive = Archive()
    async with opened(archive) as client:
        with anyio.CancelScope() as scope:
            async with anyio.create_task_group() as group:
                group.start_soon(lambda: client.documents.save_many(range(1, 100_000), tmp_path))
                await archive.until_asked(10)
                scope.cancel()
        assert scope.cancelled_caught
    found = files(tmp_path)
    assert found == saved(int(name.removesuffix(".pdf")) for name in found)
    assert 1 <= len(found) < 10_000
    assert archive.open == 0


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"concurrency": 0}, "concurrency"),
        ({"concurrency": True}, "concurrency"),
        ({"origdata": 2}, "origdata"),
        ({"max_bytes": 0}, "max_bytes"),
        ({"folder": "nowhere"}, "folder"),
    ],
)
async def test_what_none_could_be_sent_with_is_refused_at_once(
    options: dict[str, Any], words: str, tmp_path: Path
) -> None:
    archive = Archive()
    async with opened(archive) as client:
        with pytest.raises(InvalidInput, match=words):
            await client.documents.save_many([1], **{"folder": tmp_path} | options)
    assert not archive.asked
