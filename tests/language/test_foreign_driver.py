"""Any driver can pump a compiled flow, and our driver any generator: the four kinds are all there is."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable
from inspect import isasyncgenfunction, signature
from types import SimpleNamespace
from typing import Any

import pytest

import turbo_yaml
from tests.language.foreign_driver import pump
from tests.language.running import Story, flow, story_of
from tests.language.shown_flows import ROOT, Shown, shown_flows
from turbo_yaml import Generate, GetInput, Result, System, TurboGenFn, User
from turbo_yaml.memory.local import LocalMemory
from turbo_yaml.models.script import ScriptModel
from turbo_yaml.runtime.frames import CURRENT, Frame, leave

NEED_A_HOST = ("debate", "summarize", "support")
"""Flows that fork, call or hand over: whoever pumps them says who answers the turns in there."""
ALONE = [shown for shown in shown_flows(tools=False) if shown.path.stem not in NEED_A_HOST]
HOSTED = [shown for shown in shown_flows(tools=False) if shown.path.stem in NEED_A_HOST]


def stem(shown: Shown) -> str:
    return shown.path.stem


def by_us(fn: TurboGenFn, shown: Shown) -> Story:
    return asyncio.run(story_of(fn, [*shown.answers], shown.inputs))


def generator(fn: TurboGenFn, shown: Shown) -> AsyncGenerator[Any, Any]:
    """Return the generator of the compiled function itself."""
    assert fn.info is not None
    return fn.fn(memory=None, **fn.info.arguments(shown.inputs))


def told(story: Story) -> tuple[Any, ...]:
    """Return what does not depend on the driver: it decides which replies and messages it shows."""
    return story.outcome, story.questions, story.chat, story.error and story.error.kind


def test_there_are_flows_of_both_sorts() -> None:
    assert len(ALONE) >= 5 and len(HOSTED) == len(NEED_A_HOST)


@pytest.mark.parametrize("shown", ALONE, ids=stem)
def test_a_foreign_driver_gets_to_the_same_end(shown: Shown) -> None:
    fn = shown.load()
    theirs = asyncio.run(pump(generator(fn, shown), ScriptModel(shown.replies), [*shown.answers]))
    assert told(by_us(fn, shown)) == told(theirs)


@pytest.mark.parametrize("shown", HOSTED, ids=stem)
def test_a_foreign_driver_that_says_who_answers_can_pump_forks_and_calls(shown: Shown) -> None:
    fn = shown.load()

    async def main() -> Story:
        model = ScriptModel(shown.replies)
        run = fn.using(model=model)(**shown.inputs)
        frame: Frame = run._driver.frame
        token = CURRENT.set(frame)
        try:
            story = await pump(generator(fn, shown), model, [*shown.answers])
            while frame.next is not None:
                last, following = story, frame.next
                frame.next = None
                story = await pump(following.start(LocalMemory()), model, [*shown.answers])
                story.chat = [*last.chat, *story.chat]
        finally:
            leave(token)
            await run.aclose()
        return story

    assert told(by_us(fn, shown)) == told(asyncio.run(main()))


# The printed form --------------------------------------------------------------------------------------


def printed(shown: Shown) -> Callable[..., AsyncGenerator[Any, Any]]:
    """Return the function that a person would have who copied what `compile` prints."""
    text, found = turbo_yaml.compile_python(shown.path)
    assert text is not None and not found
    policy = ROOT / "flows" / "parts" / "policy.yaml"
    rules, _ = turbo_yaml.compile_python(policy)
    used: dict[str, Any] = {}
    exec(str(rules), used)
    orders = [{"id": 7, "item": "teapot", "total": 39.5, "paid": True}]
    names: dict[str, Any] = {"orders": orders, "policy": SimpleNamespace(**used)}
    exec(text, names)
    for name, function in list(names.items()):
        if isasyncgenfunction(function):
            names[name] = with_plain_names(function)
    made: Callable[..., AsyncGenerator[Any, Any]] = names[shown.path.stem]
    return made


def with_plain_names(function: Callable[..., AsyncGenerator[Any, Any]]) -> Any:
    """Return a function that takes `text` as `text`, which the printed module calls `text_`."""
    named = {name.removesuffix("_"): name for name in signature(function).parameters}
    return lambda memory=None, **given: function(memory, **{named[name]: given[name] for name in given})


@pytest.mark.parametrize("shown", shown_flows(tools=False), ids=stem)
def test_the_printed_python_runs_as_a_generator_that_somebody_wrote(shown: Shown) -> None:
    fn = shown.load()
    by_hand = TurboGenFn(printed(shown)).configure({"model": "script", "retries": 0})
    ours, theirs = by_us(fn, shown), by_us(by_hand.using(script=shown.replies), shown)
    assert (told(theirs), theirs.results, theirs.logs) == (told(ours), ours.results, ours.logs)


# The same flow, written twice --------------------------------------------------------------------------

WRITTEN = flow("""
inputs: {topics: [string], tone?: {type: string, default: dry}}
steps:
  - system: You are {{ tone }}.
  - for: topic
    in: topics
    do:
      - user: "{{ loop.index }}. {{ topic }}"
      - generate: {choices: [good, bad], forward: false}
        as: kind
      - if: kind == "bad"
        then: [{result: "not {{ topic }}"}, continue]
      - input: How do you like {{ topic }}?
        as: liking
      - remember: {last: "{{ liking }}"}
    collect: "[topic, liking]"
    as: liked
  - try: [generate]
    catch: [{user: "{{ error.kind }}"}]
    finally: [{log: asked}]
  - return: {liked: "{{ liked }}", last: "{{ memory.last }}"}
""")


async def by_hand(memory: Any, *, topics: list[str], tone: str = "dry") -> Any:
    yield System(f"You are {tone}.")
    liked = []
    for index, topic in enumerate(topics, 1):
        yield User(f"{index}. {topic}")
        kind = (yield Generate(choices=("good", "bad"), forward=False)).value
        if kind == "bad":
            yield Result(f"not {topic}")
            continue
        liking = yield GetInput(f"How do you like {topic}?")
        await memory.set_state({"last": liking}, merge=True)
        liked.append([topic, liking])
    try:
        yield Generate()
    except turbo_yaml.FlowError as error:
        yield User(error.kind)
    yield Result({"liked": liked, "last": (await memory.get_state())["last"]}, done=True)


@pytest.mark.parametrize("last", ["The end.", {"error": "server"}])
def test_a_flow_and_the_same_generator_by_hand_tell_the_same_story(last: Any) -> None:
    inputs = {"topics": ["tea", "rain", "jazz"], "tone": "warm"}
    stories = []
    for fn in (turbo_yaml.loads(WRITTEN, name="flow.yaml"), TurboGenFn(by_hand)):
        fn = fn.configure({"model": "script", "retries": 0}).using(script=["good", "bad", "good", last])
        stories.append(asyncio.run(story_of(fn, ["a lot", "less"], inputs)))
    compiled, written = stories
    assert compiled.error is None
    assert (told(compiled), compiled.results) == (told(written), written.results)
    assert compiled.outcome == {"liked": [["tea", "a lot"], ["jazz", "less"]], "last": "less"}
