"""Random flow files: every step, nested, with variables that may be unset and names that Python uses."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from hypothesis import strategies as st

from tests.language.random_texts import Scope, TextWriter
from tests.language.yaml_writing import yaml_of

NAMES = (
    "a", "n", "t", "xs", "b2", "answer", "class", "yield", "None_", "System", "Result", "text", "reply",
    "left", "call", "signal", "branches", "message", "caught", "missing", "é", "u__a", "filters", "closed",
    "main", "part",
)  # fmt: skip
KINDS = ("raised", "odd", "not_found")
Steps = list[Any]


@dataclass
class Sub:
    """A local flow that others may name: whether it takes `n`, and whether it has forks."""

    name: str
    takes: bool
    forks: bool = False


class Writer(TextWriter):
    """Draws the steps of one file."""

    def __init__(self, choices: bytes) -> None:
        super().__init__(choices)
        self.left = 0
        """How many steps there may still be."""
        self.subs: list[Sub] = []
        self.ids = 0
        self.forks = False
        """Whether the flow at hand has forks."""
        start, step = self.below(len(NAMES)), self.pick(1, 3, 5, 7)
        self.pool = [*dict.fromkeys(NAMES[(start + step * number) % len(NAMES)] for number in range(6))]
        """The names that the file sets: few, so that they meet one another."""

    # Steps ---------------------------------------------------------------------------------------------

    def body(self, scope: Scope, most: int = 4) -> Steps:
        """Return some steps; `scope` knows afterwards what they may have set."""
        steps: Steps = []
        for _ in range(self.below(most) + (1 if scope.depth == 0 else self.below(2))):
            if self.left <= 0:
                break
            self.left -= 1
            if self.add_step(steps, scope):
                break
        return steps

    def add_step(self, steps: Steps, scope: Scope) -> bool:
        """Add a step; tell whether nothing after it can be reached."""
        makers = [
            self.say,
            self.say,
            self.turn,
            self.turn,
            self.ask,
            self.small,
            self.small,
            self.set,
            self.set,
            self.set,
        ]
        if scope.depth < 3:
            makers += [self.if_, self.match, self.for_, self.for_, self.while_, self.try_, self.try_]
            makers += [self.delegate, self.delegate]
            if scope.alone:
                makers += [self.for_at_once, self.parallel]
        if scope.depth and self.chance(14):
            makers = [self.end]
        after = scope
        conditional = self.chance(12)
        if conditional:
            after = scope.inner(depth=scope.depth)
        condition = self.condition(scope) if conditional else ""
        step = self.pick(*makers)(after)
        if conditional:
            if not ends(step):
                scope.loosen(after)
            step = {step: None} if isinstance(step, str) else step
            step["when"] = condition
        steps.append(step)
        return ends(step)

    def say(self, scope: Scope) -> Any:
        match self.pick("say", "say", "say", "example", "messages", "parts"):
            case "example":
                return {"example": {"user": self.line(scope), "assistant": self.line(scope)}}
            case "messages":
                if self.chance(8):
                    return {"messages": f"{{{{ {self.any(scope)} }}}}"}
                return {
                    "messages": [
                        {"role": "user", "content": self.line(scope)},
                        {"role": "assistant", "content": "m"},
                    ]
                }
            case "parts":
                return {"user": [{"text": self.line(scope)}, {"image": "https://example.com/{{ 1 }}.png"}]}
        step: dict[str, Any] = {self.pick("user", "system", "assistant"): self.said(scope)}
        if self.chance(20):
            step["label"] = self.pick("l1", "l2")
        if self.chance(10):
            step["sticky"] = self.pick("top", "bottom")
        if self.chance(20):
            step["forward"] = True
        if self.chance(5):
            step["literal"] = True
        return step

    def turn(self, scope: Scope) -> Any:
        if self.chance(30):
            return "generate"
        given: dict[str, Any] = {}
        kind = "text"
        match self.pick("text", "text", "choices", "computed", "output"):
            case "choices":
                given["choices"] = ["tea", "no", "{{ 'x' ~ 1 }}"]
            case "computed":
                given["choices"] = f"{{{{ {self.list(scope) if self.chance(15) else ['p', 'q']} }}}}"
            case "output":
                given["output"] = self.pick("integer", {"n": "integer"}, ["string"])
                kind = "int" if given["output"] == "integer" else "any"
        if self.chance(50):
            given["forward"] = False
        if self.chance(20):
            given["temperature"] = self.pick(0.5, "{{ 1 / 4 }}", f"{{{{ {self.int(scope)} }}}}")
        if self.chance(20):
            given["repair"] = self.pick(0, 2)
        step: dict[str, Any] = {"generate": given}
        if self.chance(25):
            step["retry"] = {"times": self.pick(1, 2), "wait": "0s"}
            if self.chance(50):
                step["retry"]["on"] = self.pick(["invalid_output"], ["server", "auth"])
        if self.chance(15):
            step["timeout"] = "60s"
        if self.chance(15):
            self.ids += 1
            step["id"] = f"id-{self.ids}"
        if self.chance(15):
            step["message_as"] = self.pick(*self.pool)
            scope.set(step["message_as"], "any")
        if self.chance(60):
            step["as"] = self.pick(*self.pool)
            scope.set(step["as"], kind)
        return step

    def ask(self, scope: Scope) -> Any:
        step: dict[str, Any] = {"input": self.said(scope)}
        kind = "text"
        match self.pick("text", "type", "choices", "default"):
            case "type":
                step["type"], kind = "integer", "int"
            case "choices":
                step["choices"] = ["no", "tea", "{{ 1 }}"]
            case "default":
                step["default"], _ = self.value(scope)
                kind = "any"
        if self.chance(30):
            step["record"] = False
        if self.chance(80):
            step["as"] = self.pick(*self.pool)
            scope.set(step["as"], kind)
        return step

    def small(self, scope: Scope) -> Any:
        match self.pick("log", "log", "result", "result", "remember", "forget", "assert", "raise", "raise"):
            case "log":
                return {"log": self.line(scope)}
            case "result":
                return {"result": self.value(scope)[0]}
            case "remember":
                return {"remember": {"k": self.number(scope)[0], "other": self.value(scope)[0]}}
            case "forget":
                last = f"{{{{ {self.int(scope)} }}}}"
                return {"forget": self.pick("all", {"last": 1}, {"last": last}, {"label": "l1"})}
            case "assert":
                return {
                    "assert": self.choose(self.condition, "true", "true", scope=scope),
                    "message": self.line(scope),
                }
        return {"raise": self.line(scope), "kind": self.pick(*KINDS), "when": self.condition(scope)}

    def set(self, scope: Scope) -> Any:
        entries = {}
        for _ in range(1 + self.below(2)):
            name = self.pick(*self.pool)
            if name not in entries:
                entries[name], kind = self.pick(self.value, self.number)(scope)
                scope.set(name, kind)
        return {"set": entries}

    def end(self, scope: Scope) -> Any:
        """Return a step after which nothing can be reached."""
        ways = ["raise"]
        if scope.may_break:
            ways += ["break", "continue", "break", "continue"]
        subs = self.callable(scope)
        if scope.may_end:
            ways += ["stop", "return", "handoff"] if subs else ["stop", "return"]
        match self.pick(*ways):
            case "raise":
                return {"raise": self.line(scope)}
            case "return":
                return {"return": self.value(scope)[0]}
            case "handoff":
                return self.with_inputs({"handoff": None}, self.pick(*subs), scope)
            case word:
                return word

    # Control -------------------------------------------------------------------------------------------

    def branch(self, scope: Scope, most: int = 3, **changes: Any) -> Steps:
        """Return a body that may be done; `scope` knows afterwards what it may have set."""
        inner = scope.inner(**changes)
        steps = self.body(inner, most)
        if not body_ends(steps):
            scope.loosen(inner)
        return steps

    def if_(self, scope: Scope) -> Any:
        step: dict[str, Any] = {"if": self.condition(scope)}
        conditions = [self.condition(scope) for _ in range(self.below(2))]
        before = scope.inner(depth=scope.depth)
        step["then"] = self.branch_from(before, scope)
        if conditions:
            step["elif"] = [{"if": conditions[0], "then": self.branch_from(before, scope)}]
        if self.chance(60):
            step["else"] = self.branch_from(before, scope)
        return step

    def branch_from(self, before: Scope, scope: Scope) -> Steps:
        """Return one of several bodies, of which each begins with what was known before all of them."""
        own = before.inner(depth=scope.depth)
        steps = self.branch(own)
        scope.loosen(own)
        return steps

    def match(self, scope: Scope) -> Any:
        before = scope.inner(depth=scope.depth)
        step: dict[str, Any] = {"match": self.pick(self.text, self.int, self.any)(scope)}
        step["cases"] = {case: self.branch_from(before, scope) for case in ("tea", "1", "no")}
        if self.chance(85):
            step["else"] = self.branch_from(before, scope)
        return step

    def for_(self, scope: Scope) -> Any:
        step: dict[str, Any] = {}
        inner = self.targets(step, scope)
        before = scope.inner(depth=scope.depth)
        inner.may_break = True
        step["do"] = self.branch(inner, may_break=True, depth=scope.depth + 1)
        if scope.guarded and self.chance(30):
            step["do"].append({"raise": "to {{ loop.index }}", "when": "loop.index == 2"})
        elif not body_ends(step["do"]) and self.chance(60):
            step["do"].append({"log": "to {{ loop.index }}"})
        self.collected(step, inner, scope, 60)
        for name in before.names:
            if name in inner.names and inner.names[name] != before.names[name]:
                scope.names[name] = "any"
        scope.loosen(inner)
        if "as" in step:
            scope.set(step["as"], "list")
        return step

    def targets(self, step: dict[str, Any], scope: Scope) -> Scope:
        """Write what a loop goes through; return the scope of a round, in which kinds may have changed."""
        inner = scope.inner(loop=True, depth=scope.depth)
        if self.chance(15):
            first, second = self.pick(*self.pool[:3]), self.pick(*self.pool[3:])
            step["for"], step["in"] = (
                f"{first}, {second}",
                self.pick("{'p': 1, 'q': 2}.items()", "[[1, 2], [3, 4]]"),
            )
            inner.set(first, "any")
            inner.set(second, "int")
            return inner
        step["for"], step["in"] = self.pick(*self.pool), self.list(scope)
        if self.chance(4):
            step["in"] = self.any(scope)
        inner.set(step["for"], "any")
        return inner

    def collected(self, step: dict[str, Any], inner: Scope, scope: Scope, percent: int) -> None:
        if self.chance(percent):
            step["collect"] = self.any(inner)
            step["as"] = self.pick(*self.pool, *scope.names, *scope.names)

    def while_(self, scope: Scope) -> Any:
        step = {"while": self.condition(scope), "limit": self.pick(1, 2, 3, f"{{{{ {self.int(scope)} }}}}")}
        before = scope.inner(depth=scope.depth)
        step["do"] = self.branch(scope, may_break=True)
        if self.chance(70):
            step["otherwise"] = self.branch_from(before, scope)
        return step

    def try_(self, scope: Scope) -> Any:
        before = scope.inner(depth=scope.depth)
        step: dict[str, Any] = {"try": self.branch(scope, 4, guarded=True)}
        caught = self.chance(80)
        if caught:
            inner = scope.inner(error=True, depth=scope.depth)
            inner.names = {**inner.names, **dict.fromkeys(set(inner.names) - set(before.names), "any")}
            step["catch"] = self.branch(inner, error=True)
            if not body_ends(step["catch"]) and self.chance(30):
                step["catch"].append({"log": "to {{ error.kind }}"})
            scope.loosen(inner)
        if not caught or self.chance(30):
            inner = scope.inner(depth=scope.depth)
            step["finally"] = self.branch(inner, 2, may_end=False, may_break=False)
            scope.loosen(inner)
        return step

    def for_at_once(self, scope: Scope) -> Any:
        step: dict[str, Any] = {}
        inner = self.targets(step, scope)
        most = self.pick(1, 2, 3, 5, "{{ 2 }}")
        inner = inner.inner(may_break=False, may_end=True, alone=most == 1, guarded=False)
        self.forks = True
        step["do"] = self.body(inner, 3)
        if self.chance(60):
            step["do"].insert(0, {"log": "to {{ loop.index }}"})
        self.collected(step, inner, scope, 50)
        step["at_once"] = most
        if self.chance(50):
            step["on_error"] = self.pick("skip", "keep", "fail")
        if "as" in step or self.chance(60):
            step.setdefault("as", self.pick(*self.pool))
            scope.set(step["as"], "list")
        return step

    def parallel(self, scope: Scope) -> Any:
        names = self.pool[self.below(4) :][: 1 + self.below(3)]
        self.forks = True
        inner = scope.inner(may_break=False, may_end=True, alone=len(names) == 1, guarded=False)
        step: dict[str, Any] = {"parallel": {name: self.body(inner.inner(), 3) for name in names}}
        if self.chance(30):
            step["wait"] = self.pick("first", "all")
        if self.chance(20):
            step["timeout"] = "60s"
        for name in names:
            scope.set(name, "any")
        return step

    # Other flows ---------------------------------------------------------------------------------------

    def callable(self, scope: Scope) -> list[Sub]:
        """Return the flows that may be named here."""
        return [sub for sub in self.subs if scope.alone or not sub.forks]

    def delegate(self, scope: Scope) -> Any:
        subs = self.callable(scope)
        if not subs:
            return self.small(scope)
        step = self.with_inputs({self.pick("call", "include"): None}, self.pick(*subs), scope)
        if self.chance(70):
            step["as"] = self.pick(*self.pool)
            scope.set(step["as"], "any")
        if self.chance(25):
            step["retry"] = {"times": self.pick(1, 2), "wait": "0s"}
            if self.chance(40):
                step["retry"]["on"] = self.pick(["raised"], ["server", "odd"])
        if self.chance(15):
            step["timeout"] = "60s"
        return step

    def with_inputs(self, step: dict[str, Any], sub: Sub, scope: Scope) -> dict[str, Any]:
        head = next(iter(step))
        step[head] = sub.name
        self.forks = self.forks or sub.forks
        others = [other for other in self.subs if other.takes == sub.takes and other.forks <= sub.forks]
        if len(others) > 1 and self.chance(25):
            step |= {head: f"{{{{ '{sub.name}' }}}}", "among": [other.name for other in others]}
        given = {}
        if sub.takes:
            given["n"] = f"{{{{ {self.any(scope) if self.chance(6) else self.int(scope)} }}}}"
        if self.chance(30):
            given["t"] = self.line(scope)
        if given:
            step["with"] = given
        return step

    def flow(self, sub: Sub) -> dict[str, Any]:
        """Return a whole flow with its inputs."""
        made: dict[str, Any] = {"inputs": {"t?": {"type": "string", "default": "dflt"}}}
        scope = Scope({"t": "text"})
        if sub.takes:
            made["inputs"]["n"] = "integer"
            scope.set("n", "int")
        if self.chance(20):
            made["settings"] = {"temperature": self.pick(0, 1)}
        if self.chance(15):
            made["output"] = self.pick("integer", "any", {"n": "integer"})
        made["steps"] = self.body(scope, 8)
        if not made["steps"]:
            made["steps"] = [{"log": "nothing"}]
        if not ends(made["steps"][-1]) and made.get("output", "any") != "any":
            fitting = f"{{{{ {self.int(scope)} }}}}"
            made["steps"].append({"return": fitting if made["output"] == "integer" else {"n": fitting}})
        if not ends(made["steps"][-1]):
            seen = {name: f"{{{{ {name} | default('unset') }}}}" for name in sorted(scope.names)}
            made["steps"].append({"result": seen})
        return made


ENDS = {"return", "stop", "break", "continue", "handoff", "raise"}


def body_ends(steps: Steps | None) -> bool:
    """Tell whether nothing after these steps can be reached."""
    return any(map(ends, steps or ()))


def ends(step: Any) -> bool:
    """Tell whether nothing after a step can be reached."""
    if isinstance(step, str):
        return step in ENDS
    if "when" in step:
        return False
    match step:
        case {"if": _, "then": then, "else": orelse}:
            return all(map(body_ends, (then, orelse, *(other["then"] for other in step.get("elif", ())))))
        case {"match": _, "cases": cases, **rest}:
            return all(map(body_ends, (*cases.values(), rest["else"]))) if "else" in rest else False
        case {"try": body, **rest}:
            return body_ends(rest.get("finally")) or (
                body_ends(body) and ("catch" not in rest or body_ends(rest["catch"]))
            )
    return next(iter(step)) in ENDS


def flow_of(choices: bytes, most: int = 30) -> str:
    """Return the text of a flow file that has no mistake in it, made from choices."""
    writer = Writer(choices)
    made: dict[str, Any] = {}
    for name in ("last-one", "text", "middle")[: writer.below(4)]:
        writer.left = most // 3
        sub = Sub(name, writer.chance(60))
        writer.forks = False
        made[name] = writer.flow(sub)
        sub.forks = writer.forks
        writer.subs.append(sub)
    writer.left = most
    file = {"turbo": 1, "name": "main", **writer.flow(Sub("main", True))}
    if made:
        file["flows"] = made
    return yaml_of(file)


def flows(size: int = 600) -> st.SearchStrategy[str]:
    """Return the strategy that draws flow files; `size`: how many choices there are to a file."""
    return st.binary(min_size=size, max_size=size).map(flow_of)
