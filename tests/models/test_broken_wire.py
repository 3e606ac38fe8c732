"""A broken wire ends in one family of errors, in time, each with its kind: over real sockets."""

from __future__ import annotations

import gzip
import json
import socket
import time
import tracemalloc
import zlib
from typing import Any, NamedTuple

import pytest

from tests.models.asking import KEY, Asked, Wire, ask_at, provider, request, run
from tests.server import Answer, Server
from tests.server.answer import chunk
from turbo_yaml.errors import ModelError
from turbo_yaml.models.openai import OpenAIModel
from turbo_yaml.models.wire.response import reason


class Row(NamedTuple):
    """A fault of the wire, and the error that comes of it."""

    answer: Answer
    kind: str
    retryable: bool
    timeout: float = 3.0


def error(message: str, **fields: Any) -> dict[str, Any]:
    """Return an error body in OpenAI's form."""
    return {"error": {"message": message, **fields}}


def stream(*events: Any, **fields: Any) -> Answer:
    """Return an answer with these events, whatever was asked for."""
    return Answer(events=events, **fields)


def completion(**fields: Any) -> dict[str, Any]:
    """Return a whole completion with some fields replaced."""
    choice = {"index": 0, "message": {"role": "assistant", "content": "x"}, "finish_reason": "stop"}
    return {"id": "1", "object": "chat.completion", "model": "m", "choices": [choice], **fields}


def message(**fields: Any) -> dict[str, Any]:
    """Return a whole completion with this message."""
    return completion(choices=[{"index": 0, "message": fields, "finish_reason": "stop"}])


HTML = "<html><head><title>Sign in to the network</title></head><body>Welcome</body></html>"
DEEP = "[" * 200_000
BOMB = gzip.compress(b" " * (33 << 20), 1)
GZIP = {"content-encoding": "gzip"}
SOON = 0.5  # seconds, where the fault is that nothing more comes

