"""Steps that have steps below them to Python statements."""

from __future__ import annotations

import ast
from collections.abc import Iterable
from contextlib import nullcontext
from typing import assert_never, get_args

from turbo_yaml.codegen.build import At, assign, attribute, call, constant, load, negated, store
from turbo_yaml.codegen.function import Function
from turbo_yaml.codegen.steps import emit_plain, pump
from turbo_yaml.flow import nodes as n
from turbo_yaml.flow.walk import steps as steps_of

Control = n.If | n.Match | n.For | n.While | n.Parallel | n.Try
_CONTROL = frozenset(get_args(Control))


def emit_body(steps: n.Body, out: Function) -> list[ast.stmt]:
    """Return the statements of steps; an empty body is `pass`."""
    statements: list[ast.stmt] = []
    for step in steps:
        emitted = emit_step(step, out)
        out.module.begins(step, emitted[0])
        statements += emitted
    return statements or [ast.Pass(**out.start)]


def emit_step(step: n.Step, out: Function) -> list[ast.stmt]:
    """Return the statements of one step, under its `when` if it has one."""
    statements = _control(step, out) if type(step) in _CONTROL else emit_plain(step, out)  # type: ignore[arg-type]
    if type(step) is n.Turn and step.otherwise is not None:
        statements = [_otherwise(statements, step.otherwise, out, out.at(step.head))]
    statements = [*out.probe(step.head.start, step.head), *statements]
    if step.when is None:
        return statements
    skipped = out.probe(~step.when.span.start, step.head)
    return [ast.If(out.condition(step.when), statements, skipped, **out.at(step.head))]


def _control(step: Control, out: Function) -> list[ast.stmt]:
    place = out.at(step.head)
    match step:
        case n.If():
            return _if(step, out)
        case n.Match():
            return [_match(step, out, place)]
        case n.For() if step.at_once is not None:
            return _for_at_once(step, step.at_once, out, place)
        case n.For():
            return _for(step, out, place)
        case n.While():
            return _while(step, out, place)
        case n.Parallel():
            return _parallel(step, out, place)
        case n.Try():
            return _try(step, out, place)
        case _:
            assert_never(step)


def _otherwise(turn: list[ast.stmt], steps: n.Body, out: Function, place: At) -> ast.stmt:
    """Do other steps where a turn with tools comes to no answer."""
    reached = out.module.support_name("OutOfTurns", place)
    return ast.Try(turn, [ast.ExceptHandler(reached, None, emit_body(steps, out), **place)], [], [], **place)


# Branches ----------------------------------------------------------------------------------------------


def _if(step: n.If, out: Function) -> list[ast.stmt]:
    last = step.branches[-1].condition.span
    otherwise = emit_body(step.orelse, out) if step.orelse else out.probe(~last.start, last)
    for branch in reversed(step.branches):
        place = out.at(branch.condition.span)
        otherwise = [ast.If(out.condition(branch.condition), emit_body(branch.body, out), otherwise, **place)]
    return otherwise


def _match(step: n.Match, out: Function, place: At) -> ast.stmt:
    cases = []
    for case in step.cases:
        label = constant(case.label, out.at(case.label_span))
        cases.append(
            ast.match_case(ast.MatchValue(label, **out.at(case.label_span)), None, emit_body(case.body, out))
        )
    if step.orelse is None:
        expected = constant(tuple(case.label for case in step.cases), place)
        refused = out.support("no_case", [out.expression(step.subject), expected], place)
        rest: list[ast.stmt] = [ast.Raise(refused, None, **place)]
    else:
        rest = emit_body(step.orelse, out)
    cases.append(ast.match_case(ast.MatchAs(None, None, **place), None, rest))
    subject = out.expression(step.subject)
    if out.kind(step.subject) != "string":
        subject = out.support("label", [subject], place)
    return ast.Match(subject, cases, **place)


# Loops -------------------------------------------------------------------------------------------------


