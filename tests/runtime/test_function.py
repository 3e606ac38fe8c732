"""A generator function with settings: the seed's promises."""

from __future__ import annotations

from typing import Any, Optional

import pytest
from hypothesis import given
from hypothesis import strategies as st

import turbo_yaml
from tests.runtime.talking import Talker, compiled, function, in_loop, play
from turbo_yaml.errors import UsageError
from turbo_yaml.memory.local import LocalMemory
from turbo_yaml.memory.truncated import TruncatedMemory
from turbo_yaml.protocol import BaseMemory, Generate, Result, System, TurboGenTemplate, User
from turbo_yaml.runtime.function import TurboGenFn
from turbo_yaml.settings.keys import LayerKind
from turbo_yaml.settings.layers import Layer, Settings
from turbo_yaml.settings.patch import patch_of
from turbo_yaml.types import Input


def test_the_example_of_the_seed_runs_as_printed() -> None:
    context = {"name": "Ada"}

    # Define a custom TurboGenTemplateFn
    async def custom_turbo_gen_template(memory: Optional[BaseMemory] = None, **context) -> TurboGenTemplate:  # type: ignore[no-untyped-def]  # noqa: UP045
        # Generate messages based on the given context and memory
        yield System("You greet people.")
        yield User(f"My name is {context['name']}.")
        yield Generate()

    # Create a TurboGenFn instance with the custom template function
    turbo_gen_fn = TurboGenFn(fn=custom_turbo_gen_template, settings={})

    # Configure the generator with new settings
    new_settings = {"setting1": "value1", "setting2": "value2"}
    turbo_gen_fn = turbo_gen_fn.configure(new_settings)

    # Generate messages using the generator
    turbo_gen_wrapper = turbo_gen_fn(**context)

    assert turbo_gen_fn.fn is custom_turbo_gen_template
    assert turbo_gen_fn.settings == new_settings
    assert in_loop(_first(turbo_gen_wrapper, turbo_gen_fn, context)) == "My name is Ada."


async def _first(run: Any, fn: TurboGenFn, context: Any) -> Any:
    await run.aclose()
    return (await fn.configure({"model": "echo"})(**context).run()).content


async def flow(memory: Any = None, *, name: str = "", class_: str = "") -> Any:
    yield User(f"{name} {class_}")
    yield Generate()


flow = compiled(
    flow,
    inputs=(
        Input("name", {"type": "string", "maxLength": 9}),
        Input("class", {"type": "string"}, False, "first"),
    ),
    parameters={"class": "class_"},
    layer=Layer(LayerKind.FLOW, "flow.yaml", patch_of({"temperature": 0.5, "model": "echo"})),
)

SETTINGS = st.dictionaries(
    st.sampled_from(["a", "b", "c"]),
    st.integers()
    | st.none()
    | st.lists(st.integers(), max_size=2)
    | st.dictionaries(
        st.sampled_from(["x", "y"]), st.integers() | st.dictionaries(st.just("z"), st.integers()), max_size=2
    ),
    max_size=3,
)


def merged(weak: Any, strong: Any) -> Any:
    """Say what `configure` must do, in the plainest way."""
    if not (isinstance(weak, dict) and isinstance(strong, dict)):
        return strong
    both = {key: merged(weak[key], strong[key]) for key in weak.keys() & strong.keys()}
    return {**weak, **strong, **both}


@given(SETTINGS, SETTINGS)
def test_configure_loses_no_setting_and_changes_nothing(first: Any, second: Any) -> None:
    async def by_hand(**context: Any) -> Any:
        yield User("x")

    fn = TurboGenFn(by_hand, first)
    before = fn.settings
    changed = fn.configure(second)
    assert changed is not fn
    assert fn.settings == before == first
    assert changed.settings == merged(first, second)


def test_settings_are_a_copy() -> None:
    fn = TurboGenFn(flow, {"extra": {"a": 1}})
    fn.settings["extra"]["a"] = 2
    fn.settings.clear()
    assert fn.settings["extra"] == {"a": 1}


def test_a_compiled_flow_shows_its_own_settings_and_refuses_unknown_ones() -> None:
    fn = TurboGenFn(flow, {"steps": {"draft": {"seed": 1}}}).configure({"temperature": 0})
    assert fn.settings == {"temperature": 0, "model": "echo", "steps": {"draft": {"seed": 1}}}
    with pytest.raises(UsageError) as caught:
        fn.configure({"temprature": 0})
    assert "temperature" in (caught.value.hint or "")


def test_layers_of_files_are_weaker_than_the_flow_and_code_is_stronger() -> None:
    project = Layer(LayerKind.PROJECT_FILE, "turbo.yaml", patch_of({"temperature": 2, "top_p": 0.1}))
    fn = TurboGenFn(flow, {"seed": 5}, stack=Settings.built_in().with_layer(project))
    assert fn.settings == {"temperature": 0.5, "model": "echo", "top_p": 0.1, "seed": 5}


def test_inputs_are_checked_filled_and_named_for_python() -> None:
    fn = function(flow, Talker())
    told = in_loop(play(fn, name="Ada"))
    assert told.chat[0].content == "Ada first"
    told = in_loop(play(fn, **{"name": "Ada", "class": "second"}))
    assert told.chat[0].content == "Ada second"


