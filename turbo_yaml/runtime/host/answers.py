"""What a caller answers to a question, to the value that the flow gets."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from inspect import isawaitable
from typing import Any, TypeAlias

from turbo_yaml.errors import UsageError
from turbo_yaml.protocol import GetInput
from turbo_yaml.types.declared import MISSING

Answers: TypeAlias = Iterable[Any] | Callable[[GetInput], Any]
"""The answers to questions, in order; or a function of a question, which may be async."""


async def next_answer(answers: Answers, given: Iterator[Any], question: GetInput) -> Any:
    """Return the answer to a question, or MISSING where there is none; `given` goes through a list."""
    if not callable(answers):
        return next(given, MISSING)
    answer = answers(question)
    answer = await answer if isawaitable(answer) else answer
    return MISSING if answer is None else answer


def read_given(question: GetInput, given: Any) -> Any:
    """Return the value of an answer; `UsageError` where it does not fit. Data is taken as data, copied."""
    if type(given) is not str:
        from turbo_yaml.types.filling import plain

        given = plain(given)
    if isinstance(given, str):
        if question.type is None and question.choices is None and question.default is None:
            return given
        from turbo_yaml.types.text import read_answer

        default = MISSING if question.default is None else question.default
        return read_answer(given, schema=question.type, choices=question.choices, default=default)
    if question.choices is not None and given not in question.choices:
        raise UsageError(f"the answer is none of {', '.join(question.choices)}")
    if question.type is not None:
        from turbo_yaml.types.validation import problems

        found = problems(question.type, given)
        if found:
            raise UsageError("; ".join(problem.message for problem in found))
    return given
