"""Files of payments and credit notes: what is read, what is refused, and that all of it is told at once."""

import json
import subprocess
import sys
from datetime import date
from decimal import Decimal
from pathlib import Path

import anyio
import pytest

from ropo_async import CreditNote, InvalidFile, InvalidInput, Payment, Registration
from ropo_async.ledger import _files, sources
from ropo_async.ledger.sources import SourceOf, opened

HEADER = "operation_id,amount,paydate,billnum"
ROW = "op-1,10.50,2026-11-20,R-1"
DAY = date(2026, 11, 20)
PAID = Payment(amount=Decimal("10.50"), paydate=DAY, billnum="R-1")
SECRET = "080590-920X"
ANSWER = {"operation_id": "op-1", "amount": 10.5, "paydate": "2026-11-20", "billnum": "R-1"}

NOTE = {
    "operation_id": "b",
    "kind": "credit note",
    "amount": "10.50",
    "date": "2026-11-20",
    "paydate": None,
    "type": "",
}


async def read(source: SourceOf, **options: object) -> list[tuple[int | None, Registration]]:
    async with opened(source, options.get("format")) as found:  # type: ignore[arg-type]
        items = [item async for item in found.items]
        assert found.total in (None, len(items))
        return items


async def refused(path: Path) -> list[str]:
    with pytest.raises(InvalidFile) as caught:
        await read(path)
    assert SECRET not in repr(caught.value) + repr(caught.value.problems)
    assert caught.value.more == 0
    return [str(problem) for problem in caught.value.problems]


def written(folder: Path, text: str | bytes, name: str = "payments.csv") -> Path:
    path = folder / name
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return path


# --- what is read -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        f"{HEADER}\n{ROW}\n",
        f"{HEADER}\n{ROW}",
        f"{HEADER}\r\n{ROW}\r\n",
        f"\ufeff{HEADER}\n{ROW}\n",
        f"{HEADER}\n{ROW}\n".replace(",", ";"),
        " operation_id , amount,paydate,billnum\n op-1 , 10.50 ,2026-11-20,R-1 \n",
        f'{HEADER},kind\n"op-1","10.50",2026-11-20,R-1,payment\n',
        f"{HEADER},description,jobid\n{ROW},,\n",
        f"{HEADER},description,jobid\n{ROW}\n",
    ],
    ids=["plain", "no last end", "crlf", "mark", "semicolons", "spaces", "quotes", "empty cells", "short row"],
)
async def test_a_row_of_csv_is_a_payment(anyio_backend: str, tmp_path: Path, text: str) -> None:
    assert await read(written(tmp_path, text)) == [(2, Registration("op-1", PAID))]


async def test_every_column_has_its_place(anyio_backend: str, tmp_path: Path) -> None:
    text = (
        "operation_id;kind;amount;paydate;date;billcode;jobid;invoice_billnum;identifier;type;creditnotebillnum;"
        "description\n"
        "a;payment;-0.010;2026-11-20;;12344;;R-9;insurance;directpayment;C-1;maksu; \n".replace("; \n", "\n")
        + "b;credit note;7;;2026-02-28;;1500;;;allocated;C-2;hyvitys\n"
    )
    payment = Payment(
        amount=Decimal("-0.010"),
        paydate=DAY,
        billcode="12344",
        identifier="insurance",
        type="directpayment",
        creditnotebillnum="C-1",
        description="maksu",
    )
    note = CreditNote(
        amount=Decimal(7),
        date=date(2026, 2, 28),
        jobid=1500,
        type="allocated",
        creditnotebillnum="C-2",
        description="hyvitys",
    )
    [(_, one), (_, other)] = await read(written(tmp_path, text))
    assert one == Registration("a", payment, "R-9")
    assert str(one.posting.amount) == "-0.010"
    assert other == Registration("b", note)


async def test_lines_are_counted_as_an_editor_counts_them(anyio_backend: str, tmp_path: Path) -> None:
    rows = f'\nop-1,1,{DAY},R-1,"two\nlines, and ""more"""\n;\n,,,,\nop-2,2,{DAY},R-2,\n'.replace(";\n", "\n")
    found = await read(written(tmp_path, f"{HEADER},description{rows}"))
    assert [(line, one.operation_id) for line, one in found] == [(2, "op-1"), (6, "op-2")]
    assert found[0][1].posting.description == 'two\nlines, and "more"'


@pytest.mark.parametrize("name", ["payments.jsonl", "payments.NDJSON"])
async def test_a_line_of_json_is_exact(anyio_backend: str, tmp_path: Path, name: str) -> None:
    lines = [
        '{"operation_id": "a", "amount": 0.10000000000000000001, "paydate": "2026-11-20", "jobid": 1500}',
        "",
        f"  {json.dumps(ANSWER | NOTE)}\r",
    ]
    [(first, one), (second, other)] = await read(written(tmp_path, "\ufeff" + "\n".join(lines), name))
    assert (first, second) == (1, 3)
    assert one == Registration("a", Payment(amount=Decimal("0.10000000000000000001"), paydate=DAY, jobid=1500))
    assert other == Registration("b", CreditNote(amount=Decimal("10.50"), date=DAY, billnum="R-1"))


