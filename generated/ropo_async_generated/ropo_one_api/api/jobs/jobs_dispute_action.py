# Generated from openapi/ropo-one/openapi.json. Do not edit: correct the overlay beside it, then run `make generate`.
from http import HTTPStatus
from typing import Any, cast

import httpx

from ... import errors
from ...client import AuthenticatedClient, Client
from ...models.job_dispute_request import JobDisputeRequest
from ...models.job_dispute_response import JobDisputeResponse
from ...types import UNSET, Response, Unset


def _get_kwargs(
    *,
    body: JobDisputeRequest,
    jobid: str | Unset = UNSET,
    invoice_number: str | Unset = UNSET,
) -> dict[str, Any]:
    headers: dict[str, Any] = {}

    params: dict[str, Any] = {}

    params["jobid"] = jobid

    params["invoice_number"] = invoice_number

    params = {k: v for k, v in params.items() if v is not UNSET and v is not None}

    _kwargs: dict[str, Any] = {
        "method": "post",
        "url": "/jobs/dispute",
        "params": params,
    }

    _kwargs["json"] = body.to_dict()

    headers["Content-Type"] = "application/json"

    _kwargs["headers"] = headers
    return _kwargs


def _parse_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> Any | JobDisputeResponse | None:
    if response.status_code == 200:
        response_200 = JobDisputeResponse.from_dict(response.json())

        return response_200

    if response.status_code == 400:
        response_400 = cast(Any, None)
        return response_400

    if response.status_code == 401:
        response_401 = cast(Any, None)
        return response_401

    if response.status_code == 404:
        response_404 = cast(Any, None)
        return response_404

    if client.raise_on_unexpected_status:
        raise errors.UnexpectedStatus(response.status_code, response.content)
    else:
        return None


def _build_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> Response[Any | JobDisputeResponse]:
    return Response(
        status_code=HTTPStatus(response.status_code),
        content=response.content,
        headers=response.headers,
        parsed=_parse_response(client=client, response=response),
    )


def sync_detailed(
    *,
    client: AuthenticatedClient,
    body: JobDisputeRequest,
    jobid: str | Unset = UNSET,
    invoice_number: str | Unset = UNSET,
) -> Response[Any | JobDisputeResponse]:
    """Put a job in dispute.

    Args:
        jobid (str | Unset): Id of the job; needed unless invoice_number is given.
        invoice_number (str | Unset): Bill number; needed unless jobid is given.
        body (JobDisputeRequest): Why the job is disputed.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[Any | JobDisputeResponse]
    """

    kwargs = _get_kwargs(
        body=body,
        jobid=jobid,
        invoice_number=invoice_number,
    )

    response = client.get_httpx_client().request(
        **kwargs,
    )

    return _build_response(client=client, response=response)


def sync(
    *,
    client: AuthenticatedClient,
    body: JobDisputeRequest,
    jobid: str | Unset = UNSET,
    invoice_number: str | Unset = UNSET,
) -> Any | JobDisputeResponse | None:
    """Put a job in dispute.

    Args:
        jobid (str | Unset): Id of the job; needed unless invoice_number is given.
        invoice_number (str | Unset): Bill number; needed unless jobid is given.
        body (JobDisputeRequest): Why the job is disputed.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Any | JobDisputeResponse
    """

    return sync_detailed(
        client=client,
        body=body,
        jobid=jobid,
        invoice_number=invoice_number,
    ).parsed


async def asyncio_detailed(
    *,
    client: AuthenticatedClient,
    body: JobDisputeRequest,
    jobid: str | Unset = UNSET,
    invoice_number: str | Unset = UNSET,
) -> Response[Any | JobDisputeResponse]:
    """Put a job in dispute.

    Args:
        jobid (str | Unset): Id of the job; needed unless invoice_number is given.
        invoice_number (str | Unset): Bill number; needed unless jobid is given.
        body (JobDisputeRequest): Why the job is disputed.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[Any | JobDisputeResponse]
    """

    kwargs = _get_kwargs(
        body=body,
        jobid=jobid,
        invoice_number=invoice_number,
    )

    response = await client.get_async_httpx_client().request(**kwargs)

    return _build_response(client=client, response=response)


async def asyncio(
    *,
    client: AuthenticatedClient,
    body: JobDisputeRequest,
    jobid: str | Unset = UNSET,
    invoice_number: str | Unset = UNSET,
) -> Any | JobDisputeResponse | None:
    """Put a job in dispute.

    Args:
        jobid (str | Unset): Id of the job; needed unless invoice_number is given.
        invoice_number (str | Unset): Bill number; needed unless jobid is given.
        body (JobDisputeRequest): Why the job is disputed.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Any | JobDisputeResponse
    """

    return (
        await asyncio_detailed(
            client=client,
            body=body,
            jobid=jobid,
            invoice_number=invoice_number,
        )
    ).parsed
