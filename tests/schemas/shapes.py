"""Flows as data: good ones of every step and key, and what one slip makes of them."""

from __future__ import annotations

import copy
import json
from typing import Any

from hypothesis import strategies as st

from turbo_yaml.flow.assertions import (
    ALONE,
    ASSERTIONS,
    FAILURE_KEYS,
    PRICE_KEYS,
    SEQUENCE_KEYS,
    TOOL_ARGS_KEYS,
)
from turbo_yaml.flow.vocabulary import (
    COMMON_KEYS,
    ELIF_KEYS,
    FILE_KEYS,
    MEMORY_KEYS,
    OF_STEPS,
    RETRY_KEYS,
    ROWS_KEYS,
    TEST_KEYS,
    TEST_TURN_KEYS,
    TOOL_KEYS,
    TURN_KEYS,
    VERBS,
    Key,
    Verb,
)

TEXTS = st.sampled_from(["hello", "no", "{{ x }} and {{ y }}", "", "12:30", True, None, 3, 2.5])
WORDS = st.sampled_from(["draft", "a-b", "_x", "Step1"])
TOOLS = st.sampled_from(["find_order", "github.search", "a-b"])
VARIABLES = st.sampled_from(["reply", "x", "größe", "_hidden", "for"])
TEMPLATES = st.sampled_from(["{{ x }}", "{{ items | length }}"])
DURATIONS = st.sampled_from(["500ms", "30s", "1.5h", 30, 0.5])
COUNTS = st.sampled_from([1, 5, 3.0, 10**9])
VALUES = st.sampled_from([None, True, 3, "text", "{{ x }}", ["{{ x }}", 1], {"a": {"b": "{{ x }}"}}, [], {}])
PATHS = st.sampled_from(["./a.yaml", "b.json", "../c/d.csv"])
TYPES = st.sampled_from(
    ["string", "int", "string, a name", None, ["string"], [["any"]], {"a": "integer", "b?": "string"}]
)
SETTINGS = st.sampled_from(
    [{}, {"temperature": 0}, {"timeout": "30s", "stop": ["x"]}, {"budget": {"calls": 3}}]
)
OWN_SETTINGS = st.sampled_from(
    [
        {},
        {"temperature": 0.5},
        {"model": "{{ m }}"},
        {"max_tokens": "{{ n }}"},
        {"stop": None},
        {"cache": "off"},
    ]
)

POOL: list[Any] = [None, True, False, 0, 1, -3, 2.5, 3.0, 10**10]
POOL += [
    "",
    "x",
    "a b",
    "a-b",
    "true",
    "memory",
    "loop",
    "_",
    "__x",
    "9x",
    "{{ x }}",
    "30s",
    "0s",
    "3 seconds",
]
POOL += [
    "./a.yaml",
    "/a.yaml",
    "https://a.b/c.yaml",
    "all",
    "top",
    "a, b",
    "a, , b",
    "generate",
    "stop",
    "user",
]
POOL += [[], ["x"], [1], ["stop"], ["generate"], [None], [[]], [{}], [{"user": "hi"}], [{"text": "hi"}]]
POOL += [{"command": ["x"]}, {"url": "x"}, {"tools": ["x"]}, {"tools": []}, ["x", "y"]]
POOL += [{}, {"x": 1}, {"user": "hi"}, {"text": "hi"}, {"label": "a"}, {"times": 1}, {"kind": "local"}]
NAMES = [
    "user",
    "generate",
    "as",
    "when",
    "id",
    "x-note",
    "unknown",
    "else",
    "limit",
    "in",
    "choices",
    "tools",
    "max_turns",
    "otherwise",
    "with",
    "http",
    "mcp",
    "flow",
    "type",
    "timeout",
    "literal",
    "stop",
]


_FLOWS = ["summarize", "policy.house-rules", "./a.yaml", "a/b.yml"]


