# Generated from openapi/ropo-one/openapi.json. Do not edit: correct the overlay beside it, then run `make generate`.
from http import HTTPStatus
from typing import Any, cast

import httpx

from ... import errors
from ...client import AuthenticatedClient, Client
from ...models.jobs_status_updates_common_error_result import JobsStatusUpdatesCommonErrorResult
from ...models.jobs_status_updates_result import JobsStatusUpdatesResult
from ...types import UNSET, Response, Unset


def _get_kwargs(
    *,
    date: str | Unset = UNSET,
    billnum: str | Unset = UNSET,
) -> dict[str, Any]:

    params: dict[str, Any] = {}

    params["date"] = date

    params["billnum"] = billnum

    params = {k: v for k, v in params.items() if v is not UNSET and v is not None}

    _kwargs: dict[str, Any] = {
        "method": "get",
        "url": "/jobs/statusupdates",
        "params": params,
    }

    return _kwargs


def _parse_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> Any | JobsStatusUpdatesCommonErrorResult | JobsStatusUpdatesResult | None:
    if response.status_code == 200:
        response_200 = JobsStatusUpdatesResult.from_dict(response.json())

        return response_200

    if response.status_code == 204:
        response_204 = cast(Any, None)
        return response_204

    if response.status_code == 400:
        response_400 = JobsStatusUpdatesCommonErrorResult.from_dict(response.json())

        return response_400

    if response.status_code == 401:
        response_401 = cast(Any, None)
        return response_401

    if client.raise_on_unexpected_status:
        raise errors.UnexpectedStatus(response.status_code, response.content)
    else:
        return None


def _build_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> Response[Any | JobsStatusUpdatesCommonErrorResult | JobsStatusUpdatesResult]:
    return Response(
        status_code=HTTPStatus(response.status_code),
        content=response.content,
        headers=response.headers,
        parsed=_parse_response(client=client, response=response),
    )


def sync_detailed(
    *,
    client: AuthenticatedClient,
    date: str | Unset = UNSET,
    billnum: str | Unset = UNSET,
) -> Response[Any | JobsStatusUpdatesCommonErrorResult | JobsStatusUpdatesResult]:
    """Read the status updates of jobs.

    Args:
        date (str | Unset): Only the updates of this day, YYYY-MM-DD.
        billnum (str | Unset): Only the updates of this bill number.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[Any | JobsStatusUpdatesCommonErrorResult | JobsStatusUpdatesResult]
    """

    kwargs = _get_kwargs(
        date=date,
        billnum=billnum,
    )

    response = client.get_httpx_client().request(
        **kwargs,
    )

    return _build_response(client=client, response=response)


def sync(
    *,
    client: AuthenticatedClient,
    date: str | Unset = UNSET,
    billnum: str | Unset = UNSET,
) -> Any | JobsStatusUpdatesCommonErrorResult | JobsStatusUpdatesResult | None:
    """Read the status updates of jobs.

    Args:
        date (str | Unset): Only the updates of this day, YYYY-MM-DD.
        billnum (str | Unset): Only the updates of this bill number.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Any | JobsStatusUpdatesCommonErrorResult | JobsStatusUpdatesResult
    """

    return sync_detailed(
        client=client,
        date=date,
        billnum=billnum,
    ).parsed


async def asyncio_detailed(
    *,
    client: AuthenticatedClient,
    date: str | Unset = UNSET,
    billnum: str | Unset = UNSET,
) -> Response[Any | JobsStatusUpdatesCommonErrorResult | JobsStatusUpdatesResult]:
    """Read the status updates of jobs.

    Args:
        date (str | Unset): Only the updates of this day, YYYY-MM-DD.
        billnum (str | Unset): Only the updates of this bill number.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[Any | JobsStatusUpdatesCommonErrorResult | JobsStatusUpdatesResult]
    """

    kwargs = _get_kwargs(
        date=date,
        billnum=billnum,
    )

    response = await client.get_async_httpx_client().request(**kwargs)

    return _build_response(client=client, response=response)


async def asyncio(
    *,
    client: AuthenticatedClient,
    date: str | Unset = UNSET,
    billnum: str | Unset = UNSET,
) -> Any | JobsStatusUpdatesCommonErrorResult | JobsStatusUpdatesResult | None:
    """Read the status updates of jobs.

    Args:
        date (str | Unset): Only the updates of this day, YYYY-MM-DD.
        billnum (str | Unset): Only the updates of this bill number.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Any | JobsStatusUpdatesCommonErrorResult | JobsStatusUpdatesResult
    """

    return (
        await asyncio_detailed(
            client=client,
            date=date,
            billnum=billnum,
        )
    ).parsed
