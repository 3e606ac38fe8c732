"""A flow walked step by step, in the plainest way there is: what a compiled run is held against.

Nothing here is compiled, awaited or run side by side, and every text is rendered by stock Jinja. A step that
asks the caller yields its question; all else happens at once.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from tests.language.plain_steps import File, Flow, PlainSteps, World
from tests.language.rules import (
    Asking,
    BreakLoop,
    Chat,
    EndFlow,
    Failed,
    Heard,
    Model,
    NextRound,
    fitting,
    label,
    loop_state,
    rounds,
    side_by_side,
    whole,
    worth_another_try,
)
from tests.language.running import Story
from turbo_yaml.errors import FlowError, UsageError
from turbo_yaml.flow import nodes as n
from turbo_yaml.source import Span
from turbo_yaml.template import Expression

MAX_ASKED = 10
MAX_DEPTH = 50


class HandOver(Exception):
    """`handoff`."""

    def __init__(self, flow: Flow, names: dict[str, Any]) -> None:
        self.flow = flow
        self.names = names


class Scene(PlainSteps):
    """One flow at work on a chat, or a branch of it on a fork."""

    def run(self) -> Asking:
        """Do the flow's steps, and those of the flows it hands over to."""
        try:
            yield from self.body(self.flow.typed.steps)
        except EndFlow:
            pass
        except HandOver as to:
            self.flow, self.names, self.branch = to.flow, to.names, False
            yield from self.run()

    def step(self, step: n.Step) -> Asking:
        match step:
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
                yield from super().step(step)

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
            raise Failed("loop_limit", passing=False)
        yield from self.body(step.otherwise)

    def for_(self, step: n.For) -> Asking:
        items = rounds(self.expression(step.iterable), len(step.targets))
        collected = []
        with self.special("loop"):
            for index in range(len(items)):
                self.enter(step, items, index)
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

    def enter(self, step: n.For, items: list[list[Any]], index: int) -> None:
        """Begin a round."""
        for target, value in zip(step.targets, items[index], strict=True):
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
        items = rounds(self.expression(step.iterable), len(step.targets))
        most = whole(self.value(at_once))
        outcomes: dict[int, Any] = {}

        def one(index: int) -> Asking:
            scene = self.fork()
            scene.enter(step, items, index)
            try:
                yield from scene.branch_of(step.body, step.collect)
            except Failed as problem:
                if step.on_error == "fail":
                    raise
                if step.on_error == "keep":
                    outcomes[index] = {"error": problem.described()}
                return
            if step.collect is None or scene.heard[0].returned:
                outcomes[index] = scene.heard[0].outcome

        yield from side_by_side(map(one, range(len(items))), most)
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
            raise Failed("depth", passing=False)
        saved = self.chat.fork()
        left = 0 if step.retry is None else step.retry.times
        while True:
            scene = Scene(self.world, flow, {**given}, Chat(), [Heard()], None, self.settings, self.depth + 1)
            if isinstance(step, n.Include):
                scene.chat, scene.heard, scene.results = self.chat, [Heard(), *self.heard], self.results
            try:
                yield from scene.run()
                outcome = outcome_of(flow, scene.heard[0])
            except Failed as problem:
                if left == 0 or not worth_another_try(problem, step.retry):
                    raise
                left -= 1
                if isinstance(step, n.Include):
                    self.chat.messages[:], self.chat.state = saved.messages, {**saved.state}
                continue
            self.bind(step.as_, outcome)
            return


def outcome_of(flow: Flow, heard: Heard) -> Any:
    """Return what a flow has come to, if it fits; it is the flow that fails else, from its first line on."""
    source, span = flow.file.typed.source, flow.typed.span
    try:
        return fitting(heard.outcome, flow.typed.output)
    except Failed as problem:
        begin = source.starts[source.position(span.start).line - 1]
        problem.at(source, Span(begin, span.end))
        raise


# A whole run -------------------------------------------------------------------------------------------


def walk(
    file: File, model: Model, replies: Sequence[str], inputs: Mapping[str, Any], **settings: Any
) -> Story:
    """Walk the main flow of a file to its end, and tell what happened."""
    flow = Flow(file, file.typed.main)
    story = Story()
    world = World(model, story.logs)
    heard = Heard()
    scene = Scene(world, flow, flow.bind(inputs), Chat(), [heard], story.results, settings)
    try:
        answering(scene.run(), list(replies), story)
        story.outcome = outcome_of(flow, heard)
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
