"""Files of payments and credit notes: what is refused, and that all of it is told at once."""

import json
from pathlib import Path

import anyio
import pytest

from ropo_async import InvalidFile, InvalidInput, Registration
from ropo_async.ledger import _files, sources
from ropo_async.ledger.sources import SourceOf, opened
from tests.ledger.sheets import ANSWER, HEADER, PAID, ROW, SECRET, read, refused, written

CELLS = [
    ("amount", "1,50", "amount has a comma, where only a decimal point is read"),
    ("amount", "1e5", "amount must be a number with a decimal point"),
    ("amount", "NaN", "amount must be a number with a decimal point"),
    ("amount", "\u0661", "amount must be a number with a decimal point"),
    ("amount", "9" * 18, "amount must be a finite amount of ordinary size"),
    ("amount", "", "amount is missing"),
    ("paydate", "20.11.2026", "paydate must be a date, YYYY-MM-DD"),
    ("paydate", "20261120", "paydate must be a date, YYYY-MM-DD"),
    ("paydate", "2026-02-29", "paydate must be a day that there is, YYYY-MM-DD"),
    ("paydate", "", "paydate is missing"),
    ("jobid", "7.0", "jobid must be a whole number"),
    ("jobid", "0", "jobid must be a positive int of 64 bits at most"),
    ("operation_id", "", "operation_id is missing"),
    ("operation_id", "x" * 201, "operation_id must be 1 to 200 printable characters, without spaces around"),
    ("kind", SECRET, "kind must be payment or credit note"),
    ("kind", "credit note", "paydate is nothing that a credit note has; date is missing"),
    ("date", "2026-11-20", "date is nothing that a payment has"),
    ("invoice_billnum", SECRET, "invoice_billnum contradicts the payment's own"),
]


@pytest.mark.parametrize("cell", CELLS, ids=[f"{name}-{number}" for number, (name, _, _) in enumerate(CELLS)])
@pytest.mark.parametrize("suffix", [".csv", ".jsonl"])
async def test_what_cannot_be_right_is_told_with_its_line(
    anyio_backend: str, tmp_path: Path, suffix: str, cell: tuple[str, str, str]
) -> None:
    name, value, words = cell
    given = {"operation_id": "op-1", "amount": "10.50", "paydate": "2026-11-20", "kind": "", "date": ""}
    given |= {"billnum": "" if name == "jobid" else "R-1", "jobid": "", "invoice_billnum": "", name: value}
    texts = {".csv": f"{';'.join(given)}\n{';'.join(given.values())}", ".jsonl": f"\n{json.dumps(given)}"}
    problems = await refused(written(tmp_path, texts[suffix], f"a{suffix}"))
    expected = words.replace("invoice_billnum contradicts", "billnum contradicts")
    assert problems == [f"line 2: {part}" for part in expected.split("; ")]


async def test_everything_is_told_at_once(anyio_backend: str, tmp_path: Path) -> None:
    rows = [
        "op-1,1.00,2026-11-20,R-1",
        f'op-2,"1,00",{SECRET},R-2',
        "op-1,1.00,2026-11-20,R-1",
        'op-4,1.00,"2026"-11-20,R-4',
        "op-5,1.00,2026-11-20,R-5,too much",
        "op-6,1.00,2026-11-20,R-6,",
        "op-2,1.00,2026-11-20,R-7",
        "op-8,1.00,2026-11-20,",
    ]
    assert await refused(written(tmp_path, "\n".join([HEADER, *rows]))) == [
        "line 3: amount has a comma, where only a decimal point is read",
        "line 3: paydate must be a date, YYYY-MM-DD",
        "line 4: operation_id is that of line 2 too",
        "line 5: cannot be read as CSV: ',' expected after '\"'",
        "line 6: has 5 values under 4 columns",
        "line 7: has 5 values under 4 columns",
        "line 8: operation_id is that of line 3 too",
        (
            "line 9: a payment takes exactly one of billcode, jobid, billnum: none is given. The server would look for "
            "billcode, then jobid, then billnum, and book on the first that it finds"
        ),
    ]


