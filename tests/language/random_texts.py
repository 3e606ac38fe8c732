"""Random expressions, texts and values of flows, and what is known of names where they stand."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

WORDS = ("tea", "two words", "", "no", "7", "ünï", "a: b", "{ }", "'", '"', "#1", "- x", "50%")


@dataclass
class Scope:
    """What may be read and done at a place."""

    names: dict[str, str] = field(default_factory=dict)
    """Kinds of the names that are set: `int`, `text`, `list`, `any`."""
    doubtful: set[str] = field(default_factory=set)
    """Those that may be unset."""
    loop: bool = False
    error: bool = False
    may_break: bool = False
    may_end: bool = True
    guarded: bool = False
    """A failure is caught here."""
    alone: bool = True
    """Nothing else runs at the same time, so that forks in here begin when they stand here."""
    depth: int = 0

    def inner(self, **changes: Any) -> Scope:
        changes.setdefault("depth", self.depth + 1)
        return replace(self, names={**self.names}, doubtful={*self.doubtful}, **changes)

    def set(self, name: str, kind: str) -> None:
        self.names[name] = kind
        self.doubtful.discard(name)

    def loosen(self, inner: Scope) -> None:
        """Take up what a body may have set, which may not have been done."""
        for name, kind in inner.names.items():
            if name not in self.names:
                self.doubtful.add(name)
                self.names[name] = "any"
            elif self.names[name] != kind:
                self.names[name] = "any"


class TextWriter:
    """Draws what steps say and hold. Each choice takes a byte; after the last, each takes the simplest."""

    def __init__(self, choices: bytes) -> None:
        self.choices = iter(choices)

    def below(self, most: int) -> int:
        """Return a number from 0, less than `most`."""
        return next(self.choices, 0) * most >> 8

    def pick(self, *options: Any) -> Any:
        return options[self.below(len(options))]

    def chance(self, percent: int) -> bool:
        return self.below(100) >= 100 - percent

    # Expressions ---------------------------------------------------------------------------------------

    def choose(self, *makers: str | Callable[[Scope], str], scope: Scope) -> str:
        """Return one of these expressions; only that one is made."""
        made = self.pick(*makers)
        return made if isinstance(made, str) else str(made(scope))

    def name(self, scope: Scope, kind: str) -> str | None:
        """Return a name of a kind that is set, or now and then any name there is."""
        fitting = [name for name, its in scope.names.items() if its == kind and name not in scope.doubtful]
        if scope.names and self.chance(4):
            fitting = [*scope.names]
        return self.pick(*fitting) if fitting else None

    def int(self, scope: Scope) -> str:
        texts: list[Any] = ["1", "3", "memory.k | default(2)", self.counted, self.counted, self.length]
        if scope.loop:
            texts += ["loop.index", "loop.revindex0", "loop.length"]
        return self.choose(*texts, scope=scope)

    def counted(self, scope: Scope) -> str:
        name = self.name(scope, "int")
        if name is None:
            return "2"
        return str(self.pick(name, f"{name} + 1", f"{name} - 1", f"7 // {name}", f"-{name}"))

    def length(self, scope: Scope) -> str:
        name = self.name(scope, "list")
        return "0" if name is None else f"{name} | length"

    def text(self, scope: Scope) -> str:
        texts: list[Any] = ["'tea'", "'x' * 2", self.spoken, self.spoken]
        if scope.error:
            texts += ["error.kind", "error.kind", "error.step"]
        if scope.loop:
            texts.append("loop.cycle('p', 'q')")
        return self.choose(*texts, scope=scope)

    def spoken(self, scope: Scope) -> str:
        name = self.name(scope, "text")
        if name is None or scope.names[name] != "text":
            return name or "'no'"
        return str(self.pick(name, f"{name} | upper", f"{name} ~ '!'", f"{name}[:3]", f"{name}[0]"))

    def list(self, scope: Scope) -> str:
        texts = [
            "[1, 2, 3]",
            "[1, 2, 3]",
            "[5, 4]",
            "[]",
            self.numbers,
            "['p', 'q']",
            self.listed,
            self.listed,
        ]
        return self.choose(*texts, scope=scope)

    def numbers(self, scope: Scope) -> str:
        return f"range(({self.int(scope)}) - 1)"

    def listed(self, scope: Scope) -> str:
        name = self.name(scope, "list")
        return (
            "[2]" if name is None else str(self.pick(name, f"({name} + [9])[:3]", f"{name} | reverse | list"))
        )

    def any(self, scope: Scope) -> str:
        texts = [self.int, self.text, self.list, "none", "{'k': 1}", "true", self.doubted, self.doubted]
        return self.choose(*texts, scope=scope)

    def doubted(self, scope: Scope) -> str:
        """Return any name, with what stands in for it where it is unset."""
        if not scope.names:
            return "nobody is defined"
        name = self.pick(*scope.names)
        if name not in scope.doubtful or self.chance(8):
            return str(self.pick(name, name, f"{name} is defined"))
        return f"{name} | default('unset')"

    def condition(self, scope: Scope) -> str:
        match self.pick("", "", "", "not", "and", "or", "text"):
            case "not":
                return f"not ({self.plain_condition(scope)})"
            case "and" | "or" as joint:
                return f"{self.plain_condition(scope)} {joint} {self.plain_condition(scope)}"
            case "text" if self.chance(8):
                return self.text(scope)
        return self.plain_condition(scope)

    def plain_condition(self, scope: Scope) -> str:
        if scope.loop and self.chance(25):
            return str(self.pick("loop.first", "loop.last", "loop.nextitem is defined"))
        match self.pick("int", "text", "in", "list", "memory", "defined"):
            case "int":
                return f"{self.int(scope)} > 1"
            case "text":
                return f"{self.text(scope)} == 'tea'"
            case "in":
                return f"2 in {self.list(scope)}"
            case "list":
                return f"({self.list(scope)})"
            case "defined" if scope.names:
                return f"{self.pick(*scope.names)} is defined"
        return "memory.k is defined"

    # Texts and values ----------------------------------------------------------------------------------

    def said(self, scope: Scope) -> str:
        """Return a text, with templates in it or not."""
        match self.pick("word", "int", "text", "text", "any", "if", "for", "lines"):
            case "word":
                return str(self.pick(*WORDS[:4], *WORDS[5:]))
            case "int":
                return f"{{{{ {self.int(scope)} }}}}"
            case "text":
                return f"so {{{{ {self.text(scope)} }}}}, {{{{ {self.int(scope)} }}}}"
            case "any":
                name = self.pick(*scope.names, "nobody")
                return f"{{{{ {name} | default('-', true) }}}}."
            case "if":
                return f"{{% if {self.condition(scope)} %}}yes{{% else %}}no{{% endif %}}"
            case "for":
                return f"{{% for i in {self.list(scope)} %}}{{{{ i }}}}{{{{ loop.index }}}};{{% endfor %}}"
        return f"one\n  {{# note #}}\ntwo {{{{ {self.int(scope)} }}}}\n"

    def line(self, scope: Scope) -> str:
        """Return a text on one line, that is neither empty nor YAML's own."""
        return "to " + self.said(scope).replace("\n", " ").strip()

    def value(self, scope: Scope, deep: int = 0) -> tuple[Any, str]:
        """Return a value with its kind."""
        match self.pick("int", "text", "list", "any", "constant", "said", "map", "items"):
            case "int":
                return f"{{{{ {self.int(scope)} }}}}", "int"
            case "text":
                return f"{{{{ {self.text(scope)} }}}}", "text"
            case "list":
                return f"{{{{ {self.list(scope)} }}}}", "list"
            case "any":
                return f"{{{{ {self.any(scope)} }}}}", "any"
            case "constant":
                return self.pick(
                    (1, "int"), (0, "int"), ("tea", "text"), ([1, 2], "list"), (None, "any"), (-5, "int")
                )  # type: ignore[no-any-return]
            case "said":
                return "so " + self.said(scope).replace("\n", " "), "text"
            case "map" if deep < 2:
                return {"k": self.value(scope, deep + 1)[0], "m": 2}, "any"
        return [self.value(scope, deep + 1)[0], 2] if deep < 2 else 1, "list" if deep < 2 else "int"

    def number(self, scope: Scope) -> tuple[str, str]:
        return f"{{{{ {self.int(scope)} }}}}", "int"
