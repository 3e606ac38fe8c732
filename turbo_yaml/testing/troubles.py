"""What kept a run from going as its test was written: too little or too much given, or a failing flow."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from turbo_yaml.flow.nodes import Constant
from turbo_yaml.source import Span
from turbo_yaml.testing.cases import Case
from turbo_yaml.testing.outcome import Trouble
from turbo_yaml.testing.stage.rehearsal import Rehearsal, Stuck
from turbo_yaml.testing.stage.tools import ScriptedServer, ScriptedTool, every_tool


def troubles_of(case: Case, rehearsal: Rehearsal, *, expected: bool) -> list[Trouble]:
    """Return what went wrong before anything could be judged. `expected`: the test wants the flow to fail."""
    if rehearsal.stuck is not None:
        return [_stuck(case, rehearsal, rehearsal.stuck)]
    error = rehearsal.stories[-1].error
    if error is not None and not expected:
        help = None if error.source is not None else error.hint
        return [Trouble(f"the flow failed: {error.message}", case.source, case.span, help, error)]
    return [*_replies_left(case, rehearsal), *_answers_left(case, rehearsal)]


def _stuck(case: Case, rehearsal: Rehearsal, stuck: Stuck) -> Trouble:
    test = case.test
    match stuck.what:
        case "inputs":
            return Trouble(stuck.message, case.source, test.given or case.span, stuck.hint)
        case "tools":
            return Trouble(stuck.message, case.source, case.span, stuck.hint)
        case "model":
            replies = _replies(case)
            span = replies[-1].span if replies else case.span
            count = len(replies)
            have = "none" if not count else f"{count} {'reply' if count == 1 else 'replies'}"
            message = f"the flow asks for reply {rehearsal.model.taken + 1} of the model; the test has {have}"
            return Trouble(message, case.source, span, _more_replies(case, rehearsal))
        case _:
            message = f"{stuck.message}, and the test has no more answers"
            return Trouble(message, case.source, case.span, "add one under `input`, or begin another turn")


def _more_replies(case: Case, rehearsal: Rehearsal) -> str:
    if case.test.live:
        return "the model gave no reply"
    last = rehearsal.model.asked
    said = f"; it was sent last: `{last}`" if last else ""
    return f"add a reply under `model`{said}"


def _replies(case: Case) -> Sequence[Constant]:
    if case.test.turns:
        return [reply for turn in case.test.turns for reply in turn.replies]
    return case.test.replies


def _replies_left(case: Case, rehearsal: Rehearsal) -> list[Trouble]:
    left = rehearsal.model.left
    if not left:
        return []
    replies = _replies(case)
    span = replies[rehearsal.model.taken].span if replies else case.span
    what = "this reply" if left == 1 else f"this reply and {left - 1} more"
    return [Trouble(f"nobody asked the model for {what}", case.source, span, "remove what is not needed")]


def _answers_left(case: Case, rehearsal: Rehearsal) -> list[Trouble]:
    left = len(case.cues) - rehearsal.used
    if left <= 0:
        return []
    span = _answer_span(case, rehearsal.used)
    what = "this answer" if left == 1 else f"this answer and {left - 1} more"
    return [Trouble(f"the flow did not ask for {what}", case.source, span, "remove what is not needed")]


def _answer_span(case: Case, number: int) -> Span:
    test = case.test
    if test.turns:
        return test.turns[number].span
    return test.answers[number - 1].span if test.answers else case.span


def results_left(case: Case, tools: Mapping[str, ScriptedTool | ScriptedServer]) -> list[Trouble]:
    """Return which results in order nobody asked for."""
    return [
        Trouble(
            f"the flow did not call `{name}` for {tool.left} more of its results",
            case.source,
            case.span,
            "remove what is not needed from `tools`",
        )
        for name, tool in every_tool(tools)
        if tool.left
    ]
