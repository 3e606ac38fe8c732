"""What an HTTP tool may be declared as, before anything is sent."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.tools.web import schema, tool
from turbo_yaml.errors import ToolError, UsageError
from turbo_yaml.flow.endpoint import Endpoint, read_endpoint
from turbo_yaml.tools.http.requests import target

BEARER = {"Authorization": "Bearer {secret}"}


def endpoint(text: str) -> Endpoint:
    read = read_endpoint(text)
    assert isinstance(read, Endpoint), read
    return read


def test_an_address_is_read_to_its_parts() -> None:
    read = endpoint("post https://API.example.com:8443/orders/{id}/{part}.json?v=2")
    assert (read.method, read.scheme, read.host, read.port) == ("POST", "https", "api.example.com", 8443)
    assert (read.path, read.query, read.placeholders) == ("/orders/{id}/{part}.json", "v=2", ("id", "part"))


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("ftp://example.com/", "begins with `https://`"),
        ("file:///etc/passwd", "begins with `https://`"),
        ("/orders", "begins with `https://`"),
        ("FETCH https://example.com/", "no method"),
        ("GET https://me:hunter2@example.com/", "no user name"),
        ("GET https://{host}/", "in the path alone"),
        ("GET https://example.com:{port}/", "in the path alone"),
        ("GET https://example.com/?q={text}", "in the path alone"),
        ("GET https:///orders", "no host"),
        ("GET https://example.com:99999/", "no port"),
        ("GET https://example.com/a/../b", "`..`"),
        ("GET https://example.com/%2E%2e/b", "`..`"),
        ("GET https://example.com/{}", "names no argument"),
        ("GET https://example.com/{id", "no other"),
        ("GET https://example.com/#top", "not sent"),
        ("GET https://example.com/ä", "percent-encoded"),
        ("GET https://exämple.com/", "no host"),
        ("GET https://example.com/ x", "no spaces"),
    ],
)
def test_an_address_that_cannot_be_says_why(text: str, says: str) -> None:
    read = read_endpoint(text)
    assert isinstance(read, str) and says in read
    assert "hunter2" not in read


@pytest.mark.parametrize(
    ("value", "path"),
    [
        ("7", "/orders/7"),
        (7, "/orders/7"),
        (True, "/orders/true"),
        ("a/b", "/orders/a%2Fb"),
        ("../admin", "/orders/..%2Fadmin"),
        ("x?y=1&z#w", "/orders/x%3Fy%3D1%26z%23w"),
        ("%2e%2e", "/orders/%252e%252e"),
        ("ä\r\n", "/orders/%C3%A4%0D%0A"),
        ("@evil.org", "/orders/%40evil.org"),
        ("\ud800", "/orders/%3F"),
    ],
)
def test_an_argument_in_the_path_is_one_encoded_segment(value: Any, path: str) -> None:
    shop = endpoint("GET https://example.com/orders/{id}")
    assert target(shop, {"id": value}) == "https://example.com" + path


@pytest.mark.parametrize("value", ["", ".", "..", None, ["a"], {"a": 1}])
def test_an_argument_that_would_change_the_path_is_refused(value: Any) -> None:
    with pytest.raises(ToolError) as caught:
        target(endpoint("GET https://example.com/orders/{id}/items"), {"id": value})
    assert caught.value.kind == "arguments"


def test_two_arguments_make_no_turn_together() -> None:
    with pytest.raises(ToolError):
        target(endpoint("GET https://example.com/{a}{b}/x"), {"a": ".", "b": "."})


@given(st.text(min_size=1))
def test_no_text_changes_the_host_or_the_number_of_segments(text: str) -> None:
    import httpx2

    try:
        url = httpx2.URL(target(endpoint("GET https://example.com/a/{id}/b?v=1"), {"id": text, "q": text}))
    except ToolError:
        assert text in (".", "..")
        return
    assert (url.scheme, url.host, url.port) == ("https", "example.com", None)
    path, _, query = url.raw_path.partition(b"?")
    assert path.count(b"/") == 3 and path.startswith(b"/a/") and path.endswith(b"/b")
    assert query.startswith(b"v=1&q=") and query.count(b"&") == 1


def test_what_is_left_of_the_arguments_is_the_query() -> None:
    shop = endpoint("GET https://example.com/o/{id}?v=1")
    arguments = {"id": 1, "q": "a b&c", "tags": ["x", "y"], "deep": {"a": 1}, "none": None, "yes": True}
    assert target(shop, arguments) == (
        "https://example.com/o/1?v=1&q=a%20b%26c&tags=x&tags=y&deep=%7B%22a%22%3A%201%7D&yes=true"
    )
    assert target(endpoint("GET https://example.com/"), {}) == "https://example.com/"


def test_a_host_that_the_operator_did_not_allow_is_refused_before_anything_runs() -> None:
    with pytest.raises(UsageError, match=r"`api\.example\.com`, which is not allowed") as caught:
        tool("GET https://api.example.com/", "http:example.com")
    assert caught.value.hint is not None and "--allow http:api.example.com" in caught.value.hint


def test_a_name_in_the_path_must_be_a_required_argument() -> None:
    with pytest.raises(UsageError, match=r"`\{id\}` is none of its arguments"):
        tool("GET https://h.example/{id}", "http:h.example")
    optional = {"type": "object", "properties": {"id": {"type": "string"}}}
    with pytest.raises(UsageError, match="needs `id` each time"):
        tool("GET https://h.example/{id}", "http:h.example", parameters=optional)
    assert tool("GET https://h.example/{id}", "http:h.example", parameters=schema(id={})).name == "shop"


@pytest.mark.parametrize("name", ["Host", "content-length", "Transfer-Encoding", "a b", "x\n", ""])
def test_a_header_that_would_change_the_request_is_refused(name: str) -> None:
    with pytest.raises(UsageError):
        tool("GET https://h.example/", "http:h.example", headers={name: "x"})


@pytest.mark.parametrize("value", ["a\r\nX-Evil: 1", "a\0", "ä"])
def test_a_header_that_would_be_two_is_refused(value: str) -> None:
    with pytest.raises(UsageError):
        tool("GET https://h.example/", "http:h.example", headers={"x-a": value})


def test_a_secret_needs_a_place_and_a_place_a_secret() -> None:
    allow = ("http:h.example", "secret:KEY@h.example")
    with pytest.raises(UsageError, match="no header carries its secret"):
        mine = {"Authorization": "Basic eDp5"}
        tool("GET https://h.example/", *allow, secret="KEY", headers=mine, environ={"KEY": "k"})
    with pytest.raises(UsageError, match="stands for no secret"):
        tool("GET https://h.example/", *allow, headers=BEARER)


@pytest.mark.parametrize(
    ("http", "allow", "environ", "says"),
    [
        ("GET https://h.example/", "", {"KEY": "kkkkk"}, "which is not allowed"),
        ("GET https://h.example/", "secret:KEY@other.example", {"KEY": "kkkkk"}, "which is not allowed"),
        ("GET http://h.example/", "secret:KEY@h.example", {"KEY": "kkkkk"}, "not encrypted"),
        ("GET https://h.example/", "secret:KEY@h.example", {}, "which is not set"),
        ("GET https://h.example/", "secret:KEY@h.example", {"KEY": "kk\nX: 1"}, "a line end"),
    ],
)  # fmt: skip
def test_a_secret_is_sent_only_as_the_operator_said_and_never_shown(
    http: str, allow: str, environ: dict[str, str], says: str
) -> None:
    with pytest.raises(UsageError, match=says) as caught:
        tool(http, "http:h.example", *filter(None, [allow]), secret="KEY", headers=BEARER, environ=environ)
    assert "kk" not in caught.value.message + (caught.value.hint or "")
