# Generated from openapi/ropo-one/openapi.json. Do not edit: correct the overlay beside it, then run `make generate`.
from http import HTTPStatus
from typing import Any, cast

import httpx

from ... import errors
from ...client import AuthenticatedClient, Client
from ...models.job_data_set import JobDataSet
from ...models.job_patch_open_sales_invoices_response import JobPatchOpenSalesInvoicesResponse
from ...types import UNSET, Response


def _get_kwargs(
    *,
    body: JobDataSet,
    custnum: str,
    ordernumber: str,
) -> dict[str, Any]:
    headers: dict[str, Any] = {}

    params: dict[str, Any] = {}

    params["custnum"] = custnum

    params["ordernumber"] = ordernumber

    params = {k: v for k, v in params.items() if v is not UNSET and v is not None}

    _kwargs: dict[str, Any] = {
        "method": "patch",
        "url": "/jobs/opensalesinvoices",
        "params": params,
    }

    _kwargs["json"] = body.to_dict()

    headers["Content-Type"] = "application/json"

    _kwargs["headers"] = headers
    return _kwargs


def _parse_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> Any | JobPatchOpenSalesInvoicesResponse | None:
    if response.status_code == 200:
        response_200 = JobPatchOpenSalesInvoicesResponse.from_dict(response.json())

        return response_200

    if response.status_code == 400:
        response_400 = cast(Any, None)
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
) -> Response[Any | JobPatchOpenSalesInvoicesResponse]:
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
    custnum: str,
    ordernumber: str,
) -> Response[Any | JobPatchOpenSalesInvoicesResponse]:
    """Change all open invoices of one customer and order.

    Args:
        custnum (str): Customer number of the jobs to change.
        ordernumber (str): Order number of the jobs to change.
        body (JobDataSet): The data of one job.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[Any | JobPatchOpenSalesInvoicesResponse]
    """

    kwargs = _get_kwargs(
        body=body,
        custnum=custnum,
        ordernumber=ordernumber,
    )

    response = client.get_httpx_client().request(
        **kwargs,
    )

    return _build_response(client=client, response=response)


def sync(
    *,
    client: AuthenticatedClient,
    body: JobDataSet,
    custnum: str,
    ordernumber: str,
) -> Any | JobPatchOpenSalesInvoicesResponse | None:
    """Change all open invoices of one customer and order.

    Args:
        custnum (str): Customer number of the jobs to change.
        ordernumber (str): Order number of the jobs to change.
        body (JobDataSet): The data of one job.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Any | JobPatchOpenSalesInvoicesResponse
    """

    return sync_detailed(
        client=client,
        body=body,
        custnum=custnum,
        ordernumber=ordernumber,
    ).parsed


async def asyncio_detailed(
    *,
    client: AuthenticatedClient,
    body: JobDataSet,
    custnum: str,
    ordernumber: str,
) -> Response[Any | JobPatchOpenSalesInvoicesResponse]:
    """Change all open invoices of one customer and order.

    Args:
        custnum (str): Customer number of the jobs to change.
        ordernumber (str): Order number of the jobs to change.
        body (JobDataSet): The data of one job.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[Any | JobPatchOpenSalesInvoicesResponse]
    """

    kwargs = _get_kwargs(
        body=body,
        custnum=custnum,
        ordernumber=ordernumber,
    )

    response = await client.get_async_httpx_client().request(**kwargs)

    return _build_response(client=client, response=response)


async def asyncio(
    *,
    client: AuthenticatedClient,
    body: JobDataSet,
    custnum: str,
    ordernumber: str,
) -> Any | JobPatchOpenSalesInvoicesResponse | None:
    """Change all open invoices of one customer and order.

    Args:
        custnum (str): Customer number of the jobs to change.
        ordernumber (str): Order number of the jobs to change.
        body (JobDataSet): The data of one job.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Any | JobPatchOpenSalesInvoicesResponse
    """

    return (
        await asyncio_detailed(
            client=client,
            body=body,
            custnum=custnum,
            ordernumber=ordernumber,
        )
    ).parsed
