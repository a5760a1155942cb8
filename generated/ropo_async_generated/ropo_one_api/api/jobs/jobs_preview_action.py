# Generated from openapi/ropo-one/openapi.json. Do not edit: correct the overlay beside it, then run `make generate`.
from http import HTTPStatus
from io import BytesIO
from typing import Any, cast

import httpx

from ... import errors
from ...client import AuthenticatedClient, Client
from ...models.job import Job
from ...types import UNSET, File, Response, Unset


def _get_kwargs(
    *,
    body: Job,
    data_identifier: str | Unset = UNSET,
    data_type_identifier: str | Unset = UNSET,
) -> dict[str, Any]:
    headers: dict[str, Any] = {}
    if not isinstance(data_identifier, Unset):
        headers["DataIdentifier"] = data_identifier

    if not isinstance(data_type_identifier, Unset):
        headers["DataTypeIdentifier"] = data_type_identifier

    _kwargs: dict[str, Any] = {
        "method": "post",
        "url": "/jobs/preview",
    }

    _kwargs["json"] = body.to_dict()

    headers["Content-Type"] = "application/json"

    _kwargs["headers"] = headers
    return _kwargs


def _parse_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> Any | File | None:
    if response.status_code == 200:
        response_200 = File(payload=BytesIO(response.content))

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
) -> Response[Any | File]:
    return Response(
        status_code=HTTPStatus(response.status_code),
        content=response.content,
        headers=response.headers,
        parsed=_parse_response(client=client, response=response),
    )


def sync_detailed(
    *,
    client: AuthenticatedClient,
    body: Job,
    data_identifier: str | Unset = UNSET,
    data_type_identifier: str | Unset = UNSET,
) -> Response[Any | File]:
    """See how an invoice would look.

    Args:
        data_identifier (str | Unset): The customer's own identifier, to follow the data by.
        data_type_identifier (str | Unset): Identifies the type of the data.
        body (Job): Jobs to submit.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[Any | File]
    """

    kwargs = _get_kwargs(
        body=body,
        data_identifier=data_identifier,
        data_type_identifier=data_type_identifier,
    )

    response = client.get_httpx_client().request(
        **kwargs,
    )

    return _build_response(client=client, response=response)


def sync(
    *,
    client: AuthenticatedClient,
    body: Job,
    data_identifier: str | Unset = UNSET,
    data_type_identifier: str | Unset = UNSET,
) -> Any | File | None:
    """See how an invoice would look.

    Args:
        data_identifier (str | Unset): The customer's own identifier, to follow the data by.
        data_type_identifier (str | Unset): Identifies the type of the data.
        body (Job): Jobs to submit.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Any | File
    """

    return sync_detailed(
        client=client,
        body=body,
        data_identifier=data_identifier,
        data_type_identifier=data_type_identifier,
    ).parsed


async def asyncio_detailed(
    *,
    client: AuthenticatedClient,
    body: Job,
    data_identifier: str | Unset = UNSET,
    data_type_identifier: str | Unset = UNSET,
) -> Response[Any | File]:
    """See how an invoice would look.

    Args:
        data_identifier (str | Unset): The customer's own identifier, to follow the data by.
        data_type_identifier (str | Unset): Identifies the type of the data.
        body (Job): Jobs to submit.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[Any | File]
    """

    kwargs = _get_kwargs(
        body=body,
        data_identifier=data_identifier,
        data_type_identifier=data_type_identifier,
    )

    response = await client.get_async_httpx_client().request(**kwargs)

    return _build_response(client=client, response=response)


async def asyncio(
    *,
    client: AuthenticatedClient,
    body: Job,
    data_identifier: str | Unset = UNSET,
    data_type_identifier: str | Unset = UNSET,
) -> Any | File | None:
    """See how an invoice would look.

    Args:
        data_identifier (str | Unset): The customer's own identifier, to follow the data by.
        data_type_identifier (str | Unset): Identifies the type of the data.
        body (Job): Jobs to submit.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Any | File
    """

    return (
        await asyncio_detailed(
            client=client,
            body=body,
            data_identifier=data_identifier,
            data_type_identifier=data_type_identifier,
        )
    ).parsed
