"""Replies that are data: every way to ask for them, over sockets, with tools and streams."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.runtime.talking import in_loop, play
from tests.server import Answer, Server
from turbo_yaml.compiler.edge import loads
from turbo_yaml.errors import ModelError
from turbo_yaml.runtime.events import Event, PartialEvent
from turbo_yaml.types.declared import MISSING
from turbo_yaml.types.partial import partial_json

PERSON = "{name: string, age?: {type: integer, minimum: 0}, tags: [string]}"
ADA = '{"name": "Ada", "age": 36, "tags": ["x", "y"]}'
WAYS = ["schema", "json", "prompt"]


def answered(
    *answers: Any, output: str = PERSON, more: str = "", listen: bool = False, head: str = "", **provider: Any
) -> tuple[Any, list[dict[str, Any]], list[Event]]:
    """Run one turn against a server; return what it came to, what was asked and what was told."""
    text = f"turbo: 1\n{head}steps:\n  - user: Who?\n  - generate:\n      output: {output}\n{more}"
    seen: list[Event] = []

    async def work() -> tuple[Any, list[dict[str, Any]]]:
        async with Server(list(answers)) as server:
            at = {"base_url": server.url, "api_key_env": None, **provider}
            fn = loads(text).configure({"model": "acme/m", "retries": 0, "providers": {"acme": at}})
            if head:
                fn = fn.using(tools={"find": lambda: "Ada, 36"})
            try:
                outcome = (await play(fn.using(on_event=seen.append) if listen else fn)).outcome
            except ModelError as error:
                outcome = error
            await fn.aclose()
            return outcome, [each.data for each in server.received]

    return *in_loop(work()), seen


@pytest.mark.parametrize("listen", [False, True])
@pytest.mark.parametrize("way", WAYS)
def test_each_way_asks_in_its_words_and_gives_the_same_value(way: str, listen: bool) -> None:
    value, (asked,), _ = answered(ADA, listen=listen, structured=way)
    assert value == json.loads(ADA)
    form = asked.get("response_format", {"type": None})
    assert form["type"] == {"schema": "json_schema", "json": "json_object", "prompt": None}[way]
    told = asked["messages"][0]["content"]
    assert ("JSON Schema" in told and '"minimum":0' in told) == (way != "schema")


def test_the_strict_schema_is_closed_requires_all_and_leaves_the_rest_to_validation() -> None:
    _, (asked,), _ = answered(ADA, structured="schema")
    form = asked["response_format"]["json_schema"]
    assert form["strict"] is True
    assert form["schema"]["required"] == ["name", "age", "tags"]
    assert form["schema"]["additionalProperties"] is False
    assert form["schema"]["properties"]["age"] == {"type": ["integer", "null"]}
    error, _, _ = answered(*['{"name": "A", "age": -1, "tags": []}'] * 2, structured="schema")
    assert "at `/age` (`minimum`)" in error.message


def test_what_strict_mode_cannot_say_is_asked_for_as_a_schema_that_is_not_strict() -> None:
    _, (asked,), _ = answered('{"a": 1}', output="{type: object}", structured="schema")
    assert asked["response_format"]["json_schema"]["strict"] is False


@pytest.mark.parametrize(
    "reply", [f"Sure!\n```json\n{ADA}\n```\nAnything else?", f"It is {ADA}.", f"<think>hm</think>{ADA}"]
)
@pytest.mark.parametrize("way", WAYS)
def test_json_in_fences_and_prose_is_found(way: str, reply: str) -> None:
    assert answered(reply, structured=way)[0] == json.loads(ADA)


@pytest.mark.parametrize("listen", [False, True])
@pytest.mark.parametrize("reply", ["I do not know.", "", "null", "{}", "[]", "```json\n```"])
@pytest.mark.parametrize("output", [PERSON, "[{a: string}]", "{type: [object, 'null'], required: [a]}"])
def test_prose_is_never_an_empty_value(reply: str, output: str, listen: bool) -> None:
    value, asked, _ = answered(reply, reply, output=output, listen=listen, structured="schema")
    if reply in {"null", "[]"} and not isinstance(value, ModelError):
        assert value == json.loads(reply)  # it is what the type allows
    else:
        assert isinstance(value, ModelError) and value.kind == "invalid_output"
        assert len(asked) == 2


def test_a_reply_that_does_not_fit_goes_back_with_what_is_wrong_and_then_fails_with_all_of_it() -> None:
    bad = '{"name": "Ada", "tags": [1]}'
    error, asked, _ = answered(bad, bad)
    assert "/tags/0" in error.message and "`type`" in error.message and bad in error.message
    said = asked[1]["messages"][-2:]
    assert said[0]["content"] == bad and "tags[0]" in said[1]["content"]
    assert answered(bad, ADA)[0] == json.loads(ADA)


# While it comes ---------------------------------------------------------------------------------------


def values(events: list[Event]) -> list[Any]:
    return [event.value for event in events if isinstance(event, PartialEvent)]


def test_a_value_is_told_while_it_comes() -> None:
    value, _, seen = answered(ADA, listen=True, structured="schema")
    told = values(seen)
    assert told[-1] == value
    assert {"name": "Ada"} in told
    assert [len(part.get("tags", ())) for part in told] == sorted(len(part.get("tags", ())) for part in told)


def test_a_list_that_travels_in_an_object_is_told_without_it() -> None:
    reply = '{"value": ["Ada Lovelace", "Bob", "Cy"]}'
    value, _, seen = answered(reply, output="[string]", listen=True, structured="schema")
    assert value == ["Ada Lovelace", "Bob", "Cy"]
    assert ["Ada"] in [[text.strip() for text in part] for part in values(seen)]
    assert values(seen)[-1] == value


def test_data_is_asked_for_together_with_tools_and_streamed() -> None:
    call = {"id": "c1", "type": "function", "function": {"name": "find", "arguments": "{}"}}
    head = "tools: {find: {description: Find her., with: {}, returns: string}}\n"
    calls = Answer(text=None, tool_calls=[call], finish_reason="tool_calls")
    value, asked, seen = answered(
        calls, "no", ADA, more="      tools: [find]\n", head=head, listen=True, structured="schema"
    )
    assert value == json.loads(ADA) == values(seen)[-1]
    assert all(each["tools"] and each["response_format"] for each in asked)
    assert [message["role"] for message in asked[1]["messages"]] == ["user", "assistant", "tool"]


def test_a_long_reply_is_read_anew_not_with_every_piece() -> None:
    reply = json.dumps({"name": "word " * 20_000, "tags": []})
    value, _, seen = answered(reply, listen=True)
    assert value == json.loads(reply)
    assert len(values(seen)) < 6_000


json_data = st.recursive(
    st.none() | st.booleans() | st.integers(-99, 99) | st.text(max_size=4),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=6,
)


@given(json_data, st.integers(0, 60), st.booleans())
def test_every_beginning_of_json_holds_a_part_of_it(data: Any, cut: int, escaped: bool) -> None:
    text = json.dumps(data, ensure_ascii=escaped)
    part = partial_json(text[:cut])
    if part is MISSING:
        assert cut == 0 or text[0] not in "{["
    else:
        assert type(part) is type(data)
        assert len(part) <= len(data)
    if isinstance(data, dict | list):
        assert partial_json(text) == data


@given(st.text(max_size=30))
def test_any_text_is_a_part_or_nothing(text: str) -> None:
    assert partial_json(text) is MISSING or isinstance(partial_json(text), dict | list)
