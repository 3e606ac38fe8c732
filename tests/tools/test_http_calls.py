"""Calls of HTTP tools over real sockets: what is sent, what comes back, and what goes wrong."""

from __future__ import annotations

import asyncio
import gzip
import json
import tracemalloc
import zlib
from typing import Any

import pytest

from tests.server import Answer
from tests.tools.web import Names, Web, run_with, schema, tool
from turbo_yaml.errors import ToolError

BEARER = {"Authorization": "Bearer {secret}"}
KEY = "planted-secret-0123456789"
TEXT = {"type": "string"}


def ask(answers: list[Any], path: str = "GET /", arguments: Any = None, **given: Any) -> tuple[Any, Web]:
    """Call a tool at a server that gives these answers; return the result and the server."""

    async def call() -> tuple[Any, Web]:
        async with Web(answers) as web:
            method, _, rest = path.partition(" ")
            place = f"127.0.0.1:{web.port}"
            allow = [f"http:{place}", f"secret:KEY@{place}", *given.pop("allow", ())]
            made = tool(f"{method} {web.origin}{rest}", *allow, environ={"KEY": KEY}, **given)
            result = await made.call(arguments or {})
            await web.quiet()
            return result, web

    return asyncio.run(call())


def failing(answers: list[Any], path: str = "GET /", arguments: Any = None, **given: Any) -> ToolError:
    """Call a tool that fails; return its error."""
    with pytest.raises(ToolError) as caught:
        ask(answers, path, arguments, **given)
    assert KEY not in str(caught.value.message) + str(caught.value.hint)
    return caught.value


def test_arguments_of_a_get_are_path_and_query() -> None:
    result, web = ask(
        [{"body": {"total": 9}}], "GET /orders/{id}?v=1", {"id": "a/7", "deep": "x y"},
        parameters=schema(id=TEXT, deep=TEXT),
    )  # fmt: skip
    assert result == {"total": 9}
    assert (web.last.method, web.last.path, web.last.body) == ("GET", "/orders/a%2F7?v=1&deep=x%20y", b"")


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH"])
def test_arguments_of_other_methods_are_path_and_json(method: str) -> None:
    result, web = ask(
        [{"body": "[1, null]"}], f"{method} /orders/{{id}}", {"id": 7, "note": "ä", "n": 1},
        parameters=schema(id={}, note=TEXT, n={}),
    )  # fmt: skip
    assert result == [1, None]
    assert (web.last.method, web.last.path) == (method, "/orders/7")
    assert web.last.data == {"note": "ä", "n": 1}
    assert web.last.headers["content-type"] == "application/json"


def test_a_post_without_arguments_has_no_body() -> None:
    _, web = ask([{"body": "1"}], "POST /ping")
    assert web.last.body == b"" and "content-type" not in web.last.headers


def test_a_secret_goes_into_its_header_and_nowhere_else() -> None:
    _, web = ask([{"body": "1"}], headers={**BEARER, "X-Team": "blue"}, secret="KEY")
    assert web.last.headers["authorization"] == f"Bearer {KEY}"
    assert web.last.headers["x-team"] == "blue"
    assert KEY not in web.last.path and KEY.encode() not in web.last.body


def test_a_secret_that_no_header_names_is_a_bearer_token() -> None:
    _, web = ask([{"body": "1"}], secret="KEY")
    assert web.last.headers["authorization"] == f"Bearer {KEY}"


@pytest.mark.parametrize(
    ("answer", "result"),
    [
        ({"body": b'{"a": 1}', "content_type": "application/json; charset=utf-8"}, {"a": 1}),
        ({"body": b"[]", "content_type": "application/vnd.shop+json"}, []),
        ({"body": "{not json", "content_type": "text/plain"}, "{not json"),
        ({"body": b'{"a": 1}', "content_type": "text/plain"}, '{"a": 1}'),
        ({"body": b"caf\xe9", "content_type": "text/plain; charset=latin-1"}, "café"),
        ({"body": b"\xef\xbb\xbfhi", "content_type": "text/plain"}, "hi"),
        ({"body": b"", "status": 204}, None),
        ({"body": b"  ", "content_type": "application/json"}, None),
        ({"body": gzip.compress(b"[1]"), "headers": {"content-encoding": "gzip"}}, [1]),
        ({"body": zlib.compress(b"[1]"), "headers": {"content-encoding": "deflate"}}, [1]),
        ({"body": gzip.compress(b"[1]"), "headers": {"content-encoding": "gzip"}, "cut": 3}, [1]),
    ],
)
def test_an_answer_is_data_by_its_content_type(answer: Any, result: Any) -> None:
    assert ask([answer])[0] == result