async def test_the_format_can_be_said(anyio_backend: str, tmp_path: Path) -> None:
    path = written(tmp_path, f"{HEADER}\n{ROW}\n", "payments.txt")
    assert len(await read(str(path), format="csv")) == 1
    with pytest.raises(InvalidInput, match="give format"):
        await read(path)
    with pytest.raises(InvalidInput, match="give format"):
        await read(path, format="xml")


@pytest.mark.parametrize(("name", "text"), [("a.csv", f"{HEADER}\n"), ("a.jsonl", ""), ("a.jsonl", "\n\n")])
async def test_a_file_may_be_empty(anyio_backend: str, tmp_path: Path, name: str, text: str) -> None:
    assert await read(written(tmp_path, text, name)) == []


async def test_lines_go_over_pieces_and_batches(
    anyio_backend: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(_files, "PIECE", 7)
    monkeypatch.setattr(sources, "BATCH", 3)
    rows = [f"op-{number},{number}.50,2026-11-20,Ä-{number}" for number in range(1, 11)]
    found = await read(written(tmp_path, "\n".join([HEADER, *rows])))
    assert [(line, one.operation_id, one.posting.billnum) for line, one in found] == [
        (number + 1, f"op-{number}", f"Ä-{number}") for number in range(1, 11)
    ]


async def test_only_the_first_mark_is_none_of_the_content(
    anyio_backend: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(_files, "PIECE", 3)
    marks = "\ufeff" * 5
    texts = [f"{HEADER},description\n{ROW},{'x' * pad}{marks}\n" for pad in range(1, 4)]
    for text in texts:  # at one of them each mark is a piece
        [(_, one)] = await read(written(tmp_path, text))
        assert (one.posting.description or "").endswith(marks)


# --- what is refused ----------------------------------------------------------------------------------------------

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
    ("jobid", "0", "jobid must be a positive int"),
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
    text = "".join([f"{HEADER}\n", *(f"op-{number},10.50,2026-11-20,R-{number}\n" for number in range(20_000))])
    path = written(tmp_path, text)
    done = list[Registration]()
    with pytest.raises(InvalidFile, match="is not what it was when the file was checked") as caught:  # noqa: PT012
        async with opened(path, None) as found:
            assert found.total == 20_000
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
        (("a", PAID, "R-2"), "billnum contradicts the payment's own"),
    ],
    ids=repr,
)
def test_a_registration_is_checked(arguments: tuple[object, ...], words: str) -> None:
    with pytest.raises(InvalidInput, match=words):
        Registration(*arguments)  # type: ignore[arg-type]


LITTLE = 50 * 1024
"""Kilobytes."""


def growth(path: Path, lines: int, ids: int, *options: str) -> tuple[int, int]:
    """Have a process read a file, and return how many lines or problems it found and how many kilobytes that took."""
    with path.open("w", encoding="utf-8") as file:
        file.write(f"{HEADER}\n")
        for number in range(lines):
            file.write(f"bank-2026-{number % ids:08d},{number % 900}.50,2026-11-20,R-{number}\n")
    command = [sys.executable, "-c", MEASURE, str(path), *options]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    found, kilobytes = map(int, done.stdout.split())
    print(f"{found} lines or problems: {kilobytes / 1024:.1f} MB")  # noqa: T201 - what it is run for
    return found, kilobytes


@pytest.mark.long
@pytest.mark.slow
@pytest.mark.timeout(300)
@pytest.mark.parametrize("ids", [1_000_000, 500_000], ids=["right", "all ids twice"])
def test_a_million_lines_take_little_memory(tmp_path: Path, ids: int) -> None:
    found, kilobytes = growth(tmp_path / "payments.csv", 1_000_000, ids)
    assert found == ids
    assert kilobytes < LITTLE


@pytest.mark.slow
def test_to_keep_what_is_read_would_show(tmp_path: Path) -> None:
    found, kilobytes = growth(tmp_path / "payments.csv", 100_000, 100_000, "keep")
    assert found == 100_000
    assert kilobytes > LITTLE


MEASURE = """
import sys
import anyio
from ropo_async import InvalidFile
from ropo_async.ledger.sources import opened

def most():
    # Not `ru_maxrss`, which begins with what the parent had.
    with open("/proc/self/status") as status:
        return next(int(line.split()[1]) for line in status if line.startswith("VmHWM"))

async def main():
    await anyio.to_thread.run_sync(int)
    before, total, kept = most(), 0, []
    try:
        async with opened(sys.argv[1], None) as found:
            async for item in found.items:
                total += 1
                if len(sys.argv) > 2:
                    kept.append(item)
    except InvalidFile as error:
        total = len(error.problems) + error.more
    print(total, most() - before)

anyio.run(main)
"""
