"""Requests to the bodies that servers get."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.models.asking import request
from turbo_yaml.models.faults import Fault
from turbo_yaml.models.wire.chat import chat_body, wire_messages
from turbo_yaml.models.wire.form import is_wrapped, unwrapped
from turbo_yaml.protocol import Assistant, ExampleAssistant, ExampleUser, Message, System, ToolCall, User

OBJECT = {
    "type": "object",
    "properties": {"a": {"type": "integer"}},
    "required": ["a"],
    "additionalProperties": False,
}


def body(server: Any = "schema", rename: Any = None, **fields: Any) -> dict[str, Any]:
    """Return the body of a request."""
    return chat_body(request(**fields), server, rename or {})


def parts(*content: Any) -> Any:
    """Return the parts of a message as they are sent."""
    return wire_messages([User(list(content))])[0]["content"]


def test_each_kind_of_message_has_its_role() -> None:
    messages = [
        System("Be nice."),
        ExampleUser("1+1"),
        ExampleAssistant("2"),
        User("Hi", name="ann"),
        Assistant("Hello"),
        Message("x", role="system"),
    ]
    assert wire_messages(messages) == [
        {"role": "system", "content": "Be nice."},
        {"role": "user", "content": "1+1"},
        {"role": "assistant", "content": "2"},
        {"role": "user", "content": "Hi", "name": "ann"},
        {"role": "assistant", "content": "Hello"},
        {"role": "system", "content": "x"},
    ]


def test_tool_calls_are_sent_back_with_their_message() -> None:
    function = {"name": "f", "arguments": '{"a":1}'}
    assert wire_messages([Assistant("", tool_calls=(ToolCall("1", "f", '{"a":1}'),))]) == [
        {
            "role": "assistant",
            "content": None,
            "tool_calls": [{"id": "1", "type": "function", "function": function}],
        }
    ]


def test_each_kind_of_part_has_its_form() -> None:
    assert parts(
        {"text": "Look:"}, {"image": "https://x/y.png"}, {"image": "data:image/png;base64,AAAA"}
    ) == [
        {"type": "text", "text": "Look:"},
        {"type": "image_url", "image_url": {"url": "https://x/y.png"}},
        {"type": "image_url", "image_url": {"url": "data:image/png;base64,AAAA"}},
    ]
    assert parts(
        {"audio": "data:audio/mpeg;base64,AAAA"}, {"audio": "AAAA", "media_type": "audio/x-wav"}
    ) == [
        {"type": "input_audio", "input_audio": {"data": "AAAA", "format": "mp3"}},
        {"type": "input_audio", "input_audio": {"data": "AAAA", "format": "wav"}},
    ]
    assert parts({"file": "file-abc123"}, {"file": "AAAA", "media_type": "application/pdf"}) == [
        {"type": "file", "file": {"file_id": "file-abc123"}},
        {"type": "file", "file": {"file_data": "data:application/pdf;base64,AAAA", "filename": "file.pdf"}},
    ]


@pytest.mark.parametrize(
    "part",
    [
        {"image": "cat.png"},
        {"image": "not base64!", "media_type": "image/png"},
        {"audio": "https://x/y.mp3"},
        {"file": "x.pdf"},
        {},
    ],
)
def test_a_part_that_cannot_be_sent_is_a_fault_that_says_what_can(part: Any) -> None:
    with pytest.raises(Fault) as caught:
        parts(part)
    assert caught.value.kind == "bad_request" and not caught.value.retryable


def test_settings_are_sent_as_they_are_and_null_ones_are_not() -> None:
    settings = {
        "temperature": 0,
        "top_p": None,
        "max_tokens": 5,
        "stop": ["\n"],
        "seed": 1,
        "retries": 3,
        "setting1": "mine",
        "timeout": 5,
        "tool_choice": "auto",
        "parallel_tool_calls": False,
    }
    assert body(settings=settings) == {
        "model": "test-model",
        "messages": [{"role": "user", "content": "Hi"}],
        "temperature": 0,
        "max_tokens": 5,
        "stop": ["\n"],
        "seed": 1,
    }


def test_a_server_gets_its_own_words_and_extra_wins() -> None:
    settings = {"max_tokens": 5, "seed": 1, "extra": {"seed": 2, "top_k": 3}}
    sent = body(settings=settings, rename={"max_tokens": "max_completion_tokens"})
    assert (sent["max_completion_tokens"], sent["seed"], sent["top_k"]) == (5, 2, 3)
    assert "max_tokens" not in sent


def test_tools_are_sent_as_functions_and_one_may_be_chosen_by_name() -> None:
    tool = {"name": "f", "description": "Does f.", "parameters": OBJECT}
    sent = body(tools=[tool], settings={"tool_choice": "f", "parallel_tool_calls": False})
    assert sent["tools"] == [{"type": "function", "function": tool}]
    assert sent["tool_choice"] == {"type": "function", "function": {"name": "f"}}
    assert sent["parallel_tool_calls"] is False
    assert body(tools=[tool], settings={"tool_choice": "required"})["tool_choice"] == "required"


def test_an_output_is_asked_for_as_a_strict_schema_where_the_server_has_it() -> None:
    sent = body(output=OBJECT)["response_format"]
    assert sent == {
        "type": "json_schema",
        "json_schema": {"name": "reply", "schema": OBJECT, "strict": True},
    }
    loose = body(output={"type": "object"})["response_format"]["json_schema"]
    assert loose == {"name": "reply", "schema": {"type": "object"}, "strict": False}


def test_what_is_no_object_travels_inside_one() -> None:
    for fields in ({"choices": ["yes", "no"]}, {"output": {"type": "array", "items": {"type": "string"}}}):
        schema = body(**fields)["response_format"]["json_schema"]["schema"]
        assert schema["type"] == "object" and list(schema["properties"]) == ["value"]
        assert is_wrapped(request(**fields), "schema")
        assert not is_wrapped(request(**fields), "json")
    assert not is_wrapped(request(output=OBJECT), "schema") and not is_wrapped(request(), "schema")


def test_what_was_wrapped_is_taken_out_and_anything_else_is_left() -> None:
    labels, lists = request(choices=["yes", "no"]), request(output={"type": "array"})
    assert unwrapped('{"value": "yes"}', labels) == "yes"
    assert json.loads(unwrapped('{"value": ["ü"]}', lists)) == ["ü"]
    for content in ("yes", '{"value": 1, "b": 2}', '{"a": 1}', "[1]", "", "[" * 100_000):
        assert unwrapped(content, labels) == content


def test_json_mode_gets_the_schema_in_words_too() -> None:
    sent = body("json", output=OBJECT)
    assert sent["response_format"] == {"type": "json_object"}
    assert sent["messages"][0]["role"] == "system"
    assert (
        "JSON" in sent["messages"][0]["content"]
        and json.dumps(OBJECT, separators=(",", ":")) in sent["messages"][0]["content"]
    )
    assert "response_format" not in body("json", output={"type": "array"})


def test_in_the_prompt_the_instruction_joins_the_system_message() -> None:
    sent = body("prompt", messages=[System("Be nice."), User("Hi")], choices=["yes", "no"])
    assert "response_format" not in sent
    assert [message["role"] for message in sent["messages"]] == ["system", "user"]
    assert sent["messages"][0]["content"].startswith("Be nice.\n\n")
    assert "- yes\n- no" in sent["messages"][0]["content"]


def test_the_request_says_how_it_wants_to_be_asked_for() -> None:
    assert "response_format" not in body("schema", output=OBJECT, structured="prompt")
    assert body("prompt", output=OBJECT, structured="schema")["response_format"]["type"] == "json_schema"


def test_a_body_changes_nothing_that_it_was_made_from() -> None:
    messages = [System("Be nice.")]
    settings = {"extra": {"a": [1]}, "tool_choice": "f"}
    asked = request(messages=messages, settings=settings, output=OBJECT, structured="prompt")
    before = repr(asked)
    assert chat_body(asked, "schema", {}) == chat_body(asked, "schema", {})
    assert repr(asked) == before
