"""A memory that summarizes sends the newest messages after a summary of what was before them."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from tests.language.running import play
from turbo_yaml import Assistant, LocalMemory, Message, SummarizeMemory, System, User
from turbo_yaml.errors import UsageError
from turbo_yaml.memory.registry import new_memory
from turbo_yaml.protocol import ToolCall

LONG = "x" * 160  # about 44 tokens with its frame


class Writer:
    """Writes summaries that tell how many there were, and keeps what it was given."""

    def __init__(self) -> None:
        self.given: list[str] = []

    async def __call__(self, text: str) -> str:
        self.given.append(text)
        return f"summary {len(self.given)}"


def sent(memory: LocalMemory) -> list[str]:
    return [str(message.content) for message in asyncio.run(memory.prepare_prompt())]


def said(*texts: str) -> list[Message]:
    return [User(text) for text in texts]


def test_as_long_as_there_is_room_nothing_is_summarized() -> None:
    writer = Writer()
    assert sent(SummarizeMemory(100, writer, said("a", "b"))) == ["a", "b"]
    assert writer.given == []


def test_older_messages_are_told_to_the_writer_and_the_newest_are_sent() -> None:
    writer = Writer()
    memory = SummarizeMemory(98, writer, [User("first", name="Ada"), *said(LONG, LONG, "last")])
    assert sent(memory) == ["What was said before, in short:\nsummary 1", LONG, "last"]
    assert writer.given == [f"Ada: first\nuser: {LONG}"]
    assert len(asyncio.run(memory.get())) == 4


def test_a_summary_serves_until_there_is_too_much_again_and_is_told_to_the_next() -> None:
    writer = Writer()
    memory = SummarizeMemory(200, writer, said(LONG, LONG, LONG, LONG, LONG))
    sent(memory)
    asyncio.run(memory.append(User("more")))
    assert sent(memory)[-1] == "more"
    assert len(writer.given) == 1
    asyncio.run(memory.extend(said(LONG, LONG, LONG)))
    assert sent(memory)[0].endswith("summary 2")
    assert writer.given[1].startswith("(before: summary 1)\nuser: x")


def test_instructions_and_sticky_messages_are_sent_as_they_are() -> None:
    writer = Writer()
    first = [System("be kind"), User("keep me", label="note", sticky="bottom")]
    memory = SummarizeMemory(100, writer, [*first, *said(LONG, LONG, LONG)])
    assert sent(memory) == ["be kind", "What was said before, in short:\nsummary 1", LONG, "keep me"]
    assert "be kind" not in writer.given[0]


def test_results_of_tools_stay_with_their_call() -> None:
    writer = Writer()
    call = Assistant("", tool_calls=(ToolCall("1", "find", "{}"),))
    memory = SummarizeMemory(60, writer, [*said(LONG), call, Message("found", role="tool")])
    assert sent(memory)[1:] == ["", "found"]


def test_a_fork_goes_on_with_a_summary_of_its_own() -> None:
    writer = Writer()
    memory = SummarizeMemory(100, writer, said(LONG, LONG, LONG))

    async def work() -> list[int]:
        await memory.prepare_prompt()
        fork = await memory.fork()
        await fork.extend(said(LONG, LONG))
        return [len(await fork.prepare_prompt()), len(await memory.prepare_prompt())]

    assert asyncio.run(work()) == [2, 2]
    assert len(writer.given) == 2


def test_what_is_forgotten_is_in_no_summary() -> None:
    writer = Writer()
    memory = SummarizeMemory(100, writer, said(LONG, LONG, LONG))
    sent(memory)
    asyncio.run(memory.forget())
    asyncio.run(memory.append(User("new")))
    assert sent(memory) == ["new"]


@pytest.mark.parametrize("options", [{}, {"max_tokens": 0}, {"max_tokens": 9, "size": 1}])
def test_what_a_flow_declares_must_fit(options: dict[str, Any]) -> None:
    with pytest.raises(UsageError):
        new_memory({"kind": "summarize", **options})


FLOW = """
memory: {kind: summarize, max_tokens: 50FLOW}
flows:
  names:
    inputs: {text: string}
    steps:
      - user: "Names: {{ text }}"
      - generate
steps:
  - for: n
    in: range(3)
    do:
      - user: "This is what I have to say in round {{ n }}, and it is long: xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
      - generate
"""


def test_a_flow_of_the_file_writes_the_summary() -> None:
    story = play(FLOW.replace("FLOW", ", flow: names"), model=["one", "a summary", "two", "another", "three"])
    assert story.results == ["one", "two", "three"]
    assert len(story.chat) == 6


def test_without_a_flow_of_ones_own_the_installed_one_writes_it() -> None:
    story = play(FLOW.replace("FLOW", ""), model=["one", "a summary", "two", "another", "three"])
    assert story.results == ["one", "two", "three"]


def test_a_summary_that_fails_fails_the_turn() -> None:
    story = play(FLOW.replace("FLOW", ""), model=["one", {"error": "auth"}])
    assert story.failed.kind == "auth"


def test_a_flow_that_asks_cannot_write_summaries() -> None:
    text = FLOW.replace("FLOW", ", flow: names").replace("- generate\nsteps", "- input: Which?\nsteps")
    assert "asks a question" in play(text, model=["one"]).failed.message


def test_a_memory_of_the_host_uses_the_installed_flow_by_itself() -> None:
    import turbo_yaml

    async def talk(memory: Any) -> Any:
        yield User(LONG)
        yield User(LONG)
        yield turbo_yaml.Generate()

    fn = turbo_yaml.TurboGenFn(talk, {"model": "script"}).using(script=["short", "reply"])
    memory = SummarizeMemory(70)
    run = fn(memory=memory)
    assert asyncio.run(run.finish()) == "reply"
    assert sent(memory)[0].endswith("short")
