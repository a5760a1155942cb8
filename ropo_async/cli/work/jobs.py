"""Jobs from files, and jobs as they stand."""

from __future__ import annotations

import json
from collections.abc import Mapping
from decimal import Decimal
from typing import TYPE_CHECKING, Any, cast

from anyio import to_thread
from attrs import asdict

from ropo_async import InvalidInput, InvalidJob, JobDataSet, JobOutcome, JobSubmission, Problem
from ropo_async.cli.work.screen import as_it_came
from ropo_async.cli.work.status import Status
from ropo_async.datasets import problems_of

if TYPE_CHECKING:
    from pathlib import Path

    from ropo_async.cli.work.desk import Desk

__all__ = ["check", "content_of", "get", "modify", "submissions", "submit"]


async def get(desk: Desk, jobid: int) -> Status:
    """Show one."""
    async with desk.client() as ropo:
        job = await ropo.jobs.get(jobid)
    facts = asdict(job, filter=lambda field, value: value is not None and field.name not in ("extra", "raw"))
    desk.screen.show({**facts, **job.extra}, as_it_came(job.raw))
    return Status.DONE


async def check(desk: Desk, file: Path) -> Status:
    """Say what is wrong with the jobs of a file."""
    jobs = submissions(await content_of(file))
    desk.screen.note(f"ropo: nothing is known to be wrong with it; jobs: {len(jobs)}")
    return Status.DONE


async def submit(desk: Desk, file: Path, *, checkbillnum: bool) -> Status:
    """Submit the jobs of a file."""
    jobs = submissions(await content_of(file))
    async with desk.client() as ropo:
        result = await ropo.jobs.submit(*jobs, checkbillnum=checkbillnum)
    desk.screen.list(
        ("accepted", "jobid", "billnum", "reference", "error"),
        [(job.accepted, job.jobid, job.billnum, job.reference, job.error) for job in result.jobs],
        records=map(_record, result.jobs),
    )
    accepted = "nobody says how many" if result.accepted is None else result.accepted
    desk.screen.note(f"ropo: submitted: {result.submitted}, accepted: {accepted}")
    if result.error:
        desk.screen.note("ropo: the server reports an error of the whole submission")
    return Status.DONE if result.complete else Status.OPEN if result.accepted is None else Status.FAILED


def _record(job: JobOutcome) -> dict[str, Any]:
    facts = asdict(job)
    return {**{name: value for name, value in facts.items() if name != "extra"}, **facts["extra"]}


async def modify(desk: Desk, file: Path, jobid: int | None, billnum: str | None) -> Status:
    """Change one job to what a file holds."""
    content = await content_of(file)
    if not isinstance(content, Mapping):
        raise InvalidInput(f"{file} must hold one JSON object")
    async with desk.client() as ropo:
        await ropo.jobs.modify(JobDataSet.from_wire(cast("Mapping[str, Any]", content)), jobid=jobid, billnum=billnum)
    desk.screen.note("ropo: changed")
    return Status.DONE


async def content_of(file: Path) -> Any:
    """Return the JSON in a file, its numbers exact.

    Raises:
        InvalidInput: it holds none.
        OSError: it cannot be read.
    """
    text = await to_thread.run_sync(file.read_bytes)
    try:
        return json.loads(text, parse_float=Decimal)
    except (ValueError, RecursionError) as error:
        where = f", line {error.lineno} column {error.colno}" if isinstance(error, json.JSONDecodeError) else ""
        raise InvalidInput(f"{file} is not JSON{where}") from None


def submissions(content: Any) -> list[JobSubmission]:
    """Return the jobs in what a file holds.

    Raises:
        InvalidJob: everything that is wrong with any of them, in their order.
        InvalidInput: there is none.
    """
    jobs, problems = list[JobSubmission](), list[Problem]()
    for place, data in enumerate(_datasets(content)):
        path = f"dataset[{place}]"
        try:
            job = JobSubmission.from_wire(data)
        except InvalidJob as unread:
            problems += [
                Problem(f"{path}{found.path.removeprefix('dataset')}", found.words) for found in unread.problems
            ]
            continue
        problems += [
            Problem(f"{path}{found.path.removeprefix('dataset[0]')}", found.words) for found in problems_of(job)
        ]
        jobs.append(job)
    if problems:
        raise InvalidJob(problems)
    if not jobs:
        raise InvalidInput("there is no job in the file")
    return jobs


def _datasets(content: Any) -> list[Any]:
    """Return the jobs' data out of the API's envelope, a list, or by itself."""
    match content:
        case {"datastream": {"dataset": inner}} | {"dataset": inner}:
            return _datasets(inner)
        case [*jobs]:
            return jobs
        case _:
            return [content]
