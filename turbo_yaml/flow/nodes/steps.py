"""Steps in a typed flow: one class for each verb of the language."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

from turbo_yaml.flow.nodes.values import FlowRef, Named, Retry, Schema, Target, Value
from turbo_yaml.source import Span
from turbo_yaml.template import Expression, Text

Body: TypeAlias = tuple["Step", ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class StepNode:
    """What every step has: its whole span, the span of its head key, and the modifiers common to all."""

    span: Span
    head: Span
    id: str | None = None
    when: Expression | None = None
    description: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ContentPart:
    """One part of a message: its kind and its text, address or path."""

    kind: Literal["text", "image", "audio", "file"]
    value: Text


@dataclass(frozen=True, slots=True, kw_only=True)
class Say(StepNode):
    """`system`, `user`, `assistant`: append a message."""

    role: Literal["system", "user", "assistant"]
    content: Text | tuple[ContentPart, ...]
    name: Text | None = None
    label: str | None = None
    sticky: Literal["top", "bottom"] | None = None
    forward: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Example(StepNode):
    """`example`: few-shot pairs of what a user says and what the assistant answers."""

    pairs: tuple[tuple[Text, Text], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Messages(StepNode):
    """`messages`: append messages that are data."""

    value: Value


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn(StepNode):
    """`generate`: one model turn."""

    forward: bool = True
    output: Schema | None = None
    choices: tuple[Text, ...] | Text | None = None
    settings: tuple[Named, ...] = ()
    repair: int | None = None
    retry: Retry | None = None
    as_: Target | None = None
    message_as: Target | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask(StepNode):
    """`input`: suspend and ask the caller. `timeout` in seconds."""

    question: Text
    as_: Target | None = None
    choices: tuple[Text, ...] | Text | None = None
    type: Schema | None = None
    default: Value | None = None
    timeout: float | None = None
    record: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Give(StepNode):
    """`result`: yield a Result and go on."""

    value: Value


@dataclass(frozen=True, slots=True, kw_only=True)
class Return(StepNode):
    """`return`: yield a Result and end the flow."""

    value: Value


@dataclass(frozen=True, slots=True, kw_only=True)
class Stop(StepNode):
    """`stop`: end the flow."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Assign(StepNode):
    """`set`: give variables values, top to bottom."""

    entries: tuple[Named, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Remember(StepNode):
    """`remember`: keep values in the memory's state."""

    entries: tuple[Named, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Forget(StepNode):
    """`forget`: drop messages; neither `label` nor `last` means all."""

    label: Text | None = None
    last: Value | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Branch:
    """A condition and what is done when it holds."""

    condition: Expression
    body: Body


@dataclass(frozen=True, slots=True, kw_only=True)
class If(StepNode):
    """`if` with its `elif`s: the first branch whose condition holds."""

    branches: tuple[Branch, ...]
    orelse: Body = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One label of a `match`."""

    label: str
    label_span: Span
    body: Body


@dataclass(frozen=True, slots=True, kw_only=True)
class Match(StepNode):
    """`match`: the case whose label the subject is. `orelse` is None where no `else` is written."""

    subject: Expression
    cases: tuple[Case, ...]
    orelse: Body | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class For(StepNode):
    """`for`: once for each item; with `at_once` each on a fork of the chat."""

    targets: tuple[Target, ...]
    iterable: Expression
    body: Body
    collect: Expression | None = None
    as_: Target | None = None
    at_once: Value | None = None
    on_error: Literal["fail", "skip", "keep"] = "fail"


@dataclass(frozen=True, slots=True, kw_only=True)
class While(StepNode):
    """`while`: as long as the condition holds, `limit` times at most. `otherwise`: None where not written."""

    condition: Expression
    limit: Value
    body: Body
    otherwise: Body | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class NamedBody:
    """A branch of `parallel`: the variable that gets its outcome, and its steps."""

    target: Target
    body: Body


@dataclass(frozen=True, slots=True, kw_only=True)
class Parallel(StepNode):
    """`parallel`: branches side by side, each on a fork of the chat. `timeout` in seconds."""

    branches: tuple[NamedBody, ...]
    wait: Literal["all", "first"] = "all"
    timeout: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Try(StepNode):
    """`try` with `catch` and `finally`; None where not written."""

    body: Body
    catch: Body | None = None
    finally_: Body | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Raise(StepNode):
    """`raise`: fail with a message and a kind."""

    message: Text
    kind: str = "raised"


@dataclass(frozen=True, slots=True, kw_only=True)
class Assert(StepNode):
    """`assert`: fail unless the condition holds."""

    condition: Expression
    message: Text | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Break(StepNode):
    """`break`: leave the loop."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Continue(StepNode):
    """`continue`: go on with the loop's next round."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Log(StepNode):
    """`log`: a line for who watches the run."""

    message: Text


@dataclass(frozen=True, slots=True, kw_only=True)
class Sleep(StepNode):
    """`sleep`: wait; seconds, or a template that gives a duration."""

    duration: float | Text


@dataclass(frozen=True, slots=True, kw_only=True)
class Include(StepNode):
    """`include`: a flow's steps in this chat. `timeout` in seconds."""

    flow: FlowRef
    arguments: tuple[Named, ...] = ()
    as_: Target | None = None
    retry: Retry | None = None
    timeout: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Call(StepNode):
    """`call`: a flow in a new chat; its outcome is the value. `timeout` in seconds."""

    flow: FlowRef
    arguments: tuple[Named, ...] = ()
    as_: Target | None = None
    retry: Retry | None = None
    timeout: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Handoff(StepNode):
    """`handoff`: go on in that flow with this chat, and end here."""

    flow: FlowRef
    arguments: tuple[Named, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Broken(StepNode):
    """A step that was reported; later stages are silent about it."""


Step: TypeAlias = (
    Say
    | Example
    | Messages
    | Turn
    | Ask
    | Give
    | Return
    | Stop
    | Assign
    | Remember
    | Forget
    | If
    | Match
    | For
    | While
    | Parallel
    | Try
    | Raise
    | Assert
    | Break
    | Continue
    | Log
    | Sleep
    | Include
    | Call
    | Handoff
    | Broken
)
