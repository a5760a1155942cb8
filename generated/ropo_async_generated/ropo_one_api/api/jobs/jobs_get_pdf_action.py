# Generated from openapi/ropo-one/openapi.json. Do not edit: correct the overlay beside it, then run `make generate`.
from http import HTTPStatus
from io import BytesIO
from typing import Any, cast

import httpx

from ... import errors
from ...client import AuthenticatedClient, Client
from ...models.job_response_errors import JobResponseErrors
from ...types import UNSET, File, Response, Unset


def _get_kwargs(
    *,
    jobid: int | Unset = UNSET,
    billnum: str | Unset = UNSET,
    contractnum: str | Unset = UNSET,
    documentdate: str | Unset = UNSET,
    origdata: int | Unset = UNSET,
    documenttype: str | Unset = UNSET,
    joistocolumn: str | Unset = UNSET,
) -> dict[str, Any]:

    params: dict[str, Any] = {}

    params["jobid"] = jobid

    params["billnum"] = billnum

    params["contractnum"] = contractnum

    params["documentdate"] = documentdate

    params["origdata"] = origdata

    params["documenttype"] = documenttype

    params["joistocolumn"] = joistocolumn

    params = {k: v for k, v in params.items() if v is not UNSET and v is not None}

    _kwargs: dict[str, Any] = {
        "method": "get",
        "url": "/jobs/pdf",
        "params": params,
    }

    return _kwargs


def _parse_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> Any | File | JobResponseErrors | None:
    if response.status_code == 200:
        response_200 = File(payload=BytesIO(response.content))

        return response_200

    if response.status_code == 400:
        response_400 = JobResponseErrors.from_dict(response.json())

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
) -> Response[Any | File | JobResponseErrors]:
    return Response(
        status_code=HTTPStatus(response.status_code),
        content=response.content,
        headers=response.headers,
        parsed=_parse_response(client=client, response=response),
    )


def sync_detailed(
    *,
    client: AuthenticatedClient,
    jobid: int | Unset = UNSET,
    billnum: str | Unset = UNSET,
    contractnum: str | Unset = UNSET,
    documentdate: str | Unset = UNSET,
    origdata: int | Unset = UNSET,
    documenttype: str | Unset = UNSET,
    joistocolumn: str | Unset = UNSET,
) -> Response[Any | File | JobResponseErrors]:
    """Fetch a bill as PDF.

    Args:
        jobid (int | Unset): Id of the job; one of contractnum, billnum and jobid is needed.
        billnum (str | Unset): Bill number of the job; one of contractnum, billnum and jobid is
            needed.
        contractnum (str | Unset): Contract number of the job; one of contractnum, billnum and
            jobid is needed.
        documentdate (str | Unset): Date of the document; needs contractnum or billnum beside it.
        origdata (int | Unset): 0 = as it is now, 1 = as it was at first (the default).
        documenttype (str | Unset): Type of the document in the Joisto archive.
        joistocolumn (str | Unset): Column of the Joisto archive: JobId, Laskunumero or Laskunro.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[Any | File | JobResponseErrors]
    """

    kwargs = _get_kwargs(
        jobid=jobid,
        billnum=billnum,
        contractnum=contractnum,
        documentdate=documentdate,
        origdata=origdata,
        documenttype=documenttype,
        joistocolumn=joistocolumn,
    )

    response = client.get_httpx_client().request(
        **kwargs,
    )

    return _build_response(client=client, response=response)