def made(key: Key, depth: int) -> st.SearchStrategy[Any]:
    """Give what may stand under a key."""
    bodies = st.lists(steps(depth - 1), max_size=2) if depth > 0 else st.just(["stop"])
    match key.slot:
        case "text" | "said" | "plain":
            return TEXTS
        case "expression":
            return st.sampled_from(["x", "score > 5", True, 3, None])
        case "word":
            return WORDS
        case "bool":
            return st.booleans()
        case "whole":
            return st.sampled_from([0, 1, 7, 2.0])
        case "count":
            return COUNTS | TEMPLATES
        case "number":
            return st.sampled_from([1, 2.5])
        case "duration":
            return DURATIONS
        case "delay":
            return DURATIONS | st.sampled_from(["0s", 0])
        case "pause":
            return DURATIONS | TEMPLATES | st.just(0)
        case "choice":
            return st.sampled_from(key.options)
        case "flow" | "callee":
            return st.sampled_from(_FLOWS)
        case "callees":
            return st.lists(st.sampled_from(_FLOWS), min_size=1, max_size=2, unique=True)
        case "path":
            return PATHS
        case "target":
            return VARIABLES
        case "targets":
            return st.sampled_from(["x", "x, y", "größe,y"])
        case "value":
            return VALUES
        case "data":
            return st.sampled_from([None, [], {"a": 1}, "text"])
        case "type":
            return TYPES
        case "labels":
            return st.lists(TEXTS, min_size=1, max_size=3) | TEMPLATES
        case "lines":
            return st.sampled_from(["Score: {score:int}", "Why: {why?:multiline}\n{{ {n} of {m:d} }}"])
        case "words":
            return st.lists(WORDS, max_size=2)
        case "tool":
            return TOOLS
        case "offer":
            return st.lists(TOOLS, min_size=1, max_size=2, unique=True)
        case "plains":
            return st.lists(TEXTS, min_size=1, max_size=2)
        case "values":
            return st.dictionaries(VARIABLES, VALUES, min_size=1, max_size=2)
        case "arguments":
            return st.dictionaries(st.sampled_from(["a", "b-c"]), VALUES, max_size=2)
        case "none":
            return st.none()
        case "content":
            return TEXTS | st.lists(
                st.sampled_from(["text", "image", "audio", "file"]).flatmap(_part), min_size=1, max_size=2
            )
        case "examples":
            pair = st.fixed_dictionaries({"user": TEXTS, "assistant": TEXTS})
            return pair | st.lists(pair, min_size=1, max_size=2)
        case "history":
            return TEMPLATES | st.just([{"role": "user", "content": "hi"}])
        case "body":
            return bodies
        case "cases":
            return st.dictionaries(st.sampled_from(["a", "yes", "1"]), bodies, min_size=1, max_size=2)
        case "elifs":
            return st.lists(mapping(ELIF_KEYS, depth), max_size=2)
        case "branches":
            return st.dictionaries(VARIABLES, bodies, min_size=1, max_size=2)
        case "turn":
            own = st.tuples(mapping(TURN_KEYS, depth), OWN_SETTINGS).map(lambda both: both[1] | both[0])
            return st.none() | own
        case "retry":
            return st.sampled_from([0, 3]) | mapping(RETRY_KEYS, depth)
        case "forget":
            return (
                st.just("all")
                | st.fixed_dictionaries({"label": TEXTS})
                | st.fixed_dictionaries({"last": COUNTS})
            )
        case _:
            return of_a_file(key, depth)


