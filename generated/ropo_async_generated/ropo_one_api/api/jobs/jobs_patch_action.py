# Generated from openapi/ropo-one/openapi.json. Do not edit: correct the overlay beside it, then run `make generate`.
from http import HTTPStatus
from typing import Any

import httpx

from ... import errors
from ...client import AuthenticatedClient, Client
from ...models.job_data_set import JobDataSet
from ...types import UNSET, Response, Unset


def _get_kwargs(
    *,
    body: JobDataSet,
    jobid: int | Unset = UNSET,
    billnum: str | Unset = UNSET,
) -> dict[str, Any]:
    headers: dict[str, Any] = {}

    params: dict[str, Any] = {}

    params["jobid"] = jobid

    params["billnum"] = billnum

    params = {k: v for k, v in params.items() if v is not UNSET and v is not None}

    _kwargs: dict[str, Any] = {
        "method": "patch",
        "url": "/jobs",
        "params": params,
    }

    _kwargs["json"] = body.to_dict()

    headers["Content-Type"] = "application/json"

    _kwargs["headers"] = headers
    return _kwargs


def _parse_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> Any | None:
    if response.status_code == 200:
        return None

    if response.status_code == 400:
        return None

    if response.status_code == 401:
        return None

    if response.status_code == 404:
        return None

    if client.raise_on_unexpected_status:
        raise errors.UnexpectedStatus(response.status_code, response.content)
    else:
        return None


def _build_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> Response[Any]:
    return Response(
        status_code=HTTPStatus(response.status_code),
        content=response.content,
        headers=response.headers,
        parsed=_parse_response(client=client, response=response),
    )


def sync_detailed(
    *,
    client: AuthenticatedClient,
    body: JobDataSet,
    jobid: int | Unset = UNSET,
    billnum: str | Unset = UNSET,
) -> Response[Any]:
    """Change a job that was submitted.

    Args:
        jobid (int | Unset): Id of the job to change; this or billnum is needed.
        billnum (str | Unset): Bill number of the job to change; this or jobid is needed.
        body (JobDataSet): The data of one job.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[Any]
    """

    kwargs = _get_kwargs(
        body=body,
        jobid=jobid,
        billnum=billnum,
    )

    response = client.get_httpx_client().request(
        **kwargs,
    )

    return _build_response(client=client, response=response)


async def asyncio_detailed(
    *,
    client: AuthenticatedClient,
    body: JobDataSet,
    jobid: int | Unset = UNSET,
    billnum: str | Unset = UNSET,
) -> Response[Any]:
    """Change a job that was submitted.

    Args:
        jobid (int | Unset): Id of the job to change; this or billnum is needed.
        billnum (str | Unset): Bill number of the job to change; this or jobid is needed.
        body (JobDataSet): The data of one job.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[Any]
    """

    kwargs = _get_kwargs(
        body=body,
        jobid=jobid,
        billnum=billnum,
    )

    response = await client.get_async_httpx_client().request(**kwargs)

    return _build_response(client=client, response=response)
