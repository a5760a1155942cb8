"""What a document may be called: a server's proposal, made harmless on every system. Pure."""

from __future__ import annotations

import re
import unicodedata
from itertools import chain, count
from typing import TYPE_CHECKING
from urllib.parse import unquote, unquote_to_bytes

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

__all__ = ["LONGEST", "numbered", "sanitised", "suggested_filename"]

LONGEST = 120
"""Bytes of a file name in UTF-8."""

_SUFFIX = ".pdf"
_LONGEST_HEADER = 8 * 1024
_WORD = r"[!#$%&'*+.^_`|~0-9A-Za-z-]+"
_PARAMETER = re.compile(rf';\s*({_WORD})\s*=\s*(?:"((?:[^"\\]|\\.)*+)"|([^\s;"]+))', re.DOTALL)
_EXTENDED = re.compile(r"(utf-8|iso-8859-1)'[A-Z0-9-]*'((?:%[0-9A-F]{2}|[!#$&+.^_`|~0-9A-Z-])+)", re.IGNORECASE)
# Devices, as Windows has them, whatever follows a dot.
_DEVICES = re.compile(r"(?:CON|PRN|AUX|NUL|CLOCK\$|CONIN\$|CONOUT\$|(?:COM|LPT)[0-9¹²³]) *(?:\.|\Z)", re.IGNORECASE)


def suggested_filename(headers: Mapping[str, str]) -> str | None:
    """Return the name that an answer proposes, harmless; None where it proposes none that could be used.

    It stands in `Content-Disposition` (RFC 6266, its extended form by RFC 8187 first), or in a header `pdfname`,
    perhaps percent-encoded: how the vendor's header for it is called is not published.

    Args:
        headers: names in lower case.
    """
    proposals = chain(_from_disposition(headers.get("content-disposition", "")), [unquote(headers.get("pdfname", ""))])
    return next((name for proposal in proposals if (name := sanitised(proposal[:_LONGEST_HEADER]))), None)


def _from_disposition(header: str) -> Iterator[str]:
    if len(header) > _LONGEST_HEADER:
        return
    plain = dict[str, str]()
    for name, quoted, bare in _PARAMETER.findall(header):
        # The first of several holds.
        plain.setdefault(name.lower(), re.sub(r"\\(.)", r"\1", quoted, flags=re.DOTALL) or bare)
    if extended := _EXTENDED.fullmatch(plain.get("filename*", "")):
        yield unquote_to_bytes(extended[2]).decode(extended[1], "replace")
    yield plain.get("filename", "")


def sanitised(name: str) -> str | None:
    """Return `name` as a file name that is harmless in any folder of any system; None where nothing is left of it.

    It is the last part of a path, in NFC, without control, format (such as right-to-left) and unassigned characters,
    without what Windows forbids, without dots, dashes and spaces at its beginning and dots and spaces at its end, no
    device of Windows, and a `.pdf` of at most `LONGEST` bytes.
    """
    last = re.split(r"[/\\]", unicodedata.normalize("NFC", name))[-1]
    kept = "".join(" " if unicodedata.category(c)[0] == "Z" else c for c in last if unicodedata.category(c)[0] != "C")
    kept = re.sub(r'[<>:"|?*]', "_", unicodedata.normalize("NFC", kept))
    stem = _cut((kept[: -len(_SUFFIX)] if kept.lower().endswith(_SUFFIX) else kept).lstrip(".- "))
    if _DEVICES.match(stem):
        stem = _cut(f"_{stem}")
    return f"{stem}{_SUFFIX}" if stem else None


def _cut(stem: str) -> str:
    return stem.encode()[: LONGEST - len(_SUFFIX)].decode(errors="ignore").rstrip(". ")


def numbered(name: str) -> Iterator[str]:
    """Yield `name`, then `name` with 2, 3, ... before its suffix: what to try where names are taken."""
    yield name
    stem = name.removesuffix(_SUFFIX)
    for number in count(2):
        mark = f" ({number}){_SUFFIX}"
        yield stem.encode()[: LONGEST - len(mark)].decode(errors="ignore") + mark