def of_a_file(key: Key, depth: int) -> st.SearchStrategy[Any]:
    """Give what may stand under a key that only files and flows have."""
    match key.slot:
        case "version":
            return st.just(1)
        case "inputs":
            return st.dictionaries(st.sampled_from(["a", "b?"]), TYPES, max_size=2)
        case "settings":
            return SETTINGS
        case "profiles":
            return st.dictionaries(WORDS, SETTINGS, max_size=2)
        case "memory":
            return st.just({"kind": "local"}) | mapping(MEMORY_KEYS, depth).map(
                lambda it: it | {"kind": "summarize", "max_tokens": 100}
            )
        case "files":
            return st.dictionaries(st.just("orders"), PATHS)
        case "tools":
            return st.dictionaries(WORDS, st.none() | mapping(TOOL_KEYS, depth), max_size=1)
        case "parameters":
            return st.sampled_from([{}, {"a": "integer", "b?": "string"}])
        case "request":
            return st.sampled_from(["GET https://api.example.com/a", "http://localhost:8000/"])
        case "server":
            return st.sampled_from([{"command": ["server", "--quiet"]}, {"url": "https://a.b/mcp"}])
        case "headers":
            return st.dictionaries(WORDS, TEXTS, max_size=1)
        case "flows":
            one = st.fixed_dictionaries({"steps": st.lists(steps(depth - 1), min_size=1, max_size=1)})
            return st.dictionaries(WORDS, one, max_size=1)
        case "tests":
            return st.lists(mapping(TEST_KEYS, depth), max_size=2)
        case _:
            return of_a_test(key, depth)


def of_a_test(key: Key, depth: int) -> st.SearchStrategy[Any]:
    """Give what may stand under a key that only tests have."""
    bounds = st.sampled_from([{"min": 1}, {"max": 5}, {"min": 1, "max": 5}])
    several = TEXTS | st.lists(TEXTS, min_size=1, max_size=2)
    simple: dict[str, st.SearchStrategy[Any]] = {
        "test_text": TEXTS,
        "test_value": VALUES,
        "json_type": TYPES,
        "alone": st.none(),
        "texts": several,
        "score": st.sampled_from([0, 0.5, 3]),
        "given": st.dictionaries(st.sampled_from(["a", "b-c"]), VALUES, max_size=2),
        "answer": VALUES,
        "answers": st.lists(VALUES, max_size=2),
        "replies": st.lists(VALUES, max_size=2),
        "rows": PATHS | st.lists(st.just({"a": 1}), max_size=2) | mapping(ROWS_KEYS, depth),
        "bounds": st.sampled_from([0, 7]) | bounds,
        "chat": st.dictionaries(st.sampled_from(["user", "system"]), TEXTS, min_size=1, max_size=1),
        "failure": WORDS | mapping(FAILURE_KEYS, depth),
        "prices": mapping(PRICE_KEYS, depth),
        "sequence": several | mapping(SEQUENCE_KEYS, depth),
        "step_count": bounds,
        "tool_args": mapping(TOOL_ARGS_KEYS, depth),
        "results": st.just({"find": {"in_order": [1]}}),
    }
    if key.slot == "expect":
        return st.lists(assertions(depth), max_size=2) if depth > 0 else st.just([])
    if key.slot == "test_turns":
        later = st.lists(mapping(TEST_TURN_KEYS, depth).map(lambda it: it | {"input": "yes"}), max_size=1)
        first = mapping(TEST_TURN_KEYS[1:], depth)
        return st.tuples(first, later).map(lambda both: [both[0], *both[1]])
    return simple[key.slot]


@st.composite
def assertions(draw: st.DrawFn, depth: int) -> Any:
    """Give one assertion."""
    verb = draw(st.sampled_from([*ASSERTIONS.values()]))
    head = draw(st.sampled_from([verb.name] if verb.name in ALONE else [verb.name, f"not-{verb.name}"]))
    if verb.bare and draw(st.booleans()):
        return head
    found = draw(mapping(verb.keys, depth - 1))
    return {head: draw(made(verb.head, depth - 1))} | found


def _part(kind: str) -> st.SearchStrategy[Any]:
    return st.fixed_dictionaries({kind: TEXTS})


@st.composite
def mapping(draw: st.DrawFn, keys: tuple[Key, ...], depth: int) -> dict[str, Any]:
    """Give a mapping with the required keys, some of the others, and no two that cannot stand together."""
    chosen = [key for key in keys if key.required or draw(st.integers(0, 3)) == 0]
    names = {key.name for key in chosen}
    for key in keys:
        if key.name in names and key.needs and not names & set(key.needs):
            names.add(key.needs[0])
    for key in keys:
        if key.name in names and names & set(key.excludes):
            names.discard(key.name)
    return {key.name: draw(made(key, depth)) for key in keys if key.name in names}


