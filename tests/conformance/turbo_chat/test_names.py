"""Each name that turbo-chat 0.3.12 exports is on the page that says what it is here."""

from __future__ import annotations

import re
from inspect import signature

import pytest

import turbo_yaml
from tests.docs.pages import ROOT

PAGE = (ROOT / "docs" / "migrating" / "turbo-chat.md").read_text(encoding="utf-8")
SAME = (
    "System", "User", "Assistant", "ExampleUser", "ExampleAssistant", "Generate", "GetInput",
    "TurboGenWrapper", "Message", "BaseMessageCollection", "BaseMemory", "LocalMemory", "Example",
    "BaseCache", "Scratchpad", "Result", "turbo", "completion", "count_tokens",
)  # fmt: skip
"""Names that are the same here."""
OTHERWISE = (
    "InvalidValueYieldedError", "GeneratorAlreadyExhaustedError", "MessageRole", "MessageDict",
    "LocalSummarizeMemory", "LocalTruncatedMemory", "SimpleCache", "RedisCache", "Tool", "summarize_bot",
    "subqueries_bot", "tool_bot", "self_ask_bot", "qa_bot", "available_models", "TurboModel", "run_chat",
    "get_max_tokens_length", "render_template", "inflect", "create_retry_decorator", "with_retries",
    "MemoryTruncation", "MemorySummarization", "ToolBotInput", "Start",
)  # fmt: skip
"""Names of turbo-chat and its parts that are something else here."""


@pytest.mark.parametrize("name", SAME)
def test_a_name_that_is_the_same_is_there(name: str) -> None:
    assert name in turbo_yaml.__all__


MEMBERS = {
    "BaseMemory": ("setup", "get", "extend", "append", "get_state", "set_state", "prepare_prompt"),
    "BaseCache": ("has", "get", "set", "clear", "to_key"),
    "TurboGenWrapper": ("init", "run"),
    "TurboGenFn": ("settings", "configure"),
    "Scratchpad": ("parse",),
    "BaseMessageCollection": ("get",),
}
ARGUMENTS = {
    "User": ("content", "template", "variables", "sticky", "label", "forward"),
    "Generate": ("forward",),
    "GetInput": ("content", "record"),
    "Result": ("content", "needs_input", "done", "original_role"),
    "Example": ("user", "assistant"),
    "turbo": ("memory_class", "cache_class", "model", "debug", "n", "select_choice"),
}


@pytest.mark.parametrize("name", MEMBERS)
def test_what_it_can_do_is_there(name: str) -> None:
    assert [member for member in MEMBERS[name] if not hasattr(getattr(turbo_yaml, name), member)] == []


@pytest.mark.parametrize("name", ARGUMENTS)
def test_what_it_takes_is_taken(name: str) -> None:
    assert {*ARGUMENTS[name]} <= signature(getattr(turbo_yaml, name)).parameters.keys()


@pytest.mark.parametrize("name", (*SAME, *OTHERWISE))
def test_the_page_says_what_a_name_is_here(name: str) -> None:
    assert re.search(rf"`[^`]*\b{name}\b[^`]*`", PAGE)