@pytest.mark.parametrize(
    ("header", "problems"),
    [
        ("", ["amount is missing from the header", "operation_id is missing from the header"]),
        (SECRET + ",100.00", ["amount is missing from the header", "operation_id is missing from the header"]),
        (f"{HEADER},Amount", ["Amount is no known column"]),
        (f"{HEADER},,billcode", ["is no known column"]),
        (f"{HEADER},billcode,amount,billcode", ["amount is there twice", "billcode is there twice"]),
        (HEADER.replace(",", ", ;"), ["amount is missing from the header", "operation_id is missing from the header"]),
        ('operation_id,"amount', ["cannot be read as CSV: unexpected end of data"]),
    ],
    ids=["none", "data", "unknown", "nameless", "double", "both delimiters", "quote"],
)
async def test_a_header_must_be_right(anyio_backend: str, tmp_path: Path, header: str, problems: list[str]) -> None:
    found = await refused(written(tmp_path, header))
    assert sorted(found) == sorted(f"line 1: {problem}" for problem in problems)


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        (b"{", "is no JSON: Expecting property name enclosed in double quotes, at character 2"),
        (b"[1]", "must be a JSON object"),
        (b'{"operation_id": "\xff"}', "is not UTF-8"),
        (b'{"amount": NaN}', "has a key twice, or a number that is none, or is nested too deep"),
        (b'{"amount": 1, "amount": 2}', "has a key twice, or a number that is none, or is nested too deep"),
        (b'{"amount": 1e9999999999999999999999}', "has a key twice, or a number that is none, or is nested too deep"),
        (b'{"amount": ' + b"9" * 5000 + b"}", "has a key twice, or a number that is none, or is nested too deep"),
        (b'{"amount": ' + b"[" * 100_000, "has a key twice, or a number that is none, or is nested too deep"),
        (json.dumps(ANSWER | {"iban": SECRET}).encode(), "iban is no known column"),
        (json.dumps(ANSWER | {"amount": True}).encode(), "amount must be a number with a decimal point"),
        (json.dumps(ANSWER | {"billnum": 7}).encode(), "billnum must be text"),
        (json.dumps(ANSWER | {"description": "\ud800"}).encode(), "description is not UTF-8"),
        (json.dumps(ANSWER | {"operation_id": 7}).encode(), "operation_id must be text"),
    ],
    ids=str,
)
async def test_a_line_of_json_must_be_right(anyio_backend: str, tmp_path: Path, line: bytes, problem: str) -> None:
    right = json.dumps(ANSWER | {"operation_id": "op-0"}).encode()
    assert await refused(written(tmp_path, right + b"\n\n" + line, "a.jsonl")) == [f"line 3: {problem}"]


async def test_a_cell_must_be_utf_8(anyio_backend: str, tmp_path: Path) -> None:
    text = f"{HEADER},description\n{ROW},".encode() + "päivä".encode("cp1252")
    assert await refused(written(tmp_path, text)) == ["line 2: description is not UTF-8"]


@pytest.mark.parametrize("text", [f"{HEADER},päivä\n".encode("cp1252"), f"{HEADER}\n{ROW}\n".encode("utf-16")], ids=len)
async def test_a_header_must_be_utf_8(anyio_backend: str, tmp_path: Path, text: bytes) -> None:
    assert await refused(written(tmp_path, text)) == ["line 1: is not UTF-8"]


@pytest.mark.parametrize("name", ["\ud800", "\x1b[2J", "\u202ebillnum"], ids=ascii)
async def test_a_name_that_would_change_a_screen_is_not_shown(anyio_backend: str, tmp_path: Path, name: str) -> None:
    text = json.dumps(ANSWER | {name: "x"})
    assert await refused(written(tmp_path, text, "a.jsonl")) == ["line 1: is no known column"]


async def test_ends_of_lines_as_they_once_were_are_none(anyio_backend: str, tmp_path: Path) -> None:
    found = await refused(written(tmp_path, f"{HEADER}\r{ROW}\r"))
    assert found == ["line 1: cannot be read as CSV: new-line character seen in unquoted field"]


@pytest.mark.parametrize("name", ["a.csv", "a.jsonl"])
async def test_an_endless_line_is_no_line(anyio_backend: str, tmp_path: Path, name: str) -> None:
    first = HEADER if name == "a.csv" else ""
    path = written(tmp_path, first.encode() + b"\n" + bytes(3 * _files.LONGEST_LINE), name)
    assert await refused(path) == ["line 2: is too long to be a line of such a file"]