BOTH = {
    "nothing is answered": Row(Answer(fault="stall", after=-1), "timeout", True, SOON),
    "the connection closes before the answer": Row(Answer(fault="close", after=-1), "connection", True),
    "the connection is reset before the answer": Row(Answer(fault="reset", after=-1), "connection", True),
    "a web page": Row(Answer(body=HTML, content_type="text/html"), "bad_reply", False),
    "a web page that says it is JSON": Row(Answer(body=HTML), "bad_reply", False),
    "an empty body": Row(Answer(body=""), "bad_reply", True),
    "an error with the status 200": Row(
        Answer(body=error("Rate limit reached", code="rate_limit_exceeded")), "rate_limit", True
    ),
    "an error of another server with the status 200": Row(
        Answer(body=error("Provider returned error", code=502)), "server", True
    ),
    "broken JSON": Row(Answer(body='{"choices": [{"mess'), "bad_reply", False),
    "JSON too deep to read": Row(Answer(body='{"a":' + DEEP), "bad_reply", False),
    "text that is not UTF-8": Row(Answer(body=b'{"a": "\xff\xfe"}'), "bad_reply", False),
    "a gzip bomb": Row(Answer(body=BOMB, headers=GZIP), "bad_reply", False),
    "gzip that is damaged": Row(Answer(body=b"\x1f\x8bxxxxxxxxxxx", headers=GZIP), "bad_reply", True),
    "gzip that ends early": Row(
        Answer(body=gzip.compress(b'{"choices": []}' * 9)[:-12], headers=GZIP), "bad_reply", True
    ),
    "an encoding nobody asked for": Row(Answer(headers={"content-encoding": "br"}), "bad_reply", False),
    "a redirect": Row(Answer(status=307, headers={"location": "/elsewhere"}), "not_found", False),
    "a rate limit": Row(Answer(status=429, body=error("Slow down")), "rate_limit", True),
    "an exhausted quota": Row(
        Answer(status=429, body=error("You exceeded your quota", code="insufficient_quota")), "quota", False
    ),
    "a wrong key": Row(Answer(status=401, body=error(f"Incorrect API key provided: {KEY}.")), "auth", False),
    "a chat that is too long": Row(
        Answer(status=400, body=error("maximum context length is 8192 tokens")), "context_length", False
    ),
    "a server that failed": Row(Answer(status=500, body=error("Internal error")), "server", True),
    "a server that failed with a web page": Row(Answer(status=502, body=HTML), "server", True),
    "a server that failed without a word": Row(Answer(status=503, body=""), "server", True),
    "a server that failed with a bomb": Row(Answer(status=500, body=BOMB, headers=GZIP), "server", True),
    "a 500 for a mistake in the request": Row(
        Answer(status=500, body=error("[json.exception.type_error.302] type must be string", code=500)),
        "bad_request",
        False,
    ),
    "an error that never ends": Row(Answer(status=500, fault="stall"), "timeout", True, SOON),
    "an error body that trickles": Row(Answer(status=500, fault="trickle"), "timeout", True, SOON),
}
PLAIN = {
    "the body is cut": Row(Answer(cut=20, fault="close", after=2), "connection", True),
    "the body is reset": Row(Answer(cut=20, fault="reset", after=2), "connection", True),
    "the body stalls": Row(Answer(cut=20, fault="stall", after=2), "timeout", True, SOON),
    "the body trickles": Row(Answer(fault="trickle"), "timeout", True, SOON),
    "text instead of an object": Row(Answer(body='"text"'), "bad_reply", False),
    "an object that is something else": Row(Answer(body={"hello": 1}), "bad_reply", False),
    "choices are null": Row(Answer(body=completion(choices=None)), "bad_reply", True),
    "choices are empty": Row(Answer(body=completion(choices=[])), "bad_reply", True),
    "choices are text": Row(Answer(body=completion(choices="x")), "bad_reply", False),
    "no message": Row(Answer(body=completion(choices=[{"index": 0}])), "bad_reply", False),
    "content is a number": Row(Answer(body=message(content=7)), "bad_reply", False),
    "content is a list of numbers": Row(Answer(body=message(content=[7])), "bad_reply", False),
    "tool calls are text": Row(Answer(body=message(content="", tool_calls="x")), "bad_reply", False),
    "a tool call is text": Row(Answer(body=message(content="", tool_calls=["x"])), "bad_reply", False),
    "a name is a number": Row(
        Answer(body=message(content="", tool_calls=[{"id": "1", "function": {"name": 1}}])),
        "bad_reply",
        False,
    ),
    "a stream nobody asked for": Row(stream(chunk({"content": "x"}), "[DONE]"), "bad_reply", False),
    "the model refused": Row(Answer(body=message(content=None, refusal="No.")), "content_filter", False),
    "a filter cut the reply": Row(Answer(finish_reason="content_filter"), "content_filter", False),
    "the model broke off with an error": Row(Answer(finish_reason="error"), "server", True),
}
PIECE = chunk({"content": "partial"})
STREAMED = {
    "the stream ends without a finish reason": Row(stream(PIECE), "stream", True),
    "the stream says it is done without a finish reason": Row(stream(PIECE, "[DONE]"), "stream", True),
    "the stream has no event": Row(stream(), "bad_reply", True),
    "the stream has comments only": Row(stream(b": hi\n\n"), "stream", True),
    "the stream has a retry line only": Row(stream(b"retry: 5\n\n"), "stream", True),
    "the stream is cut": Row(Answer(fault="close", after=2), "connection", True),
    "the stream is cut inside an event": Row(Answer(cut=7, fault="end", after=60), "stream", True),
    "the stream is reset": Row(Answer(fault="reset", after=2), "connection", True),
    "the stream stalls": Row(Answer(fault="stall", after=2), "timeout", True, SOON),
    "pings for ever": Row(Answer(fault="ping", after=2), "timeout", True, SOON),
    "pings for ever from the start": Row(Answer(fault="ping"), "timeout", True, SOON),
    "a line that never ends": Row(Answer(fault="trickle", after=2), "timeout", True, SOON),
    "JSON in one piece": Row(Answer(body=completion()), "bad_reply", False),
    "JSON in one piece that says it is a stream": Row(
        Answer(body=completion(), content_type="text/event-stream"), "bad_reply", False
    ),
    "broken JSON in an event": Row(stream(PIECE, '{"choices": [', "[DONE]"), "stream", True),
    "JSON too deep in an event": Row(stream(PIECE, DEEP), "stream", True),
    "an event that is not UTF-8": Row(stream(b'data: "\xff"\n\n'), "stream", True),
    "an event that is a number": Row(stream("5"), "bad_reply", False),
    "choices are text": Row(stream({"choices": "x"}), "bad_reply", False),
    "a delta is text": Row(stream({"choices": [{"index": 0, "delta": "x"}]}), "bad_reply", False),
    "content is a number": Row(stream(chunk({"content": 5})), "bad_reply", False),
    "tool calls are text": Row(stream(chunk({"tool_calls": "x"})), "bad_reply", False),
    "an error event with a code": Row(
        stream(PIECE, error("Too many", code="rate_limit_exceeded")), "rate_limit", True
    ),
    "an error event with a type": Row(stream(PIECE, error("Busy", type="overloaded_error")), "server", True),
    "an error event with a status": Row(stream(PIECE, error("No balance", code=402)), "quota", False),
    "an error event that says no more": Row(stream(PIECE, {"error": "it broke"}), "server", True),
    "an event of the type error": Row(
        stream(PIECE, b'event: error\ndata: {"message": "bad", "type": "invalid_request_error"}\n\n'),
        "bad_request",
        False,
    ),
    "an event of the type error in prose": Row(stream(b"event: error\ndata: it broke\n\n"), "server", True),
    "a refusal": Row(stream(chunk({"refusal": "No."}), chunk({}, None, "stop")), "content_filter", False),
    "a filter cut the reply": Row(Answer(finish_reason="content_filter"), "content_filter", False),
}

