"""A flow walked step by step, in the plainest way there is: what a compiled run is held against.

Nothing here is compiled, awaited or run side by side, and every text is rendered by stock Jinja. A step that asks
the caller yields its question; all else happens at once.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from tests.language import stock_texts as stock
from tests.language.running import Story
from turbo_yaml.errors import FlowError, ModelError, UsageError
from turbo_yaml.flow import nodes as n
from turbo_yaml.settings.fitting import fit_setting
from turbo_yaml.settings.patch import apply
from turbo_yaml.source import Source, Span
from turbo_yaml.syntax.scalars import slot_text
from turbo_yaml.template import Expression, Text
from turbo_yaml.types import MISSING
from turbo_yaml.types.binding import compile_inputs
from turbo_yaml.types.filling import fill
from turbo_yaml.types.reply import read_choice, read_reply
from turbo_yaml.types.text import read_answer
from turbo_yaml.types.validation import problems

Prompt = Sequence[tuple[str, Any]]
Model = Callable[[Prompt, Mapping[str, Any], Any, Any], str]
"""Takes the messages, the settings, the choices and the output type; returns the reply or raises `ModelError`."""

MAX_ASKED = 10
MAX_DEPTH = 50
ANY_MESSAGE = "(a message)"


# What is seen of a run ---------------------------------------------------------------------------------


class Failed(Exception):
    """A failure of the flow: its kind and message, and the place it is at."""

    def __init__(self, kind: str, message: str = ANY_MESSAGE, *, limit: bool = False, retryable: bool = False):
        super().__init__(kind, message)
        self.kind = kind
        self.message = message
        self.limit = limit
        self.retryable = retryable
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


# Ways to leave a body ----------------------------------------------------------------------------------


class BreakLoop(Exception):
    """`break`."""


class NextRound(Exception):
    """`continue`."""


class EndFlow(Exception):
    """`stop` or `return`."""


class HandOver(Exception):
    """`handoff`."""

    def __init__(self, flow: Flow, names: dict[str, Any]) -> None:
        self.flow = flow
        self.names = names


# Flows -------------------------------------------------------------------------------------------------


@dataclass
class File:
    """A flow file with the files and the data it names."""

    typed: n.FlowFile
    others: Mapping[str, File] = field(default_factory=dict)
    data: Mapping[str, Any] = field(default_factory=dict)

    def flow(self, name: str) -> Flow:
        """Return the flow that a name means here."""
        if name in self.others:
            return Flow(self.others[name], self.others[name].typed.main)
        if name in self.typed.flows:
            return Flow(self, self.typed.flows[name])
        if name == self.typed.main.name:
            return Flow(self, self.typed.main)
        alias, _, inner = name.partition(".")
        return self.others[alias].flow(inner)


@dataclass
class Flow:
    """A flow and its file."""

    file: File
    typed: n.Flow

    def bind(self, given: Mapping[str, Any]) -> dict[str, Any]:
        """Return the variables that a flow begins with."""
        try:
            return {**self.file.data, **compile_inputs(self.typed.inputs)(given)}
        except UsageError:
            raise Failed("input") from None

    def settings(self, outer: Mapping[str, Any]) -> Mapping[str, Any]:
        return apply(self.typed.settings, dict(outer))


@dataclass
class World:
    """What all flows of a run share."""

    model: Model
    logs: list[str] = field(default_factory=list)


@dataclass
class Scene:
    """One flow at work on a chat, or a branch of it on a fork."""

    world: World
    flow: Flow
    names: dict[str, Any]
    chat: Chat
    heard: list[Heard]
    """Who takes note of its results: itself, then the flows that include it."""
    results: list[Any] | None
    """Where the caller's results go; None where the caller does not see them."""
    outer: Mapping[str, Any]
    depth: int = 0
    branch: bool = False

    @property
    def settings(self) -> Mapping[str, Any]:
        return self.flow.settings(self.outer)

    @property
    def source(self) -> Source:
        return self.flow.file.typed.source

    def run(self) -> Asking:
        """Do the flow's steps, and those of the flows it hands over to."""
        try:
            yield from self.body(self.flow.typed.steps)
        except EndFlow:
            pass
        except HandOver as to:
            self.flow, self.names = to.flow, to.names
            yield from self.run()

    def body(self, steps: n.Body) -> Asking:
        for step in steps:
            try:
                if step.when is None or self.holds(step.when):
                    yield from self.step(step)
            except Failed as problem:
                problem.at(self.source, step.head)
                raise

    # Values --------------------------------------------------------------------------------------------

    @property
    def known(self) -> Mapping[str, Any]:
        return {**self.names, "memory": self.chat.state}

    @contextmanager
    def placed(self, span: Span) -> Iterator[None]:
        try:
            yield
        except stock.Unfit as unfit:
            problem = Failed(unfit.kind)
            problem.at(self.source, span)
            raise problem from None

    def text(self, text: Text) -> str:
        if text.tree is None:
            return text.plain
        with self.placed(text.span):
            return stock.render(text.plain, self.known)

    def holds(self, condition: Expression) -> bool:
        with self.placed(condition.span):
            return stock.holds(slot_text(condition.scalar), self.known)

    def expression(self, expression: Expression) -> Any:
        with self.placed(expression.span):
            return stock.evaluate(slot_text(expression.scalar), self.known)

    def value(self, value: n.Value) -> Any:
        match value:
            case n.Constant():
                return value.data
            case n.ListValue():
                return [self.value(item) for item in value.items]
            case n.MapValue():
                return self.named(value.entries)
        if value.tree is None:
            return value.plain
        with self.placed(value.span):
            return stock.value(value.plain, self.known)

    def named(self, entries: Iterable[n.Named]) -> dict[str, Any]:
        return {entry.name: self.value(entry.value) for entry in entries}

    def bind(self, target: n.Target | None, value: Any) -> None:
        if target is not None:
            self.names[target.name] = value

    @contextmanager
    def special(self, name: str) -> Iterator[None]:
        """Let `loop` or `error` have what it had before, afterwards."""
        before = self.names.get(name, MISSING)
        try:
            yield
        finally:
            self.names.pop(name, None)
            if before is not MISSING:
                self.names[name] = before

    # Steps ---------------------------------------------------------------------------------------------

    def step(self, step: n.Step) -> Asking:
        match step:
            case n.Say():
                self.say(step)
            case n.Example():
                for user, assistant in step.pairs:
                    self.chat.say("user", self.text(user))
                    self.chat.say("assistant", self.text(assistant))
            case n.Messages():
                for role, content in history(self.value(step.value)):
                    self.chat.say(role, content)
            case n.Turn():
                self.turn(step)
            case n.Ask():
                yield from self.ask(step)
            case n.Give():
                value = self.value(step.value)
                self.give(value)
                for heard in self.heard:
                    heard.results.append(value)
            case n.Return():
                self.return_(step)
            case n.Stop():
                raise EndFlow
            case n.Assign():
                for entry in step.entries:
                    self.names[entry.name] = self.value(entry.value)
            case n.Remember():
                self.chat.state = {**self.chat.state, **self.named(step.entries)}
            case n.Forget():
                self.forget(step)
            case n.Raise():
                raise Failed(step.kind, self.text(step.message))
            case n.Assert():
                if not self.holds(step.condition):
                    usual = "an assertion does not hold"
                    raise Failed("assert", usual if step.message is None else self.text(step.message))
            case n.Break():
                raise BreakLoop
            case n.Continue():
                raise NextRound
            case n.Log():
                self.world.logs.append(self.text(step.message))
            case n.Sleep():
                if isinstance(step.duration, Text):
                    self.value(step.duration)
            case n.If():
                chosen = (branch.body for branch in step.branches if self.holds(branch.condition))
                yield from self.body(next(chosen, step.orelse))
            case n.Match():
                yield from self.match(step)
            case n.While():
                yield from self.while_(step)
            case n.For() if step.at_once is None:
                yield from self.for_(step)
            case n.For():
                yield from self.for_at_once(step, step.at_once)
            case n.Parallel():
                yield from self.parallel(step)
            case n.Try():
                yield from self.try_(step)
            case n.Include() | n.Call():
                yield from self.delegate(step)
            case n.Handoff():
                flow = self.flow.file.flow(step.flow.name)
                raise HandOver(flow, flow.bind(self.named(step.arguments)))
            case _:
                raise AssertionError(step)

    def give(self, value: Any) -> None:
        if self.results is not None:
            self.results.append(value)

    def say(self, step: n.Say) -> None:
        if isinstance(step.content, Text):
            content: Any = self.text(step.content)
        else:
            content = [{part.kind: self.text(part.value)} for part in step.content]
        if step.name is not None:
            self.text(step.name)
        label, sticky = step.label, step.sticky
        if step.role == "system":
            label, sticky = label or "system", sticky or "top"
        self.chat.say(step.role, content, label, sticky)
        if step.forward:
            self.give(content)

    def return_(self, step: n.Return) -> None:
        value = self.value(step.value)
        schema = self.flow.typed.output
        if schema is not None and not self.branch:
            value = fitting(value, schema)
        self.heard[0].returned.append(value)
        raise EndFlow

    def forget(self, step: n.Forget) -> None:
        messages = self.chat.messages
        if step.label is not None:
            label = self.text(step.label)
            messages[:] = [said for said in messages if said.label != label]
        elif step.last is not None:
            messages[:] = messages[: max(0, len(messages) - whole(self.value(step.last)))]
        else:
            messages.clear()

    # Turns and questions -------------------------------------------------------------------------------

    def turn(self, step: n.Turn) -> None:
        choices = self.choices(step.choices)
        own = {entry.name: self.setting(entry) for entry in step.settings}
        settings = {**self.settings, **own}
        try:
            content, value = self.reply(step, choices, settings)
        except Failed as problem:
            problem.step = step.id
            raise
        self.chat.say("assistant", content)
        if step.forward:
            self.give(value)
            for heard in self.heard:
                heard.replies.append(value)
        self.bind(
            step.message_as,
            {
                "role": "assistant",
                "content": content,
                "tool_calls": [],
                "usage": None,
                "finish_reason": None,
                "model": None,
            },
        )
        self.bind(step.as_, value)

    def choices(self, choices: tuple[Text, ...] | Text | None) -> tuple[str, ...] | None:
        if choices is None or isinstance(choices, tuple):
            return choices and tuple(self.text(choice) for choice in choices)
        found = self.value(choices)
        if not isinstance(found, list | tuple) or not found:
            raise Failed("type")
        labels = tuple(label(item) for item in found)
        if len({*labels}) < len(labels):
            raise Failed("type")
        return labels

    def setting(self, entry: n.Named) -> Any:
        value = self.value(entry.value)
        if isinstance(entry.value, n.Constant):
            return value
        value, problem = fit_setting(entry.name, value)
        if problem is not None:
            raise Failed("type")
        return value

    def reply(self, step: n.Turn, choices: Any, settings: Mapping[str, Any]) -> tuple[str, Any]:
        """Return the reply and its value; ask again as often as `repair` and `retry` allow."""
        repairs = settings.get("repair", 1) if step.repair is None else step.repair
        retries = settings.get("retries", 0) if step.retry is None else step.retry.times
        repaired = 0
        prompt = self.chat.prompt()
        while True:
            found: list[Any] = []
            try:
                content = self.world.model(prompt, settings, choices, step.output)
            except ModelError as error:
                problem = Failed(error.kind, retryable=error.retryable)
            else:
                value, found = read(content, choices, step.output)
                if not found:
                    return content, value
                problem = Failed("invalid_output")
            if found and repaired < repairs:
                repaired += 1
                said = [("assistant", content)] if content else []
                prompt = [*self.chat.prompt(), *said, ("user", "That reply does not fit:")]
                continue
            if retries == 0 or not worth_another_try(problem, step.retry, model=True):
                raise problem
            retries -= 1
            if found:
                prompt, repaired = self.chat.prompt(), 0

    def ask(self, step: n.Ask) -> Asking:
        text = self.text(step.question)
        choices = self.choices(step.choices)
        default = MISSING if step.default is None else self.value(step.default)
        default = MISSING if default is None else default
        if step.record and text:
            self.chat.say("assistant", text)

        def read(given: str) -> Any:
            return read_answer(given, schema=step.type, choices=choices, default=default)

        answer = yield Question(text, read)
        if isinstance(answer, Failed):
            raise answer
        self.bind(step.as_, answer)

    # Control -------------------------------------------------------------------------------------------

    def match(self, step: n.Match) -> Asking:
        found = label(self.expression(step.subject))
        for case in step.cases:
            if case.label == found:
                yield from self.body(case.body)
                return
        if step.orelse is None:
            raise Failed("no_case")
        yield from self.body(step.orelse)

    def while_(self, step: n.While) -> Asking:
        limit = whole(self.value(step.limit))
        for _ in range(limit):
            if not self.holds(step.condition):
                return
            try:
                yield from self.body(step.body)
            except BreakLoop:
                return
            except NextRound:
                pass
        if not self.holds(step.condition):
            return
        if step.otherwise is None:
            raise Failed("loop_limit", limit=True)
        yield from self.body(step.otherwise)

    def for_(self, step: n.For) -> Asking:
        items = [*rounds(self.expression(step.iterable))]
        collected = []
        with self.special("loop"):
            for index, item in enumerate(items):
                self.enter(step, items, index, item)
                try:
                    yield from self.body(step.body)
                except BreakLoop:
                    break
                except NextRound:
                    continue
                if step.collect is not None:
                    collected.append(self.expression(step.collect))
        if step.collect is not None:
            self.bind(step.as_, collected)

    def enter(self, step: n.For, items: list[Any], index: int, item: Any) -> None:
        """Begin a round."""
        values = [item] if len(step.targets) == 1 else taken_apart(item, len(step.targets))
        for target, value in zip(step.targets, values, strict=True):
            self.names[target.name] = value
        self.names["loop"] = loop_state(items, index)

    def try_(self, step: n.Try) -> Asking:
        closed = False
        try:
            try:
                yield from self.body(step.body)
            except Failed as problem:
                if step.catch is None:
                    raise
                with self.special("error"):
                    self.names["error"] = problem.described()
                    yield from self.body(step.catch)
        except GeneratorExit:
            closed = True
            raise
        finally:
            if not closed:
                yield from self.body(step.finally_ or ())

    # Forks ---------------------------------------------------------------------------------------------

    def fork(self) -> Scene:
        """Return a branch of this flow, which sees everything as it is now."""
        return Scene(
            self.world,
            self.flow,
            {**self.names},
            self.chat.fork(),
            [Heard()],
            None,
            self.outer,
            self.depth,
            branch=True,
        )

    def for_at_once(self, step: n.For, at_once: n.Value) -> Asking:
        items = [*rounds(self.expression(step.iterable))]
        most = whole(self.value(at_once))
        outcomes: dict[int, Any] = {}

        def one(index: int, item: Any) -> Asking:
            scene = self.fork()
            try:
                scene.enter(step, items, index, item)
                yield from scene.branch_of(step.body, step.collect)
            except Failed as problem:
                problem.at(self.source, step.head)
                if step.on_error == "fail":
                    raise
                if step.on_error == "keep":
                    outcomes[index] = {"error": problem.described()}
                return
            if step.collect is None or scene.heard[0].returned:
                outcomes[index] = scene.heard[0].outcome

        yield from side_by_side((one(index, item) for index, item in enumerate(items)), most)
        self.bind(step.as_, [outcomes[index] for index in sorted(outcomes)])

    def branch_of(self, body: n.Body, collect: Expression | None = None) -> Asking:
        try:
            yield from self.body(body)
            if collect is not None:
                self.heard[0].returned.append(self.expression(collect))
        except EndFlow:
            pass
        except HandOver as to:
            self.flow, self.names, self.branch = to.flow, to.names, False
            yield from self.run()

    def parallel(self, step: n.Parallel) -> Asking:
        outcomes: dict[str, Any] = dict.fromkeys(branch.target.name for branch in step.branches)
        failures: list[Failed] = []
        done: list[str] = []

        def one(branch: n.NamedBody) -> Asking:
            scene = self.fork()
            try:
                yield from scene.branch_of(branch.body)
            except Failed as problem:
                if step.wait == "all":
                    raise
                failures.append(problem)
                return
            outcomes[branch.target.name] = scene.heard[0].outcome
            done.append(branch.target.name)

        jobs = (one(branch) for branch in step.branches)
        enough = (lambda: bool(done)) if step.wait == "first" else None
        yield from side_by_side(jobs, len(step.branches), enough)
        if failures and not done:
            raise failures[0]
        self.names |= outcomes

    # Other flows ---------------------------------------------------------------------------------------

    def delegate(self, step: n.Include | n.Call) -> Asking:
        flow = self.flow.file.flow(step.flow.name)
        given = flow.bind(self.named(step.arguments))
        if self.depth >= MAX_DEPTH:
            raise Failed("depth", limit=True)
        saved = self.chat.fork()
        left = 0 if step.retry is None else step.retry.times
        while True:
            scene = Scene(
                self.world, flow, {**given}, Chat(), [Heard()], None, self.settings, self.depth + 1
            )
            if isinstance(step, n.Include):
                scene.chat, scene.heard, scene.results = self.chat, [Heard(), *self.heard], self.results
            try:
                yield from scene.run()
                fitting(scene.heard[0].outcome, flow.typed.output, returned=scene.heard[0].returned)
            except Failed as problem:
                if left == 0 or not worth_another_try(problem, step.retry):
                    raise
                left -= 1
                if isinstance(step, n.Include):
                    self.chat.messages[:], self.chat.state = saved.messages, {**saved.state}
                continue
            self.bind(step.as_, scene.heard[0].outcome)
            return


