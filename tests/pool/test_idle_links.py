"""The idle links as such: a list with two ends for each origin."""

from typing import Any, cast

from hypothesis import given
from hypothesis import strategies as st

from ropo_async._links import Idle, Link


@given(st.lists(st.one_of(st.sampled_from(["oldest", "a", "b"]), st.sampled_from([b"a", b"b", b"c"]))))
def test_idle_links_are_a_list_with_two_ends(steps: list[str | bytes]) -> None:
    idle, model = Idle(), list[Link]()
    for step in steps:
        if isinstance(step, bytes):
            link = Link((b"http", step, None), *cast("Any", (True, None, None)))
            idle.push(link)
            model.append(link)
        elif step == "oldest":
            if model:
                assert idle.pop_oldest() is model.pop(0)
        else:
            newest = next((link for link in reversed(model) if link.origin[1] == step.encode()), None)
            assert idle.pop_newest((b"http", step.encode(), None)) is newest
            model = [link for link in model if link is not newest]
        assert len(idle) == len(model)
        assert set(idle._stacks) == {link.origin for link in model}
