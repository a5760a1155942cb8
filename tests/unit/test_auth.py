"""Secrets, credentials, and what the environment and a token say."""

import copy
import json
import logging
import pickle
from base64 import urlsafe_b64encode
from pathlib import Path
from typing import Any

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from ropo_async.auth import LIFETIME, Credentials, Secret, StaticToken, TokenProvider, auth_from_env, lifetime_of
from ropo_async.errors import InvalidInput

TEXT = "hunter2-of-Testi"


def test_a_secret_shows_nowhere() -> None:
    secret = Secret(TEXT)
    assert secret.reveal() == TEXT
    shown = f"{secret} {secret!r} {secret!s} {[secret]} {Credentials('1000011', secret)} {StaticToken(secret)}"
    assert TEXT not in shown
    assert "1000011" in shown


@pytest.mark.parametrize("leave", [pickle.dumps, copy.copy, copy.deepcopy])
@pytest.mark.parametrize("holder", [Secret(TEXT), Credentials("1000011", TEXT), StaticToken(TEXT)], ids=repr)
def test_a_secret_does_not_leave(leave: Any, holder: Any) -> None:
    if leave is copy.copy and not isinstance(holder, Secret):
        assert copy.copy(holder) == holder  # it shares the secret, and shows no more of it
        return
    with pytest.raises(TypeError, match="does not pickle") as caught:
        leave(holder)
    assert TEXT not in repr(caught.value)


def test_secrets_compare_by_their_text() -> None:
    assert Secret(TEXT) == Secret(TEXT)
    assert Secret(TEXT) != Secret("another")
    assert Secret(TEXT) != TEXT
    assert hash(Secret(TEXT)) == hash(Secret(TEXT))
    assert hash(Secret(TEXT)) != hash(TEXT)


@pytest.mark.parametrize("wrong", ["", " ", "a b", "a\n", "a\r\nX: y", "ä", "\x00", None, 5, b"abc"], ids=repr)
def test_what_cannot_go_into_a_header_is_no_secret(wrong: Any) -> None:
    with pytest.raises(InvalidInput, match="visible ASCII"):
        Secret(wrong)


@given(st.text())
def test_a_text_is_a_secret_or_refused(text: str) -> None:
    try:
        assert Secret(text).reveal() == text
    except InvalidInput as error:
        assert not text or text not in str(error) or len(text) < 12  # noqa: PT017 - what it does not say is the point


def test_credentials_take_a_text_or_a_secret() -> None:
    assert Credentials("1000011", TEXT) == Credentials("1000011", Secret(TEXT))
    assert evolve(Credentials("1000011", TEXT), cid="7").cid == "7"


@pytest.mark.parametrize("cid", ["", " ", "1\n2", "ä", None, 1000011, b"1"], ids=repr)
def test_a_customer_id_is_text(cid: Any) -> None:
    with pytest.raises(InvalidInput, match="cid must be the customer id"):
        Credentials(cid, TEXT)


@pytest.mark.parametrize("apicode", ["", None, 5, "a b"], ids=repr)
def test_an_api_code_is_a_secret(apicode: Any) -> None:
    with pytest.raises(InvalidInput):
        Credentials("1000011", apicode)


@pytest.mark.anyio
async def test_a_static_token_is_what_it_is() -> None:
    provider: TokenProvider = StaticToken(TEXT)
    assert isinstance(provider, TokenProvider)
    assert await provider.token(rejected=TEXT, valid_for=1e9) == TEXT


# --- From the environment ------------------------------------------------------------------------------------------


def _file(folder: Path, content: bytes = TEXT.encode() + b"\n", mode: int = 0o600) -> str:
    path = folder / "apicode"
    path.write_bytes(content)
    path.chmod(mode)
    return str(path)


@pytest.mark.parametrize(
    ("environ", "auth"),
    [
        ({"ROPO_TOKEN": TEXT}, StaticToken(TEXT)),
        ({"ROPO_TOKEN": TEXT, "ROPO_CID": "1"}, StaticToken(TEXT)),
        ({"ROPO_CID": "1", "ROPO_APICODE": TEXT, "PATH": "/bin"}, Credentials("1", TEXT)),
        ({"ROPO_CID": "1", "ROPO_APICODE_FILE": "{file}"}, Credentials("1", TEXT)),
    ],
    ids=str,
)
def test_what_the_environment_gives(environ: dict[str, str], auth: object, tmp_path: Path) -> None:
    file = _file(tmp_path)
    assert auth_from_env({name: value.format(file=file) for name, value in environ.items()}) == auth


