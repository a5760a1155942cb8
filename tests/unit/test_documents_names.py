"""The server's name for a document: read as RFC 6266 has it, and harmless on every system."""

import re
import unicodedata
from itertools import islice
from pathlib import PurePosixPath, PureWindowsPath

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from ropo_async.documents._names import LONGEST, numbered, sanitised, suggested_filename


@pytest.mark.parametrize(
    ("header", "name"),
    [
        ('attachment; filename="invoice.pdf"', "invoice.pdf"),
        ("attachment; filename=invoice.pdf", "invoice.pdf"),
        ('inline;FileName = "invoice.pdf" ; size=3', "invoice.pdf"),
        ('attachment; filename="a \\"b\\" c.pdf"', "a _b_ c.pdf"),
        ('attachment; filename="a; filename=b.pdf"', "a; filename=b.pdf"),
        ("attachment; filename=\"plain.pdf\"; filename*=UTF-8''l%C3%A4sku.pdf", "läsku.pdf"),
        ("attachment; filename*=utf-8'fi'l%C3%A4sku.pdf; filename=plain.pdf", "läsku.pdf"),
        ("attachment; filename*=ISO-8859-1''l%E4sku.pdf", "läsku.pdf"),
        # What is no extended form at all gives way to the plain one.
        ("attachment; filename*=UTF-7''+AOQ-.pdf; filename=plain.pdf", "plain.pdf"),
        ("attachment; filename*=nonsense; filename=plain.pdf", "plain.pdf"),
        ("attachment; filename*=UTF-8''%2E%2E; filename=plain.pdf", "plain.pdf"),
        ('attachment; filename="one.pdf"; filename="two.pdf"', "one.pdf"),
        ("attachment; filename*=UTF-8''..%2F..%2Fetc%2Fpasswd", "passwd.pdf"),
        ("attachment; filename*=UTF-8''%00%0D%0Aa.pdf", "a.pdf"),
        ("attachment", None),
        ('attachment; filename=""', None),
        ('attachment; filename="unfinished', None),
        ("", None),
    ],
)
def test_the_name_is_read_from_the_header(header: str, name: str | None) -> None:
    assert suggested_filename({"content-disposition": header}) == name


def test_a_header_of_its_own_names_a_document_as_well() -> None:
    assert suggested_filename({"pdfname": "../preview.pdf"}) == "preview.pdf"
    assert suggested_filename({"pdfname": "b.pdf", "content-disposition": "inline; filename=a.pdf"}) == "a.pdf"
    assert suggested_filename({"pdfname": "b.pdf", "content-disposition": "inline"}) == "b.pdf"
    assert suggested_filename({"pdfname": "l%C3%A4sku%2f%00 100%.pdf"}) == "100%.pdf"


def test_a_huge_header_costs_nothing() -> None:
    assert suggested_filename({"content-disposition": "a; filename=" + "x" * 1_000_000}) is None
    assert suggested_filename({"content-disposition": 'a; filename="' + "\\x" * 4000}) is None
    assert suggested_filename({"content-disposition": "a" + "; x" * 2000 + "; filename=a.pdf"}) == "a.pdf"
    assert suggested_filename({"pdfname": "x" * 1_000_000}) == "x" * 116 + ".pdf"


@pytest.mark.parametrize(
    ("name", "clean"),
    [
        ("../../etc/passwd", "passwd.pdf"),
        ("..\\..\\windows\\system.ini", "system.ini.pdf"),
        ("C:\\invoice.pdf", "invoice.pdf"),
        ("invoice.pdf:stream", "invoice.pdf_stream.pdf"),
        ("invoice.PDF", "invoice.pdf"),
        ("invoice.exe", "invoice.exe.pdf"),
        ("fdp.\N{RIGHT-TO-LEFT OVERRIDE}exe", "fdp.exe.pdf"),
        ("a\0b\r\nc\x7f\x9b.pdf", "abc.pdf"),
        ("...hidden.pdf", "hidden.pdf"),
        ("--rf.pdf", "rf.pdf"),
        (" - . name . . ", "name.pdf"),
        ("name. .pdf", "name.pdf"),
        ("CON", "_CON.pdf"),
        ("con.pdf", "_con.pdf"),
        ("Lpt1 .txt.pdf", "_Lpt1 .txt.pdf"),
        ("COM\N{SUPERSCRIPT ONE}.pdf", "_COM\N{SUPERSCRIPT ONE}.pdf"),
        ("..CON.pdf", "_CON.pdf"),
        ("CONTRACT.pdf", "CONTRACT.pdf"),
        ("CON" + " " * 200 + "x.pdf", "_CON.pdf"),
        ("a\N{COMBINING DIAERESIS}.pdf", "ä.pdf"),
        ("a\N{ZERO WIDTH JOINER}\N{COMBINING DIAERESIS}.pdf", "ä.pdf"),
        ("a\N{LINE SEPARATOR}b.pdf", "a b.pdf"),
        ("\ud800.pdf", None),
        (".pdf", None),
        ("...", None),
        ("a/", None),
        ("", None),
        ("ä" * 200 + ".pdf", "ä" * 58 + ".pdf"),
    ],
)
def test_a_name_is_made_harmless(name: str, clean: str | None) -> None:
    assert sanitised(name) == clean


NASTY = st.text(st.sampled_from("./\\ -:CONcon1¹aä\0\u0308\u200d\u202e\ud800.pdfPDF") | st.characters(), max_size=150)
RESERVED = {"CON", "PRN", "AUX", "NUL", "CONIN$", "CONOUT$", "CLOCK$"}
RESERVED |= {f"{port}{number}" for port in ("COM", "LPT") for number in "0123456789¹²³"}


@given(NASTY)
@example("CON" + " " * 200 + "x")
@example("CON." + "x" * 200)
def test_whatever_the_name_it_is_a_plain_file_in_any_folder(name: str) -> None:
    clean = sanitised(name)
    if clean is None:
        return
    assert sanitised(clean) == clean
    for kind in (PurePosixPath, PureWindowsPath):
        assert kind(clean).parts == (clean,)
        assert (kind("folder") / clean).parent == kind("folder")
    assert clean.endswith(".pdf")
    assert len(clean.encode()) <= LONGEST
    assert clean == unicodedata.normalize("NFC", clean)
    assert not [c for c in clean if unicodedata.category(c)[0] == "C" or c in '/\\<>:"|?*']
    assert clean[0] not in ".- "
    assert clean.removesuffix(".pdf")[-1] not in ". "
    assert re.split(r"[. ]", clean)[0].upper() not in RESERVED


@given(NASTY)
def test_whatever_the_header_it_is_read(header: str) -> None:
    clean = suggested_filename({"content-disposition": f"attachment; filename={header}", "pdfname": header})
    assert clean is None or sanitised(clean) == clean


def test_taken_names_get_numbers() -> None:
    assert list(islice(numbered("a.pdf"), 3)) == ["a.pdf", "a (2).pdf", "a (3).pdf"]
    longest = sanitised("ä" * 200) or ""
    names = list(islice(numbered(longest), 1000))
    assert len(set(names)) == 1000
    assert max(len(name.encode()) for name in names) <= LONGEST
