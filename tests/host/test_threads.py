"""A host keeps its loop and its threads to itself: what runs in them, and what they share."""

from __future__ import annotations

import asyncio
import gc
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

import turbo_yaml as ty
from tests.server import ThreadServer
from turbo_yaml.runtime.frames import current_frame

pytestmark = pytest.mark.slow

GREET = "turbo: 1\ninputs: {name: string}\nsteps:\n  - user: Greet {{ name }}.\n  - generate\n"
TOOL = """
turbo: 1
tools: {ask: {with: {name: string}}}
steps:
  - tool: ask
    with: {name: Ada}
    as: said
  - return: "{{ said }}"
"""


def at(url: str, **more: Any) -> ty.TurboGenFn:
    """Return a flow that asks a server."""
    provider = {"base_url": url, "api_key_env": None}
    return ty.loads(GREET).configure({"model": "local/m", "providers": {"local": provider}, **more})


def loops() -> set[int]:
    """Return the event loops that are there and not closed."""
    found = [each for each in gc.get_objects() if isinstance(each, asyncio.BaseEventLoop)]
    return {id(each) for each in found if not each.is_closed()}


def test_a_run_starts_neither_a_thread_nor_a_loop() -> None:
    async def main(url: str) -> tuple[Any, set[threading.Thread], set[int]]:
        before, had = set(threading.enumerate()), loops()
        fn = at(url)
        async with fn(name="Ada").listen(lambda event: seen.append(set(threading.enumerate()))) as run:
            await run.run()
        await fn.aclose()
        ours = {thread for each in seen for thread in each if not thread.name.startswith("asyncio_")}
        return run.outcome, ours - before, loops() - had  # the loop itself looks up names in a thread

    seen: list[set[threading.Thread]] = []
    with ThreadServer(["Hello, Ada."]) as server:
        outcome, threads, made = asyncio.run(main(server.url))
    assert (outcome, threads, made) == ("Hello, Ada.", set(), set())
    assert len(seen) > 2


def test_the_journal_has_the_one_thread_of_ours_and_ends_it(tmp_path: Path) -> None:
    async def main() -> set[str]:
        before = set(threading.enumerate())
        with ty.Journal(tmp_path) as journal:
            fn = ty.loads(GREET).configure(model="echo").using(journal=journal)
            await asyncio.gather(*(fn(name=name).finish() for name in ("Ada", "Ben")))
            names = {thread.name for thread in set(threading.enumerate()) - before}
        assert set(threading.enumerate()) - before == set()
        return names

    assert asyncio.run(main()) == {"turbo-yaml journal"}


def test_threads_share_a_function_each_in_a_loop_of_its_own() -> None:
    with ThreadServer([]) as server, ThreadPoolExecutor(5) as threads:
        fn = at(server.url)
        said = [*threads.map(lambda number: ty.run(fn, name=str(number)), range(20))]
        asked = [request.data["messages"][-1]["content"] for request in server.received]
    assert len(said) == 20
    assert sorted(asked) == sorted(f"Greet {number}." for number in range(20))


def test_a_tool_that_is_no_coroutine_may_run_a_flow() -> None:
    greet = ty.loads(GREET).configure(model="echo")

    def ask(name: str) -> str:
        return str(ty.run(greet, name=name))

    async def main() -> Any:
        return await asyncio.wait_for(ty.loads(TOOL, tools=[ask])().finish(), 20)

    assert asyncio.run(main()) == "Greet Ada."


def test_where_the_loop_would_wait_for_itself_the_failure_says_what_to_write() -> None:
    greet = ty.loads(GREET).configure(model="echo")

    async def ask(name: str) -> str:
        return str(ty.run(greet, name=name))

    async def main() -> Any:
        await asyncio.wait_for(ty.loads(TOOL, tools=[ask])().finish(), 20)

    with pytest.raises(ty.TurboError) as failed:
        asyncio.run(main())
    assert "an event loop runs in this thread" in failed.value.message


def test_functions_and_runs_side_by_side_know_nothing_of_one_another() -> None:
    class Model:
        def __init__(self, name: str) -> None:
            self.name = name
            self.heard: list[Any] = []

        async def reply(self, request: ty.Request, on_delta: Any = None) -> ty.Reply:
            await asyncio.sleep(0)
            self.heard.append((request.settings["temperature"], len(request.messages)))
            return ty.Reply(content=self.name)

    models = [Model(f"model {number}") for number in range(5)]

    async def main() -> list[Any]:
        plain = ty.loads(GREET)
        fns = [plain.configure(temperature=n / 10).using(model=model) for n, model in enumerate(models)]
        said = await asyncio.gather(*(fn(name="Ada").finish() for fn in fns for _ in range(4)))
        assert plain.settings == {}
        assert current_frame() is None
        assert len(asyncio.all_tasks()) == 1
        return said

    assert asyncio.run(main()) == [model.name for model in models for _ in range(4)]
    assert [set(model.heard) for model in models] == [{(n / 10, 1)} for n in range(5)]


def test_the_loop_may_be_of_any_kind() -> None:
    class Own(asyncio.SelectorEventLoop):
        pass

    async def main() -> Any:
        assert isinstance(asyncio.get_running_loop(), Own)
        return await ty.loads(GREET).configure(model="echo")(name="Ada").finish()

    with asyncio.Runner(loop_factory=Own) as runner:
        assert runner.run(main()) == "Greet Ada."