def _for(step: n.For, out: Function, place: At) -> list[ast.stmt]:
    """One after another, in this chat."""
    with_loop = id(step) in out.facts.reads_loop
    given = [out.expression(step.iterable)]
    if len(step.targets) > 1:
        given.append(constant(len(step.targets), place))
    rounds = out.support("looped" if with_loop else "rounds", given, place)
    targets: list[ast.expr] = [
        store(out.names.variable(target.name), out.at(target.span)) for target in step.targets
    ]
    item = targets[0] if len(targets) == 1 else ast.Tuple(targets, ast.Store(), **place)
    collected: ast.expr | None = None
    with out.special("loop") if with_loop else nullcontext("") as loop:
        if with_loop:
            item = ast.Tuple([store(loop, place), item], ast.Store(), **place)
        body = emit_body(step.body, out)
        if step.collect is not None:
            collected = out.expression(step.collect)
    around = ast.For(item, rounds, body, [], **place)
    if step.collect is None or step.as_ is None or collected is None:
        return [around]
    wanted = out.names.variable(step.as_.name)
    taken = out.trying > 0 or _mentions([around, collected], wanted)
    found = out.names.fresh(f"{step.as_.name}_{place['lineno']}") if taken else wanted
    append = call(attribute(load(found, place), "append", place), [collected], place)
    body.append(ast.Expr(append, **out.at(step.collect.span)))
    statements: list[ast.stmt] = [assign(found, ast.List([], ast.Load(), **place), place), around]
    if found != wanted:
        statements.append(assign(wanted, load(found, place), place))
    return statements


def _mentions(nodes: Iterable[ast.AST], name: str) -> bool:
    found = (inner for node in nodes for inner in ast.walk(node))
    return any(isinstance(node, ast.Name) and node.id == name for node in found)


def _while(step: n.While, out: Function, place: At) -> list[ast.stmt]:
    """Count down to the limit; the loop's own `else` is where the limit was reached."""
    left = out.names.temporary("left")
    before: list[ast.stmt] = []
    limit = out.value(step.limit)
    shown = limit
    if not isinstance(step.limit, n.Constant):
        limit = out.support("count", [limit], place)
        if step.otherwise is None:
            kept = out.names.fresh(f"limit_{place['lineno']}")
            before.append(assign(kept, limit, place))
            limit = shown = load(kept, place)
    last = ast.Compare(load(left, place), [ast.Eq()], [constant(0, place)], **place)
    reached = ast.If(last, [ast.Continue(**place)], [], **place)
    if step.otherwise is None:
        otherwise: list[ast.stmt] = [ast.Raise(out.support("loop_limit", [shown], place), None, **place)]
    else:
        otherwise = emit_body(step.otherwise, out) if step.otherwise else []
    body = [*_stop(out.condition(step.condition), place), reached, *emit_body(step.body, out)]
    rounds = out.support("countdown", [limit], place)
    return [*before, ast.For(store(left, place), rounds, body, otherwise, **place)]


def _stop(condition: ast.expr, place: At) -> list[ast.stmt]:
    """End the loop where its condition does not hold."""
    if isinstance(condition, ast.Constant) and condition.value is True:
        return []
    return [ast.If(negated(condition, place), [ast.Break(**place)], [], **place)]


# Forks -------------------------------------------------------------------------------------------------


