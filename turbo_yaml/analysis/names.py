"""Typed flow to the facts of its names: Python's scoping, definite assignment, unknown names."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import assert_never, get_args

from turbo_yaml.analysis.env import Env
from turbo_yaml.analysis.facts import Facts, FunctionFacts, Known
from turbo_yaml.analysis.kinds import kind_of_value
from turbo_yaml.diagnostics import Diagnostic
from turbo_yaml.diagnostics.suggest import did_you_mean, nearest, suggestion
from turbo_yaml.flow import nodes as n
from turbo_yaml.flow.walk import names_set, steps
from turbo_yaml.source import Source, Span
from turbo_yaml.template import Expression, Text, reads
from turbo_yaml.types import MISSING, Kind, static_kind

_Plain = (
    n.Say | n.Example | n.Messages | n.Ask | n.Give | n.Assign | n.Remember | n.Forget | n.Assert
    | n.Log | n.Sleep | n.Include | n.Call | n.UseTool | n.Broken
)  # fmt: skip
_PLAIN = frozenset(get_args(_Plain))
_NEXT = 80
"""So many characters behind a name tell what is read of it."""
_OUTSIDE = (
    "what is not in the flow comes in as an input; a key is only named: `api_key_env`, or `secret` of a tool"
)
_SPECIAL = {
    "loop": ("`loop` is known only inside a `for`", "in a `while`, count with a variable of your own: `set`"),
    "error": ("`error` is known only inside a `catch`", "read it in the steps under `catch`"),
    **{
        name: (f"`{name}` is not defined here: texts read no environment and no secrets", _OUTSIDE)
        for name in ("env", "environ", "env_var", "getenv", "os", "secrets")
    },
}


def analyse_names(
    flow: n.Flow,
    source: Source,
    shared: Mapping[str, Known],
    facts: Facts,
    *,
    whole: bool = True,
    certain: bool = True,
) -> list[Diagnostic]:
    """Add the facts of one flow to `facts`; return its unknown names.

    `shared`: names of the whole file. `whole`: nothing of the file was lost to a mistake in its YAML;
    `certain`: there was no other mistake either.
    """
    return _Names(flow, source, shared, facts, whole, certain).run()


class _Names:
    """One walk over one flow. `env` is what is known where the walk stands."""

    def __init__(
        self,
        flow: n.Flow,
        source: Source,
        shared: Mapping[str, Known],
        facts: Facts,
        whole: bool,
        certain: bool,
    ) -> None:
        self.certain = certain
        self.flow = flow
        self.source = source
        self.shared = shared
        self.facts = facts
        self.found: list[Diagnostic] = []
        self.function = facts.functions[id(flow)] = FunctionFacts()
        self.read_here = facts.read_in[id(flow)] = set()
        self.loops: list[n.For] = []
        self.later = names_set(flow.steps)
        self.whole = whole
        self.lost = not whole or any(isinstance(step, n.Broken) for step in steps(flow.steps))

    def run(self) -> list[Diagnostic]:
        env = Env()
        for given in self.flow.inputs:
            may_be_null = not given.required and given.default is MISSING
            env.set(given.name, "any" if may_be_null else static_kind(given.schema))
        self.body(self.flow.steps, env)
        return self.found

    # Reading -------------------------------------------------------------------------------------------

    def read(self, node: Text | Expression | None, env: Env) -> None:
        """Record the names that a text or an expression reads."""
        if node is None:
            return
        seen = self.facts.reads.setdefault(id(node), {})
        for name, span, soft in reads(node):
            self.read_here.add(name)
            known = self.lookup(name, env)
            if known is None:
                if not soft:
                    self.unknown(name, span, node.source, env)
                continue
            seen[name] = known

    def lookup(self, name: str, env: Env) -> Known | None:
        """Return what is known of a name here, noting what the Python function will need for it."""
        if name == "memory":
            self.function.uses_memory = True
            return Known()
        known = env.get(name)
        if known is None:
            return self.shared.get(name)
        if name == "loop" and self.loops:
            self.facts.reads_loop.add(id(self.loops[-1]))
        if known.outer:
            self.function.captures[name] = None
        elif known.unset:
            self.function.starts_unset[name] = None
        return known

    def unknown(self, name: str, span: Span, source: Source, env: Env) -> None:
        """Report a name that nothing defines."""
        self.facts.unknown.setdefault(id(self.flow), set()).add(name)
        if name in self.later:
            if self.lost:
                return  # the step that was lost may set it, too
            message, help_ = f"`{name}` is not set yet here", "set it before this step, or use `default(…)`"
        elif name in _SPECIAL:
            message, help_ = _SPECIAL[name]
        else:
            message = f"`{name}` is not defined here"
            legal = [*env.names(), *self.shared]
            near = nearest(name, [*legal, "memory"])
            if (self.lost and near is None) or (not self.certain and self.is_a_key(name)):
                return
            if not self.whole and len(re.findall(rf"\b{re.escape(name)}\b", self.source.text)) > 1:
                return  # what sets it may be what was reported
            if near is None:
                from turbo_yaml.analysis.foreign_names import advice_on

                behind = source.text[span.end : span.end + _NEXT]
                advice = advice_on(name, legal, behind) or did_you_mean(name, legal)
            else:
                advice = suggestion(name, near, legal)
            help_ = advice or "declare it under `inputs:`, or `set` it before this step"
        self.found.append(Diagnostic("unknown-name", message, source, span, help=help_))

    def is_a_key(self, name: str) -> bool:
        """Tell whether a name stands in the file as if it were set there: as a key, or after `as`."""
        word = re.escape(name)
        key = rf"(?:^|[\s{{,\"'])({word}\??)[\"']?\s*:"
        target = rf"\b(?:as|message_as|for)\b[: ]*[\w, ]*\b{word}\b"
        return re.search(f"{key}|{target}", self.source.text, re.MULTILINE) is not None

    def value(self, value: n.Value | None, env: Env) -> None:
        """Record the names that a value reads."""
        match value:
            case None | n.Constant():
                pass
            case n.ListValue():
                for item in value.items:
                    self.value(item, env)
            case n.MapValue():
                for entry in value.entries:
                    self.value(entry.value, env)
            case _:
                self.read(value, env)

    # Walking -------------------------------------------------------------------------------------------

    def body(self, steps: n.Body, env: Env) -> Env | None:
        """Walk steps, changing `env`; return it, or None where the end cannot be reached."""
        alive = True
        for step in steps:
            if step.when is None:
                alive = self.step(step, env) and alive
                continue
            self.read(step.when, env)
            passed = Env(env)
            env.join([Env(env), passed if self.step(step, passed) else None])
        return env if alive else None

    def step(self, step: n.Step, env: Env) -> bool:
        """Walk one step; tell whether the next one can be reached."""
        if type(step) in _PLAIN:  # most are: to ask for each class in turn takes long
            self.plain(step, env)  # type: ignore[arg-type]
            return True
        match step:
            case n.Turn():
                return self.turn(step, env)
            case n.Return():
                self.value(step.value, env)
                return False
            case n.Raise():
                self.read(step.message, env)
                return False
            case n.Handoff():
                self.named(step.arguments, env)
                return False
            case n.Stop() | n.Break() | n.Continue():
                return False
            case n.If() | n.Match() | n.For() | n.While() | n.Parallel() | n.Try():
                return self.control(step, env)
            case _:
                raise AssertionError("a step of no known kind")

    def plain(self, step: _Plain, env: Env) -> None:
        """Walk a step that has no body and goes on."""
        match step:
            case n.Say():
                self.texts([step.name, *_content(step.content)], env)
            case n.Example():
                self.texts((text for pair in step.pairs for text in pair), env)
            case n.Messages() | n.Give():
                self.value(step.value, env)
            case n.Ask():
                self.texts([step.question, *_choices(step.choices)], env)
                self.value(step.default, env)
                kind = "string" if step.type is None else static_kind(step.type)
                _bind(env, step.as_, "any" if step.default is not None else kind)
            case n.Assign():
                for entry in step.entries:
                    self.value(entry.value, env)
                    env.set(entry.name, kind_of_value(entry.value, self.facts))
            case n.Remember():
                self.named(step.entries, env)
                self.function.uses_memory = True
            case n.Forget():
                self.read(step.label, env)
                self.value(step.last, env)
                self.function.uses_memory = True
            case n.Assert():
                self.texts([step.condition, step.message], env)
            case n.Log():
                self.read(step.message, env)
            case n.Sleep():
                self.read(step.duration if isinstance(step.duration, Text) else None, env)
            case n.Include() | n.Call() | n.UseTool():
                self.named(step.arguments, env)
                _bind(env, step.as_)
                self.function.uses_memory |= isinstance(step, n.Include)
            case n.Broken():
                pass
            case _:
                assert_never(step)

    def turn(self, step: n.Turn, env: Env) -> bool:
        """Walk a turn; tell whether the next step can be reached."""
        self.texts(_choices(step.choices), env)
        self.value(step.max_turns, env)
        self.named(step.settings, env)
        done = env if step.otherwise is None else Env(env)
        _bind(done, step.as_, "string" if step.output is None else static_kind(step.output))
        _bind(done, step.message_as)
        if step.otherwise is None:
            return True
        return env.join([done, self.body(step.otherwise, Env(env))])

    def texts(self, texts: Iterable[Text | Expression | None], env: Env) -> None:
        for text in texts:
            self.read(text, env)

    def named(self, entries: Iterable[n.Named], env: Env) -> None:
        for entry in entries:
            self.value(entry.value, env)

    # Control -------------------------------------------------------------------------------------------

    def control(self, step: n.If | n.Match | n.For | n.While | n.Parallel | n.Try, env: Env) -> bool:
        """Walk a step that has bodies; tell whether the next one can be reached."""
        match step:
            case n.If():
                ends = []
                for branch in step.branches:
                    self.read(branch.condition, env)
                    ends.append(self.body(branch.body, Env(env)))
                return env.join([*ends, self.body(step.orelse, Env(env))])
            case n.Match():
                self.read(step.subject, env)
                ends = [self.body(case.body, Env(env)) for case in step.cases]
                if step.orelse is not None:
                    ends.append(self.body(step.orelse, Env(env)))
                return env.join(ends)
            case n.For():
                self.for_(step, env)
            case n.While():
                self.while_(step, env)
            case n.Parallel():
                for part in step.branches:
                    self.fork(part, part.body, env)
                for part in step.branches:
                    env.set(part.target.name)
            case n.Try():
                return self.try_(step, env)
            case _:
                assert_never(step)
        return True

    def while_(self, step: n.While, env: Env) -> None:
        self.value(step.limit, env)
        env.loosen(names_set(step.body))
        self.read(step.condition, env)
        self.body(step.body, Env(env))
        env.join([Env(env), self.body(step.otherwise or (), Env(env))])

    def for_(self, step: n.For, env: Env) -> None:
        self.read(step.iterable, env)
        self.value(step.at_once, env)
        self.loops.append(step)
        if step.at_once is not None:
            self.fork(step, step.body, env, step.targets, step.collect)
        else:
            env.loosen(names_set(step.body))
            env.loosen(target.name for target in step.targets)
            self.round(step.body, Env(env), step.targets, step.collect)
        self.loops.pop()
        _bind(env, step.as_)

    def round(
        self, body: n.Body, env: Env, targets: tuple[n.Target, ...], collect: Expression | None
    ) -> None:
        """Walk one round of a loop."""
        env.set("loop")
        for target in targets:
            env.set(target.name)
        end = self.body(body, env)
        self.read(collect, end or env)

    def fork(
        self,
        owner: n.For | n.NamedBody,
        body: n.Body,
        env: Env,
        targets: tuple[n.Target, ...] = (),
        collect: Expression | None = None,
    ) -> None:
        """Walk a body that is a Python function of its own: it sees the names as they were."""
        enclosing, self.function = self.function, FunctionFacts()
        self.facts.functions[id(owner)] = self.function
        inner = Env(Env(env, fork=True))
        if isinstance(owner, n.For):
            self.round(body, inner, targets, collect)
        else:
            self.body(body, inner)
        captures, self.function = self.function.captures, enclosing
        for name in captures:
            self.lookup(name, env)

    def try_(self, step: n.Try, env: Env) -> bool:
        ends = [self.body(step.body, Env(env))]
        if step.catch is not None:
            beneath = Env(env)
            beneath.set("error")
            caught = Env(beneath)
            caught.loosen(names_set(step.body))
            ends.append(self.body(step.catch, caught))
        risky = Env(env)
        risky.loosen(names_set(step.body))
        risky.loosen(names_set(step.catch or ()))
        reached = env.join(ends)
        if step.finally_ is None:
            return reached
        after = self.body(step.finally_, risky)
        for name in names_set(step.finally_):
            env.own[name] = risky.get(name) or Known(unset=True)
        return reached and after is not None


def _content(content: Text | tuple[n.ContentPart, ...]) -> list[Text]:
    return [part.value for part in content] if isinstance(content, tuple) else [content]


def _choices(choices: tuple[Text, ...] | Text | None) -> tuple[Text, ...]:
    return () if choices is None else choices if isinstance(choices, tuple) else (choices,)


def _bind(env: Env, target: n.Target | None, kind: Kind = "any") -> None:
    if target is not None:
        env.set(target.name, kind)
