"""Steps that have no steps below them to Python statements."""

from __future__ import annotations

import ast
from typing import assert_never

from turbo_yaml.codegen.build import At, assign, attribute, call, constant, load, negated, store
from turbo_yaml.codegen.function import Function
from turbo_yaml.flow import nodes as n
from turbo_yaml.template import Text

_KINDS = {"system": "System", "user": "User", "assistant": "Assistant"}

Plain = (
    n.Say | n.Example | n.Messages | n.Turn | n.Ask | n.Give | n.Return | n.Stop | n.Assign | n.Remember
    | n.Forget | n.Raise | n.Assert | n.Break | n.Continue | n.Log | n.Sleep | n.Include | n.Call | n.UseTool
    | n.Handoff | n.Broken
)  # fmt: skip


def emit_plain(step: Plain, out: Function) -> list[ast.stmt]:
    """Return the statements of a step."""
    place = out.at(step.head)
    match step:
        case n.Say():
            return [_yield(_message(step, out, place), place)]
        case n.Example():
            return [_yield(message, place) for message in _examples(step, out, place)]
        case n.Messages():
            return [_history(step, out, place)]
        case n.Turn():
            return _turn(step, out, place)
        case n.Ask():
            answer = ast.Yield(_question(step, out, place), **place)
            return [_bind(step.as_, answer, out, place)]
        case n.Give():
            return [_yield(out.support("Result", [out.leaving(step.value)], place), place)]
        case n.Return():
            return _return(step, out, place)
        case n.Include() | n.Call():
            return _delegate(step, out, place)
        case n.UseTool():
            return _use_tool(step, out, place)
        case n.Handoff():
            target = [out.flow(step.flow), _arguments(step.arguments, out, place)]
            handed = out.support("handoff", target, place, _lent(step, place))
            return [ast.Expr(handed, **place), ast.Return(None, **place)]
        case n.Broken():
            raise AssertionError("a broken step reached code generation")
        case _:
            return _emit_small(step, out, place)


def _emit_small(
    step: n.Stop
    | n.Assign
    | n.Remember
    | n.Forget
    | n.Raise
    | n.Assert
    | n.Break
    | n.Continue
    | n.Log
    | n.Sleep,
    out: Function,
    place: At,
) -> list[ast.stmt]:
    """Return the statements of a step that says nothing to the caller or the model."""
    match step:
        case n.Stop():
            return [ast.Return(None, **place)]
        case n.Assign():
            return [
                assign(out.names.variable(entry.name), out.value(entry.value), out.at(entry.span))
                for entry in step.entries
            ]
        case n.Remember():
            keys: list[ast.expr | None] = [constant(entry.name, out.at(entry.span)) for entry in step.entries]
            state = ast.Dict(keys, [out.leaving(entry.value) for entry in step.entries], **place)
            return [_await_memory("set_state", [state], {"merge": constant(True, place)}, place)]
        case n.Forget():
            return [_await_memory("forget", [], _forgotten(step, out, place), place)]
        case n.Raise():
            return [_raise(out.text(step.message), step.kind, out, place)]
        case n.Assert():
            fails = negated(out.condition(step.condition), place)
            usual = constant("an assertion does not hold", place)
            message = usual if step.message is None else out.text(step.message)
            return [ast.If(fails, [_raise(message, "assert", out, place)], [], **place)]
        case n.Break():
            return [ast.Break(**place)]
        case n.Continue():
            return [ast.Continue(**place)]
        case n.Log():
            return [ast.Expr(out.support("log", [out.text(step.message)], place), **place)]
        case n.Sleep():
            return [_sleep(step, out, place)]
        case _:
            assert_never(step)


# Messages ----------------------------------------------------------------------------------------------


def _message(step: n.Say, out: Function, place: At) -> ast.expr:
    content = step.content
    if isinstance(content, tuple):
        parts: list[ast.expr] = [_part(part, out, place) for part in content]
        said: ast.expr = ast.List(parts, ast.Load(), **place)
    else:
        said = out.text(content)
    keywords: dict[str, ast.expr] = {}
    if step.name is not None:
        keywords["name"] = out.text(step.name)
    if step.label is not None:
        keywords["label"] = constant(step.label, place)
    if step.sticky is not None:
        keywords["sticky"] = constant(step.sticky, place)
    if step.forward:
        keywords["forward"] = constant(True, place)
    return out.support(_KINDS[step.role], [said], place, keywords)


