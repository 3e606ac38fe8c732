"""Calls of a model over real sockets: whole and streamed, slow readers, cancelling, deadlines."""

from __future__ import annotations

import asyncio
import json
import time
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.models.asking import KEY, Wire, provider, request, run
from tests.server import Answer, Received, Server
from tests.server.answer import chunk
from turbo_yaml.errors import ModelError
from turbo_yaml.models.openai import OpenAIModel
from turbo_yaml.models.request import Delta, Reply
from turbo_yaml.protocol import Assistant, Message, System, ToolCall, Usage, User


async def ignore(_: Delta) -> None:
    """Take a delta and do nothing."""


@pytest.mark.parametrize("streamed", [False, True])
def test_an_answer_becomes_a_reply(wire: Wire, streamed: bool) -> None:
    calls = [{"id": "a", "type": "function", "function": {"name": "f", "arguments": '{"x": 1}'}}]
    answer = Answer(
        "Grüße, all.", reasoning="Let me think.", tool_calls=calls, headers={"x-request-id": "req-7"}
    )
    result = wire.answered(answer, streamed)
    assert result.reply == Reply(
        content="Grüße, all.",
        reasoning="Let me think.",
        tool_calls=(ToolCall("a", "f", '{"x": 1}'),),
        usage=Usage(7, 3, None, 3),
        finish_reason="stop",
        model="test-model",
        request_id="req-7",
    )
    assert result.text == ("Grüße, all." if streamed else "")


@pytest.mark.parametrize("key", ["reasoning", "reasoning_content"])
def test_reasoning_is_told_apart_from_the_answer(wire: Wire, key: str) -> None:
    result = wire.answered(Answer("Yes.", reasoning="Hm.", reasoning_key=key), True)
    assert "".join(delta.reasoning for delta in result.deltas) == "Hm." and result.text == "Yes."


def test_the_server_gets_the_key_and_no_wish_for_compression(wire: Wire) -> None:
    for streamed in (False, True):
        received = wire.answered("Hi", streamed).received
        assert received is not None and received.path == "/v1/chat/completions"
        assert received.headers["authorization"] == f"Bearer {KEY}"
        assert received.headers["accept-encoding"] == "identity"


def test_usage_of_a_stream_is_asked_for_where_the_server_takes_that(wire: Wire) -> None:
    def sent(streamed: bool, **fields: Any) -> dict[str, Any]:
        received = wire.answered("Hi", streamed, **fields).received
        assert received is not None
        return {key: value for key, value in received.data.items() if key.startswith("stream")}

    assert sent(False) == {}
    assert sent(True) == {"stream": True, "stream_options": {"include_usage": True}}
    assert sent(True, stream_usage=False) == {"stream": True}


@pytest.mark.parametrize("streamed", [False, True])
@pytest.mark.parametrize("structured", ["schema", "prompt"])
def test_instructions_have_the_role_that_the_model_wants(wire: Wire, streamed: bool, structured: Any) -> None:
    def roles(model: str, *patterns: str) -> list[str]:
        said: list[Message] = [System("Be brief."), User("Hi"), System("Now.", label=None, sticky=None)]
        asked = request(model=model, messages=said, output={"type": "object"})
        received = wire.answered(
            Answer("{}"), streamed, asked, structured=structured, developer=patterns
        ).received
        assert received is not None
        return [message["role"] for message in received.data["messages"]]

    assert roles("o1-2024-12-17", "o3*", "o1*") == ["developer", "user", "developer"]
    assert roles("gpt-4o", "o3*", "o1*") == ["system", "user", "system"]
    assert roles("o1") == ["system", "user", "system"]


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.text(st.characters(exclude_categories=("Cs",)), max_size=20), st.integers(1, 40))
def test_a_stream_says_the_same_wherever_the_network_cuts_it(wire: Wire, text: str, cut: int) -> None:
    result = wire.answered(Answer(text, cut=cut), True)
    assert result.error is None
    assert result.reply is not None and result.reply.content == text == result.text


def test_text_that_json_escapes_survives_both_ways(wire: Wire) -> None:
    text = '"\\ \u2028 \x00 \U0001f600 </script> {{ x }}'
    result = wire.answered(Answer(text), True, request(text))
    assert result.reply is not None and result.reply.content == text
    assert result.received is not None and result.received.data["messages"][0]["content"] == text


def test_choices_and_lists_come_out_of_what_they_travel_in(wire: Wire) -> None:
    asked = request(choices=["yes", "no"])
    for streamed in (False, True):
        result = wire.answered('{"value": "yes"}', streamed, asked, structured="schema")
        assert result.reply is not None and result.reply.content == "yes"
        assert result.deltas == ([Delta("yes")] if streamed else [])
        result = wire.answered("I say yes", streamed, asked, structured="schema")
        assert result.reply is not None and result.reply.content == "I say yes"


