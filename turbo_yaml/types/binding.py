"""What a caller gives to what a flow starts with: every input, checked, defaults in."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from copy import deepcopy
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from turbo_yaml.diagnostics.suggest import did_you_mean
from turbo_yaml.errors import UsageError
from turbo_yaml.types.declared import MISSING, Input

if TYPE_CHECKING:
    from turbo_yaml.types.filling import Filler
    from turbo_yaml.types.validation import Validator

_MOST: Final = 20
_SIMPLE: Final[dict[Any, tuple[type, ...]]] = {"string": (str,), "integer": (int,), "boolean": (bool,)}
_SAYS_NOTHING: Final = frozenset(("type", "title", "description", "default"))

Binder: TypeAlias = Callable[[Mapping[str, Any]], dict[str, Any]]


def compile_inputs(inputs: Sequence[Input]) -> Binder:
    """Return what makes of the values given those of all inputs; one `UsageError` names all mistakes.

    Null for an input that may be left out, and whose type refuses null, is the same as leaving it out.
    """
    names = [each.name for each in inputs]
    simple = [plain_types(each.schema) for each in inputs]
    made: list[tuple[Filler | None, Validator] | None] = [None] * len(inputs)

    def bind(given: Mapping[str, Any]) -> dict[str, Any]:
        values: dict[str, Any] = {}
        wrong: list[str] = []
        hint: str | None = None
        for i, wanted in enumerate(inputs):
            value = given.get(wanted.name, MISSING)
            if type(value) in simple[i]:
                values[wanted.name] = value
                continue
            if value is MISSING and wanted.required:
                wrong.append(f"`{wanted.name}` is missing")
            if value is not MISSING:
                filler, validator = made[i] = made[i] or _compiled(wanted)
            if value is MISSING or (value is None and not wanted.required and validator(None)):
                values[wanted.name] = None if wanted.default is MISSING else deepcopy(wanted.default)
                continue
            from turbo_yaml.types.filling import plain

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


def plain_types(schema: Mapping[str, Any]) -> tuple[type, ...]:
    """Return the types whose every value fits as it is, so that no validator need be made for them."""
    wanted = schema.get("type")
    return _SIMPLE.get(wanted, ()) if isinstance(wanted, str) and schema.keys() <= _SAYS_NOTHING else ()


def _compiled(wanted: Input) -> tuple[Filler | None, Validator]:
    from turbo_yaml.types.filling import compile_filler
    from turbo_yaml.types.validation import compile_validator

    return compile_filler(wanted.schema), compile_validator(wanted.schema)


def _refusal(
    names: Sequence[str], given: Mapping[str, Any], wrong: list[str], hint: str | None
) -> UsageError:
    strangers = [name for name in given if name not in names]
    wrong = [*wrong, *(f"there is no input `{name}`" for name in strangers)]
    if strangers:
        hint = did_you_mean(str(strangers[0]), names) if names else "the flow takes no inputs"
    return UsageError("; ".join(wrong[:_MOST]), hint=hint)
