"""Steps in a typed flow: one class for each verb of the language."""

from __future__ import annotations

from typing import Literal, TypeAlias

from turbo_yaml.flow.nodes.values import FlowRef, Named, Retry, Schema, Target, ToolRef, Value
from turbo_yaml.records import Record
from turbo_yaml.source import Span
from turbo_yaml.template import Expression, Text

Body: TypeAlias = tuple["Step", ...]


class StepNode(Record, kw_only=True):
    """What every step has: its whole span, the span of its head key, and the modifiers common to all."""

    span: Span
    head: Span
    id: str | None = None
    when: Expression | None = None
    description: str | None = None


class ContentPart(Record, kw_only=True):
    """One part of a message: its kind and its text, address or path."""

    kind: Literal["text", "image", "audio", "file"]
    value: Text


class Say(StepNode, kw_only=True):
    """`system`, `user`, `assistant`: append a message."""

    role: Literal["system", "user", "assistant"]
    content: Text | tuple[ContentPart, ...]
    name: Text | None = None
    label: str | None = None
    sticky: Literal["top", "bottom"] | None = None
    forward: bool = False


class Example(StepNode, kw_only=True):
    """`example`: few-shot pairs of what a user says and what the assistant answers."""

    pairs: tuple[tuple[Text, Text], ...]


class Messages(StepNode, kw_only=True):
    """`messages`: append messages that are data."""

    value: Value


class Turn(StepNode, kw_only=True):
    """`generate`: one model turn, or with `tools` as many as its calls take. `otherwise`: None where not
    written."""

    forward: bool = True
    output: Schema | None = None
    choices: tuple[Text, ...] | Text | None = None
    tools: tuple[ToolRef, ...] = ()
    max_turns: Value | None = None
    otherwise: Body | None = None
    settings: tuple[Named, ...] = ()
    repair: int | None = None
    retry: Retry | None = None
    as_: Target | None = None
    message_as: Target | None = None


class Ask(StepNode, kw_only=True):
    """`input`: suspend and ask the caller. `timeout` in seconds."""

    question: Text
    as_: Target | None = None
    choices: tuple[Text, ...] | Text | None = None
    type: Schema | None = None
    default: Value | None = None
    timeout: float | None = None
    record: bool = True


class Give(StepNode, kw_only=True):
    """`result`: yield a Result and go on."""

    value: Value


class Return(StepNode, kw_only=True):
    """`return`: yield a Result and end the flow."""

    value: Value


class Stop(StepNode, kw_only=True):
    """`stop`: end the flow."""


class Assign(StepNode, kw_only=True):
    """`set`: give variables values, top to bottom."""

    entries: tuple[Named, ...]


class Remember(StepNode, kw_only=True):
    """`remember`: keep values in the memory's state."""

    entries: tuple[Named, ...]


class Forget(StepNode, kw_only=True):
    """`forget`: drop messages; neither `label` nor `last` means all."""

    label: Text | None = None
    last: Value | None = None


class Branch(Record, kw_only=True):
    """A condition and what is done when it holds."""

    condition: Expression
    body: Body


class If(StepNode, kw_only=True):
    """`if` with its `elif`s: the first branch whose condition holds."""

    branches: tuple[Branch, ...]
    orelse: Body = ()


class Case(Record, kw_only=True):
    """One label of a `match`."""

    label: str
    label_span: Span
    body: Body


class Match(StepNode, kw_only=True):
    """`match`: the case whose label the subject is. `orelse` is None where no `else` is written."""

    subject: Expression
    cases: tuple[Case, ...]
    orelse: Body | None = None


class For(StepNode, kw_only=True):
    """`for`: once for each item; with `at_once` each on a fork of the chat."""

    targets: tuple[Target, ...]
    iterable: Expression
    body: Body
    collect: Expression | None = None
    as_: Target | None = None
    at_once: Value | None = None
    on_error: Literal["fail", "skip", "keep"] = "fail"


class While(StepNode, kw_only=True):
    """`while`: as long as the condition holds, `limit` times at most. `otherwise`: None where not written."""

    condition: Expression
    limit: Value
    body: Body
    otherwise: Body | None = None


class NamedBody(Record, kw_only=True):
    """A branch of `parallel`: the variable that gets its outcome, and its steps."""

    target: Target
    body: Body


class Parallel(StepNode, kw_only=True):
    """`parallel`: branches side by side, each on a fork of the chat. `timeout` in seconds."""

    branches: tuple[NamedBody, ...]
    wait: Literal["all", "first"] = "all"
    timeout: float | None = None


class Try(StepNode, kw_only=True):
    """`try` with `catch` and `finally`; None where not written."""

    body: Body
    catch: Body | None = None
    finally_: Body | None = None


class Raise(StepNode, kw_only=True):
    """`raise`: fail with a message and a kind."""

    message: Text
    kind: str = "raised"


class Assert(StepNode, kw_only=True):
    """`assert`: fail unless the condition holds."""

    condition: Expression
    message: Text | None = None


class Break(StepNode, kw_only=True):
    """`break`: leave the loop."""


class Continue(StepNode, kw_only=True):
    """`continue`: go on with the loop's next round."""


class Log(StepNode, kw_only=True):
    """`log`: a line for who watches the run."""

    message: Text


class Sleep(StepNode, kw_only=True):
    """`sleep`: wait; seconds, or a template that gives a duration."""

    duration: float | Text


class Include(StepNode, kw_only=True):
    """`include`: a flow's steps in this chat. `timeout` in seconds."""

    flow: FlowRef
    arguments: tuple[Named, ...] = ()
    tools: tuple[ToolRef, ...] = ()
    as_: Target | None = None
    retry: Retry | None = None
    timeout: float | None = None


class Call(StepNode, kw_only=True):
    """`call`: a flow in a new chat; its outcome is the value. `timeout` in seconds."""

    flow: FlowRef
    arguments: tuple[Named, ...] = ()
    tools: tuple[ToolRef, ...] = ()
    as_: Target | None = None
    retry: Retry | None = None
    timeout: float | None = None


class UseTool(StepNode, kw_only=True):
    """`tool`: call a tool; what it gives back is the value. `timeout` in seconds."""

    tool: ToolRef
    arguments: tuple[Named, ...] = ()
    as_: Target | None = None
    retry: Retry | None = None
    timeout: float | None = None


class Handoff(StepNode, kw_only=True):
    """`handoff`: go on in that flow with this chat, and end here."""

    flow: FlowRef
    arguments: tuple[Named, ...] = ()
    tools: tuple[ToolRef, ...] = ()


class Broken(StepNode, kw_only=True):
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
    | UseTool
    | Handoff
    | Broken
)
