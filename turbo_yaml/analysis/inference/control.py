"""Steps with bodies: branches that meet again, loops until nothing new is learnt, forks on their own."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import assert_never

from turbo_yaml.analysis.inference.frames import REPLY, RESULT, Frame
from turbo_yaml.analysis.inference.lattice import (
    ANY,
    MEMORY_NAME,
    NULL,
    TRUE,
    Field,
    Maps,
    Origin,
    Place,
    State,
    Type,
    is_never,
    join,
    join_all,
    list_of,
    shallow,
)
from turbo_yaml.analysis.inference.scope import End, Scope, Slot
from turbo_yaml.analysis.inference.tables.members import LOOP, items_of, part_of
from turbo_yaml.analysis.inference.tables.turns import ERROR, error_of
from turbo_yaml.analysis.inference.typed import Ending, FlowTypes
from turbo_yaml.analysis.inference.values import Values
from turbo_yaml.flow import nodes as n
from turbo_yaml.flow.walk import names_set, steps
from turbo_yaml.records import Record, field
from turbo_yaml.source import Source, Span
from turbo_yaml.template import Expression

_PASSES = 4
"""How often a loop is walked at most, until what is known where it begins no longer changes."""
_DEEPEST = 3
"""Of what still changes after two rounds, no more is known than so many lists and maps in one another."""
_NESTED = 2
"""Loops deeper in others than this are walked once, with nothing known of what they set."""
_LOOP = Type(state=State("loop", LOOP))


class _Loop(Record, frozen=False):
    """A loop that is being walked: where it is left, and where its next round begins early."""

    base: Scope
    finals: int = 0
    """How many `finally` stand around the loop."""
    breaks: list[Scope] = field(default_factory=list)
    continues: list[Scope] = field(default_factory=list)


class _Rounds(Record, frozen=False):
    """What is known of a loop: where a round begins, where one ends, and where the loop was left."""

    head: Scope
    ends: list[Scope]
    breaks: list[Scope]


class Control:
    """The part of a walk over a flow that deals with bodies."""

    source: Source
    values: Values

    def __init__(self, found: FlowTypes) -> None:
        self.found = found
        self.frames: list[Frame] = []
        self.loops: list[_Loop] = []
        self.finals: list[Iterable[str]] = []
        """The names that each `finally` sets whose `try` is being walked."""
        self.around: list[Scope] = []
        """What is known around each fork that is being walked."""

    def step(self, step: n.Step, scope: Scope) -> bool:
        """Walk one step; tell whether the next one can be reached."""
        raise NotImplementedError

    def begin_frame(self, scope: Scope) -> Frame:
        """Begin a function: the flow's own, or that of a body on a fork."""
        frame = Frame()
        frame.begin(scope)
        self.frames.append(frame)
        return frame

    def why(self, message: str, span: Span) -> Place:
        """Return a place of this file with what is to be said of it."""
        return Place(message, self.source, span)

    def body(self, steps: n.Body, scope: Scope) -> Scope | None:
        """Walk steps, changing `scope`; return it, or None where the end cannot be reached."""
        for index, step in enumerate(steps):
            if not self.guarded(step, scope):
                if index + 1 < len(steps):
                    following = steps[index + 1]
                    self.found.unreachable[id(following)] = following
                return None
        return scope

    def guarded(self, step: n.Step, scope: Scope) -> bool:
        """Walk a step under its `when`, if it has one."""
        if step.when is None:
            return self.step(step, scope)
        self.values.condition(step.when, scope)
        passed = self.values.branch(step.when, True, scope)
        skipped = self.values.branch(step.when, False, scope)
        taken, not_taken = passed.holds - scope.holds, skipped.holds - scope.holds
        alive = self.step(step, passed)
        why = self.why("this step is done only where this holds", step.when.span)
        return scope.join([End(passed if alive else None, None, taken), End(skipped, why, not_taken)])

    def control(self, step: n.If | n.Match | n.For | n.While | n.Parallel | n.Try, scope: Scope) -> bool:
        """Walk a step with bodies; tell whether the next one can be reached."""
        match step:
            case n.If():
                return self.if_(step, scope)
            case n.Match():
                return self.match_(step, scope)
            case n.For():
                return self.for_(step, scope)
            case n.While():
                return self.while_(step, scope)
            case n.Parallel():
                return self.parallel(step, scope)
            case n.Try():
                return self.try_(step, scope)
            case _:
                assert_never(step)

    # Branches ------------------------------------------------------------------------------------------

    def if_(self, step: n.If, scope: Scope) -> bool:
        ends: list[End] = []
        before = scope
        for branch in step.branches:
            self.values.condition(branch.condition, before)
            then = self.values.branch(branch.condition, True, before)
            why = self.why("where this holds, it is not set", branch.condition.span)
            ends.append(self.end_of(branch.body, then, scope, why))
            before = self.values.branch(branch.condition, False, before)
        why = self.why("where this does not hold, it is not set", step.branches[-1].condition.span)
        ends.append(self.end_of(step.orelse, before, scope, why))
        return scope.join(ends)

    def end_of(self, body: n.Body, inner: Scope, scope: Scope, why: Place) -> End:
        """Walk one of several bodies; return where it ends."""
        under = inner.holds - scope.holds
        end = self.body(body, inner)
        return End(None if end is None else end.flattened(scope), why, under)

    def match_(self, step: n.Match, scope: Scope) -> bool:
        self.values.expression(step.subject, scope)
        narrowing = self.values.inference.narrowing
        ends: list[End] = []
        rest = Scope(scope)
        for case in step.cases:
            inner = Scope(scope, frozenset((f"{id(step)} {case.label}",)))
            narrowing.one_of(step.subject.node, [case.label], True, inner)
            narrowing.one_of(step.subject.node, [case.label], False, rest)
            why = self.why(f"in the case `{case.label}` it is not set", case.label_span)
            ends.append(self.end_of(case.body, inner, scope, why))
        if step.orelse is not None:
            why = self.why("where no case fits, it is not set", step.head)
            ends.append(self.end_of(step.orelse, rest, scope, why))
        return scope.join(ends)

    # Loops ---------------------------------------------------------------------------------------------

    def rounds(
        self, body: n.Body, scope: Scope, why: Place, play: Callable[[Scope], Scope | None]
    ) -> _Rounds:
        """Walk the rounds of a loop until what is known where one begins no longer changes."""
        head = Scope(scope)
        if _may_remember(body):
            head.set(MEMORY_NAME, ANY)
        deep = len(self.loops) >= _NESTED
        if deep:
            head.loosen(names_set(body), why)
        for attempt in range(_PASSES):
            loop = _Loop(scope, len(self.finals))
            self.loops.append(loop)
            end = play(Scope(head))
            self.loops.pop()
            ends = [one.flattened(scope) for one in (end,) if one is not None] + loop.continues
            joined = Scope(scope)
            joined.join([End(Scope(scope), why), *(End(one, why) for one in ends)])
            if attempt > 0:
                for name in _changed(joined, head):
                    slot = joined.names[name]
                    joined.names[name] = Slot(shallow(slot.type, _DEEPEST), slot.version)
            if deep or not _changed(joined, head):
                break
            if attempt == _PASSES - 2:
                joined.loosen(_changed(joined, head))
            head = joined
        return _Rounds(head, ends, loop.breaks)

    def leave(self, step: n.Break | n.Continue, scope: Scope) -> None:
        """Note where a loop is left, or its next round begins."""
        if self.loops:
            loop = self.loops[-1]
            for names in self.finals[loop.finals :]:
                scope.loosen(names)  # they are done before the loop is left
            left = loop.breaks if isinstance(step, n.Break) else loop.continues
            left.append(scope.flattened(loop.base))

    def for_(self, step: n.For, scope: Scope) -> bool:
        iterable = self.values.expression(step.iterable, scope)
        self.values.of(step.at_once, scope)
        if step.at_once is not None:
            self.for_at_once(step, iterable, scope)
            return True
        collected: list[Type] = []

        def play(inner: Scope) -> Scope | None:
            self.begin_round(step, iterable, inner)
            end = self.body(step.body, inner)
            if step.collect is not None and end is not None:
                collected.append(self.values.expression(step.collect, end))
            return end

        why = self.why("this loop may have no rounds", step.iterable.span)
        rounds = self.rounds(step.body, scope, why, play)
        runs = (
            iterable.list is not None and iterable.list.least > 0 and is_never(iterable._replace(list=None))
        )
        ends = [End(end, why) for end in (*rounds.ends, *rounds.breaks)]
        scope.join(ends if runs and ends else [End(rounds.head, why), *ends])
        scope.names.pop("loop", None)
        if step.as_ is not None:
            items = collected[-1] if collected else ANY
            scope.set(step.as_.name, list_of(items)._replace(origin=items.origin))
        return True

    def begin_round(self, step: n.For, iterable: Type, scope: Scope) -> None:
        """Set what a round begins with."""
        goes = iterable.any or iterable.list is not None or iterable.map is not None
        item = (items_of(iterable) if goes else ANY)._replace(origin=iterable.origin)
        count = len(step.targets)
        for index, target in enumerate(step.targets):
            type_ = item if count == 1 else part_of(item, index, count)._replace(origin=iterable.origin)
            scope.set(target.name, type_)
        scope.set("loop", _LOOP)

    def while_(self, step: n.While, scope: Scope) -> bool:
        self.values.of(step.limit, scope)
        first: list[Type] = []

        def play(inner: Scope) -> Scope | None:
            first.append(self.values.condition(step.condition, inner))
            return self.body(step.body, self.values.branch(step.condition, True, inner))

        why = self.why("this loop may have no rounds", step.condition.span)
        rounds = self.rounds(step.body, scope, why, play)
        last = self.values.branch(step.condition, False, rounds.head)
        ends = [End(end, why) for end in rounds.breaks]
        if first[0] == TRUE and rounds.ends:
            over = Scope(scope)
            over.join([End(end) for end in rounds.ends])
            ends.append(End(over))
        else:
            ends.append(End(last.flattened(scope), why))
        if step.otherwise is not None:
            reached = self.body(step.otherwise, Scope(rounds.head))
            ends.append(End(None if reached is None else reached.flattened(scope), why))
        return scope.join(ends)

    # Forks ---------------------------------------------------------------------------------------------

    def fork(self, body: n.Body, scope: Scope, collect: Expression | None = None) -> tuple[Type, bool]:
        """Walk a body that runs on its own; return what it comes to, and whether it always comes to it.

        With `collect`, only what it returns or collects counts.
        """
        (loops, self.loops), (finals, self.finals) = (self.loops, []), (self.finals, [])
        self.around.append(scope.below or scope)
        frame = self.begin_frame(scope)
        end = self.body(body, scope)
        collected = None
        if end is not None:
            if collect is not None:
                collected = self.values.expression(collect, end)
            else:
                last = body[-1].head if body else Span(0, 0)
                frame.endings[id(body)] = Ending(last, frame.at_end(end))
        self.frames.pop()
        self.around.pop()
        self.loops, self.finals = loops, finals
        types = [type_ for _, type_ in frame.returns.values()]
        types += [] if collected is None else [collected]
        types += [] if collect is not None else [ending.outcome for ending in frame.endings.values()]
        outcome = join_all(types)
        return ANY if is_never(outcome) else outcome, collect is None or not frame.endings

    def for_at_once(self, step: n.For, iterable: Type, scope: Scope) -> None:
        inner = Scope(scope)
        self.begin_round(step, iterable, inner)
        outcome, always = self.fork(step.body, inner, step.collect)
        if step.on_error == "keep":
            outcome = join(outcome, Type(map=Maps({"error": Field(ERROR)})))
        if step.as_ is not None:
            known = iterable.list if is_never(iterable._replace(list=None)) else None
            least = 0 if known is None or step.on_error == "skip" or not always else known.least
            collected = list_of(outcome, least, None if known is None else known.most)
            scope.set(step.as_.name, collected._replace(origin=outcome.origin))

    def parallel(self, step: n.Parallel, scope: Scope) -> bool:
        outcomes = [self.fork(branch.body, Scope(scope))[0] for branch in step.branches]
        for branch, outcome in zip(step.branches, outcomes, strict=True):
            scope.set(branch.target.name, join(outcome, NULL) if step.wait == "first" else outcome)
        return True

    # Failures ------------------------------------------------------------------------------------------

    def try_(self, step: n.Try, scope: Scope) -> bool:
        before = {*self.frames[-1].endings}
        why = self.why("the steps of this `try` may fail before it is set", step.head)
        if step.finally_ is not None:
            self.finals.append(names_set(step.finally_))
        tried = scope.logged()
        ends = [End(self.body(step.body, tried), why)]
        handled = scope.logged()
        if step.catch is not None:
            handled.set_in_part(tried, why)
            told = self.why("what failed is told in words of the model, a tool or a server", step.head)
            handled.set("error", error_of(Origin(told)))
            end = self.body(step.catch, handled)
            handled.names.pop("error", None)
            not_here = self.why("where these steps fail, it is not set", step.head)
            ends.append(End(end, not_here))
        if step.finally_ is not None:
            self.finals.pop()
        if scope.log is not None:
            scope.log += (*(tried.log or ()), *(handled.log or ()))
        if step.finally_ is None:
            return scope.join(ends)
        risky = Scope(scope)
        risky.set_in_part(tried, why)
        risky.set_in_part(handled, why)
        after = self.body(step.finally_, risky)
        changed = [*names_set(step.finally_)]
        if may_speak(step.finally_):
            self.frames[-1].loosen(before)
            changed += (RESULT, REPLY)
        reached = scope.join(ends)
        for name in changed:
            slot = risky.find(name)
            if slot is not None:
                scope.names[name] = slot
        return reached and after is not None


def may_speak(body: n.Body) -> bool:
    """Tell whether steps may give the caller something, or end the flow."""
    return any(
        isinstance(step, n.Give | n.Return | n.Include | n.Handoff | n.Broken)
        or (isinstance(step, n.Turn) and step.forward)
        for step in steps(body)
    )


def _may_remember(body: n.Body) -> bool:
    """Tell whether a key of the memory may hold something else after some steps."""
    return any(
        isinstance(step, n.Remember | n.Include | n.Broken) or (isinstance(step, n.Turn) and bool(step.tools))
        for step in steps(body)
    )


def _same(type_: Type, scope: Scope, name: str) -> bool:
    """Tell whether a scope knows the same of a name; by which way a text came does not count."""
    slot = scope.find(name)
    if slot is None:
        return False
    other = slot.type
    unset = (type_.unset is None) == (other.unset is None)
    return unset and type_[:9] == other[:9] and (type_.origin is None) == (other.origin is None)


def _changed(joined: Scope, head: Scope) -> list[str]:
    """Return the names of which something else is known than where the round began."""
    return [name for name, slot in joined.names.items() if not _same(slot.type, head, name)]