CASES = [
    *(pytest.param(row, False, id=f"plain: {name}") for name, row in (BOTH | PLAIN).items()),
    *(pytest.param(row, True, id=f"stream: {name}") for name, row in (BOTH | STREAMED).items()),
]


@pytest.mark.parametrize(("row", "streamed"), CASES)
def test_each_fault_is_an_error_of_its_kind_in_time_and_without_the_key(
    wire: Wire, row: Row, streamed: bool
) -> None:
    start = time.monotonic()
    result = wire.answered(row.answer, streamed, timeout=row.timeout)
    assert result.error is not None, result.reply
    assert (result.error.kind, result.error.retryable) == (row.kind, row.retryable), result.error
    assert time.monotonic() - start < row.timeout + 1.0
    check_words(result)


def check_words(result: Asked) -> None:
    """Fail unless an error is one line each of what is and what to do, and without the key."""
    assert result.error is not None
    for text in (result.error.message, result.error.hint or ""):
        assert text == " ".join(text.split()) and len(text) <= 400
        assert KEY not in text and "{" not in text.replace('{"', "")
    assert "`acme`" in result.error.message
    assert result.error.__cause__ is None


def test_a_bomb_takes_little_more_memory_than_the_cap(wire: Wire) -> None:
    packer = zlib.compressobj(1, wbits=31)
    bomb = b"".join(packer.compress(bytes(1 << 20)) for _ in range(128)) + packer.flush()
    tracemalloc.start()
    try:
        result = wire.answered(Answer(body=bomb, headers=GZIP), timeout=4.0)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert result.error is not None and "32 MiB" in result.error.message
    assert peak < 48 << 20


