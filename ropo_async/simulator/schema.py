"""What the vendor documents about the bodies that it takes: names, kinds, and what must be there."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final, cast

from ropo_async.simulator.values import is_missing, is_number, is_whole

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

__all__ = ["FIELDS", "REQUIRED", "problems"]

# By kind: a question mark allows null, brackets mean a list of that schema.
_KINDS: Final[dict[str, dict[str, str]]] = {
    "JobDataSet": {
        "string": "address city company",
        "string?": (
            "TA0001 TA0002 TA0003 accountdate addressaddline1 addressaddline2 addressaddline3 addresscountry autogiro "
            "avtalegiro billcode billdate billnum billtemplate claimtext collectionprocess contactperson "
            "contactpersondepartment contactpersontitle country countryname currency custnum deliverydate "
            "deliverymethod deliveryterm department email email2 evoice evoiceint foreigncurrency freetext govid "
            "language model noticedate noticedate2 noticedate3 noticedate4 origbillnum ourcode ovt ownref paydate "
            "pdfname period person phone postcode refundiban refundmessage refundtobillnum salesmanname sendtype "
            "servicecode servicecode_dimension servicecode_name vatid vatperiod voucherbatch vouchernum xmldate "
            "yourcode"
        ),
        "integer": "customertype jobtype postclass",
        "integer?": (
            "billtemplateid cashbill checkbillnum collectioninvoice color customerid doublesided finance negvat "
            "ordernumber payplancount payplaninterval putonhold refundmessagetype refundtojobid salesman sensible "
            "vatlayout"
        ),
        "number?": (
            "advancepayment amount foreignamount netamount noticefee overdueinterest payplanamount totalamount "
            "vatamount"
        ),
        "JobImage?": "image",
        "JobPackageDetails?": "packagedetails",
        "JobPayee?": "payee",
    },
    "JobSubmission": {
        "[JobPayRow]": "payrow",
        "[JobAccountRow]": "accountrow",
        "[JobCashDiscountRow]": "cashdiscountrow",
        "[JobAttachment]": "attachment",
        "[JobPropertyRow]": "propertyrow",
        "JobPayPlan": "payplan",
        "string": "fixedfee",
    },
    "JobAccountRow": {"string": "accountid desc", "number": "credit debit netamount taxpr vatamount"},
    "JobAttachment": {"string": "attachmentfile attachmentid attachmentname"},
    "JobCashDiscountRow": {"string": "discountdate discountfreetext", "number": "discountamount discountpercent"},
    "JobDeliveryStatusRequest": {"string": "created_at id service"},
    "JobDisputeRequest": {},
    "JobImage": {"string": "file filename"},
    "JobInstalment": {"string": "date", "number": "amount"},
    "JobPackageDetails": {},
    "JobPayPlan": {"[JobInstalment]": "instalment"},
    "JobPayRow": {
        "string": "desc itemtype",
        "number": "amount count discount netamount taxpr totalamount vatamount",
    },
    "JobPayee": {},
    "JobPropertyRow": {"string": "propname propvalue"},
    "JobResolveDisputeRequest": {},
}


def _fields(kinds: Mapping[str, str]) -> dict[str, str]:
    return {name: kind for kind, names in kinds.items() for name in names.split()}


_BY_SCHEMA: Final = {schema: _fields(kinds) for schema, kinds in _KINDS.items()}
FIELDS: Final[Mapping[str, Mapping[str, str]]] = MappingProxyType(
    _BY_SCHEMA | {"JobSubmission": _BY_SCHEMA["JobDataSet"] | _BY_SCHEMA["JobSubmission"]}
)
"""The kind of every field, by schema and name."""

_DATA_SET: Final = ("address", "city", "customertype", "jobtype")
REQUIRED: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType({"JobDataSet": _DATA_SET, "JobSubmission": _DATA_SET})

_SCALARS: Final[Mapping[str, Callable[[object], bool]]] = MappingProxyType(
    {"string": lambda value: isinstance(value, str), "integer": is_whole, "number": is_number}
)


def problems(schema: str, value: object, path: str = "") -> Iterator[str]:
    """Say what is wrong with a value, by the names of its fields; fields that are not known are nothing wrong.

    Numbers may come in quotes, as they do in the vendor's own examples.
    """
    if not isinstance(value, Mapping):
        yield f"{path or 'the body'} must be an object"
        return
    sent = cast("Mapping[str, Any]", value)
    prefix = f"{path}." if path else ""
    missing = (name for name in REQUIRED.get(schema, ()) if is_missing(sent.get(name)))
    yield from (f"{prefix}{name} is required" for name in missing)
    for name, kind in FIELDS[schema].items():
        if name in sent:
            yield from _of_kind(kind, sent[name], prefix + name)


def _of_kind(kind: str, value: object, path: str) -> Iterator[str]:
    wanted = kind.removesuffix("?")
    if value is None and wanted != kind:
        return
    if wanted in _SCALARS:
        if not _SCALARS[wanted](value):
            yield f"{path} must be of type {wanted}"
    elif not wanted.startswith("["):
        yield from problems(wanted, value, path)
    elif not isinstance(value, list):
        yield f"{path} must be a list"
    else:
        for place, entry in enumerate(cast("list[object]", value)):
            yield from problems(wanted.strip("[]"), entry, f"{path}[{place}]")
