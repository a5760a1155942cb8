"""Where to connect and how long to wait."""

import math
from typing import Any

import pytest
from attrs import fields
from attrs.exceptions import FrozenInstanceError
from hypothesis import given
from hypothesis import strategies as st

from ropo_async import operations
from ropo_async.config import Environment, Timeouts, base_url
from ropo_async.errors import InvalidInput


@pytest.mark.parametrize("environment", Environment)
def test_an_environment_goes_by_its_name(environment: Environment) -> None:
    spellings: list[Environment | str] = [
        environment,
        environment.name,
        environment.name.lower().replace("_", "-"),
        f" {environment.name} ",
    ]
    assert {base_url(spelling) for spelling in spellings} == {environment.value}
    assert base_url(environment.value + "/") == environment.value


@pytest.mark.parametrize("environment", Environment)
def test_a_country_and_a_purpose_name_one_server(environment: Environment) -> None:
    country, _, purpose = environment.name.partition("_")
    host = f"{'rc.' if purpose == 'TEST' else ''}ropo24.{country.lower()}"
    assert environment.value == f"https://{host}/rest"


@pytest.mark.parametrize(
    ("given", "url"),
    [
        ("https://invoicing.test/rest", "https://invoicing.test/rest"),
        ("https://invoicing.test/rest//", "https://invoicing.test/rest"),
        ("https://invoicing.test:8443/a/b", "https://invoicing.test:8443/a/b"),
        ("https://invoicing.test", "https://invoicing.test"),
        ("https://[2001:db8::1]:8443/rest", "https://[2001:db8::1]:8443/rest"),
        ("http://127.0.0.1:8000/rest", "http://127.0.0.1:8000/rest"),
        ("http://localhost/rest", "http://localhost/rest"),
        ("http://[::1]:8000/rest", "http://[::1]:8000/rest"),
        ("https://invoicing.test/a..b/c", "https://invoicing.test/a..b/c"),
    ],
)
def test_a_sound_url_is_taken(given: str, url: str) -> None:
    assert base_url(given) == url


@pytest.mark.parametrize(
    "url",
    [
        "",
        " ",
        "FI_STAGING",
        "invoicing.test/rest",
        "ftp://invoicing.test/rest",
        "file:///etc/passwd",
        "https://",
        "https:///rest",
        "http://invoicing.test/rest",
        "http://localhost.invoicing.test/rest",
        "http://10.0.0.1/rest",
        "http://127.1/rest",
        "https://user:word@invoicing.test/rest",
        "https://user@invoicing.test/rest",
        "https://invoicing.test/rest?a=1",
        "https://invoicing.test/rest#a",
        "https://invoicing.test/rest/../admin",
        "https://invoicing.test/..",
        "https://invoicing.test/%2e%2e/admin",
        "https://invoicing.test/rest;a",
        "https://invoicing.test:0/rest",
        "https://invoicing.test:/rest",
        "https://invoicing.test\\@evil.test/rest",
        "https://invoicing.test/re st",
        " https://invoicing.test/rest",
        "https://invoicing.test/rest\n",
        "https://invoicing.test/\x00",
        "https://invoicing.test/räst",
        "https://\u0131nvoicing.test/rest",
        "https://invoicing.test:port/rest",
        "https://invoicing.test:99999/rest",
        "https://[::1/rest",
        "https://{host}/rest",
        None,
        b"https://invoicing.test/rest",
        7,
    ],
    ids=repr,
)
def test_an_odd_url_is_refused(url: Any) -> None:
    with pytest.raises(InvalidInput):
        base_url(url)


def test_a_password_in_a_url_is_not_repeated() -> None:
    with pytest.raises(InvalidInput) as caught:
        base_url("https://user:hunter2@invoicing.test/rest")
    assert "hunter2" not in repr(caught.value)


@given(st.text())
def test_any_text_is_taken_or_refused(text: str) -> None:
    try:
        url = base_url(text)
    except InvalidInput:
        return
    assert url.lower().startswith(("https://", "http://localhost", "http://127.", "http://["))
    assert not url.endswith("/")


NAMES = [field.name for field in fields(Timeouts)]


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("wrong", [None, 0, -1, True, math.inf, math.nan, "1", 1j], ids=repr)
def test_every_wait_is_finite(name: str, wrong: Any) -> None:
    with pytest.raises(InvalidInput, match=f"Timeouts.{name} "):
        Timeouts(**{name: wrong})


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("right", [1, 0.25])
def test_any_number_of_seconds_is_taken(name: str, right: float) -> None:
    assert getattr(Timeouts(**{name: right}), name) == right


@pytest.mark.parametrize("row", operations.OPERATIONS, ids=lambda row: row.name)
def test_each_operation_has_its_waits(row: operations.Operation) -> None:
    waits = Timeouts(read=1, total=2, poll_read=3, poll_total=4)
    assert (waits.read_of(row), waits.total_of(row)) == ((3, 4) if row is operations.POLL else (1, 2))


def test_the_poll_is_waited_for_longest() -> None:
    defaults = Timeouts()
    assert defaults.poll_read >= 300
    assert defaults.poll_total > defaults.poll_read > defaults.read
    with pytest.raises(FrozenInstanceError):
        defaults.read = 1.0  # type: ignore[misc]