def test_a_body_that_is_compressed_unasked_is_read(wire: Wire) -> None:
    body = json.dumps(message(content="packed")).encode()
    for packed, name in ((gzip.compress(body), "gzip"), (zlib.compress(body), "deflate")):
        result = wire.answered(Answer(body=packed, headers={"content-encoding": name}, cut=5))
        assert result.reply is not None and result.reply.content == "packed"


@pytest.mark.parametrize("streamed", [False, True])
def test_a_closed_port_is_a_connection_error_that_names_the_address(streamed: bool) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{taken.getsockname()[1]}/v1"
        result = run(ask_at(url, streamed))
    assert result.error.kind == "connection" and result.error.retryable
    assert result.error.message == f"`acme` does not answer at {url}: connection refused"
    assert "is the server running" in result.error.hint and "-m echo" in result.error.hint
    check_words(result)


def test_an_address_that_is_no_server_is_an_error_not_a_traceback() -> None:
    for url in ("http://[nothing/v1", "http://", "http://127.0.0.1:99999/v1"):
        result = run(ask_at(url))
        assert result.error.kind == "connection", result.error
        check_words(result)


def test_a_password_in_the_address_is_not_shown() -> None:
    result = run(ask_at("http://me:secret-word@127.0.0.1:1/v1"))
    assert "secret-word" not in result.error.message + result.error.hint


@pytest.mark.parametrize("streamed", [False, True])
def test_what_cannot_be_sent_is_a_bad_request(streamed: bool) -> None:
    for settings in ({"extra": {"x": object()}}, {"extra": {"x": float("nan")}}):
        result = run(ask_at("http://127.0.0.1:1/v1", streamed, request(settings=settings)))
        assert (result.error.kind, result.error.retryable) == ("bad_request", False), result.error
    result = run(ask_at("http://127.0.0.1:1/v1", streamed, request("half a \ud83d pair")))
    assert result.error.kind == "bad_request"


def test_the_key_is_masked_wherever_a_server_puts_it(wire: Wire) -> None:
    for body in (
        error(f"key {KEY} is bad"),
        error("x" * 365 + KEY + "tail"),
        error("bad", type=KEY),
        {"detail": [{"loc": ["header", KEY], "msg": f"Bearer {KEY}"}]},
        f"<title>{KEY}</title>",
        f"no {KEY}\nhere",
        error("Authorization: Bearer " + KEY[:-2]),
    ):
        result = wire.answered(Answer(status=401, body=body))
        assert result.error is not None
        assert KEY[:12] not in result.error.message + (result.error.hint or "") + str(result.error.args)
    result = run(ask_at(f"http://127.0.0.1:1/{KEY}/v1"))
    assert result.error is not None and KEY[:12] not in result.error.message + (result.error.hint or "")


def test_a_refused_key_names_the_variable_to_set(wire: Wire) -> None:
    result = wire.answered(Answer(status=401, body=error("Incorrect API key")))
    assert result.error is not None and "ACME_API_KEY" in (result.error.hint or "")


def test_the_wait_that_a_server_asks_for_is_reported(wire: Wire) -> None:
    def wait(**fields: Any) -> float | None:
        result = wire.answered(Answer(status=429, **{"body": error("Slow down"), **fields}))
        assert result.error is not None
        return result.error.retry_after

    assert wait(headers={"retry-after": "7"}) == 7.0
    assert wait(headers={"retry-after-ms": "250", "retry-after": "7"}) == 0.25
    assert wait(headers={"retry-after": "300"}) == 300.0
    assert wait(body=error("Please try again in 1m2.5s.")) == 62.5
    assert wait() is None
    assert wait(headers={"retry-after": "Wed, 21 Oct 2015 07:28:00 GMT"}) == 0.0
    assert wait(headers={"retry-after": "soon"}) is None


def test_a_server_that_forbids_another_try_is_believed(wire: Wire) -> None:
    result = wire.answered(Answer(status=500, body=error("Broken"), headers={"x-should-retry": "false"}))
    assert result.error is not None and not result.error.retryable


