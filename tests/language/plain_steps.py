"""Steps that have no steps below them, done one by one on a chat: one half of the reference interpreter."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from tests.language import stock_texts as stock
from tests.language.rules import (
    Asking,
    BreakLoop,
    Chat,
    EndFlow,
    Failed,
    Heard,
    Model,
    NextRound,
    Question,
    fitting,
    history,
    label,
    read,
    whole,
    worth_another_try,
)
from turbo_yaml.errors import ModelError, UsageError
from turbo_yaml.flow import nodes as n
from turbo_yaml.settings.fitting import fit_setting
from turbo_yaml.settings.patch import apply
from turbo_yaml.source import Source, Span
from turbo_yaml.syntax.scalars import slot_text
from turbo_yaml.template import Expression, Text
from turbo_yaml.types import MISSING
from turbo_yaml.types.binding import compile_inputs
from turbo_yaml.types.text import read_answer

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
class PlainSteps:
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
            text = slot_text(expression.scalar)
            if text.startswith("{{"):  # the name of a flow, which data gives
                text = text.removeprefix("{{").removesuffix("}}")
            return stock.evaluate(text, self.known)

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
                problem = Failed(error.kind, error.message, passing=error.retryable)
            else:
                value, found = read(content, choices, step.output)
                if not found:
                    return content, value
                problem = Failed("invalid_output", passing=False)
            if found and repaired < repairs:
                repaired += 1
                said = [("assistant", content)] if content else []
                prompt = [*self.chat.prompt(), *said, ("user", "That reply does not fit:")]
                continue
            if retries == 0 or not worth_another_try(problem, step.retry):
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