@pytest.mark.parametrize(
    ("answer", "says"),
    [
        ({"body": "{nope"}, "calls JSON and is not"),
        ({"body": "[NaN]"}, "calls JSON and is not"),
        ({"body": "[" * 100_000}, "calls JSON and is not"),
        ({"body": b"\xff", "content_type": "text/plain"}, "characters cannot be read"),
        ({"body": b"x", "content_type": "text/plain; charset=nonsense"}, "characters cannot be read"),
        ({"body": b"\x89PNG", "content_type": "image/png"}, "neither JSON nor text"),
        ({"body": b"x", "headers": {"content-encoding": "br"}}, "the encoding `br`"),
        ({"body": b"not zipped", "headers": {"content-encoding": "gzip"}}, "damaged"),
        ({"body": gzip.compress(b"[1]" * 99)[:-9], "headers": {"content-encoding": "gzip"}}, "damaged"),
        ({"body": "[1]", "fault": "reset", "after": 0}, "cannot be reached"),
        ({"body": "[1]", "fault": "close", "after": 0}, "cannot be reached"),
        ({"fault": "close", "after": -1}, "cannot be reached"),
    ],
)
def test_an_answer_that_is_not_whole_and_sound_is_an_error(answer: Any, says: str) -> None:
    assert says in failing([answer]).message


def test_a_bad_status_is_an_error_that_tells_it_and_the_beginning_of_the_body() -> None:
    error = failing([{"status": 404, "body": "no such order\x1b[31m\n" + "x" * 100_000}])
    assert error.message.startswith("`127.0.0.1` answered 404: no such order [31m xxx")
    assert len(error.message) < 500
    assert error.kind == "tool" and not error.retryable


@pytest.mark.parametrize(
    ("status", "retryable"), [(429, True), (500, True), (503, True), (400, False), (304, False)]
)
def test_a_status_says_whether_the_call_may_succeed_later(status: int, retryable: bool) -> None:
    assert failing([{"status": status, "body": ""}]).retryable is retryable


def test_a_secret_that_the_server_sends_back_is_not_told() -> None:
    error = failing([{"status": 401, "body": f"wrong token {KEY}"}], headers=BEARER, secret="KEY")
    assert error.message == "`127.0.0.1` answered 401: wrong token ***"
    result, _ = ask([{"body": {"headers": {"authorization": f"Bearer {KEY}"}}}], headers=BEARER, secret="KEY")
    assert KEY not in json.dumps(result)


def test_a_secret_is_in_no_local_of_a_traceback() -> None:
    error = failing([{"status": 401, "body": f"wrong token {KEY}"}], headers=BEARER, secret="KEY")
    trace, seen = error.__traceback__, 0
    while trace is not None:
        if (
            "turbo_yaml" in trace.tb_frame.f_code.co_filename
            and "tests" not in trace.tb_frame.f_code.co_filename
        ):
            seen += 1
            assert KEY not in repr(trace.tb_frame.f_locals)
        trace = trace.tb_next
    assert seen >= 2


def test_a_body_over_the_cap_is_an_error_and_is_not_read_on() -> None:
    async def call() -> Web:
        async with Web([{"body": b"x" * (64 << 20), "cut": 1 << 16, "content_type": "text/plain"}]) as web:
            made = tool(f"GET {web.origin}/", f"http:127.0.0.1:{web.port}")
            with pytest.raises(ToolError, match="sent more than 4 MiB"):
                await made.call({})
            await web.quiet()
            return web

    assert asyncio.run(call()).written < 32 << 20


def test_a_small_bomb_makes_no_large_memory() -> None:
    bomb = gzip.compress(b"\0" * (64 << 20), 9)
    tracemalloc.start()
    try:
        error = failing([{"body": bomb, "headers": {"content-encoding": "gzip"}}])
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert "sent more than 4 MiB" in error.message
    assert peak < 32 << 20


