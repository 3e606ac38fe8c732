"""What a caller gives to what a flow starts with: every input, checked, defaults in."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from copy import deepcopy
from typing import Any, Final, TypeAlias

from turbo_yaml.diagnostics.suggest import did_you_mean
from turbo_yaml.errors import UsageError
from turbo_yaml.types.declared import MISSING, Input
from turbo_yaml.types.filling import Filler, compile_filler, plain
from turbo_yaml.types.validation import Validator, compile_validator

_MOST: Final = 20

Binder: TypeAlias = Callable[[Mapping[str, Any]], dict[str, Any]]


def compile_inputs(inputs: Sequence[Input]) -> Binder:
    """Return what makes of the values given those of all inputs; one `UsageError` names all mistakes.

    Null for an input that may be left out, and whose type refuses null, is the same as leaving it out.
    """
    names = [each.name for each in inputs]
    made: list[tuple[Filler | None, Validator] | None] = [None] * len(inputs)

    def bind(given: Mapping[str, Any]) -> dict[str, Any]:
        values: dict[str, Any] = {}
        wrong: list[str] = []
        hint: str | None = None
        for i, wanted in enumerate(inputs):
            value = given.get(wanted.name, MISSING)
            filler, validator = made[i] = made[i] or _compiled(wanted)
            if value is MISSING or (value is None and not wanted.required and validator(None)):
                if wanted.required:
                    wrong.append(f"`{wanted.name}` is missing")
                values[wanted.name] = None if wanted.default is MISSING else deepcopy(wanted.default)
                continue
            under = (wanted.name,)
            try:
                value = plain(value, under)
            except UsageError as problem:
                wrong.append(problem.message)
                hint = hint or problem.hint
                continue
            values[wanted.name] = value = value if filler is None else filler(value)
            wrong += [misfit.message for misfit in validator(value, under)]
        if wrong or len(given) > len(values) or not given.keys() <= values.keys():
            raise _refusal(names, given, wrong, hint)
        return values

    return bind


def _compiled(wanted: Input) -> tuple[Filler | None, Validator]:
    return compile_filler(wanted.schema), compile_validator(wanted.schema)


def _refusal(
    names: Sequence[str], given: Mapping[str, Any], wrong: list[str], hint: str | None
) -> UsageError:
    strangers = [name for name in given if name not in names]
    wrong = [*wrong, *(f"there is no input `{name}`" for name in strangers)]
    if strangers:
        hint = did_you_mean(str(strangers[0]), names) if names else "the flow takes no inputs"
    return UsageError("; ".join(wrong[:_MOST]), hint=hint)
