"""A flow that is text, through the check and through a run."""

from __future__ import annotations

import asyncio
import json
import re
from typing import Any, Final

import turbo_yaml
from tests.hostile.guard import ROOT, Guard
from turbo_yaml.compiler.edge import check_text
from turbo_yaml.diagnostics import Diagnostic
from turbo_yaml.errors import FlowError, FlowInvalid, UsageError

NAME: Final = "flow.yaml"
INPUTS: Final[dict[str, Any]] = {
    "xs": [3, 1, 2],
    "d": {"a": 1, "b": {"c": [1, 2]}},
    "long": "The quick brown fox jumps over the lazy dog and rests. " * 2,
    "name": "Ada",
    "count": 7,
    "nothing": None,
}
DECLARED: Final = "inputs: {xs: any, d: any, long: string, name: string, count: integer, nothing?: any}\n"

LONGEST: Final = 1_000_000
_INSIDES: Final = re.compile(
    r"<class '|<function |<built-in |<bound method |<module '|object at 0x|/home/|root:x:"
    r"|<generator|<coroutine"
)


def warm() -> None:
    """Load what checks and runs load, so that a case pays for nothing but itself."""
    from turbo_yaml.runtime.values.filters import NAMES, filter_of

    for name in NAMES:
        filter_of(name)
    text = "turbo: 1\n" + DECLARED + "steps:\n  - user: >-\n      {% for x in xs %}{{ x }}{% endfor %}\n"
    text += "      {{ '%s' % 1 }}{{ '{}'.format(1) }}{{ '[1]'|fromjson }}{{ 'a: 1'|fromyaml }}{{ d|pprint }}"
    text += "{{ 'a'|regex_search('b*') }}{{ 'a b'|wordwrap(1) }}{{ 'a.de'|urlize }}{{ 'a'|urlencode }}\n"
    check_text(text, name=NAME)
    check_text(text + "  - set: {x: 1\n", name=NAME)
    asyncio.run(_outcome(text))


def whole(given: dict[str, Any]) -> str:
    """Return the flow file of a case: as it is, or around a template or an expression."""
    if "flow" in given:
        return str(given["flow"])
    head = "turbo: 1\n" + DECLARED + "steps:\n"
    if "template" in given:
        return f"{head}  - user: {json.dumps(given['template'])}\n"
    return head + given["steps"]


def checked(given: dict[str, Any], guard: Guard) -> tuple[str, str]:
    """Check: nothing is run, nothing is read, and what is found has a place."""
    text = whole(given)
    guard.armed = guard.compiles = True
    found = check_text(text, name=NAME, root=ROOT)
    guard.armed = False
    strange = [finding.message for finding in found if not _has_place(finding)]
    if strange:
        return "hole", f"no place: {strange[0]}"
    errors = [finding for finding in found if finding.severity == "error"]
    return ("refused", f"{errors[0].where()}: {errors[0].message}") if errors else ("passed", "")


def _has_place(finding: Diagnostic) -> bool:
    span, source = finding.span, finding.source
    return 0 <= span.start <= span.end <= len(source.text) and bool(source.name)


def ran(given: dict[str, Any], guard: Guard) -> tuple[str, str]:
    """Run with a model that repeats: a text that shows nothing of Python's own, or an error with a place."""
    text = whole(given)
    try:
        fn = turbo_yaml.loads(text, name=NAME, root=ROOT).configure({"model": "echo"})
    except FlowInvalid as problem:
        if not all(map(_has_place, problem.diagnostics)):
            return "hole", f"no place: {problem}"
        return "refused", str(problem)
    inputs = INPUTS if DECLARED in text else {}
    try:
        return asyncio.run(_story(fn, inputs, guard))
    except UsageError as problem:
        # What the operator did not allow or bind is refused before the first step.
        return ("refused" if problem.message.startswith(f"{NAME}:") else "hole"), problem.message


async def _story(fn: Any, inputs: dict[str, Any], guard: Guard) -> tuple[str, str]:
    before = json.dumps(inputs)
    guard.armed, guard.compiles = True, False
    try:
        async with fn(**inputs) as run:
            try:
                told = await run.run()
                while not told.done:
                    told = await run.run("yes" if told.needs_input else None)
            except FlowError as problem:
                return _placed(problem)
            finally:
                guard.armed = False
            said = [message.content for message in run.memory.prompt()]
            said.append(run.outcome)
    finally:
        guard.armed = False
    if json.dumps(inputs) != before:
        return "hole", "what was given was changed"
    return _harmless(said)


def _placed(problem: FlowError) -> tuple[str, str]:
    if problem.source is None or problem.span is None:
        return "hole", f"no place: {type(problem).__name__}: {problem.message}"
    line, column = problem.source.position(problem.span.start)
    shown = f"{problem.source.name}:{line}:{column}: {problem.kind}: {problem.message}"
    if isinstance(problem.__cause__ or problem.__context__, MemoryError) or "MemoryError" in problem.message:
        return "hole", shown
    inside = _INSIDES.search(problem.message)
    return ("hole", shown) if inside else ("failed", shown)


def _harmless(said: list[Any]) -> tuple[str, str]:
    for text in said:
        shown = text if isinstance(text, str) else json.dumps(text)
        if len(shown) > LONGEST + 2:
            return "hole", f"a text of {len(shown)} characters"
        found = _INSIDES.search(shown)
        if found:
            return "hole", f"shows {shown[max(0, found.start() - 40) : found.end() + 60]}"
    return "passed", json.dumps(said[:5] + said[-1:])[:1000]


async def _outcome(text: str) -> Any:
    async with turbo_yaml.loads(text, name=NAME).configure({"model": "echo"})(**INPUTS) as run:
        await run.run()
        return run.outcome
