"""What we write ourselves is what the HTTP library would write, which is the slow way and the reference."""

from typing import Any
from urllib.parse import urlencode

import anyio
from hypothesis import given, settings
from hypothesis import strategies as st

from ropo_async import _http as http
from ropo_async._bridge import _ignore, send_by
from ropo_async._messages import Outgoing
from ropo_async._pool import _place

NAMES = st.text("abcdefghijklmnopqrstuvwxyz", min_size=1, max_size=8)
SEGMENTS = st.text("abcXYZ019-_~", min_size=1, max_size=8)
QUERIES = st.dictionaries(NAMES, st.one_of(st.integers(), st.text(max_size=8)), max_size=3)
REQUESTS = st.fixed_dictionaries(
    {
        "method": st.sampled_from(["GET", "POST", "PATCH", "PUT", "DELETE"]),
        "url": st.builds(
            lambda scheme, host, port, parts: f"{scheme}://{host}{port}/{'/'.join(parts)}",
            st.sampled_from(["http", "https"]),
            st.sampled_from(["host.example", "127.0.0.1", "[::1]"]),
            st.sampled_from(["", ":80", ":443", ":8080"]),
            st.lists(SEGMENTS, min_size=1, max_size=3),
        ),
        "headers": st.dictionaries(NAMES.map("X-{}".format), st.text("abc 019;=/", max_size=8).map(str.strip)),
        "content": st.binary(max_size=20),
    }
)


async def written_by_the_library(outgoing: Outgoing) -> http.Request:
    seen = list[http.Request]()

    def note(request: http.Request) -> http.Response:
        seen.append(request)
        return http.Response(200)

    async with http.AsyncClient(transport=http.MockTransport(note)) as client:
        await (await send_by(client, outgoing)).aclose()
    return seen[0]


@given(request=REQUESTS, query=QUERIES)
@settings(max_examples=60, deadline=None)
def test_a_request_is_the_same_either_way(request: dict[str, Any], query: dict[str, str | int]) -> None:
    outgoing = Outgoing(**request, query=urlencode(query), trace=_ignore)
    reference = anyio.run(written_by_the_library, outgoing)
    ours = _place(outgoing.url).request(outgoing)
    assert (ours.method, ours.url.target) == (reference.method.encode(), reference.url.raw_path)
    assert sorted((name.lower(), value) for name, value in ours.headers) == sorted(
        (name.lower(), value) for name, value in reference.headers.raw
    )
    assert (outgoing.content or b"") == reference.content
    assert (ours.url.scheme, ours.url.host, ours.url.port) == (
        reference.url.raw_scheme,
        reference.url.raw_host,
        reference.url.port,
    )