async def test_some_problems_are_kept_and_all_are_counted(anyio_backend: str, tmp_path: Path) -> None:
    rows = [f"op-{number},x,2026-11-20,R-1" for number in range(1000)]
    with pytest.raises(InvalidFile) as caught:
        await read(written(tmp_path, "\n".join([HEADER, *rows])))
    assert [problem.line for problem in caught.value.problems] == list(range(2, 102))
    assert caught.value.more == 900
    assert str(caught.value).endswith("and 990 more, see `.problems`")


@pytest.mark.parametrize("times", [2, 3])
async def test_all_that_is_there_twice_is_counted(
    anyio_backend: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, times: int
) -> None:
    monkeypatch.setattr(sources, "SUSPECTS", 7)
    rows = [f"op-{number % 20},1,2026-11-20,R-1" for number in range(20 * times)]
    with pytest.raises(InvalidFile) as caught:
        await read(written(tmp_path, "\n".join([HEADER, *rows])))
    assert len(caught.value.problems) == 7 * (times - 1)
    assert len(caught.value.problems) + caught.value.more == 20 * (times - 1)


async def test_ids_that_only_look_alike_are_two(
    anyio_backend: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for room in (_files, sources):
        monkeypatch.setattr(room, "mark_of", lambda _: 7)
    path = written(tmp_path, f"{HEADER}\n{ROW}\n{ROW.replace('op-1', 'op-2')}")
    assert len(await read(path)) == 2


@pytest.mark.parametrize(
    "change",
    [
        lambda text: text.replace("10.50", "90.50"),
        lambda text: text + "op-x,1,2026-11-20,R-1\n",
        lambda text: text[: len(text) // 2],
        lambda _: "",
    ],
    ids=["in place", "grown", "cut", "emptied"],
)
async def test_a_file_must_not_change_meanwhile(anyio_backend: str, tmp_path: Path, change: object) -> None:
    text = "".join([f"{HEADER}\n", *(f"op-{number},10.50,2026-11-20,R-{number}\n" for number in range(5_000))])
    path = written(tmp_path, text)
    done = list[Registration]()
    with pytest.raises(InvalidFile, match="is not what it was when the file was checked") as caught:  # noqa: PT012
        async with opened(path, None) as found:
            assert found.total == 5_000
            path.write_text(change(text))  # type: ignore[operator]
            async for _, one in found.items:
                done.append(one)
    assert {str(one.posting.amount) for one in done} <= {"10.50"}
    assert caught.value.problems[0].line > len(done)


async def test_a_file_may_be_replaced_while_it_is_open(anyio_backend: str, tmp_path: Path) -> None:
    path = written(tmp_path, f"{HEADER}\n{ROW}\n")
    async with opened(path, None) as found:
        written(tmp_path, f"{HEADER}\n", "new.csv").replace(path)
        assert [one.operation_id async for _, one in found.items] == ["op-1"]


@pytest.mark.parametrize("name", ["none.csv", "folder.csv", "pipe.csv"])
async def test_what_is_no_file_is_refused(anyio_backend: str, tmp_path: Path, name: str) -> None:
    import os

    (tmp_path / "folder.csv").mkdir()
    os.mkfifo(tmp_path / "pipe.csv")
    with anyio.fail_after(10), pytest.raises(FileNotFoundError if name == "none.csv" else InvalidInput):
        await read(tmp_path / name)


@pytest.mark.parametrize("source", [7, None, b"payments.csv", [PAID], [None], [("op-1", PAID)]], ids=repr)
async def test_what_gives_no_registrations_is_refused(anyio_backend: str, source: SourceOf) -> None:
    with pytest.raises(InvalidInput, match="Registration"):
        await read(source)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("", PAID), "operation_id must be 1 to 200"),
        ((" a", PAID), "operation_id must be 1 to 200"),
        ((7, PAID), "operation_id must be 1 to 200"),
        (("a", {"amount": 1}), "a Payment or a CreditNote is needed"),
        (("a", PAID, ""), "billnum must be text"),
        (("a", PAID, "R-1\ud800"), "billnum must be text"),
        (("a", PAID, "R-2"), "billnum contradicts the payment's own"),
    ],
    ids=repr,
)
def test_a_registration_is_checked(arguments: tuple[object, ...], words: str) -> None:
    with pytest.raises(InvalidInput, match=words):
        Registration(*arguments)  # type: ignore[arg-type]
