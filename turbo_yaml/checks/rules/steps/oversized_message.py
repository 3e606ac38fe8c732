"""Fixed text that alone is more than the memory keeps, or than the model takes at once."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, NamedTuple

from turbo_yaml.analysis.fixed_text import FixedText
from turbo_yaml.checks.rule import Rule
from turbo_yaml.checks.subject import Subject
from turbo_yaml.diagnostics import Diagnostic, Related
from turbo_yaml.flow import nodes as n
from turbo_yaml.flow.walk import bodies, names_set, steps
from turbo_yaml.source import Span
from turbo_yaml.template import Text

RULE = Rule(
    "oversized-message", "warning", "Fixed text alone is more than the memory keeps or the model takes."
)
CHARACTERS_PER_TOKEN: Final = 4
_NEVER_TOO_LONG: Final = 250
"""Tokens that every model takes."""
_HELP: Final = (
    "shorten it, or ask a model with a longer context; `context_lengths` says what your own models take"
)


class _Held(NamedTuple):
    """A message of the chat: how many tokens are certain, and where it is written."""

    tokens: int
    span: Span


_Chat = dict[object, _Held]
"""The messages before a step that are there in every run, by what a later one would replace."""


def check(subject: Subject) -> Iterator[Diagnostic]:
    """Yield the texts that fill a memory alone, and the turns whose fixed texts no model would take."""
    for flow in subject.flows:
        changing = {*names_set(flow.steps), *(given.name for given in flow.inputs)}
        fixed = FixedText({name: value for name, value in subject.data.items() if name not in changing})
        most = (flow.memory or {}).get("max_tokens")
        walk = _Walk(subject, flow, fixed, most if type(most) is int else None)
        walk.body(flow.steps, {})
        yield from walk.found


class _Walk:
    """One way through a flow, with what is said before each turn."""

    def __init__(self, subject: Subject, flow: n.Flow, fixed: FixedText, kept: int | None) -> None:
        self.subject = subject
        self.flow = flow
        self.fixed = fixed
        self.kept = kept
        """The tokens that the memory sends of older messages; None: all of them."""
        self.found: list[Diagnostic] = []

    def body(self, body: n.Body, chat: _Chat) -> None:
        """Go through steps; what they say joins the chat."""
        for step in body:
            match step:
                case n.Say():
                    self.say(step, chat)
                case n.Example():
                    tokens = self.tokens(*(text for pair in step.pairs for text in pair))
                    if step.when is None:
                        chat[id(step)] = _Held(tokens, step.head)
                case n.Turn():
                    self.turn(step, chat)
                case n.Return() | n.Stop() | n.Handoff() if step.when is None:
                    return
            for inner in bodies(step):
                self.body(inner, dict(chat))
            for replaced in _replaced(step):
                chat.pop(replaced, None)
            if any(isinstance(inner, n.Forget | n.Include | n.Broken) for inner in steps((step,))):
                chat.clear()

    def say(self, step: n.Say, chat: _Chat) -> None:
        """Add a message to the chat; one with the label of another takes its place."""
        content = step.content
        texts = (
            [part.value for part in content if part.kind == "text"]
            if isinstance(content, tuple)
            else [content]
        )
        tokens, span = self.tokens(*texts), texts[0].span if texts else step.head
        if self.kept is not None and tokens > self.kept:
            message = f"this text is about {tokens} tokens, and the memory keeps {self.kept}"
            self.tell(span, message, "shorten it, or raise `max_tokens` of the memory")
        chat.pop(_key(step), None)
        if step.when is None:
            chat[_key(step)] = _Held(tokens, span)

    def tokens(self, *texts: Text) -> int:
        """Return about how many tokens texts have at least."""
        return sum(map(self.fixed.of, texts)) // CHARACTERS_PER_TOKEN

    def turn(self, step: n.Turn, chat: _Chat) -> None:
        """Hold what is surely sent with a turn against what its model takes."""
        longest = max(chat.values(), default=_Held(0, step.head))
        total = longest.tokens if self.kept is not None else sum(held.tokens for held in chat.values())
        if total <= _NEVER_TOO_LONG:
            return
        known = self.subject.takes(self.flow, step)
        if known is None or total <= known.tokens:
            return
        takes = f"`{known.model}` takes {known.tokens} at once"
        if longest.tokens > known.tokens:
            there = Related("it is sent here", self.subject.source, step.head)
            self.tell(longest.span, f"this text is about {longest.tokens} tokens, and {takes}", _HELP, there)
        else:
            message = f"the texts before this turn are about {total} tokens in all, and {takes}"
            there = Related("this is the longest of them", self.subject.source, longest.span)
            self.tell(step.head, message, _HELP, there)

    def tell(self, span: Span, message: str, help_: str, *related: Related) -> None:
        """Note a finding, once for each place."""
        if all(one.span != span for one in self.found):
            self.found.append(RULE.at(self.subject.source, span, message, help_, *related))


def _key(step: n.Say) -> object:
    """Return what messages share of which only the last is sent."""
    if step.label is None:
        return step.role if step.role == "system" else id(step)
    return "label", step.label


def _replaced(step: n.Step) -> Iterator[object]:
    """Yield what the steps below a step may replace."""
    for body in bodies(step):
        for inner in steps(body):
            if isinstance(inner, n.Say):
                yield _key(inner)
