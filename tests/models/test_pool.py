"""Pools of models: connections are used again, and none is left behind."""

from __future__ import annotations

import asyncio
import gc
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.models.asking import request, run
from tests.server import Server
from turbo_yaml.errors import ModelError
from turbo_yaml.models.echo import EchoModel
from turbo_yaml.models.openai import OpenAIModel
from turbo_yaml.models.pool import ModelPool, RunModels
from turbo_yaml.models.request import Reply, Request


def at(server: Server, **fields: Any) -> dict[str, Any]:
    """Return settings that name a model of a server."""
    return {"model": "acme/test", "providers": {"acme": {"base_url": server.url, **fields}}}


async def ask(pool: ModelPool, settings: dict[str, Any]) -> Reply:
    """Ask once, in a run of its own."""
    model, where = await RunModels(pool).get(settings)
    return await model.reply(request(model=where.model, settings=settings))


def test_runs_one_after_another_share_a_connection() -> None:
    async def main() -> None:
        async with Server() as server:
            pool = ModelPool()
            for _ in range(3):
                await ask(pool, at(server))
            assert server.connections == 1
            await pool.aclose()
            await server.quiet()

    run(main())


def test_a_pool_that_was_closed_can_be_used_again() -> None:
    async def main() -> None:
        async with Server() as server:
            pool = ModelPool()
            for _ in range(2):
                await ask(pool, at(server))
                await pool.aclose()
                await pool.aclose()
            assert server.connections == 2
            await server.quiet()

    run(main())


def test_a_pool_that_nobody_closes_is_closed_with_its_loop() -> None:
    descriptors = Path("/proc/self/fd")
    if not descriptors.exists():
        pytest.skip("open files are not listed here")
    pool = ModelPool()
    gc.collect()
    before = len(list(descriptors.iterdir()))

    async def main() -> None:
        async with Server() as server:
            await ask(pool, at(server))

    for _ in range(3):
        run(main())
    gc.collect()
    assert len(list(descriptors.iterdir())) <= before


def test_a_pool_that_is_garbage_closes_its_connections() -> None:
    async def main() -> None:
        async with Server() as server:
            pool = ModelPool()
            await ask(pool, at(server))
            assert server.open_connections == 1
            del pool
            gc.collect()
            await server.quiet()

    run(main())


def test_each_server_and_key_has_a_model_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    async def main() -> None:
        async with Server() as server:
            models = RunModels(ModelPool())
            settings = at(server, api_key_env="ACME_KEY")
            monkeypatch.setenv("ACME_KEY", "first-key")
            first, _ = await models.get(settings)
            assert (await models.get(settings))[0] is first
            monkeypatch.setenv("ACME_KEY", "second-key")
            second, _ = await models.get(settings)
            assert second is not first
            for model in (first, second):
                await model.reply(request())
            seen = [received.headers["authorization"] for received in server.received]
            assert seen == ["Bearer first-key", "Bearer second-key"]

    run(main())


def test_what_the_environment_says_of_openai_goes_to_no_other_server(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-of-openai")
    monkeypatch.setenv("OPENAI_ORG_ID", "org-secret")
    monkeypatch.setenv("OPENAI_PROJECT_ID", "project-secret")
    monkeypatch.setenv("OPENAI_CUSTOM_HEADERS", "Authorization: Bearer sk-custom\nX-Mine: header-secret")

    async def main() -> None:
        async with Server() as server:
            await ask(ModelPool(), at(server))
            sent = " ".join(server.received[0].headers.values())
            assert all(
                word not in sent for word in ("sk-of", "org-", "project-", "sk-custom", "header-secret")
            )

    run(main())


def test_a_model_of_the_host_is_named_like_any_other() -> None:
    async def main() -> None:
        mine = EchoModel()
        models = RunModels(ModelPool(), host={"mine": mine})
        assert [
            where.model for where in [(await models.get({"model": name}))[1] for name in ("mine", "mine/x")]
        ] == [
            "mine",
            "x",
        ]
        assert (await models.get({"model": "mine"}))[0] is mine

    run(main())


def test_forks_share_the_place_in_a_script() -> None:
    async def main() -> None:
        models = RunModels(ModelPool())
        said = []
        for _ in range(2):
            # Settings are merged anew for each turn: the list is equal, and another.
            model, where = await models.get({"model": "script", "script": ["one", "two"]})
            said.append((await model.reply(Request(where.model, []))).content)
        assert said == ["one", "two"]

    run(main())


def test_a_script_of_the_host_wins_and_each_run_begins_it_anew() -> None:
    async def main() -> None:
        pool = ModelPool()
        for _ in range(2):
            models = RunModels(pool, script=["mine"])
            model, _ = await models.get({"model": "script", "script": ["theirs"]})
            assert (await model.reply(request())).content == "mine"

    run(main())


def test_no_model_is_an_error_before_anything_is_asked() -> None:
    with pytest.raises(ModelError, match="no model is set"):
        run(RunModels(ModelPool()).get({}))


def test_nothing_heavy_is_imported_before_a_server_is_asked() -> None:
    code = """if True:
        import asyncio, sys
        from turbo_yaml.models.pool import ModelPool, RunModels
        from turbo_yaml.models.request import Request
        from turbo_yaml.protocol import User
        async def main():
            models = RunModels(ModelPool())
            for settings in ({"model": "echo"}, {"model": "script", "script": ["x"]}):
                model, where = await models.get(settings)
                await model.reply(Request(where.model, [User("Hi")]))
            await models.get({"model": "ollama/x"})
        asyncio.run(main())
        print(*{name.partition(".")[0] for name in sys.modules})
    """
    run = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, env=_environ(), check=True
    )
    heavy = {
        "openai",
        "httpx",
        "httpx2",
        "pydantic",
        "jsonschema",
        "jinja2",
        "yaml",
        "click",
        "anyio",
        "email",
    }
    assert not heavy & set(run.stdout.split())


def _environ() -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": os.pathsep.join(path for path in sys.path if path)}


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_a_loop_that_is_over_is_forgotten() -> None:
    """Nobody closes the connections here; some versions of Python say so."""
    pool = ModelPool()

    async def main() -> None:
        async with Server() as server:
            await ask(pool, at(server))

    for _ in range(2):
        asyncio.run(main())
    gc.collect()
    assert len(pool._loops) == 0


def test_a_model_can_be_closed_twice_and_before_its_first_call() -> None:
    async def main() -> None:
        async with Server() as server:
            from turbo_yaml.models.providers import Provider

            model = OpenAIModel(Provider("acme", server.url))
            await model.aclose()
            assert (await model.reply(request())).content == "Hi"
            await model.aclose()
            await model.aclose()
            async with asyncio.timeout(5):
                await server.quiet()

    run(main())
