"""What functions of turbo-chat are written with works here as it is written there."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any

import pytest

from turbo_yaml import (
    Assistant,
    BaseMemory,
    BaseMessageCollection,
    Example,
    FlowError,
    FlowInvalid,
    Generate,
    GetInput,
    LocalMemory,
    MemoryCache,
    Message,
    Result,
    System,
    TruncatedMemory,
    UsageError,
    User,
    completion,
    run,
    turbo,
)
from turbo_yaml.models.request import Reply


def finish(run: Any, *answers: Any) -> Any:
    return asyncio.run(run.finish(answers))


def chat(run: Any) -> list[tuple[str, Any]]:
    return [(said.role, said.content) for said in asyncio.run(run.memory.get())]


# Messages ----------------------------------------------------------------------------------------------


def test_a_message_may_be_a_template_with_variables() -> None:
    said = User(
        template="My sign is {{ sign }}{% if old %}, and I am {{ old }}{% endif %}.",
        variables={"sign": "leo", "old": 36},
    )
    assert said == User("My sign is leo, and I am 36.")
    assert System(template="Be {{ tone }}.", variables={"tone": "dry"}).label == "system"


def test_what_is_in_the_variables_is_never_a_template() -> None:
    assert User(template="{{ x }}", variables={"x": "{{ 7 * 7 }}"}).content == "{{ 7 * 7 }}"


def test_a_variable_that_is_missing_is_an_error_that_names_it() -> None:
    with pytest.raises(FlowError, match="`nmae`"):
        User(template="{{ user.nmae }}", variables={"user": {"name": "Ada"}})
    with pytest.raises(FlowInvalid, match="not closed"):
        User(template="{{ name", variables={"name": "Ada"})


@pytest.mark.parametrize(
    "given", [{}, {"content": "a", "template": "b"}, {"content": "a", "variables": {}}, {"variables": {}}]
)
def test_a_message_has_content_or_a_template_and_one_of_them(given: dict[str, Any]) -> None:
    with pytest.raises(TypeError, match=r"content|template"):
        User(**given)


def test_an_example_is_yielded_as_one_and_is_two_messages() -> None:
    class Both(BaseMessageCollection):
        async def get(self) -> list[Message]:
            return [User("a"), Assistant("b")]

    @turbo(model="echo")
    async def app() -> Any:
        yield Example(user="good day", assistant="bonjour")
        yield Both()

    run = app()
    finish(run)
    assert chat(run) == [("user", "good day"), ("assistant", "bonjour"), ("user", "a"), ("assistant", "b")]


def test_of_the_messages_with_one_label_the_last_is_sent_where_it_is_sticky() -> None:
    memory = LocalMemory()

    async def fill() -> list[Any]:
        await memory.extend([System("one"), User("hi"), User("low", label="state", sticky="bottom")])
        await memory.extend([System("two"), User("high", label="state", sticky="bottom")])
        return [said.content for said in await memory.prepare_prompt()]

    assert asyncio.run(fill()) == ["two", "hi", "high"]


# The decorator -----------------------------------------------------------------------------------------


@turbo(model="echo", temperature=0)
async def greet(name: str, greeting: str = "Hello", memory: BaseMemory | None = None) -> Any:
    """Greet somebody."""
    assert memory is not None
    yield User(f"{greeting}, {name}!")
    reply = yield Generate(forward=False)
    yield Result({"said": reply.content, "messages": len(await memory.get())})


def test_arguments_go_by_position_by_name_or_as_one_map() -> None:
    assert finish(greet("Ada"))["said"] == "Hello, Ada!"
    assert finish(greet("Ada", "Hi"))["said"] == "Hi, Ada!"
    assert finish(greet(greeting="Hi", name="Ada"))["said"] == "Hi, Ada!"
    assert finish(greet({"name": "Ada"}, greeting="Hi")) == {"said": "Hi, Ada!", "messages": 2}
    assert greet.__wrapped__.__doc__ == "Greet somebody."


def test_a_script_runs_one_with_its_arguments_by_name_or_as_one_map() -> None:
    @turbo(model="echo")
    async def plain(name: str = "world", *, sign: str = "!") -> Any:
        yield Result(f"{name}{sign}")

    assert run(plain) == "world!"
    assert run(plain, name="Ada") == "Ada!"
    assert run(plain, {"name": "Ada", "sign": "?"}) == "Ada?"
    assert run(greet, name="Ada")["said"] == "Hello, Ada!"


def test_too_many_arguments_and_one_that_is_given_twice_are_refused() -> None:
    with pytest.raises(UsageError, match="takes 2 arguments"):
        greet("Ada", "Hi", "there")
    with pytest.raises(UsageError, match="twice"):
        greet("Ada", name="Ben")


def test_a_mixin_is_passed_on_and_another_function_is_run() -> None:
    async def introduce(name: str) -> Any:
        yield User(f"I am {name}.")

    @turbo(model="echo")
    async def app(name: str) -> Any:
        async for signal in introduce(name):
            yield signal
        inner = await greet(name).run()
        yield Result(inner.content["said"])

    run = app("Ada")
    assert finish(run) == "Hello, Ada!"
    assert chat(run) == [("user", "I am Ada.")]


def test_init_gives_the_run_back() -> None:
    async def start() -> Any:
        run = greet("Ada")
        return await run.init() is run and await run.finish()

    assert asyncio.run(start())["said"] == "Hello, Ada!"


def test_an_answer_may_be_given_again_while_nothing_is_asked() -> None:
    @turbo(model="echo")
    async def app() -> Any:
        yield User((yield GetInput(message="What?")))
        yield Generate()

    async def loop() -> list[Any]:
        run, given, seen = app(), None, []
        while not (result := await run.run(given)).done:
            seen.append(result.content)
            given = "Well." if result.needs_input else given
        with pytest.raises(UsageError):
            await app().run("Well.")
        return seen

    assert asyncio.run(loop()) == ["What?", "Well."]


def test_a_memory_class_is_made_for_each_run_and_its_setup_is_given_what_it_wants() -> None:
    seen: list[dict[str, Any]] = []

    class Named(LocalMemory):
        async def setup(self, **options: Any) -> None:
            seen.append(options)

    @turbo(memory_class=Named, model="echo")
    async def app() -> Any:
        yield User("hi")

    finish(app(memory_args={"name": "Ada"}))
    finish(app())
    assert seen == [{"name": "Ada"}, {}]
    other = app.configure(memory_class=lambda: TruncatedMemory(100))
    assert type(other().memory) is TruncatedMemory
    assert type(app().memory) is Named


def test_of_n_replies_select_choice_takes_one() -> None:
    def last(replies: Sequence[Reply]) -> Reply:
        return replies[-1]

    @turbo(model="script", n=3, select_choice=last)
    async def app() -> Any:
        yield Generate()

    assert finish(app.using(script=["a", "b", "c"])()) == "c"
    assert finish(app.configure(select_choice="most_common").using(script=["a", "b", "b"])()) == "b"
    assert finish(app.configure(select_choice="longest").using(script=["a", "bb", "b"])()) == "bb"


def test_what_select_choice_gives_must_be_one_of_the_replies() -> None:
    @turbo(model="script", n=2, select_choice=lambda replies: "no")  # type: ignore[arg-type, return-value]
    async def app() -> Any:
        yield Generate()

    with pytest.raises(FlowError, match="not one of the replies"):
        finish(app.using(script=["a", "b"])())


def test_debug_is_told_of_what_is_yielded_and_of_what_is_sent() -> None:
    told: list[dict[str, Any]] = []

    @turbo(model="echo", debug=told.append)
    async def app() -> Any:
        name = yield GetInput("Who?")
        yield User(name)
        yield Generate()

    assert finish(app(), "Ada") == "Ada"
    assert [(each["type"], type(each["payload"]).__name__) for each in told] == [
        ("output", "GetInput"), ("input", "str"), ("output", "User"), ("output", "Generate"),
        ("input", "Assistant"),
    ]  # fmt: skip
    assert {each["app"] for each in told} == {"app"}
    told.clear()
    finish(app.configure(debug=None)(), "Ada")
    assert told == []


def test_an_error_reaches_a_function_that_is_debugged_where_it_stands() -> None:
    @turbo(model="script", debug=lambda each: None)
    async def app() -> Any:
        try:
            yield Generate()
        except FlowError as problem:
            yield Result(problem.kind)

    assert finish(app.using(script=[{"error": "auth"}])()) == "auth"


def test_a_completion_is_one_turn_of_its_docstring() -> None:
    @completion(parse=len, model="echo")
    def count(word: str, times: int = 2) -> Any:
        """{{ word * times }}"""

    assert asyncio.run(count("abc")) == 6
    assert asyncio.run(count("abc", times=1)) == 3
    with pytest.raises(UsageError, match="no docstring"):

        @completion()
        def silent(word: str) -> Any: ...


# Caches ------------------------------------------------------------------------------------------------


def test_a_cache_of_the_host_answers_what_was_asked_before() -> None:
    cache = MemoryCache()

    @turbo(model="script", cache=cache)
    async def app(name: str) -> Any:
        yield User(name)
        yield Generate()

    scripted = app.using(script=["one", "two"])
    assert [finish(scripted("Ada")), finish(scripted("Ada"))] == ["one", "one"]
    assert finish(scripted("Ben")) == "one"
    assert finish(app.configure(cache="off").using(script=["new"])("Ada")) == "new"


def test_a_cache_class_makes_one_cache_for_the_function() -> None:
    made: list[MemoryCache] = []

    def make() -> MemoryCache:
        made.append(MemoryCache(ttl=60))
        return made[-1]

    @turbo(model="script", cache_class=make)
    async def app() -> Any:
        yield User("hi")
        yield Generate()

    assert finish(app.using(script=["one"])()) == "one"
    assert finish(app.using(script=[])()) == "one"
    assert len(made) == 1
    assert finish(app.configure(cache_class=MemoryCache).using(script=["two"])()) == "two"
