"""All rules on one file: findings, as severe as the settings say, without those that comments let be."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from turbo_yaml.checks.ignores import Ignored, find_ignores, hide
from turbo_yaml.checks.levels import Levels, with_levels
from turbo_yaml.checks.registry import ALL, ASKED, ERRORS, OWN, UNUSED_IGNORE, applies, load_rule
from turbo_yaml.checks.rule import Level
from turbo_yaml.checks.subject import Subject
from turbo_yaml.diagnostics import Diagnostic, Related
from turbo_yaml.diagnostics.slips import one_for_each_slip
from turbo_yaml.diagnostics.suggest import nearest
from turbo_yaml.flow import nodes as n
from turbo_yaml.records import replace
from turbo_yaml.source import Source

_OF_ONE_NAME: Final = frozenset(
    {
        "maybe-missing",
        "maybe-unset",
        "unknown-field",
        "unknown-filter",
        "unknown-flow",
        "unknown-memory",
        "unknown-name",
        "unknown-test",
        "wrong-argument",
        "wrong-output",
    }
)
"""Rules that say which name is wrong: the same name may well be so in many places."""
_UNKNOWN: Final = " is not defined here"
_INPUTS: Final = "declare them under `inputs:`, or `set` them before these steps"
_MOST = 6
"""Of a name that is told once, this many places are shown."""


def run_checks(subject: Subject, levels: Levels | None = None) -> list[Diagnostic]:
    """Return all that is wrong with a file: what was found before, and what the rules find; sorted."""
    levels = levels or Levels()
    found = subject.found = list(subject.found)
    if subject.whole:
        runs = all(one.severity == "warning" or one.rule in OWN for one in found)
        for name in ALL:
            if name not in ERRORS and not runs:
                continue  # what is doubtful may be due to what is wrong
            if _usual(name, levels, subject.source) != "off" and applies(name, subject):
                found += load_rule(name).check(subject)
    return settled(_missing_inputs(subject, found), subject.source, levels, clean=subject.clean)


def _missing_inputs(subject: Subject, found: list[Diagnostic]) -> list[Diagnostic]:
    """Return findings with the names that a flow without `inputs` lacks as one."""
    for flow in subject.flows:
        lacking = [one for one in found if not flow.inputs and _is_lacking(one, flow, subject.source)]
        names = [*dict.fromkeys(one.message.removesuffix(_UNKNOWN) for one in lacking)]
        if len(names) > 1:
            first, *others = lacking
            related = [Related(_either(one, first), one.source, one.span) for one in others[: _MOST - 1]]
            message = f"{', '.join(names[:-1])} and {names[-1]} are not defined here"
            whole = replace(first, message=message, help=_INPUTS, related=tuple(related))
            found = [whole if one is first else one for one in found if one is first or one not in others]
    return found


def _is_lacking(one: Diagnostic, flow: n.Flow, source: Source) -> bool:
    """Tell whether a finding is about a name in a flow that is like no other."""
    if one.rule != "unknown-name" or one.source is not source or one.help is None:
        return False
    inside = any(step.span.start <= one.span.start < step.span.end for step in flow.steps)
    return inside and one.message.endswith(_UNKNOWN) and one.help.startswith(("declare it", "one of"))


def _either(one: Diagnostic, first: Diagnostic) -> str:
    return "and here" if one.message == first.message else one.message.removesuffix(" here") + " either"


def settled(
    found: list[Diagnostic], source: Source, levels: Levels, *, clean: bool = True
) -> list[Diagnostic]:
    """Return findings as severe as they are to be, sorted, without those that comments in `source` let be.

    `clean`: nothing else was wrong, so that a comment which lets nothing be is reported.
    """
    ignores = find_ignores(source)
    if ignores:
        found, unused = hide(found, ignores, OWN)
        if clean:
            found = [*found, *_unused(unused, levels, source)]
    found = [*dict.fromkeys(with_levels(found, levels, OWN))]
    return _told_once(sorted(one_for_each_slip(_beside_no_error(found)), key=Diagnostic.sort_key))


def _beside_no_error(found: list[Diagnostic]) -> list[Diagnostic]:
    """Return findings without the doubts about a line that has an error: it may be all there is to them."""
    lines = {_line(one) for one in found if one.severity == "error"}
    return [one for one in found if one.severity == "error" or _line(one) not in lines]


def _line(one: Diagnostic) -> tuple[Source, int]:
    return one.source, one.source.position(one.span.start).line


def _told_once(found: list[Diagnostic]) -> list[Diagnostic]:
    """Return findings with those that say the same of one name as one, with its other places."""
    again: dict[str, list[Diagnostic]] = {}
    for one in found:
        if one.rule in _OF_ONE_NAME:
            again.setdefault(one.message, []).append(one)
    told = []
    for one in found:
        same = again.get(one.message, [one]) if one.rule in _OF_ONE_NAME else [one]
        if len(same) > 1 and one is same[0]:
            others = [Related("and here", other.source, other.span) for other in same[1:_MOST]]
            told.append(replace(one, related=(*one.related, *others)))
        elif one is same[0]:
            told.append(one)
    return told


def _usual(name: str, levels: Levels, source: Source) -> Level:
    usual: Level = "off" if name in ASKED else "warning"
    return levels.of(name, source.name, usual)


def _unused(ignores: list[Ignored], levels: Levels, source: Source) -> Iterator[Diagnostic]:
    for ignore in ignores:
        if ignore.rule in ALL and _usual(ignore.rule, levels, source) == "off":
            continue
        message, help_ = _why_unused(ignore.rule)
        yield UNUSED_IGNORE.at(source, ignore.span, message, help_)


def _why_unused(rule: str | None) -> tuple[str, str | None]:
    from turbo_yaml.checks.pages import rule_pages

    if rule is None:
        return "this comment does not say which rule it is about", "write `# turbo-yaml: ignore[rule] why`"
    if rule in OWN:
        return f"there is no `{rule}` here to ignore", "remove it from the comment"
    if rule in rule_pages():
        return f"`{rule}` cannot be ignored: a flow that has it does not run", None
    near = nearest(rule, OWN)
    return f"there is no rule `{rule}`", None if near is None else f"did you mean `{near}`?"
