"""Assertions about the run: what was said, asked, which steps ran, how it ended, how long it took."""

from __future__ import annotations

from typing import Any

from turbo_yaml.models.known.prices import Price, price_by_settings, shown_cost
from turbo_yaml.protocol import Usage
from turbo_yaml.runtime.policy.spending import reply_cost
from turbo_yaml.testing.assertions.finding import Finding, Look, listed, quoted, shown
from turbo_yaml.testing.stage.script import text_of
from turbo_yaml.types.schema.equality import equal


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
    """Compare what the model calls cost, at the assertion's own prices or those that a run goes by."""
    own, spent = look.options.get("prices"), 0.0
    told = [call for call in look.story.calls if call.reply is not None and call.reply.usage != Usage()]
    if not told and look.story.calls:
        return Finding(False, "no reply says how many tokens it took: give `{content, usage}` as the reply")
    for call in told:
        settings, model = call.request.settings, call.request.model
        price = Price(own["input"], own["output"]) if own else price_by_settings(settings, model)
        paid = None if call.reply is None else reply_cost(price, call.reply.usage)
        if paid is None:
            return Finding(False, f"the calls are unpriced: {_why_unpriced(model, price)}")
        spent += paid
    return Finding(spent <= look.value, f"the calls cost {shown_cost(spent)}")


def _why_unpriced(model: str, price: Price | None) -> str:
    if price is not None:
        return f"a reply of `{model}` tells no tokens"
    where = "set `prices` in `turbo.yaml`, or `prices: {input: …, output: …}` beside `cost`"
    return f"no price of `{model}` is known; {where}" if model else f"no `model` is set; {where}"


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


def tool_used(look: Look) -> Finding:
    """Look whether certain tools were called."""
    called = _called(look)
    missing = [name for name in look.value if name not in called]
    if missing:
        return Finding(False, f"{listed(missing)} was not called", got=_calls(look))
    return Finding(True, f"{listed(look.value)} was called", got=_calls(look))


def tool_sequence(look: Look) -> Finding:
    """Compare the order in which tools were called."""
    wanted, called = look.value["steps"], _called(look)
    if look.value.get("mode") == "exact":
        holds = called == wanted
        fact = (
            "these tools were called, and no others"
            if holds
            else "other tools were called, or in other order"
        )
        return Finding(holds, fact, "\n".join(wanted), "\n".join(called))
    left = list(wanted)
    for name in called:
        if left and left[0] == name:
            left.pop(0)
    fact = f"{quoted(left[0])} was not called there" if left else "the tools were called in this order"
    return Finding(not left, fact, got=_calls(look))


def tool_args_match(look: Look) -> Finding:
    """Look for a call of a tool with certain arguments."""
    name, wanted = look.value["name"], look.value["args"]
    exact = look.value.get("mode") == "exact"
    for call in look.story.tools:
        given = call["arguments"]
        if call["tool"] == name and (equal(given, wanted) if exact else _has(given, wanted)):
            return Finding(True, f"{quoted(name)} was called so", got=_calls(look))
    called = name in _called(look)
    fact = f"{quoted(name)} was called with other arguments" if called else f"{quoted(name)} was not called"
    return Finding(False, fact, got=_calls(look))


def _has(given: Any, wanted: Any) -> bool:
    """Tell whether data has all that is wanted in it; of mappings, more may be there."""
    if isinstance(wanted, dict) and isinstance(given, dict):
        return all(name in given and _has(given[name], value) for name, value in wanted.items())
    return equal(given, wanted)


def tool_call_f1(look: Look) -> Finding:
    """Compare the set of tools that were called with those that are expected: F1."""
    called, wanted = {*_called(look)}, {*look.value}
    shared = len(called & wanted)
    score = 2 * shared / (len(called) + len(wanted)) if shared else 0.0
    fact = f"F1 is {score:.2f}, and {look.threshold:g} is asked for"
    return Finding(score >= look.threshold, fact, got=_calls(look), score=score)


def valid_tool_calls(look: Look) -> Finding:
    """Look whether the model called tools, each one that there is, with arguments that it takes."""
    calls = [call for call in look.story.tools if call["by_model"]]
    if not calls:
        return Finding(False, "the model called no tool")
    for call in calls:
        if call["error"] in ("arguments", "unknown_tool"):
            return Finding(False, str(call["result"]), got=_calls(look))
    return Finding(True, "the model called tools as they take it", got=_calls(look))


def _called(look: Look) -> list[str]:
    return [call["tool"] for call in look.story.tools]


def _calls(look: Look) -> str:
    lines = [f"{call['tool']}({shown(call['arguments'])})" for call in look.story.tools]
    return "\n".join(lines) or "(no tool was called)"


def _names(step: Any) -> tuple[str, ...]:
    return (step["step"],) if step["id"] is None else (step["id"], step["step"])


def _trajectory(look: Look) -> str:
    return "\n".join(step["id"] or step["step"] for step in look.steps) or "(no step ran)"
