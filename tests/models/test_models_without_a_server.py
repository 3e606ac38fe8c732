"""`echo` and `script`."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.models.asking import request, run
from turbo_yaml.errors import ModelError
from turbo_yaml.models.echo import EchoModel
from turbo_yaml.models.faults import KINDS
from turbo_yaml.models.request import Delta, Model, Reply, Request
from turbo_yaml.models.script import ScriptModel
from turbo_yaml.protocol import Assistant, Message, System, ToolCall, Usage, User
from turbo_yaml.types.validation import compile_validator

TOOL = {
    "name": "look",
    "parameters": {"type": "object", "properties": {"id": {"type": "integer"}}, "required": ["id"]},
}


def echo(**fields: Any) -> Reply:
    """Return what `echo` says to a request."""
    return run(EchoModel().reply(request(**fields)))


def scripted(*entries: Any) -> list[Reply]:
    """Return the replies of a script."""

    async def main() -> list[Reply]:
        model = ScriptModel(entries)
        return [await model.reply(request()) for _ in entries]

    return run(main())


def script_error(entries: Any, calls: int = 1) -> ModelError:
    """Return the error of the last of so many calls of a script."""

    async def main() -> None:
        model = ScriptModel(entries)
        for _ in range(calls):
            await model.reply(request())

    with pytest.raises(ModelError) as caught:
        run(main())
    return caught.value


def deltas(model: Model, asked: Request) -> list[Delta]:
    """Return the pieces of a streamed reply, which must be the reply."""
    heard: list[Delta] = []

    async def hear(delta: Delta) -> None:
        heard.append(delta)

    reply = run(model.reply(asked, hear))
    assert "".join(delta.text for delta in heard) == reply.content
    assert "".join(delta.reasoning for delta in heard) == reply.reasoning
    return heard


def test_echo_repeats_the_last_user_message() -> None:
    said = [System("Be nice."), User("One"), Assistant("Two"), User("Three"), Assistant("Four")]
    assert echo(messages=said) == Reply("Three", finish_reason="stop", model="test-model")


def test_echo_without_a_user_message_repeats_the_last_one() -> None:
    assert echo(messages=[System("Be nice.")]).content == "Be nice."
    assert echo(messages=[]).content == ""


def test_echo_names_the_parts_that_are_no_text() -> None:
    parts: Any = [{"text": "Look:"}, {"image": "https://x/y.png"}, {"file": "file-abc1"}]
    assert echo(messages=[User(parts)]).content == "Look:\n[image]\n[file]"


def test_echo_gives_the_least_that_fits() -> None:
    assert echo(choices=["yes", "no"]).content == "yes"
    schema = {"type": "object", "properties": {"n": {"type": "integer", "minimum": 3}}, "required": ["n"]}
    assert not compile_validator(schema)(json.loads(echo(output=schema).content))


def test_echo_calls_the_first_tool_once() -> None:
    reply = echo(tools=[TOOL])
    assert [call.name for call in reply.tool_calls] == ["look"] and reply.finish_reason == "tool_calls"
    assert not compile_validator(TOOL["parameters"])(json.loads(reply.tool_calls[0].arguments))
    answered = [User("Hi"), Assistant("", tool_calls=reply.tool_calls), Message("found", role="tool")]
    assert echo(tools=[TOOL], messages=answered) == Reply("Hi", finish_reason="stop", model="test-model")


def test_echo_says_when_nothing_fits() -> None:
    with pytest.raises(ModelError) as caught:
        echo(output={"type": "integer", "minimum": 3, "maximum": 2})
    assert caught.value.kind == "configuration"


def test_replies_come_word_by_word() -> None:
    assert [delta.text for delta in deltas(EchoModel(), request("two  words\n"))] == ["two  ", "words\n"]
    entry = {"reasoning": "Hm.", "content": "a b"}
    assert deltas(ScriptModel([entry]), request()) == [Delta(reasoning="Hm."), Delta("a "), Delta("b")]
    assert deltas(EchoModel(), request("")) == []


def test_a_script_gives_text_data_and_whole_replies() -> None:
    call = {"name": "f", "arguments": {"a": 1}}
    text, data, number, empty, content, tool, sure = scripted(
        "Hi",
        {"title": "T", "content": "C"},
        5,
        {},
        {
            "content": {"a": 1},
            "reasoning": "Hm.",
            "usage": {"input_tokens": 1, "output_tokens": 2},
            "model": "m",
        },
        {"tool_calls": [call, {**call, "id": "x"}]},
        {"data": {"content": "C"}},
    )
    assert text == Reply("Hi", finish_reason="stop", model="test-model", request_id="1")
    assert json.loads(data.content) == {"title": "T", "content": "C"}
    assert (number.content, empty.content) == ("5", "{}")
    assert content == Reply('{"a": 1}', "Hm.", (), Usage(1, 2), "stop", "m", "5")
    assert tool.tool_calls == (ToolCall("call_1", "f", '{"a": 1}'), ToolCall("x", "f", '{"a": 1}'))
    assert tool.finish_reason == "tool_calls"
    assert json.loads(sure.content) == {"content": "C"}


@pytest.mark.parametrize("kind", KINDS)
def test_a_script_can_fail_in_each_way(kind: str) -> None:
    error = script_error([{"error": kind}])
    assert (error.kind, error.retryable) == (kind, KINDS[kind].retryable)


def test_a_failure_of_a_script_can_be_told_in_full() -> None:
    error = script_error(
        [{"error": {"kind": "server", "message": "Busy", "retryable": False, "retry_after": 3}}]
    )
    assert (error.message, error.retryable, error.retry_after) == ("Busy", False, 3)


def test_a_failure_counts_as_a_reply() -> None:
    async def main() -> str:
        model = ScriptModel([{"error": "server"}, "Then this."])
        with pytest.raises(ModelError):
            await model.reply(request())
        return (await model.reply(request())).content

    assert run(main()) == "Then this."


def test_a_script_that_runs_out_says_how_long_it_was() -> None:
    error = script_error(["one"], 2)
    assert (error.kind, error.retryable) == ("configuration", False)
    assert error.message == "the script has 1 reply, and one more is asked for"
    assert script_error([]).message == "the script has 0 replies, and one more is asked for"


@pytest.mark.parametrize("replies", [None, "text", {"a": 1}, 5])
def test_what_is_no_script_is_an_error(replies: Any) -> None:
    assert script_error(replies).kind == "configuration"


def test_an_unknown_kind_in_a_script_is_an_error_that_lists_the_kinds() -> None:
    error = script_error([{"error": "oops"}])
    assert error.kind == "configuration" and "`timeout`" in (error.hint or "")


def test_a_script_calls_tools_in_short() -> None:
    script = [
        {"tool": "find", "with": {"id": 7}},
        [{"tool": "find"}, {"tool": "send"}],
        [{"tool": "find", "of": 3}],
    ]
    model = ScriptModel(script)
    replies = [run(model.reply(Request("script", [User("Hi")]))) for _ in script]
    assert [[(call.name, call.arguments) for call in reply.tool_calls] for reply in replies] == [
        [("find", '{"id": 7}')],
        [("find", "{}"), ("send", "{}")],
        [],
    ]
    assert [reply.finish_reason for reply in replies] == ["tool_calls", "tool_calls", "stop"]


def test_echo_calls_the_tool_that_is_chosen_and_none_where_none_may_be() -> None:
    tools = [{"name": "find", "parameters": {"type": "object"}}, {"name": "send"}]
    for choice, called in (("send", ["send"]), ("none", []), ("auto", ["find"])):
        request = Request("echo", [User("Hi")], {"tool_choice": choice}, tools=tools)
        assert [call.name for call in run(EchoModel().reply(request)).tool_calls] == called