def _part(part: n.ContentPart, out: Function, place: At) -> ast.expr:
    value = out.text(part.value)
    if part.kind != "text":
        value = out.support("attachment", [value], place)
    return ast.Dict([constant(part.kind, place)], [value], **place)


def _history(step: n.Messages, out: Function, place: At) -> ast.stmt:
    history = out.support("history", [out.value(step.value)], place)
    message = out.names.temporary("message")
    again = [_yield(load(message, place), place)]
    return ast.For(store(message, place), history, again, [], **place)


def _examples(step: n.Example, out: Function, place: At) -> list[ast.expr]:
    said: list[ast.expr] = []
    for user, assistant in step.pairs:
        said.append(out.support("ExampleUser", [out.text(user)], place))
        said.append(out.support("ExampleAssistant", [out.text(assistant)], place))
    return said


# Turns -------------------------------------------------------------------------------------------------


def _turn(step: n.Turn, out: Function, place: At) -> list[ast.stmt]:
    asked = ast.Yield(out.support("Generate", [], place, _turn_keywords(step, out, place)), **place)
    if step.message_as is None:
        answer: ast.expr = attribute(asked, "value", place) if step.as_ else asked
        return [_bind(step.as_, answer, out, place)]
    reply = out.names.temporary("reply")
    whole = out.support("message_data", [load(reply, place)], place)
    statements = [assign(reply, asked, place), _bind(step.message_as, whole, out, place)]
    if step.as_ is not None:
        statements.append(_bind(step.as_, attribute(load(reply, place), "value", place), out, place))
    return statements


def _turn_keywords(step: n.Turn, out: Function, place: At) -> dict[str, ast.expr]:
    keywords: dict[str, ast.expr] = {}
    if not step.forward:
        keywords["forward"] = constant(False, place)
    if step.id is not None:
        keywords["id"] = constant(step.id, place)
    if step.output is not None:
        keywords["output"] = out.schema(step.output, "OUTPUT", place)
    if step.choices is not None:
        keywords["choices"] = _choices(step.choices, out, place)
    if step.tools:
        names = [constant(ref.name, out.at(ref.span)) for ref in step.tools]
        keywords["tools"] = ast.Tuple(names, ast.Load(), **place)
    if step.max_turns is not None:
        most = out.value(step.max_turns)
        is_sure = isinstance(step.max_turns, n.Constant)
        keywords["max_turns"] = most if is_sure else out.support("count", [most], place)
    if step.repair is not None:
        keywords["repair"] = constant(step.repair, place)
    if step.retry is not None:
        keywords["retry"] = _retry(step.retry, place)
    for entry in step.settings:
        value = out.value(entry.value)
        if not isinstance(entry.value, n.Constant):
            value = out.support("setting", [constant(entry.name, place), value], place)
        keywords[entry.name] = value
    return keywords


def _choices(choices: tuple[Text, ...] | Text, out: Function, place: At) -> ast.expr:
    if isinstance(choices, tuple):
        return ast.Tuple([out.text(choice) for choice in choices], ast.Load(), **place)
    return out.support("labels", [out.value(choices)], place)


def _retry(retry: n.Retry, place: At) -> ast.expr:
    given = {"times": retry.times, "wait": retry.wait, "backoff": retry.backoff, "max": retry.max}
    usual = n.Retry(retry.times)
    short = {key: value for key, value in given.items() if key == "times" or value != getattr(usual, key)}
    return constant(short | ({"on": list(retry.on)} if retry.on else {}), place)


def _question(step: n.Ask, out: Function, place: At) -> ast.expr:
    keywords: dict[str, ast.expr] = {}
    if not step.record:
        keywords["record"] = constant(False, place)
    if step.choices is not None:
        keywords["choices"] = _choices(step.choices, out, place)
    if step.type is not None:
        keywords["type"] = out.schema(step.type, "TYPE", place)
    if step.default is not None:
        keywords["default"] = out.value(step.default)
    if step.timeout is not None:
        keywords["timeout"] = constant(step.timeout, place)
    if step.id is not None:
        keywords["id"] = constant(step.id, place)
    return out.support("GetInput", [out.text(step.question)], place, keywords)


# Results, other flows, time ----------------------------------------------------------------------------


def _return(step: n.Return, out: Function, place: At) -> list[ast.stmt]:
    value = out.leaving(step.value)
    if out.output is not None:
        value = out.support("fits", [value, load(out.output, place)], place)
    result = out.support("Result", [value], place, {"done": constant(True, place)})
    return [_yield(result, place), ast.Return(None, **place)]