@st.composite
def steps(draw: st.DrawFn, depth: int) -> Any:
    """Give one step."""
    verb = draw(st.sampled_from([verb for verb in VERBS if depth > 0 or verb.group != "Control"]))
    if verb.bare and draw(st.booleans()):
        return verb.name
    step = {verb.name: draw(made(verb.head, depth))} | draw(mapping((*verb.keys, *COMMON_KEYS), depth))
    if "type" in step:
        step.pop("default", None)  # whether it fits the type is beyond the schema
    if "among" in step:
        step[verb.name] = "{{ x }}"
    if verb.name == "generate" and "otherwise" in step:
        step["generate"] = {**(step["generate"] or {}), "tools": ["find_order"]}
    return with_any_of(verb, step)


def with_any_of(verb: Verb, step: dict[str, Any]) -> dict[str, Any]:
    """Return the step with one of the keys of which it must have one."""
    if verb.any_of and not any(name in step for name in verb.any_of):
        step[verb.any_of[0]] = []
    return step


@st.composite
def flows(draw: st.DrawFn) -> dict[str, Any]:
    """Give a good flow file."""
    keys = tuple(key for key in FILE_KEYS if key.slot not in ("body", "version"))
    file = {"turbo": 1} | draw(mapping(keys, 1))
    if "flows" not in file or not file["flows"] or draw(st.booleans()):
        file["steps"] = draw(st.lists(steps(2), min_size=1, max_size=3))
        return file
    return {name: value for name, value in file.items() if name not in OF_STEPS}


@st.composite
def slipped(draw: st.DrawFn) -> dict[str, Any]:
    """Give a flow file in which one place was changed at random."""
    flow = copy.deepcopy(draw(flows()))
    path = draw(st.sampled_from(places(flow)))
    holder: Any = flow
    for part in path[:-1]:
        holder = holder[part]
    slip = draw(st.sampled_from(["replace", "remove", "rename", "add", "wrap"]))
    last = path[-1]
    if slip == "replace":
        holder[last] = draw(st.sampled_from(POOL))
    elif slip == "wrap":
        holder[last] = [holder[last]]
    elif slip == "remove":
        del holder[last]
    elif isinstance(holder, dict):
        value = holder.pop(last) if slip == "rename" else draw(st.sampled_from(POOL))
        holder[draw(st.sampled_from(NAMES))] = value
    return flow


def places(part: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Return the paths of all values, but not of those inside types, settings and free data."""
    found: list[tuple[Any, ...]] = []
    items = part.items() if isinstance(part, dict) else enumerate(part) if isinstance(part, list) else ()
    for name, inner in items:
        found.append((*path, name))
        if not (isinstance(name, str) and name in DEEP):
            found += places(inner, (*path, name))
    return found


def has_doubtful_type(part: Any, of_a_tool: bool = False) -> bool:
    """Tell whether a mapping that no strategy made stands where a type is wanted."""
    if isinstance(part, list):
        return any(has_doubtful_type(item) for item in part)
    if not isinstance(part, dict):
        return False
    for name, inner in part.items():
        is_type = name in ("output", "type", "returns") or (of_a_tool and name == "with")
        if is_type and "{" in json.dumps(inner) and inner not in TYPE_MAPS:
            return True
        tools = inner.values() if name == "tools" and isinstance(inner, dict) else ()
        if any(has_doubtful_type(tool, of_a_tool=True) for tool in tools):
            return True
    return any(has_doubtful_type(inner) for inner in part.values())


TYPE_MAPS: list[Any] = [{"a": "integer", "b?": "string"}, [{"a": "integer", "b?": "string"}]]
DEEP = {"inputs", "output", "type", "returns", "settings", "profiles", "data", "result", "return", "set"}
DEEP |= {"remember", "with", "default", "messages", "stop"}
