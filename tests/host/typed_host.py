"""A host as its author writes it: read by type checkers, which find what the comments say, no more."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any, assert_type

import turbo_yaml as ty
from turbo_yaml import flows


async def use_a_flow() -> None:
    fn = ty.load("flows/hello.yaml").configure({"model": "echo"}).configure(temperature=0)
    assert_type(fn, ty.TurboGenFn)
    assert_type(fn.settings, dict[str, Any])
    async with fn(name="Ada") as run:
        assert_type(run, ty.TurboGenWrapper)
        result = await run.run()
        assert_type(result, ty.Result)
        assert_type(result.done, bool)
        assert_type(run.usage.input_tokens, int)
        async for signal in run:
            assert_type(signal, ty.Result | ty.GetInput)
    assert_type(await fn({"name": "Ada"}).init(), ty.TurboGenWrapper)
    assert_type(await flows.qa(question="a", context="b").finish(["c"]), Any)


def write_a_script() -> None:
    outcome = ty.run(ty.loads("turbo: 1"), {"name": "Ada"}, answers=lambda question: question.content)
    assert_type(outcome, Any)
    for found in ty.check("flows/hello.yaml"):
        assert_type(found.rule, str)


@ty.turbo(memory_class=ty.LocalMemory, model="echo", temperature=0, n=2, select_choice=lambda given: given[0])
async def app(name: str, memory: ty.BaseMemory | None = None) -> ty.TurboGenTemplate:
    yield ty.System("Be kind.")
    yield ty.User(template="I am {{ name }}.", variables={"name": name}, label="who", sticky="top")
    answer = yield ty.GetInput(message="Who?", choices=("a", "b"))
    yield ty.User(answer)
    reply = yield ty.Generate(forward=False, temperature=0.5)
    yield ty.Result(reply.value, done=True)


@ty.completion(parse=int)
def count(word: str) -> Any:
    """How many letters has {{ word }}?"""


class Loud:
    async def reply(self, request: ty.Request, on_delta: Any = None) -> ty.Reply:
        return ty.Reply(content=str(request.messages[-1].content).upper())

    async def aclose(self) -> None: ...


class Numbers(ty.BaseMessageCollection):
    async def get(self) -> list[ty.Message]:
        return [ty.User("1"), ty.Assistant("2")]


async def use_the_rest() -> None:
    assert_type(await count("abc"), int)
    model: ty.Model = Loud()
    app.using(model=model, memory_factory=lambda: ty.TruncatedMemory(100))
    assert_type(app.configure(debug=print)("Ada"), ty.TurboGenWrapper)
    memory: ty.BaseMemory = ty.SummarizeMemory(100)
    assert_type(await memory.get(), list[ty.Message])
    pad: ty.Scratchpad[dict[str, int]] = ty.Scratchpad("Score: {score:int}")
    assert_type(pad.parse("Score: 7"), dict[str, int])
    assert_type(ty.count_tokens([ty.User("hi")]), int)


class Cups(ty.BaseCache):
    async def has(self, key: str) -> bool:
        return False

    async def get(self, key: str) -> Any:
        raise KeyError(key)

    async def set(self, key: str, value: Any) -> None: ...

    async def clear(self) -> None: ...

    def to_key(self, request: Any) -> str:
        return str(request)


async def keep(make: ty.TurboGenTemplateFn) -> None:
    assert_type(make(ty.SqliteMemory("ada"), name="Ada"), ty.TurboGenTemplate)
    cache: ty.BaseCache = Cups()
    for cache in (
        ty.MemoryCache(ttl=60),
        ty.SqliteCache("kept", ttl=60),
        ty.RedisCache("redis://localhost/0"),
    ):
        assert_type(await cache.has("a"), bool)
    with ty.Journal("runs") as journal:
        kept = ty.load("flows/hello.yaml", tools=[count], settings={"model": "echo"}).using(
            journal=journal, cache=cache
        )
        assert_type(kept.resume("4prrdws9"), ty.TurboGenWrapper)
    text, found = ty.compile_python("flows/hello.yaml")
    assert_type(text, str | None)
    assert_type([one.message for one in found], list[str])


async def stream(model: ty.Model, request: ty.Request) -> None:
    async def listen(delta: ty.Delta) -> None:
        assert_type(delta.text, str)

    assert_type((await model.reply(request, listen)).content, str)
    for pair in (ty.Example("a", "b"), Numbers()):
        assert_type(await pair.get(), list[ty.Message])
    said: list[ty.Message] = [ty.ExampleUser("a"), ty.ExampleAssistant("b")]
    assert_type(said[0].label, str | None)


async def fail(run: ty.TurboGenWrapper) -> str | None:
    try:
        await run.finish()
    except ty.FlowInvalid as error:
        assert_type(error.diagnostics[0].rule, str)
    except ty.ModelError as error:
        assert_type(error.retry_after, float | None)
    except (ty.ToolError, ty.LimitError, ty.FlowError) as error:
        assert_type(error.kind, str)
    except (ty.UsageError, ty.JournalError, ty.CacheError, ty.TurboError) as error:
        return error.hint
    if isinstance(run.question, ty.AskApproval):
        assert_type(run.question.tool, str)
    return ty.__version__


async def pass_on(run: ty.TurboGenWrapper) -> AsyncIterator[Any]:
    async with run:
        async for signal in run:
            yield signal.content


def be_wrong() -> None:
    ty.User(1)  # wrong: content
    ty.User("a", lable="b")  # wrong: no such field
    ty.load("a.yaml").configure(1)  # wrong: no mapping
    ty.run("flows/hello.yaml")  # wrong: no function
    ty.SummarizeMemory("100")  # wrong: no number
