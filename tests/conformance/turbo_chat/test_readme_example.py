"""The example of turbo-chat's README, with other import lines, against a server on a real socket.

It is quoted from turbo-chat 0.3.12 (MIT), where one closing bracket is missing: `(app.run(_input)).done` has
it here. It runs as `python -m asyncio` would run it.
"""

from __future__ import annotations

import ast
import asyncio
import builtins
from typing import Any

import pytest

from tests.server import ThreadServer

IMPORTS = """
from typing import AsyncGenerator, Union

from turbo_yaml import (
    turbo,
    System,
    User,
    Assistant,
    GetInput,
    Generate,
    run,
)
"""
EXAMPLE = """
# Get user
async def get_user(id):
    return {"zodiac": "pisces"}

# Set user zodiac mixin
# Notice that no `@turbo()` decorator used here
async def set_user_zodiac(user_id: int):

    user_data: dict = await get_user(user_id)
    zodiac: str = user_data["zodiac"]

    yield User(content=f"My zodiac sign is {zodiac}")


# Horoscope app
@turbo(temperature=0.0)
async def horoscope(user_id: int):

    yield System(content="You are a fortune teller")

    # Yield from mixin
    async for output in set_user_zodiac(user_id):
        yield output

    # Prompt runner to ask for user input
    input = yield GetInput(message="What do you want to know?")

    # Yield the input
    yield User(content=input)

    # Generate (overriding the temperature)
    value = yield Generate(temperature=0.9)

# Let's run this
app: AsyncGenerator[Union[Assistant, GetInput], str] = horoscope({"user_id": 1})

_input = None
while not (result := await (app.run(_input))).done:
    if result.needs_input:
        # Prompt user with the input message
        _input = input(result.content)
        continue

    print(result.content)
"""


def test_the_example_of_the_readme_runs_with_only_its_import_lines_changed(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    asked: list[str] = []

    def answer(question: str) -> str:
        asked.append(question)
        return "Tell me my fortune"

    monkeypatch.setattr(builtins, "input", answer)
    monkeypatch.setenv("OPENAI_API_KEY", "sk-test")
    with ThreadServer(["The stars are kind."]) as server:
        monkeypatch.setenv("OPENAI_BASE_URL", server.url)
        code = compile(IMPORTS + EXAMPLE, "<README>", "exec", flags=ast.PyCF_ALLOW_TOP_LEVEL_AWAIT)
        names: dict[str, Any] = {}
        asyncio.run(eval(code, names))
        sent = server.received[0].data
    assert asked == ["What do you want to know?"]
    assert capsys.readouterr().out == "The stars are kind.\n"
    assert sent["temperature"] == 0.9
    assert [(said["role"], said["content"]) for said in sent["messages"]] == [
        ("system", "You are a fortune teller"),
        ("user", "My zodiac sign is pisces"),
        ("assistant", "What do you want to know?"),
        ("user", "Tell me my fortune"),
    ]
