"""Between bytes and values, both ways. Pure, and the only room that knows the generated code.

What goes out is built by the generated request builders. What comes in is read leniently, piece by piece.
"""

from ropo_async.codec.errors import VendorError, read_vendor_error, status_error
from ropo_async.codec.login import read_token, token_request
from ropo_async.codec.payments import payment_request, read_receipt
from ropo_async.codec.updates import poll_request, read_page, read_update, reread_request, salvage_page

__all__ = [
    "VendorError",
    "payment_request",
    "poll_request",
    "read_page",
    "read_receipt",
    "read_token",
    "read_update",
    "read_vendor_error",
    "reread_request",
    "salvage_page",
    "status_error",
    "token_request",
]
