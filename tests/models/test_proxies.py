"""Calls of models through a proxy that the environment names."""

from __future__ import annotations

import asyncio

import pytest

from tests.server import Answer, Received, Server
from turbo_yaml.errors import ModelError
from turbo_yaml.models.openai import OpenAIModel
from turbo_yaml.models.providers import Provider
from turbo_yaml.models.request import Reply, Request
from turbo_yaml.protocol import User


async def ask(url: str) -> Reply:
    """Ask a model at an address."""
    model = OpenAIModel(Provider("acme", url), "planted-key-0123456789")
    try:
        return await model.reply(Request("m", [User("hi")], {"timeout": 5.0}))
    finally:
        await model.aclose()


def test_a_proxy_of_the_environment_is_asked_instead_of_the_server(monkeypatch: pytest.MonkeyPatch) -> None:
    async def run() -> list[Received]:
        async with Server(["through"]) as proxy:
            monkeypatch.setenv("http_proxy", proxy.url.removesuffix("/v1"))
            monkeypatch.delenv("no_proxy", raising=False)
            assert (await ask("http://models.test/v1")).content == "through"
            return proxy.received

    (request,) = asyncio.run(run())
    assert request.path == "http://models.test/v1/chat/completions"
    assert request.headers["host"] == "models.test"


def test_the_password_of_a_proxy_is_not_told(monkeypatch: pytest.MonkeyPatch) -> None:
    async def run() -> None:
        async with Server([Answer(status=407, body="who are you?")]) as proxy:
            monkeypatch.setenv("http_proxy", proxy.url.removesuffix("/v1").replace("//", "//me:hunter22@"))
            with pytest.raises(ModelError) as caught:
                await ask("http://models.test/v1")
            assert "hunter22" not in f"{caught.value.message} {caught.value.hint}"
        with pytest.raises(ModelError) as caught:
            await ask("http://models.test/v1")
        assert "hunter22" not in f"{caught.value.message} {caught.value.hint}"

    asyncio.run(run())
