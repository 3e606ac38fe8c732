"""What a memory keeps and what of it is sent."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from turbo_yaml.errors import UsageError
from turbo_yaml.memory.local import LocalMemory
from turbo_yaml.memory.registry import KINDS, new_memory
from turbo_yaml.memory.truncated import TruncatedMemory
from turbo_yaml.memory.window import estimated_tokens
from turbo_yaml.protocol import Assistant, Message, System, ToolCall, Usage, User

CALL = Assistant("", tool_calls=(ToolCall("1", "find", "{}"),))
TOOL = Message("found", role="tool")

MESSAGES = st.builds(
    Message,
    st.text(max_size=20),
    role=st.sampled_from(["system", "user", "assistant", "tool"]),
    label=st.sampled_from([None, None, "a", "b"]),
    sticky=st.sampled_from([None, None, "top", "bottom"]),
)


def sent(messages: Sequence[Message]) -> list[Message]:
    """Say what is sent in the plainest way: the reference."""
    last = {message.label: position for position, message in enumerate(messages) if message.label is not None}
    kept = [
        message
        for position, message in enumerate(messages)
        if message.label is None or last[message.label] == position
    ]
    top: dict[Any, Message] = {}
    bottom: dict[Any, Message] = {}
    for position, message in enumerate(messages):
        key = position if message.label is None else message.label
        for side, place in (("top", top), ("bottom", bottom)):
            if message.sticky == side:
                place[key] = message
            elif message.label is not None:
                place.pop(key, None)
    return [*top.values(), *(message for message in kept if message.sticky is None), *bottom.values()]


def prompt(memory: LocalMemory, max_tokens: int | None = None) -> list[Message]:
    return asyncio.run(memory.prepare_prompt(max_tokens))


@given(st.lists(st.lists(MESSAGES, max_size=60), max_size=6))
def test_what_is_sent_is_right_however_the_messages_come(parts: list[list[Message]]) -> None:
    memory = LocalMemory()
    for part in parts:
        memory.messages.extend(part)
        assert list(memory.prompt()) == sent(memory.messages)
        assert list(memory._copy().prompt()) == sent(memory.messages)


def test_the_last_system_message_stands_at_the_top() -> None:
    memory = LocalMemory([System("first"), User("hi"), System("second"), User("there")])
    assert [message.content for message in prompt(memory)] == ["second", "hi", "there"]


def test_of_messages_with_one_label_only_the_last_is_sent_in_its_own_place() -> None:
    memory = LocalMemory([User("1", label="draft"), User("2"), User("3", label="draft"), User("4")])
    assert [message.content for message in prompt(memory)] == ["2", "3", "4"]


def test_sticky_messages_keep_the_place_where_their_label_first_came() -> None:
    memory = LocalMemory(
        [
            User("a1", label="a", sticky="top"),
            User("b1", label="b", sticky="top"),
            User("x"),
            User("a2", label="a", sticky="top"),
            User("end", sticky="bottom"),
            User("y"),
        ]
    )
    assert [message.content for message in prompt(memory)] == ["a2", "b1", "x", "y", "end"]


def test_what_was_handed_out_stays_as_it_was() -> None:
    memory = LocalMemory([System("s"), User("one")])
    handed = memory.prompt()
    memory.messages.append(User("two"))
    asyncio.run(memory.forget())
    memory.messages.append(User("three"))
    assert [message.content for message in handed] == ["s", "one"]
    assert (len(handed), handed[-1].content, handed[:1]) == (2, "one", [System("s")])
    with pytest.raises(IndexError):
        handed[2]


@given(st.lists(MESSAGES, max_size=30), st.integers(0, 40))
def test_forgetting_the_last_leaves_the_first_and_parts_no_tool_from_its_call(
    messages: list[Message], last: int
) -> None:
    memory = LocalMemory(messages)
    memory.prompt()
    asyncio.run(memory.forget(last=last))
    kept = memory.messages
    assert kept == messages[: len(kept)]
    assert len(kept) <= max(0, len(messages) - last)
    following = messages[len(kept) : len(kept) + 1]
    assert not kept or not following or following[0].role != "tool"
    assert list(memory.prompt()) == sent(kept)


def test_a_label_or_everything_can_be_forgotten() -> None:
    memory = LocalMemory([System("s"), User("1", label="a"), User("2")])
    asyncio.run(memory.forget(label="a"))
    assert [message.content for message in memory.messages] == ["s", "2"]
    asyncio.run(memory.forget())
    assert memory.messages == [] and prompt(memory) == []


def test_state_is_joined_or_replaced_and_a_fork_goes_its_own_way() -> None:
    async def main() -> None:
        memory = LocalMemory([User("x")], {"a": 1})
        fork = await memory.fork()
        await fork.set_state({"b": 2}, merge=True)
        await fork.append(User("y"))
        assert (memory.state, fork.state) == ({"a": 1}, {"a": 1, "b": 2})
        assert len(memory.messages) == 1
        await memory.set_state({"c": 3})
        assert await memory.get_state() == {"c": 3}
        assert fork.state == {"a": 1, "b": 2}

    asyncio.run(main())


def test_a_thousand_prompts_of_a_growing_chat_look_at_each_message_once() -> None:
    looked_at = 0

    class Watched(User):
        @property
        def label(self) -> None:  # type: ignore[override]
            nonlocal looked_at
            looked_at += 1

    memory = LocalMemory()
    for _ in range(1000):
        memory.messages.append(object.__new__(Watched))
        object.__setattr__(memory.messages[-1], "sticky", None)
        memory.prompt()
    assert looked_at == 1000


# Truncated --------------------------------------------------------------------------------------------


@given(st.lists(MESSAGES, max_size=40), st.integers(1, 200))
def test_truncation_keeps_what_must_stay_and_the_newest_that_fit(messages: list[Message], most: int) -> None:
    whole = sent(messages)
    kept = prompt(TruncatedMemory(most, messages))
    for message in whole:
        if message.sticky is not None or message.role == "system":
            assert message in kept
    others = [message for message in kept if message.sticky is None and message.role != "system"]
    plain = [message for message in whole if message.sticky is None and message.role != "system"]
    assert others == plain[len(plain) - len(others) :]
    if sum(map(estimated_tokens, whole)) <= most:
        assert kept == whole


@given(st.lists(st.sampled_from([User("u" * 8), CALL, TOOL, TOOL]), max_size=30), st.integers(1, 60))
def test_truncation_never_parts_results_from_their_call(messages: list[Message], most: int) -> None:
    kept = prompt(TruncatedMemory(most, messages))
    if kept and kept[0].role == "tool":
        assert len(kept) == len(messages)


def test_the_newest_message_is_sent_even_where_it_is_too_long() -> None:
    memory = TruncatedMemory(5, [User("old"), User("x" * 1000)])
    assert [message.content for message in prompt(memory)] == ["x" * 1000]


def test_a_smaller_bound_for_one_prompt_counts() -> None:
    memory = TruncatedMemory(1000, [User("x" * 40) for _ in range(10)])
    assert len(prompt(memory)) == 10
    assert len(prompt(memory, 30)) == 2
    assert len(prompt(LocalMemory(memory.messages), 30)) == 2


def test_a_fork_of_a_truncated_memory_truncates() -> None:
    async def main() -> list[Message]:
        fork = await TruncatedMemory(30, [User("x" * 40) for _ in range(10)]).fork()
        return await fork.prepare_prompt()

    assert len(asyncio.run(main())) == 2


def test_the_estimate_counts_characters_attachments_and_calls() -> None:
    assert estimated_tokens(User("")) == 4
    assert estimated_tokens(User("12345")) == 6
    assert estimated_tokens(User([{"text": "1234"}, {"image": "https://x/y.png"}])) == 1005
    assert estimated_tokens(CALL) == 4 + 2


def test_a_reply_takes_the_tokens_that_its_server_has_counted_but_its_thoughts() -> None:
    def tokens(text: str, *used: Any, **more: Any) -> int:
        return estimated_tokens(Assistant(text, usage=Usage(*used), **more)) - 4

    assert tokens("十" * 8, 0, 11) == 11
    assert tokens("one two three", 0, 303, None, 300) == 3
    # What cannot be in it, and what was not told, is no count.
    assert tokens("one two three", 0, 303) == tokens("one two three") == 4
    assert tokens("", 0, 7, tool_calls=(ToolCall("1", "find", "{}"),)) == 2
    assert tokens("", 0, 5, tool_calls=(ToolCall("1", "find", "{}"),)) == 5


# Kinds ------------------------------------------------------------------------------------------------


def test_a_declared_memory_is_made_by_its_kind() -> None:
    assert type(new_memory()) is LocalMemory
    assert type(new_memory({"kind": "local"})) is LocalMemory
    memory = new_memory({"kind": "truncated", "max_tokens": 7})
    assert isinstance(memory, TruncatedMemory) and memory.max_tokens == 7


@pytest.mark.parametrize(
    ("declared", "said"),
    [
        ({"kind": "truncted"}, "truncted"),
        ({"kind": "truncated"}, "max_tokens"),
        ({"kind": "truncated", "max_tokens": 0}, "max_tokens"),
        ({"kind": "truncated", "max_tokens": True}, "max_tokens"),
        ({"kind": "truncated", "max_tokens": 5, "size": 1}, "size"),
        ({"kind": "local", "max_tokens": 5}, "max_tokens"),
    ],
)
def test_a_memory_that_cannot_be_is_refused(declared: dict[str, Any], said: str) -> None:
    with pytest.raises(UsageError, match=said):
        new_memory(declared)


def test_every_kind_of_one_process_can_be_made() -> None:
    for kind in KINDS.keys() - {"sqlite"}:
        options = {"max_tokens": 100} if kind != "local" else {}
        assert asyncio.run(new_memory({"kind": kind, **options}).get()) == []