def _delegate(step: n.Include | n.Call, out: Function, place: At) -> list[ast.stmt]:
    """Run another flow: what it asks is yielded on, what comes back is handed to it."""
    verb, passes = ("include", "signal") if isinstance(step, n.Include) else ("call", "question")
    started = [out.flow(step.flow), _arguments(step.arguments, out, place)]
    if isinstance(step, n.Include):
        started.insert(1, load("memory", place))
    name = out.names.temporary(f"{step.flow.name.rpartition('.')[2]}_{verb}")
    keywords = _lent(step, place) | _tries(step, place)
    statements = pump(name, out.support(verb, started, place, keywords), passes, out, place)
    if step.as_ is not None:
        statements.append(_bind(step.as_, attribute(load(name, place), "value", place), out, place))
    return statements


def _use_tool(step: n.UseTool, out: Function, place: At) -> list[ast.stmt]:
    """Call a tool: what it asks is yielded on."""
    started = [constant(step.tool.name, out.at(step.tool.span)), _arguments(step.arguments, out, place)]
    name = out.names.temporary(f"{step.tool.name}_tool")
    called = out.support("call_tool", started, place, _tries(step, place))
    statements = pump(name, called, "question", out, place)
    if step.as_ is not None:
        statements.append(_bind(step.as_, attribute(load(name, place), "value", place), out, place))
    return statements


def _lent(step: n.Include | n.Call | n.Handoff, place: At) -> dict[str, ast.expr]:
    """Return the names of the tools that another flow gets."""
    names = [constant(ref.name, place) for ref in step.tools]
    return {"tools": ast.Tuple(names, ast.Load(), **place)} if names else {}


def _tries(step: n.Include | n.Call | n.UseTool, place: At) -> dict[str, ast.expr]:
    """Return how often and how long a step that lets others work is tried, and its name."""
    keywords: dict[str, ast.expr] = {}
    if step.retry is not None:
        keywords["retry"] = _retry(step.retry, place)
    if step.timeout is not None:
        keywords["timeout"] = constant(step.timeout, place)
    if step.id is not None:
        keywords["id"] = constant(step.id, place)
    return keywords


def pump(name: str, started: ast.expr, passes: str, out: Function, place: At) -> list[ast.stmt]:
    """Return the statements that start a delegate and pass on what it asks, until it is finished."""
    signal = out.names.temporary(passes)
    passed_on = ast.Yield(load(signal, place), **place)
    answer = call(attribute(load(name, place), "answer", place), [passed_on], place)
    again: list[ast.stmt] = [ast.Expr(answer, **place)]
    loop = ast.AsyncFor(store(signal, place), load(name, place), again, [], **place)
    return [assign(name, started, place), loop]


def _arguments(entries: tuple[n.Named, ...], out: Function, place: At) -> ast.expr:
    keys: list[ast.expr | None] = [constant(entry.name, out.at(entry.span)) for entry in entries]
    return ast.Dict(keys, [out.value(entry.value) for entry in entries], **place)


def _forgotten(step: n.Forget, out: Function, place: At) -> dict[str, ast.expr]:
    keywords: dict[str, ast.expr] = {}
    if step.label is not None:
        keywords["label"] = out.text(step.label)
    if step.last is not None:
        keywords["last"] = out.support("count", [out.value(step.last)], place)
    return keywords


def _sleep(step: n.Sleep, out: Function, place: At) -> ast.stmt:
    given = step.duration
    seconds = out.value(given) if isinstance(given, Text) else constant(given, place)
    return ast.Expr(ast.Await(out.support("sleep", [seconds], place), **place), **place)


# Pieces ------------------------------------------------------------------------------------------------


def _yield(value: ast.expr, place: At) -> ast.stmt:
    return ast.Expr(ast.Yield(value, **place), **place)


def _bind(target: n.Target | None, value: ast.expr, out: Function, place: At) -> ast.stmt:
    if target is None:
        return ast.Expr(value, **place)
    return assign(out.names.variable(target.name), value, place)


def _raise(message: ast.expr, kind: str, out: Function, place: At) -> ast.stmt:
    return ast.Raise(out.support("failure", [message], place, {"kind": constant(kind, place)}), None, **place)


def _await_memory(
    method: str, arguments: list[ast.expr], keywords: dict[str, ast.expr], place: At
) -> ast.stmt:
    called = call(attribute(load("memory", place), method, place), arguments, place, keywords)
    return ast.Expr(ast.Await(called, **place), **place)