@pytest.mark.parametrize(
    "answer",
    [
        {"fault": "stall", "after": -1},
        {"body": "[1]", "fault": "stall", "after": 0},
        {"body": "[1]", "fault": "trickle", "after": 0},
    ],
)
def test_the_deadline_is_for_the_whole_call_and_ends_the_connection(answer: Any) -> None:
    async def call() -> None:
        async with Web([answer]) as web:
            made = tool(f"GET {web.origin}/", f"http:127.0.0.1:{web.port}", timeout=0.1)
            with pytest.raises(ToolError, match=r"no whole answer within 0\.1 s") as caught:
                await made.call({})
            assert caught.value.kind == "timeout" and caught.value.retryable
            await web.quiet()

    asyncio.run(call())


def test_cancelling_a_call_closes_its_connection_and_leaves_no_task() -> None:
    async def call() -> None:
        async with Web([{"fault": "stall", "after": -1}]) as web:
            made = tool(f"GET {web.origin}/", f"http:127.0.0.1:{web.port}")
            task = asyncio.ensure_future(made.call({}))
            await web.asked.wait()
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
            await web.quiet()
        assert asyncio.all_tasks() == {asyncio.current_task()}

    asyncio.run(call())


def test_nobody_at_the_port_is_an_error_with_the_reason() -> None:
    async def call() -> None:
        async with Web() as web:
            gone = web.port
        with pytest.raises(ToolError, match="connection refused") as caught:
            await tool(f"GET http://127.0.0.1:{gone}/", f"http:127.0.0.1:{gone}").call({})
        assert caught.value.kind == "connection" and caught.value.retryable

    asyncio.run(call())


def test_a_redirect_to_an_allowed_place_is_followed() -> None:
    moved = Answer(status=301, headers={"location": "/new?a=1"}, body="")
    result, web = ask([moved, {"body": "2"}], headers=BEARER, secret="KEY")
    assert result == 2
    assert web.last.path == "/new?a=1" and web.last.headers["authorization"] == f"Bearer {KEY}"


@pytest.mark.parametrize(
    ("status", "method"), [(301, "GET"), (302, "GET"), (303, "GET"), (307, "POST"), (308, "POST")]
)
def test_a_redirected_post_stays_one_where_its_status_says_so(status: int, method: str) -> None:
    moved = Answer(status=status, headers={"location": "/new"}, body="")
    _, web = ask([moved, {"body": "2"}], "POST /", {"a": 1}, parameters=schema(a={}))
    assert web.last.method == method
    assert web.last.data == ({"a": 1} if method == "POST" else {})


@pytest.mark.parametrize(
    "location",
    [
        "https://evil.example/", "http://127.0.0.1:1/", "//evil.example/x", "http://169.254.169.254/latest",
        "http://localhost/", "ftp://127.0.0.1/", "file:///etc/passwd", "http://[::ffff:127.0.0.1]:2/",
        "http://me:pw@evil.example/", "http://0x7f000001/", "http://127.1/",
    ],
)  # fmt: skip
def test_a_redirect_off_the_allowed_places_is_refused_unasked(location: str) -> None:
    error = failing(
        [Answer(status=302, headers={"location": location}, body="")], headers=BEARER, secret="KEY"
    )
    assert error.kind == "refused" and "not allowed" in error.message
    assert "pw@" not in error.message


def test_a_redirect_to_nowhere_is_an_error() -> None:
    assert "nowhere" in failing([Answer(status=302, body="")]).message


def test_a_redirect_in_a_circle_ends() -> None:
    error = failing([Answer(status=302, headers={"location": "/"}, body="")] * 9)
    assert "redirects more than 5 times" in error.message


def test_the_headers_of_a_tool_do_not_go_along_to_another_host() -> None:
    async def call() -> None:
        async with Web([{"body": "1"}]) as other:
            moved = Answer(status=307, headers={"location": f"{other.origin}/x"}, body="")
            async with Web([moved]) as web:
                places = [f"127.0.0.1:{server.port}" for server in (web, other)]
                allow = [*(f"http:{place}" for place in places), f"secret:KEY@{places[0]}"]
                headers = {"X-Key": "{secret}", "X-Team": "blue"}
                made = tool(f"GET {web.origin}/", *allow, headers=headers, secret="KEY", environ={"KEY": KEY})
                assert await made.call({}) == 1
                assert web.last.headers["x-key"] == KEY
                assert not {"x-key", "x-team"} & set(other.last.headers)

    asyncio.run(call())