# Rules -------------------------------------------------------------------------------------------------


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


def worth_another_try(problem: Failed, retry: n.Retry | None, *, model: bool = False) -> bool:
    """Tell whether a failure may be tried again: by its kind, else if it may go away by itself."""
    if retry is not None and retry.on:
        return problem.kind in retry.on
    return problem.retryable if model or problem.kind in MODEL_KINDS else not problem.limit


MODEL_KINDS = ("server", "auth", "invalid_output", "configuration")


def read(content: str, choices: Sequence[str] | None, output: Any) -> tuple[Any, list[Any]]:
    if output is not None:
        return read_reply(output, content)
    if choices is not None:
        return read_choice(choices, content)
    return content, []


def fitting(value: Any, schema: Any, *, returned: Any = ()) -> Any:
    """Return an outcome that fits the type; what was returned was checked before."""
    if schema is None or returned:
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


def rounds(value: Any) -> Iterable[Any]:
    if isinstance(value, str) or not isinstance(value, list | tuple | dict | range):
        raise Failed("type")
    return value


def taken_apart(item: Any, parts: int) -> Sequence[Any]:
    if not isinstance(item, list | tuple) or len(item) != parts:
        raise Failed("type")
    return item


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


def loop_state(items: list[Any], index: int) -> dict[str, Any]:
    """Return `loop` as Jinja has it."""
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


