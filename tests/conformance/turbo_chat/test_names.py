"""Each name that turbo-chat 0.3.12 exports is on the page that says what it is here."""

from __future__ import annotations

import re

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


@pytest.mark.parametrize("name", (*SAME, *OTHERWISE))
def test_the_page_says_what_a_name_is_here(name: str) -> None:
    assert re.search(rf"`[^`]*\b{name}\b[^`]*`", PAGE)