@pytest.mark.parametrize("fault", ["reset", "stall", "ping", "close"])
def test_an_answer_that_is_whole_survives_what_comes_after_it(wire: Wire, fault: Any) -> None:
    events = [chunk({"content": "All "}), chunk({"content": "of it."}), chunk({}, None, "stop")]
    result = wire.answered(stream(*events, fault=fault, after=3), True, timeout=SOON)
    assert result.error is None and result.text == "All of it."
    assert result.reply is not None and result.reply.content == "All of it."


@pytest.mark.parametrize("after", ["[DONE]", error("Too late"), "garbage"])
@pytest.mark.parametrize("cut", [None, 100_000])
def test_nothing_after_a_whole_answer_changes_it(wire: Wire, after: Any, cut: int | None) -> None:
    events = [chunk({"content": "All of it."}), chunk({}, None, "stop"), after, "garbage"]
    result = wire.answered(stream(*events, cut=cut), True)
    assert result.reply is not None and result.reply.content == "All of it." == result.text


def test_a_connection_left_open_after_the_end_is_not_waited_for(wire: Wire) -> None:
    events = [chunk({"content": "Done."}, None, "stop"), "[DONE]"]
    start = time.monotonic()
    result = wire.answered(stream(*events, fault="stall", after=2), True, timeout=3.0)
    assert result.reply is not None and result.reply.content == "Done."
    assert time.monotonic() - start < 2.0


def test_chunks_with_nothing_to_say_are_passed_over(wire: Wire) -> None:
    events = [
        b": ping\n\n",
        {"choices": None},
        {"choices": []},
        {"choices": [], "usage": None, "prompt_filter_results": []},
        {"type": "ping"},
        b"event: ping\ndata: {}\n\n",
        {"choices": [{"index": 0, "delta": None}]},
        {"choices": [{"index": 1, "delta": {"content": "another choice"}}]},
        chunk({"role": "assistant", "content": None}),
        chunk({"content": "Hello"}),
        chunk({}, None, "stop"),
    ]
    result = wire.answered(stream(*events), True)
    assert result.reply is not None and result.reply.content == "Hello" == result.text


def test_a_last_event_without_its_blank_line_counts(wire: Wire) -> None:
    whole = json.dumps(chunk({"content": "Hello"}, None, "stop")).encode()
    result = wire.answered(stream(b"data: " + whole, fault="end", after=1), True)
    assert result.reply is not None and result.reply.content == "Hello"


def test_after_a_failure_the_next_call_works_on_the_same_model() -> None:
    async def main() -> None:
        answers = [
            Answer(fault="reset", after=2),
            Answer(status=500),
            Answer(fault="stall", after=1),
            "Fine.",
        ]
        async with Server(answers) as server:
            model = OpenAIModel(provider(server.url))
            seen = []

            async def take(_: Any) -> None:
                pass

            for _ in range(3):
                try:
                    await model.reply(request(settings={"timeout": SOON}), take)
                except ModelError as caught:
                    seen.append(caught.kind)
            assert seen == ["connection", "server", "timeout"]
            assert (await model.reply(request(), take)).content == "Fine."
            await model.aclose()
            await server.quiet()

    run(main())


def test_the_reason_is_that_of_the_operating_system_beneath() -> None:
    def caused(*causes: Exception) -> Exception:
        first, *rest = causes
        first.__cause__ = caused(*rest) if rest else None
        return first

    assert reason(
        caused(ValueError("Connection error."), OSError("all failed"), ConnectionRefusedError())
    ) == ("connection refused")
    assert reason(caused(ValueError("x"), socket.gaierror(-2, "Name or service not known"))) == (
        "there is no such host"
    )
    assert reason(caused(ValueError("Connection error."), ValueError("certificate has expired"))) == (
        "certificate has expired"
    )
    assert reason(caused(ValueError("Connection error."), ValueError())) == "Connection error."
