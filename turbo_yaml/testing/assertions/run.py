"""Assertions about the run: what was said, asked, which steps ran, how it ended, how long it took."""

from __future__ import annotations

from typing import Any

from turbo_yaml.testing.assertions.finding import Finding, Look, listed, quoted
from turbo_yaml.testing.stage.script import text_of

_MILLION = 1_000_000


def message(look: Look) -> Finding:
    """Compare one message of the chat."""
    number = look.assertion.number or 0
    messages = look.story.messages
    if not -len(messages) <= number < len(messages):
        count = len(messages)
        return Finding(False, f"the chat has {count} {'message' if count == 1 else 'messages'}")
    role, text = look.value
    found = messages[number]
    got = text_of(found)
    if found.role != role:
        fact = f"the message is of the `{found.role}`, not of the `{role}`"
        return Finding(False, fact, f"{role}: {text}", f"{found.role}: {got}")
    if got != text:
        return Finding(False, "the message says something else", text, got)
    return Finding(True, "the message says this", text, got)


def question(look: Look) -> Finding:
    """Compare what the flow asked last."""
    if not look.story.questions:
        return Finding(False, "the flow asked nothing")
    got = look.story.questions[-1]
    if got != look.value:
        return Finding(False, "the flow asked something else", look.value, got)
    return Finding(True, "the flow asked this", look.value, got)


def error(look: Look) -> Finding:
    """Look how the flow failed."""
    found = look.story.error
    if found is None:
        return Finding(False, "the flow did not fail", got=look.text)
    fact = f"the flow failed with `{found.kind}`: {found.message}"
    wanted = look.value or {}
    kind, part = wanted.get("kind"), wanted.get("message")
    return Finding((kind is None or found.kind == kind) and (part is None or part in found.message), fact)


def latency(look: Look) -> Finding:
    """Compare how long the run took."""
    took = look.story.latency
    return Finding(took <= look.value, f"the run took {took * 1000:.0f} ms")


def cost(look: Look) -> Finding:
    """Compare what the model calls cost."""
    used, prices = look.story.usage, look.options["prices"]
    if not used.input_tokens and not used.output_tokens and look.story.calls:
        return Finding(False, "no reply says how many tokens it took: give `{content, usage}` as the reply")
    spent = (used.input_tokens * prices["input"] + used.output_tokens * prices["output"]) / _MILLION
    return Finding(spent <= look.value, f"the calls cost ${spent:.6f}")


def finish_reason(look: Look) -> Finding:
    """Compare why the last reply ended."""
    replies = [call.reply for call in look.story.calls if call.reply is not None]
    if not replies:
        return Finding(False, "the model gave no reply")
    reason = replies[-1].finish_reason
    return Finding(reason == look.value, f"the last reply ended for the reason `{reason}`")


def step_used(look: Look) -> Finding:
    """Look whether certain steps ran."""
    ran = [name for step in look.steps for name in _names(step)]
    missing = [name for name in look.value if name not in ran]
    if missing:
        return Finding(False, f"{listed(missing)} did not run", got=_trajectory(look))
    return Finding(True, f"{listed(look.value)} ran", got=_trajectory(look))


def step_count(look: Look) -> Finding:
    """Count how often a step ran, or any step."""
    name = look.value.get("step")
    count = sum(name is None or name in _names(step) for step in look.steps)
    holds = look.value.get("min", 0) <= count <= look.value.get("max", count)
    what = "the run has" if name is None else f"`{name}` ran"
    return Finding(holds, f"{what} {count} {'steps' if name is None else 'times'}", got=_trajectory(look))


def step_sequence(look: Look) -> Finding:
    """Compare the order in which steps ran."""
    wanted = look.value["steps"]
    if look.value.get("mode") == "exact":
        named = [step["id"] if step["id"] in wanted else step["step"] for step in look.steps]
        holds = named == wanted
        fact = "these steps ran, and no others" if holds else "other steps ran, or in another order"
        return Finding(holds, fact, "\n".join(wanted), "\n".join(named))
    left = list(wanted)
    for step in look.steps:
        if left and left[0] in _names(step):
            left.pop(0)
    if left:
        after = f" after {quoted(wanted[-len(left) - 1])}" if len(left) < len(wanted) else ""
        return Finding(False, f"{quoted(left[0])} did not run{after}", got=_trajectory(look))
    return Finding(True, "the steps ran in this order", got=_trajectory(look))


def _names(step: Any) -> tuple[str, ...]:
    return (step["step"],) if step["id"] is None else (step["id"], step["step"])


def _trajectory(look: Look) -> str:
    return "\n".join(step["id"] or step["step"] for step in look.steps) or "(no step ran)"
