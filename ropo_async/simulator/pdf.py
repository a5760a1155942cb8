"""Small PDF files that any reader opens, made of plain text, always the same bytes for the same text."""

from __future__ import annotations

from itertools import accumulate
from typing import TYPE_CHECKING, Final

from ropo_async.simulator.messages import Filling

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["pdf_of"]

_HEAD: Final = b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n"
_FONT: Final = b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>"
_ESCAPES: Final = str.maketrans({"\\": r"\\", "(": r"\(", ")": r"\)"})


def pdf_of(pages: Sequence[Sequence[str]], size: int = 0) -> tuple[bytes, Filling]:
    """Make a PDF with one page for each list of lines, of at least `size` bytes with the filling that comes with it.

    The filling belongs into a stream that no page shows, so that the file is as valid with it as a small one.
    """
    objects = _objects(pages)
    body, filling = _file(objects)
    missing = size - len(body)
    if missing <= 0:
        return body, filling
    # The stream that is filled has a size of its own.
    missing -= len(_file([*objects, _stream(0)])[0]) - len(body)
    return _file([*objects, _stream(max(missing, 0))], max(missing, 0))


def _objects(pages: Sequence[Sequence[str]]) -> list[bytes]:
    """Number them: 1 the catalogue, 2 the list of pages, 3 the font, then a page and its text for each."""
    kids = b" ".join(b"%d 0 R" % (4 + 2 * place) for place in range(len(pages)))
    shown = (part for place, lines in enumerate(pages) for part in (_page(5 + 2 * place), _text(lines)))
    catalogue = b"<< /Type /Catalog /Pages 2 0 R >>"
    return [catalogue, b"<< /Type /Pages /Kids [%s] /Count %d >>" % (kids, len(pages)), _FONT, *shown]


def _page(text: int) -> bytes:
    size, font = b"/MediaBox [0 0 595 842]", b"/Resources << /Font << /F1 3 0 R >> >>"
    return b"<< /Type /Page /Parent 2 0 R %s %s /Contents %d 0 R >>" % (size, font, text)


def _text(lines: Sequence[str]) -> bytes:
    shown = b"\n".join(b"(%s) '" % line.translate(_ESCAPES).encode("cp1252", "replace") for line in lines)
    text = b"BT /F1 12 Tf 16 TL 56 786 Td\n%s\nET" % shown
    return b"<< /Length %d >>\nstream\n%s\nendstream" % (len(text), text)


def _stream(size: int) -> bytes:
    # Numbers of a fixed width, so that the file grows by the filling and by nothing else.
    return b"<< /Length %010d >>\nstream\n\nendstream" % size


def _file(objects: Sequence[bytes], size: int = 0) -> tuple[bytes, Filling]:
    """Put objects together; a filling of `size` bytes goes into the last one."""
    parts = [b"%d 0 obj\n%s\nendobj\n" % (number, content) for number, content in enumerate(objects, 1)]
    *places, end = accumulate(map(len, parts), initial=len(_HEAD))
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    count = len(objects) + 1
    trailer = b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%010d\n%%%%EOF\n" % (count, end + size)
    body = b"".join([_HEAD, *parts, b"xref\n0 %d\n0000000000 65535 f \n" % count, table, trailer])
    return body, Filling(end - len(b"\nendstream\nendobj\n"), size)