@pytest.mark.parametrize(
    ("environ", "message"),
    [
        ({}, "ROPO_CID is not set, and neither is ROPO_TOKEN"),
        ({"ROPO_APICODE": TEXT}, "ROPO_CID is not set"),
        ({"ROPO_CID": "1"}, "exactly one of ROPO_APICODE and ROPO_APICODE_FILE"),
        ({"ROPO_CID": "1", "ROPO_APICODE": TEXT, "ROPO_APICODE_FILE": "x"}, "exactly one of"),
        ({"ROPO_TOKEN": TEXT, "ROPO_APICODE": TEXT}, "ROPO_TOKEN is set together with"),
        ({"ROPO_TOKEN": TEXT, "ROPO_APICODE_FILE": "x"}, "ROPO_TOKEN is set together with"),
        ({"ROPO_TOKEN": ""}, "a secret must be"),
        ({"ROPO_CID": "", "ROPO_APICODE": TEXT}, "cid must be"),
        ({"ROPO_CID": "1", "ROPO_APICODE": "two words"}, "a secret must be"),
        ({"ROPO_CID": "1", "ROPO_APICODE_FILE": "/nowhere/at/all"}, "names cannot be read"),
        ({"ROPO_CID": "1", "ROPO_APICODE_FILE": "/"}, "names cannot be read"),
    ],
    ids=str,
)
def test_what_the_environment_does_not_give(environ: dict[str, str], message: str) -> None:
    with pytest.raises(InvalidInput, match=message) as caught:
        auth_from_env(environ)
    assert TEXT not in repr(caught.value)


@pytest.mark.parametrize("content", [b"", b"\n", b"\xff\xfe", b"two\nlines", b"two words"])
def test_a_file_without_a_code(content: bytes, tmp_path: Path) -> None:
    with pytest.raises(InvalidInput):
        auth_from_env({"ROPO_CID": "1", "ROPO_APICODE_FILE": _file(tmp_path, content)})


@pytest.mark.parametrize(("mode", "warnings"), [(0o600, 0), (0o400, 0), (0o640, 1), (0o604, 1), (0o666, 1)])
def test_a_file_that_others_can_read_is_warned_of(
    mode: int,
    warnings: int,
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
) -> None:
    path = _file(tmp_path, mode=mode)
    auth_from_env({"ROPO_CID": "1", "ROPO_APICODE_FILE": path})
    assert [record.levelno for record in caplog.records] == [logging.WARNING] * warnings
    assert path not in caplog.text
    assert TEXT not in caplog.text


# --- How long a token lives ----------------------------------------------------------------------------------------


def _token(claims: Any, *, padded: bool = False) -> str:
    text = claims if isinstance(claims, str) else json.dumps(claims)
    payload = urlsafe_b64encode(text.encode()).decode()
    return f"head.{payload if padded else payload.rstrip('=')}.signature"


@pytest.mark.parametrize(
    ("claims", "lifetime"),
    [
        ({"iat": 1000, "exp": 4600}, 3600),
        ({"iat": 1000.5, "exp": 1001}, 0.5),
        ({"iat": "1000", "exp": "1060"}, 60),
        ({"iat": 1000, "exp": 1000 + 86_400}, LIFETIME),
        ({"iat": 1000, "exp": 1000}, LIFETIME),
        ({"iat": 2000, "exp": 1000}, LIFETIME),
        ({"exp": 4600}, LIFETIME),
        ({"iat": 4600}, LIFETIME),
        ({"iat": None, "exp": 4600}, LIFETIME),
        ({"iat": "soon", "exp": 4600}, LIFETIME),
        ('{"iat":0,"exp":NaN}', LIFETIME),
        ('{"iat":0,"exp":Infinity}', LIFETIME),
        ('{"iat":0,"exp":1' + "0" * 400 + "}", LIFETIME),
        ('{"iat":0,"exp":1' + "0" * 5000 + "}", LIFETIME),
        ([1000, 4600], LIFETIME),
        (5, LIFETIME),
        (None, LIFETIME),
        ("not JSON", LIFETIME),
        ("[" * 100_000, LIFETIME),
    ],
    ids=lambda value: str(value)[:40],
)
@pytest.mark.parametrize("padded", [True, False])
def test_a_token_says_how_long_it_lives(claims: Any, lifetime: float, *, padded: bool) -> None:
    assert lifetime_of(_token(claims, padded=padded)) == lifetime


@pytest.mark.parametrize("token", ["", "opaque", "a.b", "a.b.c", "..", "a.\xe4.c", "a." + "A" * 5 + ".c"])
def test_a_token_that_says_nothing_lives_two_hours(token: str) -> None:
    assert lifetime_of(token) == 7200


@given(st.text() | st.text().map(_token))
def test_any_token_has_a_lifetime(token: str) -> None:
    assert 0 < lifetime_of(token) <= LIFETIME
