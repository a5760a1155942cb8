"""The README's table of operations is the table of effects."""

from scripts import readme


def test_the_table_is_that_of_the_effects() -> None:
    text = readme.README.read_text(encoding="utf-8")
    assert readme.with_table(text) == text, "run `make readme`"


def test_a_row_that_is_missing_shows() -> None:
    text = readme.README.read_text(encoding="utf-8")
    row = next(line for line in text.splitlines(keepends=True) if "POST /jobs/payment |" in line)
    assert readme.with_table(text.replace(row, "")) == text
