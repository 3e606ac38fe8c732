"""Two ways to run one flow, with the same answers: compiled, and walked by the reference interpreter."""

from __future__ import annotations

import asyncio
import json
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final
from zlib import crc32

import turbo_yaml
from tests.language.plain_steps import File
from tests.language.reference import walk
from tests.language.rules import Model, Prompt
from tests.language.running import Story, story_of
from turbo_yaml.checks.registry import ERRORS
from turbo_yaml.compiler.stages import parse
from turbo_yaml.errors import ModelError
from turbo_yaml.models.request import OnDelta, Reply, Request
from turbo_yaml.models.script import ScriptModel
from turbo_yaml.settings.keys import LayerKind
from turbo_yaml.settings.layers import Layer
from turbo_yaml.settings.patch import merge_of
from turbo_yaml.source import Source

UNCHECKED: Final = Layer(LayerKind.COMMAND_LINE, "tests", merge_of({"check": dict.fromkeys(ERRORS, "off")}))


class Answers:
    """A model whose reply follows from all that it is told, and from how often it was told that."""

    def __init__(self) -> None:
        self.told: Counter[int] = Counter()

    def __call__(self, prompt: Prompt, settings: Mapping[str, Any], choices: Any, output: Any) -> str:
        said = [(role, unworded(content)) for role, content in prompt]
        key = crc32(repr((said, settings.get("temperature"), choices and list(choices), output)).encode())
        self.told[key] += 1
        number = crc32(f"{key} {self.told[key]}".encode())
        if number % 13 == 0:
            raise ModelError("no", kind="server", retryable=True)
        if number % 41 == 0:
            raise ModelError("no", kind="auth")
        if number % 7 == 0 and (choices or output is not None):
            return "hm"
        if choices:
            return str(choices[number % len(choices)])
        if output is None:
            return f"r{number % 89}"
        shapes = {"integer": number % 5, "object": {"n": number % 3}, "array": ["p", "q"][: number % 3]}
        return json.dumps(shapes[output["type"]])


class Speaker:
    """That model, as the driver knows models."""

    def __init__(self) -> None:
        self.answers = Answers()

    async def reply(self, request: Request, on_delta: OnDelta | None = None) -> Reply:
        prompt = [(message.role, message.content) for message in request.messages]
        return Reply(self.answers(prompt, request.settings, request.choices, request.output))

    async def aclose(self) -> None:
        """There is nothing to let go of."""


def scripted(replies: Sequence[Any]) -> Model:
    """Return a model for the reference that gives one of the replies after another."""
    model = ScriptModel(replies)

    def answer(prompt: Prompt, settings: Mapping[str, Any], choices: Any, output: Any) -> str:
        work = model.reply(Request("", [], output=output, choices=choices))
        try:
            work.send(None)
        except StopIteration as end:
            return str(end.value.content)
        raise AssertionError("a script has nothing to wait for")

    return answer


def read_file(path: Path) -> File:
    """Return a flow file with the files that it uses and its data, JSON as it must be."""
    typed = parse(Source(path.name, path.read_text("utf-8"))).file
    assert typed is not None
    others = {use.name: read_file(path.parent / use.path) for use in typed.uses}
    data = {entry.name: json.loads((path.parent / entry.path).read_text("utf-8")) for entry in typed.data}
    return File(typed, others, data)


def loaded(text: str, model: Any = None) -> turbo_yaml.TurboGenFn:
    """Return a flow that runs although the check may find that it must fail."""
    fn = turbo_yaml.loads(text, name="flow.yaml", layers=[UNCHECKED])
    return fn.configure({"retries": 0}).using(model=model or Speaker())


def compiled(text: str, replies: Sequence[str], inputs: Mapping[str, Any]) -> Story:
    """Run a flow as it is compiled."""
    return asyncio.run(story_of(loaded(text), [*replies], {**inputs}))


def walked(text: str, replies: Sequence[str], inputs: Mapping[str, Any]) -> Story:
    """Run a flow as the reference interpreter does."""
    parsed = parse(Source("flow.yaml", text))
    assert parsed.file is not None and not parsed.diagnostics
    return walk(File(parsed.file), Answers(), replies, inputs, retries=0)


def told(story: Story) -> dict[str, Any]:
    """Return what must be the same, with the messages of failures left out where they are data."""
    return {
        "outcome": plain(story.outcome),
        "results": plain(story.results),
        "questions": story.questions,
        "logs": story.logs,
        "chat": plain(story.chat),
        "error": story.error and story.error.kind,
    }


def unworded(text: Any) -> Any:
    """Return a text without the words of failures, which are not the reference's business."""
    if not isinstance(text, str):
        return text
    return "That reply" if text.startswith("That reply") else _MESSAGE.sub('"message":""', text)


_MESSAGE: Final = re.compile(r'"message":"(?:[^"\\]|\\.)*"')


def plain(value: Any) -> Any:
    """Return data without the words of failures; a tuple is as good as a list."""
    if isinstance(value, str):
        return unworded(value)
    if isinstance(value, dict):
        if value.keys() == {"kind", "message", "step"}:
            return {**value, "message": "…"}
        return {key: plain(item) for key, item in value.items()}
    return [plain(item) for item in value] if isinstance(value, list | tuple | range) else value


def assert_same(ours: Story, theirs: Story) -> None:
    """Hold one run against the other, the place of a failure too."""
    assert told(ours) == told(theirs)
    if ours.error is None or theirs.error is None:
        return
    place, within = ours.error.span, theirs.error.span
    assert (place is None) == (within is None)
    if place is not None and within is not None:
        assert within.start <= place.start <= within.end, (place, within)
