"""Typed flow to the types of all its values: steps are walked in the order in which they would run."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from turbo_yaml.analysis.inference.control import Control, may_speak
from turbo_yaml.analysis.inference.expressions import Inference
from turbo_yaml.analysis.inference.fitting import misfit
from turbo_yaml.analysis.inference.frames import REPLY, RESULT
from turbo_yaml.analysis.inference.lattice import (
    ANY,
    MEMORY_NAME,
    NULL,
    Origin,
    Place,
    Type,
    is_never,
    join,
    type_of_data,
    with_origin,
    without_unset,
)
from turbo_yaml.analysis.inference.schemas import type_of_schema
from turbo_yaml.analysis.inference.scope import End, Scope
from turbo_yaml.analysis.inference.tables.turns import answer_of, message_of, reply_of
from turbo_yaml.analysis.inference.typed import Ending, FlowTypes, Lost, Passing, Typed
from turbo_yaml.analysis.inference.values import Values
from turbo_yaml.analysis.links import Links
from turbo_yaml.analysis.tools import result_of, tool_of
from turbo_yaml.flow import nodes as n
from turbo_yaml.flow.walk import steps
from turbo_yaml.template import Text
from turbo_yaml.types import MISSING, Input

_DEEPEST = 40
"""Flows that call one another further than this are not looked into."""


def infer_types(file: n.FlowFile, links: Links, data: Mapping[str, Any], *, declared: bool = True) -> Typed:
    """Return what can be known of the values of a file. `data`: what its data files hold, by their names.

    `declared`: the types that the file declares are as their author meant them.
    """
    typed = Typed()
    shared = {
        entry.name: type_of_data(data[entry.name]) if entry.name in data else ANY for entry in file.data
    }
    walk = _File(file, links, shared, typed, declared)
    for flow in (file.main, *file.flows.values()):
        walk.walk(flow)
    return typed


class _File:
    """The flows of one file, each walked once; a flow that another calls is walked when it is needed."""

    def __init__(
        self, file: n.FlowFile, links: Links, shared: Mapping[str, Type], typed: Typed, declared: bool
    ) -> None:
        self.file = file
        self.declared = declared
        self.links = links
        self.shared = shared
        self.typed = typed
        self.inference = Inference(typed)
        self.depth = 0

    def walk(self, flow: n.Flow) -> FlowTypes:
        """Walk a flow, if that was not done yet; one that is being walked has any outcome."""
        known = self.typed.flows.get(id(flow))
        if known is None:
            known = self.typed.flows[id(flow)] = FlowTypes()
            self.depth += 1
            where, self.inference.where = self.inference.where, None
            _Flow(self, flow, known).run()
            self.inference.where = where
            self.depth -= 1
        return known

    def outcome(self, ref: n.FlowRef) -> Type:
        """Return what a flow that is called comes to."""
        link = self.links.get(id(ref))
        if link is None:
            return ANY
        declared = ANY if link.flow.output is None else type_of_schema(link.flow.output)
        if link.alias is not None and any(isinstance(step, _OTHERS) for step in steps(link.flow.steps)):
            place = Place(f"`{ref.name}` gives it back here", self.file.source, ref.span)
            return with_origin(declared, Origin(place))
        if link.alias is not None or self.depth > _DEEPEST:
            return declared
        found = self.walk(link.flow)
        outcome = found.outcome
        if declared.any:
            return outcome
        if any(misfit(type_, declared, doubts=True) is not None for _, type_ in found.returns.values()):
            declared = ANY  # which of the two is wrong is not known
        return with_origin(declared, outcome.origin)


_OTHERS: Final = (n.Turn, n.Ask, n.UseTool, n.Call)
"""Steps with which others than its author write what a flow comes to."""


class _Flow(Control):
    """One walk over one flow."""

    def __init__(self, whole: _File, flow: n.Flow, found: FlowTypes) -> None:
        self.whole = whole
        self.flow = flow
        self.source = whole.file.source
        self.found = found
        self.values = Values(whole.inference)
        super().__init__(found)

    def run(self) -> None:
        """Walk the flow from its inputs to its ends."""
        scope = Scope()
        scope.set(MEMORY_NAME, ANY)
        for name, type_ in self.whole.shared.items():
            scope.set(name, type_)
        for given in self.flow.inputs:
            scope.set(given.name, self.input(given))
        frame = self.begin_frame(scope)
        end = self.body(self.flow.steps, scope)
        if end is not None and self.flow.steps:
            self.end(self.flow.steps[-1], end)
        self.frames.pop()
        self.found.endings |= frame.endings
        self.found.returns |= frame.returns
        handed = any(isinstance(step, n.Handoff | n.Broken) for step in steps(self.flow.steps))
        self.found.outcome = ANY if handed else frame.outcome()

    def input(self, given: Input) -> Type:
        """Return what an input holds; what a caller writes is not to be trusted unless the author says so."""
        type_ = type_of_schema(given.schema) if self.whole.declared else ANY
        if not given.required and given.default is MISSING and not type_.any:
            type_ = join(type_, NULL)
        if given.trusted:
            return type_
        place = Place(f"it comes in as the input `{given.name}`", self.source, given.span)
        return with_origin(type_, Origin(place, id(self.flow), given.name))

    def end(self, step: n.Step, scope: Scope) -> None:
        """Note that the flow, or the fork, may end at a step without `return`."""
        outcome = self.frames[-1].at_end(scope)
        self.frames[-1].endings[id(step)] = Ending(step.head, outcome)

    # Steps ---------------------------------------------------------------------------------------------

    def plain(self, step: n.Step, scope: Scope) -> bool:
        """Walk a step that has no body; tell whether the next one can be reached."""
        values = self.values
        match step:
            case n.Say():
                self.say(step, scope)
            case n.Example():
                for pair in step.pairs:
                    for text in pair:
                        values.text(text, scope)
            case n.Messages():
                values.of(step.value, scope)
            case n.Turn():
                return self.turn(step, scope)
            case n.Ask():
                self.ask(step, scope)
            case n.Give():
                scope.set(RESULT, values.of(step.value, scope))
            case n.Return():
                self.frames[-1].returns[id(step)] = (step, values.of(step.value, scope))
                return False
            case n.Stop():
                self.end(step, scope)
                return False
            case n.Assign():
                for entry in step.entries:
                    self.assign(entry, scope)
            case n.Include() | n.Call() | n.Handoff():
                return self.other_flow(step, scope)
            case n.UseTool():
                self.use_tool(step, scope)
            case n.Broken():
                scope.forget()
            case _:
                return self.small(step, scope)
        return True

    def small(self, step: n.Step, scope: Scope) -> bool:
        """Walk a step that makes no value."""
        values = self.values
        match step:
            case n.Remember():
                self.remember(step, scope)
            case n.Forget():
                values.text(step.label, scope)
                values.of(step.last, scope)
            case n.Raise():
                values.text(step.message, scope)
                return False
            case n.Assert():
                values.condition(step.condition, scope)
                if step.message is not None:
                    values.text(step.message, values.branch(step.condition, False, scope))
                values.assume(step.condition, scope)
            case n.Log():
                values.text(step.message, scope)
            case n.Sleep():
                values.of(step.duration if isinstance(step.duration, Text) else None, scope)
            case n.Break() | n.Continue():
                self.leave(step, scope)
                return False
        return True

    def remember(self, step: n.Remember, scope: Scope) -> None:
        known: dict[str, Type] = {}
        for entry in step.entries:
            type_ = self.values.of(entry.value, scope)
            known[f"{MEMORY_NAME}.{entry.name}"] = without_unset(type_)
            place = Place(f"it is remembered as `{entry.name}` here", self.source, entry.span)
            origin = None if type_.origin is None else Origin(place, before=type_.origin)
            self.whole.typed.remembered.setdefault(entry.name, []).append(origin)
            if self.around:
                self.whole.typed.lost[id(entry)] = Lost(entry.name, entry.span, True)
        scope.renew(MEMORY_NAME, known)

    def say(self, step: n.Say, scope: Scope) -> None:
        content = step.content
        self.values.text(step.name, scope)
        for text in [part.value for part in content] if isinstance(content, tuple) else [content]:
            self.values.text(text, scope)
            if step.role == "system":
                for use in self.values.statements.printing if text.tree is not None else ():
                    self.whole.typed.system[id(use.node)] = use

    def turn(self, step: n.Turn, scope: Scope) -> bool:
        """Walk a turn; tell whether the next step can be reached."""
        self.values.labels(step.choices, scope)
        self.values.of(step.max_turns, scope)
        for entry in step.settings:
            self.values.of(entry.value, scope)
        self.offer(step)
        if step.tools:
            scope.set(MEMORY_NAME, ANY)
        done = scope if step.otherwise is None else Scope(scope)
        reply = self.from_model(reply_of(step), step)
        if step.forward:
            done.set(REPLY, reply)
        if step.message_as is not None:
            done.set(step.message_as.name, self.from_model(message_of(), step))
        if step.as_ is not None:
            done.set(step.as_.name, reply)
        if step.otherwise is None:
            return True
        why = self.why("where `max_turns` is reached, it is not set", step.head)
        return scope.join([End(done, why), self.end_of(step.otherwise, Scope(scope), scope, why)])

    def offer(self, step: n.Turn) -> None:
        """Note that the model gives flows that are its tools whatever it likes."""
        for ref in step.tools:
            tool = tool_of(ref, self.whole.file)
            link = None if tool is None or tool.flow is None else self.whole.links.get(id(tool.flow))
            if link is None:
                continue
            for given in link.flow.inputs:
                type_ = self.from_model(type_of_schema(given.schema), step)
                passing = Passing(link.flow, given.name, type_, self.source, ref.span)
                self.whole.typed.passed[id(step), id(ref), given.name] = passing

    def use_tool(self, step: n.UseTool, scope: Scope) -> None:
        for argument in step.arguments:
            self.values.of(argument.value, scope)
        if step.as_ is not None:
            schema = result_of(tool_of(step.tool, self.whole.file), self.whole.links)
            type_ = ANY if schema is None or not self.whole.declared else type_of_schema(schema)
            place = Place(f"the tool `{step.tool.name}` gave it back here", self.source, step.head)
            scope.set(step.as_.name, with_origin(type_, Origin(place)))

    def from_model(self, type_: Type, step: n.Turn) -> Type:
        return with_origin(type_, Origin(Place("the model wrote it here", self.source, step.head)))

    def ask(self, step: n.Ask, scope: Scope) -> None:
        self.values.text(step.question, scope)
        self.values.labels(step.choices, scope)
        default = None if step.default is None else self.values.of(step.default, scope)
        if step.as_ is not None:
            answer = answer_of(step)
            answer = with_origin(answer, Origin(Place("the caller answered it here", self.source, step.head)))
            scope.set(step.as_.name, answer if default is None else join(answer, default))

    def assign(self, entry: n.Named, scope: Scope) -> None:
        type_ = without_unset(self.values.of(entry.value, scope))
        if self.around and self.around[-1].find(entry.name) is not None:
            self.whole.typed.lost[id(entry)] = Lost(entry.name, entry.span, False)
        if type_.origin is not None:
            place = Place(f"`{entry.name}` takes it over here", self.source, entry.span)
            type_ = type_._replace(origin=Origin(place, before=type_.origin))
        scope.set(entry.name, type_)

    def other_flow(self, step: n.Include | n.Call | n.Handoff, scope: Scope) -> bool:
        """Walk a step that lets another flow work; tell whether the next one can be reached."""
        link = self.whole.links.get(id(step.flow))
        for argument in step.arguments:
            type_ = self.values.of(argument.value, scope)
            if link is not None:
                passing = Passing(link.flow, argument.name, type_, self.source, argument.value.span)
                self.whole.typed.passed[id(argument)] = passing
        if isinstance(step, n.Handoff):
            return False
        if isinstance(step, n.Include) and (link is None or may_speak(link.flow.steps)):
            scope.loosen((RESULT, REPLY))
        if isinstance(step, n.Include):
            scope.set(MEMORY_NAME, ANY)
        if step.as_ is not None:
            outcome = self.whole.outcome(step.flow)
            if outcome.origin is not None:
                place = Place(f"`{step.flow.name}` gives it back here", self.source, step.head)
                outcome = outcome._replace(origin=Origin(place, before=outcome.origin))
            scope.set(step.as_.name, ANY if is_never(outcome) else outcome)
        return True

    def step(self, step: n.Step, scope: Scope) -> bool:
        match step:
            case n.If() | n.Match() | n.For() | n.While() | n.Parallel() | n.Try():
                return self.control(step, scope)
            case _:
                return self.plain(step, scope)