@pytest.mark.parametrize(
    ("context", "said"),
    [
        ({}, "name"),
        ({"name": 3}, "name"),
        ({"name": "x" * 10}, "name"),
        ({"name": "x", "class_": "y"}, "class_"),
        ({"name": object()}, "name"),
        ({"nam": "x"}, "nam"),
    ],
)
def test_inputs_that_do_not_fit_are_refused_at_the_call(context: Any, said: str) -> None:
    with pytest.raises(UsageError, match=said):
        TurboGenFn(flow)(**context)


def test_every_mistake_in_the_inputs_is_named_at_once() -> None:
    with pytest.raises(UsageError) as caught:
        TurboGenFn(flow)(**{"name": 3, "class": 4, "other": 5})
    for name in ("name", "class", "other"):
        assert name in caught.value.message


@given(
    st.dictionaries(
        st.sampled_from(["name", "n", "ok", "x"]), st.none() | st.text() | st.integers() | st.booleans()
    )
)
def test_the_quick_way_for_inputs_accepts_what_the_thorough_one_accepts(context: Any) -> None:
    def made(description: str) -> Any:
        async def any_flow(memory: Any = None, **context: Any) -> Any:
            yield Result(context)

        kinds = {"name": "string", "n": "integer", "ok": "boolean"}
        # A keyword more, and the quick way is not taken.
        more = {description: "x"} if description else {}
        return compiled(
            any_flow, inputs=tuple(Input(k, {"type": t} | more) for k, t in kinds.items())
        ).__turbo__  # type: ignore[attr-defined]

    def outcome(info: Any) -> Any:
        try:
            return info.arguments(dict(context))
        except UsageError as problem:
            return problem.message

    assert outcome(made("")) == outcome(made("$comment"))


def test_a_memory_can_be_given_made_or_declared() -> None:
    given_memory = LocalMemory()
    assert TurboGenFn(flow)(name="x", memory=given_memory).memory is given_memory
    made = TurboGenFn(flow, memory_factory=lambda: TruncatedMemory(7))(name="x").memory
    assert isinstance(made, TruncatedMemory) and made.max_tokens == 7

    async def short(memory: Any = None) -> Any:
        yield User("x")

    declared = compiled(short, memory={"kind": "truncated", "max_tokens": 9})
    memory = TurboGenFn(declared)().memory
    assert isinstance(memory, TruncatedMemory) and memory.max_tokens == 9


def test_runs_of_one_function_share_no_chat() -> None:
    async def main() -> list[int]:
        fn = function(flow)
        runs = [fn(name="a"), fn(name="b")]
        for run in runs:
            await run.run()
        sizes = [len(await run.memory.get()) for run in runs]
        for run in runs:
            await run.aclose()
        return sizes

    assert in_loop(main()) == [2, 2]


def test_an_input_may_be_called_self() -> None:
    async def mirrored(memory: Any = None, **context: Any) -> TurboGenTemplate:
        yield Result(context["self"], done=True)

    assert in_loop(play(TurboGenFn(mirrored), self="me")).outcome == "me"


def test_using_replaces_a_part_and_keeps_the_others() -> None:
    first = function(flow, Talker("one"), {"seed": 1})
    second = first.using(model=Talker("two"))
    assert in_loop(play(first, name="x")).outcome == "one"
    assert in_loop(play(second, name="x")).outcome == "two"
    assert second.settings == first.settings


def test_a_memory_of_the_hosts_own_is_set_up_once_and_used_by_its_protocol_alone() -> None:
    class Mine(BaseMemory):
        def __init__(self) -> None:
            self.said: list[Any] = []
            self.ready = 0

        async def setup(self) -> None:
            self.ready += 1

        async def get(self) -> list[Any]:
            return self.said

        async def extend(self, messages: Any) -> None:
            assert self.ready == 1
            self.said.extend(messages)

        async def forget(self, *, label: str | None = None, last: int | None = None) -> None:
            self.said.clear()

        async def get_state(self) -> Any:
            return {}

        async def set_state(self, state: Any, *, merge: bool = False) -> None:
            pass

        async def prepare_prompt(self, max_tokens: int | None = None) -> list[Any]:
            return self.said[-1:]

        async def fork(self) -> BaseMemory:
            return Mine()

    memory, model = Mine(), Talker()
    told = in_loop(play(function(flow, model), name="Ada", memory=memory))
    assert told.outcome == "reply 1"
    assert model.heard() == [("user", "Ada first")]
    assert [message.content for message in memory.said] == ["Ada first", "reply 1"]


def test_settings_given_when_a_flow_is_loaded_are_those_of_configure(tmp_path: Any) -> None:
    text = "turbo: 1\nsettings: {temperature: 1, limits: {rounds: 5}}\nsteps: [generate]\n"
    (tmp_path / "f.yaml").write_text(text, encoding="utf-8")
    given = {"model": "echo", "limits": {"depth": 3}}
    wanted = turbo_yaml.loads(text).configure(given).settings
    assert turbo_yaml.loads(text, settings=given).settings == wanted
    assert turbo_yaml.load(tmp_path / "f.yaml", cache=False, settings=given).settings == wanted
    with pytest.raises(UsageError):
        turbo_yaml.loads(text, settings={"modle": "echo"})
