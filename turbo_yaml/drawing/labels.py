"""A step to the words that stand for it in a picture."""

from __future__ import annotations

from typing import Final

from turbo_yaml.drawing.graph import Kind
from turbo_yaml.flow import nodes as n
from turbo_yaml.template import Expression, Text

LONGEST: Final = 44
"""Characters of a line in a box."""


def step_lines(step: n.Step) -> list[str]:
    """Return the lines that tell of a step, its condition first."""
    lines = [f"when {written(step.when)}"] if step.when is not None else []
    return [*lines, *_lines(step)]


def step_kind(step: n.Step) -> Kind:
    """Return the kind of box that a step is drawn as."""
    match step:
        case n.Turn():
            return "turn"
        case n.Ask():
            return "ask"
        case n.Return() | n.Stop():
            return "end"
        case n.Raise() | n.Assert():
            return "fail"
        case n.Include() | n.Call() | n.Handoff() | n.UseTool():
            return "other"
    return "note"


def written(value: n.Value | Expression) -> str:
    """Return what an author wrote for a value or a condition, on one short line."""
    match value:
        case Text():
            return shortened(value.plain)
        case Expression():
            return shortened(value.scalar.text)
        case n.Constant():
            return shortened(str(value.data))
    return "…"


def shortened(text: str) -> str:
    """Return the first words of a text, on one line."""
    words = " ".join(text.split())
    return words if len(words) <= LONGEST else words[: LONGEST - 1].rstrip() + "…"


def quoted(text: str) -> str:
    """Return a heading of a text: its first line."""
    return shortened(next((line for line in text.strip().splitlines() if line.strip()), ""))


def _lines(step: n.Step) -> list[str]:
    match step:
        case n.Say():
            content = step.content.plain if isinstance(step.content, Text) else _parts(step.content)
            return [f"{step.role}: {quoted(content)}"]
        case n.Turn():
            return _turn(step)
        case n.Ask():
            return [f"input: {quoted(step.question.plain)}", *_choices(step.choices), *_kept(step.as_)]
        case n.Include() | n.Call() | n.Handoff():
            as_ = None if isinstance(step, n.Handoff) else step.as_
            lent = [shortened(f"tools {', '.join(ref.name for ref in step.tools)}")] if step.tools else []
            return [f"{type(step).__name__.lower()} {shortened(step.flow.name)}", *lent, *_kept(as_)]
        case n.UseTool():
            return [f"tool {shortened(step.tool.name)}", *_kept(step.as_)]
        case n.Assign() | n.Remember():
            head = "set" if isinstance(step, n.Assign) else "remember"
            return [shortened(f"{head} {', '.join(entry.name for entry in step.entries)}")]
        case n.Give() | n.Return():
            return [f"{'result' if isinstance(step, n.Give) else 'return'} {written(step.value)}"]
        case n.Assert():
            return [f"assert {written(step.condition)}"]
        case n.Raise() | n.Log():
            return [f"{type(step).__name__.lower()}: {quoted(step.message.plain)}"]
        case n.Example():
            return [f"{len(step.pairs)} example{'s' if len(step.pairs) != 1 else ''}"]
        case n.Messages():
            return [f"messages {written(step.value)}"]
        case n.Sleep():
            return [f"sleep {step.duration if isinstance(step.duration, float) else written(step.duration)}"]
    return [type(step).__name__.lower()]


def _parts(parts: tuple[n.ContentPart, ...]) -> str:
    return ", ".join(part.value.plain if part.kind == "text" else f"[{part.kind}]" for part in parts)


def _turn(step: n.Turn) -> list[str]:
    lines = ["generate"]
    lines += _choices(step.choices)
    if step.output is not None:
        fields = step.output.get("properties")
        lines.append(shortened(f"output {', '.join(fields)}") if isinstance(fields, dict) else "output: data")
    return lines + _kept(step.as_)


def _choices(choices: tuple[Text, ...] | Text | None) -> list[str]:
    if choices is None:
        return []
    labels = [choices] if isinstance(choices, Text) else choices
    return [shortened(f"one of {', '.join(label.plain for label in labels)}")]


def _kept(target: n.Target | None) -> list[str]:
    return [] if target is None else [shortened(f"→ {target.name}")]