def sync(
    *,
    client: AuthenticatedClient,
    jobid: int | Unset = UNSET,
    billnum: str | Unset = UNSET,
    contractnum: str | Unset = UNSET,
    documentdate: str | Unset = UNSET,
    origdata: int | Unset = UNSET,
    documenttype: str | Unset = UNSET,
    joistocolumn: str | Unset = UNSET,
) -> Any | File | JobResponseErrors | None:
    """Fetch a bill as PDF.

    Args:
        jobid (int | Unset): Id of the job; one of contractnum, billnum and jobid is needed.
        billnum (str | Unset): Bill number of the job; one of contractnum, billnum and jobid is
            needed.
        contractnum (str | Unset): Contract number of the job; one of contractnum, billnum and
            jobid is needed.
        documentdate (str | Unset): Date of the document; needs contractnum or billnum beside it.
        origdata (int | Unset): 0 = as it is now, 1 = as it was at first (the default).
        documenttype (str | Unset): Type of the document in the Joisto archive.
        joistocolumn (str | Unset): Column of the Joisto archive: JobId, Laskunumero or Laskunro.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Any | File | JobResponseErrors
    """

    return sync_detailed(
        client=client,
        jobid=jobid,
        billnum=billnum,
        contractnum=contractnum,
        documentdate=documentdate,
        origdata=origdata,
        documenttype=documenttype,
        joistocolumn=joistocolumn,
    ).parsed


async def asyncio_detailed(
    *,
    client: AuthenticatedClient,
    jobid: int | Unset = UNSET,
    billnum: str | Unset = UNSET,
    contractnum: str | Unset = UNSET,
    documentdate: str | Unset = UNSET,
    origdata: int | Unset = UNSET,
    documenttype: str | Unset = UNSET,
    joistocolumn: str | Unset = UNSET,
) -> Response[Any | File | JobResponseErrors]:
    """Fetch a bill as PDF.

    Args:
        jobid (int | Unset): Id of the job; one of contractnum, billnum and jobid is needed.
        billnum (str | Unset): Bill number of the job; one of contractnum, billnum and jobid is
            needed.
        contractnum (str | Unset): Contract number of the job; one of contractnum, billnum and
            jobid is needed.
        documentdate (str | Unset): Date of the document; needs contractnum or billnum beside it.
        origdata (int | Unset): 0 = as it is now, 1 = as it was at first (the default).
        documenttype (str | Unset): Type of the document in the Joisto archive.
        joistocolumn (str | Unset): Column of the Joisto archive: JobId, Laskunumero or Laskunro.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[Any | File | JobResponseErrors]
    """

    kwargs = _get_kwargs(
        jobid=jobid,
        billnum=billnum,
        contractnum=contractnum,
        documentdate=documentdate,
        origdata=origdata,
        documenttype=documenttype,
        joistocolumn=joistocolumn,
    )

    response = await client.get_async_httpx_client().request(**kwargs)

    return _build_response(client=client, response=response)


async def asyncio(
    *,
    client: AuthenticatedClient,
    jobid: int | Unset = UNSET,
    billnum: str | Unset = UNSET,
    contractnum: str | Unset = UNSET,
    documentdate: str | Unset = UNSET,
    origdata: int | Unset = UNSET,
    documenttype: str | Unset = UNSET,
    joistocolumn: str | Unset = UNSET,
) -> Any | File | JobResponseErrors | None:
    """Fetch a bill as PDF.

    Args:
        jobid (int | Unset): Id of the job; one of contractnum, billnum and jobid is needed.
        billnum (str | Unset): Bill number of the job; one of contractnum, billnum and jobid is
            needed.
        contractnum (str | Unset): Contract number of the job; one of contractnum, billnum and
            jobid is needed.
        documentdate (str | Unset): Date of the document; needs contractnum or billnum beside it.
        origdata (int | Unset): 0 = as it is now, 1 = as it was at first (the default).
        documenttype (str | Unset): Type of the document in the Joisto archive.
        joistocolumn (str | Unset): Column of the Joisto archive: JobId, Laskunumero or Laskunro.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Any | File | JobResponseErrors
    """

    return (
        await asyncio_detailed(
            client=client,
            jobid=jobid,
            billnum=billnum,
            contractnum=contractnum,
            documentdate=documentdate,
            origdata=origdata,
            documenttype=documenttype,
            joistocolumn=joistocolumn,
        )
    ).parsed