# A whole run -------------------------------------------------------------------------------------------


def walk(file: File, model: Model, replies: Sequence[str], inputs: Mapping[str, Any], **settings: Any) -> Story:
    """Walk the main flow of a file to its end, and tell what happened."""
    flow = Flow(file, file.typed.main)
    story = Story()
    world = World(model, story.logs)
    heard = Heard()
    scene = Scene(world, flow, flow.bind(inputs), Chat(), [heard], story.results, settings)
    try:
        answering(scene.run(), list(replies), story)
        fitting(heard.outcome, flow.typed.output, returned=heard.returned)
        story.outcome = heard.outcome
    except Failed as problem:
        story.error = FlowError(problem.message, kind=problem.kind)
        story.error.source, story.error.span = problem.source, problem.span
    story.chat = [(said.role, said.content) for said in scene.chat.messages]
    return story


def answering(run: Asking, replies: list[str], story: Story) -> None:
    """Answer what a run asks until it ends; an answer that does not fit is asked for again."""
    answer: Any = None
    while True:
        try:
            question = run.send(answer)
        except StopIteration:
            return
        shown = question.text
        for _ in range(MAX_ASKED):
            story.questions.append(shown)
            try:
                answer = question.read(replies.pop(0))
                break
            except UsageError as problem:
                answer = Failed("input")
                shown = f"{problem.message}\n{question.text}"