def test_a_name_at_a_private_address_is_refused_unless_the_address_is_listed() -> None:
    async def call(*allow: str) -> Any:
        async with Web([{"body": "1"}]) as web:
            entries = [entry.replace("PORT", str(web.port)) for entry in allow]
            return await tool(f"GET http://shop.test:{web.port}/", *entries).call({})

    with pytest.raises(ToolError, match=r"`shop.test` is at `127.0.0.1`, a private address") as caught:
        run_with(Names({"shop.test": ["127.0.0.1"]}), call("http:shop.test:PORT"))
    assert caught.value.kind == "refused"
    both = call("http:shop.test:PORT", "http:127.0.0.1:PORT")
    assert run_with(Names({"shop.test": ["127.0.0.1"]}), both) == 1


def test_the_address_that_was_looked_at_is_the_one_that_is_connected_to() -> None:
    async def call() -> Any:
        async with Web([{"body": "1"}]) as web:
            allow = (f"http:shop.test:{web.port}", f"http:127.0.0.1:{web.port}")
            result = await tool(f"GET http://shop.test:{web.port}/", *allow).call({})
            assert web.last.headers["host"] == f"shop.test:{web.port}"
            return result

    names = Names({"shop.test": ["127.0.0.1", "169.254.169.254"]})
    assert run_with(names, call()) == 1
    assert names.asked == ["shop.test"]


def test_a_redirect_looks_its_name_up_and_checks_the_address_again() -> None:
    async def call() -> None:
        moved = Answer(status=302, headers={"location": "/again"}, body="")
        async with Web([moved]) as web:
            allow = (f"http:shop.test:{web.port}", f"http:127.0.0.1:{web.port}")
            await tool(f"GET http://shop.test:{web.port}/", *allow).call({})

    with pytest.raises(ToolError, match=r"at `169.254.169.254`, a private address"):
        run_with(Names({"shop.test": ["127.0.0.1", "169.254.169.254"]}), call())


def test_the_next_address_of_a_name_is_tried_where_one_is_not_allowed_or_nobody_is_there() -> None:
    async def call() -> Any:
        async with Web([{"body": "1"}]) as web:
            allow = ("shop.test", "127.0.0.1", "127.0.0.2")
            entries = [f"http:{host}:{web.port}" for host in allow]
            return await tool(f"GET http://shop.test:{web.port}/", *entries).call({})

    assert run_with(Names({"shop.test": ["10.0.0.1 127.0.0.2 127.0.0.1"]}), call()) == 1


def test_a_name_that_is_nowhere_is_an_error() -> None:
    async def call() -> None:
        await tool("GET https://nowhere.invalid/", "http:nowhere.invalid").call({})

    with pytest.raises(ToolError, match=r"`nowhere\.invalid` cannot be asked") as caught:
        asyncio.run(call())
    assert caught.value.kind == "connection"


def test_a_proxy_of_the_environment_is_asked_instead_of_the_host(monkeypatch: pytest.MonkeyPatch) -> None:
    async def call() -> None:
        async with Web([{"body": "1"}, {"body": "2"}]) as proxy:
            monkeypatch.setenv("http_proxy", proxy.origin)
            monkeypatch.setenv("no_proxy", "127.0.0.1")
            assert await tool("GET http://shop.test/x", "http:shop.test").call({}) == 1
            assert proxy.last.path == "http://shop.test/x" and proxy.last.headers["host"] == "shop.test"
            direct = tool(f"GET {proxy.origin}/y", f"http:127.0.0.1:{proxy.port}")
            assert await direct.call({}) == 2
            assert proxy.last.path == "/y"

    asyncio.run(call())


def test_a_private_address_is_not_asked_of_a_proxy_either(monkeypatch: pytest.MonkeyPatch) -> None:
    async def call() -> None:
        async with Web([]) as proxy:
            monkeypatch.setenv("http_proxy", proxy.origin)
            moved = tool("GET http://shop.test/", "http:*")
            with pytest.raises(ToolError):
                await moved.call({})
            with pytest.raises(Exception, match="not allowed"):
                await tool("GET http://169.254.169.254/", "http:*").call({})
            assert [request.path for request in proxy.received] == ["http://shop.test/"]

    asyncio.run(call())
