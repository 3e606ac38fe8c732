"""What goes wrong in turbo-chat 0.3.12 goes right here."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from typing import Any

import pytest

from tests.server import ThreadServer
from turbo_yaml import FlowError, Generate, GetInput, LocalMemory, Result, System, User, turbo


@turbo(model="echo", temperature=0, stop=["END"])
async def app() -> Any:
    yield System("Be kind.")
    yield User("Hi.")
    yield Generate()


def test_configure_keeps_the_settings_of_the_model() -> None:
    changed = app.configure({"model": "gpt-4o"})
    assert changed.settings == {"model": "gpt-4o", "temperature": 0, "stop": ["END"]}
    assert app.settings["model"] == "echo"


def test_system_messages_are_sent_with_the_role_system(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-test")
    with ThreadServer(["Hello."]) as server:
        monkeypatch.setenv("OPENAI_BASE_URL", server.url)
        asyncio.run(app.configure(model="openai/gpt-4o")().finish())
        sent = server.received[0].data
    assert [said["role"] for said in sent["messages"]] == ["system", "user"]
    assert (sent["temperature"], sent["stop"]) == (0, ["END"])


@pytest.mark.parametrize(
    "template",
    ["{{ ''.__class__.__mro__ }}", "{{ x.__init__.__globals__ }}", "{{ cycler.__init__.__globals__.os }}"],
)
def test_templates_reach_nothing_of_python(template: str) -> None:
    with pytest.raises(FlowError):
        User(template=template, variables={"x": LocalMemory()})


def test_replies_are_streamed(monkeypatch: pytest.MonkeyPatch) -> None:
    pieces: list[str] = []

    def listen(event: Any) -> None:
        if event.kind == "delta":
            pieces.append(event.text)

    monkeypatch.setenv("OPENAI_API_KEY", "sk-test")
    with ThreadServer(["Hello there, Ada."]) as server:
        monkeypatch.setenv("OPENAI_BASE_URL", server.url)
        streamed = app.configure(model="openai/gpt-4o").using(on_event=listen)
        assert asyncio.run(streamed().finish()) == "Hello there, Ada."
    assert pieces == ["Hello ", "there, ", "Ada."]


def test_an_empty_text_is_an_answer() -> None:
    @turbo(model="echo")
    async def ask() -> Any:
        answer = yield GetInput("Anything else?")
        yield Result([answer])

    async def talk() -> Any:
        run = ask()
        await run.run()
        return (await run.run("")).content

    assert asyncio.run(talk()) == [""]


def test_two_chats_share_nothing() -> None:
    one, two = LocalMemory(), LocalMemory()

    async def fill() -> None:
        await one.append(User("Hi."))
        await one.set_state({"a": 1}, merge=True)

    asyncio.run(fill())
    assert asyncio.run(two.get()) == []
    assert asyncio.run(two.get_state()) == {}
    runs = [app(), app()]
    asyncio.run(runs[0].finish())
    assert asyncio.run(runs[1].memory.get()) == []


def test_it_is_imported_without_a_key() -> None:
    code = "from turbo_yaml import turbo, Generate\n@turbo()\nasync def app():\n    yield Generate()\napp()"
    environment = {name: value for name, value in os.environ.items() if not name.startswith("OPENAI")}
    done = subprocess.run([sys.executable, "-W", "error", "-c", code], env=environment, capture_output=True)
    assert (done.returncode, done.stderr) == (0, b"")