def _for_at_once(step: n.For, at_once: n.Value, out: Function, place: At) -> list[ast.stmt]:
    """Each round in a generator of its own, on a fork of the chat."""
    first = step.targets[0].name
    name = out.names.temporary(f"each_{first}")
    function = out.fork(step, name, [*(target.name for target in step.targets), "loop"])
    body = emit_body(step.body, function)
    if step.collect is not None:
        done = {"done": constant(True, place)}
        result = function.support("Result", [function.expression(step.collect)], place, done)
        body.append(ast.Expr(ast.Yield(result, **place), **out.at(step.collect.span)))
        body.append(ast.Return(None, **place))
    keywords: dict[str, ast.expr] = {"at_once": out.value(at_once)}
    if not isinstance(at_once, n.Constant):
        keywords["at_once"] = out.support("count", [keywords["at_once"]], place)
    if len(step.targets) > 1:
        keywords["unpack"] = constant(len(step.targets), place)
    if step.on_error != "fail":
        keywords["on_error"] = constant(step.on_error, place)
    if step.collect is not None:
        keywords["collected"] = constant(True, place)
    given = [load(name, place), out.expression(step.iterable), load("memory", place)]
    started = out.support("each_at_once", given, place, keywords)
    forks = out.names.temporary(f"{first}_forks")
    statements = [function.define(body), *pump(forks, started, "question", out, place)]
    if step.as_ is not None:
        values = call(attribute(load(forks, place), "values", place), [], place)
        statements.append(assign(out.names.variable(step.as_.name), values, place))
    return statements


def _parallel(step: n.Parallel, out: Function, place: At) -> list[ast.stmt]:
    statements: list[ast.stmt] = []
    keys: list[ast.expr | None] = []
    functions: list[ast.expr] = []
    targets: list[ast.expr] = []
    for branch in step.branches:
        where = out.at(branch.target.span)
        name = out.names.temporary(f"{branch.target.name}_branch")
        function = out.fork(branch, name, [])
        statements.append(function.define(emit_body(branch.body, function)))
        keys.append(constant(branch.target.name, where))
        functions.append(load(name, where))
        targets.append(store(out.names.variable(branch.target.name), where))
    keywords: dict[str, ast.expr] = {}
    if step.wait != "all":
        keywords["wait"] = constant(step.wait, place)
    if step.timeout is not None:
        keywords["timeout"] = constant(step.timeout, place)
    given = [ast.Dict(keys, functions, **place), load("memory", place)]
    forks = out.names.temporary("branches")
    statements += pump(forks, out.support("parallel", given, place, keywords), "question", out, place)
    values = call(attribute(load(forks, place), "values", place), [], place)
    unpacked = ast.Tuple(targets, ast.Store(), **place)
    return [*statements, ast.Assign([unpacked], values, **place)]


# Failures ----------------------------------------------------------------------------------------------


def _try(step: n.Try, out: Function, place: At) -> list[ast.stmt]:
    out.trying += 1
    statements = emit_body(step.body, out)
    if step.catch is not None:
        handler = _catch(step.catch, out, place)
        if _may_take_back(step.body):
            handler.body.insert(0, ast.Expr(out.support("handoff", [constant(None, place)], place), **place))
        statements = [ast.Try(statements, [handler], [], [], **place)]
    out.trying -= 1
    if step.finally_ is None:
        return statements
    return _finally(statements, emit_body(step.finally_, out), out, place)


def _may_take_back(body: n.Body) -> bool:
    """Tell whether a `finally` in these steps may fail when the flow has just handed over."""
    tries = [step for step in steps_of(body) if isinstance(step, n.Try) and step.finally_]
    return any(isinstance(step, n.Handoff) for step in steps_of(tuple(tries)))


def _catch(steps: n.Body, out: Function, place: At) -> ast.ExceptHandler:
    caught = out.names.temporary("caught")
    described = out.support("describe", [load(caught, place)], place)
    with out.special("error") as error:
        body = [assign(error, described, place), *emit_body(steps, out)]
    return ast.ExceptHandler(out.module.support_name("Failures", place), caught, body, **place)


def _finally(body: list[ast.stmt], last: list[ast.stmt], out: Function, place: At) -> list[ast.stmt]:
    """Do the last steps whether the others fail or not, but not when the run is ended from outside."""
    closed = out.names.temporary("closed")
    ended: list[ast.stmt] = [assign(closed, constant(True, place), place), ast.Raise(None, None, **place)]
    handler = ast.ExceptHandler(out.module.support_name("Closing", place), None, ended, **place)
    unless = ast.If(negated(load(closed, place), place), last, [], **place)
    return [
        assign(closed, constant(False, place), place),
        ast.Try(body, [handler], [], [unless], **place),
    ]
