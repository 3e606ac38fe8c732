"""What the model and the caller answer, as far as the step that asks says it."""

from __future__ import annotations

from typing import Final

from turbo_yaml.analysis.inference.lattice import (
    ANY,
    INTEGER,
    NULL,
    NUMBER,
    TEXT,
    Field,
    Maps,
    Origin,
    Type,
    join,
    labels_of,
    list_of,
)
from turbo_yaml.analysis.inference.schemas import type_of_schema
from turbo_yaml.flow import nodes as n
from turbo_yaml.template import Text


def reply_of(step: n.Turn) -> Type:
    """Return what the value of a reply can be."""
    if step.output is not None:
        return type_of_schema(step.output)
    return _label(step.choices)


def answer_of(step: n.Ask) -> Type:
    """Return what an answer can be, the default aside."""
    if step.type is not None:
        return type_of_schema(step.type)
    return _label(step.choices)


def _label(choices: tuple[Text, ...] | Text | None) -> Type:
    if not isinstance(choices, tuple) or any(choice.tree is not None for choice in choices):
        return TEXT
    return labels_of((choice.plain for choice in choices), chosen=True)


def message_of() -> Type:
    """Return what `message_as` binds."""
    return _MESSAGE


def _map(**fields: Type) -> Type:
    return Type(map=Maps({name: Field(type_) for name, type_ in fields.items()}))


_MESSAGE: Final = _map(
    role=TEXT,
    content=TEXT,
    tool_calls=list_of(_map(id=ANY, name=TEXT, arguments=ANY)),
    usage=join(_map(input_tokens=INTEGER, output_tokens=INTEGER, cost=join(NUMBER, NULL)), NULL),
    finish_reason=ANY,
    model=ANY,
)


def error_of(origin: Origin) -> Type:
    """Return what `catch` sees as `error`, with who may have written its message."""
    return _map(kind=TEXT, message=TEXT._replace(origin=origin), step=TEXT)


ERROR: Final = _map(kind=TEXT, message=TEXT, step=TEXT)
"""What `catch` sees as `error`."""