def test_an_object_is_streamed_as_it_comes(wire: Wire) -> None:
    result = wire.answered('{"a": 1, "b": 2}', True, request(output={"type": "object"}), structured="schema")
    assert result.text == '{"a": 1, "b": 2}' and len(result.deltas) > 1


def test_streamed_tool_calls_are_put_together(wire: Wire) -> None:
    def piece(arguments: str, **fields: Any) -> dict[str, Any]:
        return chunk({"tool_calls": [{"function": {"name": "look", "arguments": arguments}, **fields}]})

    events = [
        piece('{"id"', index=0),
        piece(": 1", index=0),
        piece("}", index=0),
        chunk({}, None, "tool_calls"),
    ]
    result = wire.answered(Answer(events=events), True)
    assert result.reply is not None
    assert result.reply.tool_calls == (ToolCall("call_1", "look", '{"id": 1}'),)
    assert (result.reply.finish_reason, result.deltas) == ("tool_calls", [])


def test_a_slow_reader_holds_the_stream_back() -> None:
    async def main() -> None:
        big = "x" * 500_000
        async with Server(
            [Answer(events=[*[chunk({"content": big})] * 60, chunk({}, None, "stop")])]
        ) as server:
            model = OpenAIModel(provider(server.url))
            read = 0
            ahead = 0

            async def slow(delta: Delta) -> None:
                nonlocal read, ahead
                for _ in range(30):
                    await asyncio.sleep(0)
                ahead = max(ahead, server.written - read)
                read += len(delta.text)

            await model.reply(request(), slow)
            assert read == 60 * len(big)
            assert ahead < read / 2
            await model.aclose()

    run(main())


@pytest.mark.parametrize("streamed", [False, True])
def test_cancelling_closes_the_connection(streamed: bool) -> None:
    async def main() -> None:
        asked = asyncio.Event()

        def answer(_: Received) -> Answer:
            asked.set()
            return Answer(fault="stall", after=1 if streamed else -1)

        async with Server(answer) as server:
            model = OpenAIModel(provider(server.url))
            before = asyncio.all_tasks()
            task = asyncio.ensure_future(model.reply(request(), ignore if streamed else None))
            await asked.wait()
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
            await server.quiet()
            assert asyncio.all_tasks() == before
            await model.aclose()

    run(main())


def test_what_the_reader_raises_comes_out_as_it_is_and_closes_the_connection() -> None:
    async def main() -> None:
        async with Server() as server:
            model = OpenAIModel(provider(server.url))
            for error in (
                ValueError("mine"),
                TimeoutError("mine"),
                ModelError("mine", kind="server"),
                OSError(),
            ):

                async def fail(_: Delta, error: Exception = error) -> None:
                    raise error

                with pytest.raises(type(error)) as caught:
                    await model.reply(request(), fail)
                assert caught.value is error
            await server.quiet()
            await model.aclose()

    run(main())


def test_the_deadline_holds_for_the_reader_too() -> None:
    async def main() -> None:
        async with Server() as server:
            model = OpenAIModel(provider(server.url))

            async def stuck(_: Delta) -> None:
                await asyncio.Event().wait()

            start = time.monotonic()
            with pytest.raises(ModelError) as caught:
                await model.reply(request(settings={"timeout": 0.2}), stuck)
            assert caught.value.kind == "timeout" and time.monotonic() - start < 1.5
            assert caught.value.message == "`acme` gave no whole answer within 0.2 s"
            await server.quiet()
            await model.aclose()

    run(main())


def test_a_deadline_of_the_caller_is_not_ours() -> None:
    async def main() -> None:
        async with Server([Answer(fault="stall")]) as server:
            model = OpenAIModel(provider(server.url))
            with pytest.raises(TimeoutError):
                async with asyncio.timeout(0.2):
                    await model.reply(request(settings={"timeout": 5}), ignore)
            await server.quiet()
            await model.aclose()

    run(main())


def test_many_calls_at_once_each_get_their_own_answer() -> None:
    async def main() -> None:
        async with Server() as server:
            model = OpenAIModel(provider(server.url))
            asked = [model.reply(request(f"words of {i}"), ignore if i % 2 else None) for i in range(40)]
            replies = await asyncio.gather(*asked)
            assert [reply.content for reply in replies] == [f"words of {i}" for i in range(40)]
            await model.aclose()
            await server.quiet()

    run(main())


def test_a_long_chat_arrives_whole(wire: Wire) -> None:
    said = [kind(f"{i} é") for i in range(500) for kind in (User, Assistant)]
    result = wire.answered("ok", asked=request(messages=said))
    assert result.received is not None
    assert [m["content"] for m in result.received.data["messages"]] == [m.content for m in said]
    assert json.loads(result.received.body)["messages"][1] == {"role": "assistant", "content": "0 é"}
