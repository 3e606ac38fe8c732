"""The rules of the language that need no steps: chats, failures, turns side by side, what fits what."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Generator, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from turbo_yaml.flow import nodes as n
from turbo_yaml.source import Source, Span
from turbo_yaml.types.filling import fill
from turbo_yaml.types.reply import read_choice, read_reply
from turbo_yaml.types.validation import problems

Prompt = Sequence[tuple[str, Any]]
Model = Callable[[Prompt, Mapping[str, Any], Any, Any], str]
"""Takes messages, settings, choices and output type; returns the reply or raises `ModelError`."""

ANY_MESSAGE = "(a message)"


# What is seen of a run ---------------------------------------------------------------------------------


class Failed(Exception):
    """A failure of the flow: its kind and message, and the place it is at."""

    def __init__(self, kind: str, message: str = ANY_MESSAGE, *, passing: bool = True) -> None:
        super().__init__(kind, message)
        self.kind = kind
        self.message = message
        self.passing = passing
        """Whether it may go away by itself."""
        self.source: Source | None = None
        self.span: Span | None = None
        self.step: str | None = None

    def at(self, source: Source, span: Span) -> None:
        """Note the place, unless it is known."""
        if self.source is None:
            self.source, self.span = source, span

    def described(self) -> dict[str, Any]:
        """Return what `catch` calls `error`."""
        line = None
        if self.source is not None and self.span is not None:
            line = f"{self.source.name}:{self.source.position(self.span.start).line}"
        return {"kind": self.kind, "message": self.message, "step": self.step or line}


@dataclass
class Question:
    """What the caller is asked, and how an answer is read."""

    text: str
    read: Callable[[str], Any]


Asking = Generator[Question, Any, None]


@dataclass
class Said:
    """A message in a chat."""

    role: str
    content: Any
    label: str | None = None
    sticky: str | None = None


@dataclass
class Chat:
    """What was said, and what is remembered."""

    messages: list[Said] = field(default_factory=list)
    state: dict[str, Any] = field(default_factory=dict)

    def say(self, role: str, content: Any, label: str | None = None, sticky: str | None = None) -> None:
        self.messages.append(Said(role, content, label, sticky))

    def fork(self) -> Chat:
        return Chat([*self.messages], {**self.state})

    def prompt(self) -> Prompt:
        """Return what is sent: of one label the last message, sticky ones at the top or the bottom."""
        places: dict[str | None, dict[Any, Said]] = {"top": {}, None: {}, "bottom": {}}
        for number, said in enumerate(self.messages):
            key = number if said.label is None else said.label
            for side, there in places.items():
                if side != said.sticky or side is None:
                    there.pop(key, None)
            places[said.sticky][key] = said
        return [(said.role, said.content) for there in places.values() for said in there.values()]


@dataclass
class Heard:
    """What a flow has come to so far, each a list of one once it is there."""

    returned: list[Any] = field(default_factory=list)
    results: list[Any] = field(default_factory=list)
    replies: list[Any] = field(default_factory=list)

    @property
    def outcome(self) -> Any:
        """Return what was returned, else the last result, else the last reply given."""
        for values in (self.returned, self.results, self.replies):
            if values:
                return values[-1]
        return None


# Ways to leave a body ---------------------------------------------------------------------------------


class BreakLoop(Exception):
    """`break`."""


class NextRound(Exception):
    """`continue`."""


class EndFlow(Exception):
    """`stop` or `return`."""


# What fits, and in which order ------------------------------------------------------------------------


def side_by_side(jobs: Iterable[Asking], most: int, enough: Callable[[], bool] | None = None) -> Asking:
    """Do the jobs, `most` at a time: each on to its end or its next question, and so on, in order."""
    new = iter(jobs)
    answered: deque[tuple[Asking, Any]] = deque()
    asking: list[tuple[Asking, Question]] = []
    try:
        while True:
            while len(asking) < most:
                job, answer = answered.popleft() if answered else (next(new, None), None)
                if job is None:
                    break
                try:
                    asking.append((job, job.send(answer)))
                except StopIteration:
                    if enough is not None and enough():
                        return
            if not asking:
                return
            while asking:
                job, question = asking.pop(0)
                answered.append((job, None))
                answered[-1] = (job, (yield question))
    finally:
        for job, _ in (*asking, *answered):
            job.close()


def worth_another_try(problem: Failed, retry: n.Retry | None) -> bool:
    """Tell whether a failure may be tried again: by its kind, else if it may go away by itself."""
    if retry is not None and retry.on:
        return problem.kind in retry.on
    return problem.passing


def read(content: str, choices: Sequence[str] | None, output: Any) -> tuple[Any, list[Any]]:
    if output is not None:
        return read_reply(output, content)
    if choices is not None:
        return read_choice(choices, content)
    return content, []


def fitting(value: Any, schema: Any) -> Any:
    """Return an outcome with defaults filled in, if it fits the type."""
    if schema is None:
        return value
    value = fill(schema, value)
    if problems(schema, value):
        raise Failed("output")
    return value


def history(value: Any) -> list[tuple[str, Any]]:
    """Return the messages that data is: of users and assistants, never of the system."""
    if not isinstance(value, list | tuple):
        raise Failed("type")
    for item in value:
        if not isinstance(item, dict) or not {*item} <= {"role", "content", "name"}:
            raise Failed("type")
        if item.get("role") not in ("user", "assistant") or not isinstance(item.get("content"), str):
            raise Failed("type")
    return [(item["role"], item["content"]) for item in value]


def rounds(value: Any, parts: int) -> list[list[Any]]:
    """Return what each round of a loop begins with: the item, or its parts."""
    if isinstance(value, str) or not isinstance(value, list | tuple | dict | range):
        raise Failed("type")
    if parts == 1:
        return [[item] for item in value]
    for item in value:
        if not isinstance(item, list | tuple) or len(item) != parts:
            raise Failed("type")
    return [[*item] for item in value]


def whole(value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int | float) or value != int(value) or value < 1:
        raise Failed("type")
    return int(value)


def label(value: Any) -> str:
    """Return the label that a scalar is."""
    words = {None: "null", True: "true", False: "false"}
    if isinstance(value, str):
        return value
    if value is None or isinstance(value, bool):
        return words[value]
    if isinstance(value, int | float):
        return str(value)
    raise Failed("type")


def loop_state(rounds: list[list[Any]], index: int) -> dict[str, Any]:
    """Return `loop` as Jinja has it."""
    items = [item[0] if len(item) == 1 else item for item in rounds]
    length = len(items)
    state: dict[str, Any] = {
        "index": index + 1,
        "index0": index,
        "revindex": length - index,
        "revindex0": length - index - 1,
        "first": index == 0,
        "last": index == length - 1,
        "length": length,
        "cycle": lambda *values: values[index % len(values)],
    }
    if index > 0:
        state["previtem"] = items[index - 1]
    if index < length - 1:
        state["nextitem"] = items[index + 1]
    return state
